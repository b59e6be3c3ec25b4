"""How late it is, and which step of the ladder that asks for (the domain's section 10.3). Pure: days in, steps out."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

BY_A_PERSON = 3  # from this level on nothing is done without a person
LOOK_BACK = 31  # days of missed steps that are made good after the worker stood still


class Band(enum.Enum):
    """How late something is, as lists and boards group it; the value is what they say."""

    NOT_LATE = "not late"
    TWO_WEEKS = "up to 14 days late"
    A_MONTH = "15 to 29 days late"
    TWO_MONTHS = "30 to 59 days late"
    THREE_MONTHS = "60 to 89 days late"
    LONGER = "90 days late or more"


_BANDS = ((1, Band.NOT_LATE), (15, Band.TWO_WEEKS), (30, Band.A_MONTH), (60, Band.TWO_MONTHS), (90, Band.THREE_MONTHS))


@dataclass(frozen=True)
class Step:
    """One step of the ladder. `after`: days since the due day (negative before it). `by_itself`: the daily job takes it;
    every other is only ever placed before a person, with a letter drafted."""

    level: int
    after: int
    says: str
    by_itself: bool


LADDER = (
    Step(1, -14, "a reminder, two weeks before the due day", True),
    Step(1, 0, "a reminder, on the due day", True),
    Step(2, 1, "a letter that it is overdue", True),
    Step(2, 15, "a second letter that it is overdue", True),
    Step(3, 30, "the executive lead is contacted", False),
    Step(4, 60, "the chief executive is written to, and whoever answers for the organisation is told", False),
    Step(5, 90, "the Ombudsman decides on a public statement or a report to Parliament", False),
)


def days_late(due_on: date, on: date) -> int:
    """How many days after the due day; 0 on it and before."""
    return max(0, (on - due_on).days)


def band(due_on: date, on: date) -> Band:
    """The band of what is due on a day, seen on another."""
    late = days_late(due_on, on)
    return next((one for before, one in _BANDS if late < before), Band.LONGER)


def first_due_of(one: Band, today: date) -> tuple[date | None, date | None]:
    """The due days, first and last, of what stands in a band today; None where there is no bound."""
    bounds = [before for before, _ in _BANDS]
    at = [each for _, each in _BANDS].index(one) if one is not Band.LONGER else len(bounds)
    earliest = None if one is Band.LONGER else today - timedelta(days=bounds[at] - 1)
    latest = None if one is Band.NOT_LATE else today - timedelta(days=bounds[at - 1])
    return earliest, latest


def level(due_on: date, today: date) -> int:
    """The level of the ladder that the calendar alone has reached: 0 is on track."""
    return max((step.level for step in LADDER if today >= due_on + timedelta(days=step.after)), default=0)


def first_day(since: date, today: date) -> date:
    """The first day that a run makes good: the one after its last, but none longer ago than LOOK_BACK."""
    return max(since + timedelta(days=1), today - timedelta(days=LOOK_BACK))


def steps(due_on: date, *, since: date, today: date) -> Iterator[tuple[date, Step]]:
    """The steps that fall on a day after `since` and until `today`, in order; of those missed for long, none."""
    first = first_day(since, today)
    for step in LADDER:
        on = due_on + timedelta(days=step.after)
        if first <= on <= today:
            yield on, step


def due_days(step: Step, *, since: date, today: date) -> tuple[date, date] | None:
    """The due days, first and last, for which this step falls between: what the daily job asks the database for."""
    first = first_day(since, today)
    return (first - timedelta(days=step.after), today - timedelta(days=step.after)) if first <= today else None


def to_take(
    due_on: date, *, since: date, today: date, pauses: Sequence[tuple[date, date]] = ()
) -> list[tuple[date, Step]]:
    """As `steps`, for one that was paused: nothing while a pause lasts (its first day, and the day on which it is over), and
    afterwards the newest of what fell into it, so that nobody gets a heap of letters at once."""
    if _let_go(today, pauses) != today:
        return []
    first = first_day(since, today)
    reached = [(on, step) for step in LADDER if (on := due_on + timedelta(days=step.after)) <= today]
    return [
        (on, step)
        for on, step in reached
        if first <= _let_go(on, pauses) and (_let_go(on, pauses) == on or (on, step) == reached[-1])
    ]


def _let_go(day: date, pauses: Sequence[tuple[date, date]]) -> date:
    """The first day, from this one on, that is in no pause."""
    while ends := [over for begins, over in pauses if begins <= day < over]:
        day = max(ends)
    return day
