"""Roles begin, change and end; nobody who leaves keeps a way in, and no body is left without somebody to ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import at_most, db, fresh_reference, hold, insert_unless_there
from portal.kernel.errors import Incomplete, Invalid, Step, WrongState
from portal.organisations.models import Membership, Organisation, Person, SignInLink
from portal.organisations.operations.signing_in import end_sessions, sessions_of
from portal.organisations.queries import HOLDING
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.outbox import Letter
from portal.policy import AT_THE_OMBUDSMAN, IN_A_BODY, Acting, Action, Role, insist, may

# Of these a body that takes part keeps one, and the Ombudsman an administrator: somebody must be there to ask.
_KEEPS_ONE_OF = (Role.COMPLAINTS_MANAGER, Role.BODY_ADMINISTRATOR)


def roles_to_give(organisation: Organisation, by: Acting) -> tuple[Role, ...]:
    """The roles that `by` may give in this organisation, in the order of the policy."""
    if not may(by, Action.MANAGE_PEOPLE, organisation):
        return ()
    staff = organisation.code == OMBUDSMAN_CODE and may(by, Action.APPOINT_STAFF)
    allowed = IN_A_BODY | AT_THE_OMBUDSMAN if staff else IN_A_BODY
    return tuple(role for role in Role if role in allowed)


def refuse_unless_to_give(role: Role, organisation: Organisation, by: Acting) -> None:
    """Raise Invalid("role", …) where `by` may not give this role here."""
    if role not in roles_to_give(organisation, by):
        raise Invalid("role", f"The role “{role.value}” cannot be given by you in {organisation.name}.")


def refuse_if_closed(organisation: Organisation) -> None:
    """Raise WrongState for a body that closed: nobody takes a role there any more."""
    if organisation.closed_on is not None and organisation.closed_on < clock.today():
        raise WrongState(f"{organisation.name} closed on {words.day(organisation.closed_on)}.")


def take_on(
    organisation: Organisation, *, email: str, name: str, roles: Sequence[Role], job_title: str = "", by: Acting
) -> Person:
    """Give somebody roles without an invitation: the first administrator of a new portal, and imports.

    `email` is folded already. Roles that the person holds stay as they are.
    """
    insist(by, Action.MANAGE_PEOPLE, organisation)
    refuse_if_closed(organisation)
    for role in roles:
        refuse_unless_to_give(role, organisation, by)
    person = person_with(email, name, by=by)
    for role in roles:
        if not holds(person.id, organisation.id, role):
            begin(person, organisation.id, role, job_title=job_title, by=by)
    return person


def person_with(email: str, name: str, *, by: Acting) -> Person:
    """The person with this folded address, added if nobody has it. Two at once end with one person."""
    with_it = sa.select(Person).where(Person.email == email)
    known = db.session.scalars(with_it).one_or_none()
    if known is not None:
        return known
    added = insert_unless_there(
        Person,
        ("email",),
        reference=fresh_reference(Person, "PE"),
        email=email,
        name=name,
        added_at=clock.now(),
        totp_last_step=0,
        version=1,
    )
    person = db.session.scalars(with_it).one()
    if added:
        audit.record(Event.PERSON_ADDED, person, by=by)
    return person


def holds(person_id: int, organisation_id: int, role: Role) -> bool:
    """Whether the person holds this role here today, in their own right or as a deputy."""
    found = sa.select(sa.literal(1)).where(
        Membership.person_id == person_id,
        Membership.organisation_id == organisation_id,
        Membership.role == role,
        HOLDING,
    )
    return db.session.execute(found.limit(at_most(1)), {"today": clock.today()}).first() is not None


def begin(
    person: Person,
    organisation_id: int,
    role: Role,
    *,
    by: Acting,
    job_title: str = "",
    deputy_for_id: int | None = None,
    until_on: date | None = None,
) -> Membership:
    """Add the row and its record; who may do so was asked by the caller."""
    membership = Membership(
        reference=fresh_reference(Membership, "MB"),
        person_id=person.id,
        organisation_id=organisation_id,
        role=role,
        job_title=job_title,
        since_on=clock.today(),
        until_on=until_on,
        deputy_for_id=deputy_for_id,
    )
    db.session.add(membership)
    db.session.flush()
    if deputy_for_id is None:
        audit.record(Event.MEMBERSHIP_BEGAN, membership, by=by, person=person.name, role=role)
    else:
        audit.record(Event.DEPUTY_NAMED, membership, by=by, person=person.name, role=role, until=until_on)
    return membership


def change_role(membership: Membership, role: Role, *, by: Acting) -> Membership:
    """End this role today and begin the other one in its place."""
    organisation = _insist_on_managing(membership, by)
    refuse_unless_to_give(role, organisation, by)
    _hold_current(membership, organisation)
    if membership.deputy_for_id is not None:
        raise WrongState("A deputy has the role of the person they stand in for. End it, and name another deputy.")
    person = db.session.get_one(Person, membership.person_id)
    if holds(person.id, organisation.id, role):
        raise Invalid("role", f"{person.name} has the role “{role.value}” already. Choose another one.")
    _refuse_to_leave_nobody(organisation, [membership], becomes=role)
    close(membership, person, reason=f"became {role.value}", by=by)
    return begin(person, organisation.id, role, job_title=membership.job_title, by=by)


def end(membership: Membership, *, reason: str, everything: bool = False, by: Acting) -> None:
    """End this role at once, or every role the person has in this organisation; today is its last day.

    Work assigned to the person stays assigned, so that others see it. Whoever holds no role anywhere any more is
    signed out everywhere.
    """
    organisation = _insist_on_managing(membership, by)
    _hold_current(membership, organisation)
    person = db.session.get_one(Person, membership.person_id)
    going = _held_here(membership) if everything else [membership]
    for one in going:
        if one.role in AT_THE_OMBUDSMAN:
            insist(by, Action.APPOINT_STAFF)
    _refuse_to_leave_nobody(organisation, going)
    for one in going:
        close(one, person, reason=reason, by=by)
    names = words.listing([one.role.value for one in going])
    tell_of_end(membership, person, organisation, roles=names)
    sign_out_if_nothing_left(person, by=by)


def _held_here(membership: Membership) -> list[Membership]:
    mine = sa.select(Membership).where(
        Membership.person_id == membership.person_id, Membership.organisation_id == membership.organisation_id, HOLDING
    )
    return list(db.session.scalars(mine.order_by(Membership.id), {"today": clock.today()}))


def _insist_on_managing(membership: Membership, by: Acting) -> Organisation:
    insist(by, Action.MANAGE_PEOPLE, membership)
    if membership.role in AT_THE_OMBUDSMAN:
        insist(by, Action.APPOINT_STAFF)
    return db.session.get_one(Organisation, membership.organisation_id)


def _hold_current(membership: Membership, organisation: Organisation) -> None:
    """Hold the body first, so that two administrators cannot take each other off at once."""
    hold(organisation)
    hold(membership)
    refuse_unless_current(membership)


def refuse_unless_current(membership: Membership) -> None:
    """Raise WrongState for a role that has ended."""
    ended = membership.ended_at is not None
    if ended or (membership.until_on is not None and membership.until_on < clock.today()):
        last = words.day(membership.until_on or clock.today())
        raise WrongState(f"This role ended on {last}, so it cannot be changed any more.")


def close(membership: Membership, person: Person, *, reason: str, by: Acting) -> None:
    """End the row at once with its record; who may do so was asked by the caller."""
    membership.until_on, membership.ended_at = clock.today(), clock.now()
    db.session.flush()
    audit.record(Event.MEMBERSHIP_ENDED, membership, by=by, person=person.name, role=membership.role, reason=reason)


def _refuse_to_leave_nobody(organisation: Organisation, going: Sequence[Membership], becomes: Role | None = None) -> None:
    wanted = _wanted(organisation, going)
    if not wanted or becomes in wanted:
        return
    others = sa.select(sa.func.count()).where(
        Membership.organisation_id == organisation.id,
        Membership.role.in_(wanted),
        Membership.deputy_for_id.is_(None),
        Membership.id.not_in([one.id for one in going]),
        HOLDING,
    )
    if db.session.scalar(others, {"today": clock.today()}):
        return
    roles = words.listing([role.value for role in wanted], "or")
    raise Incomplete(
        f"Nobody else is {roles} at {organisation.name}, so there would be nobody left to ask. Do one of these first.",
        [
            Step("Invite somebody to take over, and wait until they accept", f"/organisations/{organisation.code}/people/invite"),
            Step("Or give a colleague that role", f"/organisations/{organisation.code}/people"),
        ],
    )


def _wanted(organisation: Organisation, going: Sequence[Membership]) -> tuple[Role, ...]:
    lost = {one.role for one in going if one.deputy_for_id is None}
    if Role.ADMINISTRATOR in lost:
        return (Role.ADMINISTRATOR,)
    takes_part = organisation.joined_on is not None and organisation.closed_on is None
    return _KEEPS_ONE_OF if takes_part and lost & set(_KEEPS_ONE_OF) else ()


def tell_of_end(membership: Membership, person: Person, organisation: Organisation, *, roles: str) -> None:
    """Write to the person that their role has ended."""
    outbox.post(
        Letter.ROLE_ENDED,
        to=person.email,
        name=person.name,
        about=membership.reference,
        facts={"roles": roles, "organisation": organisation.name, "on": words.day(clock.today())},
    )


def sign_out_if_nothing_left(person: Person, *, by: Acting) -> None:
    """End every session of somebody who holds no role anywhere, and the link they may have asked for."""
    left = sa.select(sa.literal(1)).where(Membership.person_id == person.id, HOLDING).limit(at_most(1))
    if db.session.execute(left, {"today": clock.today()}).first() is not None:
        return
    links = SignInLink.__table__
    db.session.execute(sa.delete(links).where(links.c.email == person.email))
    if end_sessions(sessions_of(person.id)):
        audit.record(Event.SESSION_ENDED, person, by=by, reason="no role is left")
