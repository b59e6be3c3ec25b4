"""Deadlines in working days and calendar months, with the bank holidays of England and Wales.

A working day is any day but a Saturday, a Sunday, Christmas Day, Good Friday or a bank holiday: the sense in which the
complaints regulations count days (SI 2009/309, and alike SI 2006/1681 and SI 2012/3094). The day something arrives is
not counted: the first working day after it is day 1.

Bank holidays follow from the Banking and Financial Dealings Act 1971 and from proclamations that repeat each year, so
they are computed, and only the days proclaimed once are listed. The rule holds from 1978, the first early May holiday.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

MONDAY, SATURDAY, SUNDAY = 0, 5, 6
FIRST_YEAR = 1978
ONE_DAY = timedelta(days=1)

# Proclaimed for one year only, in addition to the ordinary days.
ADDED: Mapping[date, str] = MappingProxyType(
    {
        date(1981, 7, 29): "Royal wedding",
        date(1999, 12, 31): "Millennium Eve",
        date(2002, 6, 3): "Golden Jubilee",
        date(2011, 4, 29): "Royal wedding",
        date(2012, 6, 5): "Diamond Jubilee",
        date(2022, 6, 3): "Platinum Jubilee",
        date(2022, 9, 19): "State Funeral of Queen Elizabeth II",
        date(2023, 5, 8): "Coronation of King Charles III",
    }
)

# An ordinary day that was held on another day that year.
MOVED: Mapping[date, date] = MappingProxyType(
    {
        date(1995, 5, 1): date(1995, 5, 8),  # 50 years after VE Day
        date(2002, 5, 27): date(2002, 6, 4),  # to meet the Golden Jubilee
        date(2012, 5, 28): date(2012, 6, 4),  # to meet the Diamond Jubilee
        date(2020, 5, 4): date(2020, 5, 8),  # 75 years after VE Day
        date(2022, 5, 30): date(2022, 6, 2),  # to meet the Platinum Jubilee
    }
)


@lru_cache(maxsize=256)
def bank_holidays(year: int) -> Mapping[date, str]:
    """Each day off in `year` with its name, in order; one that falls on a weekend stands under its substitute."""
    if year < FIRST_YEAR:
        raise ValueError(f"bank holidays are known from {FIRST_YEAR}, not for {year}")
    easter = _easter_sunday(year)
    days = {
        easter - timedelta(days=2): "Good Friday",
        easter + ONE_DAY: "Easter Monday",
        _first_monday(year, 5): "Early May bank holiday",
        _last_monday(year, 5): "Spring bank holiday",
        _last_monday(year, 8): "Summer bank holiday",
    }
    days = {MOVED.get(day, day): name for day, name in days.items()}
    christmas = [(date(year, 12, 25), "Christmas Day"), (date(year, 12, 26), "Boxing Day")]
    if christmas[0][0].weekday() == SUNDAY:
        christmas.reverse()  # Boxing Day keeps its Monday, and the substitute for Christmas Day comes after it
    fixed = [(date(year, 1, 1), "New Year’s Day"), *christmas]
    for day, name in fixed:
        held = _substitute(day, days)
        days[held] = name if held == day else f"{name} (substitute day)"
    days.update((day, name) for day, name in ADDED.items() if day.year == year)
    return MappingProxyType(dict(sorted(days.items())))


def is_working_day(day: date) -> bool:
    """Whether `day` is neither a weekend nor a day off."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def next_working_day(day: date) -> date:
    """`day` itself if it is a working day, otherwise the first after it: where a deadline on a day off falls."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


def add_working_days(start: date, count: int) -> date:
    """The working day that is `count` working days after `start` (before it, if negative); 0 gives `start` itself."""
    step = ONE_DAY if count > 0 else -ONE_DAY
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_working_day(day)
    return day


@lru_cache(maxsize=4096)
def working_days_between(start: date, end: date) -> int:
    """How many working days after `start` the day `end` is, `end` counted and `start` not; negative if it is before.

    It undoes `add_working_days`: `working_days_between(start, add_working_days(start, n)) == n`.
    """
    step = ONE_DAY if end > start else -ONE_DAY
    day, passed = start, 0
    while day != end:
        day += step
        passed += is_working_day(day)
    return passed if end > start else -passed


def add_months(day: date, count: int) -> date:
    """The same day `count` calendar months on (or back), or the last day of that month where it has no such day."""
    months = day.year * 12 + day.month - 1 + count
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _substitute(day: date, taken: Mapping[date, str]) -> date:
    """`day`, or the first day after it that is neither a weekend nor a holiday already."""
    while day.weekday() in (SATURDAY, SUNDAY) or day in taken:
        day += ONE_DAY
    return day


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, monthrange(year, month)[1])
    return last - timedelta(days=(last.weekday() - MONDAY) % 7)


def _easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar, by the anonymous algorithm of 1876."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leaps, rest = divmod(in_century, 4)
    to_sunday = (32 + 2 * century_rest + 2 * leaps - epact - rest) % 7
    correction = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
