"""Three years that always look current: two that are over, and one that is due in about nine days."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from portal.assessments.models import Period, Window
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration.ledger import Ledger
from portal.kernel import clock
from portal.kernel.working_days import add_months, next_working_day
from portal.policy import PORTAL
from portal.standards import library

DUE_IN = timedelta(days=8)  # and on from there to a working day
OPEN_FOR = timedelta(days=120)
CLOSES_AFTER = timedelta(days=30)
SMALL_DUE_LATER = timedelta(days=60)
LEARNING_MONTHS = 40  # since the first learner began


@dataclass(frozen=True)
class Year:
    """One period: its row, and its days for organisations that are not small."""

    id: int
    name: str
    opens_on: date
    due_on: date
    closes_on: date
    reply_days: int
    question_days: int
    index: int  # 0 is the oldest, 2 the current one

    @property
    def current(self) -> bool:
        return self.index == 2

    def of_kind(self, kind: str) -> Year:
        """The year with the days of a kind of organisation: a small one has longer."""
        if not library.kind(kind).small:
            return self
        return replace(self, due_on=self.due_on + SMALL_DUE_LATER, closes_on=self.closes_on + SMALL_DUE_LATER)

    @property
    def starts_on(self) -> date:
        """The first day of the year that is assessed."""
        return _starts(self.opens_on)

    def version(self, standard: str) -> str:
        return _version(standard, self.index)


def _version(standard: str, index: int) -> str:
    """Earlier years were answered against the version before, so that this year some words have changed."""
    published = library.versions(standard)
    return published[-1 if index == 2 else max(0, len(published) - 2)].version


def learning_began(today: date) -> date:
    """The day from which people could learn."""
    return add_months(today, -LEARNING_MONTHS)


def three_years(ledger: Ledger, today: date) -> list[Year]:
    due = next_working_day(today + DUE_IN)
    return [_year(ledger, index, next_working_day(add_months(due, 12 * (index - 2)))) for index in range(3)]


def _year(ledger: Ledger, index: int, due_on: date) -> Year:
    opens_on = due_on - OPEN_FOR
    starts = _starts(opens_on)
    name = f"{starts.year}-{(starts.year + 1) % 100:02}"
    row = ledger.add(Period, name=name, starts_on=starts, ends_on=date(starts.year + 1, 3, 31))
    year = Year(row["id"], name, opens_on, due_on, due_on + CLOSES_AFTER, row["reply_working_days"],
                row["clarification_working_days"], index)  # fmt: skip
    set_at = clock.start_of_day(opens_on) - timedelta(days=60, hours=-10)
    ledger.say(Event.PERIOD_SET, PORTAL_STREAM, f"period {name}", by=PORTAL, at=set_at, name=name)
    for kind in library.load().kinds.values():
        later = SMALL_DUE_LATER if kind.small else timedelta()
        ledger.add(
            Window,
            period_id=year.id,
            organisation_kind=kind.code,
            standard=kind.standard,
            standard_version=year.version(kind.standard),
            opens_on=opens_on,
            due_on=due_on + later,
            closes_on=year.closes_on + later,
            opened_at=clock.start_of_day(opens_on) + timedelta(hours=6),
            closed_at=_closed_at(year.closes_on + later, clock.now()),
        )
    return year


def _starts(opens_on: date) -> date:
    """The first of April on or before a day."""
    return date(opens_on.year - (opens_on.month < 4), 4, 1)


def _closed_at(closes_on: date, now: datetime) -> datetime | None:
    at = clock.start_of_day(closes_on + timedelta(days=1)) + timedelta(hours=2)
    return at if at <= now else None


class Pen:
    """Moments of one assessment, each after the one before and none in the future."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self._chance = chance
        self._now = now
        self.last = datetime.min.replace(tzinfo=now.tzinfo)

    def on(self, day: date) -> datetime:
        """A moment of office hours on the day, or just after the last one if that was later."""
        drawn = clock.start_of_day(day) + timedelta(minutes=self._chance.randint(8 * 60, 17 * 60), seconds=self._chance.randint(0, 59))
        self.last = min(max(drawn, self.last + timedelta(minutes=self._chance.randint(1, 4))), self._now)
        return self.last

    @property
    def day(self) -> date:
        return clock.london(self.last).date()
