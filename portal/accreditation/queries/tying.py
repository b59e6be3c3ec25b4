"""Whose work an assessor said that they do not mark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from portal.accreditation.lifecycle import Bond
from portal.accreditation.models import Tie
from portal.kernel.db import db
from portal.organisations.models import Person


@dataclass(frozen=True)
class Tied:
    """A line of an assessor's list."""

    id: int
    person_id: int
    name: str
    bond: Bond


_OPEN = (
    sa.select(Tie.id, Tie.person_id, Person.name, Tie.bond)
    .join(Person, Person.id == Tie.person_id).where(Tie.assessor_id == sa.bindparam("person"), Tie.ended_at.is_(None)).order_by(Person.name, Tie.id)
)  # fmt: skip
_ONE = sa.select(Tie).where(Tie.id == sa.bindparam("id"), Tie.assessor_id == sa.bindparam("person"))
_PERSON = sa.select(Person).where(Person.email == sa.bindparam("email"))


def ties(person_id: int) -> Sequence[Tied]:
    return [Tied(*row) for row in db.session.execute(_OPEN, {"person": person_id})]


def tie(person_id: int, id: int) -> Tie | None:
    """One of this assessor's own."""
    return db.session.scalar(_ONE, {"id": id, "person": person_id})


def person(email: str) -> Person | None:
    return db.session.scalar(_PERSON, {"email": email.strip().lower()})
