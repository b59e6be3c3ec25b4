"""Somebody learns: a pathway, pages that are left and found again, a question at the end, conversations, and what counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.accreditation import pathways
from portal.accreditation.models import CpdEntry, Enrolment, LessonRead, ScenarioTry
from portal.accreditation.operations import learning, publishing
from portal.accreditation.queries import learning as queries
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from portal.policy import Role
from tests.accreditation.a_course import COURSE, files
from tests.accreditation.learners import begun, published, read, studied
from tests.conftest import MONDAY
from tests.people import Cast


@pytest.mark.parametrize("htmx", [False, True])
def test_the_journey_from_the_pathway_to_a_finished_lesson(cast: Cast, browser: Any, htmx: bool) -> None:
    published(cast)
    hal = browser("hal", htmx=htmx)
    page = hal.open("/work")
    page = hal.click("Learning")
    assert "Your pathway" in page.text
    assert "Not begun" in page.text
    page = hal.click("A small course")
    assert "About" not in page.h1
    assert "Begin the course" in page.text
    page = hal.press("Begin the course")
    assert page.h1 == "The first idea"
    assert "page 1 of 3" in page.text
    assert "Why this matters." in page.text
    page = hal.press("Go on")
    assert page.h1 == "The second idea"
    hal.open("/learning")
    page = hal.click("One")  # go on where I left
    assert page.h1 == "The second idea"
    page = hal.press("Go on")
    assert page.h1 == "Check yourself"
    assert hal.press("Answer", status=422).errors == ["Choose an answer"]
    page = hal.press("Answer", one="1")
    assert "Not right, but you chose it. It comes later." in page.text
    assert "Listening comes first." in page.text
    page = hal.click("Next lesson: Two")
    assert page.h1 == "The first idea"
    page = hal.open("/learning/T1")
    assert "Read" in page.text
    assert "Your professional development" in hal.open("/learning/cpd").h1
    assert "A small course: One" in hal.open("/learning/cpd").text


def test_where_somebody_left_is_known_on_another_device(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    here, there = browser("hal"), browser("hal")
    here.open("/learning/T1/lessons/01-first/02-two/1")
    here.press("Go on")
    there.open("/learning/T1")
    assert there.click("Go on where you left").address == "/learning/T1/lessons/01-first/02-two/2"


def test_a_lesson_is_finished_only_when_its_pages_were_read(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open("/learning/T1/lessons/01-first/01-one/3")
    page = hal.press("Answer", status=409, one="0")
    assert "You have not read this lesson to its end yet." in page.text
    assert "Go on reading" in page.links
    assert db.session.query(CpdEntry).count() == 0


def test_pages_read_ahead_of_their_turn_do_not_count(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open("/learning/T1/lessons/01-first/01-one/2")
    assert hal.press("Go on").h1 == "Check yourself"
    one = db.session.query(LessonRead).one()
    assert (one.page, one.furthest) == (1, 1)
    assert "You have not read this lesson to its end yet." in hal.press("Answer", status=409, one="0").text


def test_what_does_not_exist_or_was_not_begun_is_not_found(cast: Cast, browser: Any) -> None:
    published(cast)
    hal = browser("hal")
    hal.open("/learning/T1/lessons/01-first/01-one/1", status=404)
    hal.open("/learning/T9", status=404)
    begun(cast.hal)
    for path in ("lessons/01-first/01-one/4", "lessons/01-first/01-one/0", "lessons/01-first/09-none/1", "lessons/02-none/01-one/1", "scenarios/none"):
        hal.open(f"/learning/T1/{path}", status=404)
    hal.open("/learning/t1/lessons/01-first/01-one/1")


def test_a_visitor_is_asked_to_sign_in(cast: Cast, browser: Any) -> None:
    assert browser(follow=False).open("/learning", status=303).address == "/learning"


def test_time_is_observed_and_bounded(cast: Cast) -> None:
    published(cast)
    begun(cast.hal)
    opened = queries.opened(cast.hal.id or 0, "T1", "01-first", "01-one", 1)
    assert opened is not None
    learning.turn(opened, MONDAY - dt.timedelta(seconds=90), by=cast.hal)
    second = queries.opened(cast.hal.id or 0, "T1", "01-first", "01-one", 2)
    assert second is not None
    learning.turn(second, MONDAY - dt.timedelta(days=2), by=cast.hal)
    learning.turn(second, MONDAY - dt.timedelta(days=2), by=cast.hal)  # sent twice, counted once
    learning.turn(opened, MONDAY + dt.timedelta(days=2), by=cast.hal)  # from a clock that is ahead, and read again
    one = db.session.query(LessonRead).one()
    assert one.seconds == 90 + learning.LONGEST_ON_A_PAGE
    check = queries.opened(cast.hal.id or 0, "T1", "01-first", "01-one", 3)
    assert check is not None
    learning.answer(check, [0], None, by=cast.hal)
    learning.answer(check, [1], None, by=cast.hal)  # answered again, counted once
    entry = db.session.query(CpdEntry).one()
    assert (entry.claimed, entry.observed) == (5, 6)


def test_the_last_lesson_ends_the_lessons_and_is_on_record(cast: Cast) -> None:
    published(cast)
    begun(cast.hal)
    at = read(cast.hal)
    assert at.lessons_left == ()
    assert at.begun.learnt_at == clock.now()
    assert at.minutes_left == 68  # the conversation, and what is to be written
    assert at.resumes_at is None


def test_minutes_left_fall_page_by_page(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    assert studied(cast.hal).minutes_left == 78
    hal = browser("hal")
    hal.open("/learning/T1/lessons/01-first/01-one/1")
    hal.press("Go on")
    db.session.expire_all()
    assert studied(cast.hal).minutes_left == 76


def test_beginning_twice_is_beginning_once(cast: Cast) -> None:
    version = published(cast)
    begun(cast.hal)
    begun(cast.hal)
    assert db.session.query(Enrolment).count() == 1
    publishing.close(version, by=cast.wren)
    publishing.close(version, by=cast.wren)  # a second time changes nothing
    with pytest.raises(WrongState, match="is closed to people who have not begun it"):
        learning.begin(version, by=cast.priya)
    learning.begin(version, by=cast.hal)


def test_whoever_began_stays_with_their_version(cast: Cast) -> None:
    published(cast)
    begun(cast.hal)
    newer = files(**{"course.yaml": COURSE.replace("1.0.0", "2.0.0").replace("pass_mark: 80", "pass_mark: 70"), "sources.md": "# Sources\n\nNew.\n"})
    published(cast, newer, "Other rules.")
    assert studied(cast.hal).course.paper.pass_mark == 80
    assert begun(cast.priya).course.paper.pass_mark == 70


def test_pictures_are_served_from_the_version_that_is_read(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    page = hal.open("/learning/T1/lessons/01-first/01-one/1")
    [picture] = [one.get("src") for one in page.all("img")]
    assert picture == "/learning/T1/images/line.svg"
    answer = hal.client.get(picture)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "sandbox" in answer.headers["Content-Security-Policy"] or "default-src" in answer.headers["Content-Security-Policy"]
    assert hal.client.get("/learning/T1/images/other.svg").status_code == 404
    assert hal.client.get("/learning/T1/images/course.yaml").status_code == 404


def test_a_conversation_leads_on_and_both_sides_say_what_they_make_of_it(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open("/learning/T1")
    page = hal.click("At the desk")
    page = hal.press("Begin")
    assert "I have waited for two hours." in page.text
    assert hal.press("Go on", status=422).errors == ["Choose what you say or do"]
    page = hal.press("Go on", choice="0")
    assert "I was heard." in page.text
    assert "That was quick." in page.text
    page = hal.press("Go on", choice="0")
    assert "3 of 3 points" in page.text
    assert "You have passed this conversation." in page.text
    assert "Passed" in hal.open("/learning/T1").text
    hal.open("/learning/T1/scenarios/at-the-desk")
    page = hal.press("Try it again")
    assert "I have waited for two hours." in page.text
    assert db.session.query(ScenarioTry).count() == 2
    assert [entry.title for entry in db.session.query(CpdEntry)] == ["A small course: At the desk"]


def test_what_must_never_be_done_does_not_pass_a_conversation(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open("/learning/T1/scenarios/at-the-desk")
    hal.press("Begin")
    page = hal.press("Go on", choice="2")
    assert "This must never be done." in page.text
    assert "0 of 3 points" in page.text
    assert db.session.query(ScenarioTry).one().passed is False


def test_the_back_button_and_a_second_window_choose_nothing_twice(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open("/learning/T1/scenarios/at-the-desk")
    hal.press("Begin")
    hal.send("/learning/T1/scenarios/at-the-desk", {"step": "1", "choice": "0"})
    hal.send("/learning/T1/scenarios/at-the-desk", {"step": "1", "choice": "1"})
    hal.send("/learning/T1/scenarios/at-the-desk", {"step": "7", "choice": "1"})
    assert db.session.query(ScenarioTry).one().path == "he-comes 0"
    hal.send("/learning/T1/scenarios/at-the-desk", {"step": "2", "choice": "9"}, status=422)
    hal.send("/learning/T1/scenarios/at-the-desk", {"step": "2", "choice": "x"}, status=422)
    hal.send("/learning/T1/scenarios/at-the-desk/begin", {})
    assert db.session.query(ScenarioTry).count() == 1


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ([Role.HANDLER], {"handler"}),
        ([Role.COMPLAINTS_MANAGER], {"handler", "manager"}),
        ([Role.EXECUTIVE_LEAD], {"leader"}),
        ([Role.ASSESSOR], {"handler", "manager", "leader"}),
        ([], {"handler", "manager", "leader"}),
    ],
)
def test_a_pathway_follows_what_somebody_does(roles: list[Role], found: set[str]) -> None:
    assert pathways.roles(roles) == found


def test_a_pathway_follows_where_somebody_works(cast: Cast, browser: Any) -> None:
    published(cast)
    assert "Other courses" not in browser("hal").open("/learning").text
    page = browser("dot").open("/learning")  # a department: the course is for the NHS
    assert "There is no course for what you do yet." in page.text
    assert "Other courses" in page.text
    assert "Your pathway" in browser("mark").open("/learning").text


def test_pages_cost_a_known_number_of_statements(cast: Cast, browser: Any, queries: Any) -> None:
    published(cast)
    begun(cast.hal)
    read(cast.hal)
    hal = browser("hal")
    hal.open("/learning")
    for path, most in (("/learning", 9), ("/learning/T1", 7), ("/learning/T1/lessons/01-first/01-one/1", 6), ("/learning/cpd", 4)):
        with queries() as seen:
            hal.open(path)
        assert len(seen) <= most, seen


def test_nobody_sees_anybody_elses(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    read(cast.hal)
    assert "Nothing is here yet" in browser("priya").open("/learning/cpd").text
    browser("priya").open("/learning/T1/lessons/01-first/01-one/1", status=404)
