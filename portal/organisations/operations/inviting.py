"""Invitations to act for an organisation: sent, sent again, withdrawn, accepted once."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Invalid, NotFound, Step, WrongState
from portal.kernel.references import hashed, secret_token
from portal.organisations.models import Invitation, Membership, Organisation, Person
from portal.organisations.operations import memberships
from portal.organisations.operations.signing_in import begin_session
from portal.outbox import Letter
from portal.policy import AT_THE_OMBUDSMAN, Acting, Action, Role, insist

STANDS = timedelta(days=14)


class Standing(enum.Enum):
    """Where an invitation stands; the value is what the page says of it."""

    OPEN = "open"
    ACCEPTED = "This invitation has been accepted already."
    WITHDRAWN = "This invitation was withdrawn."
    EXPIRED = "This invitation has run out."


def standing(invitation: Invitation) -> Standing:
    """Where an invitation stands now."""
    if invitation.accepted_at is not None:
        return Standing.ACCEPTED
    if invitation.withdrawn_at is not None:
        return Standing.WITHDRAWN
    return Standing.OPEN if invitation.expires_at > clock.now() else Standing.EXPIRED


def invite(
    organisation: Organisation, *, email: str, name: str, roles: Sequence[Role], job_title: str = "", by: Acting
) -> list[Invitation]:
    """Invite somebody to take roles: one invitation a role, one letter for all of them. `email` is folded."""
    insist(by, Action.MANAGE_PEOPLE, organisation)
    memberships.refuse_if_closed(organisation)
    hold(organisation)
    for role in roles:
        memberships.refuse_unless_to_give(role, organisation, by)
        _refuse_twice(organisation, email, role)
    token = secret_token()
    sent = [
        _send(organisation, email=email, name=name, role=role, job_title=job_title, token=given, by=by)
        for role, given in zip(roles, [token, *(secret_token() for _ in roles[1:])], strict=True)
    ]
    _tell(sent[0], organisation, token, words.listing([role.value for role in roles]))
    return sent


def invite_deputy(
    membership: Membership, organisation: Organisation, *, email: str, name: str, until_on: date, by: Acting
) -> Invitation:
    """Invite somebody from outside the organisation's people as deputy; who may name one was asked by the caller."""
    _refuse_twice(organisation, email, membership.role)
    token = secret_token()
    sent = _send(organisation, email=email, name=name, role=membership.role, job_title="", token=token, by=by)
    sent.deputy_for_id, sent.deputy_until_on = membership.id, until_on
    _tell(sent, organisation, token, f"deputy {membership.role.value}")
    return sent


def _send(
    organisation: Organisation, *, email: str, name: str, role: Role, job_title: str, token: str, by: Acting
) -> Invitation:
    now = clock.now()
    invitation = Invitation(
        reference=fresh_reference(Invitation, "IN"),
        organisation_id=organisation.id,
        email=email,
        name=name,
        role=role,
        job_title=job_title,
        token_hash=hashed(token),
        invited_by=by.name,
        invited_at=now,
        expires_at=now + STANDS,
    )
    db.session.add(invitation)
    audit.record(Event.INVITATION_SENT, invitation, by=by, role=role)
    return invitation


def _refuse_twice(organisation: Organisation, email: str, role: Role) -> None:
    holder = db.session.scalar(sa.select(Person.id).where(Person.email == email))
    if holder is not None and memberships.holds(holder, organisation.id, role):
        raise Invalid("email", f"{email} is {role.value} at {organisation.name} already.")
    if any(one.role is role for one in _open(organisation.id, email)):
        raise Invalid("email", f"{email} was invited as {role.value} already. You can send that invitation again.")


def _open(organisation_id: int, email: str) -> list[Invitation]:
    wanted = sa.select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.email == email,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    return list(db.session.scalars(wanted.order_by(Invitation.id).with_for_update()))


def _tell(invitation: Invitation, organisation: Organisation, token: str, roles: str) -> None:
    outbox.post(
        Letter.INVITATION,
        to=invitation.email,
        name=invitation.name,
        about=invitation.reference,
        period=hashed(token)[:16],
        facts={
            "token": token,
            "organisation": organisation.name,
            "roles": roles,
            "invited_by": invitation.invited_by,
            "until": words.day(invitation.expires_at),
        },
    )


def resend(invitation: Invitation, *, by: Acting) -> None:
    """Send it again with a new link and another 14 days; the link sent before stops working."""
    organisation = _insist_on_managing(invitation, by)
    _refuse_if_over(invitation)
    token = secret_token()
    invitation.token_hash, invitation.expires_at = hashed(token), clock.now() + STANDS
    audit.record(Event.INVITATION_SENT, invitation, by=by, role=invitation.role)
    _tell(invitation, organisation, token, invitation.role.value)


def withdraw(invitation: Invitation, *, by: Acting) -> None:
    """Take an invitation back; its link stops working."""
    _insist_on_managing(invitation, by)
    _refuse_if_over(invitation)
    invitation.withdrawn_at = clock.now()
    audit.record(Event.INVITATION_WITHDRAWN, invitation, by=by)


def _insist_on_managing(invitation: Invitation, by: Acting) -> Organisation:
    insist(by, Action.MANAGE_PEOPLE, invitation)
    if invitation.role in AT_THE_OMBUDSMAN:
        insist(by, Action.APPOINT_STAFF)
    return db.session.get_one(Organisation, hold(invitation).organisation_id)


def _refuse_if_over(invitation: Invitation) -> None:
    if standing(invitation) in (Standing.ACCEPTED, Standing.WITHDRAWN):
        raise WrongState(standing(invitation).value)


def with_token(token: str) -> Invitation | None:
    """The invitation that this link leads to."""
    return db.session.scalar(sa.select(Invitation).where(Invitation.token_hash == hashed(token)))


@dataclass(frozen=True)
class Accepted:
    """Who accepted, and the session begun for them; None where they were signed in before."""

    person_id: int
    session_token: str | None
    at_the_ombudsman: bool


def accept(token: str, *, browser: str, by: Acting) -> Accepted:
    """Take the role, and every other role offered to the same address by the same organisation, and sign in.

    The link proves that the address is theirs. Nobody becomes a second person: addresses are folded.
    """
    insist(by, Action.SIGN_IN)
    invitation = with_token(token)
    if invitation is None:
        raise NotFound()
    hold(invitation)
    if standing(invitation) is not Standing.OPEN:
        raise WrongState(standing(invitation).value, next_steps=[Step("Sign in", "/sign-in")])
    if by.is_authenticated and by.email != invitation.email:
        raise WrongState(
            f"You are signed in as {by.email}, but this invitation is for {invitation.email}. "
            "Sign out, then open the link again."
        )
    organisation = db.session.get_one(Organisation, invitation.organisation_id)
    memberships.refuse_if_closed(organisation)
    person = memberships.person_with(invitation.email, invitation.name, by=_inviting(invitation))
    acting = Acting(id=person.id, name=person.name, email=person.email)
    taken = _open(organisation.id, invitation.email)
    for one in taken:
        _take(one, person, by=acting)
    session = None if by.is_authenticated else begin_session(person.id, browser=browser, second_factor=False)
    return Accepted(person.id, session, any(one.role in AT_THE_OMBUDSMAN for one in taken))


def _inviting(invitation: Invitation) -> Acting:
    return Acting(id=None, name=invitation.invited_by)


def _take(invitation: Invitation, person: Person, *, by: Acting) -> None:
    invitation.accepted_at = clock.now()
    audit.record(Event.INVITATION_ACCEPTED, invitation, by=by, role=invitation.role)
    if memberships.holds(person.id, invitation.organisation_id, invitation.role):
        return
    if invitation.deputy_until_on is not None and invitation.deputy_until_on < clock.today():
        return
    memberships.begin(
        person,
        invitation.organisation_id,
        invitation.role,
        job_title=invitation.job_title,
        deputy_for_id=invitation.deputy_for_id,
        until_on=invitation.deputy_until_on,
        by=by,
    )
