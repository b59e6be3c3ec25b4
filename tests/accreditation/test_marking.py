"""An answer is right or it is not, by the course's files alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.accreditation import drawing, marking
from portal.accreditation.courses import reading
from portal.accreditation.courses.records import Course, Paper, QuestionKind
from portal.accreditation.marking import Judged
from portal.kernel.working_days import add_working_days
from tests.accreditation.a_course import files

COURSE: Course = reading.course(files(), "T1")
A_DAY = dt.date(2026, 12, 24)


@pytest.mark.parametrize(
    ("id", "answer", "right"),
    [
        ("one-1", "1", True), ("one-1", "0", False), ("one-1", "", False), ("one-1", "0,1", False),
        ("all", "0,1", True), ("all", "0", False), ("all", "0,1,2", False),
        ("truth", "0", True), ("truth", "1", False),
        ("figure", "3", True), ("figure", " 3.0 ", True), ("figure", "6", True), ("figure", "7.5", False), ("figure", "three", False), ("figure", "-3", False),
        ("word", "Advocate.", True), ("word", " an  ADVOCATE ", True), ("word", "a lawyer", False),
        ("day", "2026-12-31", True), ("day", "2026-12-29", False),
        ("pairs", "0:0,1:1,2:2", True), ("pairs", "0:0,1:1,2:3", False), ("pairs", "0:0,1:1", False),
        ("steps", "0:0,1:1,2:2", True), ("steps", "0:1,1:0,2:2", False), ("steps", "0:0", False),
    ],
)  # fmt: skip
def test_what_is_right(id: str, answer: str, right: bool) -> None:
    assert marking.judge(COURSE.questions[id], A_DAY, answer).right is right


def test_what_must_never_be_chosen_is_named() -> None:
    assert marking.judge(COURSE.questions["one-1"], None, "2") == Judged(False, 2)


@pytest.mark.parametrize(
    ("id", "answer", "why"),
    [
        ("figure", "4", "One too many."), ("figure", "3", None), ("figure", "99", None), ("figure", "", None), ("word", "a lawyer", None),
        ("day", "2026-12-27", "Weekends are not counted."), ("day", "2026-12-30", "The day itself is not counted."), ("day", "2026-12-31", None),
        ("day", "2027-06-01", None),
    ],
)  # fmt: skip
def test_a_wrong_answer_that_was_foreseen_has_its_reason(id: str, answer: str, why: str | None) -> None:
    found = marking.foreseen(COURSE.questions[id], A_DAY, answer)
    assert (found.reason if found else None) == why


@given(some.dates(dt.date(2026, 1, 1), dt.date(2031, 12, 31)))
def test_the_key_of_a_date_is_the_deadline_that_the_portal_itself_would_set(start: dt.date) -> None:
    assert marking.judge(COURSE.questions["day"], start, add_working_days(start, 3).isoformat()).right


PAPER = Paper(questions_per_outcome=5, pass_mark=80, minutes=30, attempts=3, wait_hours=24)


@pytest.mark.parametrize(("right", "asked", "passed"), [(8, 10, True), (7, 10, False), (10, 10, True), (0, 0, False), (4, 5, True), (11, 14, False)])
def test_what_passes(right: int, asked: int, passed: bool) -> None:
    assert marking.result(PAPER, [Judged(place < right) for place in range(asked)]).passed is passed


def test_one_critical_answer_fails_a_paper_that_is_nearly_perfect() -> None:
    found = marking.result(PAPER, [Judged(True)] * 19 + [Judged(False, 0)])
    assert (found.right, found.asked, found.critical, found.passed) == (19, 20, 1, False)


def test_a_share_is_never_rounded_up_to_a_pass() -> None:
    assert marking.percent(799, 1000) == 79


def test_a_pre_test_shows_what_is_known() -> None:
    recognise = [id for id, one in COURSE.questions.items() if one.outcome == "recognise"][:10]
    settle = [id for id, one in COURSE.questions.items() if one.outcome == "settle"][:10]
    judged = {id: Judged(True) for id in recognise + settle}
    assert marking.known(COURSE.questions, judged) == {"recognise", "settle"}
    judged[recognise[0]] = Judged(False)  # nine of ten are enough
    assert marking.known(COURSE.questions, judged) == {"recognise", "settle"}
    judged[recognise[0]] = Judged(False, 2)  # unless it is what must never be done
    assert marking.known(COURSE.questions, judged) == {"settle"}
    judged |= dict.fromkeys(settle[:2], Judged(False))
    assert marking.known(COURSE.questions, judged) == frozenset()


@given(some.integers(0, 2**62), some.dictionaries(some.sampled_from(sorted(COURSE.questions)), some.integers(0, 5)))
def test_a_paper_holds_so_many_of_each_outcome_and_those_least_seen(seed: int, seen: dict[str, int]) -> None:
    drawn = drawing.draw(COURSE, seed, seen, {})
    assert drawing.draw(COURSE, seed, seen, {}) == drawn
    for outcome in COURSE.outcomes:
        ids = [one.question.id for one in drawn if one.question.outcome == outcome.code]
        assert len(set(ids)) == len(ids) == COURSE.paper.questions_per_outcome
        left_out = [id for id, one in COURSE.questions.items() if one.outcome == outcome.code and id not in ids]
        assert max(seen.get(id, 0) for id in ids) <= min(seen.get(id, 0) for id in left_out)


@given(some.integers(0, 2**62))
def test_what_is_offered_is_everything_once_and_never_an_order_that_gives_itself_away(seed: int) -> None:
    for one in drawing.draw(COURSE, seed, dict.fromkeys([id for id in COURSE.questions if id.startswith("one-")], 1), {}):
        kind = one.question.kind
        if kind is QuestionKind.TRUE_FALSE:
            assert [one.question.options[place].text for place in one.offered] == ["True", "False"]
        elif kind is QuestionKind.MATCH:
            assert sorted(one.offered) == list(range(len(one.question.sides)))
        elif kind in (QuestionKind.NUMBER, QuestionKind.SHORT, QuestionKind.DATE):
            assert one.offered == ()
        else:
            assert sorted(one.offered) == list(range(len(one.question.options)))
        if kind is QuestionKind.ORDER:
            assert list(one.offered) != sorted(one.offered)
        if one.question.between:
            assert one.start is not None
            assert one.question.between[0] <= one.start <= one.question.between[1]
    assert drawing.numbers(drawing.as_text((2, 0, 1))) == (2, 0, 1)


def test_questions_that_others_have_seen_less_come_first() -> None:
    exposed = {id: 7 for id in COURSE.questions if id not in ("one-1", "one-3", "one-5", "one-2", "one-4", "one-6")}
    assert {one.question.id for one in drawing.draw(COURSE, 1, {}, exposed)} == {f"one-{number}" for number in range(1, 7)}
