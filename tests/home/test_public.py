"""The public front doors: what they say, how many statements they cost, and that they keep nothing on a visitor's device."""

import datetime as dt
import io
import json
import os

import pytest

from portal import audit
from portal.assessments.models import PublicFinding, Snapshot
from portal.audit import Event
from portal.home.telling import told_in_words
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import FormerName, Organisation
from portal.organisations.operations import grouping, importing, joining, merging
from portal.web import freshness
from tests import builders
from tests.recommendations.rows import insert

TODAY = dt.date(2026, 6, 1)
HEAD = "code,name,kind,region_code,icb_code,parent_code,opened_on,closed_on,successor_codes,former_names\n"
PUBLIC = [
    "/", "/organisations", "/organisations?q=north", "/organisations/RTX", "/standards", "/standards/NHS/1.0",
    "/standards/NHS/1.0/NHS-1.1", "/standards/NHS/1.0/for/T", "/standards/NHS/changes/0.9/1.0", "/accessibility",
    "/cookies", "/privacy", "/record", f"/record?receipt={'a' * 64}",
]  # fmt: skip

FINDING = {
    "reference": "AS-7K2HDX4", "organisation": {"code": "RTX", "name": "Northmoor", "kind": "T"}, "period": "2024-25",
    "standard": "NHS", "standard_version": "1.0", "standard_title": "NHS Complaint Standards",
    "outcome": "APPROACHING", "outcome_label": "Approaching (plan agreed)", "checked": True, "sampled": False,
    "reliability": "moderate", "signed_by": "Chief executive", "signed_alone": False, "signed_on": "2025-06-27",
    "late": True, "published_on": "2025-10-01", "governing_body_response": "We accept <b>this</b>.",
    "pillars": [{"code": "NHS-1", "title": "Promoting", "at": [0, 1, 5, 0], "not_applicable": 0, "below_target": 1}],
    "expectations": [
        {"code": "NHS-1.1", "title": "A named senior person", "pillar": "NHS-1", "target": 3, "own": 3, "found": 2,
         "checked": True, "why": "Two reviewers found a lower level."},
        {"code": "NHS-1.2", "title": "Every role", "pillar": "NHS-1", "target": 3, "own": 3, "found": 3,
         "checked": False, "why": "No reviewer tested this level."},
    ],
    "reply": {"text": "We disagree on one point.", "nothing_to_add": False, "on": "2025-09-01", "late": False,
              "answer": "We kept it."},
    "plan": {"state": "agreed", "actions": [
        {"expectation": "NHS-1.1", "what": "Name a deputy", "owner": "Director", "due_on": "2026-01-31", "state": "open"}
    ]},
}  # fmt: skip


def a_finding(cast, **changed):
    """A published finding, with the words of FINDING in it."""
    assessment = builders.a_published_assessment(cast)
    frozen = db.session.query(PublicFinding).filter_by(assessment_id=assessment.id).one()
    frozen.content = json.dumps({**FINDING, **changed})
    db.session.commit()


def many(count):
    lines = "\n".join(f"B{number:04},Body {number:04},NB,,,,,,,Old body {number:04}" for number in range(count))
    importing.import_file((HEAD + lines).encode(), kind=None, source="many.csv")
    db.session.commit()


@pytest.mark.parametrize("address", PUBLIC)
def test_a_visitor_gets_no_cookie_and_the_same_page_only_once(browser, address):
    page = browser().open(address)
    headers = page.answer.headers
    assert "Set-Cookie" not in headers
    assert headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert {"Cookie", "HX-Request"} <= set(page.answer.vary)
    assert not [one for one in page.all("input") if one.get("name") == "csrf_token"]
    again = browser().client.get(address, headers={"If-None-Match": headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert "Set-Cookie" not in again.headers


def test_a_page_for_a_signed_in_person_stays_with_them(browser):
    visitors = browser().open("/standards").answer.headers["ETag"]
    answer = browser("priya").open("/standards", headers={"If-None-Match": visitors}).answer
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Priya Raman" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "most"),
    [("/", 1), ("/organisations", 1), ("/organisations?kind=NB", 1), ("/organisations?q=old+body", 2),
     ("/organisations?q=old+body&after=b0010", 3), ("/organisations/RTX", 6), ("/standards", 0), ("/standards/NHS/1.0", 0),
     ("/record", 0), (f"/record?receipt={'a' * 64}", 1), ("/cookies", 0)],
)  # fmt: skip
def test_the_number_of_statements_does_not_grow(browser, cast, queries, address, most):
    a_finding(cast)
    many(120)
    visitor = browser()
    with queries() as seen:
        visitor.open(address)
    assert len(seen) <= most, seen


def test_an_unchanged_organisation_costs_one_statement_also_to_another_visitor(browser, cast, queries):
    a_finding(cast)
    visitor = browser()
    tag = visitor.open("/organisations/RTX").answer.headers["ETag"]
    with queries() as seen:
        assert visitor.client.get("/organisations/RTX", headers={"If-None-Match": tag}).status_code == 304
    assert len(seen) == 1
    with queries() as seen:
        page = browser().open("/organisations/RTX")
    assert len(seen) == 1
    assert page.answer.headers["ETag"] == tag


@pytest.mark.parametrize("who", ["parent", "child", "successor", "predecessor", "board"])
def test_the_page_is_made_anew_when_something_it_names_changes(browser, cast, who):
    row, other = "RTX,Northmoor NHS Foundation Trust,T", "R1A,Old Words Trust,T"
    row += {"parent": ",,,R1A,,,,", "board": ",,R1A,,,,,", "successor": ",,,,,2026-05-01,R1A,"}.get(who, ",,,,,,,")
    other += {"child": ",,,RTX,,,,", "predecessor": ",,,,,2026-05-01,RTX,"}.get(who, ",,,,,,,")
    for line in (other, row) if who in ("parent", "board", "successor") else (row, other):
        outcome = importing.import_file((HEAD + line).encode(), kind=None, source="x.csv")
        assert not outcome.faults, outcome.in_words()
        db.session.commit()
    assert "Old Words Trust" in browser().open("/organisations/RTX").text
    importing.import_file((HEAD + other.replace("Old Words", "New Words")).encode(), kind=None, source="x.csv")
    db.session.commit()
    assert "New Words Trust" in browser().open("/organisations/RTX").text


def test_no_more_pages_are_kept_than_fit():
    kept = freshness.Kept(most=800)
    for number in range(20):
        kept.put(f"tag {number}", bytes(100))
    kept.put("too long", bytes(101))
    assert [number for number in range(20) if kept.get(f"tag {number}")] == list(range(12, 20))
    assert kept.get("too long") is None


def test_what_a_part_of_a_page_is_asked_for_is_not_kept_as_the_page(browser):
    part = browser().client.get("/organisations", headers={"HX-Request": "true", "HX-Target": "div#organisations"})
    assert b"<html" not in part.get_data()
    assert b"<html" in browser().client.get("/organisations", headers={"HX-Target": "div#organisations"}).get_data()
    assert b"<html" in browser().client.get("/organisations").get_data()


def test_the_front_page_counts_and_leads_on(browser, cast):
    a_finding(cast)
    visitor = browser()
    page = visitor.open("/")
    assert "5 organisations take part, of 5 on the register" in page.text
    assert "Try it" not in page.text
    assert "1 finding published" in page.text
    assert visitor.press("Search", q="north").links["Northmoor NHS Foundation Trust"] == "/organisations/RTX"
    visitor.open("/")
    assert visitor.click("NHS Complaint Standards").h1 == "NHS Complaint Standards"


def test_the_list_is_read_to_its_end_by_key(browser, cast):
    many(120)
    visitor, seen = browser(), []
    page = visitor.open("/organisations?kind=NB")
    while True:
        seen += [words for words, href in page.links.items() if href.startswith("/organisations/b")]
        following = [href for words, href in page.links.items() if words.startswith("Next page")]
        if not following:
            break
        page = visitor.open(following[0])
    assert seen == [f"Body {number:04}" for number in range(120)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [("SOUTHFELL", True), ("ryz", True), ("moorland", True), ("École", True), ("100%", False), ("_outhfell", False), ("zzz", False)],
)
def test_search_by_name_former_name_and_code(browser, cast, asked, found):
    for name in ("Moorland Hospitals", "École Trust"):
        db.session.add(FormerName(organisation_id=cast.other.id, name=name, until_on=TODAY))
    db.session.commit()
    page = browser().open("/organisations", query_string={"q": asked})
    assert ("Southfell NHS Trust" in page.links) is found
    if asked == "moorland":
        assert "formerly Moorland Hospitals" in page.text
    if not found:
        assert f"No organisation was found for “{asked}”" in page.text


@pytest.mark.parametrize("address", ["/organisations?kind=XX&after=nobody&q=%00%E2%80%AE", "/organisations?q=" + "x" * 5000])
def test_odd_searches_are_answered(browser, address):
    browser().open(address)


def test_an_unknown_organisation_is_not_found(browser):
    assert browser().open("/organisations/nobody", status=404).h1 == "Page not found"


def test_a_closed_body_says_who_took_over_and_the_successor_what_it_took_over(browser, cast):
    merging.succeed(cast.other, cast.trust, TODAY, by=cast.ada)
    db.session.commit()
    visitor = browser()
    page = visitor.open("/organisations/RYZ")
    assert "Southfell NHS Trust closed on 1 June 2026. This organisation took over from it:" in page.text
    page = visitor.click("Northmoor NHS Foundation Trust")
    assert "Took over from Southfell NHS Trust" in page.text


def test_a_rename_a_parent_and_a_group_are_told(browser, cast):
    grouping.cover_branch(cast.trust, cast.practice, TODAY, by=cast.ada)
    importing.import_file((HEAD + "RTX,Northmoor Hospitals,T,,,RYZ,,,,\n").encode(), kind=None, source="x.csv")
    db.session.commit()
    visitor = browser()
    page = visitor.open("/organisations/RTX")
    assert page.h1 == "Northmoor Hospitals"
    assert "Formerly Northmoor NHS Foundation Trust (until 1 June 2026)" in page.text
    assert "Part of Southfell NHS Trust" in page.text
    assert "Answers for Willow Lane Surgery" in page.text
    assert "Northmoor Hospitals has answered for this organisation since" in visitor.open("/organisations/A99001").text
    assert "Its parts (1)" in visitor.open("/organisations/RYZ").text


def test_not_taking_part_is_neither_good_nor_bad(browser, cast):
    joining.leave(cast.trust, reason="Busy.", by=cast.bea)
    db.session.commit()
    text = browser().open("/organisations/RTX").text
    assert "Not taking part. Taking part is voluntary." in text
    assert "failing" not in text.lower()
    assert "Busy" not in text


def test_a_published_finding_is_shown_as_it_was_frozen(browser, cast):
    before = browser().open("/organisations/RTX").answer.headers["ETag"]
    a_finding(cast)
    page = browser().open("/organisations/RTX", headers={"If-None-Match": before})
    for words in (
        "NHS Complaint Standards, 2024-25: Approaching (plan agreed)",
        "Checked. A reviewer of the Ombudsman tested",
        "relied on: moderate",
        "27 June 2025 by Chief executive, late",
        "We accept <b>this</b>.",
        "Rated itself 3, found 2, target 3. Two reviewers found a lower level.",
        "Rated itself 3, not checked, target 3.",
        "We disagree on one point.",
        "Name a deputy",
        "31 January 2026",
    ):
        assert words in page.text, words
    assert "Director" not in page.text
    assert "Edwin" not in page.text


def test_what_publishing_freezes_can_be_shown(browser, cast):
    builders.a_published_assessment(cast)
    page = browser().open("/organisations/RTX")
    assert "NHS Complaint Standards" in page.text
    assert "What it plans to improve" in page.text
    assert "Edwin" not in page.text
    assert "1 finding published" in browser().open("/").text


def test_a_finding_that_nobody_checked_says_so(browser, cast):
    whole = [{**FINDING["pillars"][0], "below_target": 0}]
    a_finding(cast, checked=False, reliability=None, reply=None, pillars=whole, plan={"state": "none needed", "actions": []})
    text = browser().open("/organisations/RTX").text
    assert "Rated by itself, not checked." in text
    assert "nothing is under its target" in text


def test_a_finding_that_review_put_under_target_does_not_say_that_no_plan_was_needed(browser, cast):
    a_finding(cast, plan={"state": "none needed", "actions": []})
    text = browser().open("/organisations/RTX").text
    assert "No plan had been made when this was published, although 1 expectation is under target." in text
    assert "nothing is under its target" not in text


def test_a_receipt_is_known_or_not(browser, cast):
    assessment = builders.a_signed_assessment(cast)
    sha256 = db.session.query(Snapshot).filter_by(assessment_id=assessment.id).one().sha256
    visitor = browser()
    visitor.open("/record")
    page = visitor.press("Check", receipt=f" {sha256[:32].upper()} {sha256[32:]} ")
    assert "Yes, this is our receipt" in page.text
    assert "signed its assessment against NHS version 1.0 on 1 June 2026 at 10:30am" in page.text
    assert "has not issued this receipt" in visitor.press("Check", receipt="cd" * 32).text
    assert visitor.press("Check", receipt="<script>", status=422).errors == ["Enter the receipt: 64 figures and letters from a to f"]


def test_the_record_is_read_in_plain_words_page_by_page(browser, cast):
    for number in range(60):
        importing.import_file((HEAD + f"RTX,Northmoor {number},T,,,,,,,").encode(), kind=None, source="x.csv")
        db.session.commit()
    manager = browser("priya")
    page = manager.open("/organisations/RTX/record")
    assert "Renamed by the portal" in page.text
    assert "After Northmoor 59 Before Northmoor 58" in page.text
    older = next(href for words, href in page.links.items() if words.startswith("Next page"))
    assert "After Northmoor 0 Before Northmoor NHS Foundation Trust" in manager.open(older).text
    browser("hal").open("/organisations/RTX/record", status=403)
    browser("sam").open("/organisations/RTX/record", status=404)


def test_the_record_of_an_organisation_costs_three_statements_however_long_it_is(browser, cast, queries):
    manager = browser("priya")
    with queries() as few:
        manager.open("/organisations/RTX/record")
    builders.a_published_assessment(cast)
    with queries() as more:
        manager.open("/organisations/RTX/record")
    with queries() as older:
        manager.open("/organisations/RTX/record?before=40")
    assert len(few) == len(more) == len(older) == 3, more


def test_facts_are_told_in_words():
    changes = {"parent_code": ["", "RYZ"], "opened_on": ["2001-04-01", None], "former_names": [["A"], ["A", "B"]]}
    told = audit.Told(clock.now(), Event.ORGANISATION_CHANGED, "Ada", "organisation RTX", {"changes": changes, "source": "x"}, 1, "0" * 64)
    assert told_in_words(told).facts == (
        ("Former names", "from A to A and B"),
        ("Opened", "from 1 April 2001 to nothing"),
        ("Parent", "from nothing to RYZ"),
        ("Source", "x"),
    )


def upload(keeper, text, name="register.csv", kind=""):
    keeper.open("/organisations/import")
    file = (io.BytesIO(text.encode()), name)
    return keeper.send("/organisations/import", {"file": file, "kind": kind}, content_type="multipart/form-data")


def test_a_file_is_looked_at_before_it_is_imported_and_then_gone(browser, cast):
    keeper = browser("ada")
    page = upload(keeper, HEAD + "RTX,Northmoor Renamed,T,,,,,,,\nR1A,New Trust,T,,,,,,,\n")
    assert page.h1 == "What this file would change"
    assert "1 organisation added, 1 changed, 0 unchanged" in page.text
    assert "renamed from “Northmoor NHS Foundation Trust” to “Northmoor Renamed”" in page.text
    address = page.address
    assert db.session.query(Organisation).filter_by(code="R1A").count() == 0
    assert "register.csv was imported: 1 organisation added" in keeper.press("Import it").text
    assert db.session.query(Organisation).filter_by(code="R1A").count() == 1
    assert [told.by_name for told in audit.trail(cast.trust.id)] == ["Ada Nowak"]
    keeper.open(address, status=409)


def test_a_bad_file_is_shown_by_line_and_cannot_be_confirmed(browser):
    keeper = browser("ada")
    page = upload(keeper, HEAD + "R1A,,T,,,,,,,\n")
    assert page.h1 == "This file cannot be imported"
    assert "It has no name." in page.text
    assert "Import it" not in page.text
    keeper.send(page.address, {}, status=422)


def test_no_file_is_an_error_beside_the_field(browser):
    keeper = browser("ada")
    keeper.open("/organisations/import")
    assert keeper.send("/organisations/import", {"kind": ""}, status=422).errors == ["Choose a file"]


def test_an_upload_nobody_confirmed_is_dropped_after_a_day(app, browser):
    keeper = browser("ada")
    address = upload(keeper, HEAD + "R1A,One Trust,T,,,,,,,\n").address
    folder = os.path.join(app.instance_path, "imports")
    for name in os.listdir(folder):
        os.utime(os.path.join(folder, name), (clock.now().timestamp() - 90_000,) * 2)
    upload(keeper, HEAD + "R2A,Two Trust,T,,,,,,,\n")
    keeper.open(address, status=409)


@pytest.mark.parametrize("name", ["owen", "bea"])
def test_only_the_keeper_reaches_the_import(browser, name):
    browser(name).open("/organisations/import", status=403)
    browser(name).open(f"/organisations/import/{'a' * 64}", status=403)


def test_an_organisation_leaves_and_joins_on_its_own_page(browser, cast):
    administrator = browser("bea")
    administrator.open("/organisations/RTX")
    administrator.click("Taking part")
    assert administrator.press("Stop taking part", status=422).errors == ["Enter why it stops taking part"]
    assert "is not taking part" in administrator.press("Stop taking part", reason="We merge soon.").text
    assert "taking part since 1 June 2026" in administrator.press("Take part from today").text
    page = browser("priya").open("/organisations/RTX/taking-part")
    assert not page.all("textarea")
    browser("sam").open("/organisations/RTX/taking-part", status=404)


def test_an_organisations_page_leads_to_its_recommendations_with_their_number(cast, browser):
    insert(cast, of=2)
    insert(cast, cast.other)
    visitor = browser(None)
    assert visitor.open("/organisations/RTX").links["2 recommendations of the Ombudsman to Northmoor NHS Foundation Trust"] == "/organisations/RTX/recommendations"
    assert "holds no recommendation of the Ombudsman to Willow Lane Surgery" in visitor.open("/organisations/A99001").text
    assert browser("cora").open("/organisations/RTX").links["Draft a recommendation"] == "/drafts/new?organisation=RTX"
