"""A work is settled with its last marking, a third is asked where two differ, and an appeal takes nothing away."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa

from portal import audit
from portal.accreditation.lifecycle import AppealState, Place, WorkState
from portal.accreditation.models import Appeal, Work
from portal.accreditation.operations import appealing, settling
from portal.accreditation.queries import works
from portal.audit import Record
from portal.config import Settings
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from portal.outbox import OutgoingLetter
from portal.policy import Acting
from tests.accreditation.learners import a_marking, a_work, levels, marked, published
from tests.conftest import MONDAY
from tests.people import Cast


def letters(name: str) -> list[OutgoingLetter]:
    return db.session.query(OutgoingLetter).filter_by(letter=name).all()


def handed(by: Acting, one: Work) -> works.Handed:
    found = works.handed(by.id or 0, one.reference)
    assert found is not None
    return found


def decided(at: works.Handed, by: Acting, *given: int) -> Appeal:
    """An appeal that somebody has taken and decided: with other levels, or to let the marks stand."""
    one = db.session.query(Appeal).one()
    one.marking_id = a_marking(at.work, by, Place.APPEAL, levels(*given)) if given else a_marking(at.work, by, Place.APPEAL, levels(0, 0))
    settling.settle_appeal(one, changed=bool(given), reasons="The sorry names what we did.", by=by)
    db.session.commit()
    return one


def test_one_marking_settles_nothing_and_two_that_agree_do(cast: Cast) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(3, 3), by=(cast.mark,))
    assert (one.state, one.points, letters("WORK_MARKED")) == (WorkState.HANDED_IN, None, [])
    marked(one, levels(3, 2), by=(cast.rosa,))
    assert (one.state, one.points, one.decided_at) == (WorkState.PASSED, 70, MONDAY)
    [letter] = letters("WORK_MARKED")
    assert letter.to_address == "hal@example.org"
    assert json.loads(letter.facts)["until"] == "29 June 2026"
    settling.settle(one, by=cast.rosa)  # once more changes nothing
    assert len(letters("WORK_MARKED")) == 1
    assert audit.verify() == []


def test_two_that_differ_ask_a_third_who_settles_it(cast: Cast, browser: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(4, 4), levels(1, 4), by=(cast.mark, cast.rosa))
    assert (one.state, one.points) == (WorkState.DIFFERING, None)
    told = json.loads(db.session.scalars(sa.select(Record.facts).where(Record.event == "THIRD_ASSESSOR_ASKED")).one())
    assert told["why"] == ["one would pass it and the other would not", "the levels of a criterion are too far apart"]
    page = browser("hal").open(f"/learning/works/{one.reference}")
    assert "a third marks it too" in page.text
    assert "What the assessors say" not in page.text
    marked(one, levels(3, 3), by=(cast.owen,))
    assert (one.state, one.points) == (WorkState.PASSED, 85)
    assert "third: Tone 3" in browser("hal").open(f"/learning/works/{one.reference}").text


def test_hidden_repeats_do_not_count(cast: Cast) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(3, 3), by=(cast.mark,))
    first = db.session.scalar(sa.text("SELECT id FROM markings"))
    now = {"at": MONDAY, "first": first, "work": one.id, "learner": one.person_id, "mark": cast.mark.id}
    db.session.execute(sa.text(
        "INSERT INTO markings (reference, work_id, learner_id, assessor_id, place, repeat_of_id, taken_at, finished_at, version) "
        "VALUES ('MK-TEST', :work, :learner, :mark, 'hidden repeat', :first, :at, :at, 1)"
    ), now)  # fmt: skip
    settling.settle(one, by=cast.mark)
    assert one.state is WorkState.HANDED_IN


@pytest.mark.parametrize("passed", [True, False])
def test_an_appeal_is_asked_once_within_its_days(cast: Cast, browser: Any, passed: bool) -> None:
    published(cast)
    given = levels(3, 3) if passed else levels(1, 2)
    one = marked(a_work(cast.hal), given, given, by=(cast.mark, cast.rosa))
    hal = browser("hal")
    hal.open(f"/learning/works/{one.reference}")
    page = hal.click("Ask that somebody else looks at the marks")
    assert "until 29 June 2026" in page.text
    assert hal.press("Send the appeal", status=422, grounds=" ").errors == ["Say which marks you think are wrong, and why"]
    page = hal.press("Send the appeal", grounds="I answered both points.")
    assert "Somebody who has not marked your work decides by 29 June 2026" in page.text
    here = f"/learning/works/{one.reference}/appeal"
    assert hal.send(here, {"grounds": "I answered both points."}).h1.startswith("Your work")  # pressed twice
    assert "That is possible once." in hal.send(here, {"grounds": "And one thing more."}, status=409).text
    assert db.session.query(Appeal).one().passed_before is passed


def test_an_appeal_after_its_days_is_refused(cast: Cast, browser: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(1, 2), levels(1, 2), by=(cast.mark, cast.rosa))
    with clock.at(MONDAY + dt.timedelta(days=29)):
        page = browser("hal").send(f"/learning/works/{one.reference}/appeal", {"grounds": "I was away."}, status=409)
        assert "An appeal against these marks was possible until 29 June 2026." in page.text
        assert browser("hal").open(f"/learning/works/{one.reference}/appeal").h1.startswith("Your work")


def test_a_work_that_waits_has_no_marks_to_appeal_against(cast: Cast) -> None:
    published(cast)
    one = a_work(cast.hal)
    with pytest.raises(WrongState, match="not marked yet"):
        appealing.ask(handed(cast.hal, one), "Too slow.", by=cast.hal)


def test_an_appeal_that_changes_the_marks_can_pass_the_work(cast: Cast, browser: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(1, 2), levels(1, 2), by=(cast.mark, cast.rosa))
    appealing.ask(handed(cast.hal, one), "I answered both points.", by=cast.hal)
    appeal = decided(handed(cast.hal, one), cast.owen, 4, 3)
    assert (one.state, one.points, appeal.state, appeal.points_before) == (WorkState.PASSED, 90, AppealState.CHANGED, 35)
    page = browser("hal").open(f"/learning/works/{one.reference}")
    for words in ("Passed", "90 of 100 points", "the marks were changed", "35 points before", "The sorry names what we did.", "level 4"):
        assert words in page.text
    assert cast.owen.name not in page.text
    [letter] = letters("APPEAL_DECIDED")
    assert letter.to_address == "hal@example.org"
    assert audit.verify() == []


def test_an_appeal_that_lets_the_marks_stand_says_why(cast: Cast, browser: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(1, 2), levels(1, 2), by=(cast.mark, cast.rosa))
    appealing.ask(handed(cast.hal, one), "I answered both points.", by=cast.hal)
    decided(handed(cast.hal, one), cast.owen)
    assert (one.state, one.points) == (WorkState.NOT_PASSED, 35)
    page = browser("hal").open(f"/learning/works/{one.reference}")
    assert "Decided on 1 June 2026: the marks stand." in page.text
    assert "level 1, below level 2" in page.text
    for name, says in (("WORK_MARKED", "has not passed this time"), ("APPEAL_DECIDED", "Its marks stand: it has 35 of 100 points, and has not passed.")):
        assert says in delivery.written(letters(name)[0], Settings(base_url="http://localhost")).get_content()


def test_marks_on_appeal_that_are_lower_take_nothing_away(cast: Cast) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(3, 3), levels(3, 3), by=(cast.mark, cast.rosa))
    appealing.ask(handed(cast.hal, one), "It deserves more.", by=cast.hal)
    decided(handed(cast.hal, one), cast.owen, 1, 1)
    assert (one.state, one.points) == (WorkState.PASSED, 75)
