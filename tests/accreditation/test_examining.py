"""A paper is sat: drawn, answered in its time, handed in once, and its key kept until it is due."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accreditation import sittings
from portal.accreditation.courses.records import Paper
from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.accreditation.models import Attempt, AttemptItem
from portal.accreditation.operations import allowing_time, examining
from portal.accreditation.queries import examining as queries
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, NotAllowed, WrongState
from portal.organisations.models import Membership
from tests.accreditation.learners import a_paper, answered, begun, handed_in, published, read, right_answer, sitting
from tests.conftest import MONDAY
from tests.people import TRUST, Cast

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_journey_from_the_lessons_to_a_passed_paper(cast: Cast, browser: Any, htmx: bool) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal", htmx=htmx)
    page = hal.open("/learning/T1/examination")
    assert "Read these lessons first" in page.text
    read(cast.hal)
    hal.open("/learning/T1")
    page = hal.click("Take the examination")
    assert "6 questions" in page.text
    page = hal.press("Start the clock")
    assert page.h1 == "Question 1 of 6"
    assert "30 minutes left" in page.text
    one = db.session.query(Attempt).one()
    for item in sitting(cast.hal, one).items:
        page = hal.open(f"/learning/papers/{one.reference}/{item.position}")
        page = hal.press("Save and go on", **typed(sitting(cast.hal, one), item))
    assert page.h1 == "Examination: all questions"
    assert "Not answered" not in page.text
    page = hal.press("Hand in")
    assert "Passed" in page.text
    assert "6 of 6 right" in page.text
    assert "Your paper, and the reasons" in page.text
    page = hal.open("/learning/T1/examination")
    assert "You passed on" in page.text
    hal.send("/learning/T1/examination", {}, status=409)


def typed(at: queries.Sitting, item: AttemptItem) -> dict[str, Any]:
    """The right answer as somebody would give it on the page."""
    question, right = at.question(item), right_answer(at.question(item), item)
    offered = [int(place) for place in item.offered.split(",") if place]
    match question.kind.value:
        case "one" | "true or false":
            return {"one": str(offered.index(int(right)))}
        case "many":
            return {"many": [str(offered.index(int(place))) for place in right.split(",")]}
        case "number":
            return {"number": right}
        case "short":
            return {"short": right}
        case "date":
            year, month, day = right.split("-")
            return {"day-day": day, "day-month": month, "day-year": year}
        case "match":
            pairs = dict(pair.split(":") for pair in right.split(","))
            return {f"part_{left}": str(offered.index(int(side))) for left, side in pairs.items()}
    return {f"part_{shown}": str(place) for shown, place in enumerate(offered)}


def test_each_kind_of_question_is_answered_shown_again_and_right(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    hal = browser("hal")
    here = f"/learning/papers/{at.attempt.reference}"
    for id in ("one-2", "all", "truth", "figure", "word", "day", "pairs", "steps"):
        question = at.course.questions[id]
        many = len(question.sides) if question.kind.value == "match" else len(question.options)
        offered = ",".join(map(str, reversed(range(many)))) if question.kind.value not in ("number", "short", "date") else ""
        db.session.execute(sa.delete(AttemptItem).where(AttemptItem.attempt_id == at.attempt.id))
        db.session.add(AttemptItem(attempt_id=at.attempt.id, position=1, question=id, offered=offered,
                                   starts_on=question.between[0] if question.between else None, answer="", late=False))  # fmt: skip
        db.session.commit()
        now = sitting(cast.hal, at.attempt)
        hal.open(f"{here}/1")
        hal.press("Save and go on", **typed(now, now.items[0]))
        db.session.expire_all()
        saved = sitting(cast.hal, at.attempt)
        assert saved.judged(saved.items[0]).right, id
        hal.open(f"{here}/1")
        hal.press("Save and go on")  # as it was shown
        db.session.expire_all()
        assert saved.items[0].answer == right_answer(question, saved.items[0]) or saved.judged(saved.items[0]).right


@pytest.mark.parametrize(
    ("id", "answer", "says"),
    [
        ("figure", "4", "You answered 4. One too many."),
        ("figure", "40", "You answered 40."),
        ("word", "a lawyer", "You answered a lawyer."),
        ("day", "2026-12-23", "You answered 23 December 2026. The day itself is not counted."),
        ("pairs", "0:3,1:1,2:2", "You chose “The police”. It is about work."),
        ("steps", "0:1,1:0,2:2", "You chose place 2. First."),
    ],
)
def test_who_has_passed_reads_why_an_answer_was_wrong(cast: Cast, browser: Any, id: str, answer: str, says: str) -> None:
    published(cast)
    at = a_paper(cast.hal)
    answered(cast.hal, at)
    question = at.course.questions[id]
    item = next((one for one in at.items if one.question == id), at.items[0])
    item.question, item.answer, item.offered = id, answer, ""
    item.starts_on = dt.date(2026, 12, 21) if question.between else None
    examining.hand_in(sitting(cast.hal, at.attempt), by=cast.hal)
    db.session.commit()
    text = browser("hal").open(f"/learning/papers/{at.attempt.reference}").text
    assert "5 of 6 right" in text
    assert says in text


@pytest.mark.parametrize(
    ("id", "sent", "says"),
    [
        ("figure", {"number": "three"}, "Enter a number in figures, for example 12"),
        ("figure", {"number": "9" * 200}, "A number has fewer figures"),
        ("word", {"short": "x" * 101}, "Your answer must be 100 characters or fewer"),
        ("day", {"day-day": "31", "day-month": "2", "day-year": "2027"}, "Your answer must be a real date"),
        ("one-2", {"one": "7"}, "Choose one of the answers offered"),
        ("all", {"many": ["0", "7"]}, "Choose from the answers that are offered"),
        ("pairs", {"part_0": "9"}, "Not a valid choice"),
    ],
)
def test_what_was_not_offered_is_refused(cast: Cast, browser: Any, id: str, sent: dict[str, Any], says: str) -> None:
    published(cast)
    at = a_paper(cast.hal)
    question = at.course.questions[id]
    db.session.execute(sa.delete(AttemptItem).where(AttemptItem.attempt_id == at.attempt.id))
    many = len(question.sides) if question.kind.value == "match" else len(question.options)
    db.session.add(AttemptItem(attempt_id=at.attempt.id, position=1, question=id, offered=",".join(map(str, range(many))),
                               starts_on=question.between[0] if question.between else None, answer="", late=False))  # fmt: skip
    db.session.commit()
    hal = browser("hal")
    page = hal.send(f"/learning/papers/{at.attempt.reference}/1", sent, status=422)
    assert any(says in error for error in page.errors), page.errors
    hal.open(f"/learning/papers/{at.attempt.reference}/2", status=404)  # what was not issued


def test_the_key_never_leaves_the_server_before_it_is_due(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    hal = browser("hal")
    here = f"/learning/papers/{at.attempt.reference}"
    reasons = {option.reason for item in at.items for option in at.question(item).options} | {at.question(item).lesson for item in at.items}
    told = [hal.open(f"{here}/{item.position}").answer.get_data(as_text=True) for item in at.items] + [hal.open(here).answer.get_data(as_text=True)]
    examining.hand_in(at, by=cast.hal)
    db.session.commit()
    told.append(hal.open(here).answer.get_data(as_text=True))  # not passed: the bank is kept for the next paper
    for text in told:
        assert not [reason for reason in reasons if reason in text]
        assert "critical" not in text
    assert "The answers are shown once you have passed" in told[-1]


def test_where_an_answer_stands_in_the_file_is_not_told(cast: Cast, browser: Any) -> None:
    """The values of a form count from the top of the page, whatever the file's order is."""
    published(cast)
    at = a_paper(cast.hal)
    hal = browser("hal")
    for item in at.items:
        page = hal.open(f"/learning/papers/{at.attempt.reference}/{item.position}")
        values = [one.get("value") for one in page.all("input") if one.get("type") in ("radio", "checkbox")]
        assert values == [str(place) for place in range(len(values))]


def test_one_paper_at_a_time(cast: Cast) -> None:
    published(cast)
    at = a_paper(cast.hal)
    again = queries.examined(cast.hal.id or 0, "T1")
    assert again is not None
    assert examining.begin(again, AttemptKind.EXAMINATION, by=cast.hal).id == at.attempt.id
    assert db.session.query(Attempt).count() == 1
    with pytest.raises(sa.exc.IntegrityError, match=r"uq_paper_attempts_open|UNIQUE constraint failed: paper_attempts\.person_id"), db.session.begin_nested():
        db.session.execute(sa.text(
            "INSERT INTO paper_attempts (reference, enrolment_id, person_id, course, course_version_id, kind, number, state, seed, extra, began_at,"
            " deadline_at, asked, version) SELECT 'PA-OTHER', enrolment_id, person_id, course, course_version_id, kind, 9, state, 1, 0, began_at,"
            " deadline_at, asked, 1 FROM paper_attempts"
        ))  # fmt: skip


def test_an_answer_counts_within_the_grace_of_a_slow_line_and_not_after(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    hal = browser("hal")
    here = f"/learning/papers/{at.attempt.reference}"
    with clock.at(MONDAY + 30 * MINUTE + dt.timedelta(seconds=59)):
        hal.open(f"{here}/1")
        hal.press("Save and go on", **typed(at, at.items[0]))
    db.session.expire_all()
    assert (at.items[0].late, bool(at.items[0].answer)) == (True, True)
    with clock.at(MONDAY + 32 * MINUTE), pytest.raises(WrongState, match="The time has run out"):
        examining.save(queries.Asked(at, at.items[0]), "", by=cast.hal)
    db.session.rollback()
    with clock.at(MONDAY + 31 * MINUTE + dt.timedelta(seconds=1)):
        assert "Time ran out at" in hal.open(here).text
        page = hal.send(f"{here}/2", typed(at, at.items[1]))
        assert "Time had run out, so your last answer was not added. Everything that you saved before counts." in page.text
        assert "The time ran out before you handed in." in page.text
    db.session.expire_all()
    assert at.items[1].answer == ""
    assert at.attempt.state is AttemptState.TIMED_OUT
    assert at.attempt.ended_at == at.attempt.deadline_at
    assert at.attempt.correct == 1


def test_the_sweep_closes_what_nobody_handed_in(cast: Cast) -> None:
    published(cast)
    at = answered(cast.hal, a_paper(cast.hal))
    assert [step() for step in examining.close_abandoned()] == []
    with clock.at(MONDAY + dt.timedelta(hours=2)):
        steps = list(examining.close_abandoned())
        assert [step() for step in steps] == [1]
        db.session.commit()
        assert [step() for step in steps] == [0]  # on two machines at once, or twice
    assert (at.attempt.state, at.attempt.correct, at.attempt.passed) == (AttemptState.TIMED_OUT, 6, True)


def test_whatever_comes_after_handing_in_changes_nothing(cast: Cast, browser: Any) -> None:
    published(cast)
    at = handed_in(cast.hal)
    with pytest.raises(WrongState, match="What you chose just now was not added"):
        examining.save(queries.Asked(at, at.items[0]), "", by=cast.hal)
    db.session.rollback()
    examining.hand_in(at, by=cast.hal)
    hal = browser("hal")
    page = hal.send(f"/learning/papers/{at.attempt.reference}/1", {"one": "0"})
    assert "This paper is over, so its answers cannot be changed." in page.text
    hal.send(f"/learning/papers/{at.attempt.reference}/hand-in", {})
    db.session.expire_all()
    assert (at.attempt.correct, at.attempt.passed) == (6, True)


def test_a_session_that_ends_in_the_middle_of_a_paper_loses_nothing_that_was_saved(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    here = f"/learning/papers/{at.attempt.reference}"
    hal = browser("hal")
    hal.open(f"{here}/1")
    hal.press("Save and go on", **typed(at, at.items[0]))
    token = hal.token()
    stranger = browser()  # the same window, once its session has ended
    page = stranger.send(f"{here}/2", {**typed(at, at.items[1]), "csrf_token": token}, status=400)
    assert "What you saved before is kept. If you were sitting a paper, its time runs on." in page.text
    assert page.links["Open the page again"] == f"{here}/2"
    assert stranger.click("Open the page again").h1 == "Sign in"
    with clock.at(MONDAY + 10 * MINUTE):
        again = browser("hal")  # signed in again, on whatever device
        page = again.open(f"{here}/2")
        assert "20 minutes left" in page.text
        again.press("Save and go on", **typed(at, at.items[1]))
    db.session.expire_all()
    assert [bool(item.answer) for item in at.items] == [True, True, False, False, False, False]


def test_the_back_button_shows_the_answer_that_is_saved_and_changes_it_while_there_is_time(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    item = next(item for item in at.items if item.question.startswith("one-"))
    here = f"/learning/papers/{at.attempt.reference}/{item.position}"
    hal = browser("hal")
    answer = hal.open(here).answer
    assert answer.headers["Cache-Control"] == "no-store"  # so that a browser asks again when it goes back
    hal.press("Save and go on", one="0")
    page = hal.open(here)
    assert [one.get("value") for one in page.all("input") if one.get("type") == "radio" and one.get("checked") is not None] == ["0"]
    hal.press("Save and go on", one="1")
    db.session.expire_all()
    assert item.answer == item.offered.split(",")[1]


def test_three_attempts_and_then_a_pause(cast: Cast, browser: Any) -> None:
    published(cast)
    for number in range(1, 4):
        at = handed_in(cast.hal, wrong=6)
        assert (at.attempt.number, at.attempt.passed) == (number, False)
    hal = browser("hal")
    page = hal.open("/learning/T1/examination")
    assert "You have tried 3 times." in page.text
    assert "You can try again from" in page.text
    page = hal.send("/learning/T1/examination", {}, status=409)
    assert "You can try again from" in page.text
    with clock.at(MONDAY + dt.timedelta(hours=24)):
        assert "Start the clock" in hal.open("/learning/T1/examination").text
        assert handed_in(cast.hal).attempt.number == 4


PAPER = Paper(questions_per_outcome=5, pass_mark=80, minutes=30, attempts=3, wait_hours=24)


@pytest.mark.parametrize(
    ("passed", "opens", "left"),
    [([], None, 3), ([False], None, 2), ([False] * 3, 24, 3), ([False] * 4, None, 2), ([False] * 6, 24, 3), ([False, False, True], None, 3)],
)
def test_when_the_next_may_begin(passed: list[bool], opens: int | None, left: int) -> None:
    sat = [sittings.Sat(MONDAY + place * MINUTE, one) for place, one in enumerate(passed)]
    expected = sat[-1].ended_at + dt.timedelta(hours=opens) if opens else None
    assert sittings.opens_at(PAPER, sat) == expected
    assert sittings.attempts_left(PAPER, sat) == left


def test_a_second_paper_asks_what_was_not_seen(cast: Cast) -> None:
    published(cast)
    first = {item.question for item in handed_in(cast.hal, wrong=6).items}
    second = {item.question for item in handed_in(cast.hal, wrong=6).items}
    assert not first & second


def test_critical_answers_fail_a_paper_and_are_named(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    one = next(item for item in at.items if item.question.startswith("one-"))
    at = answered(cast.hal, at)
    examining.save(queries.Asked(at, next(item for item in at.items if item.id == one.id)), "2", by=cast.hal)
    examining.hand_in(at, by=cast.hal)
    db.session.commit()
    page = browser("hal").open(f"/learning/papers/{at.attempt.reference}")
    assert at.attempt.critical == 1
    assert at.attempt.passed is False
    assert "What must never be done" in page.text
    assert "You chose “Read another person's letter to them”. That gives away what is in confidence." in page.text


def test_extra_time_is_counted_in_also_in_the_middle_of_a_paper(cast: Cast, browser: Any) -> None:
    published(cast)
    role = db.session.query(Membership).filter_by(person_id=cast.hal.id).one()
    bea = browser("bea")
    bea.open(f"/organisations/{TRUST}/people")
    assert "More time in examinations for Hal Osei" in bea.open(f"/organisations/{TRUST}/people").text
    bea.open(f"/organisations/{TRUST}/people/{role.reference}/extra-time")
    page = bea.press("Save", extra="50")
    assert "Hal Osei has the time that you chose" in page.text
    at = a_paper(cast.hal)
    assert at.attempt.deadline_at == MONDAY + 45 * MINUTE
    assert "Your extra time is counted in." in browser("hal").open(f"/learning/papers/{at.attempt.reference}").text
    allowing_time.allow(role, 100, by=cast.bea)  # in the middle of a paper
    db.session.commit()
    assert at.attempt.deadline_at == MONDAY + 60 * MINUTE
    allowing_time.allow(role, 0, by=cast.bea)  # and never shorter
    allowing_time.allow(role, 0, by=cast.bea)
    db.session.commit()
    assert at.attempt.deadline_at == MONDAY + 60 * MINUTE
    assert queries.extra(cast.hal.id or 0) == 0
    with pytest.raises(Invalid, match="Choose how much more time"):
        allowing_time.allow(role, 33, by=cast.bea)
    with pytest.raises(NotAllowed):
        allowing_time.allow(role, 50, by=cast.hal)


def test_a_pre_test_lets_lessons_be_left_out(cast: Cast, browser: Any) -> None:
    published(cast)
    at = answered(cast.hal, a_paper(cast.hal, AttemptKind.PRE_TEST))
    for item in at.items:
        if at.question(item).outcome == "settle":
            examining.save(queries.Asked(at, item), "", by=cast.hal)
    examining.hand_in(at, by=cast.hal)
    db.session.commit()
    hal = browser("hal")
    page = hal.open(f"/learning/papers/{at.attempt.reference}")
    assert page.h1 == "What your pre-test shows"
    assert "Your paper, and the reasons" not in page.text
    page = hal.open("/learning/T1")
    assert "You know this" in page.text
    examined = queries.examined(cast.hal.id or 0, "T1")
    assert examined is not None
    assert [lesson.slug for lesson in examined.lessons_needed] == ["01-first/02-two"]
    with pytest.raises(Incomplete, match="Read 1 more lesson before the examination"):
        examining.begin(examined, AttemptKind.EXAMINATION, by=cast.hal)
    db.session.rollback()
    read(cast.hal, "01-first/02-two")
    with pytest.raises(WrongState, match="offered once, before the first lesson"):
        examining.begin(queries.examined(cast.hal.id or 0, "T1") or examined, AttemptKind.PRE_TEST, by=cast.hal)


def test_nobody_finds_anybody_elses_paper(cast: Cast, browser: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    priya = browser("priya")
    for path in ("", "/1"):
        priya.open(f"/learning/papers/{at.attempt.reference}{path}", status=404)
    priya.send(f"/learning/papers/{at.attempt.reference}/hand-in", {}, status=404)
    assert at.attempt.state is AttemptState.OPEN


def test_pages_cost_a_known_number_of_statements(cast: Cast, browser: Any, queries: Any) -> None:
    published(cast)
    at = a_paper(cast.hal)
    hal = browser("hal")
    here = f"/learning/papers/{at.attempt.reference}"
    hal.open(here)
    with queries() as seen:
        hal.open(f"{here}/1")
    assert len(seen) <= 4, seen
    with queries() as seen:
        hal.send(f"{here}/1", {})
    assert len(seen) <= 16, seen
