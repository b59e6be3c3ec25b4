"""Sending for sign-off: refused with a link to each thing missing, told to each who may sign."""

from __future__ import annotations

import json

import pytest

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment
from portal.assessments.operations import answering, sending
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, NotAllowed, NotFound, WrongState
from portal.organisations.models import Membership
from portal.outbox import OutgoingLetter
from portal.policy import Role
from tests import builders
from tests.people import Cast


def test_a_whole_assessment_is_sent_and_each_executive_lead_gets_a_letter(cast: Cast) -> None:
    assessment = builders.a_sent_assessment(cast)
    assert assessment.state is State.READY_FOR_SIGN_OFF
    assert assessment.sent_at is not None
    assert assessment.answers_given == assessment.answers_wanted == 25
    letters = db.session.query(OutgoingLetter).filter_by(letter="READY_FOR_SIGN_OFF").all()
    assert [letter.to_address for letter in letters] == [cast.edwin.email]
    assert json.loads(letters[0].facts)["reference"] == assessment.reference


def test_every_unanswered_expectation_is_named_with_a_link(cast: Cast) -> None:
    assessment = builders.a_started_assessment(cast)
    with pytest.raises(Incomplete) as refusal:
        sending.send(assessment, by=cast.priya)
    assert len(refusal.value.missing) == 25
    first = refusal.value.missing[0]
    assert first.text == "NHS-1.1: not answered yet"
    assert first.href == f"/assessments/{assessment.reference}/expectations/NHS-1.1#level"


def test_an_answer_under_target_needs_gap_action_owner_and_date(cast: Cast) -> None:
    assessment = builders.an_answered_assessment(cast)
    one = builders.answers_of(assessment)[2]
    answering.save(one, version=one.version, by=cast.priya, level=1)
    with pytest.raises(Incomplete) as refusal:
        sending.send(assessment, by=cast.priya)
    assert [step.href.partition("#")[2] for step in refusal.value.missing if step.href] == [
        "gap", "action", "action_owner", "action_due_on",
    ]  # fmt: skip


def test_nobody_to_sign_is_a_thing_missing(cast: Cast) -> None:
    assessment = builders.an_answered_assessment(cast)
    rows = Membership.__table__
    db.session.execute(rows.delete().where(rows.c.role == Role.EXECUTIVE_LEAD, rows.c.organisation_id == cast.trust.id))
    with pytest.raises(Incomplete) as refusal:
        sending.send(assessment, by=cast.priya)
    assert [step.href for step in refusal.value.missing] == [f"/organisations/{cast.trust.code}/people"]


def test_it_cannot_be_sent_twice(cast: Cast) -> None:
    assessment = builders.a_sent_assessment(cast)
    with pytest.raises(WrongState, match="ready for sign-off"):
        sending.send(assessment, by=cast.priya)


@pytest.mark.parametrize(("who", "refusal"), [("edwin", NotAllowed), ("connie", NotAllowed), ("sam", NotFound)])
def test_only_the_complaints_manager_sends(cast: Cast, who: str, refusal: type[Exception]) -> None:
    assessment = builders.an_answered_assessment(cast)
    with pytest.raises(refusal):
        sending.send(assessment, by=getattr(cast, who))


def test_the_page_refuses_with_links_and_sends_with_none_missing(cast: Cast, browser: object) -> None:
    assessment = builders.an_answered_assessment(cast)
    reference = assessment.reference
    priya = browser("priya")  # type: ignore[operator]
    priya.open(f"/assessments/{reference}/send")
    page = priya.press("Send for sign-off")
    assert "waits for the executive lead" in page.text
    assert db.session.query(Assessment).filter_by(reference=reference).one().state is State.READY_FOR_SIGN_OFF
