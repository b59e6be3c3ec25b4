"""The days of a recommendation: when an answer is due, when evidence is next to come, and what silence looks like. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from portal.kernel.working_days import add_working_days
from portal.recommendations.lifecycle import ENDED, Acceptance, Delivery
from portal.recommendations.lifecycle import Delivery as D

ANSWER_WITHIN = 20  # working days from the day it is issued
AT_LEAST_EVERY = timedelta(days=90)  # nobody may be silent for longer, however far away the due day is
ONCE_PAST = timedelta(days=30)  # where every day that was named has passed
THEIRS = (D.NOT_DUE, D.IN_PROGRESS, D.MORE_NEEDED)  # the organisation is to do something, not the Ombudsman
NO_RECENT_EVIDENCE = "no recent evidence"


def answer_due(issued_on: date) -> date:
    return add_working_days(issued_on, ANSWER_WITHIN)


def next_evidence(due_on: date, steps: Iterable[date], today: date) -> date:
    """When the organisation is next to show how far it is: the soonest day still to come of its promises and the due day,
    and never later than AT_LEAST_EVERY. `steps`: the days of the promised steps that are not done."""
    ahead = min((day for day in (due_on, *steps) if day > today), default=today + ONCE_PAST)
    return min(ahead, today + AT_LEAST_EVERY)


def silent(delivery: Delivery, next_evidence_on: date | None, today: date) -> bool:
    """Whether a day on which evidence was to come has passed without any."""
    return delivery in THEIRS and next_evidence_on is not None and next_evidence_on < today


def stalled(acceptance: Acceptance, delivery: Delivery, answered_on: date | None, heard_on: date | None, today: date) -> bool:
    """Accepted, at least in part, and nothing heard for AT_LEAST_EVERY."""
    last = max((day for day in (answered_on, heard_on) if day is not None), default=None)
    accepted = acceptance in (Acceptance.ACCEPTED, Acceptance.IN_PART)
    return accepted and delivery in THEIRS and last is not None and last + AT_LEAST_EVERY <= today


def standing(delivery: Delivery, next_evidence_on: date | None, today: date) -> str:
    """Where it stands, as everybody reads it."""
    if delivery not in ENDED and silent(delivery, next_evidence_on, today):
        return NO_RECENT_EVIDENCE
    return delivery.value
