"""Agreement is reckoned as the literature reckons it, shown when it means something, and closes the queue when it must."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.accreditation import agreement, taking
from portal.accreditation.agreement import FEWEST, Pair, agrees, weighted_kappa

levels = some.integers(0, 4)
many = some.lists(some.tuples(levels, levels), min_size=1, max_size=60)


def pairs(table: list[list[int]]) -> list[Pair]:
    """The cells of a table of two raters, one after the other."""
    return [(row, column) for row, cells in enumerate(table) for column, times in enumerate(cells) for _ in range(times)]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # Artstein and Poesio (2008), table 1: of two categories, any weights give plain kappa.
        ([[20, 20], [10, 50]], 0.348),
        # Three categories, as R's irr and scikit-learn reckon them with squared weights.
        ([[46, 0, 0], [4, 40, 0], [0, 0, 10]], 0.9541),
        # 85 mammograms read by two radiologists (Boyd and others, 1982; Altman, 1991, page 404), with squared weights.
        ([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]], 0.671),
        ([[0, 10], [10, 0]], -1.0),
    ],
)
def test_weighted_kappa_is_that_of_the_literature(table: list[list[int]], expected: float) -> None:
    assert weighted_kappa(pairs(table)) == pytest.approx(expected, abs=0.0005)


@given(many)
def test_weighted_kappa_is_what_its_table_of_weights_gives(given: list[Pair]) -> None:
    n = len(given)
    rows = [sum(one == level for one, _ in given) for level in range(5)]
    columns = [sum(other == level for _, other in given) for level in range(5)]
    by_chance = sum((i - j) ** 2 * rows[i] * columns[j] / n for i in range(5) for j in range(5))
    seen = sum((one - other) ** 2 for one, other in given)
    found = weighted_kappa(given)
    assert found is None if by_chance == 0 else found == pytest.approx(1 - seen / by_chance)


@given(many)
def test_agreement_is_mutual_and_never_more_than_whole(given: list[Pair]) -> None:
    found, turned = weighted_kappa(given), weighted_kappa([(other, one) for one, other in given])
    assert found == pytest.approx(turned)
    assert found is None or -1 - 1e-9 <= found <= 1 + 1e-9
    alike = weighted_kappa([(one, one) for one, _ in given])
    assert alike is None or alike == pytest.approx(1)


def test_too_few_pairs_are_not_enough_yet() -> None:
    assert agreement.agreement([(2, 2)] * (FEWEST - 1)) is None
    found = agreement.agreement([(2, 3), (1, 1)] * (FEWEST // 2))
    assert found is not None
    assert (found.n, found.exact, found.near, found.higher) == (FEWEST, 0.5, 1.0, 0.5)


@pytest.mark.parametrize(
    ("given", "closes"),
    [
        ([(1, 1), (3, 3), (2, 3)] * 10, False),  # 0.85
        ([(0, 3), (4, 1), (2, 2)] * 10, True),  # worse than chance
        ([(3, 3)] * 29 + [(3, 2)], False),  # kappa is 0, and 29 of 30 are equal
        ([(3, 3)] * 30, False),  # no kappa: everything is alike
        ([(0, 4)] * 29, False),  # not enough yet
    ],
)
def test_the_queue_closes_to_whoever_does_not_agree_and_to_nobody_else(given: list[Pair], closes: bool) -> None:
    assert agreement.figures([30.0] * 6, given, []).closed is closes
    assert agreement.figures([30.0] * 6, [], given).closed is closes


def test_what_markings_took_is_the_middle_and_not_told_of_a_few() -> None:
    assert agreement.figures([10, 20, 30, 40, 900], [], []).minutes == 30
    assert agreement.figures([10, 20, 30, 40], [], []).minutes is None


PANEL = (4, 4, 4, 4, 3)


@pytest.mark.parametrize(
    ("given", "passes", "expected"),
    [
        (PANEL, True, True),
        ((3, 3, 3, 3, 4), True, True),
        ((2, 4, 4, 4, 3), True, False),  # two levels apart by one criterion
        (PANEL, False, False),  # a must-not that the panel did not find
    ],
)
def test_agreeing_is_each_criterion_within_one_level_and_the_same_pass(given: tuple[int, ...], passes: bool, expected: bool) -> None:
    assert agrees(given, PANEL, passes=passes, panel_passes=True) is expected


@given(some.text(max_size=20), some.integers(1, 10**6))
def test_one_in_ten_is_a_repeat_and_two_never_stand_for_one_place(seed: str, assessor: int) -> None:
    repeats = 0
    for taken in range(200):
        repeats += taking.is_repeat(seed, assessor, taken, repeats)
        if taken % 10 == 9:
            assert repeats == taken // 10 + 1


def test_what_could_not_be_repeated_in_its_place_is_made_good() -> None:
    assert taking.is_repeat("seed", 7, 40, repeats=0)
    assert taking.is_repeat("seed", 7, 40, repeats=3)
    assert not taking.is_repeat("seed", 7, 40, repeats=5)


def test_each_assessor_has_an_order_of_their_own_that_stays() -> None:
    orders = {tuple(taking.shuffled("seed", assessor, 1, "abcde")) for assessor in range(30)}
    assert len(orders) > 10
    assert taking.shuffled("seed", 1, 1, "abcde") == taking.shuffled("seed", 1, 1, "abcde")
    assert taking.chosen("seed", 1, 0, "abc") in "abc"
