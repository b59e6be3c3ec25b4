"""The organisation answers with dated steps; its executive lead signs; what was signed never changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest

from portal import audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.recommendations.lifecycle import Acceptance, ResponseState
from portal.recommendations.models import PromisedStep, Response
from portal.recommendations.operations import answering
from portal.recommendations.operations.answering import Promise
from tests import builders
from tests.people import Cast
from tests.recommendations.post import letters

STEP = {"what_1": "Write to Mr A.", "owner_1": "Head of complaints", "due_1-day": "20", "due_1-month": "8", "due_1-year": "2026"}


def steps() -> list[PromisedStep]:
    return db.session.query(PromisedStep).order_by(PromisedStep.position).all()


@pytest.mark.parametrize("htmx", [False, True])
def test_from_the_page_to_the_signature(cast: Cast, browser: Any, htmx: bool) -> None:
    one = builders.an_issued_recommendation(cast)
    here = f"/recommendations/{one.reference}"
    priya, edwin = browser("priya"), browser("edwin")
    priya.htmx = edwin.htmx = htmx
    priya.open(f"{here}/answer")
    page = priya.press("Save the answer", answer="accepted", **STEP)
    assert "Write to Mr A." in page.text
    assert "20 August 2026" in page.text
    page = priya.press("Send for signature")
    assert "It waits for the signature of the executive lead." in page.text
    assert letters("RESPONSE_TO_SIGN") == ["edwin@example.org"]
    code = builders.a_code(cast, "edwin")
    edwin.open(f"{here}/answer/read")
    page = edwin.press("Sign the answer", declared="y", code=code)
    db.session.expire_all()
    assert one.acceptance is Acceptance.ACCEPTED
    assert one.answered_on == clock.today()
    assert one.next_evidence_on == dt.date(2026, 8, 20)
    assert letters("RESPONSE_SIGNED") == ["colin@example.org", "priya@example.org"]
    assert "Accepted" in browser(None).open(here).text


def test_the_receipt_is_the_hash_of_what_can_be_downloaded(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    response = db.session.query(Response).one()
    answer = browser("cora").client.get(f"/recommendations/{one.reference}/answer/1.json")
    assert hashlib.sha256(answer.data).hexdigest() == response.sha256
    told = json.loads(answer.data)
    assert told["answer"] == "accepted"
    assert [each["reference"] for each in told["steps"]] == [each.reference for each in steps()]
    assert not audit.verify(one.organisation_id)


def test_more_steps_are_asked_for_without_losing_what_was_typed(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    priya = browser("priya")
    page = priya.open(f"/recommendations/{one.reference}/answer")
    assert "Step 2: what will be done" not in page.text
    page = priya.press("Add another step", answer="accepted", **STEP)
    assert "Step 2: what will be done" in page.text
    assert page.form("Save the answer")["values"]["what_1"] == "Write to Mr A."
    assert not steps(), "nothing was saved"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"promises": []}, "what_1"),
        ({"promises": [Promise("", "Head", dt.date(2026, 8, 1))]}, "what_1"),
        ({"promises": [Promise("Write.", "", dt.date(2026, 8, 1))]}, "owner_1"),
        ({"promises": [Promise("Write.", "Head", None)]}, "due_1"),
        ({"promises": [Promise("Write.", "Head", dt.date(2020, 8, 1))]}, "due_1"),
        ({"promises": [Promise("Write.", "Head", dt.date(2026, 9, 2))]}, "due_1"),
        ({"promises": [Promise("", "", None), Promise("x" * 4001, "Head", dt.date(2026, 8, 1))]}, "what_2"),
        ({"promises": [Promise("Write.", "Head", dt.date(2026, 8, 1))] * 21}, "what_21"),
        ({"answer": Acceptance.IN_PART, "reasons": "It costs too much."}, "not_accepted"),
        ({"answer": Acceptance.IN_PART, "not_accepted": "The payment."}, "reasons"),
        ({"answer": Acceptance.NOT_ACCEPTED}, "reasons"),
        ({"answer": Acceptance.DISPUTED, "reasons": "\x00\u202e"}, "reasons"),
        ({"answer": Acceptance.NOT_ACCEPTED, "reasons": "x" * 4001}, "reasons"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(cast: Cast, said: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        builders.a_prepared_answer(cast, **said)
    assert refusal.value.field == field
    db.session.rollback()
    assert db.session.query(Response).count() == 0


def test_a_refusal_promises_nothing_and_may_be_thought_better_of(cast: Cast) -> None:
    one = builders.an_answered_recommendation(cast, answer=Acceptance.NOT_ACCEPTED, reasons="The law does not let us.")
    assert (one.acceptance, steps()) == (Acceptance.NOT_ACCEPTED, [])
    one = builders.an_answered_recommendation(cast, one, answer=Acceptance.IN_PART, reasons="Counsel advised us.", not_accepted="The payment.")
    assert (one.acceptance, len(steps())) == (Acceptance.IN_PART, 1)
    assert [each.number for each in db.session.query(Response).order_by(Response.number)] == [1, 2]


def test_what_was_accepted_is_not_taken_back(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    with pytest.raises(WrongState, match="cannot refuse now"):
        builders.a_prepared_answer(cast, one, answer=Acceptance.NOT_ACCEPTED, reasons="We changed our mind.")
    page = browser("priya").open(f"/recommendations/{one.reference}/answer")
    assert page.address.endswith("/answer/read"), "there is nothing to prepare any more"


def test_whoever_prepared_it_does_not_sign_it(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    promise = [Promise("Write to Mr A.", "Head of complaints", dt.date(2026, 8, 1))]
    response = answering.prepare(one, answer=Acceptance.ACCEPTED, reasons="", not_accepted="", promises=promise, version=0, by=cast.edwin)
    answering.send(one, response, version=response.version, by=cast.edwin)
    db.session.commit()
    with pytest.raises(NotAllowed, match="somebody else must sign"):
        answering.sign(one, response, version=response.version, code=builders.a_code(cast, "edwin"), declared=True, by=cast.edwin)


def test_a_practice_of_one_person_signs_its_own(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast, organisation=cast.bodies["A99001"])
    promise = [Promise("Write to Mr A.", "Practice manager", dt.date(2026, 8, 1))]
    response = answering.prepare(one, answer=Acceptance.ACCEPTED, reasons="", not_accepted="", promises=promise, version=0, by=cast.gus)
    db.session.commit()
    answering.send(one, response, version=response.version, by=cast.gus)
    db.session.commit()
    answering.sign(one, response, version=response.version, code=builders.a_code(cast, "gus"), declared=True, by=cast.gus)
    db.session.commit()
    assert one.acceptance is Acceptance.ACCEPTED


def test_returned_with_a_comment_changed_and_sent_again(cast: Cast, browser: Any) -> None:
    one, response = builders.a_prepared_answer(cast)
    answering.send(one, response, version=response.version, by=cast.priya)
    db.session.commit()
    edwin = browser("edwin")
    edwin.open(f"/recommendations/{one.reference}/answer/read")
    edwin.press("Return it to be worked on", status=422)
    edwin.press("Return it to be worked on", comment="Name somebody who is there in August.")
    assert letters("RESPONSE_RETURNED") == ["priya@example.org"]
    page = browser("priya").open(f"/recommendations/{one.reference}/answer")
    assert "Name somebody who is there in August." in page.text
    reference = steps()[0].reference
    changed = [Promise("Write to Mr A.", "Deputy head of complaints", dt.date(2026, 8, 1))]
    db.session.expire_all()
    builders.a_prepared_answer(cast, one, promises=changed, version=response.version)
    assert [(each.reference, each.owner) for each in steps()] == [(reference, "Deputy head of complaints")]


def test_the_second_of_two_sees_both_texts(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    first, second = browser("priya"), browser("edwin")
    for each in (first, second):
        each.open(f"/recommendations/{one.reference}/answer")
    first.press("Save the answer", answer="accepted", **STEP)
    page = second.press("Save the answer", status=409, answer="accepted", **{**STEP, "what_1": "Telephone Mr A."})
    assert "Write to Mr A." in page.text
    assert "Telephone Mr A." in page.text


def test_an_answer_read_yesterday_is_not_signed_today(cast: Cast) -> None:
    one, response = builders.a_prepared_answer(cast)
    seen = response.version
    answering.send(one, response, version=seen, by=cast.priya)
    db.session.commit()
    with pytest.raises(Stale):
        answering.sign(one, response, version=seen, code=builders.a_code(cast, "edwin"), declared=True, by=cast.edwin)
    assert response.state is ResponseState.WAITING


def test_a_step_whose_day_has_passed_is_not_signed(cast: Cast) -> None:
    one, response = builders.a_prepared_answer(cast)
    answering.send(one, response, version=response.version, by=cast.priya)
    db.session.commit()
    with clock.at(one.due_on), pytest.raises(WrongState, match="has passed"):
        answering.sign(one, response, version=response.version, code=builders.a_code(cast, "edwin"), declared=True, by=cast.edwin)


def test_until_it_is_signed_the_ombudsman_does_not_read_it(cast: Cast, browser: Any) -> None:
    one, _ = builders.a_prepared_answer(cast)
    here = f"/recommendations/{one.reference}/answer"
    assert "no signed answer yet" in browser("cora").open(f"{here}/read", status=409).text
    browser("sam").open(f"{here}/read", status=404)
    browser("sam").open(here, status=404)
    assert "Write to Mr A and say what went wrong." in browser("hal").open(f"{here}/read").text
    with pytest.raises(NotFound):
        answering.prepare(one, answer=Acceptance.ACCEPTED, reasons="", not_accepted="", promises=[], version=0, by=cast.sam)


def test_the_record_keeps_what_was_prepared_to_the_organisation(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    ours = {told.event.name for told in audit.trail(one.organisation_id, f"recommendation {one.reference}")}
    theirs = {told.event.name for told in audit.trail(one.organisation_id, f"recommendation {one.reference}", drafting=False)}
    assert ours - theirs == {"RESPONSE_PREPARED", "RESPONSE_SENT"}
    assert "RESPONSE_SIGNED" in theirs


def test_a_draft_is_not_answered(cast: Cast) -> None:
    with pytest.raises(WrongState, match="its draft is"):
        builders.a_prepared_answer(cast, builders.a_draft(cast))
