"""Who is told by letter: whoever holds a role today, the Ombudsman's people who have no conflict, and one person."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Conflict, Membership, Person
from portal.organisations.queries.people import HOLDING
from portal.policy import Role


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told by letter."""

    person_id: int
    name: str
    email: str


_PERSON = sa.select(Person.id, Person.name, Person.email)
_IN_A_ROLE = _PERSON.distinct().join(Membership, Membership.person_id == Person.id).where(HOLDING).order_by(Person.id)
_HOLDERS = _IN_A_ROLE.where(
    Membership.organisation_id == sa.bindparam("organisation_id"),
    Membership.role.in_(sa.bindparam("roles", expanding=True)),
)
_FREE_STAFF = _IN_A_ROLE.where(
    Membership.role == sa.bindparam("role"),
    ~sa.exists().where(
        Conflict.person_id == Person.id,
        Conflict.organisation_id == sa.bindparam("organisation_id"),
        Conflict.ended_on.is_(None),
    ),
)
_ONE = _PERSON.where(Person.id == sa.bindparam("id"))


def holders(organisation_id: int, *roles: Role) -> list[Recipient]:
    """Who holds one of the roles in the organisation today, deputies included."""
    values = {"organisation_id": organisation_id, "roles": list(roles), "today": clock.today()}
    return [Recipient(*row) for row in db.session.execute(_HOLDERS, values)]


def free_staff(organisation_id: int, role: Role) -> list[Recipient]:
    """The Ombudsman's people in this role who have declared no conflict with the organisation."""
    values = {"organisation_id": organisation_id, "role": role, "today": clock.today()}
    return [Recipient(*row) for row in db.session.execute(_FREE_STAFF, values)]


def person(id: int | None) -> Recipient | None:
    """One person, whatever they hold."""
    row = db.session.execute(_ONE, {"id": id}).first()
    return Recipient(*row) if row else None
