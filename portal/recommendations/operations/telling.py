"""Who is told about one recommendation by letter: whoever answers for its organisation, or the officer who looks after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from portal import outbox
from portal.organisations.queries import recipients
from portal.organisations.queries.recipients import Recipient
from portal.outbox import Letter
from portal.policy import Role
from portal.recommendations import queries
from portal.recommendations.models import Recommendation


def answerable(one: Recommendation) -> list[Recipient]:
    """Whoever answers for its organisation today."""
    return recipients.holders(one.organisation_id, Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)


def tell(letter: Letter, one: Recommendation, to: Iterable[Recipient | None], *, period: str | date = "", **facts: Any) -> None:
    """One letter to each, which names the organisation and the reference besides these facts. Nobody is told where None stands."""
    there = [person for person in to if person is not None]
    if not there:
        return
    whole = {"organisation": queries.organisation_of(one).name, "reference": one.reference, **facts}
    for person in there:
        outbox.post(letter, to=person.email, name=person.name, about=one.reference, period=period, facts=whole)


def tell_organisation(letter: Letter, one: Recommendation, *, period: str | date = "", **facts: Any) -> None:
    tell(letter, one, answerable(one), period=period, **facts)


def tell_officer(letter: Letter, one: Recommendation, *, period: str | date = "", **facts: Any) -> None:
    tell(letter, one, [recipients.person(one.officer_id)], period=period, **facts)
