"""Reopening: back to the organisation with a reason and a day; the signed copy stays, the review's views do not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.assessments.lifecycle import State
from portal.assessments.models import Finding, Snapshot
from portal.assessments.operations import reopening, reviewing, sending, signing
from portal.assessments.queries import reviewing as queries
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed, WrongState
from portal.outbox import OutgoingLetter
from tests.builders import a_code, a_published_assessment, a_reviewed_assessment, a_signed_assessment
from tests.people import Cast


def test_a_reopened_assessment_is_answered_signed_and_reviewed_again(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast, lowered={"NHS-1.1": 2})
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/reopen")
    owen.press("Reopen", status=422)
    owen.press("Reopen", reason="The wrong year's figures were used.")
    db.session.refresh(assessment)
    assert assessment.state is State.IN_PROGRESS
    assert assessment.signed_off_at is None
    assert assessment.signatory == ""
    assert db.session.query(Snapshot).count() == 1
    told = db.session.query(OutgoingLetter).filter_by(letter="REOPENED").all()
    assert {one.to_address for one in told} == {"priya@example.org", "edwin@example.org"}

    with clock.at(clock.now() + dt.timedelta(days=1)):
        sending.send(assessment, by=cast.priya)
        code = a_code(cast, "edwin")
        signing.sign(assessment, version=assessment.version, code=code, declared=True, by=cast.edwin)
        db.session.commit()
        assert not [one for one in queries.judged(assessment) if one.first or one.second]
        browser("owen").open(f"/reviews/{assessment.reference}")
        owen.open(f"/reviews/{assessment.reference}")
        owen.press("Begin the review")
        reviewing.agree_with_the_rest(assessment, reason="", queried=frozenset(), by=cast.owen)
        db.session.commit()
        assert all(one.first for one in queries.judged(assessment))
    assert db.session.query(Snapshot).count() == 2
    assert db.session.query(Finding).filter_by(second=False).count() == len(queries.answers(assessment))


def test_there_is_time_to_hand_it_in_again(cast: Cast) -> None:
    assessment = a_signed_assessment(cast)
    with clock.at(dt.date(2026, 9, 1)):
        reopening.reopen(assessment, reason="Figures.", until=dt.date(2026, 9, 15), by=cast.owen)
    assert (assessment.due_on, assessment.closes_on) == (dt.date(2026, 9, 15), dt.date(2026, 9, 15))


def test_not_after_publication_and_not_by_others(cast: Cast, browser: Any) -> None:
    assessment = a_published_assessment(cast)
    with pytest.raises(WrongState, match="published"):
        reopening.reopen(assessment, reason="Late.", until=dt.date(2026, 7, 1), by=cast.owen)
    with pytest.raises(NotAllowed):
        reopening.reopen(assessment, reason="Late.", until=dt.date(2026, 7, 1), by=cast.cora)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/reopen")
    owen.press("Reopen", reason="Late.", status=409)


def test_the_day_must_be_to_come(cast: Cast, browser: Any) -> None:
    assessment = a_signed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/reopen")

    page = owen.press("Reopen", reason="Figures.", **{"until-day": "1", "until-month": "6", "until-year": "2026"}, status=422)

    assert any("in the future" in error for error in page.errors)
