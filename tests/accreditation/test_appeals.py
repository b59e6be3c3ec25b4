"""Appeals are decided by somebody who marked none of the work and is tied to nobody, in time, once, with reasons."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.accreditation.lifecycle import AppealState, Bond, WorkState
from portal.accreditation.models import Appeal, Marking, Work
from portal.accreditation.operations import assessing, deciding_appeals, tying
from portal.accreditation.queries import appeals as queries
from portal.audit import Event, Record
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, NotAllowed, WrongState
from portal.outbox import Letter, OutgoingLetter
from tests.accreditation.assessors import an_appeal, an_assessor, appealed, decided, held, written
from tests.accreditation.learners import published
from tests.conftest import MONDAY
from tests.people import Cast


def marked_low(cast: Cast) -> tuple[Work, Appeal, Any, Any]:
    """A work that two assessors did not pass, and its appeal."""
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    one = decided(cast, vera, noor, levels=(2, 1))
    assert one.state is WorkState.NOT_PASSED
    return one, an_appeal(cast, one), vera, noor


@pytest.mark.parametrize("htmx", [False, True])
def test_the_journey_of_an_appeal_that_changes_the_marks(cast: Cast, browser: Any, htmx: bool) -> None:
    work, appeal, *_ = marked_low(cast)
    mark = browser("mark", htmx=htmx)
    assert "1 appeal waits that you may decide, the first by 29 June 2026." in mark.open("/marking").text
    page = mark.open("/marking/appeals")
    assert "Nobody yet" in page.text
    page = mark.click(appeal.reference)
    for words in ("My tone is kinder than that.", "What the first assessor found", "What the second assessor found", "Why Tone.", "Dear Ms Bell"):
        assert words in page.text
    for name in ("Hal Osei", "Vera Vane", "Noor Vane", "Northmoor", work.reference):
        assert name not in page.answer.get_data(as_text=True)
    page = mark.press("Take this appeal")
    assert page.h1 == "Appeal: Write a reply"
    page = mark.press("Decide")
    assert "Give your reasons" in page.text
    mark.click("Change the marks")
    page = mark.press("Decide", level_0="3", level_1="3", feedback="You are right about the tone.")
    assert mark.press("Decide", status=422).errors == ["Choose whether the marks stand or change"]
    page = mark.press("Decide", outcome="changes")
    assert "Appeal decided" in page.text
    assert "The marks were changed. The learner is told" in page.text
    db.session.expire_all()
    assert (appeal.state, work.state, work.points) == (AppealState.CHANGED, WorkState.PASSED, 75)
    assert db.session.query(OutgoingLetter).filter_by(letter=Letter.APPEAL_DECIDED.name).count() == 1
    text = browser("hal").open(f"/learning/works/{work.reference}").text
    assert "You are right about the tone." in text
    assert "Mark Oyelaran" not in text
    assert "No appeal waits for a decision." in mark.open("/marking/appeals").text


def test_marks_that_stand_need_reasons_and_no_levels(cast: Cast) -> None:
    work, appeal, *_ = marked_low(cast)
    one = deciding_appeals.take(appealed(cast.mark, appeal), by=cast.mark)
    db.session.commit()
    at, mark = held(cast.mark, one), cast.mark
    with pytest.raises(Incomplete):
        deciding_appeals.decide(at, changed=False, version=at.sheet.version, by=mark)
    db.session.rollback()
    assessing.save(at, assessing.Marks(feedback="Both assessors saw it as I do."), version=at.sheet.version, by=mark)
    db.session.commit()
    at = held(mark, one)
    with pytest.raises(Invalid):
        deciding_appeals.decide(at, changed=None, version=at.sheet.version, by=mark)
    with pytest.raises(Incomplete):  # a change says to what
        deciding_appeals.decide(at, changed=True, version=at.sheet.version, by=mark)
    db.session.rollback()
    for _ in range(2):
        deciding_appeals.decide(held(mark, one), changed=False, version=at.sheet.version, by=mark)
    db.session.commit()
    assert (appeal.state, appeal.reasons, work.state) == (AppealState.STANDS, "Both assessors saw it as I do.", WorkState.NOT_PASSED)
    assert db.session.query(Record).filter_by(event=Event.APPEAL_DECIDED.name).count() == 1


def test_whoever_marked_it_does_not_decide(cast: Cast, browser: Any) -> None:
    _, appeal, vera, _ = marked_low(cast)
    page = browser("vera").open("/marking/appeals")
    assert "Not you: you have marked it already" in page.text
    page = browser("vera").open(f"/marking/appeals/{appeal.reference}")
    assert "Somebody else decides this appeal: you have marked it already." in page.text
    assert "My tone" not in page.text
    browser("vera").send(f"/marking/appeals/{appeal.reference}/take", {}, status=403)
    tying.declare("hal@example.org", Bond.CLOSE, by=cast.mark)
    with pytest.raises(NotAllowed, match="you said that you do not mark this person"):
        deciding_appeals.take(appealed(cast.mark, appeal), by=cast.mark)
    assert db.session.query(Marking).count() == 2
    assert vera.id not in {one.assessor_id for one in db.session.query(Marking).filter_by(place="appeal")}


def test_one_takes_it_and_what_is_left_goes_back(cast: Cast, browser: Any) -> None:
    _, appeal, *_ = marked_low(cast)
    ivan = an_assessor(cast, "ivan", practised=False)
    mark = cast.mark
    one = deciding_appeals.take(appealed(mark, appeal), by=mark)
    assert deciding_appeals.take(appealed(mark, appeal), by=mark).id == one.id
    db.session.commit()
    with pytest.raises(WrongState, match="Somebody else has taken this appeal"):
        deciding_appeals.take(appealed(ivan, appeal), by=ivan)
    assert "Mark Oyelaran" in browser("ivan").open("/marking/appeals").text
    with clock.at(MONDAY + dt.timedelta(days=9)):
        assert [step() for step in assessing.free_left()] == [1]
        db.session.commit()
        assert appeal.marking_id is None
        deciding_appeals.take(appealed(ivan, appeal), by=ivan)
        db.session.commit()
    assert appeal.marking_id is not None


def test_late_ones_are_named_and_decided_ones_read(cast: Cast, browser: Any) -> None:
    _, appeal, *_ = marked_low(cast)
    with clock.at(MONDAY + dt.timedelta(days=40)):
        page = browser("mark").open("/marking/appeals")
        assert "29 June 2026 Late" in page.text
    mark = cast.mark
    one = deciding_appeals.take(appealed(mark, appeal), by=mark)
    at = written(held(mark, one), 2, 1, by=mark, feedback="They stand.")
    deciding_appeals.decide(at, changed=False, version=at.sheet.version, by=mark)
    db.session.commit()
    an_assessor(cast, "ivan", practised=False)
    page = browser("ivan").open(f"/marking/appeals/{appeal.reference}")
    assert "They stand." in page.text
    assert queries.to_decide(mark) == []
    with pytest.raises(WrongState, match="This appeal was decided on"):
        deciding_appeals.take(appealed(an_assessor(cast, "lea", practised=False), appeal), by=mark)


def test_the_list_costs_the_same_however_many_wait(cast: Cast, browser: Any, queries: Any) -> None:
    marked_low(cast)
    mark = browser("mark")
    mark.open("/marking/appeals")
    with queries() as seen:
        mark.open("/marking/appeals")
    assert len(seen) <= 8, seen
