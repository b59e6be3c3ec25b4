"""Handing in: several files at once, a link, or where something is held; the good ones are kept, and nothing typed is lost."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from portal import audit
from portal.assessments.operations import assigning
from portal.audit import Event
from portal.evidence.lifecycle import VersionState
from portal.evidence.models import EvidenceItem
from portal.evidence.operations import handing_in
from portal.evidence.queries import pins
from portal.files.models import Fault, StoredFile
from portal.files.stores import store
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound
from tests import builders

HAND_IN = "/organisations/RTX/evidence/hand-in"
SAID = {"kind": "policy or procedure", "proves": "Everybody is told how to complain.", "owner": "Head of complaints"}
MZ = b"MZ\x90\x00\x03" + b"\x00" * 100


def files(*named):
    return [(io.BytesIO(content), name) for name, content in named]


def items():
    return db.session.query(EvidenceItem).order_by(EvidenceItem.id).all()


def test_a_file_is_handed_in_and_told_of(cast):
    item = builders.an_item(cast)
    assert item.received_on.isoformat() == "2026-06-01"
    (told,) = audit.trail(cast.trust.id, item.audited_as())
    (version,) = builders.versions_of(item)
    assert (told.event, told.facts["content"]) == (Event.EVIDENCE_HANDED_IN, version.sha256)
    assert version.state is VersionState.LOOKING
    assert (version.name, version.used_at is not None) == ("policy.txt", True)


def test_a_link_and_something_held_need_no_look(cast):
    link = builders.an_item(cast, title="The web page", link=" https://example.org/complain ")
    held = builders.an_item(cast, title="The case files", held_where="Records office; ask the records manager")
    (seen,), (kept,) = builders.versions_of(link), builders.versions_of(held)
    assert (seen.link, seen.state) == ("https://example.org/complain", VersionState.RELEASED)
    assert (kept.held_where, kept.state) == ("Records office; ask the records manager", VersionState.RELEASED)


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "ftp://example.org", "example.org", "https://", "https://a b", "https://[", "https://example.org/" + "x" * 500])
def test_a_link_that_is_no_web_address_is_refused(cast, link):
    with pytest.raises(Invalid) as refused:
        builders.an_item(cast, link=link)
    assert refused.value.field == "link"


@pytest.mark.parametrize("facts", [{"title": ""}, {"proves": " "}, {"owner": ""}, {"title": "x" * 201}, {"proves": "x" * 301}, {"owner": "x" * 201}])
def test_a_description_with_something_missing_or_too_long_is_refused(cast, facts):
    with pytest.raises(Invalid) as refused:
        builders.an_item(cast, **{"link": "https://example.org", **facts})
    assert refused.value.field == next(iter(facts))


def test_who_may_hand_in(cast):
    for name in ("edwin", "hal", "bea", "connie", "owen"):
        with pytest.raises(NotAllowed):
            builders.an_item(cast, by=name)
    with pytest.raises(NotFound):
        builders.an_item(cast, by="sam")


def test_the_same_file_is_handed_in_once(cast):
    builders.an_item(cast, content=b"The very same.")
    with pytest.raises(Invalid, match="in the library already"):
        builders.an_item(cast, title="Another", content=b"The very same.")
    assert builders.an_item(cast, cast.other, content=b"The very same.", by="sam")  # another organisation's library
    assert db.session.query(StoredFile).count() == 1


@pytest.mark.parametrize(
    ("name", "title"),
    [("Complaints_policy-v3.pdf", "Complaints policy v3"), ("minutes", "Minutes"), (".pdf", "Pdf"), ("x" * 250 + ".pdf", "X" + "x" * 195)],
)
def test_a_title_comes_from_the_name_of_the_file(cast, name, title):
    assert builders.an_item(cast, title="", name=name, content=b"Text.").title == title


def test_a_damaged_file_is_mended_by_handing_it_in_again(browser, cast):
    item = builders.released(builders.an_item(cast, content=b"Our policy."))
    (version,) = builders.versions_of(item)
    store()._at(version.sha256).write_bytes(b"What the disk made of it")
    db.session.execute(sa.update(StoredFile).values(fault=Fault.ALTERED))
    db.session.commit()
    priya = browser("priya")
    assert "Hand the same file in again, and it is mended." in priya.open(f"/evidence/{item.reference}").text
    priya.open(HAND_IN)
    page = priya.press("Hand in", files=files(("policy.txt", b"Our policy.")), **SAID)
    assert page.address == f"/evidence/{item.reference}"
    assert "mended" not in page.text
    assert len(items()) == 1
    assert b"".join(store().chunks(version.sha256)) == b"Our policy."


@pytest.mark.parametrize("htmx", [False, True])
def test_one_file_is_handed_in_by_a_browser(browser, htmx):
    priya = browser("priya", htmx=htmx)
    priya.open(HAND_IN)
    page = priya.press("Hand in", files=files(("Complaints_policy.txt", b"Our policy.")), **SAID)
    assert page.h1 == "Complaints policy"
    assert "Being looked at" in page.text
    assert "1 June 2026, from Priya Raman" in page.text


def test_several_files_come_at_once_and_their_titles_are_changed_together(browser):
    priya = browser("priya")
    priya.open(HAND_IN)
    three = files(("policy.txt", b"One."), ("minutes-may.txt", b"Two."), ("figures.csv", b"a,b\n1,2\n"))
    page = priya.press("Hand in", files=three, title="Would fit none of them", **SAID)
    assert page.h1 == "3 things were handed in"
    one, two, _ = items()
    assert [item.title for item in items()] == ["Policy", "Minutes may", "Figures"]
    page = priya.press("Save titles", **{one.reference: "", two.reference: "Minutes of May"}, status=422)
    assert page.errors == ["Enter a title"]
    page = priya.press("Save titles", **{one.reference: "Complaints policy", two.reference: "Minutes of May"})
    assert page.h1.startswith("Evidence of Northmoor")
    assert [item.title for item in items()] == ["Complaints policy", "Minutes of May", "Figures"]


def test_a_title_that_somebody_else_changed_meanwhile_is_not_overwritten(browser):
    priya, again = browser("priya"), browser("priya")
    priya.open(HAND_IN)
    priya.press("Hand in", files=files(("one.txt", b"One."), ("two.txt", b"Two.")), **SAID)
    again.open(priya.page.address)
    one = items()[0].reference
    again.press("Save titles", **{one: "Theirs"})
    page = priya.press("Save titles", **{one: "Mine"}, status=422)
    assert page.errors == ["Somebody changed this title to “Theirs” since you opened the page"]
    assert [box.get("value") for box in page.all("input", name=one)] == ["Mine"]


def test_the_good_files_are_kept_the_others_are_refused_in_words_and_nothing_typed_is_lost(browser):
    priya = browser("priya")
    priya.open(HAND_IN)
    sent = files(("policy.txt", b"Good."), ("tool.pdf", MZ), ("empty.txt", b""))
    page = priya.press("Hand in", files=sent, status=422, **{**SAID, "proves": "What I typed."})
    assert [item.title for item in items()] == ["Policy"]
    assert len(page.errors) == 2
    assert "1 file was kept" in page.text
    assert [box.get("value") for box in page.all("input", name="proves")] == ["What I typed."]
    assert db.session.query(StoredFile).count() == 1


def test_where_no_file_is_good_nothing_is_kept(browser):
    priya = browser("priya")
    priya.open(HAND_IN)
    page = priya.press("Hand in", files=files(("tool.pdf", MZ)), status=422, **SAID)
    assert "kept" not in page.text.partition("Hand in evidence")[0]
    assert (items(), db.session.query(StoredFile).count()) == ([], 0)


def test_what_is_missing_is_said_beside_its_field(browser):
    priya = browser("priya")
    priya.open(HAND_IN)
    page = priya.press("Hand in", status=422, kind="", proves="", owner="")
    assert page.errors == [
        "Choose at least one file", "Choose what sort of evidence it is", "Enter what it proves, in one sentence",
        "Enter the job title of whoever keeps it up to date",
    ]  # fmt: skip
    assert priya.press("Hand in", status=422, **SAID).errors == ["Choose at least one file"]
    assert priya.press("Hand in", status=422, form="link", title="T", **SAID).errors == ["Enter a web address that starts with https://"]
    assert priya.press("Hand in", status=422, form="held, may be inspected", title="T", **SAID).errors == ["Enter where it is held and whom to ask"]
    days = {"covers_from-day": "1", "covers_from-month": "5", "covers_from-year": "2026",
            "covers_until-day": "30", "covers_until-month": "4", "covers_until-year": "2026"}  # fmt: skip
    page = priya.press("Hand in", status=422, form="link", link="https://example.org", title="T", **SAID, **days)
    assert page.errors == ["The last day it covers must be the first day or later"]
    assert items() == []


def test_a_link_is_handed_in_by_a_browser(browser):
    priya = browser("priya")
    priya.open(HAND_IN)
    page = priya.press("Hand in", form="link", link="https://example.org/complain", title="How to complain", **SAID)
    assert page.h1 == "How to complain"
    assert page.links["https://example.org/complain"] == "https://example.org/complain"


def test_what_is_handed_in_for_an_expectation_is_pinned_there_at_once(browser, cast):
    about = f"{builders.a_started_assessment(cast).reference}/NHS-1.1"
    priya = browser("priya")
    priya.open(f"/evidence/hand-in/for/{about}")
    page = priya.press("Hand in", files=files(("policy.txt", b"Good.")), **SAID)
    assert page.h1.startswith("Evidence for NHS-1.1")
    assert [pin.title for pin in pins.pins_of(cast.trust.id, [about])[about]] == ["Policy"]
    priya.open(f"/evidence/hand-in/for/{about}")
    priya.press("Hand in", files=files(("the same.txt", b"Good.")), **SAID)  # in the library already, and pinned already
    assert len(pins.pins_of(cast.trust.id, [about])[about]) == 1
    assert len(items()) == 1


def test_several_things_for_one_expectation_lead_back_to_it(browser, cast):
    about = f"{builders.a_started_assessment(cast).reference}/NHS-1.1"
    priya = browser("priya")
    priya.open(f"/evidence/hand-in/for/{about}")
    page = priya.press("Hand in", files=files(("a.txt", b"One."), ("b.txt", b"Two.")), **SAID)
    assert page.h1 == "2 things were handed in"
    assert "pinned to NHS-1.1" in page.text
    assert priya.press("Save titles").h1.startswith("Evidence for NHS-1.1")
    address = page.address.partition("?")[0]
    for elsewhere in ("AS-NOSUCH/NHS-1.1", "nothing", "x" * 900):
        assert "Evidence library" in priya.open(f"{address}?for={elsewhere}").links


def test_a_contributor_hands_in_to_what_was_assigned_and_to_nothing_else(browser, cast):
    assessment = builders.a_started_assessment(cast)
    assigning.assign(assessment, ["NHS-1.1"], cast.connie.id, by=cast.priya)
    db.session.commit()
    connie = browser("connie")
    connie.open(HAND_IN, status=403)
    connie.open(f"/evidence/hand-in/for/{assessment.reference}/NHS-1.2", status=403)
    connie.open(f"/evidence/hand-in/for/{assessment.reference}/NHS-1.1")
    connie.press("Hand in", files=files(("mine.txt", b"Mine.")), **SAID)
    (item,) = items()
    assert connie.open(f"/evidence/{item.reference}").h1 == "Mine"
    others = builders.an_item(cast, title="Not hers")
    connie.open(f"/evidence/{others.reference}", status=403)
    assert "Mine" in connie.open("/organisations/RTX/evidence").text
    assert "Not hers" not in connie.page.text


def test_nothing_is_handed_in_for_what_is_signed(browser, cast):
    signed = builders.a_signed_assessment(cast)
    browser("priya").open(f"/evidence/hand-in/for/{signed.reference}/NHS-1.1", status=409)
    browser("sam").open(f"/evidence/hand-in/for/{signed.reference}/NHS-1.1", status=404)
    browser("priya").open("/evidence/hand-in/for/AS-NOSUCH/NHS-1.1", status=404)
    browser("priya").open("/evidence/hand-in/for/nothing", status=404)


def test_a_batch_is_found_by_those_who_may_change_it(browser, cast):
    batch = handing_in.a_batch()
    builders.an_item(cast, batch=batch)
    address = f"/organisations/RTX/evidence/handed-in/{batch}"
    browser("priya").open(address)
    browser("hal").open(address, status=403)
    browser("connie").open(address, status=403)
    browser("sam").open(address, status=404)
    browser("priya").open("/organisations/RYZ/evidence/handed-in/HI-NOSUCH", status=404)
