"""The second factor: set up, asked for at every sign-off, replaced, removed, and recovered from."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Incomplete, Invalid, NotAllowed, Step, WrongState
from portal.organisations import codes
from portal.organisations.models import BrowserSession, Person, RecoveryCode
from portal.organisations.operations import attempts
from portal.organisations.operations.signing_in import end_sessions, sessions_of
from portal.organisations.queries.account import codes_left
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.web.transaction import keep_despite_refusal

SET_UP = Step("Set up your second factor", "/second-factor/set-up")
_PEOPLE, _SESSIONS, _CODES = Person.__table__, BrowserSession.__table__, RecoveryCode.__table__


def confirm(by: Acting, code: str, *, field: str = "code") -> None:
    """Take a code (or a recovery code) from the person, once; raise Invalid(field, …) if it is wrong.

    Call it before anything else is changed: a wrong code is counted, and the count is kept although the request
    is refused. Raises Incomplete where the person has no second factor yet, TooMany after five wrong codes.
    """
    person = db.session.get_one(Person, by.id)
    if person.totp_secret is None or person.totp_confirmed_at is None:
        raise Incomplete("You need a second factor before you can do this.", [SET_UP])
    attempts.count(attempts.CODES, str(by.id))
    attempts.count(attempts.CODES_IN_A_DAY, str(by.id))
    if not (_takes_code(person, code) or _takes_recovery_code(person, code, by)):
        keep_despite_refusal()
        raise Invalid(field, "That code is not right, or it was used before. Enter the newest code your app shows.")
    for limit in (attempts.CODES, attempts.CODES_IN_A_DAY):
        attempts.forget(limit, str(by.id))


def _takes_code(person: Person, code: str) -> bool:
    """Whether the code is right and none of its step was taken before. Of two at once, one is taken."""
    step = codes.step_of(person.totp_secret or "", code, clock.now())
    if step is None:
        return False
    # On the table, not the row: a code taken is no change of the person that others could collide with.
    taken = db.session.execute(
        sa.update(_PEOPLE)
        .where(_PEOPLE.c.id == person.id, _PEOPLE.c.totp_last_step < step)
        .values(totp_last_step=step)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


def _takes_recovery_code(person: Person, code: str, by: Acting) -> bool:
    mine = _CODES.c.person_id == person.id
    taken = db.session.execute(
        sa.update(_CODES)
        .where(mine, _CODES.c.code_hash == codes.recovery_hash(person.reference, code), _CODES.c.used_at.is_(None))
        .values(used_at=clock.now())
    )
    if not taken.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        return False
    left = codes_left(person.id)
    audit.record(Event.RECOVERY_CODE_USED, person, by=by, left=left)
    _tell(person, f"A recovery code was used in place of your second factor. You have {_codes(left)} left.")
    return True


def _codes(left: int) -> str:
    return words.count(left, "recovery code", "recovery codes")


def give(code: str, *, by: Acting) -> None:
    """Take a code for this session, which then counts as proved twice."""
    insist(by, Action.USE_OWN_ACCOUNT)
    confirm(by, code)
    _mark_session(by)


def _mark_session(by: Acting) -> None:
    this = sa.update(_SESSIONS).where(_SESSIONS.c.id == by.session_id)
    db.session.execute(this.values(second_factor_at=clock.now()))


def set_up(secret: str, *, code: str, current: str = "", by: Acting) -> list[str]:
    """Make `secret` the person's second factor once they show a code from it; returns ten recovery codes, unhashed.

    Whoever has one already gives a code of it as `current` too.
    """
    insist(by, Action.USE_OWN_ACCOUNT)
    person = hold(db.session.get_one(Person, by.id))
    step = codes.step_of(secret, code, clock.now())
    if step is None:
        raise Invalid("code", "That code is not right. Enter the 6 figures your app shows now for this account.")
    replaced = person.totp_confirmed_at is not None
    if replaced:
        confirm(by, current, field="current")
    person.totp_secret, person.totp_confirmed_at, person.totp_last_step = secret, clock.now(), step
    audit.record(Event.SECOND_FACTOR_SET, person, by=by)
    _tell(person, "Your second factor was replaced by a new one." if replaced else "A second factor was set up for you.")
    _mark_session(by)
    return _fresh_codes(person)


def _fresh_codes(person: Person) -> list[str]:
    fresh = codes.recovery_codes()
    db.session.execute(sa.delete(_CODES).where(_CODES.c.person_id == person.id))
    rows = [{"person_id": person.id, "code_hash": codes.recovery_hash(person.reference, one)} for one in fresh]
    db.session.execute(sa.insert(_CODES), rows)
    return fresh


def make_recovery_codes(code: str, *, by: Acting) -> list[str]:
    """Ten new recovery codes in place of those there were."""
    insist(by, Action.USE_OWN_ACCOUNT)
    confirm(by, code)
    person = db.session.get_one(Person, by.id)
    audit.record(Event.RECOVERY_CODES_MADE, person, by=by)
    _tell(person, "New recovery codes were made for you. The old ones no longer work.")
    return _fresh_codes(person)


def remove(code: str, *, by: Acting) -> None:
    """Give up one's second factor. Ombudsman staff must have one, so they can only replace it."""
    insist(by, Action.USE_OWN_ACCOUNT)
    if by.at_the_ombudsman:
        raise NotAllowed(
            "Every account at the Ombudsman needs a second factor.", next_steps=[Step("Replace it", SET_UP.href)]
        )
    confirm(by, code)
    _clear(hold(db.session.get_one(Person, by.id)), reason="removed by the person", by=by)


def reset(person: Person, *, reason: str, by: Acting) -> None:
    """Take away the second factor of somebody who lost it, and sign them out; they set up a new one."""
    insist(by, Action.APPOINT_STAFF)
    if person.id == by.id:
        raise NotAllowed("You cannot take away your own second factor. Ask another administrator.")
    hold(person)
    if person.totp_confirmed_at is None:
        raise WrongState(f"{person.name} has no second factor.")
    end_sessions(sessions_of(person.id))
    _clear(person, reason=reason, by=by)


def _clear(person: Person, *, reason: str, by: Acting) -> None:
    person.totp_secret = person.totp_confirmed_at = None
    db.session.execute(sa.delete(_CODES).where(_CODES.c.person_id == person.id))
    own = sa.update(_SESSIONS).where(_SESSIONS.c.person_id == person.id)
    db.session.execute(own.values(second_factor_at=None))
    audit.record(Event.SECOND_FACTOR_REMOVED, person, by=by, reason=reason)
    _tell(person, "Your second factor was removed.")


def _tell(person: Person, what: str) -> None:
    outbox.post(
        Letter.SECOND_FACTOR_CHANGED,
        to=person.email,
        name=person.name,
        about=person.reference,
        period=clock.now().isoformat(),
        facts={"what": what, "when": words.moment(clock.now())},
    )
