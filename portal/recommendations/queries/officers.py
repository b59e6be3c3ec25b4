"""The compliance officers among whom lists choose."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from portal.kernel.db import db
from portal.organisations.models import Membership, Organisation, Person
from portal.policy import Role

OMBUDSMAN = "PO"  # its kind on the register


@dataclass(frozen=True)
class Officer:
    """Somebody who looks after recommendations, or did."""

    id: int
    reference: str
    name: str


_OFFICERS = (
    sa.select(Person.id, Person.reference, Person.name)
    .distinct()
    .join(Membership, Membership.person_id == Person.id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Organisation.kind == OMBUDSMAN, Membership.role == sa.bindparam("role", type_=Membership.__table__.c.role.type))
    .order_by(Person.name, Person.id)
)


def officers() -> list[Officer]:
    """Everybody who is or was a compliance officer, by name."""
    return [Officer(*row) for row in db.session.execute(_OFFICERS, {"role": Role.COMPLIANCE_OFFICER})]


_REFERENCE = sa.select(Person.reference).where(Person.id == sa.bindparam("id"))


def reference_of(person_id: int | None) -> str:
    """What an address calls a person."""
    return db.session.scalar(_REFERENCE, {"id": person_id}) or ""
