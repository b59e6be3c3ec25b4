"""Who acts for an organisation today: whom an expectation may be given to, and who may sign."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership, Person
from portal.organisations.queries import HOLDING
from portal.policy import IN_A_BODY, Role


@dataclass(frozen=True)
class Colleague:
    """Somebody who holds a role in the organisation today."""

    id: int
    name: str
    email: str
    job_title: str
    roles: tuple[Role, ...]


_COLLEAGUES = (
    sa.select(Person.id, Person.name, Person.email, Membership.job_title, Membership.role)
    .join(Membership, Membership.person_id == Person.id)
    .where(
        Membership.organisation_id == sa.bindparam("organisation_id"),
        Membership.role.in_(sorted(IN_A_BODY, key=lambda role: role.value)),
        HOLDING,
    )
    .order_by(Person.name, Person.id)
)


def of(organisation_id: int) -> tuple[Colleague, ...]:
    """Who holds a role in the organisation today, each once, by name. Deputies are among them."""
    rows = db.session.execute(_COLLEAGUES, {"organisation_id": organisation_id, "today": clock.today()}).all()
    roles: dict[int, list[Role]] = {}
    for row in rows:
        roles.setdefault(row.id, []).append(row.role)
    first = {row.id: row for row in reversed(rows)}
    return tuple(
        Colleague(id, first[id].name, first[id].email, first[id].job_title, tuple(roles[id])) for id in roles
    )


def leads(organisation_id: int) -> tuple[Colleague, ...]:
    """The executive leads and their deputies, who may sign."""
    return tuple(one for one in of(organisation_id) if Role.EXECUTIVE_LEAD in one.roles)
