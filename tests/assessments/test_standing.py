"""A draft is the organisation's own: what the Ombudsman reads is what was handed in, and where the rest is."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest

from portal.assessments.models import Assessment, Snapshot
from portal.assessments.operations import answering, closing, extending, reopening, signing
from portal.gaps.models import Gap, GapKind
from portal.kernel import clock
from portal.kernel.db import db
from portal.policy import PORTAL
from tests import builders
from tests.people import Cast

STAFF = ("owen", "cora", "ana", "ada")
WORDS = "Nobody outside should read these words of a draft."


def draft(assessment: Assessment, cast: Cast) -> None:
    """Something is written that is not signed."""
    one = builders.answers_of(assessment)[0]
    facts = {**builders.an_answer(one, 1), "claim": WORDS}
    answering.save(one, version=one.version, by=cast.priya, **facts)
    db.session.commit()


@pytest.mark.parametrize("who", STAFF)
def test_the_ombudsman_reads_nothing_of_what_was_never_handed_in(cast: Cast, browser: Any, who: str) -> None:
    assessment = builders.a_started_assessment(cast)
    draft(assessment, cast)
    at, reader = f"/assessments/{assessment.reference}", browser(who)
    for page in ("", "/expectations/NHS-1.1", "/sign-off", "/receipt", "/history"):
        reader.open(at + page, status=403)
    for page in ("", "/history", "/receipt", "/receipt/1.json", "/expectations/NHS-1.1"):
        reader.open(f"/reviews/{assessment.reference}{page}", status=404)
    told = reader.open("/organisations/RTX/record").text
    assert "Assessment started" in told
    assert WORDS not in told
    assert "Answer saved" not in told


def test_the_organisation_reads_its_own_drafting_in_its_record(cast: Cast, browser: Any) -> None:
    draft(builders.a_started_assessment(cast), cast)
    assert WORDS in browser("priya").open("/organisations/RTX/record").text


def test_a_reopened_assessment_shows_where_it_is_and_what_was_signed_last(cast: Cast, browser: Any) -> None:
    assessment = builders.a_signed_assessment(cast)
    reopening.reopen(assessment, reason="The wrong file was attached.", until=dt.date(2026, 8, 1), by=cast.owen)
    draft(assessment, cast)
    owen = browser("owen")

    page = owen.open(f"/reviews/{assessment.reference}")

    assert "in progress" in page.text
    assert "The wrong file was attached." in page.text
    assert WORDS not in page.text
    frozen = db.session.query(Snapshot).one()
    assert frozen.sha256 in owen.open(f"/reviews/{assessment.reference}/receipt").text
    file = owen.client.get(f"/reviews/{assessment.reference}/receipt/1.json").data
    assert hashlib.sha256(file).hexdigest() == frozen.sha256
    assert WORDS.encode() not in file
    history = owen.open(f"/reviews/{assessment.reference}/history").text
    assert "Reopened" in history
    assert "Answer saved" not in history
    for closed in ("/expectations/NHS-1.1", "/publish", "/plan"):
        owen.open(f"/reviews/{assessment.reference}{closed}", status=404)


def test_what_the_lead_said_on_returning_stays_in_the_organisation(cast: Cast, browser: Any) -> None:
    assessment = builders.a_sent_assessment(cast)
    signing.return_to_manager(assessment, comment="Too rosy by half.", version=assessment.version, by=cast.edwin)
    db.session.commit()
    for address in ("/organisations/RTX/record", f"/reviews/{assessment.reference}/history"):
        page = browser("owen").open(address, status=404 if "reviews" in address else 200)
        assert "Too rosy" not in page.text
    assert "Too rosy" in browser("priya").open(f"/assessments/{assessment.reference}/history").text


def test_officers_see_a_request_its_days_and_the_state_and_no_answer(cast: Cast, browser: Any) -> None:
    assessment = builders.a_started_assessment(cast)
    draft(assessment, cast)
    extending.ask(assessment, until=assessment.due_on + dt.timedelta(10), reason="Two of us are ill.", by=cast.priya)
    db.session.commit()
    cora = browser("cora")
    page = cora.open(f"/assessments/{assessment.reference}/extension")
    assert "In progress" in page.text
    assert WORDS not in page.text
    assert not [one for one in page.all("a") if one.get("href") == f"/assessments/{assessment.reference}"]
    assert "Two of us are ill." in cora.click("Decide this request").text
    cora.press("Send the answer", answer="refuse", reason="The day stands.")
    cora.open(f"/assessments/{assessment.reference}/extension/grant")

    when = {"until-day": "10", "until-month": "7", "until-year": "2026"}
    page = cora.press("Give more time", **when, reason="They were ill after all.")

    assert "They were ill after all." in page.text
    assert page.h1 == "More time"


def test_a_gap_leads_each_reader_to_a_page_that_they_may_read(cast: Cast, browser: Any) -> None:
    signed = builders.a_signed_assessment(cast, levels={"NHS-1.1": 1})
    unsigned = builders.an_open_assessment(cast, cast.other)
    with clock.at(unsigned.closes_on + dt.timedelta(1)):
        assert closing.close(unsigned, today=clock.today(), by=PORTAL)
        db.session.commit()
    gaps = {one.kind: one.reference for one in db.session.query(Gap)}
    wanted = {
        ("priya", GapKind.BELOW_TARGET): f"/assessments/{signed.reference}",
        ("ana", GapKind.BELOW_TARGET): f"/reviews/{signed.reference}",
        ("ana", GapKind.NOT_SUBMITTED): f"/assessments/{unsigned.reference}/extension",
        ("ada", GapKind.NOT_SUBMITTED): f"/assessments/{unsigned.reference}/extension",
    }
    for (who, kind), address in wanted.items():
        reader = browser(who)
        page = reader.open(f"/gaps/{gaps[kind]}")
        assert address in {one.get("href") for one in page.all("a")}, (who, kind)
        reader.open(address)
    assert signed.reference in browser("ada").open(f"/gaps/{gaps[GapKind.BELOW_TARGET]}").text


def test_the_ombudsmans_history_and_receipt_take_a_few_statements(cast: Cast, browser: Any, queries: Any) -> None:
    assessment = builders.a_signed_assessment(cast)
    owen = browser("owen")
    for page, number in (("history", 4), ("receipt", 4), ("receipt/1.json", 2)):
        address = f"/reviews/{assessment.reference}/{page}"
        with queries() as seen:
            owen.client.get(address)
        assert len(seen) == number, (page, seen)
