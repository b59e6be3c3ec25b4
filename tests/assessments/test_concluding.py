"""The draft finding is shared only when nothing is missing, and the organisation is told until when it may reply."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.assessments.lifecycle import State
from portal.assessments.models import Reliability, View
from portal.assessments.operations import clarifying, concluding, reviewing
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, WrongState
from portal.outbox import OutgoingLetter
from tests.builders import a_claimed_assessment, a_judged_assessment, a_signed_assessment
from tests.people import Cast


def test_every_missing_thing_is_named_with_its_page(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    at = f"/reviews/{assessment.reference}"
    reviewing.agree_with_the_rest(assessment, reason="", queried=frozenset({"NHS-1.2"}), by=cast.owen)
    reviewing.record_view(assessment, "NHS-1.1", version=1, view=View.LOWER, level=1, reason="Thin.", by=cast.owen)
    clarifying.ask(assessment, "NHS-1.3", question="Where?", due_on=None, by=cast.owen)
    db.session.commit()

    with pytest.raises(Incomplete) as refused:
        concluding.share(assessment, by=cast.owen)

    assert {(step.text.split(" ", 1)[0], step.href) for step in refused.value.missing} == {
        ("NHS-1.2", f"{at}/expectations/NHS-1.2"),
        ("NHS-1.1", f"{at}/second"),
        ("The", f"{at}/expectations/NHS-1.3"),
        ("The", f"{at}/reliability"),
    }
    db.session.rollback()
    page = browser("owen").open(f"{at}/share")
    assert "NHS-1.2 has no view" in page.links
    assert "Share the draft finding" not in [b.text for b in page.all("button")]


def test_the_draft_is_shared_and_the_window_dated(cast: Cast, browser: Any) -> None:
    assessment = a_judged_assessment(cast, lowered={"NHS-1.1": 2})
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/share")

    owen.press("Share the draft finding")

    db.session.refresh(assessment)
    assert assessment.state is State.REVIEWED
    assert assessment.checked
    assert assessment.reply_due_on == dt.date(2026, 6, 15)
    told = db.session.query(OutgoingLetter).filter_by(letter="FINDING_SHARED").all()
    assert {one.to_address for one in told} == {"priya@example.org", "edwin@example.org"}
    assert "Monday 15 June 2026" in told[0].facts


def test_a_review_that_nobody_began_cannot_be_shared(cast: Cast) -> None:
    assessment = a_signed_assessment(cast)

    with pytest.raises(WrongState, match="Nobody has begun"):
        concluding.share(assessment, by=cast.owen)


def test_it_is_shared_once(cast: Cast) -> None:
    assessment = a_judged_assessment(cast)
    concluding.share(assessment, by=cast.owen)

    with pytest.raises(WrongState, match="reviewed"):
        concluding.share(assessment, by=cast.owen)
    with pytest.raises(WrongState):
        reviewing.rate_reliability(assessment, Reliability.LOW, reason="No.", version=assessment.version, by=cast.owen)
