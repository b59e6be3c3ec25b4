"""Personal data: each finding in place, four ways on, nothing blocked silently, and the choice on record."""

from __future__ import annotations

import pytest

from portal import audit
from portal.audit import Event
from portal.evidence import reading
from portal.evidence.lifecycle import VersionState
from portal.evidence.models import Choice
from portal.evidence.operations import deciding
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tests import builders
from tests.evidence.papers import a_docx, a_pdf

LETTER = a_pdf("Our policy.", "About 943 476 5919, born 12 March 1961")


@pytest.fixture
def item(cast):
    item = builders.an_item(cast, title="Letter", name="letter.pdf", content=LETTER)
    builders.the_worker_is_done()
    return item


def version(item, number=1):
    db.session.expire_all()
    return builders.versions_of(item)[number - 1]


def decided(item):
    return [(one.facts["choice"], one.facts["reason"], one.by_name)
            for one in audit.trail(item.organisation_id, item.audited_as()) if one.event is Event.PERSONAL_DATA_DECIDED]  # fmt: skip


def test_each_finding_is_shown_in_place_and_never_whole(item, browser):
    page = browser("priya").open(f"/evidence/{item.reference}/personal-data")
    assert page.address.endswith("/versions/1/personal-data")
    assert page.h1 == "Personal data may be in this file"
    assert "NHS number" in page.text
    assert "Page 2" in page.text
    for secret in ("943 476 5919", "9434765919"):
        assert secret not in page.answer.get_data(as_text=True)


def test_it_may_stay_for_a_reason_which_is_on_record(item, browser):
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}")
    priya.click("See what was found and choose")
    assert priya.press("Save my choice", status=422).errors == ["Choose what is to be done"]
    assert priya.press("Save my choice", choice="explain", status=422).errors == ["Say why it may stay"]
    page = priya.press("Save my choice", choice="explain", reason="It is the test number of the NHS.")
    assert "Version 1 is released, and your choice is on record." in page.text
    assert version(item).state is VersionState.RELEASED
    assert decided(item) == [("it may stay, for a reason", "It is the test number of the NHS.", "Priya Raman")]
    assert "It is the test number of the NHS." in browser("hal").open(f"/evidence/{item.reference}").text


def test_it_is_stopped_with_a_reason(item, browser):
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}/personal-data")
    assert priya.press("Save my choice", choice="stop", status=422).errors == ["Say why this version is stopped"]
    page = priya.press("Save my choice", choice="stop", stop_reason="It names a patient.")
    assert "The Ombudsman cannot see it." in page.text
    assert (version(item).state, version(item).choice) == (VersionState.STOPPED, Choice.STOPPED)
    priya.open(f"/evidence/{item.reference}/versions/1/stop", status=409)


def test_another_file_is_handed_in_instead(item, browser):
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}/personal-data")
    assert priya.press("Save my choice", choice="replace").h1 == "Replace with a new version"


def test_replacing_is_a_choice_on_record_too(cast, item):
    builders.a_replacement(cast, item)
    assert (version(item).state, version(item).choice, version(item).chosen_by) == (VersionState.STOPPED, Choice.REPLACED, "Priya Raman")


def test_only_what_is_hidden_can_be_taken_out(cast, item, browser):
    choices = [box.get("value") for box in browser("priya").open(f"/evidence/{item.reference}/personal-data").all("input", name="choice")]
    assert choices == ["replace", "explain", "stop"]
    hidden = builders.an_item(cast, title="Minutes", name="minutes.docx", content=a_docx(author="Jane Bloggs"))
    builders.the_worker_is_done()
    priya = browser("priya")
    priya.open(f"/evidence/{hidden.reference}/personal-data")
    page = priya.press("Save my choice", choice="strip")
    assert "It becomes a new version" in page.text
    builders.the_worker_is_done()
    page = browser("priya").open(f"/evidence/{hidden.reference}")
    assert "Version 2" in page.text
    assert version(hidden, 2).state is VersionState.RELEASED


def test_what_could_not_be_looked_into_needs_a_declaration(cast, browser, monkeypatch):
    monkeypatch.setattr(reading, "look_safely", lambda *_: reading.Look((), False, "It is a picture of a page."))
    item = builders.an_item(cast)
    builders.the_worker_is_done()
    priya = browser("priya")
    page = priya.open(f"/evidence/{item.reference}/personal-data")
    assert page.h1 == "This file could not be looked into"
    assert "It is a picture of a page." in page.text
    page = priya.press("Save my choice", choice="explain", status=422)
    assert page.errors == ["Tick the box to say that you have looked at it yourself"]
    priya.press("Save my choice", choice="explain", declared="y")
    assert (version(item).state, version(item).choice) == (VersionState.RELEASED, Choice.DECLARED)


def test_what_was_decided_is_not_decided_again(cast, item):
    deciding.explain(version(item), reason="A test number.", by=cast.priya)
    db.session.commit()
    for again in (lambda: deciding.explain(version(item), reason="Again", by=cast.priya), lambda: deciding.strip(version(item), by=cast.priya)):
        with pytest.raises(WrongState):
            again()


def test_two_people_choosing_at_once_are_told(item, browser):
    priya, again = browser("priya"), browser("priya")
    priya.open(f"/evidence/{item.reference}/personal-data")
    again.open(f"/evidence/{item.reference}/personal-data")
    again.press("Save my choice", choice="stop", stop_reason="It names a patient.")
    page = priya.press("Save my choice", choice="explain", reason="It may stay.", status=409)
    assert "this version is “stopped”" in page.text


def test_a_released_version_can_be_stopped_later(cast, browser):
    item = builders.released(builders.an_item(cast))
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}/versions/1/stop")
    assert priya.press("Stop this version", status=422).errors == ["Say why this version is stopped"]
    priya.press("Stop this version", reason="A name was overlooked.")
    assert version(item).state is VersionState.STOPPED


def test_who_decides(cast, item):
    for name in ("edwin", "hal", "bea", "connie", "owen"):
        with pytest.raises(NotAllowed):
            deciding.explain(version(item), reason="Mine", by=getattr(cast, name))
    with pytest.raises(NotFound):
        deciding.stop(version(item), reason="Mine", by=cast.sam)


def test_a_contributor_decides_about_what_they_handed_in(cast, browser):
    place = builders.a_place(cast, "AS-TEST222/NHS-1.1", assigned_to_id=cast.connie.id)
    item = builders.an_item(cast, name="letter.pdf", content=LETTER, by="connie", place=place)
    builders.the_worker_is_done()
    connie = browser("connie")
    connie.open(f"/evidence/{item.reference}/personal-data")
    connie.press("Save my choice", choice="explain", reason="It is the test number of the NHS.")
    assert version(item).state is VersionState.RELEASED


def test_whose_it_is_stays_so_whoever_replaced_it(cast, browser):
    place = builders.a_place(cast, "AS-TEST222/NHS-1.1", assigned_to_id=cast.connie.id)
    item = builders.an_item(cast, name="letter.pdf", content=LETTER, by="connie", place=place)
    builders.a_replacement(cast, item, name="letter-2.pdf", content=a_pdf("Born 12 March 1961"))
    builders.the_worker_is_done()
    connie = browser("connie")
    assert "1 file waits for your choice" in connie.open("/work").text
    connie.open(f"/evidence/{item.reference}/personal-data")
    connie.press("Save my choice", choice="explain", reason="It is nobody’s day of birth.")
    assert builders.versions_of(item)[1].state is VersionState.RELEASED


def test_what_was_put_aside_and_waits_is_listed(cast, browser):
    item = builders.released(builders.an_item(cast))
    builders.a_replacement(cast, item, name="theirs.txt")
    builders.a_replacement(cast, item, name="mine.pdf", content=a_pdf("Born 12 March 1961"), number=1)
    builders.the_worker_is_done()
    priya = browser("priya")
    priya.open("/work")
    assert "Complaints policy" in priya.click("1 file waits for your choice about personal data").links


@pytest.mark.parametrize("reason", ["x" * 2001])
def test_a_reason_has_an_end(cast, item, reason):
    with pytest.raises(Invalid):
        deciding.explain(version(item), reason=reason, by=cast.priya)


def test_what_waits_for_a_choice_is_among_ones_work(cast, item, browser):
    assert "1 file waits for your choice about personal data" in browser("priya").open("/work").text
    for name in ("edwin", "hal", "connie"):
        assert "your choice about personal data" not in browser(name).open("/work").text
    place = builders.a_place(cast, "AS-TEST222/NHS-1.1", assigned_to_id=cast.connie.id)
    builders.an_item(cast, title="Another", name="letter.pdf", content=a_pdf("Born 12 March 1961"), by="connie", place=place)
    builders.the_worker_is_done()
    assert "2 files wait for your choice" in browser("priya").open("/work").text
    connie = browser("connie")
    connie.open("/work")
    assert "Another" in connie.click("1 file waits for your choice about personal data").text
    assert "Letter" not in connie.page.links
