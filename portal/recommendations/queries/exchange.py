"""What other systems read of what was issued, and where what they send stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import Moment, at_most, db
from portal.organisations.models import Organisation
from portal.recommendations.lifecycle import Acceptance, Delivery, DraftState
from portal.recommendations.models import Recommendation


@dataclass(frozen=True)
class Issued:
    """One that was issued, without what only the organisation reads."""

    id: int
    reference: str
    case_reference: str
    number: int
    code: str
    organisation: str
    type: str
    severity: int
    public_text: str
    issued_on: date
    due_on: date
    original_due_on: date
    acceptance: Acceptance
    delivery: Delivery
    complied_on: date | None
    ended_on: date | None
    changed_at: datetime


_ISSUED = (
    sa.select(
        Recommendation.id, Recommendation.reference, Recommendation.case_reference, Recommendation.number, Organisation.code,
        Organisation.name, Recommendation.type, Recommendation.severity, Recommendation.public_text, Recommendation.issued_on,
        Recommendation.due_on, Recommendation.original_due_on, Recommendation.acceptance, Recommendation.delivery,
        Recommendation.complied_on, Recommendation.ended_on, Recommendation.changed_at,
    )
    .join(Organisation, Organisation.id == Recommendation.organisation_id)
    .where(Recommendation.state == DraftState.ISSUED)
)  # fmt: skip
_ONE = _ISSUED.where(Recommendation.id == sa.bindparam("id"))
_NARROWED = {
    "organisation_id": Recommendation.organisation_id == sa.bindparam("organisation_id"),
    "delivery": Recommendation.delivery == sa.bindparam("delivery", type_=Recommendation.__table__.c.delivery.type),
    "since": Recommendation.changed_at >= sa.bindparam("since", type_=Moment()),
    "after_at": sa.tuple_(Recommendation.changed_at, Recommendation.id)
    > sa.tuple_(sa.bindparam("after_at", type_=Moment()), sa.bindparam("after_id", type_=sa.BigInteger)),
}


def issued(id: int) -> Issued:
    """One that was issued, by its id."""
    row: Any = db.session.execute(_ONE, {"id": id}).one()
    return Issued(*row)


def listed(most: int, **narrowed: Any) -> tuple[list[Issued], bool]:
    """At most `most`, the longest unchanged first, and whether more follow. `narrowed` by the names of _NARROWED, and
    after_id with after_at."""
    wanted = _ISSUED.where(*(condition for name, condition in _NARROWED.items() if name in narrowed))
    rows: Any = db.session.execute(wanted.order_by(Recommendation.changed_at, Recommendation.id).limit(at_most(most + 1)), narrowed)
    found = [Issued(*row) for row in rows]
    return found[:most], len(found) > most


_PLACES = sa.select(Recommendation.case_reference, Recommendation.number, Recommendation.reference).where(
    Recommendation.case_reference.in_(sa.bindparam("cases", expanding=True))
)


def references(cases: Collection[str]) -> dict[tuple[str, int], str]:
    """The reference of every recommendation of these cases by its place."""
    found: Any = db.session.execute(_PLACES, {"cases": sorted(set(cases))})
    return {(case, number): reference for case, number, reference in found}
