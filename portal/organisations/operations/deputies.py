"""Deputies: a complaints manager or executive lead names somebody who may act in their role for a time."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from portal import outbox
from portal.kernel import clock, words
from portal.kernel.db import at_most, db, hold
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.kernel.working_days import add_months
from portal.organisations.models import Invitation, Membership, Organisation, Person
from portal.organisations.operations import inviting, memberships
from portal.organisations.queries import HOLDING
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist, may

CAN_HAVE_ONE = (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)
MONTHS_AHEAD = 6


def last_day_allowed(today: date) -> date:
    """The same day six months on, or the last day of that month."""
    return add_months(today, MONTHS_AHEAD)


def may_name(membership: Membership, by: Acting) -> bool:
    """The holder names their own deputy; so does whoever keeps the organisation's people."""
    own = membership.person_id == by.id and may(by, Action.NAME_A_DEPUTY, membership)
    return own or may(by, Action.MANAGE_PEOPLE, membership)


def name(membership: Membership, person_id: int, *, until_on: date, by: Acting) -> Membership:
    """Somebody who acts for the same organisation may act in this role until a day, that day included."""
    organisation = _insist_on_naming(membership, until_on, by)
    _refuse_unless_colleague(membership, person_id)
    deputy = db.session.get_one(Person, person_id)
    if memberships.holds(deputy.id, membership.organisation_id, membership.role):
        raise Invalid("deputy", f"{deputy.name} can act as {membership.role.value} already. Choose somebody else.")
    begun = memberships.begin(
        deputy, membership.organisation_id, membership.role, deputy_for_id=membership.id, until_on=until_on, by=by
    )
    outbox.post(
        Letter.DEPUTY_NAMED,
        to=deputy.email,
        name=deputy.name,
        about=begun.reference,
        facts={
            "role": membership.role.value,
            "organisation": organisation.name,
            "for_whom": db.session.get_one(Person, membership.person_id).name,
            "until": words.day(until_on),
        },
    )
    return begun


def invite(membership: Membership, *, email: str, name: str, until_on: date, by: Acting) -> Invitation:
    """Invite somebody who does not act for the organisation yet as deputy. `email` is folded."""
    organisation = _insist_on_naming(membership, until_on, by)
    return inviting.invite_deputy(membership, organisation, email=email, name=name, until_on=until_on, by=by)


def end(membership: Membership, *, by: Acting) -> None:
    """End a deputy's time early, at once."""
    if membership.deputy_for_id is None:
        insist(by, Action.NAME_A_DEPUTY, membership)
        raise WrongState("This is not a deputy’s role.")
    _insist_may_name(db.session.get_one(Membership, membership.deputy_for_id), by)
    hold(membership)
    memberships.refuse_unless_current(membership)
    person = db.session.get_one(Person, membership.person_id)
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    memberships.close(membership, person, reason="no longer a deputy", by=by)
    memberships.tell_of_end(membership, person, organisation, roles=f"deputy {membership.role.value}")
    memberships.sign_out_if_nothing_left(person, by=by)


def _insist_may_name(membership: Membership, by: Acting) -> None:
    if may_name(membership, by):
        return
    insist(by, Action.NAME_A_DEPUTY, membership)
    raise NotAllowed("You can name a deputy for your own role only. Ask your organisation’s administrator.")


def _insist_on_naming(membership: Membership, until_on: date, by: Acting) -> Organisation:
    _insist_may_name(membership, by)
    organisation = hold(db.session.get_one(Organisation, membership.organisation_id))
    memberships.refuse_if_closed(organisation)
    hold(membership)
    memberships.refuse_unless_current(membership)
    if membership.role not in CAN_HAVE_ONE or membership.deputy_for_id is not None:
        raise WrongState("Only a complaints manager or an executive lead can have a deputy, and a deputy cannot.")
    latest = last_day_allowed(clock.today())
    if not clock.today() <= until_on <= latest:
        raise Invalid("until_on", f"The last day must be between today and {words.day(latest)}")
    return organisation


def _refuse_unless_colleague(membership: Membership, person_id: int) -> None:
    colleague = sa.select(sa.literal(1)).where(
        Membership.person_id == person_id, Membership.organisation_id == membership.organisation_id, HOLDING
    )
    here = db.session.execute(colleague.limit(at_most(1)), {"today": clock.today()}).first()
    if here is None or person_id == membership.person_id:
        raise Invalid("deputy", "Choose somebody who acts for your organisation, or invite them")
