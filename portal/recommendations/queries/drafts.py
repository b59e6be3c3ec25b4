"""Drafts, as the officers' list has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import Recommendation as R
from portal.recommendations.types import Type, type_of

MOST = 50


@dataclass(frozen=True)
class DraftLine:
    """One draft in the officers' list."""

    reference: str
    case_reference: str
    number: int
    organisation: str
    type_code: str
    due_on: date
    drafted_by: str

    @property
    def type(self) -> Type:
        return type_of(self.type_code)


_DRAFTS = (
    sa.select(R.reference, R.case_reference, R.number, Organisation.name, R.type, R.due_on, R.drafted_by)
    .join(Organisation, Organisation.id == R.organisation_id)
    .where(R.state == sa.bindparam("state", type_=R.__table__.c.state.type))
    .order_by(R.due_on, R.id)
    .limit(at_most(MOST))
)


def waiting(state: DraftState) -> list[DraftLine]:
    """Those that wait in a state, the soonest due first."""
    return [DraftLine(*row) for row in db.session.execute(_DRAFTS, {"state": state})]
