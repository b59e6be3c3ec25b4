"""Publication: not before its time, with the levels that stand, the register in line, and nothing private in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest

from portal.assessments.lifecycle import State
from portal.assessments.models import PublicFinding, View
from portal.assessments.operations import publishing, replying, reviewing
from portal.assessments.queries import public
from portal.assessments.queries import reviewing as review_queries
from portal.gaps.models import Gap
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, WrongState
from portal.outbox import OutgoingLetter
from tests.builders import a_claimed_assessment, a_published_assessment, a_reviewed_assessment
from tests.people import Cast


def open_gaps() -> set[tuple[str, int | None]]:
    return {(one.expectation, one.level) for one in db.session.query(Gap).filter(Gap.closed_on.is_(None))}


def test_too_early_is_refused_with_the_day(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast)
    owen = browser("owen")
    page = owen.open(f"/reviews/{assessment.reference}/publish")
    assert "16 June 2026" in page.text

    page = owen.send(f"/reviews/{assessment.reference}/publish", {}, status=409)

    assert "until the end of 15 June 2026" in page.text
    assert "from 16 June 2026" in page.text
    with clock.at(dt.date(2026, 6, 15)), pytest.raises(WrongState, match="15 June"):
        publishing.publish(assessment, by=cast.owen)
    with clock.at(dt.date(2026, 6, 16)):
        publishing.publish(assessment, by=cast.owen)
    assert assessment.state is State.PUBLISHED


def test_a_reply_with_words_is_answered_before_it_is_published(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast)
    replying.reply(assessment, text="The second site began in May.", nothing_to_add=False, by=cast.priya)
    with pytest.raises(Incomplete):
        publishing.publish(assessment, by=cast.owen)
    replying.answer(assessment, text="It is too new to count.", by=cast.owen)
    db.session.commit()
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/publish")

    owen.press("Publish")

    said = public.findings_of(cast.trust.id).newest[0]
    assert said["reply"]["text"] == "The second site began in May."
    assert said["reply"]["answer"] == "It is too new to count."


def test_a_level_lowered_by_two_opens_a_gap_and_one_raised_closes_one(cast: Cast) -> None:
    assessment = a_claimed_assessment(cast, levels={"NHS-1.2": 2})
    assert open_gaps() == {("NHS-1.2", 2)}
    lower: dict[str, Any] = {"view": View.LOWER, "reason": "One site only."}
    reviewing.record_view(assessment, "NHS-1.1", version=0, level=1, by=cast.owen, **lower)
    reviewing.record_second_view(assessment, "NHS-1.1", level=2, by=cast.rosa, **lower)
    reviewing.record_view(
        assessment, "NHS-1.2", version=0, view=View.HIGHER, level=3, reason="Modest: it is shown.", by=cast.owen
    )
    db.session.commit()
    judged = review_queries.judged(assessment)

    publishing.reconcile(assessment, judged, review_queries.standard_of(assessment), by=cast.owen)
    db.session.commit()

    assert open_gaps() == {("NHS-1.1", 2)}
    closed = db.session.query(Gap).filter(Gap.closed_on.is_not(None)).one()
    assert "level 3 stands" in closed.closed_why


def test_what_is_published_is_frozen_hashed_and_nobodys_secret(cast: Cast) -> None:
    assessment = a_published_assessment(cast, lowered={"NHS-1.1": 2})

    frozen = db.session.query(PublicFinding).one()
    said = json.loads(frozen.content)

    assert hashlib.sha256(frozen.content.encode()).hexdigest() == frozen.sha256
    assert {"code": "NHS-1.1", "own": 3, "found": 2}.items() <= said["expectations"][0].items()
    assert said["outcome"] == assessment.outcome
    assert said["reliability"] == "high"
    assert said["checked"]
    assert said["signed_by"] == "Executive lead"
    for secret in ("Edwin", "Priya", "Owen", "Rosa", "Minutes of", "one site only", "The texts fit"):
        assert secret not in frozen.content
    assert db.session.query(OutgoingLetter).filter_by(letter="PUBLISHED").count() == 2
    with pytest.raises(WrongState):
        publishing.publish(assessment, by=cast.owen)


def test_the_public_reads_the_newest_and_the_history_in_two_queries(cast: Cast, queries: Any) -> None:
    a_published_assessment(cast)
    trust = cast.trust.id

    with queries() as seen:
        found = public.findings_of(trust)

    assert len(seen) == 2
    assert [one["period"] for one in found.newest] == ["2025-26"]
    assert [(one.period, one.standard, one.outcome, one.checked) for one in found.history] == [
        ("2025-26", "NHS", "MEETING", True)
    ]
    assert public.findings_of(cast.other.id).newest == ()


def test_a_conflict_or_another_role_does_not_publish(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast)

    browser("cora").open(f"/reviews/{assessment.reference}/publish", status=403)
    browser("priya").open(f"/reviews/{assessment.reference}/publish", status=403)
    browser("sam").open(f"/reviews/{assessment.reference}/publish", status=404)
