"""A review: views with reasons, a stale page, the blind second view, reliability and the plan."""

from __future__ import annotations

from typing import Any

import pytest

from portal.assessments.lifecycle import State
from portal.assessments.models import Finding, PlanState, Reliability, View
from portal.assessments.operations import allocating, replying, reviewing
from portal.assessments.queries import reviewing as queries
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.organisations.operations import conflicts
from portal.outbox import OutgoingLetter
from tests.builders import a_claimed_assessment, a_reviewed_assessment, a_sent_assessment, a_signed_assessment
from tests.people import Cast

CODE, OTHER_CODE = "NHS-1.1", "NHS-1.2"
LOWER: dict[str, Any] = {"view": View.LOWER, "level": 2, "reason": "The minutes show one site only."}


def test_a_view_is_saved_and_the_next_expectation_follows(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    page = owen.open(f"/reviews/{assessment.reference}/expectations/{CODE}")
    assert "Minutes of the quality committee" in page.text

    page = owen.press("Save and go on", view="agree")

    assert page.h1.startswith(OTHER_CODE)
    saved = db.session.query(Finding).one()
    assert (saved.view, saved.level, saved.reason) == (View.AGREE, 3, reviewing.AGREED)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"view": ""}, "Choose your view of the level"),
        ({"view": "perhaps"}, "Choose one of the answers offered"),
        ({"view": "lower", "reason": "Too thin."}, "Choose the level that you find"),
        ({"view": "lower", "level": "4", "reason": "Too thin."}, "Choose a level under the 3"),
        ({"view": "higher", "level": "2", "reason": "Better."}, "Choose a level above the 3"),
        ({"view": "lower", "level": "9", "reason": "Too thin."}, "Choose one of the answers offered"),
        ({"view": "lower", "level": "2", "reason": " \x00 "}, "Give your reason"),
        ({"view": "cannot tell"}, "Give your reason"),
        ({"view": "agree", "reason": "x" * 4001}, "4,000 characters or fewer"),
    ],
)
def test_what_is_wrong_with_a_view_is_said_beside_it(cast: Cast, browser: Any, typed: dict[str, str], told: str) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/expectations/{CODE}")

    page = owen.press("Save and go on", status=422, **typed)

    assert any(told in error for error in page.errors), page.errors
    assert db.session.query(Finding).count() == 0


def test_a_stale_view_shows_both_texts(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/expectations/{CODE}")
    reviewing.record_view(assessment, CODE, version=0, by=cast.owen, **LOWER)
    db.session.commit()

    page = owen.press("Save and go on", status=409, view="cannot tell", reason="No proof at all.")

    assert page.h1 == "You changed this in another window"
    assert "one site only" in page.text
    assert "No proof at all." in page.text
    owen.press("Save yours instead")
    assert db.session.query(Finding).one().reason == "No proof at all."


def test_a_view_of_what_does_not_apply_has_no_level(cast: Cast) -> None:
    with pytest.raises(Invalid, match="does not apply"):
        reviewing._judged(None, View.LOWER, 2, "It does.")


def test_only_whoever_has_the_review_gives_views(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)

    with pytest.raises(WrongState, match="Owen Hughes has this review"):
        reviewing.record_view(assessment, CODE, version=0, by=cast.rosa, **LOWER)
    with pytest.raises(NotAllowed):
        reviewing.record_view(assessment, CODE, version=0, by=cast.cora, **LOWER)
    page = browser("rosa").open(f"/reviews/{assessment.reference}")
    assert "Take over the review" in page.links


def test_agreeing_with_the_rest_leaves_what_the_rules_ask_about(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    asked = frozenset({OTHER_CODE})

    agreed = reviewing.agree_with_the_rest(assessment, reason="Read and believed.", queried=asked, by=cast.owen)
    db.session.commit()

    assert agreed == len(queries.answers(assessment)) - 1
    assert [one.code for one in queries.judged(assessment) if one.first is None] == [OTHER_CODE]
    assert reviewing.agree_with_the_rest(assessment, reason="", queried=asked, by=cast.owen) == 0


def test_agreeing_with_the_rest_is_a_button(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}")

    owen.press("Agree with all that remain", reason="x" * 201, status=422)
    owen.press("Agree with all that remain", reason="Read from end to end.")

    assert not [one for one in queries.judged(assessment) if one.first is None]


def test_the_second_reviewer_sees_nothing_of_the_first_view_before_giving_theirs(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    reviewing.record_view(assessment, CODE, version=0, by=cast.owen, **LOWER)
    db.session.commit()
    rosa = browser("rosa")

    hidden = LOWER["reason"]
    at = f"/reviews/{assessment.reference}"
    for address in (at, f"{at}/expectations/{CODE}", f"{at}/second", f"{at}/second/{CODE}"):
        page = rosa.open(address)
        assert hidden not in page.text
        assert "level 2" not in page.text
        assert "Second view needed" not in page.text

    page = rosa.press("Save the second view", view="lower", level="1", reason="Nothing is shown.")

    assert hidden in page.text
    assert "Level 2 stands" in page.text
    rosa.open(f"{at}/second/{CODE}")
    with pytest.raises(WrongState, match="given once"):
        reviewing.record_second_view(assessment, CODE, by=cast.rosa, **LOWER)


def test_being_on_the_list_for_a_second_view_says_nothing(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    rosa = browser("rosa")
    assert "No second view is needed" in rosa.open(f"/reviews/{assessment.reference}/second").text
    reviewing.record_view(assessment, CODE, version=0, by=cast.owen, **LOWER)
    db.session.commit()

    page = rosa.open(f"/reviews/{assessment.reference}/second")

    assert len([href for href in page.links.values() if "/second/" in href]) == 3


def test_the_first_reviewer_cannot_give_the_second_view(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    reviewing.record_view(assessment, CODE, version=0, by=cast.owen, **LOWER)
    db.session.commit()

    browser("owen").open(f"/reviews/{assessment.reference}/second/{CODE}", status=403)
    with pytest.raises(NotAllowed):
        reviewing.record_second_view(assessment, CODE, by=cast.owen, **LOWER)


def test_nor_can_they_once_they_gave_the_review_up(cast: Cast) -> None:
    assessment = a_claimed_assessment(cast)
    reviewing.record_view(assessment, CODE, version=0, by=cast.owen, **LOWER)
    allocating.take_over(assessment, reason="Owen is away.", by=cast.rosa)
    db.session.commit()

    with pytest.raises(NotAllowed, match="somebody else"):
        reviewing.record_second_view(assessment, CODE, by=cast.owen, **LOWER)


def test_a_conflict_keeps_the_reviewer_out_of_every_page(cast: Cast, browser: Any) -> None:
    assessment = a_reviewed_assessment(cast, lowered={CODE: 2})
    conflicts.declare(cast.trust, reason="A relative works there.", by=cast.rosa)
    db.session.commit()
    rosa, at = browser("rosa"), f"/reviews/{assessment.reference}"

    for end in ("", f"/expectations/{CODE}", "/second", f"/second/{CODE}", "/share", "/publish", "/plan", "/reliability",
                "/reopen", "/take-over", "/give-up"):  # fmt: skip
        rosa.open(at + end, status=403)
    rosa.send(f"{at}/claim", {}, status=403)


def test_an_unsigned_assessment_is_unknown_to_reviewers(cast: Cast, browser: Any) -> None:
    assessment = a_sent_assessment(cast)

    browser("owen").open(f"/reviews/{assessment.reference}", status=404)
    browser("sam").open(f"/reviews/{assessment.reference}", status=404)
    browser("priya").open(f"/reviews/{assessment.reference}", status=404)


def test_the_organisation_itself_does_not_read_working_papers(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)

    browser("priya").open(f"/reviews/{assessment.reference}", status=403)
    browser("sam").open(f"/reviews/{assessment.reference}", status=404)


def test_reliability_is_rated_with_a_reason_and_a_stale_rating_is_not_lost(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/reliability")
    assert owen.press("Save the reliability", reliability="high", status=422).errors == ["Say why you rate the reliability so"]
    reviewing.rate_reliability(assessment, Reliability.LOW, reason="Copied.", version=assessment.version, by=cast.owen)
    db.session.commit()

    page = owen.press("Save the reliability", reliability="high", reason="Well shown.", status=409)

    assert "Copied." in page.text
    assert "Well shown." in page.text
    owen.press("Save yours instead")
    db.session.refresh(assessment)
    assert assessment.reliability is Reliability.HIGH


def test_the_plan_is_returned_mended_and_agreed(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast, levels={CODE: 2})
    assert assessment.plan is PlanState.PROPOSED
    owen = browser("owen")
    page = owen.open(f"/reviews/{assessment.reference}/plan")
    assert "Change the weekend rota" in page.text
    owen.press("Decide", decision="return", status=422)
    owen.press("Decide", decision="return", reason="Name a date before winter.")
    letter = db.session.query(OutgoingLetter).filter_by(letter="PLAN_DECIDED").first()
    assert letter is not None
    assert "winter" in letter.facts

    priya = browser("priya")
    assert "Name a date before winter." in priya.open(f"/assessments/{assessment.reference}/plan").text
    priya.press("Propose the plan again")
    owen.open(f"/reviews/{assessment.reference}/plan")
    owen.press("Decide", decision="agree")

    db.session.refresh(assessment)
    assert assessment.plan is PlanState.AGREED
    with pytest.raises(WrongState, match="no plan to decide on"):
        reviewing.agree_plan(assessment, by=cast.owen)


def test_views_can_be_corrected_only_after_a_reply(cast: Cast) -> None:
    assessment = a_reviewed_assessment(cast, lowered={CODE: 2})
    first = queries.finding(assessment, CODE)
    assert first is not None
    corrected: dict[str, Any] = {"view": View.AGREE, "level": None, "reason": "The reply shows it.", "version": first.version}
    with pytest.raises(WrongState, match="after the organisation replies"):
        reviewing.record_view(assessment, CODE, by=cast.owen, **corrected)
    replying.reply(assessment, text="Here is the second site.", nothing_to_add=False, by=cast.priya)

    reviewing.record_view(assessment, CODE, by=cast.owen, **corrected)
    db.session.commit()

    assert next(one for one in queries.judged(assessment) if one.code == CODE).settled.level == 3


def test_pages_need_a_fixed_number_of_queries(cast: Cast, browser: Any, request: Any) -> None:
    queries = request.getfixturevalue("queries")
    at = f"/reviews/{a_claimed_assessment(cast).reference}"
    owen = browser("owen")
    counts = {}
    for end in ("", f"/expectations/{CODE}", "/second", "/share"):
        if end == "/second":
            owen = browser("rosa")
        if end == "/share":
            owen = browser("owen")
        with queries() as seen:
            owen.open(at + end)
        counts[end] = len(seen)

    assert counts == {"": 8, f"/expectations/{CODE}": 9, "/second": 5, "/share": 6}


def test_signing_and_claiming_lead_to_a_review_under_way(cast: Cast) -> None:
    assessment = a_signed_assessment(cast)
    assert assessment.state is State.SIGNED_OFF
