"""What waits for one person: the assessments, gaps and actions of each organisation that they act for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.lifecycle import State
from portal.assessments.models import Answer, Assessment, Clarification, Period, PlanState, Window
from portal.kernel.db import db
from portal.organisations.models import Branch, Organisation

GONE = (State.WITHDRAWN, State.SUPERSEDED)
_TO_CONFIRM = (
    sa.select(sa.func.count())
    .where(Answer.assessment_id == Assessment.id, Answer.confirmed.is_(False), Assessment.state == State.IN_PROGRESS)
    .scalar_subquery()
)
_QUESTION_DUE = (
    sa.select(sa.func.min(Clarification.due_on))
    .where(Clarification.assessment_id == Assessment.id, Clarification.answered_at.is_(None))
    .scalar_subquery()
)


@dataclass(frozen=True)
class Due:
    """One assessment as a person's first page shows it."""

    reference: str
    state: State
    due_on: date
    closes_on: date
    answers_given: int
    answers_wanted: int
    signed_alone: bool
    late: bool
    reply_due_on: date | None
    plan: PlanState
    period: str
    to_confirm: int
    question_due_on: date | None


@dataclass(frozen=True)
class Body:
    """An organisation with its assessments, the newest period first."""

    assessments: tuple[Due, ...]
    id: int
    code: str
    name: str
    kind: str
    joined_on: date | None
    closed_on: date | None

    @property
    def organisation_id(self) -> int:
        return self.id


_BODY = (Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.joined_on, Organisation.closed_on)
_BODIES = (
    sa.select(
        *_BODY,
        Assessment.reference, Assessment.state, Assessment.due_on, Assessment.closes_on, Assessment.answers_given,
        Assessment.answers_wanted, Assessment.signed_alone, Assessment.late, Assessment.reply_due_on, Assessment.plan,
        Period.name, _TO_CONFIRM, _QUESTION_DUE,
    )
    .outerjoin(Assessment, sa.and_(Assessment.organisation_id == Organisation.id, Assessment.state.not_in(GONE)))
    .outerjoin(Period, Period.id == Assessment.period_id)
    .where(Organisation.id.in_(sa.bindparam("organisations", expanding=True)))
    .order_by(Organisation.sort_name, Organisation.id, Period.starts_on.desc())
)  # fmt: skip


def bodies(organisations: Collection[int]) -> list[Body]:
    """These organisations by name."""
    found: dict[int, tuple[tuple[Any, ...], list[Due]]] = {}
    for row in db.session.execute(_BODIES, {"organisations": sorted(organisations)}):
        columns: tuple[Any, ...] = tuple(row)
        body, assessment = columns[: len(_BODY)], columns[len(_BODY) :]
        _, assessments = found.setdefault(columns[0], (body, []))
        if assessment[0] is not None:
            assessments.append(Due(*assessment))
    return [Body(tuple(assessments), *body) for body, assessments in found.values()]


@dataclass
class Answering:
    """Which branches an organisation answers for, and which group answers for it, each as (code, name)."""

    branches: list[tuple[str, str]] = field(default_factory=list)
    group: tuple[str, str] | None = None


_Group, _One = aliased(Organisation), aliased(Organisation)
_GROUPS = (
    sa.select(_Group.id, _Group.code, _Group.name, _One.id, _One.code, _One.name)
    .select_from(Branch)
    .join(_Group, _Group.id == Branch.organisation_id)
    .join(_One, _One.id == Branch.branch_id)
    .where(
        Branch.until_on.is_(None),
        sa.or_(
            Branch.organisation_id.in_(sa.bindparam("organisations", expanding=True)),
            Branch.branch_id.in_(sa.bindparam("organisations", expanding=True)),
        ),
    )
    .order_by(_One.sort_name, _One.id)
)


def answering(organisations: Collection[int]) -> dict[int, Answering]:
    """How each of these organisations, and each that it is tied to, stands in a group."""
    found: dict[int, Answering] = defaultdict(Answering)
    for group_id, group_code, group, one_id, one_code, one in db.session.execute(
        _GROUPS, {"organisations": sorted(organisations)}
    ):
        found[group_id].branches.append((one_code, one))
        found[one_id].group = (group_code, group)
    return found


@dataclass(frozen=True)
class Opening:
    """When one kind of organisation may answer next, or now."""

    kind: str
    period: str
    opens_on: date
    due_on: date


_OPENINGS = (
    sa.select(Window.organisation_kind, Period.name, Window.opens_on, Window.due_on)
    .join(Period, Period.id == Window.period_id)
    .where(
        Window.organisation_kind.in_(sa.bindparam("kinds", expanding=True)),
        Window.closes_on >= sa.bindparam("today"),
    )
    .order_by(Window.opens_on.desc())
)


def openings(kinds: Collection[str], today: date) -> dict[str, Opening]:
    """The window of each kind that is open or opens first."""
    rows = db.session.execute(_OPENINGS, {"kinds": sorted(kinds), "today": today})
    return {row[0]: Opening(*row) for row in rows}


@dataclass(frozen=True)
class Assigned:
    """An expectation that a colleague gave to the person, and that is still to be answered or was."""

    organisation_id: int
    reference: str
    expectation: str
    standard: str
    standard_version: str
    due_on: date
    level: int | None
    not_applicable_why: str
    confirmed: bool

    @property
    def done(self) -> bool:
        return self.confirmed and (self.level is not None or self.not_applicable_why != "")


_ASSIGNED = (
    sa.select(
        Answer.organisation_id, Assessment.reference, Answer.expectation, Assessment.standard, Assessment.standard_version,
        Assessment.due_on, Answer.level, Answer.not_applicable_why, Answer.confirmed,
    )
    .join(Assessment, Assessment.id == Answer.assessment_id)
    .where(Answer.assigned_to_id == sa.bindparam("person_id"), Assessment.state == State.IN_PROGRESS)
    .order_by(Assessment.due_on, Assessment.id, Answer.position)
)  # fmt: skip


def assigned_to(person_id: int | None) -> list[Assigned]:
    """What one person was given, in assessments that are being answered."""
    return [Assigned(*row) for row in db.session.execute(_ASSIGNED, {"person_id": person_id})]
