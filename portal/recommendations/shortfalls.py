"""What of a recommendation falls short today: overdue, refused, stalled; each by itself. Pure: facts in, shortfalls out."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import date

from portal.recommendations import deadlines, ladder
from portal.recommendations.deadlines import THEIRS
from portal.recommendations.lifecycle import ENDED, OPEN, Acceptance, Delivery

GRAVE = 4  # an injustice of this severity or more makes a shortfall serious
LONG_OVERDUE = 30  # days


class Shortfall(enum.Enum):
    """What falls short."""

    OVERDUE = "overdue"
    REFUSED = "refused"
    STALLED = "stalled"


def falling_short(
    acceptance: Acceptance, delivery: Delivery, *, due_on: date, answered_on: date | None, heard_on: date | None, today: date
) -> frozenset[Shortfall]:
    """Whatever of it falls short. What waits for the Ombudsman is neither overdue nor stalled."""
    return frozenset(_each(acceptance, delivery, due_on, answered_on, heard_on, today))


def _each(
    acceptance: Acceptance, delivery: Delivery, due_on: date, answered_on: date | None, heard_on: date | None, today: date
) -> Iterator[Shortfall]:
    if delivery in THEIRS and due_on < today:
        yield Shortfall.OVERDUE
    if delivery in OPEN and acceptance is Acceptance.NOT_ACCEPTED:
        yield Shortfall.REFUSED
    if deadlines.stalled(acceptance, delivery, answered_on, heard_on, today):
        yield Shortfall.STALLED


def serious(severity: int, delivery: Delivery, due_on: date, today: date) -> bool:
    """Whether it is more than a moderate shortfall: long overdue, or about a grave injustice."""
    return severity >= GRAVE or (delivery in THEIRS and ladder.days_late(due_on, today) >= LONG_OVERDUE)


def no_longer(one: Shortfall, acceptance: Acceptance, delivery: Delivery) -> str:
    """Why it does not fall short in this way any more."""
    if delivery in ENDED:
        return f"The recommendation has ended: {delivery.value}"
    if one is Shortfall.REFUSED:
        return f"The organisation answered anew: {acceptance.value}"
    if delivery is Delivery.SUBMITTED:
        return "Evidence was submitted, and waits for the Ombudsman"
    return "More time was given" if one is Shortfall.OVERDUE else "The organisation was heard of again"
