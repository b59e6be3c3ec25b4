"""What the demonstration's own pages show: people to be, letters that wait, and the code of the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from portal.demonstration.featured import FEATURED, LATER, Featured
from portal.kernel import clock
from portal.kernel.db import anywhere, at_most, db
from portal.organisations.models import Membership, Organisation, Person
from portal.organisations.queries import HOLDING
from portal.outbox import OutgoingLetter
from portal.policy import Role

PAGE = 50
LETTERS = 20


@dataclass(frozen=True)
class Choice:
    """Somebody the visitor can be."""

    membership_id: int
    reference: str
    name: str
    role: Role
    job_title: str
    organisation: str
    code: str
    tries: str = ""


_CHOICES = (
    sa.select(
        Membership.id.label("membership_id"),
        Person.reference,
        Person.name,
        Membership.role,
        Membership.job_title,
        Organisation.name.label("organisation"),
        Organisation.code,
    )
    .join(Person, Person.id == Membership.person_id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(HOLDING)
    .order_by(Organisation.sort_name, Membership.id)
)
_BY_NAME = _CHOICES.where(Person.name.in_(sa.bindparam("names", expanding=True)))
_LIKE: Any = sa.bindparam("like")
_SEARCH = _CHOICES.where(
    sa.or_(
        Organisation.sort_name.like(_LIKE, escape="\\"),
        Organisation.code == sa.bindparam("code"),
        sa.func.lower(Person.name).like(_LIKE, escape="\\"),
        Membership.role.in_(sa.bindparam("roles", expanding=True)),
    )
).limit(at_most(PAGE + 1))
SHOWN = (*FEATURED, *LATER)
_AFTER = sa.select(Organisation.sort_name).join(Membership, Membership.organisation_id == Organisation.id).where(
    Membership.id == sa.bindparam("after")
).scalar_subquery()
_SEARCH_AFTER = _SEARCH.where(
    sa.or_(
        Organisation.sort_name > _AFTER,
        sa.and_(Organisation.sort_name == _AFTER, Membership.id > sa.bindparam("after")),
    )
)


def featured() -> list[Choice]:
    """The featured people who are there, in the order in which the journey goes."""
    rows = db.session.execute(_BY_NAME, {"today": clock.today(), "names": [one.name for one in SHOWN]})
    found = {(row.name, row.code, row.role): row for row in rows}
    return [_choice(found[key], one) for one in SHOWN if (key := (one.name, one.code, one.role)) in found]


def _choice(row: Any, one: Featured | None = None) -> Choice:
    return Choice(**row._mapping, tries=one.tries if one else "")


def people(typed: str, after: int | None) -> tuple[list[Choice], int | None]:
    """Whoever fits by organisation, name or role; and what to go on from, where there are more."""
    folded = typed.casefold()
    roles = [role for role in Role if folded in role.value]
    asked = {"today": clock.today(), "like": anywhere(folded), "code": typed, "roles": roles}
    rows = db.session.execute(_SEARCH_AFTER if after else _SEARCH, asked | ({"after": after} if after else {})).all()
    found = [_choice(row) for row in rows[:PAGE]]
    return found, found[-1].membership_id if len(rows) > PAGE else None


_PERSON = sa.select(Person).where(Person.reference == sa.bindparam("reference"))


def person(reference: str) -> Person | None:
    return db.session.scalar(_PERSON, {"reference": reference})


_SECRET = sa.select(Person.totp_secret).where(Person.id == sa.bindparam("id"))


def secret(person_id: int) -> str | None:
    return db.session.scalar(_SECRET, {"id": person_id})


_LETTERS = sa.select(OutgoingLetter.__table__).order_by(OutgoingLetter.id.desc()).limit(at_most(LETTERS + 1))
_LETTERS_BEFORE = _LETTERS.where(OutgoingLetter.id < sa.bindparam("before"))


def letters(before: int | None) -> tuple[list[Any], int | None]:
    """Letters, newest first; and what to go on from, where there are more."""
    rows = list(db.session.execute(_LETTERS_BEFORE if before else _LETTERS, {"before": before} if before else {}))
    return rows[:LETTERS], rows[LETTERS - 1].id if len(rows) > LETTERS else None
