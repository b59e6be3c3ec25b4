"""Taking part is voluntary: an organisation says that it does, and may say that it no longer does."""

from __future__ import annotations

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import hold
from portal.kernel.errors import Invalid, WrongState
from portal.organisations.models import Organisation
from portal.organisations.queries.register import covered_by
from portal.policy import Acting, Action, insist

LONGEST_REASON = 1000


def join(organisation: Organisation, *, by: Acting) -> None:
    """From today the organisation takes part."""
    insist(by, Action.TAKE_PART, organisation)
    hold(organisation)
    if organisation.closed_on is not None:
        raise WrongState(f"{organisation.name} closed on {words.day(organisation.closed_on)}, so it cannot take part.")
    if organisation.joined_on is not None:
        raise WrongState(f"{organisation.name} has been taking part since {words.day(organisation.joined_on)}.")
    if covered_by(organisation.id) is not None:
        raise WrongState(f"A group answers for {organisation.name}. It takes part through that group.")
    organisation.joined_on = clock.today()
    audit.record(Event.ORGANISATION_JOINED, organisation, by=by, joined_on=organisation.joined_on)


def leave(organisation: Organisation, *, reason: str, by: Acting) -> None:
    """From today the organisation no longer takes part. What was published stays published."""
    insist(by, Action.TAKE_PART, organisation)
    hold(organisation)
    if organisation.joined_on is None:
        raise WrongState(f"{organisation.name} is not taking part.")
    if not reason.strip():
        raise Invalid("reason", "Enter why it stops taking part")
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"The reason must be {LONGEST_REASON:,} characters or fewer")
    organisation.joined_on = None
    audit.record(Event.ORGANISATION_LEFT, organisation, by=by, reason=reason)
