"""Days that matter: when periods usually open and end, when to remind, how far more time may reach. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel.working_days import add_months

REMIND_BEFORE = (30, 14, 7, 1)  # days before a due day
WEEKLY_FOR = 12  # weeks in which what is overdue, and never closes, is still a reason to write
LOOK_BACK = 31  # days of missed reminders that are made good after the worker stood still
CLOSES_AFTER = timedelta(days=30)
LONGEST_EXTENSION = 6  # months after the first due day
NOTICE = timedelta(days=7)  # a period set in the middle of its year opens this long after, so that it can be checked


@dataclass(frozen=True)
class Days:
    """When one kind of organisation may answer: on time until `due_on`, late until `closes_on`."""

    opens_on: date
    due_on: date
    closes_on: date


def name_of(starts_on: date) -> str:
    """2026-27 for the year that starts in April 2026."""
    return f"{starts_on.year}-{(starts_on.year + 1) % 100:02}"


def year_of(start: int) -> tuple[date, date]:
    """1 April to 31 March."""
    return date(start, 4, 1), date(start + 1, 3, 31)


def usual(start: int, *, small: bool, today: date) -> Days:
    """The usual days of a period: submit by 30 September, small organisations by 31 December."""
    opens_on = max(date(start, 4, 1), today + NOTICE if today > date(start, 4, 1) else date(start, 4, 1))
    due_on = date(start, 12, 31) if small else date(start, 9, 30)
    return Days(opens_on, due_on, due_on + CLOSES_AFTER)


def overdue(due_on: date, today: date) -> bool:
    """The due day itself is still on time."""
    return today > due_on


def latest_extension(first_due_on: date) -> date:
    """The last day that more time may reach."""
    return add_months(first_due_on, LONGEST_EXTENSION)


def moved(due_on: date, closes_on: date, until: date) -> tuple[date, date]:
    """The due day and the closing day with more time: as far apart as they were."""
    return until, until + (closes_on - due_on)


def reminded_of(today: date, since: date) -> frozenset[date]:
    """The due days for which a reminder falls on a day after `since` and until `today`.

    It falls 30, 14, 7 and 1 days before the due day, on the day after it, and weekly from then.
    """
    first = max(since + timedelta(days=1), today - timedelta(days=LOOK_BACK))
    days = [first + timedelta(days=step) for step in range((today - first).days + 1)]
    before = {day + timedelta(days=left) for day in days for left in REMIND_BEFORE}
    after = {day - timedelta(days=1 + 7 * week) for day in days for week in range(WEEKLY_FOR)}
    return frozenset(before | after)


def horizon(today: date) -> date:
    """What is due by this day belongs in a digest that is sent today."""
    return today + timedelta(days=REMIND_BEFORE[0])
