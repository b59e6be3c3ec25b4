"""Every SELECT about recommendations, returning what one page needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import Recommendation

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


_NAMED = sa.select(Organisation).where(Organisation.id == sa.bindparam("id"))


def organisation_of(one: Recommendation) -> Organisation:
    """The organisation that it is made to."""
    return db.session.scalars(_NAMED, {"id": one.organisation_id}).one()
