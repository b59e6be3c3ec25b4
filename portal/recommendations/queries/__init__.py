"""Every SELECT about recommendations, returning what one page needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.recommendations import ladder
from portal.recommendations.lifecycle import OPEN, Acceptance, Delivery, DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.types import Type, type_of

PAGE = 50  # lines of a list

_BY_REFERENCE = sa.select(Recommendation).where(Recommendation.reference == sa.bindparam("reference"))
_ISSUED = _BY_REFERENCE.where(Recommendation.state == DraftState.ISSUED)
_SAME_PLACE = sa.select(Recommendation.id, Recommendation.reference).where(
    Recommendation.case_reference == sa.bindparam("case_reference"), Recommendation.number == sa.bindparam("number")
)


def recommendation(reference: str) -> Recommendation | None:
    """Draft or issued: for the Ombudsman's officers."""
    return db.session.scalar(_BY_REFERENCE, {"reference": reference})


def issued(reference: str) -> Recommendation | None:
    """One that was issued. Of a draft nobody else learns that it is there."""
    return db.session.scalar(_ISSUED, {"reference": reference})


def same_place(case_reference: str, number: int) -> Any:
    """(id, reference) of what stands at this number of this case, or None."""
    return db.session.execute(_SAME_PLACE, {"case_reference": case_reference, "number": number}).first()


@dataclass(frozen=True)
class Line:
    """One recommendation in a list."""

    id: int
    reference: str
    case_reference: str
    number: int
    code: str
    organisation: str
    type_code: str
    public_text: str
    due_on: date
    state: DraftState
    acceptance: Acceptance
    delivery: Delivery
    drafted_by: str

    @property
    def type(self) -> Type:
        return type_of(self.type_code)

    def late(self, today: date) -> int:
        """Days that it is late; 0 once it is over, for then the delivery says how it ended."""
        return ladder.days_late(self.due_on, today) if self.delivery in OPEN else 0


_LINES = (
    sa.select(
        Recommendation.id, Recommendation.reference, Recommendation.case_reference, Recommendation.number, Organisation.code,
        Organisation.name, Recommendation.type, Recommendation.public_text, Recommendation.due_on, Recommendation.state,
        Recommendation.acceptance, Recommendation.delivery, Recommendation.drafted_by,
    )
    .join(Organisation, Organisation.id == Recommendation.organisation_id)
    .where(Recommendation.state == sa.bindparam("state", type_=Recommendation.__table__.c.state.type))
    .order_by(Recommendation.due_on, Recommendation.id)
    .limit(PAGE + 1)
)  # fmt: skip
_AFTER = sa.tuple_(Recommendation.due_on, Recommendation.id) > sa.tuple_(sa.bindparam("after_day"), sa.bindparam("after_id"))
_OF = Recommendation.organisation_id == sa.bindparam("organisation_id")
_STATEMENTS = {
    (of, after): _LINES.where(*([_OF] if of else []), *([_AFTER] if after else [])) for of in (False, True) for after in (False, True)
}


def listed(
    state: DraftState, *, organisation_id: int | None = None, after: tuple[date, int] | None = None
) -> tuple[list[Line], tuple[date, int] | None]:
    """One page of those in a state, the soonest due first, and the key to go on from (None: these are the last)."""
    values: dict[str, Any] = {"state": state}
    if organisation_id is not None:
        values["organisation_id"] = organisation_id
    if after is not None:
        values |= {"after_day": after[0], "after_id": after[1]}
    statement = _STATEMENTS[organisation_id is not None, after is not None]
    rows: Any = db.session.execute(statement, values)
    lines = [Line(*row) for row in rows]
    shown = lines[:PAGE]
    return shown, (shown[-1].due_on, shown[-1].id) if len(lines) > PAGE else None


_NAMED = sa.select(Organisation).where(Organisation.id == sa.bindparam("id"))


def organisation_of(one: Recommendation) -> Organisation:
    """The organisation that it is made to."""
    return db.session.scalars(_NAMED, {"id": one.organisation_id}).one()
