"""A reviewer's working papers show on no page that prints the record, neither to the organisation nor to a second reviewer."""

from __future__ import annotations

from typing import Any

import pytest

from portal import audit
from portal.assessments.models import Assessment, Reliability, View
from portal.assessments.operations import allocating, concluding, publishing, replying, reviewing
from portal.audit import WORKING_PAPERS
from portal.evidence.models import Shows
from portal.evidence.operations import marking
from portal.gaps.models import Gap
from portal.kernel.db import db
from tests import builders
from tests.people import Cast

LOWERED = {"view": View.LOWER, "level": 1, "reason": "A lowering that is nobody’s but mine."}
RATED = "A rating that is nobody’s but mine."
GIVEN_UP = "A journey that is nobody’s but mine."
IN_THE_BODY = ("priya", "edwin", "bea")

OF_RECOMMENDATIONS = ("LADDER_STEP_", "RECOMMENDATION_", "COMPLAINANT_", "OBJECTION_", "CONTACT_")  # tests/recommendations has these


@pytest.fixture
def assessment(cast: Cast) -> Assessment:
    """Under review; every kind of working paper is in its record, and a gap of it is open."""
    assessment = builders.a_claimed_assessment(cast, levels={"NHS-1.1": 2})
    reviewing.record_view(assessment, "NHS-1.2", version=0, by=cast.owen, **LOWERED)
    reviewing.record_second_view(assessment, "NHS-1.2", by=cast.rosa, **LOWERED)
    reviewing.rate_reliability(assessment, Reliability.HIGH, reason=RATED, version=assessment.version, by=cast.owen)
    allocating.give_up(assessment, reason=GIVEN_UP, by=cast.owen)
    allocating.claim(assessment, by=cast.owen)
    pin = builders.a_pin(cast, f"{assessment.reference}/NHS-1.2")
    marking.mark(pin, Shows.DOES_NOT, reason=str(LOWERED["reason"]), by=cast.owen)
    db.session.commit()
    told = {one.event for one in audit.trail(assessment.organisation_id, working_papers=True)}
    assert told >= {event for event in WORKING_PAPERS if not event.name.startswith(OF_RECOMMENDATIONS)}
    return assessment


def history_for(who: str, assessment: Assessment) -> str:
    return f"/{'assessments' if who in IN_THE_BODY else 'reviews'}/{assessment.reference}/history"


def pages(assessment: Assessment, who: str) -> dict[str, str]:
    """Each page that prints the record, with something that must stand on it."""
    gap = db.session.query(Gap).filter_by(organisation_id=assessment.organisation_id).order_by(Gap.id).first()
    assert gap is not None
    return {
        history_for(who, assessment): "signed off",
        "/organisations/RTX/record": "signed off",
        f"/gaps/{gap.reference}": "gap opened",
    }


def papers_on(text: str) -> list[str]:
    secret = [event.words for event in WORKING_PAPERS] + [str(LOWERED["reason"]), RATED, GIVEN_UP]
    return [words for words in secret if words.lower() in text.lower()]


@pytest.mark.parametrize("who", [*IN_THE_BODY, "rosa"])
def test_nobody_who_must_not_know_reads_them_before_publication(
    cast: Cast, assessment: Assessment, browser: Any, who: str
) -> None:
    reader = browser(who)
    for address, stands in pages(assessment, who).items():
        text = reader.open(address).text
        assert stands in text.lower(), address
        assert papers_on(text) == [], address


def test_after_publication_the_ombudsman_reads_them_in_the_history_and_the_organisation_never_does(
    cast: Cast, assessment: Assessment, browser: Any
) -> None:
    reviewing.agree_with_the_rest(assessment, reason="", queried=frozenset(), by=cast.owen)
    concluding.share(assessment, by=cast.owen)
    replying.reply(assessment, text="", nothing_to_add=True, by=cast.priya)
    publishing.publish(assessment, by=cast.owen)
    db.session.commit()
    assert "view recorded on an expectation" in papers_on(browser("ana").open(history_for("ana", assessment)).text)
    for who in IN_THE_BODY:
        reader = browser(who)
        assert [address for address in pages(assessment, who) if papers_on(reader.open(address).text)] == []
