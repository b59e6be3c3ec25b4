"""Which level stands, as a table; the sample that can be drawn again; and reviews shared out fairly."""

from __future__ import annotations

import pytest

from portal.assessments import sampling
from portal.assessments.sampling import Waiting, share_out
from portal.assessments.settling import Opinion, Why, settle

AGREE, CANNOT = Opinion(3, agrees=True), Opinion(None)


@pytest.mark.parametrize(
    ("claimed", "first", "second", "level", "why"),
    [
        (3, None, None, 3, Why.NOT_CHECKED),
        (3, AGREE, None, 3, Why.AGREED),
        (None, Opinion(None, agrees=True), None, None, Why.AGREED),
        (None, CANNOT, None, None, Why.CANNOT_TELL),
        (3, CANNOT, Opinion(1), 3, Why.CANNOT_TELL),
        (3, Opinion(4), None, 4, Why.RAISED),
        (3, Opinion(1), None, 3, Why.ONE_VIEW),
        (3, Opinion(1), Opinion(2), 2, Why.LOWERED),
        (3, Opinion(2), Opinion(1), 2, Why.LOWERED),
        (3, Opinion(2), AGREE, 3, Why.NOT_UPHELD),
        (3, Opinion(2), Opinion(4), 3, Why.NOT_UPHELD),
        (3, Opinion(2), CANNOT, 3, Why.NOT_UPHELD),
    ],
)
def test_the_level_that_stands(
    claimed: int | None, first: Opinion | None, second: Opinion | None, level: int | None, why: Why
) -> None:
    settled = settle(claimed, first, second)

    assert (settled.level, settled.why) == (level, why)


def test_anyone_with_the_list_and_the_seed_draws_the_same_sample() -> None:
    references = [f"AS-{number}" for number in range(200)]

    drawn = sampling.draw(references, 10, "a seed")

    assert drawn == sampling.draw(reversed(references), 10, "a seed")
    assert len(set(drawn)) == 10
    assert drawn != sampling.draw(references, 10, "another seed")


@pytest.mark.parametrize(("of", "percent", "size"), [(0, 5, 0), (1, 5, 1), (20, 5, 1), (21, 5, 2), (3, 100, 3)])
def test_a_sample_is_rounded_up_and_never_empty(of: int, percent: int, size: int) -> None:
    assert sampling.size(of, percent) == size


def test_reviews_go_to_whoever_has_least_and_no_conflict() -> None:
    waiting = [Waiting(id, organisation_id=id % 2) for id in range(1, 7)]

    shares = share_out(waiting, {7: 3, 8: 0, 9: 0}, {8: frozenset({1})})

    given = dict(shares.given)
    assert [list(given.values()).count(who) for who in (7, 8, 9)] == [0, 3, 3]
    assert not [id for id, who in given.items() if who == 8 and id % 2 == 1]


def test_what_every_reviewer_has_a_conflict_with_is_left() -> None:
    shares = share_out([Waiting(1, organisation_id=5)], {7: 0}, {7: frozenset({5})})

    assert (shares.given, shares.nobody) == ((), (1,))
