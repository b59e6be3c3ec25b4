"""What anyone may read of an organisation's published assessments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.assessments.models import Assessment, Period, PlanState, PublicFinding
from portal.gaps.lifecycle import OPEN, ActionState
from portal.gaps.models import PlannedAction
from portal.kernel import clock
from portal.kernel.db import db


@dataclass(frozen=True)
class Published:
    """One line of an organisation's history."""

    period: str
    standard: str
    outcome: str  # standards.scoring.Outcome, by name
    checked: bool
    published_on: date
    finding_id: int
    plan: PlanState  # as it is now


@dataclass(frozen=True)
class Findings:
    """The newest finding under each standard as it was frozen, and every one before it, newest first.

    Beside what was frozen, each newest finding's plan carries how it stands now: `decided`, and `now` of each action.
    """

    newest: tuple[dict[str, Any], ...]
    history: tuple[Published, ...]


_organisation: sa.BindParameter[Any] = sa.bindparam("organisation_id")
_HISTORY = (
    sa.select(
        Period.name,
        Assessment.standard,
        Assessment.outcome,
        Assessment.checked,
        Assessment.published_on,
        PublicFinding.id,
        Assessment.plan,
    )
    .select_from(PublicFinding)
    .join(Assessment, Assessment.id == PublicFinding.assessment_id)
    .join(Period, Period.id == Assessment.period_id)
    .where(PublicFinding.organisation_id == _organisation)
    .order_by(Period.starts_on.desc(), PublicFinding.id.desc())
)
_CONTENT = sa.select(PublicFinding.content).where(PublicFinding.id.in_(sa.bindparam("ids", expanding=True))).order_by(
    PublicFinding.published_at.desc(), PublicFinding.id.desc()
)
_PROGRESS = sa.select(
    PlannedAction.reference, PlannedAction.state, PlannedAction.due_on, PlannedAction.finished_on
).where(PlannedAction.reference.in_(sa.bindparam("references", expanding=True)))


def findings_of(organisation_id: int) -> Findings:
    """What an organisation's public page shows of its assessments; two queries, and one for a plan with actions."""
    rows: Any = db.session.execute(_HISTORY, {"organisation_id": organisation_id})
    history = tuple(Published(*row) for row in rows)
    newest: dict[str, int] = {}
    for line in history:
        newest.setdefault(line.standard, line.finding_id)
    if not newest:
        return Findings((), history)
    found = tuple(json.loads(one) for one in db.session.scalars(_CONTENT, {"ids": list(newest.values())}))
    _bring_to_the_day(found, {line.standard: line.plan for line in reversed(history)})
    return Findings(found, history)


def _bring_to_the_day(found: tuple[dict[str, Any], ...], decided: dict[str, PlanState]) -> None:
    """Add to each plan how it stands now. An action that is not found by its reference stays as it was published."""
    for one in found:
        if one["standard"] in decided:
            one["plan"]["decided"] = decided[one["standard"]].value
    actions = [action for one in found for action in one["plan"]["actions"] if action.get("reference")]
    if not actions:
        return
    rows = db.session.execute(_PROGRESS, {"references": [action["reference"] for action in actions]})
    now: dict[str, Any] = {reference: rest for reference, *rest in rows}
    for action in actions:
        if action["reference"] in now:
            action["now"] = _standing(action, *now[action["reference"]])


def _standing(action: dict[str, Any], state: ActionState, due_on: date, finished_on: date | None) -> dict[str, Any]:
    moved = due_on.isoformat() if due_on.isoformat() != action["due_on"] else None
    return {
        "state": state.value,
        "overdue": state in OPEN and due_on < clock.today(),
        "moved_on": moved,
        "finished_on": finished_on.isoformat() if finished_on else None,
    }
