"""Sign in by a link sent to one's address: asked for, claimed once, a session begun and ended."""

from __future__ import annotations

import enum
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import at_most, db
from portal.kernel.references import hashed, secret_token
from portal.organisations.models import BrowserSession, Membership, Person, SignInLink
from portal.organisations.operations import attempts
from portal.organisations.queries import HOLDING, person_of_session
from portal.outbox import Letter
from portal.policy import Acting, Action, insist

LINK_STANDS = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)

_LINKS = SignInLink.__table__
_SESSIONS = BrowserSession.__table__
_WITH_A_POST = (
    sa.select(Person.id, Person.reference, Person.name)
    .join(Membership, Membership.person_id == Person.id)
    .where(Person.email == sa.bindparam("email"), HOLDING)
    .limit(at_most(1))
)


class Standing(enum.Enum):
    """Whether a sign-in link can still be used."""

    LIVE = "live"
    EXPIRED = "expired"
    GONE = "used, replaced or never sent"


@dataclass(frozen=True)
class Claimed:
    """A link that was turned into a session."""

    session_token: str
    next: str
    at_the_ombudsman: bool


def ask(email: str, *, network: str, next: str = "", by: Acting) -> None:
    """Send a link to `email` (folded) if somebody who holds a post has that address.

    The same is done and said for an address nobody has, except that no letter is posted: a link that nobody
    was told of cannot be claimed.
    """
    insist(by, Action.SIGN_IN)
    asked_from = attempts.network(network)
    attempts.count(attempts.LINKS_FOR_ONE_ADDRESS, hashed(f"{email} {asked_from}"))
    attempts.count(attempts.LINKS_FOR_ONE_ADDRESS_IN_ALL, hashed(email))
    attempts.count(attempts.LINKS_FROM_ONE_NETWORK, asked_from)
    token, now = secret_token(), clock.now()
    _replace_link(email, token, next)
    person = db.session.execute(_WITH_A_POST, {"email": email, "today": clock.today()}).first()
    # A letter is written for everybody and taken back where nobody has the address, so that both take as long.
    with suppress(_Nobody), db.session.begin_nested():
        outbox.post(
            Letter.SIGN_IN_LINK,
            to=email,
            name=person.name if person else "",
            about=person.reference if person else "",
            period=hashed(token)[:16],
            facts={"token": token, "until": words.time(now + LINK_STANDS)},
        )
        if person is None:
            raise _Nobody


class _Nobody(Exception):
    """Nobody who holds a post has this address."""


def _replace_link(email: str, token: str, next: str) -> None:
    now = clock.now()
    facts = {"token_hash": hashed(token), "asked_at": now, "expires_at": now + LINK_STANDS, "next": next[:500]}
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(SignInLink).values(email=email, **facts)
    db.session.execute(statement.on_conflict_do_update(index_elements=["email"], set_=facts))


def standing(token: str) -> Standing:
    """Whether the link with this token can be used now."""
    expires = db.session.scalar(sa.select(_LINKS.c.expires_at).where(_LINKS.c.token_hash == hashed(token)))
    if expires is None:
        return Standing.GONE
    return Standing.LIVE if expires > clock.now() else Standing.EXPIRED


def claim(token: str, *, browser: str, by: Acting) -> Claimed | None:
    """Use up the link and begin a session; None if it cannot be used (any more). Of two claims one succeeds."""
    insist(by, Action.SIGN_IN)
    taken = db.session.execute(
        sa.delete(_LINKS)
        .where(_LINKS.c.token_hash == hashed(token), _LINKS.c.expires_at > clock.now())
        .returning(_LINKS.c.email, _LINKS.c.next)
    ).first()
    if taken is None:
        return None
    person = db.session.execute(_WITH_A_POST, {"email": taken.email, "today": clock.today()}).first()
    if person is None:
        return None
    session_token = begin_session(person.id, browser=browser, second_factor=False)
    return Claimed(session_token, taken.next, at_the_ombudsman=_at_the_ombudsman(session_token))


def _at_the_ombudsman(session_token: str) -> bool:
    person = person_of_session(session_token)
    return person is not None and person.at_the_ombudsman


def begin_session(person_id: int, *, browser: str, second_factor: bool) -> str:
    """A session for somebody whose identity was just proved; `second_factor`: it was given too. Returns its token."""
    token, now = secret_token(), clock.now()
    db.session.execute(
        sa.insert(_SESSIONS).values(
            person_id=person_id,
            token_hash=hashed(token),
            began_at=now,
            expires_at=now + SESSION_LASTS,
            second_factor_at=now if second_factor else None,
            browser=browser[:200],
        )
    )
    person = db.session.get_one(Person, person_id)
    audit.record(Event.SIGNED_IN, person, by=Acting(id=person.id, name=person.name, email=person.email))
    return token


def sign_out(*, by: Acting) -> None:
    """End the session that this request came in."""
    insist(by, Action.USE_OWN_ACCOUNT)
    end_sessions(_SESSIONS.c.id == by.session_id)
    audit.record(Event.SIGNED_OUT, db.session.get_one(Person, by.id), by=by)


def sign_out_everywhere(*, by: Acting) -> int:
    """End every session of the person, this one too; says how many there were."""
    insist(by, Action.USE_OWN_ACCOUNT)
    ended = end_sessions(_SESSIONS.c.person_id == by.id)
    audit.record(Event.SESSION_ENDED, db.session.get_one(Person, by.id), by=by, reason="signed out everywhere")
    return ended


def end_sessions(which: sa.ColumnElement[bool]) -> int:
    """End the sessions that go on among `which`; the caller records why."""
    now = clock.now()
    ended = db.session.execute(
        sa.update(_SESSIONS)
        .where(which, _SESSIONS.c.ended_at.is_(None), _SESSIONS.c.expires_at > now)
        .values(ended_at=now)
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def sessions_of(person_id: int) -> sa.ColumnElement[bool]:
    """Every session of one person, for end_sessions."""
    return _SESSIONS.c.person_id == person_id
