"""Progress reports, and the lines of the checklist that were seen to be met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import at_most, db
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import LineSeen, ProgressReport, Recommendation

_OF: Any = sa.bindparam("recommendation_id")
_REPORTS = sa.select(ProgressReport).where(ProgressReport.recommendation_id == _OF).order_by(ProgressReport.number.desc())
_NEWEST = _REPORTS.limit(at_most(1))
_SEEN = sa.select(LineSeen).where(LineSeen.recommendation_id == _OF).order_by(LineSeen.id)
_NUMBERED = (
    sa.select(Recommendation, ProgressReport)
    .join(ProgressReport, ProgressReport.recommendation_id == Recommendation.id)
    .where(
        Recommendation.reference == sa.bindparam("reference"),
        Recommendation.state == DraftState.ISSUED,
        ProgressReport.number == sa.bindparam("number"),
    )
)


def newest(recommendation_id: int) -> ProgressReport | None:
    return db.session.scalar(_NEWEST, {"recommendation_id": recommendation_id})


def next_number(recommendation_id: int) -> int:
    last = newest(recommendation_id)
    return last.number + 1 if last else 1


def reports_on(recommendation_id: int) -> list[ProgressReport]:
    """Every report, the newest first."""
    return list(db.session.scalars(_REPORTS, {"recommendation_id": recommendation_id}))


def lines_seen(recommendation_id: int) -> dict[int, LineSeen]:
    """By the number of the line: who saw its document last."""
    return {one.line: one for one in db.session.scalars(_SEEN, {"recommendation_id": recommendation_id})}


@dataclass(frozen=True)
class Reported:
    """One report and its recommendation."""

    one: Recommendation
    report: ProgressReport

    @property
    def organisation_id(self) -> int:
        return self.one.organisation_id


def reported(reference: str, number: int) -> Reported | None:
    row: Any = db.session.execute(_NUMBERED, {"reference": reference, "number": number}).first()
    return Reported(*row) if row else None
