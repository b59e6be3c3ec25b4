"""A reviewer is led to the assessments that want a second view from them, and learns no more than that."""

from typing import Any

from portal.assessments.models import View
from portal.assessments.operations import allocating, reviewing
from portal.assessments.queries import seconding
from portal.kernel.db import db
from portal.organisations.operations import conflicts
from tests.builders import a_claimed_assessment, a_judged_assessment
from tests.people import Cast

CODE = "NHS-1.1"
LOWER: dict[str, Any] = {"view": View.LOWER, "level": 1, "reason": "It is shown at one site only."}


def lowered(cast: Cast) -> Any:
    assessment = a_claimed_assessment(cast)
    reviewing.record_view(assessment, CODE, version=0, by=cast.owen, **LOWER)
    db.session.commit()
    return assessment


def reviews(page: Any) -> list[str]:
    return [href for href in page.links.values() if href.startswith("/reviews/AS-")]


def test_a_reviewer_is_led_to_what_wants_a_second_view(cast: Cast, browser: Any, queries: Any) -> None:
    untouched = a_claimed_assessment(cast, cast.other, by="sam", signatory="nadia")
    rosa = browser("rosa")
    assert "Second views wanted: 0" in rosa.open("/reviews?whose=second").text
    assessment = lowered(cast)
    rosa.open("/reviews")
    with queries() as seen:
        page = rosa.click("Second views wanted")
    assert len(seen) == 4
    assert "Second views wanted: 1" in page.text
    assert reviews(page) == [f"/reviews/{assessment.reference}"]
    assert CODE not in page.text
    assert untouched.reference not in page.text


def test_it_leads_nobody_who_may_not_give_one(cast: Cast, browser: Any) -> None:
    lowered(cast)
    assert seconding.number(cast.owen) == 0
    assert not reviews(browser("owen").open("/reviews?whose=second"))
    cora = browser("cora")
    assert "Second views wanted" not in cora.open("/reviews").text
    assert len(reviews(cora.open("/reviews?whose=second"))) == len(reviews(cora.open("/reviews"))) == 1


def test_who_once_held_the_review_is_not_asked(cast: Cast) -> None:
    assessment = a_claimed_assessment(cast)
    allocating.take_over(assessment, reason="Owen is away.", by=cast.rosa)
    reviewing.record_view(assessment, CODE, version=0, by=cast.rosa, **LOWER)
    db.session.commit()
    assert (seconding.number(cast.owen), seconding.number(cast.rosa)) == (0, 0)


def test_a_declared_conflict_keeps_it_from_the_number(cast: Cast, browser: Any) -> None:
    lowered(cast)
    assert seconding.number(cast.rosa) == 1
    conflicts.declare(cast.trust, reason="A relative works there.", by=cast.rosa)
    db.session.commit()
    assert "Second views wanted: 0" in browser("rosa").open("/reviews?whose=second").text


def test_it_stays_until_the_companions_are_looked_at_too(cast: Cast, browser: Any) -> None:
    assessment = lowered(cast)
    rosa = browser("rosa")
    at = f"/reviews/{assessment.reference}/second"
    codes = [href.rpartition("/")[2] for href in rosa.open(at).links.values() if "/second/" in href]
    assert len(codes) == 3
    left = []
    for code in sorted(codes):
        reviewing.record_second_view(assessment, code, by=cast.rosa, view=View.AGREE, level=None, reason="")
        db.session.commit()
        left.append(seconding.number(cast.rosa))
    assert left == [1, 1, 0]


def test_what_both_reviewers_settled_wants_nothing(cast: Cast) -> None:
    a_judged_assessment(cast)
    assert seconding.number(cast.rosa) == 0
