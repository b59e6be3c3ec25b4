"""What markings come to, by examples and by what must hold of any: nobody fails whom most would pass, and nobody passes whom none would."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from portal.accreditation.courses import reading
from portal.accreditation.settling import Difference, Given, after_appeal, alone, differences, settled
from tests.accreditation.a_course import files

ASSIGNMENT = reading.course(files(), "T1").assignments[0]  # weights 60 and 40, 60 to pass, at least level 2, a third from 2 levels on
POINTS, TONE = (criterion.title for criterion in ASSIGNMENT.criteria)
BLAME = frozenset({"blame"})


def given(points: int, tone: int, found: frozenset[str] = frozenset()) -> Given:
    return Given({POINTS: points, TONE: tone}, found)


@pytest.mark.parametrize(
    ("one", "points", "passed"),
    [
        (given(4, 4), 100, True),
        (given(0, 0), 0, False),
        (given(2, 3), 60, True),
        (given(2, 2), 50, False),  # too few points
        (given(4, 1), 70, False),  # a criterion below the least level
        (given(4, 4, BLAME), 100, False),  # what must not be
    ],
)
def test_one_marking_comes_to_points_and_passes_or_not(one: Given, points: int, passed: bool) -> None:
    found = alone(ASSIGNMENT, one)
    assert (found.points, found.passed) == (points, passed)
    assert settled(ASSIGNMENT, [one]) == found


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (given(3, 3), given(3, 3), set()),
        (given(3, 3), given(4, 2), set()),
        (given(4, 4), given(2, 4), {Difference.LEVELS}),
        (given(2, 3), given(2, 2), {Difference.VERDICT}),
        (given(3, 3), given(3, 3, BLAME), {Difference.VERDICT, Difference.MUST_NOTS}),
        (given(4, 4), given(0, 4), {Difference.LEVELS, Difference.VERDICT}),
    ],
)
def test_two_markings_that_differ_need_a_third(one: Given, other: Given, why: set[Difference]) -> None:
    assert differences(ASSIGNMENT, one, other) == differences(ASSIGNMENT, other, one) == why


def test_two_that_agree_come_to_the_middle_between_them_rounded_down() -> None:
    found = settled(ASSIGNMENT, [given(3, 2), given(2, 3)])
    assert found.levels == {POINTS: 2.5, TONE: 2.5}
    assert (found.points, found.passed) == (62, True)


def test_three_come_to_the_middle_levels_and_to_what_two_of_them_found() -> None:
    found = settled(ASSIGNMENT, [given(4, 1), given(1, 3), given(3, 3, BLAME)])
    assert found.levels == {POINTS: 3, TONE: 3}
    assert (found.points, found.passed, found.must_nots) == (75, True, frozenset())
    assert settled(ASSIGNMENT, [given(4, 4, BLAME), given(4, 4), given(4, 4, BLAME)]).must_nots == BLAME


def test_three_that_would_all_pass_it_pass_it_although_the_middle_levels_have_fewer_points() -> None:
    even = replace(ASSIGNMENT, criteria=tuple(replace(ASSIGNMENT.criteria[0], title=title, weight=weight) for title, weight in (("A", 34), ("B", 33), ("C", 33))))
    three = [Given({"A": a, "B": b, "C": c}) for a, b, c in ((4, 2, 2), (2, 4, 2), (2, 2, 4))]
    assert all(alone(even, one).passed for one in three)
    found = settled(even, three)
    assert (set(found.levels.values()), found.points, found.passed) == ({2}, 66, True)


def test_an_appeal_takes_nothing_away() -> None:
    assert after_appeal(ASSIGNMENT, 50, False, given(4, 4)) == (100, True)
    assert after_appeal(ASSIGNMENT, 50, False, given(0, 0)) == (50, False)
    assert after_appeal(ASSIGNMENT, 80, True, given(1, 1)) == (80, True)


EVERY = [given(*levels, found) for levels in itertools.product(range(5), repeat=2) for found in (frozenset[str](), BLAME)]


def test_of_any_two_that_agree_the_result_is_what_both_say() -> None:
    for one, other in itertools.product(EVERY, repeat=2):
        found = settled(ASSIGNMENT, [one, other])
        assert found == settled(ASSIGNMENT, [other, one])
        assert min(alone(ASSIGNMENT, each).points for each in (one, other)) <= found.points <= max(alone(ASSIGNMENT, each).points for each in (one, other))
        if not differences(ASSIGNMENT, one, other):
            assert found.passed is alone(ASSIGNMENT, one).passed is alone(ASSIGNMENT, other).passed


def test_of_any_three_most_of_whom_pass_it_the_work_passes_in_whatever_order() -> None:
    draw = random.Random(7)
    for _ in range(3000):
        three = draw.choices(EVERY, k=3)
        found = settled(ASSIGNMENT, three)
        assert all(settled(ASSIGNMENT, list(order)) == found for order in itertools.permutations(three))
        if sum(alone(ASSIGNMENT, one).passed for one in three) >= 2:
            assert found.passed
        better = [Given({title: min(4, level + 1) for title, level in one.levels.items()}, one.must_nots) for one in three]
        assert settled(ASSIGNMENT, better).points >= found.points
