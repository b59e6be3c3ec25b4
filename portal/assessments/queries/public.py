"""What anyone may read of an organisation's published assessments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.assessments.models import Assessment, Period, PublicFinding
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


@dataclass(frozen=True)
class Findings:
    """The newest finding under each standard as it was frozen, and every one before it, newest first."""

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
_STAMP = sa.select(sa.func.count(), sa.func.max(PublicFinding.id)).where(PublicFinding.organisation_id == _organisation)


def findings_of(organisation_id: int) -> Findings:
    """What an organisation's public page shows of its assessments; two queries."""
    rows: Any = db.session.execute(_HISTORY, {"organisation_id": organisation_id})
    history = tuple(Published(*row) for row in rows)
    newest: dict[str, int] = {}
    for line in history:
        newest.setdefault(line.standard, line.finding_id)
    if not newest:
        return Findings((), history)
    contents = db.session.scalars(_CONTENT, {"ids": list(newest.values())})
    return Findings(tuple(json.loads(one) for one in contents), history)


def stamp(organisation_id: int) -> str:
    """Changes whenever `findings_of` would: findings are only ever added."""
    count, newest = db.session.execute(_STAMP, {"organisation_id": organisation_id}).one()
    return f"{count}-{newest or 0}"
