"""The library: searched, narrowed, sorted and paged by key, in as many statements whatever it holds."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.evidence.models import EvidenceKind
from portal.evidence.operations import withdrawing
from portal.evidence.queries import library
from portal.evidence.queries.library import Sort, Wanted
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.operations import memberships
from portal.policy import PORTAL, Role
from tests import builders

TODAY = dt.date(2026, 6, 1)
LIBRARY = "/organisations/RTX/evidence"


def titled(page):
    return [("".join(link.itertext())) for link in page.all("a") if link.get("href", "").startswith("/evidence/EV-")]


def some(cast, count=70):
    for number in range(count):
        with clock.at(TODAY - dt.timedelta(days=number % 17)):
            builders.an_item(
                cast, title=f"{'abcdefg'[number % 7]} thing {number:03}", link=f"https://example.org/{number}",
                kind=list(EvidenceKind)[number % 10], review_on=None if number % 3 else TODAY + dt.timedelta(days=number % 5),
            )  # fmt: skip


def test_the_way_to_the_library(cast, browser):
    priya = browser("priya")
    priya.open("/work")
    assert priya.click("Evidence").h1 == "Evidence of Northmoor NHS Foundation Trust"
    priya.open("/organisations/RTX")
    assert "/organisations/RTX/evidence" in priya.page.links.values()
    assert "/evidence" not in browser("owen").open("/reviews").links.values()
    assert "You act for no organisation" in browser("owen").open("/evidence").text
    both = memberships.take_on(cast.other, email="priya@example.org", name="Priya Raman", roles=[Role.HANDLER], by=PORTAL)
    db.session.commit()
    assert both
    page = browser("priya").open("/evidence")
    assert [text for text, href in page.links.items() if href.endswith("/evidence") and "Trust" in text] == [
        "Northmoor NHS Foundation Trust", "Southfell NHS Trust",
    ]  # fmt: skip


def test_an_empty_library_says_what_it_is_for(browser):
    page = browser("priya").open(LIBRARY)
    assert "Nothing is in the library yet" in page.text
    assert "You hand a thing in once" in page.text
    assert "Hand in evidence" in page.links
    assert "Hand in evidence" not in browser("hal").open(LIBRARY).links


@pytest.mark.parametrize("sort", list(Sort))
def test_every_order_reaches_everything_once(cast, sort):
    some(cast)
    seen, after = [], ""
    while True:
        listed = library.listed(cast.trust.id, Wanted(sort=sort), TODAY, after)
        seen += listed.lines
        if listed.after is None:
            break
        after = listed.after
    assert len({line.reference for line in seen}) == len(seen) == 70
    keys = {
        Sort.NEWEST: [(-line.received_on.toordinal(), -line.id) for line in seen],
        Sort.TITLE: [(line.title, line.id) for line in seen],
        Sort.REVIEW: [(line.review_on or library.NEVER, line.id) for line in seen],
    }[sort]
    assert keys == sorted(keys)


def test_the_library_is_walked_page_by_page(cast, browser):
    some(cast, 65)
    priya, seen = browser("priya"), []
    page = priya.open(f"{LIBRARY}?sort=title")
    while True:
        seen += titled(page)
        onward = [link.get("href") for link in page.all("a", rel="next")]
        if not onward:
            break
        page = priya.open(onward[0])
    assert len(seen) == len(set(seen)) == 65
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=ANNUAL", ["Annual report"]),
        ("q=told+how", ["Annual report", "Minutes of May", "Straße"]),
        ("q=100%25", []),
        ("q=stra%C3%9Fe", ["Straße"]),
        ("q=example.org/minutes", ["Minutes of May"]),
        ("kind=minutes", ["Minutes of May"]),
        ("kind=report&q=annual", ["Annual report"]),
        ("kind=report&q=minutes", []),
        ("where=withdrawn", ["Old leaflet"]),
        ("where=released", ["Minutes of May"]),
        ("where=under-way", ["Annual report", "Straße"]),
        ("where=needs-a-choice", []),
        ("stale=any", ["Minutes of May"]),
        ("stale=review-passed", ["Minutes of May"]),
        ("stale=covers-long-ago", []),
    ],
)
def test_the_library_is_searched_and_narrowed(cast, browser, asked, found):
    builders.an_item(cast, title="Annual report", kind=EvidenceKind.REPORT)
    builders.an_item(cast, title="Minutes of May", kind=EvidenceKind.MINUTES, link="https://example.org/minutes", review_on=dt.date(2026, 1, 1))
    builders.an_item(cast, title="Straße", content=b"A road.")
    old = builders.an_item(cast, title="Old leaflet", content=b"Old.")
    withdrawing.withdraw(old, version=old.version, reason="Out of print", by=cast.priya)
    builders.an_item(cast, cast.other, title="Annual report of others", by="sam")
    db.session.commit()
    assert sorted(titled(browser("priya").open(f"{LIBRARY}?{asked}"))) == found


@pytest.mark.parametrize("asked", ["kind=odd", "where=nowhere", "stale=very", "sort=colour", "after=EV-NOSUCH"])
def test_an_address_that_nobody_was_given_is_not_found(browser, asked):
    browser("priya").open(f"{LIBRARY}?{asked}", status=404)


def test_a_page_of_somebody_elses_library_cannot_be_gone_on_from(cast, browser):
    theirs = builders.an_item(cast, cast.other, by="sam")
    browser("priya").open(f"{LIBRARY}?after={theirs.reference}", status=404)


def test_htmx_gets_the_list_alone(cast, browser):
    builders.an_item(cast)
    priya = browser("priya")
    answer = priya.client.get(f"{LIBRARY}?q=policy", headers={"HX-Request": "true", "HX-Target": "div#items"})
    assert answer.get_data(as_text=True).lstrip().startswith('<div id="items">')


def test_who_reads_the_library(cast, browser):
    builders.an_item(cast)
    for name in ("edwin", "hal", "bea"):
        assert titled(browser(name).open(LIBRARY)) == ["Complaints policy"]
    assert titled(browser("connie").open(LIBRARY)) == []
    for name in ("owen", "cora", "ana", "ada"):
        browser(name).open(LIBRARY, status=403)
    browser("sam").open(LIBRARY, status=404)


def test_the_library_takes_six_statements_whatever_it_holds(cast, browser, queries):
    """Who asks, whose library, one page, where it is used, the places of each kind, and the counts."""
    place = f"{builders.a_started_assessment(cast).reference}/NHS-1.1"
    builders.a_pin(cast, place)
    priya = browser("priya")
    priya.open(LIBRARY)
    with queries() as few:
        priya.open(LIBRARY)
    for number in range(2, 9):
        builders.a_pin(cast, f"{place[:-1]}{number}")
    some(cast, 40)
    with queries() as many:
        page = priya.open(LIBRARY)
    assert len(titled(page)) == 30
    assert len(few) == len(many) == 6


def test_where_each_thing_is_used_is_said(cast, browser):
    assessment = builders.a_started_assessment(cast)
    item = builders.an_item(cast)
    for number in range(1, 6):
        builders.a_pin(cast, f"{assessment.reference}/NHS-1.{number}", item)
    builders.an_item(cast, title="Unused")
    page = browser("priya").open(LIBRARY)
    assert "Used in 5 places" in page.text
    assert "Not used yet" in page.text
    assert f"/assessments/{assessment.reference}/expectations/NHS-1.3" in page.links.values()
