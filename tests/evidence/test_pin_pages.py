"""The pages on which evidence is pinned: from the evidence, from the place, one pin changed, one taken away."""

from __future__ import annotations

import pytest

from portal.assessments.operations import assigning
from portal.evidence.queries import pins
from portal.kernel.db import db
from tests import builders


@pytest.fixture
def assessment(cast):
    return builders.a_started_assessment(cast)


@pytest.fixture
def item(cast):
    return builders.released(builders.an_item(cast))


def pinned(cast, assessment, code="NHS-1.1"):
    about = f"{assessment.reference}/{code}"
    return [(one.title, one.where, one.number) for one in pins.pins_of(cast.trust.id, [about]).get(about, ())]


@pytest.mark.parametrize("htmx", [False, True])
def test_one_thing_is_pinned_to_three_expectations_at_once(cast, assessment, item, browser, htmx):
    priya = browser("priya", htmx=htmx)
    priya.open(f"/evidence/{item.reference}")
    priya.click("Pin it to what it proves")
    assert priya.press("Pin it", status=422).errors == ["Choose at least one thing that it proves"]
    three = [f"{assessment.reference}/NHS-1.{number}" for number in (1, 2, 3)]
    assert priya.press("Pin it", abouts=three, page="four", status=422).errors == ["Enter the page as a number, like 4"]
    page = priya.press("Pin it", abouts=three, page="4", where="second paragraph")
    assert "Pinned to 3 things that it proves." in page.text
    for number in (1, 2, 3):
        assert pinned(cast, assessment, f"NHS-1.{number}") == [("Complaints policy", "page 4, second paragraph", 1)]


def test_a_place_that_was_not_offered_is_refused(assessment, item, browser):
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}/pin")
    assert priya.press("Pin it", abouts=["AS-NOSUCH/NHS-1.1"], status=422).errors == ["Choose from what is offered"]


def test_where_nothing_can_be_pinned_to_it_is_said(item, browser):
    assert "There is nothing that you can pin it to now." in browser("priya").open(f"/evidence/{item.reference}/pin").text


def test_from_an_expectation_something_of_the_library_is_found_and_pinned(cast, assessment, item, browser):
    builders.an_item(cast, title="Minutes of May", link="https://example.org/minutes")
    place = f"/evidence/for/{assessment.reference}/NHS-1.1"
    priya = browser("priya")
    page = priya.open(place)
    assert page.h1.startswith("Evidence for NHS-1.1")
    assert "Nothing is pinned here yet." in page.text
    page = priya.press("Search", q="minutes")
    assert "Complaints policy" not in page.text
    assert priya.press("Pin it here", status=422).errors == ["Choose the evidence"]
    priya.open(place)
    page = priya.press("Pin it here", item=item.reference, page="4")
    assert "Complaints policy, page 4" in page.links
    page = priya.press("Pin it here", item=item.reference, page="9")
    assert pinned(cast, assessment) == [("Complaints policy", "page 4", 1), ("Complaints policy", "page 9", 1)]
    assert "Nothing in the library fits “xyz”" in priya.open(f"{place}?q=xyz").text


def test_somebody_elses_evidence_is_not_offered_nor_taken(cast, assessment, item, browser):
    theirs = builders.an_item(cast, cast.other, title="Theirs", by="sam")
    priya = browser("priya")
    page = priya.open(f"/evidence/for/{assessment.reference}/NHS-1.1")
    assert "Theirs" not in page.text
    assert priya.press("Pin it here", item=theirs.reference, status=422).errors == ["Choose one of the answers offered for “Evidence”"]


def test_a_pin_is_changed_and_moved_to_the_newest_version(cast, assessment, item, browser):
    pin = builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item, page=4)
    builders.a_replacement(cast, item, move_pins=False)
    priya = browser("priya")
    priya.open(f"/evidence/pins/{pin.reference}")
    page = priya.press("Save", page="6", number="2")
    assert page.address == f"/assessments/{assessment.reference}/expectations/NHS-1.1"
    assert pinned(cast, assessment) == [("Complaints policy", "page 6", 2)]


def test_two_people_changing_one_pin_are_shown_both(cast, assessment, item, browser):
    pin = builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item, page=4)
    priya, again = browser("priya"), browser("priya")
    priya.open(f"/evidence/pins/{pin.reference}")
    again.open(f"/evidence/pins/{pin.reference}")
    again.press("Save", page="7", where="the table")
    page = priya.press("Save", page="9", where="the chart", status=409)
    assert "the table" in page.text
    assert "the chart" in page.text
    priya.press("Save yours instead")
    assert pinned(cast, assessment) == [("Complaints policy", "page 9, the chart", 1)]


def test_one_pin_is_taken_away_and_the_others_stay(cast, assessment, item, browser):
    gone, _ = (builders.a_pin(cast, f"{assessment.reference}/NHS-1.{number}", item, page=4) for number in (1, 2))
    priya = browser("priya")
    priya.open(f"/evidence/for/{assessment.reference}/NHS-1.1")
    page = priya.press("Take away the pin of Complaints policy")
    assert "Every other stays." in page.text
    assert page.address == f"/evidence/for/{assessment.reference}/NHS-1.1"
    assert (pinned(cast, assessment), len(pinned(cast, assessment, "NHS-1.2"))) == ([], 1)
    priya.open(f"/evidence/pins/{gone.reference}", status=404)
    priya.open(f"/evidence/{item.reference}")
    title = next(text for text in priya.page.links if text.startswith("NHS-1.2"))
    assert priya.press(f"Take away the pin to {title}").h1 == "Complaints policy"


def test_what_was_signed_keeps_its_pins(cast, item, browser):
    signed = builders.a_signed_assessment(cast)
    pin = builders.a_pin(cast, f"{signed.reference}/NHS-1.1", item)
    priya = browser("priya")
    priya.open(f"/evidence/pins/{pin.reference}", status=409)
    priya.send(f"/evidence/pins/{pin.reference}/take-away", {}, status=409)
    page = priya.open(f"/evidence/for/{signed.reference}/NHS-1.1")
    assert "cannot be changed now" in page.text
    assert "Pin it here" not in page.text
    assert len(pinned(cast, signed)) == 1


def test_an_executive_lead_is_told_why_they_cannot_pin_to_an_answer(cast, assessment, item, browser):
    pin = builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item)
    assert "Your role does not let you answer an expectation" in browser("edwin").open(f"/evidence/pins/{pin.reference}", status=409).text
    assert "There is nothing that you can pin it to now." in browser("edwin").open(f"/evidence/{item.reference}/pin").text


def test_a_contributor_pins_their_own_to_what_was_assigned(cast, assessment, item, browser):
    assigning.assign(assessment, ["NHS-1.1"], cast.connie.id, by=cast.priya)
    db.session.commit()
    place = builders.a_place(cast, f"{assessment.reference}/NHS-1.1", assigned_to_id=cast.connie.id)
    mine = builders.an_item(cast, title="Mine", by="connie", place=place)
    connie = browser("connie")
    page = connie.open(f"/evidence/for/{assessment.reference}/NHS-1.1")
    assert "Complaints policy" not in page.text
    connie.press("Pin it here", item=mine.reference)
    connie.open(f"/evidence/for/{assessment.reference}/NHS-1.2", status=403)
    connie.open(f"/evidence/{mine.reference}/pin")
    offered = [box.get("value") for box in connie.page.all("input", name="abouts")]
    assert offered == [f"{assessment.reference}/NHS-1.1"]
    builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item)
    connie.open(f"/evidence/{item.reference}")  # a colleague pinned it to what was assigned to her
    connie.open(f"/evidence/{item.reference}/change", status=403)


def test_the_page_of_a_place_takes_as_many_statements_whatever_is_pinned(cast, assessment, item, browser, queries):
    place = f"/evidence/for/{assessment.reference}/NHS-1.1"
    builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item)
    priya = browser("priya")
    priya.open(place)
    with queries() as few:
        priya.open(place)
    for number in range(2, 9):
        builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item, page=number)
        builders.an_item(cast, title=f"Another {number}")
    with queries() as many:
        priya.open(place)
    assert len(few) == len(many) == 7
