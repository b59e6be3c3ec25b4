"""Who is signed in, and who acts for an organisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.references import hashed
from portal.organisations.models import BrowserSession, Conflict, Invitation, Membership, Organisation, Person
from portal.policy import Acting, Post, Role

_today: sa.BindParameter[date] = sa.bindparam("today")
_now: sa.BindParameter[datetime] = sa.bindparam("now")
# A membership that is held today; wherever it is used, `today` must be given. One that was taken away ends at once.
HOLDING = sa.and_(
    Membership.since_on <= _today,
    sa.or_(Membership.until_on.is_(None), Membership.until_on >= _today),
    Membership.ended_at.is_(None),
)

_ACTING = (
    sa.select(
        Person.id,
        Person.name,
        Person.email,
        Membership.role,
        Membership.deputy_for_id,
        Organisation.id.label("organisation_id"),
        Organisation.code,
        Organisation.name.label("organisation"),
        Conflict.organisation_id.label("conflict_id"),
    )
    .select_from(Person)
    .outerjoin(Membership, sa.and_(Membership.person_id == Person.id, HOLDING))
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(Conflict, sa.and_(Conflict.person_id == Person.id, Conflict.ended_on.is_(None)))
    .order_by(Organisation.sort_name, Membership.id)
)
_PERSON_OF_SESSION = (
    _ACTING.add_columns(BrowserSession.id.label("session_id"), BrowserSession.second_factor_at)
    .join(BrowserSession, BrowserSession.person_id == Person.id)
    .where(
        BrowserSession.token_hash == sa.bindparam("token"),
        BrowserSession.ended_at.is_(None),
        BrowserSession.expires_at > _now,
    )
)
_PERSON_OF_ADDRESS = _ACTING.where(Person.email == sa.bindparam("email"))
_PERSON_OF_ID = _ACTING.where(Person.id == sa.bindparam("id"))


def person_of_session(token: str) -> Acting | None:
    """Who is signed in with this session token, with the posts they hold today; None if the session has ended.

    One query, which is the whole cost of being signed in.
    """
    rows = db.session.execute(
        _PERSON_OF_SESSION, {"token": hashed(token), "today": clock.today(), "now": clock.now()}
    ).all()
    return _acting(rows, rows[0].session_id, rows[0].second_factor_at) if rows else None


def person_of_address(email: str) -> Acting | None:
    """Who has this address, folded, with the posts they hold today: for a command typed in their name."""
    rows = db.session.execute(_PERSON_OF_ADDRESS, {"email": email, "today": clock.today()}).all()
    return _acting(rows) if rows else None


def person_of_id(id: int) -> Acting | None:
    """The person of this row, with the posts they hold today: for what another system does in their name."""
    rows = db.session.execute(_PERSON_OF_ID, {"id": id, "today": clock.today()}).all()
    return _acting(rows) if rows else None


def _acting(rows: Sequence[Any], session_id: int | None = None, second_factor_at: datetime | None = None) -> Acting:
    first = rows[0]
    posts = dict.fromkeys(
        Post(row.organisation_id, row.role, row.code, row.organisation, row.deputy_for_id is not None)
        for row in rows
        if row.organisation_id is not None
    )
    return Acting(
        id=first.id,
        name=first.name,
        email=first.email,
        posts=tuple(posts),
        conflicts=frozenset(row.conflict_id for row in rows if row.conflict_id is not None),
        session_id=session_id,
        second_factor_at=second_factor_at,
    )


@dataclass(frozen=True)
class HeldRole:
    """One role as the people page shows it."""

    reference: str
    role: Role
    job_title: str
    since_on: date
    until_on: date | None
    deputy_for: str | None


@dataclass(frozen=True)
class Colleague:
    """Somebody who acts for an organisation, with the roles they hold there today."""

    id: int
    name: str
    email: str
    second_factor: bool
    roles: tuple[HeldRole, ...]


_named = aliased(Membership)
_named_person = aliased(Person)
_COLLEAGUES = (
    sa.select(
        Person.id,
        Person.name,
        Person.email,
        Person.totp_confirmed_at,
        Membership.reference,
        Membership.role,
        Membership.job_title,
        Membership.since_on,
        Membership.until_on,
        _named_person.name.label("deputy_for"),
    )
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(_named, _named.id == Membership.deputy_for_id)
    .outerjoin(_named_person, _named_person.id == _named.person_id)
    .where(Membership.organisation_id == sa.bindparam("organisation_id"), HOLDING)
    .order_by(Person.name, Person.id, Membership.id)
)


def colleagues(organisation_id: int) -> list[Colleague]:
    """Everybody who acts for the organisation today, by name; one query."""
    rows = db.session.execute(_COLLEAGUES, {"organisation_id": organisation_id, "today": clock.today()})
    return [_colleague(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row.id)]


def _colleague(rows: list[Any]) -> Colleague:
    one = rows[0]
    roles = tuple(HeldRole(r.reference, r.role, r.job_title, r.since_on, r.until_on, r.deputy_for) for r in rows)
    return Colleague(one.id, one.name, one.email, one.totp_confirmed_at is not None, roles)


@dataclass(frozen=True)
class Invited:
    """An invitation that was neither accepted nor withdrawn; it may have run out."""

    reference: str
    name: str
    email: str
    role: Role
    invited_by: str
    invited_at: datetime
    expires_at: datetime
    deputy_until_on: date | None


_INVITED = (
    sa.select(
        Invitation.reference,
        Invitation.name,
        Invitation.email,
        Invitation.role,
        Invitation.invited_by,
        Invitation.invited_at,
        Invitation.expires_at,
        Invitation.deputy_until_on,
    )
    .where(
        Invitation.organisation_id == sa.bindparam("organisation_id"),
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )
    .order_by(Invitation.id)
)


def invited(organisation_id: int) -> list[Invited]:
    """Who was invited to act for the organisation and has not answered, oldest first."""
    return [Invited(*row) for row in db.session.execute(_INVITED, {"organisation_id": organisation_id})]


_MEMBERSHIP = (
    sa.select(Membership)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Organisation.code == sa.bindparam("code"), Membership.reference == sa.bindparam("reference"))
)


def membership(code: str, reference: str) -> Membership | None:
    """The role with this reference in the organisation with this code, held now or once."""
    return db.session.scalar(_MEMBERSHIP, {"code": code, "reference": reference})


_INVITATION = (
    sa.select(Invitation)
    .join(Organisation, Organisation.id == Invitation.organisation_id)
    .where(Organisation.code == sa.bindparam("code"), Invitation.reference == sa.bindparam("reference"))
)


def invitation(code: str, reference: str) -> Invitation | None:
    """The invitation with this reference to act for the organisation with this code."""
    return db.session.scalar(_INVITATION, {"code": code, "reference": reference})


@dataclass(frozen=True)
class About:
    """What the pages about one role say of it."""

    membership: Membership
    person: Person
    organisation: Organisation

    @property
    def here(self) -> str:
        return f"/organisations/{self.organisation.code}/people"


_ABOUT = (
    sa.select(Person, Organisation)
    .select_from(Membership)
    .join(Person, Person.id == Membership.person_id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Membership.id == sa.bindparam("membership_id"))
)


def about(membership: Membership) -> About:
    """The role with its person and its organisation."""
    row = db.session.execute(_ABOUT, {"membership_id": membership.id}).one()
    return About(membership, row[0], row[1])


def possible_deputies(membership: Membership) -> list[tuple[int, str]]:
    """Who acts for the same organisation and does not hold this role yet: (id, name), by name."""
    return [
        (one.id, one.name)
        for one in colleagues(membership.organisation_id)
        if one.id != membership.person_id and all(held.role is not membership.role for held in one.roles)
    ]


_HERE = Organisation.id == sa.bindparam("organisation_id")
_CODE, _NAME = sa.select(Organisation.code).where(_HERE), sa.select(Organisation.name).where(_HERE)


def code_of(organisation_id: int) -> str:
    """The code under which the organisation is on the register."""
    return db.session.scalars(_CODE, {"organisation_id": organisation_id}).one()


def name_of(organisation_id: int) -> str:
    """The organisation's name."""
    return db.session.scalars(_NAME, {"organisation_id": organisation_id}).one()


def offered_with(invitation: Invitation) -> list[str]:
    """The roles that are taken when this invitation is accepted, in words."""
    rows = db.session.execute(_INVITED, {"organisation_id": invitation.organisation_id})
    mine = [row for row in rows if row.email == invitation.email and row.expires_at > clock.now()]
    return [
        row.role.value if row.deputy_until_on is None else f"deputy {row.role.value} until {words.day(row.deputy_until_on)}"
        for row in mine
    ]
