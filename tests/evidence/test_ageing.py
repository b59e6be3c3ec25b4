"""What is going stale: the pure rules day by day, and the library's narrowing, which must agree with them."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.evidence.ageing import Ageing, ageing
from portal.evidence.queries import library
from portal.evidence.queries.library import Stale, Wanted
from tests import builders

TODAY = dt.date(2026, 6, 1)


def days(count):
    return TODAY + dt.timedelta(days=count)


@pytest.mark.parametrize(
    ("review_on", "covers_until", "signs"),
    [
        (None, None, ()),
        (days(61), None, ()),
        (days(60), None, (Ageing.REVIEW_SOON,)),
        (days(0), None, (Ageing.REVIEW_SOON,)),
        (days(-1), None, (Ageing.REVIEW_PASSED,)),
        (None, dt.date(2025, 6, 1), ()),
        (None, dt.date(2025, 5, 31), (Ageing.COVERS_LONG_AGO,)),
        (days(-1), dt.date(2020, 1, 1), (Ageing.REVIEW_PASSED, Ageing.COVERS_LONG_AGO)),
    ],
)
def test_the_signs_of_age(review_on, covers_until, signs):
    assert ageing(review_on, covers_until, TODAY) == signs


def test_the_library_narrows_by_the_same_rules(cast):
    for number, (review, until) in enumerate(
        (review, until)
        for review in (None, -400, -1, 0, 1, 59, 60, 61)
        for until in (None, -900, -367, -366, -365, -364, 0)
    ):
        builders.an_item(
            cast, title=f"Thing {number}", link=f"https://example.org/{number}",
            review_on=None if review is None else days(review), covers_until=None if until is None else days(until),
        )  # fmt: skip
    wanted = {Stale.REVIEW_PASSED: Ageing.REVIEW_PASSED, Stale.REVIEW_SOON: Ageing.REVIEW_SOON, Stale.COVERS_LONG_AGO: Ageing.COVERS_LONG_AGO}
    everything = lines(cast, None)
    for stale, sign in wanted.items():
        assert titles(lines(cast, stale)) == titles(one for one in everything if sign in one.ageing(TODAY)), stale
    assert titles(lines(cast, Stale.ANY)) == titles(one for one in everything if one.ageing(TODAY))
    assert library.tally(cast.trust.id, TODAY).stale == len(lines(cast, Stale.ANY))


def lines(cast, stale):
    found, after = [], ""
    while True:
        listed = library.listed(cast.trust.id, Wanted(stale=stale), TODAY, after)
        found += listed.lines
        if listed.after is None:
            return found
        after = listed.after


def titles(found):
    return sorted(one.title for one in found)
