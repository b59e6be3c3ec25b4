"""The only place that reads the time; moments are kept in UTC, days are London's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def _system() -> datetime:
    return datetime.now(UTC)


# One for the whole process, not a ContextVar: a server thread must see the time that a test has set.
_read: Callable[[], datetime] = _system


def now() -> datetime:
    """This moment, in UTC."""
    return _in_utc(_read())


def today() -> date:
    """The day it is in London, which for an hour of each summer night is not UTC's day."""
    return london(now()).date()


def set_clock(read: Callable[[], datetime] | None) -> None:
    """Take the time from `read` in every thread from now on; None gives back the system's clock."""
    global _read
    _read = read or _system


@contextmanager
def at(moment: datetime | date) -> Iterator[None]:
    """Stop the clock at `moment` while the block runs; a bare day means midday on it, in London."""
    stopped = _in_utc(moment) if isinstance(moment, datetime) else _midday(moment)
    before = _read
    set_clock(lambda: stopped)
    try:
        yield
    finally:
        set_clock(before)


def london(moment: datetime) -> datetime:
    """The same moment as a clock in London shows it."""
    return _aware(moment).astimezone(LONDON)


def start_of_day(day: date) -> datetime:
    """The first moment of London's `day`, in UTC; `day` ends where the next one starts."""
    return datetime.combine(day, time.min, LONDON).astimezone(UTC)


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON).astimezone(UTC)


def _in_utc(moment: datetime) -> datetime:
    return _aware(moment).astimezone(UTC)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} does not say which time zone it is in")
    return moment
