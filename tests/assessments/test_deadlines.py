"""Days that matter, as tables."""

from datetime import date, timedelta

import pytest

from portal.assessments import deadlines
from portal.assessments.deadlines import Days

DUE = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("day", "reminded"),
    [
        (date(2026, 8, 31), True),  # 30 days before
        (date(2026, 9, 1), False),
        (date(2026, 9, 16), True),  # 14
        (date(2026, 9, 23), True),  # 7
        (date(2026, 9, 29), True),  # 1
        (date(2026, 9, 30), False),  # the day itself
        (date(2026, 10, 1), True),  # the day after
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),  # a week on
        (date(2026, 10, 29), True),
        (date(2027, 10, 7), False),  # not for ever
    ],
)
def test_reminders_fall_before_and_weekly_after_a_due_day(day, reminded):
    assert (DUE in deadlines.reminded_of(day, day - timedelta(1))) is reminded


def test_a_reminder_missed_while_the_worker_stood_still_is_made_good_once():
    assert DUE in deadlines.reminded_of(date(2026, 9, 25), since=date(2026, 9, 22))
    assert DUE not in deadlines.reminded_of(date(2026, 9, 25), since=date(2026, 9, 23))


def test_a_day_that_was_reminded_already_reminds_of_nothing():
    assert not deadlines.reminded_of(date(2026, 9, 23), since=date(2026, 9, 23))


def test_a_long_stand_still_is_made_good_for_a_month_only():
    assert len(deadlines.reminded_of(date(2026, 9, 1), since=date(2020, 1, 1))) < 400


@pytest.mark.parametrize(
    ("today", "small", "days"),
    [
        (date(2026, 1, 5), False, Days(date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 30))),
        (date(2026, 1, 5), True, Days(date(2026, 4, 1), date(2026, 12, 31), date(2027, 1, 30))),
        (date(2026, 4, 1), False, Days(date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 30))),
        (date(2026, 6, 1), False, Days(date(2026, 6, 8), date(2026, 9, 30), date(2026, 10, 30))),
    ],
)
def test_the_usual_days(today, small, days):
    assert deadlines.usual(2026, small=small, today=today) == days


def test_a_period_is_named_after_its_two_years():
    assert deadlines.name_of(date(2026, 4, 1)) == "2026-27"
    assert deadlines.name_of(date(2099, 4, 1)) == "2099-00"
    assert deadlines.year_of(2026) == (date(2026, 4, 1), date(2027, 3, 31))


def test_the_due_day_itself_is_on_time():
    assert not deadlines.overdue(DUE, DUE)
    assert deadlines.overdue(DUE, DUE + timedelta(1))


def test_more_time_keeps_the_distance_to_the_closing_day_and_ends_after_six_months():
    assert deadlines.moved(DUE, date(2026, 10, 30), date(2026, 11, 30)) == (date(2026, 11, 30), date(2026, 12, 30))
    assert deadlines.latest_extension(date(2026, 8, 31)) == date(2027, 2, 28)
