"""Works are taken, marked and finished by assessors who do not know whose they are, and who agree with the panel first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accreditation import impartial, taking
from portal.accreditation.lifecycle import Bond, Place, WorkState
from portal.accreditation.models import KeptComment, Marking, Work
from portal.accreditation.operations import assessing, settling, tying
from portal.accreditation.operations.assessing import Marks
from portal.accreditation.queries import assessing as queries
from portal.accreditation.queries.assessing import Door
from portal.audit import Event, Record
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, Stale, WrongState
from portal.organisations.operations import conflicts
from tests.accreditation.assessors import a_round, an_assessor, decided, finished, held, taken, the_practice, written
from tests.accreditation.learners import A_TEXT, a_work, published
from tests.conftest import MONDAY
from tests.people import Cast


@pytest.mark.parametrize("htmx", [False, True])
def test_the_journey_from_practice_to_a_decided_work(cast: Cast, browser: Any, htmx: bool) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    one = a_work(cast.hal)
    mark = browser("mark", htmx=htmx)
    page = mark.open("/marking")
    assert "1 work waits. Before you may mark it, practise" in page.text
    assert "No work waits that you may mark just now." in page.text
    mark.open("/marking/practice")
    page = mark.click("Write a reply")
    for number in range(1, 6):
        page = mark.click(f"Script {number}")
        assert mark.press("Compare with the panel", status=422).errors == ["Choose a level for “Answers every point”"]
        page = mark.press("Compare with the panel", level_0="2", level_1="0" if number == 1 else "3")
        assert page.h1 == f"Script {number} of 5: {'not agreed' if number == 1 else 'agreed'}"
        assert "is kind" in page.text
        page = mark.open("/marking/practice/T1/1/a-reply")
    assert "You agreed with the panel on 4 of 5" in page.text
    assert "Tone: more than one level from the panel on 1 script, lower on 1" in page.text
    page = mark.open("/marking")
    assert "1 work waits that you may mark. The first is due by 22 June 2026." in page.text
    page = mark.press("Take the next work")
    assert page.h1 == "Write a reply"
    for text in (page.answer.get_data(as_text=True),):
        assert "Hal Osei" not in text
        assert "Northmoor" not in text
        assert one.reference not in text
    page = mark.press("Finish", level_0="1", comment_1="Kind.", found_0="y", quote_0="Not in it")
    assert "This is still missing:" in page.text
    assert "Say in a comment on “Answers every point” why it has level 1" in page.text
    assert "Choose a level for “Tone”" in page.text
    assert "they do not stand in it like that" in page.text
    mark.click("Change the marks")
    page = mark.press("Finish", level_0="2", level_1="3", found_0=None, feedback="Short and good.")
    assert page.h1 == "Finish this marking"
    page = mark.press("Finish")
    assert "Marking finished" in page.text
    finished(taken(vera), 3, 3, by=vera)
    db.session.expire_all()
    assert (one.state, one.points) == (WorkState.PASSED, 67)
    assert "You may mark it." in mark.open("/marking").text


def test_two_who_differ_are_followed_by_a_third_who_decides(cast: Cast, browser: Any) -> None:
    published(cast)
    vera, noor, ivan = (an_assessor(cast, name) for name in ("vera", "noor", "ivan"))
    one = a_work(cast.hal)
    finished(taken(vera), 4, 4, by=vera)
    finished(taken(noor), 2, 2, by=noor)
    db.session.expire_all()
    assert one.state is WorkState.DIFFERING
    for by in (vera, noor):
        with pytest.raises(WrongState, match="No work waits that you may mark"):
            assessing.take(by=by)
    at = taken(ivan)
    assert at.marking.place is Place.THIRD
    finished(at, 3, 3, by=ivan)
    db.session.expire_all()
    assert (one.state, one.points) == (WorkState.PASSED, 75)


def test_whoever_is_tied_to_the_writer_is_not_given_the_work(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal)
    page = browser("vera")
    page.open("/marking/people")
    assert "You have named nobody." in page.open("/marking/people").text
    assert page.press("Add", status=422).errors == ["Enter their email address", "Choose what you are to each other"]
    assert "Nobody who uses the portal has this address" in page.press("Add", status=422, email="x@example.org", bond="CLOSE").text
    assert "your own address" in page.press("Add", status=422, email="vera@example.org", bond="CLOSE").text
    said = page.press("Add", email="Hal@Example.org", bond="MANAGED_BY")
    assert "They manage me" in said.text
    assert "on your list already" in page.press("Add", status=422, email="hal@example.org", bond="CLOSE").text
    assert queries.waiting(vera) == []
    assert len(queries.waiting(cast.mark)) == 1
    page.open("/marking/people")
    page.press("It is over with Hal Osei")
    assert len(queries.waiting(vera)) == 1
    tying.declare("hal@example.org", Bond.MANAGES, by=cast.mark)  # whoever of the two says so
    assert (queries.assessor(cast.mark).tied, queries.assessor(cast.hal).tied) == ({cast.hal.id}, {cast.mark.id})


def test_conflicts_and_colleagues_are_kept_from_works(cast: Cast, app: Any, monkeypatch: Any) -> None:
    published(cast)
    a_work(cast.hal)
    a_work(cast.wren)  # who works where the assessor does
    assert len(queries.waiting(cast.mark)) == 2
    monkeypatch.setattr(queries, "colleagues", lambda: False)
    assert len(queries.waiting(cast.mark)) == 1
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.mark)
    db.session.commit()
    assert queries.waiting(cast.mark) == []


def test_the_oldest_comes_first_and_pressing_twice_takes_one(cast: Cast) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    later = a_work(cast.hal)
    with clock.at(MONDAY - dt.timedelta(days=7)):
        first = a_work(cast.priya)
    one = assessing.take(by=vera)
    assert (one.work_id, assessing.take(by=vera).id) == (first.id, one.id)
    at = held(vera, one)
    assessing.put_back(at, by=vera)
    assessing.put_back(at, by=vera)
    db.session.commit()
    assert db.session.query(Record).filter_by(event=Event.MARKING_PUT_BACK.name).count() == 1
    with pytest.raises(WrongState, match="went back to the queue"):
        assessing.finish(at, version=1, by=vera)
    db.session.rollback()
    assert taken(vera).work.id == first.id
    assert later.state is WorkState.HANDED_IN


def test_two_windows_lose_nothing(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal)
    at = taken(vera)
    here, one = f"/marking/works/{at.marking.reference}", browser("vera")
    one.open(here)
    written(at, 2, 2, by=vera, feedback="In the other window.")
    page = one.press("Save", status=409, feedback="In this one.")
    assert "You changed this in another window" in page.text
    assert "In the other window." in page.text
    assert "In this one." in page.text
    one.press("Save mine")
    assert held(vera, at.marking).feedback == "In this one."
    with pytest.raises(Stale):
        assessing.save(held(vera, at.marking), Marks(feedback="Old."), version=1, by=vera)


def test_it_is_saved_by_itself_and_says_so(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal)
    at = taken(vera)
    one = browser("vera", htmx=True)
    one.open(f"/marking/works/{at.marking.reference}")
    answer = one.client.post(
        f"/marking/works/{at.marking.reference}", data={"csrf_token": one.token(), "version": "1", "feedback": "So far."},
        headers={"HX-Request": "true", "HX-Target": "div#saved", "Sec-Fetch-Site": "same-origin"},
    )  # fmt: skip
    assert "Saved at 10:30am" in answer.get_data(as_text=True)
    assert held(vera, at.marking).feedback == "So far."


def test_finished_is_finished_and_counts_once(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    one = a_work(cast.hal)
    at = written(taken(vera), 2, 2, by=vera)
    with pytest.raises(WrongState, match="changed the marks in another window"):
        assessing.finish(at, version=at.sheet.version - 1, by=vera)
    db.session.rollback()
    for _ in range(2):
        assessing.finish(at, version=at.sheet.version, by=vera)
    db.session.commit()
    assert db.session.query(Record).filter_by(event=Event.MARKING_FINISHED.name).count() == 1
    assert one.state is WorkState.HANDED_IN
    page = browser("vera")
    page.send(f"/marking/works/{at.marking.reference}", {"feedback": "Too late."}, status=409)
    assert "cannot be changed any more" in page.send(f"/marking/works/{at.marking.reference}/finish", {}).text
    assert held(vera, at.marking).feedback == ""


def test_a_marking_whose_settling_fails_is_not_finished_and_can_be_again(cast: Cast, monkeypatch: Any) -> None:
    """As when the server is killed between the two: both are one transaction."""
    published(cast)
    vera = an_assessor(cast, "vera")
    one = decided(cast, vera)
    mine = an_assessor(cast, "noor")
    at = written(taken(mine), 3, 3, by=mine)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "settle", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            assessing.finish(at, version=at.sheet.version, by=mine)
    db.session.rollback()
    at = held(mine, at.marking)
    assert (at.marking.finished_at, at.levels) == (None, {"Answers every point": 3, "Tone": 3})
    assessing.finish(at, version=at.sheet.version, by=mine)
    db.session.commit()
    assert db.session.get_one(Work, one.id).state is WorkState.PASSED


def test_comments_are_kept_and_inserted(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal)
    at = taken(vera)
    one = browser("vera")
    one.open(f"/marking/works/{at.marking.reference}")
    assert "Write the comment first" in one.press("Keep this comment on Tone", status=422).text
    page = one.press("Keep this comment on Tone", comment_1="Say sorry for what was done.")
    assert "The comment is kept." in page.text
    kept = db.session.query(KeptComment).one()
    one.press("Insert it into the comment on Tone", kept_1=str(kept.id), comment_1="First.")
    assert held(vera, at.marking).comments == {"Tone": "First.\nSay sorry for what was done."}
    assert "Say sorry for what was done." in one.open("/marking/comments").text
    browser("mark").send(f"/marking/comments/{kept.id}/remove", {})
    assert db.session.query(KeptComment).count() == 1  # another's changes nothing
    one.open("/marking/comments")
    assert "You keep none yet." in one.press("Remove “Say sorry for what was done.”").text


def test_what_cannot_be_kept_is_refused_and_stays_on_the_page(cast: Cast) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal)
    at = taken(vera)
    for marks, says in (
        (Marks({"Tone": 7}), "Choose one of the levels"),
        (Marks(comments={"Tone": "x" * 4001}), "4,000 characters or fewer"),
        (Marks(found={"blame": "x" * 4001}), "4,000 characters or fewer"),
        (Marks(feedback="x" * 4001), "4,000 characters or fewer"),
    ):
        with pytest.raises(Invalid, match=says):
            assessing.save(at, marks, version=1, by=vera)


def test_words_are_quoted_as_they_stand_whatever_copying_did_to_them(cast: Cast) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal, "You said “it is\nyour own fault”. " * 30)
    at = written(taken(vera), 2, 2, by=vera, found={"blame": '"It is your own  fault"'})
    assert assessing.missing(at) == []
    at = written(at, 2, 2, by=vera, found={"blame": ""})
    with pytest.raises(Incomplete):
        assessing.finish(at, version=at.sheet.version, by=vera)


def test_one_in_ten_is_a_hidden_repeat_which_looks_like_any_other_and_settles_nothing(cast: Cast, browser: Any, monkeypatch: Any) -> None:
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    one = decided(cast, vera, noor)
    points = one.points
    monkeypatch.setattr(taking, "is_repeat", lambda *_: True)
    a_work(cast.priya)
    at = taken(vera)
    assert at.marking.place is Place.SECOND or at.marking.place is Place.FIRST  # nothing is old enough yet
    finished(at, 3, 3, by=vera)
    with clock.at(MONDAY + taking.AFTER + dt.timedelta(minutes=1)):
        at = taken(vera)
        assert (at.marking.place, at.work.id) == (Place.REPEAT, one.id)
        text = browser("vera").open(f"/marking/works/{at.marking.reference}").text
        assert "repeat" not in text
        finished(at, 4, 2, by=vera)
        assert db.session.get_one(Work, one.id).points == points
        repeats = db.session.query(Marking).filter_by(place=Place.REPEAT).count()
        assert (repeats, queries.counts(vera.id or 0)) == (1, (3, 1))
        with pytest.raises(WrongState):  # once is enough, and the other is not decided yet
            assessing.take(by=vera)


def test_what_is_taken_and_left_goes_back(cast: Cast) -> None:
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    a_work(cast.hal)
    at = taken(vera)
    with clock.at(MONDAY + dt.timedelta(days=7)):
        assert list(assessing.free_left()) == []
    with clock.at(MONDAY + dt.timedelta(days=8)):
        steps = list(assessing.free_left())
        assert [step() for step in steps] == [1]
        db.session.commit()
        assert [step() for step in steps] == [0]  # on two machines at once, or twice
        assert held(vera, at.marking).marking.put_back_at is not None
        assert taken(noor).work.id == at.work.id


def test_a_round_that_does_not_agree_is_followed_by_another(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera", practised=False)
    a_round(vera, agreeing=3)
    a_work(cast.hal)
    assert [line.door for line in queries.lines(vera)] == [Door.PRACTISE]
    page = browser("vera").open("/marking/practice/T1/1/a-reply")
    assert "You agreed with the panel on 3 of 5, and 4 are needed." in page.text
    assert "Tone: more than one level from the panel on 2 scripts, lower on 2" in page.text
    browser("vera").open("/marking/practice/T1/1/a-reply/3/a", status=404)  # a round that cannot be begun yet
    a_round(vera, agreeing=4)
    assert [line.door for line in queries.lines(vera)] == [Door.OPEN]
    assert [round.agreed for round in the_practice(vera).rounds] == [3, 4]


def test_nobody_finds_anothers_marking(cast: Cast, browser: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    a_work(cast.hal)
    at = taken(vera)
    for path in ("", "/finish"):
        browser("mark").open(f"/marking/works/{at.marking.reference}{path}", status=404)
        browser("hal").open(f"/marking/works/{at.marking.reference}{path}", status=404)


def test_the_queue_costs_the_same_however_many_wait(cast: Cast, browser: Any, queries: Any) -> None:
    published(cast)
    vera = an_assessor(cast, "vera")
    one = browser("vera")
    costs = []
    for many in (1, 12):
        for number in range(many):
            a_work(cast.hal if not number and many == 1 else an_assessor(cast, f"w{many}-{number}", practised=False), A_TEXT)
        one.open("/marking")
        with queries() as seen:
            one.open("/marking")
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 14, costs
    at = taken(vera)
    one.open(f"/marking/works/{at.marking.reference}")
    with queries() as seen:
        one.open(f"/marking/works/{at.marking.reference}")
    assert len(seen) <= 7, seen


def test_nobody_marks_their_own_whatever_the_code_does(cast: Cast) -> None:
    published(cast)
    mark = cast.mark
    a_round(mark)
    one = a_work(mark)
    assert queries.waiting(mark) == []
    assert impartial.bar(queries.assessor(mark), queries.writers({mark.id or 0})[mark.id or 0], colleagues=True) is impartial.Bar.OWN
    with pytest.raises(sa.exc.IntegrityError, match="nobody_marks_their_own"), db.session.begin_nested():
        assessing._made(one, Place.FIRST, mark)
