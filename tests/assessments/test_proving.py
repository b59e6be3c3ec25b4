"""Evidence within an assessment: pinned to answers, frozen by the signature, carried on, and marked by a reviewer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from portal import audit
from portal.assessments.models import Assessment, Snapshot
from portal.assessments.operations import allocating, clarifying, signing, starting
from portal.assessments.quality import RULES
from portal.assessments.queries.pinned import pinned
from portal.assessments.queries.places import Expectations, about
from portal.assessments.snapshots import ANSWER_FACTS
from portal.audit import Event
from portal.evidence import places
from portal.evidence.models import Mark, Pin, Shows
from portal.evidence.operations import pinning
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from tests import builders
from tests.people import Cast

CODE = "NHS-1.1"


def pinned_in(cast: Cast, assessment: Assessment, **facts: Any) -> Pin:
    """A link that proves the first expectation: there is nothing in it to scan, so it is released."""
    item = builders.an_item(cast, title="Board paper", link="https://example.org/board-paper")
    return builders.a_pin(cast, about(assessment.reference, CODE), item, **facts)


def signed(cast: Cast, assessment: Assessment) -> None:
    code = builders.a_code(cast, "edwin")
    signing.sign(assessment, version=assessment.version, code=code, declared=True, by=cast.edwin)
    db.session.commit()


def test_an_answer_says_what_is_pinned_to_it_and_saving_leads_on_to_pinning(cast: Cast, browser: Any) -> None:
    assessment = builders.a_started_assessment(cast)
    address = f"/assessments/{assessment.reference}/expectations/{CODE}"
    priya = browser("priya")
    assert "Nothing is pinned to this expectation yet" in priya.open(address).text
    page = priya.press("Save and pin evidence", level="3", claim="We say so on every ward and on every page of our site.")
    assert page.address == f"/evidence/for/{assessment.reference}/{CODE}"
    assert "We say so on every ward" in priya.open(address).text
    pinned_in(cast, assessment, page=4, where="second paragraph")
    assert "Board paper, page 4, second paragraph" in priya.open(address).text


def test_what_is_pinned_counts_as_proof_and_what_waits_is_asked_about(cast: Cast) -> None:
    assessment = builders.an_answered_assessment(cast)
    row = next(answer for answer in builders.answers_of(assessment) if answer.expectation == CODE)
    one: Any = SimpleNamespace(**{name: getattr(row, name) for name in ANSWER_FACTS} | {"proof": "", "proof_link": ""})

    def asked() -> set[str]:
        shown = pinned(assessment, [CODE])
        return {query.code for query in RULES.queries([one], today=clock.today(), pinned=shown)}

    assert "no-proof" in asked()
    builders.a_pin(cast, about(assessment.reference, CODE))  # a file that nobody has looked into yet
    assert asked() & {"no-proof", "evidence-not-released"} == {"evidence-not-released"}


def test_the_signature_freezes_which_version_of_what_was_pinned(cast: Cast) -> None:
    assessment = builders.a_sent_assessment(cast)
    pin = pinned_in(cast, assessment, page=2)
    signed(cast, assessment)
    snapshot = db.session.query(Snapshot).filter_by(assessment_id=assessment.id).one()
    said = {one["expectation"]: one["evidence"] for one in json.loads(snapshot.content)["answers"]}
    assert said[CODE] == [
        {"pin": pin.reference, "evidence": pin.item_reference, "version": 1, "form": "link",
         "sha256": hashlib.sha256(b"https://example.org/board-paper").hexdigest(), "page": 2}
    ]  # fmt: skip
    assert [code for code, evidence in said.items() if evidence] == [CODE]
    assert pin.frozen_at is not None


def test_a_receipt_says_nothing_of_what_was_not_released(cast: Cast, browser: Any) -> None:
    assessment = builders.a_sent_assessment(cast)
    item = builders.an_item(cast, title="What Mrs Smith wrote", name="Mrs Smith.txt")
    builders.a_pin(cast, about(assessment.reference, CODE), item, where="Mrs Smith’s words")
    signed(cast, assessment)
    db.session.commit()
    answer = browser("owen").open(f"/reviews/{assessment.reference}/receipt/1.json").answer
    assert item.reference in answer.get_data(as_text=True)
    assert "Smith" not in answer.get_data(as_text=True)


def test_while_a_question_is_open_only_what_was_asked_about_can_be_pinned(cast: Cast) -> None:
    assessment, pin = a_claimed_review(cast)
    question = clarifying.ask(assessment, "NHS-1.2", question="How many?", due_on=None, by=cast.owen)
    db.session.commit()
    known = Expectations().found([about(assessment.reference, code) for code in (CODE, "NHS-1.2")])
    assert {one.about[-7:]: one.editable for one in known.values()} == {"NHS-1.1": False, "NHS-1.2": True}
    with pytest.raises(WrongState, match="cannot be changed now"):
        pinning.unpin(pin, known[pin.about], by=cast.priya)
    db.session.rollback()
    answering = pinning.pin(builders.an_item(cast, link="https://example.org/counts"), known[about(assessment.reference, "NHS-1.2")], by=cast.priya)
    clarifying.answer(question, text="Forty-one.", by=cast.priya)
    db.session.commit()
    assert answering.frozen_at is not None, "what answered the reviewer is relied on"


def test_after_the_signature_nothing_can_be_pinned_or_taken_away(cast: Cast) -> None:
    assessment = builders.a_sent_assessment(cast)
    pin = pinned_in(cast, assessment)
    signed(cast, assessment)
    place = places.find(pin.about)
    assert place is not None
    assert place.handed_in
    assert not place.editable
    with pytest.raises(WrongState, match="cannot be changed now"):
        pinning.unpin(pin, place, by=cast.priya)


def test_a_page_from_before_the_signature_pins_and_takes_away_nothing(cast: Cast) -> None:
    """The place was read while it could still be changed; the signature came between that and the press of the button."""
    assessment = builders.a_sent_assessment(cast)
    pin = pinned_in(cast, assessment)
    here = about(assessment.reference, CODE)
    read_before = replace(Expectations().found([here])[here], editable=True)
    signed(cast, assessment)
    db.session.commit()
    other = builders.an_item(cast, title="Minutes", link="https://example.org/minutes")
    for late in (
        lambda: pinning.pin(other, read_before, by=cast.priya),
        lambda: pinning.unpin(pin, read_before, by=cast.priya),
        lambda: pinning.change(pin, read_before, version=pin.version, number=1, page=2, by=cast.priya),
    ):
        with pytest.raises(WrongState, match="cannot be changed now"):
            late()
        db.session.rollback()
    assert len(db.session.query(Pin).all()) == 1


def test_next_year_begins_with_the_evidence_of_last_year(cast: Cast) -> None:
    last = builders.a_sent_assessment(cast)
    pinned_in(cast, last, page=4)
    signed(cast, last)
    with clock.at(clock.now() + dt.timedelta(days=1)):
        this = builders.an_open_assessment(cast, period="2026-27")
        starting.start(this, by=cast.priya)
        db.session.commit()
    (carried,) = pinned(this, [CODE])[CODE]
    assert (carried.title, carried.page, carried.carried) == ("Board paper", 4, True)
    assert len(pinned(last, [CODE])[CODE]) == 1


def test_places_are_the_expectations_that_can_be_answered_now(cast: Cast) -> None:
    assessment = builders.a_started_assessment(cast)
    offered = list(Expectations().offered(cast.trust.id))
    assert len(offered) == 25
    assert offered[0].href == f"/assessments/{assessment.reference}/expectations/{offered[0].about.partition('/')[2]}"
    assert Expectations().found([about(assessment.reference, "NHS-9.9"), "AS-NOTHERE/NHS-1.1"]) == {}


def a_claimed_review(cast: Cast) -> tuple[Assessment, Pin]:
    assessment = builders.a_sent_assessment(cast)
    pin = pinned_in(cast, assessment, page=4)
    signed(cast, assessment)
    allocating.claim(assessment, by=cast.owen)
    db.session.commit()
    return assessment, pin


def test_a_reviewer_reads_the_pinned_place_beside_the_claim_and_marks_it(cast: Cast, browser: Any) -> None:
    assessment, pin = a_claimed_review(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/expectations/{CODE}")
    page = owen.click("Board paper, page 4")
    assert "Everybody is told how to complain." in page.text
    assert "evidence 1 of 1" in page.text
    assert owen.press("Save and go on", shows="does not show it", status=422).errors == ["Say why it does not show it, or what happened when you opened it"]
    page = owen.press("Save and go on", shows="does not show it", reason="It is about another year.")
    assert page.address == f"/reviews/{assessment.reference}/expectations/{CODE}"
    assert "It is about another year." in page.text
    mark = db.session.query(Mark).one()
    assert (mark.shows, mark.pin_id, mark.reviewer_id) == (Shows.DOES_NOT, pin.id, cast.owen.id)


def test_marks_are_working_papers(cast: Cast, browser: Any) -> None:
    assessment, pin = a_claimed_review(cast)
    owen = browser("owen")
    address = f"/reviews/{assessment.reference}/expectations/{CODE}/evidence/{pin.reference}"
    owen.open(address)
    owen.press("Save and go on", shows="cannot open", reason="The link is dead.")
    assert "The link is dead" not in browser("rosa").open(f"/reviews/{assessment.reference}/expectations/{CODE}").text
    assert "The link is dead" not in browser("priya").open(f"/evidence/{pin.item_reference}").text
    assert Event.EVIDENCE_MARKED not in {told.event for told in audit.trail(cast.trust.id)}


def test_who_may_not_review_reads_no_evidence_of_it(cast: Cast, browser: Any) -> None:
    assessment, pin = a_claimed_review(cast)
    address = f"/reviews/{assessment.reference}/expectations/{CODE}/evidence/{pin.reference}"
    browser("priya").open(address, status=403)
    browser("sam").open(address, status=404)
    browser("owen").open(address.replace(CODE, "NHS-1.2"), status=404)
    browser("owen").open(address.replace(pin.reference, "PN-2222222"), status=404)


def test_what_was_not_released_is_not_the_reviewers_to_see(cast: Cast, browser: Any) -> None:
    assessment = builders.a_sent_assessment(cast)
    pin = builders.a_pin(cast, about(assessment.reference, CODE), builders.an_item(cast, title="Minutes with names"))
    signed(cast, assessment)
    allocating.claim(assessment, by=cast.owen)
    db.session.commit()
    page = browser("owen").open(f"/reviews/{assessment.reference}/expectations/{CODE}")
    assert "Minutes with names" not in page.text
    assert "1 piece of evidence pinned here has not been released" in page.text
    browser("owen").open(f"/reviews/{assessment.reference}/expectations/{CODE}/evidence/{pin.reference}", status=404)
