"""Agreement is shown with n to those whom it concerns, and closes the queue to whoever does not agree until they practise again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.accreditation import taking
from portal.accreditation.queries import agreement as queries
from portal.accreditation.queries import assessing
from portal.accreditation.queries.assessing import Door
from portal.kernel import clock
from portal.kernel.db import db
from portal.policy import Acting
from tests.accreditation.assessors import REPLY, a_round, an_assessor, finished, taken
from tests.accreditation.learners import a_work, published
from tests.accreditation.test_papers_at_once import learners
from tests.conftest import MONDAY
from tests.people import Cast

# What each of two gives by turns: they are apart as far as chance would put them.
FAR = [((3, 1), (1, 3)), ((2, 2), (3, 3)), ((1, 3), (2, 2))]


def marked_by_two(cast: Cast, one: Acting, other: Acting, works: int, given: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    for number, (_, person) in enumerate(learners(cast, works)):
        a_work(person)
        for by, levels in zip((one, other), given[number % len(given)], strict=True):
            finished(taken(by), *levels, by=by)


def test_too_few_pairs_are_not_shown(cast: Cast, browser: Any) -> None:
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    assert "Nobody has marked a work since they practised." in browser("wren").open("/marking/agreement").text
    marked_by_two(cast, vera, noor, 2, [((3, 2), (3, 2))])
    page = browser("wren").open("/marking/agreement")
    assert "Not enough yet (4 of 30)" in page.text
    assert "Vera Vane" in page.text
    assert "Noor Vane" in page.text
    own = browser("vera").open("/marking/agreement").text
    assert "These are your own figures." in own
    assert "Noor Vane" not in own
    browser("hal").open("/marking/agreement", status=403)
    assert browser("wren").open("/authoring").links["How far assessors agree"] == "/marking/agreement"


def test_who_does_not_agree_practises_again_and_then_goes_on(cast: Cast, browser: Any) -> None:
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    marked_by_two(cast, vera, noor, 15, FAR)
    found = queries.figures(vera.id)[vera.id or 0, REPLY]
    assert found.others is not None
    assert (found.pairs, found.works, found.closed) == (30, 15, True)
    of_noor = queries.figures()[noor.id or 0, REPLY].others
    assert of_noor is not None
    assert found.others.kappa == pytest.approx(of_noor.kappa)
    assert [line.door for line in assessing.lines(vera)] == [Door.CLOSED]
    one = browser("vera")
    assert "practise again before you go on" in one.open("/marking").text
    assert "Too low" in one.open("/marking/agreement").text
    with clock.at(MONDAY + dt.timedelta(days=1)):
        page = one.open("/marking/practice/T1/1/a-reply")
        assert "Practise once more, and you go on." in page.text
        a_round(vera)
        assert [line.door for line in assessing.lines(vera)] == [Door.OPEN]
        assert queries.figures(vera.id) == {}  # what was before says nothing of now


def test_hidden_repeats_show_how_marks_have_moved(cast: Cast, monkeypatch: Any) -> None:
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    marked_by_two(cast, vera, noor, 2, [((3, 2), (3, 2))])
    monkeypatch.setattr(taking, "is_repeat", lambda *_: True)
    with clock.at(MONDAY + taking.AFTER + dt.timedelta(minutes=1)):
        for _ in range(2):
            finished(taken(vera), 2, 2, by=vera)
        found = queries.figures(vera.id)[vera.id or 0, REPLY]
    assert (found.works, found.pairs, found.repeat_pairs, found.repeats) == (4, 4, 4, None)
    pairs = queries._pairs(queries._REPEATS, {"person": vera.id})
    assert sorted(next(iter(pairs.values()))) == [(2, 2), (2, 2), (2, 3), (2, 3)]


def test_the_page_costs_the_same_however_much_was_marked(cast: Cast, browser: Any, queries: Any) -> None:
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    marked_by_two(cast, vera, noor, 4, FAR)
    db.session.commit()
    wren = browser("wren")
    wren.open("/marking/agreement")
    with queries() as seen:
        wren.open("/marking/agreement")
    assert len(seen) <= 7, seen
