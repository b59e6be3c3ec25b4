"""Tokens of other systems: made and revoked by the Ombudsman's administrator, each in the name of one compliance officer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Invalid, Stale, WrongState
from portal.kernel.references import hashed, secret_token
from portal.organisations.operations import attempts
from portal.organisations.operations.attempts import Limit
from portal.organisations.queries.people import person_of_address, person_of_id
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations.models import NOTE, ApiToken
from portal.recommendations.queries import tokens as queries
from portal.web.bearing import Bearer
from portal.web.transaction import by_itself

READ, DRAFT = "recommendations:read", "recommendations:draft"
SCOPES = {READ: "Read what was issued", DRAFT: "Draft recommendations"}
BEGINS = "portal_"  # by which those who look for leaked secrets know one
LONGEST_NAME = 100
LASTS_AT_MOST = timedelta(days=366)
REQUESTS = Limit("requests of a token", 600, timedelta(minutes=10))

_USED = sa.update(ApiToken.__table__).where(ApiToken.__table__.c.id == sa.bindparam("one")).values(used_on=sa.bindparam("today"))


def make(*, name: str, scopes: Collection[str], officer: str, ends_on: date, by: Acting) -> tuple[ApiToken, str]:
    """A token, and the secret itself, which is shown once: only its hash is kept. `officer`: an address."""
    insist(by, Action.MANAGE_TOKENS)
    called, person = words.clean_line(name), person_of_address(officer)
    if not called:
        raise Invalid("name", "Enter a name for the token")
    if len(called) > LONGEST_NAME:
        raise Invalid("name", f"The name must be {LONGEST_NAME} characters or fewer")
    if not scopes or not set(scopes) <= SCOPES.keys():
        raise Invalid("scopes", f"Choose what it may do: {words.listing(SCOPES, 'or')}")
    if person is None or person.id is None or not _as_officer(person).posts:
        raise Invalid("officer", "Choose one of the compliance officers")
    today = clock.today()
    if not today <= ends_on <= today + LASTS_AT_MOST:
        raise Invalid("ends_on", f"The last day must be from today to {words.day(today + LASTS_AT_MOST)}")
    secret = BEGINS + secret_token()
    one = ApiToken(
        reference=fresh_reference(ApiToken, "TK"), name=called, token_hash=hashed(secret), person_id=person.id,
        scopes=" ".join(scope for scope in SCOPES if scope in scopes), made_at=clock.now(), ends_on=ends_on,
    )  # fmt: skip
    db.session.add(one)
    audit.record(Event.TOKEN_MADE, one, by=by, name=called, scopes=one.scopes, person=person.name, ends_on=ends_on)
    outbox.post(
        Letter.TOKEN_MADE, to=person.email, name=person.name, about=one.reference,
        facts={"token": called, "reference": one.reference, "by": by.name, "until": words.day(ends_on),
               "may": words.listing([SCOPES[scope].lower() for scope in one.scopes.split()])},
    )  # fmt: skip
    return one, secret


def revoke(one: ApiToken, *, version: int, reason: str, by: Acting) -> None:
    """Nothing is done with it from now on."""
    insist(by, Action.MANAGE_TOKENS, one)
    hold(one)
    if one.revoked_at is not None:
        raise WrongState(f"This token was revoked on {words.day(one.revoked_at)} already. Nothing can be done with it.")
    why = words.clean(reason)
    if one.version != version:
        raise Stale("The token was changed after you opened this page.", fields=[Both("Why", "", why, "reason")], version=one.version)
    if not why:
        raise Invalid("reason", "Say why")
    if len(why) > NOTE:
        raise Invalid("reason", f"The reason must be {words.number(NOTE)} characters or fewer")
    one.revoked_at = clock.now()
    audit.record(Event.TOKEN_REVOKED, one, by=by, reason=why)


def bearer_of(secret: str) -> Bearer | None:
    """Whom a token speaks for, or None where it is not good. Raises TooMany, once it was used too often in a while.

    It speaks for them as a compliance officer, whatever else they are, and for as long as they are one.
    """
    row = queries.shown(hashed(secret))
    person = person_of_id(row.person_id) if row is not None else None
    officer = _as_officer(person) if person is not None else None
    if row is None or officer is None or not officer.posts:
        return None
    with by_itself():
        attempts.count(REQUESTS, row.reference)
        if row.used_on != clock.today():
            db.session.execute(_USED, {"one": row.id, "today": clock.today()})
    return Bearer(officer, frozenset(row.scopes.split()), row.name)


def _as_officer(person: Acting) -> Acting:
    return replace(person, posts=tuple(post for post in person.posts if post.role is Role.COMPLIANCE_OFFICER))
