"""Questions: several open at once, answered in turn, and the review goes on with the last."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.assessments.lifecycle import State
from portal.assessments.models import Clarification
from portal.assessments.operations import clarifying
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.outbox import OutgoingLetter
from tests.builders import a_claimed_assessment
from tests.people import Cast


def letters(name: str) -> list[str]:
    return [one.to_address for one in db.session.query(OutgoingLetter).filter_by(letter=name)]


def test_the_last_answer_gives_the_review_back(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    owen, priya = browser("owen"), browser("priya")
    for code in ("NHS-1.1", "NHS-1.2"):
        owen.open(f"/reviews/{assessment.reference}/expectations/{code}")
        owen.press("Send the question", question=f"Which sites does {code} cover?")
    db.session.refresh(assessment)
    assert assessment.state is State.CLARIFICATION_REQUESTED
    assert letters("CLARIFICATION_ASKED") == ["priya@example.org"] * 2
    assert {one.due_on for one in db.session.query(Clarification)} == {dt.date(2026, 6, 15)}

    page = priya.open(f"/assessments/{assessment.reference}/questions")
    assert "15 June 2026" in page.text
    for one in db.session.query(Clarification).order_by(Clarification.id).all():
        db.session.refresh(assessment)
        assert assessment.state is State.CLARIFICATION_REQUESTED
        priya.open(f"/assessments/{assessment.reference}/questions/{one.reference}")
        assert priya.press("Send the answer", answer=" ", status=422).errors == ["Write your answer"]
        priya.press("Send the answer", answer="All of them.")

    db.session.refresh(assessment)
    assert assessment.state is State.UNDER_REVIEW
    assert letters("CLARIFICATION_ANSWERED") == ["owen@example.org"]


def test_a_second_answer_is_refused_and_not_lost(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    one = clarifying.ask(assessment, "NHS-1.1", question="Where?", due_on=None, by=cast.owen)
    db.session.commit()
    priya = browser("priya")
    priya.open(f"/assessments/{assessment.reference}/questions/{one.reference}")
    clarifying.answer(one, text="At both sites.", by=cast.priya)
    db.session.commit()

    page = priya.press("Send the answer", answer="My own answer.", status=422)

    assert "At both sites." in page.text
    assert "My own answer." in page.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"question": ""}, "Write your question"),
        ({"question": "x" * 4001}, "4,000 characters or fewer"),
        ({"question": "Where?", "due_on-day": "1", "due_on-month": "6", "due_on-year": "2026"}, "in the future"),
        ({"question": "Where?", "due_on-day": "31", "due_on-month": "2", "due_on-year": "2027"}, "real date"),
    ],
)
def test_what_is_wrong_with_a_question_is_said(cast: Cast, browser: Any, typed: dict[str, str], told: str) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/expectations/NHS-1.1")

    page = owen.press("Send the question", status=422, **typed)

    assert any(told in error for error in page.errors), page.errors


def test_only_the_manager_of_that_organisation_answers(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    one = clarifying.ask(assessment, "NHS-1.1", question="Where?", due_on=None, by=cast.owen)
    db.session.commit()
    at = f"/assessments/{assessment.reference}/questions"

    browser("hal").open(at, status=403)
    browser("sam").open(at, status=404)
    browser("sam").open(f"{at}/{one.reference}", status=404)
    with pytest.raises(NotAllowed):
        clarifying.answer(one, text="Here.", by=cast.connie)
    with pytest.raises(WrongState, match="Owen Hughes has this review"):
        clarifying.ask(assessment, "NHS-1.1", question="Where?", due_on=None, by=cast.rosa)


def test_the_reviewer_goes_on_without_an_answer_after_its_day(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    one = clarifying.ask(assessment, "NHS-1.1", question="Where?", due_on=dt.date(2026, 6, 5), by=cast.owen)
    db.session.commit()
    with pytest.raises(WrongState, match="until the end of 5 June 2026"):
        clarifying.close_unanswered(one, by=cast.owen)

    with clock.at(dt.date(2026, 6, 6)):
        owen = browser("owen")
        owen.open(f"/reviews/{assessment.reference}/expectations/NHS-1.1")
        owen.press("Go on without an answer")

    db.session.refresh(one)
    db.session.refresh(assessment)
    assert one.answer == "No answer came by 5 June 2026."
    assert assessment.state is State.UNDER_REVIEW
    with pytest.raises(Invalid, match="not saved"):
        clarifying.answer(one, text="Sorry, here.", by=cast.priya)
