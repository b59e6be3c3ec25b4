"""What waits for the organisations that somebody acts for: answers, signatures, evidence, and what is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal.kernel import words
from portal.kernel.db import at_most, db
from portal.recommendations.lifecycle import Acceptance, Delivery, ResponseState
from portal.recommendations.models import Recommendation as R
from portal.recommendations.models import Response
from portal.recommendations.queries.narrowing import IS_OPEN
from portal.recommendations.types import Type, type_of

AHEAD = timedelta(days=28)
MOST = 500


@dataclass(frozen=True)
class Waits:
    """One recommendation of which the organisation is to do something now, or soon."""

    organisation_id: int
    reference: str
    type_code: str
    due_on: date
    acceptance: Acceptance
    delivery: Delivery
    answer_due_on: date
    next_evidence_on: date
    to_sign: bool  # an answer waits for the executive lead

    @property
    def type(self) -> Type:
        return type_of(self.type_code)

    def wanted(self, today: date) -> tuple[bool, str]:
        """(whether it is late, what is to be done and by when): the most pressing first."""
        if self.acceptance is Acceptance.AWAITING:
            return self._by(self.answer_due_on, "Sign the answer" if self.to_sign else "Answer", today)
        if self.due_on < today:
            return self._by(self.due_on, "More information was asked for" if self.delivery is Delivery.MORE_NEEDED else "Do it and report", today)
        if self.delivery is Delivery.MORE_NEEDED:
            return self._by(self.next_evidence_on, "More information was asked for", today)
        if self.next_evidence_on < self.due_on:
            return self._by(self.next_evidence_on, "Report how far it is", today)
        return self._by(self.due_on, "Do it and report", today)

    def _by(self, day: date, what: str, today: date) -> tuple[bool, str]:
        return day < today, f"{what}: {words.remaining((day - today).days)} ({words.day(day)})"


_TO_SIGN = sa.exists().where(Response.recommendation_id == R.id, Response.state == ResponseState.WAITING)
_WAITING = (
    sa.select(
        R.organisation_id, R.reference, R.type, R.due_on, R.acceptance, R.delivery, R.answer_due_on, R.next_evidence_on, _TO_SIGN
    )
    .where(
        R.organisation_id.in_(sa.bindparam("organisations", expanding=True)),
        IS_OPEN,
        R.delivery != Delivery.SUBMITTED,  # that waits for the Ombudsman
        sa.or_(
            R.acceptance == Acceptance.AWAITING,
            R.delivery == Delivery.MORE_NEEDED,
            R.due_on <= sa.bindparam("ahead"),
            R.next_evidence_on <= sa.bindparam("ahead"),
        ),
    )
    .order_by(R.due_on, R.id)
    .limit(at_most(MOST))
)  # fmt: skip


def waiting_for(organisations: Collection[int], today: date) -> dict[int, list[Waits]]:
    """What waits for each of these, what is late before what is not; in one statement."""
    found: dict[int, list[Waits]] = defaultdict(list)
    rows: Any = db.session.execute(_WAITING, {"organisations": sorted(organisations), "ahead": today + AHEAD})
    for one in sorted((Waits(*row) for row in rows), key=lambda one: not one.wanted(today)[0]):
        found[one.organisation_id].append(one)
    return found
