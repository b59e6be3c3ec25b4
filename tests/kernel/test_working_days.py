"""Working days: the published bank holidays as a table, and what must hold of every count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.working_days import (
    add_months,
    add_working_days,
    bank_holidays,
    is_working_day,
    next_working_day,
    working_days_between,
)

# Month and day of each bank holiday in England and Wales, written out so as not to depend on the rule under test.
PUBLISHED = {
    1995: "1-2 4-14 4-17 5-8 5-29 8-28 12-25 12-26",
    1999: "1-1 4-2 4-5 5-3 5-31 8-30 12-27 12-28 12-31",
    2002: "1-1 3-29 4-1 5-6 6-3 6-4 8-26 12-25 12-26",
    2011: "1-3 4-22 4-25 4-29 5-2 5-30 8-29 12-26 12-27",
    2012: "1-2 4-6 4-9 5-7 6-4 6-5 8-27 12-25 12-26",
    2019: "1-1 4-19 4-22 5-6 5-27 8-26 12-25 12-26",
    2020: "1-1 4-10 4-13 5-8 5-25 8-31 12-25 12-28",
    2021: "1-1 4-2 4-5 5-3 5-31 8-30 12-27 12-28",
    2022: "1-3 4-15 4-18 5-2 6-2 6-3 8-29 9-19 12-26 12-27",
    2023: "1-2 4-7 4-10 5-1 5-8 5-29 8-28 12-25 12-26",
    2024: "1-1 3-29 4-1 5-6 5-27 8-26 12-25 12-26",
    2025: "1-1 4-18 4-21 5-5 5-26 8-25 12-25 12-26",
    2026: "1-1 4-3 4-6 5-4 5-25 8-31 12-25 12-28",
    2027: "1-1 3-26 3-29 5-3 5-31 8-30 12-27 12-28",
    2028: "1-3 4-14 4-17 5-1 5-29 8-28 12-25 12-26",
}

days = st.dates(date(1981, 1, 1), date(2099, 1, 1))
counts = st.integers(-300, 300)


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_computed_bank_holidays_are_the_published_ones(year):
    published = [date(year, *map(int, text.split("-"))) for text in PUBLISHED[year].split()]
    assert list(bank_holidays(year)) == published


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2021, 12, 27), "Christmas Day (substitute day)"),
        (date(2021, 12, 28), "Boxing Day (substitute day)"),
        (date(2022, 12, 26), "Boxing Day"),
        (date(2022, 12, 27), "Christmas Day (substitute day)"),
        (date(2026, 12, 28), "Boxing Day (substitute day)"),
        (date(2028, 1, 3), "New Year’s Day (substitute day)"),
        (date(2022, 6, 2), "Spring bank holiday"),
        (date(2020, 5, 8), "Early May bank holiday"),
        (date(2023, 5, 8), "Coronation of King Charles III"),
    ],
)
def test_each_day_off_has_its_name(day, name):
    assert bank_holidays(day.year)[day] == name


@given(st.integers(1978, 2999))
def test_every_year_has_at_least_eight_days_off_all_on_weekdays(year):
    off = bank_holidays(year)
    assert len(off) >= 8
    assert all(day.year == year and day.weekday() < 5 for day in off)


def test_a_year_before_the_rule_holds_is_refused():
    with pytest.raises(ValueError, match="1978"):
        bank_holidays(1977)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 6, 4), True),
        (date(2026, 6, 6), False),
        (date(2026, 6, 7), False),
        (date(2026, 4, 3), False),
        (date(2021, 12, 25), False),
        (date(2026, 12, 24), True),
        (date(2020, 5, 4), True),
        (date(2022, 5, 30), True),
        (date(2022, 9, 19), False),
    ],
)
def test_a_working_day_is_no_weekend_and_no_day_off(day, working):
    assert is_working_day(day) is working


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 12, 24), 3, date(2026, 12, 31)),  # 25 and 28 December are bank holidays
        (date(2026, 6, 4), 1, date(2026, 6, 5)),
        (date(2026, 6, 5), 1, date(2026, 6, 8)),
        (date(2026, 6, 6), 1, date(2026, 6, 8)),
        (date(2026, 4, 2), 1, date(2026, 4, 7)),
        (date(2026, 6, 4), 20, date(2026, 7, 2)),
        (date(2026, 6, 8), -1, date(2026, 6, 5)),
        (date(2026, 6, 7), -1, date(2026, 6, 5)),
        (date(2026, 6, 6), 0, date(2026, 6, 6)),
    ],
)
def test_working_days_are_added_from_the_day_after(start, count, end):
    assert add_working_days(start, count) == end
    assert working_days_between(start, end) == count


@given(days, counts)
def test_counting_between_undoes_adding(start, count):
    assert working_days_between(start, add_working_days(start, count)) == count


@given(days, counts)
def test_working_days_added_to_a_working_day_can_be_taken_off_again(start, count):
    start = next_working_day(start)
    assert add_working_days(add_working_days(start, count), -count) == start


@given(days, counts.filter(bool))
def test_adding_always_ends_on_a_working_day(start, count):
    assert is_working_day(add_working_days(start, count))


@given(days)
def test_the_next_working_day_is_the_day_itself_or_the_first_after_it(day):
    found = next_working_day(day)
    assert is_working_day(found)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


@pytest.mark.parametrize(
    ("day", "count", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 6, 4), 12, date(2027, 6, 4)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 6, 4), 0, date(2026, 6, 4)),
    ],
)
def test_months_are_calendar_months_and_end_where_the_month_does(day, count, end):
    assert add_months(day, count) == end


@given(days, st.integers(-240, 240))
def test_adding_months_lands_in_the_month_meant(day, count):
    end = add_months(day, count)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == count
    assert end.day <= day.day
