"""What a person sees of their own account: sessions, second factor, conflicts of interest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import anywhere, at_most, db
from portal.organisations.models import BrowserSession, Conflict, Organisation, Person, RecoveryCode


def person(person_id: int | None) -> Person:
    """The row of the person who is signed in."""
    return db.session.get_one(Person, person_id)


@dataclass(frozen=True)
class Signed:
    """One browser in which the person is signed in."""

    id: int
    browser: str
    began_at: datetime
    expires_at: datetime


_SESSIONS = (
    sa.select(BrowserSession.id, BrowserSession.browser, BrowserSession.began_at, BrowserSession.expires_at)
    .where(
        BrowserSession.person_id == sa.bindparam("person_id"),
        BrowserSession.ended_at.is_(None),
        BrowserSession.expires_at > sa.bindparam("now"),
    )
    .order_by(BrowserSession.began_at.desc(), BrowserSession.id.desc())
    .limit(at_most(50))
)


def sessions(person_id: int | None) -> list[Signed]:
    """Where the person is signed in now, newest first."""
    rows = db.session.execute(_SESSIONS, {"person_id": person_id, "now": clock.now()})
    return [Signed(*row) for row in rows]


_CODES_LEFT = sa.select(sa.func.count(RecoveryCode.id)).where(
    RecoveryCode.person_id == sa.bindparam("person_id"), RecoveryCode.used_at.is_(None)
)


def codes_left(person_id: int | None) -> int:
    """How many recovery codes the person has not used."""
    return db.session.scalar(_CODES_LEFT, {"person_id": person_id}) or 0


@dataclass(frozen=True)
class Declared:
    """A conflict of interest as its page lists it."""

    reference: str
    organisation: str
    code: str
    reason: str
    declared_on: date
    ended_on: date | None


_CONFLICTS = (
    sa.select(
        Conflict.reference,
        Organisation.name,
        Organisation.code,
        Conflict.reason,
        Conflict.declared_on,
        Conflict.ended_on,
    )
    .join(Organisation, Organisation.id == Conflict.organisation_id)
    .where(Conflict.person_id == sa.bindparam("person_id"))
    .order_by(Conflict.id.desc())
    .limit(at_most(200))
)


def conflicts(person_id: int | None) -> list[Declared]:
    """Every conflict of interest that the person declared, newest first."""
    return [Declared(*row) for row in db.session.execute(_CONFLICTS, {"person_id": person_id})]


_CONFLICT = sa.select(Conflict).where(Conflict.reference == sa.bindparam("reference"))


def conflict(reference: str) -> Conflict | None:
    """The declaration with this reference, whoever made it."""
    return db.session.scalar(_CONFLICT, {"reference": reference})


_FOUND = (
    sa.select(Organisation.code, Organisation.name)
    .where(
        sa.or_(
            sa.func.lower(Organisation.code) == sa.bindparam("code"),
            Organisation.sort_name.like(sa.bindparam("part"), escape="\\"),
        )
    )
    .order_by(Organisation.sort_name, Organisation.id)
    .limit(at_most(20))
)


def organisations_like(words: str) -> list[tuple[str, str]]:
    """At most 20 organisations of this code, or with this in their name: (code, name)."""
    wanted = words.strip().casefold()
    if not wanted:
        return []
    return [(row.code, row.name) for row in db.session.execute(_FOUND, {"code": wanted, "part": anywhere(wanted)})]


_FACTOR = sa.select(Person.totp_confirmed_at.is_not(None)).where(Person.id == sa.bindparam("person_id"))


def has_second_factor(person_id: int | None) -> bool:
    """Whether the person could give a code at all."""
    return bool(db.session.scalar(_FACTOR, {"person_id": person_id}))
