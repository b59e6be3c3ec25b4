"""The ladder and the bands of lateness: each as a table, and what must hold for any days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.recommendations import ladder
from portal.recommendations.ladder import LADDER, Band

DUE = date(2026, 6, 1)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("after", "band", "level"),
    [
        (-15, Band.NOT_LATE, 0), (-14, Band.NOT_LATE, 1), (0, Band.NOT_LATE, 1), (1, Band.TWO_WEEKS, 2), (14, Band.TWO_WEEKS, 2),
        (15, Band.A_MONTH, 2), (29, Band.A_MONTH, 2), (30, Band.TWO_MONTHS, 3), (59, Band.TWO_MONTHS, 3), (60, Band.THREE_MONTHS, 4),
        (89, Band.THREE_MONTHS, 4), (90, Band.LONGER, 5), (4000, Band.LONGER, 5),
    ],
)  # fmt: skip
def test_how_late_it_is(after: int, band: Band, level: int) -> None:
    today = DUE + timedelta(days=after)
    assert ladder.band(DUE, today) is band
    assert ladder.level(DUE, today) == level
    assert ladder.days_late(DUE, today) == max(0, after)


def test_only_the_first_three_levels_are_taken_without_a_person() -> None:
    assert {step.level for step in LADDER if step.by_itself} == {1, 2}
    assert {step.level for step in LADDER if not step.by_itself} == {3, 4, 5}
    assert [step.after for step in LADDER] == sorted(step.after for step in LADDER)


@given(due_on=days, today=days)
def test_the_days_of_a_band_are_those_that_have_it(due_on: date, today: date) -> None:
    earliest, latest = ladder.first_due_of(ladder.band(due_on, today), today)
    assert earliest is None or earliest <= due_on
    assert latest is None or due_on <= latest
    inside = [one for one in Band if _holds(ladder.first_due_of(one, today), due_on)]
    assert inside == [ladder.band(due_on, today)]


def _holds(bounds: tuple[date | None, date | None], day: date) -> bool:
    earliest, latest = bounds
    return (earliest is None or earliest <= day) and (latest is None or day <= latest)


@given(due_on=days, pauses=st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_each_step_is_taken_once_however_the_worker_rests(due_on: date, pauses: list[int]) -> None:
    """The job runs on some days and not on others; whatever it missed within a month it makes good, and never twice."""
    since = due_on - timedelta(days=40)
    start, taken = since, []
    for pause in pauses:
        today = since + timedelta(days=pause)
        taken += list(ladder.steps(due_on, since=since, today=today))
        since = today
    wanted = [(due_on + timedelta(days=step.after), step) for step in LADDER]
    assert taken == [one for one in wanted if start < one[0] <= since]


@given(due_on=days, since=days, today=days)
def test_the_job_asks_for_the_due_days_whose_step_it_is(due_on: date, since: date, today: date) -> None:
    taken = {step.after for _, step in ladder.steps(due_on, since=since, today=today)}
    for step in LADDER:
        bounds = ladder.due_days(step, since=since, today=today)
        assert (step.after in taken) == (bounds is not None and bounds[0] <= due_on <= bounds[1])


def test_what_was_missed_for_longer_than_a_month_is_not_written_about() -> None:
    assert list(ladder.steps(DUE, since=DUE - timedelta(days=30), today=DUE + timedelta(days=100))) == [
        (DUE + timedelta(days=90), LADDER[-1])
    ]


def after(found: list[tuple[date, ladder.Step]]) -> list[int]:
    return [step.after for _, step in found]


def d(after: int) -> date:
    return DUE + timedelta(days=after)


@pytest.mark.parametrize(
    ("since", "today", "pauses", "taken"),
    [
        (-1, 0, [(-3, 1)], []),  # the due day is within the pause
        (0, 1, [(-3, 1)], [1]),  # on the day on which it is over: the step of that day, and none of those before
        (0, 1, [], [1]),
        (3, 4, [(-3, 4)], [1]),  # of three that fell into it, the newest
        (3, 4, [(-3, 2), (2, 4)], [1]),  # two pauses in a row are as one
        (4, 5, [(-3, 4)], []),  # and the next day nothing more
        (4, 5, [(-3, 10)], []),
        (9, 10, [(3, 10)], []),  # nothing fell into it
        (-3, 3, [], [0, 1]),  # the worker stood still: all is made good
        (-3, 3, [(-2, 2)], [1]),
        (14, 16, [(2, 5)], [15]),
    ],
)
def test_what_fell_into_a_pause_is_taken_once_it_is_over_and_only_the_newest(
    since: int, today: int, pauses: list[tuple[int, int]], taken: list[int]
) -> None:
    found = ladder.to_take(DUE, since=d(since), today=d(today), pauses=[(d(begins), d(over)) for begins, over in pauses])
    assert after(found) == taken


@given(due_on=days, rests=st.lists(st.integers(1, 20), min_size=1, max_size=30))
def test_without_a_pause_every_step_is_taken_once(due_on: date, rests: list[int]) -> None:
    since = due_on - timedelta(days=40)
    for rest in rests:
        today = since + timedelta(days=rest)
        assert ladder.to_take(due_on, since=since, today=today) == list(ladder.steps(due_on, since=since, today=today))
        since = today


@given(begins=st.integers(-30, 100), length=st.integers(1, 60))
def test_no_step_is_taken_in_a_pause_and_at_most_one_of_it_afterwards(begins: int, length: int) -> None:
    over, taken = begins + length, []
    for day in range(-40, 200):
        found = after(ladder.to_take(DUE, since=d(day - 1), today=d(day), pauses=[(d(begins), d(over))]))
        assert not (found and begins <= day < over)
        taken += [(one, day) for one in found]
    steps = [step.after for step in LADDER]
    within = [step for step in steps if begins <= step < over]
    on_time = [step for step in steps if step not in within]
    late = [] if not within or over in steps else [(within[-1], over)]
    assert taken == sorted([*((step, step) for step in on_time), *late], key=lambda one: one[1])
