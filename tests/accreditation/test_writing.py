"""An assignment is written and saved by itself, looked through, handed in once, and read with its marks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.accreditation.lifecycle import WorkState
from portal.accreditation.models import CpdEntry, Work, WorkText
from portal.accreditation.operations import writing
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, Stale, WrongState
from tests.accreditation.learners import A_TEXT, a_draft, a_work, assigned, begun, levels, marked, published
from tests.conftest import MONDAY
from tests.people import Cast

HERE = "/learning/T1/assignments/a-reply"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_journey_from_an_empty_page_to_a_passed_work(cast: Cast, browser: Any, htmx: bool) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal", htmx=htmx)
    hal.open("/learning/T1")
    page = hal.click("Write a reply")
    assert "Nothing saved yet. No words of 200 to 400" in page.text
    assert "A letter." in page.text
    page = hal.press("Save", text="Dear Ms Bell")
    assert "3 words of 200 to 400" in page.text
    page = hal.press("Save and look through it")
    assert "Your text is too short: it has 3 words." in page.text
    page = hal.click("Go on writing")
    page = hal.press("Save and look through it", text=f"{A_TEXT} Hal Osei")
    assert "Part" not in page.errors
    assert "Your name" in page.text
    assert hal.press("Hand in", status=422).errors == ["Change these words, or confirm that they say nothing about a real person"]
    hal.open(HERE)
    page = hal.press("Save and look through it", text=A_TEXT)
    assert "We found nothing in it that does." in page.text
    page = hal.press("Hand in")
    assert page.h1 == "Your work: Write a reply"
    assert "Handed in. It is marked by 22 June 2026." in page.text
    assert "Handed in" in hal.open("/learning/T1").text
    one = db.session.query(Work).one()
    marked(one, levels(3, 3), levels(2, 3), by=(cast.mark, cast.rosa))
    page = hal.open(f"/learning/works/{one.reference}")
    assert "67 of 100 points" in page.text
    assert "Answers every point: between level 2 and level 3" in page.text
    assert "second: Tone 3" in page.text
    assert cast.mark.name not in page.text
    assert "Passed" in hal.open("/learning/T1").text
    assert "Passed" in hal.open(HERE).text


def test_a_draft_survives_signing_out_and_is_found_on_another_device(cast: Cast, browser: Any) -> None:
    published(cast)
    a_draft(cast.hal, "Dear Ms Bell")
    assert "Dear Ms Bell" in browser("hal").open(HERE).text
    assert "In progress" in browser("hal").open("/learning/T1").text


def test_saving_by_itself_answers_in_one_line(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open(HERE)
    by_itself = {"HX-Request": "true", "HX-Target": "div#saved"}
    page = hal.send(HERE, {"number": "1", "version": "0", "text": "Dear Ms Bell"}, headers=by_itself)
    assert page.text == "Saved at 10:30am. 3 words of 200 to 400"
    with clock.at(MONDAY + dt.timedelta(minutes=2)):
        hal.send(HERE, {"number": "1", "version": "1", "text": "Dear Ms Bell, I am sorry"}, headers=by_itself)
    with clock.at(MONDAY + dt.timedelta(hours=2)):  # a long silence is not time spent
        hal.send(HERE, {"number": "1", "version": "2", "text": "Dear Ms Bell, I am"}, headers=by_itself)
    written = db.session.query(WorkText).one()
    assert (written.text, written.version, written.seconds) == ("Dear Ms Bell, I am", 3, 120 + 300)
    assert db.session.query(Work).one().state is WorkState.WRITING


@pytest.mark.parametrize("by_itself", [False, True])
def test_two_windows_lose_nothing(cast: Cast, browser: Any, by_itself: bool) -> None:
    published(cast)
    begun(cast.hal)
    here, there = browser("hal"), browser("hal")
    there.open(HERE)
    here.open(HERE)
    here.press("Save", text="What I wrote first")
    headers = {"HX-Request": "true", "HX-Target": "div#saved"} if by_itself else {}
    page = there.send(HERE, {"number": "1", "version": "0", "text": "What I wrote in the other window"}, status=409, headers=headers)
    for words in ("What I wrote first", "What I wrote in the other window", "Save mine", "Not saved: you changed your text in another window"):
        assert words in page.text
    assert db.session.query(WorkText).one().text == "What I wrote first"
    there.send(HERE, {"number": "1", "version": "0", "over": "1", "text": "Both joined"}, status=200)
    db.session.expire_all()
    assert db.session.query(WorkText).one().text == "Both joined"


def test_what_is_saved_twice_is_no_collision(cast: Cast) -> None:
    published(cast)
    at = a_draft(cast.hal, "Dear Ms Bell")
    writing.save(at, "Dear Ms Bell  ", number=1, version=0, by=cast.hal)
    with pytest.raises(Stale):
        writing.save(at, "Dear Mr Bell", number=1, version=0, by=cast.hal)


def test_a_text_that_is_too_long_is_refused_and_stays_in_the_box(cast: Cast, browser: Any) -> None:
    published(cast)
    a_draft(cast.hal, "Dear Ms Bell")
    hal = browser("hal")
    hal.open(HERE)
    page = hal.press("Save", status=422, text="word " * 7000)
    assert page.errors == ["Your text must be 30,000 characters or fewer. It has 34,999"]
    assert page.text.count("word word") > 1000
    assert db.session.query(WorkText).one().text == "Dear Ms Bell"


def test_fifty_megabytes_are_refused_in_words_and_change_nothing(cast: Cast, browser: Any) -> None:
    published(cast)
    a_draft(cast.hal, "Dear Ms Bell")
    hal = browser("hal")
    hal.open(HERE)
    page = hal.press("Save", status=413, text="x" * 50 * 1024 * 1024)
    assert "what you typed should still be there" in page.text
    assert "Dear Ms Bell" in hal.open(HERE).text


def test_what_was_looked_through_is_what_is_handed_in(cast: Cast, browser: Any) -> None:
    published(cast)
    a_draft(cast.hal)
    here, there = browser("hal"), browser("hal")
    here.open(f"{HERE}/hand-in")
    there.open(HERE)
    there.press("Save", text=f"{A_TEXT} My name is Hal Osei.")
    page = here.press("Hand in", status=409)
    assert "You changed your text in another window after this page had looked through it." in page.text
    page = here.click("Look through the text as it is now")
    assert "Hal Osei" in page.text
    here.press("Hand in", confirmed="y")
    assert db.session.query(Work).one().state is WorkState.HANDED_IN


def test_once_handed_in_nothing_changes(cast: Cast, browser: Any) -> None:
    published(cast)
    a_draft(cast.hal)
    stale, twice, here = browser("hal"), browser("hal"), browser("hal")
    stale.open(HERE)
    twice.open(f"{HERE}/hand-in")
    here.open(f"{HERE}/hand-in")
    here.press("Hand in")
    assert twice.press("Hand in").h1 == "Your work: Write a reply"  # pressed twice is handed in once
    page = stale.press("Save", status=409, text="Something better")
    assert "You have handed this in on 1 June 2026 at 10:30am. What you typed just now was not added." in page.text
    assert stale.click("Read your work").h1 == "Your work: Write a reply"
    assert here.open(f"{HERE}/hand-in").h1 == "Write a reply"  # the back button
    one = db.session.query(Work).one()
    assert (one.words, db.session.query(WorkText).one().text) == (250, A_TEXT.strip())
    entry = db.session.query(CpdEntry).one()
    assert (entry.title, entry.claimed, entry.observed) == ("A small course: Write a reply", 60, 0)


@pytest.mark.parametrize(("text", "says"), [("word " * 199, "too short: it has 199 words"), ("word " * 401, "too long: it has 401 words"), (" - " * 300, "it has no words")])
def test_the_length_is_what_was_asked(cast: Cast, text: str, says: str) -> None:
    published(cast)
    at = a_draft(cast.hal, text)
    with pytest.raises(Incomplete, match=says):
        writing.hand_in(at, number=1, version=1, confirmed=False, by=cast.hal)


def test_an_expired_session_says_how_to_keep_the_text(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open(HERE)
    stranger = browser()
    page = stranger.send(HERE, {"number": "1", "version": "0", "text": "Dear Ms Bell", "csrf_token": hal.token()}, status=400)
    assert "If you typed a text, go back in your browser: it should still be there. Copy it." in page.text
    by_itself = {"HX-Request": "true", "HX-Target": "div#saved"}
    page = stranger.send(HERE, {"number": "1", "version": "0", "text": "Dear Ms Bell", "csrf_token": hal.token()}, status=400, headers=by_itself)
    assert "Copy what you typed from this page." in page.text  # where it is shown above the text that nobody has left


def test_nobody_meets_anybody_elses_work(cast: Cast, browser: Any) -> None:
    published(cast)
    one = a_work(cast.hal)
    for who in ("priya", "mark", "wren"):
        browser(who).open(f"/learning/works/{one.reference}", status=404)
        browser(who).open(HERE, status=404)
    browser("hal").open("/learning/T1/assignments/none", status=404)
    a_draft(cast.priya)
    draft = db.session.query(Work).filter_by(person_id=cast.rows["priya"].id).one()
    browser("priya").open(f"/learning/works/{draft.reference}", status=404)  # it is not handed in


def test_a_work_that_was_not_passed_is_written_again_with_its_text(cast: Cast, browser: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(1, 2, found=("blame",)), levels(1, 2, found=("blame",)), by=(cast.mark, cast.rosa))
    hal = browser("hal")
    page = hal.open(f"/learning/works/{one.reference}")
    for words in ("Not passed this time: 35 of 100 points.", "Blames the person “I am sorry” What", "level 1, below level 2", "Some"):
        assert words in page.text
    hal.click("Write it again")
    hal.press("Write it again")
    assert "This is what you wrote last time" in hal.open(HERE).text
    assert "Dear Ms Bell, I am sorry" in hal.open(HERE).text
    page = hal.send(HERE, {"number": "1", "version": "1", "text": "From an old window"}, status=409)
    assert "You have begun to write this again in another window." in page.text
    marked(a_work(cast.hal), levels(1, 2), levels(1, 2), by=(cast.mark, cast.rosa))
    page = hal.open(HERE)
    assert "You can write it again from 1 July 2026 at 10:30am" in page.text
    assert "You can write it again from 1 July 2026" in hal.send(f"{HERE}/again", {}, status=409).text
    with clock.at(MONDAY + dt.timedelta(days=30)):
        hal.send(f"{HERE}/again", {})
        assert db.session.query(Work).count() == 3
        hal.send(f"{HERE}/again", {})  # pressed twice
    assert db.session.query(Work).count() == 3


def test_a_passed_work_is_not_written_again(cast: Cast) -> None:
    published(cast)
    marked(a_work(cast.hal), levels(3, 3), levels(3, 3), by=(cast.mark, cast.rosa))
    for again in (lambda: writing.begin_again(assigned(cast.hal), by=cast.hal), lambda: writing.save(assigned(cast.hal), "x", number=2, version=0, by=cast.hal)):
        with pytest.raises(WrongState, match="You have passed this assignment"):
            again()


def test_pages_cost_a_known_number_of_statements(cast: Cast, browser: Any, queries: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(1, 2), levels(4, 4), levels(1, 1, found=("blame",)), by=(cast.mark, cast.rosa, cast.owen))
    writing.begin_again(assigned(cast.hal), by=cast.hal)
    db.session.commit()
    hal = browser("hal")
    hal.open("/learning")
    for path, most in ((HERE, 8), (f"{HERE}/hand-in", 8), (f"/learning/works/{one.reference}", 8)):
        with queries() as seen:
            hal.open(path)
        assert len(seen) <= most, seen


def test_what_says_who_somebody_is_must_be_confirmed(cast: Cast) -> None:
    published(cast)
    at = a_draft(cast.hal, f"{A_TEXT}\n\nHal, Northmoor NHS Foundation Trust, 0161 496 0123")
    assert [(one.kind, one.words, one.paragraph) for one in writing.looked_through(at, cast.hal)] == [
        ("part of your name", "Hal", 2), ("your organisation", "Northmoor NHS Foundation Trust", 2), ("telephone number", "0161 496 0123", 2),
    ]  # fmt: skip
    with pytest.raises(Invalid):
        writing.hand_in(at, number=1, version=1, confirmed=False, by=cast.hal)
