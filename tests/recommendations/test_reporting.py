"""Progress is reported in three sentences, shown line by line of the checklist, and never holds what tells who a person is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.evidence import places
from portal.evidence.lifecycle import VERSION, VersionVerb
from portal.evidence.models import EvidenceItem, EvidenceVersion, Pin
from portal.evidence.operations import pinning, withdrawing
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotFound, Stale, WrongState
from portal.outbox import OutgoingLetter
from portal.policy import PORTAL
from portal.recommendations.lifecycle import Delivery
from portal.recommendations.models import LineSeen, ProgressReport, PromisedStep, Recommendation
from portal.recommendations.operations import reporting
from portal.recommendations.operations.reporting import Seen
from tests import builders
from tests.people import Cast

SAID = {"changed": "We wrote to the complainant.", "how_we_know": "We hold a copy of the letter.", "left_to_do": "Nothing is left but the copy."}


def shown(cast: Cast) -> dict[int, Seen]:
    return {1: Seen("Head of complaints", clock.today())}


def pinned(cast: Cast, one: Recommendation, line: int) -> Pin:
    return builders.a_pin(cast, f"{one.reference}/{line}")


def finished(cast: Cast, one: Recommendation, **changed: Any) -> ProgressReport:
    said = {**SAID, "finished": True, "done_on": clock.today(), "seen": shown(cast), "version": one.version, **changed}
    return reporting.report(one, by=cast.priya, **said)


def test_a_report_begins_the_delivery_and_says_when_evidence_comes_next(cast: Cast) -> None:
    one = builders.an_answered_recommendation(cast)
    with clock.at(clock.today() + dt.timedelta(20)):
        told = reporting.report(one, version=one.version, by=cast.priya, **SAID)
        db.session.commit()
        assert (one.delivery, one.heard_on, told.number) == (Delivery.IN_PROGRESS, clock.today(), 1)
    assert one.next_evidence_on == db.session.query(PromisedStep).one().due_on
    letter = db.session.query(OutgoingLetter).filter_by(letter="PROGRESS_REPORTED").one()
    assert letter.to_address == "colin@example.org"
    assert "PROGRESS_REPORTED" in {each.event.name for each in audit.trail(one.organisation_id, f"recommendation {one.reference}")}


def test_finished_needs_every_line_of_the_checklist_shown(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(Invalid, match="Nothing shows line 2 of the checklist"):
        finished(cast, one)
    db.session.rollback()
    assert db.session.query(ProgressReport).count() == 0
    pin = pinned(cast, one, 2)
    finished(cast, one)
    db.session.commit()
    assert one.delivery is Delivery.SUBMITTED
    assert db.session.query(LineSeen).one().seen_by == "Head of complaints"
    db.session.refresh(pin)
    assert pin.frozen_at is not None, "what was shown stays as it was shown"


@pytest.mark.parametrize("gone", ["withdrawn", VersionVerb.STOP, VersionVerb.REFUSE])
def test_what_was_withdrawn_or_can_never_be_released_shows_nothing(cast: Cast, gone: str | VersionVerb) -> None:
    one = builders.an_issued_recommendation(cast)
    pin = pinned(cast, one, 2)
    item, version = db.session.get_one(EvidenceItem, pin.item_id), db.session.get_one(EvidenceVersion, pin.version_id)
    if isinstance(gone, VersionVerb):
        VERSION.move(version, gone)
        version.stopped_at, version.stopped_why = clock.now(), "Not ours." if gone is VersionVerb.STOP else ""
        audit.record(Event.EVIDENCE_REFUSED, version, by=PORTAL, number=version.number, malware="")
    else:
        withdrawing.withdraw(item, version=item.version, reason="Out of date", by=cast.priya)
    db.session.commit()
    with pytest.raises(Invalid, match="Nothing shows line 2 of the checklist"):
        finished(cast, one)
    db.session.rollback()
    pinned(cast, one, 2)
    assert finished(cast, one).finished


def test_steps_that_were_promised_are_done(cast: Cast) -> None:
    one = builders.an_answered_recommendation(cast)
    step = db.session.query(PromisedStep).one()
    reporting.report(one, version=one.version, steps_done=[step.reference], by=cast.priya, **SAID)
    db.session.commit()
    assert step.done_on == clock.today()
    with pytest.raises(Invalid) as refusal:
        reporting.report(one, version=one.version, steps_done=[step.reference], by=cast.priya, **SAID)
    assert refusal.value.field == "steps_done", "it is done already"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"changed": ""}, "changed"),
        ({"changed": "\x00 \u202e"}, "changed"),
        ({"how_we_know": "x" * 4001}, "how_we_know"),
        ({"left_to_do": ""}, "left_to_do"),
        ({"done_on": dt.date(2026, 1, 1)}, "finished"),
        ({"finished": True}, "done_on"),
        ({"finished": True, "done_on": dt.date(2099, 1, 1)}, "done_on"),
        ({"finished": True, "done_on": dt.date(2001, 1, 1)}, "done_on"),
        ({"seen": {1: Seen("", dt.date(2026, 1, 1))}}, "seen_by_1"),
        ({"seen": {1: Seen("Head of complaints", None)}}, "seen_on_1"),
        ({"seen": {1: Seen("Head of complaints", dt.date(2099, 1, 1))}}, "seen_on_1"),
        ({"seen": {2: Seen("Head of complaints", dt.date(2026, 1, 1))}}, "finished"),
        ({"steps_done": ["PS-NONE"]}, "steps_done"),
        ({"changed": "We paid into 12-34-56 account 12345678."}, "changed"),
        ({"changed": "Mrs Sample, born on 14 March 1961, had a letter."}, "explained"),
        ({"how_we_know": "She wrote from mary.sample@example.com."}, "explained"),
        ({"seen": {1: Seen("12-34-56 account 12345678", dt.date(2026, 1, 1))}}, "seen_by_1"),
        ({"seen": {1: Seen("mary.sample@example.com", dt.date(2026, 1, 1))}}, "explained"),
        ({"changed": "Born on 14 March 1961.", "explained": "It went to 12-34-56 account 12345678."}, "explained"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(cast: Cast, said: dict[str, Any], field: str) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(Invalid) as refusal:
        reporting.report(one, version=one.version, by=cast.priya, **{**SAID, **said})
    assert refusal.value.field == field
    db.session.rollback()
    assert db.session.query(ProgressReport).count() == 0


def test_what_tells_who_a_person_is_is_shown_in_place_and_may_stay_for_a_reason(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    priya = browser("priya")
    priya.open(f"/recommendations/{one.reference}/report")
    said = {**SAID, "changed": "Mrs Sample, born on 14 March 1961, had a letter."}
    page = priya.press("Send the report", status=422, **said)
    assert "date of birth" in page.text
    assert "14 March 1961" not in page.text.replace(page.form("Send the report")["values"]["changed"], "")
    assert page.form("Send the report")["values"]["changed"] == said["changed"], "nothing typed is lost"
    page = priya.press("Send the report", explained="The date is of the founder of the hospital.", **said)
    assert "The date is of the founder of the hospital." in page.text


def test_who_saw_a_line_is_looked_into_as_well(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    priya = browser("priya")
    priya.open(f"/recommendations/{one.reference}/report")
    day = {f"seen_on_1-{part}": str(getattr(clock.today(), part)) for part in ("day", "month", "year")}
    page = priya.press("Send the report", status=422, **SAID, **day, seen_by_1="mary.sample@mailbox.example.net")
    (found,) = [item.text for item in page.all("li") if "email address" in (item.text or "").lower()]
    assert found.startswith("Line 1: who saw the document:")
    assert "mary.sample" not in found
    page = priya.press("Send the report", status=422, seen_by_1="Sort code 12-34-56, account 12345678", explained="It is ours.")
    (error,) = page.errors
    assert error.startswith("Take out the bank details")
    assert "12345678" not in error
    assert page.form("Send the report")["values"]["seen_by_1"] == "Sort code 12-34-56, account 12345678", "nothing typed is lost"
    priya.press("Send the report", seen_by_1="Head of complaints")
    assert (db.session.query(LineSeen).one().seen_by, db.session.query(ProgressReport).one().explained) == ("Head of complaints", "")


@pytest.mark.parametrize("htmx", [False, True])
def test_from_the_page_to_the_officer(cast: Cast, browser: Any, htmx: bool) -> None:
    one = builders.an_answered_recommendation(cast)
    pinned(cast, one, 2)
    priya = browser("priya")
    priya.htmx = htmx
    priya.open(f"/recommendations/{one.reference}/report")
    step = db.session.query(PromisedStep).one()
    today = clock.today()
    day = {"day": today.day, "month": today.month, "year": today.year}
    priya.press(
        "Send the report", **SAID, steps_done=step.reference, finished="y", seen_by_1="Head of complaints",
        **{f"done_on-{part}": str(value) for part, value in day.items()}, **{f"seen_on_1-{part}": str(value) for part, value in day.items()},
    )  # fmt: skip
    page = browser("cora").open(f"/recommendations/{one.reference}/reports/1")
    assert "We wrote to the complainant." in page.text
    assert "Seen by Head of complaints" in page.text
    browser("sam").open(f"/recommendations/{one.reference}/reports/1", status=404)
    browser("sam").open(f"/recommendations/{one.reference}/report", status=404)
    browser("hal").open(f"/recommendations/{one.reference}/report", status=403)


def test_evidence_is_the_ombudsmans_to_read_from_the_first_report_on(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    assert [place.handed_in for place in places.found([f"{one.reference}/1"]).values()] == [False]
    reporting.report(one, version=one.version, by=cast.priya, **SAID)
    db.session.commit()
    assert [place.handed_in for place in places.found([f"{one.reference}/1"]).values()] == [True]
    assert places.find(f"{one.reference}/9") is None
    assert places.find("RC-NONE/1") is None


def test_nothing_is_pinned_to_what_has_ended(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    pin = pinned(cast, one, 1)
    builders.an_ended_recommendation(cast, one)
    place = places.find(f"{one.reference}/1")
    assert place is not None
    with pytest.raises(WrongState, match="has ended"):
        pinning.unpin(pin, place, by=cast.priya)
    with pytest.raises(WrongState, match="has ended"):
        reporting.report(one, version=one.version, by=cast.priya, **SAID)


def test_the_second_of_two_reports_loses_nothing(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    pinned(cast, one, 2)
    step = db.session.query(PromisedStep).one()
    first, second = browser("priya"), browser("edwin")
    for each in (first, second):
        each.open(f"/recommendations/{one.reference}/report")
    first.press("Send the report", **SAID)
    days = {f"{name}-{part}": str(getattr(clock.today(), part)) for name in ("done_on", "seen_on_1") for part in ("day", "month", "year")}
    mine = {"changed": "We telephoned.", "how_we_know": "She wrote from mary.sample@example.com.", "explained": "It is made up.",
            "finished": "y", "steps_done": step.reference, "seen_by_1": "Head of complaints", **days}  # fmt: skip
    page = second.press("Send the report", status=409, **{**SAID, **mine})
    assert "We wrote to the complainant." in page.text
    assert "We telephoned." in page.text
    second.press("Save yours instead")
    told = db.session.query(ProgressReport).filter_by(number=2).one()
    assert (told.changed, told.explained, told.finished, told.done_on) == ("We telephoned.", "It is made up.", True, clock.today())
    db.session.refresh(step)
    assert step.done_on == clock.today()
    seen = db.session.query(LineSeen).one()
    assert (seen.report_id, seen.seen_by, seen.seen_on) == (told.id, "Head of complaints", clock.today())


def test_a_report_that_is_not_finished_stays_so_on_the_page_of_both_texts(cast: Cast, browser: Any) -> None:
    one = builders.an_answered_recommendation(cast)
    step = db.session.query(PromisedStep).one()
    first, second = browser("priya"), browser("edwin")
    for each in (first, second):
        each.open(f"/recommendations/{one.reference}/report")
    first.press("Send the report", **SAID, steps_done=step.reference)
    second.press("Send the report", status=409, **{**SAID, "changed": "We telephoned."}, steps_done=step.reference)
    second.press("Save yours instead")
    told = db.session.query(ProgressReport).filter_by(number=2).one()
    assert (told.changed, told.finished, told.done_on) == ("We telephoned.", False, None)
    assert db.session.query(LineSeen).count() == 0


def test_a_stranger_cannot_report_nor_learn_that_it_exists(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(NotFound):
        reporting.report(one, version=one.version, by=cast.sam, **SAID)
    with pytest.raises(Stale):
        reporting.report(one, version=one.version + 1, by=cast.priya, **SAID)
