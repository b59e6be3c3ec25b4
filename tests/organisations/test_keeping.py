"""The keeper of the register corrects entries by hand, names successors, and covers and releases branches, on pages."""

import datetime as dt

import pytest

from portal import audit
from portal.assessments.models import Assessment
from portal.assessments.operations import opening
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed
from portal.organisations.models import FormerName, Organisation, Succession
from portal.organisations.operations import correcting, grouping, merging
from portal.organisations.operations.correcting import Entry
from portal.organisations.queries import keeping, register
from tests import builders

SINCE = dt.date(2026, 4, 1)
DAY = {"day": "1", "month": "4", "year": "2026"}


def typed_day(name, **changed):
    return {f"{name}-{part}": value for part, value in {**DAY, **changed}.items()}


def test_an_entry_is_corrected_by_hand_and_the_old_name_is_kept(cast):
    version = cast.practice.version
    assert correcting.correct(cast.practice, Entry("Willow Lane Practice", "D", "RTX"), version=version, by=cast.ada)
    db.session.commit()
    changed = db.session.get_one(Organisation, cast.practice.id)
    assert (changed.name, changed.sort_name, changed.kind) == ("Willow Lane Practice", "willow lane practice", "D")
    assert changed.parent_id == cast.trust.id
    former = db.session.query(FormerName).filter_by(organisation_id=changed.id).one()
    assert (former.name, former.until_on) == ("Willow Lane Surgery", dt.date(2026, 6, 1))
    told = {one.event: one.facts for one in audit.trail(changed.id)}
    assert told[Event.ORGANISATION_RENAMED] == {
        "old": "Willow Lane Surgery", "new": "Willow Lane Practice", "source": "entered by hand",
    }  # fmt: skip
    assert told[Event.ORGANISATION_CHANGED]["changes"] == {"kind": ["G", "D"], "parent_code": ["", "RTX"]}


def test_correcting_nothing_changes_nothing(cast):
    entry = correcting.entry_of(cast.trust)
    assert not correcting.correct(cast.trust, entry, version=cast.trust.version, by=cast.ada)
    db.session.commit()
    assert audit.trail(cast.trust.id) == []


def test_an_entry_cannot_be_part_of_itself_nor_of_its_own_part_nor_of_what_is_closed(cast):
    def part_of(body, parent):
        entry = correcting.entry_of(body)
        correcting.correct(body, Entry(entry.name, entry.kind, parent), version=body.version, by=cast.ada)

    part_of(cast.practice, "RTX")
    part_of(cast.trust, "ryz")
    db.session.commit()
    merging.succeed(cast.department, cast.ombudsman, SINCE, by=cast.ada)
    db.session.commit()
    for parent, why in (("RTX", "itself"), ("A99001", "part of"), ("department-of-tests", "closed"), ("NOPE", "no organisation")):
        with pytest.raises(Invalid, match=why):
            part_of(cast.trust, parent)
    with pytest.raises(Invalid, match="part of Southfell"):
        part_of(cast.other, "A99001")


def test_only_the_keeper_corrects(cast):
    with pytest.raises(NotAllowed):
        correcting.correct(cast.trust, Entry("X", "T", ""), version=1, by=cast.bea)


@pytest.mark.parametrize("path", ["", "/correct", "/successor", "/branch"])
def test_only_the_keeper_reaches_the_pages(browser, path):
    browser("owen").open(f"/organisations/RTX/keeping{path}", status=403)
    browser("bea").open(f"/organisations/RTX/keeping{path}", status=403)
    browser("sam").open(f"/organisations/RTX/keeping{path}", status=404)
    browser("ada").open(f"/organisations/NOPE/keeping{path}", status=404)


def test_the_keeper_corrects_on_a_page_and_hears_it_in_words(browser):
    keeper = browser("ada")
    keeper.open("/organisations/RTX")
    keeper.click("Register entry")
    keeper.click("Correct the name, the kind or what it is part of")
    assert keeper.press("Save the correction", name="", status=422).errors == ["Enter the name of the organisation"]
    assert keeper.press("Save the correction", name="Northmoor", parent="RTX", status=422).errors == [
        "An organisation is not part of itself. Enter another code, or leave it empty"
    ]
    page = keeper.press("Save the correction", name="Northmoor Trust", parent="RYZ")
    assert "The entry was corrected." in page.text
    assert page.h1 == "Register entry: Northmoor Trust"
    assert "Northmoor NHS Foundation Trust (until 1 June 2026)" in page.text
    assert page.links["Southfell NHS Trust"] == "/organisations/RYZ"
    keeper.click("Correct the name, the kind or what it is part of")
    assert "Nothing was changed" in keeper.press("Save the correction").text


def test_two_keepers_at_once_lose_nothing(browser, cast):
    keeper = browser("ada")
    keeper.open("/organisations/RTX/keeping/correct")
    correcting.correct(cast.trust, Entry("Theirs", "T", ""), version=cast.trust.version, by=cast.ada)
    db.session.commit()
    page = keeper.press("Save the correction", name="Mine", kind="Independent provider of NHS-funded care", status=409)
    for words in ("Theirs", "Mine", "NHS trust or foundation trust", "Independent provider", "by Ada Nowak"):
        assert words in page.text, words
    assert keeper.press("Save yours instead").h1 == "Register entry: Mine"
    assert db.session.query(Organisation.kind).filter_by(code="RTX").scalar() == "P"


def test_a_successor_is_found_by_name_or_code_and_named(browser, cast):
    keeper = browser("ada")
    keeper.open("/organisations/RTX/keeping")
    keeper.click("Name a successor")
    assert "No organisation on the register has “%” in its name" in keeper.press("Search", q="%").text
    assert "Southfell NHS Trust" in keeper.press("Search", q="southf").text
    assert keeper.press("Record the successor", status=422).errors == [
        "Choose the organisation that took over", "Enter the last day",
    ]  # fmt: skip
    keeper.open("/organisations/RTX/keeping/successor?q=ryz")
    late = keeper.press("Record the successor", successor="RYZ", status=422, **typed_day("on", year="2027"))
    assert "The last day must be today or in the past" in late.errors[0]
    page = keeper.press("Record the successor", successor="RYZ", **typed_day("on"))
    assert "Southfell NHS Trust is now recorded as successor of Northmoor NHS Foundation Trust." in page.text
    assert "Closed 1 April 2026" in page.text
    assert db.session.query(Succession).filter_by(organisation_id=cast.trust.id, successor_id=cast.other.id).one()
    keeper.open("/organisations/RYZ/keeping/successor?q=RTX")
    circle = keeper.press("Record the successor", successor="RTX", status=422, **typed_day("on"))
    assert "was closed by then" in circle.errors[0]


def test_a_branch_is_covered_and_released_on_pages_that_say_so_on_both_sides(browser, cast):
    keeper = browser("ada")
    keeper.open("/organisations/RTX/keeping")
    assert "is superseded the next day" in keeper.click("Add a branch").text
    keeper.press("Search", q="willow")
    future = keeper.press("Add the branch", branch="A99001", status=422, **typed_day("since", year="2027"))
    assert future.errors == ["The first day must be today or in the past"]
    page = keeper.press("Add the branch", branch="A99001", **typed_day("since"))
    assert "Northmoor NHS Foundation Trust now answers for Willow Lane Surgery." in page.text
    assert "Willow Lane Surgery, since 1 April 2026" in page.text
    assert "No assessment opens for Willow Lane Surgery itself" in keeper.open("/organisations/A99001/keeping").text
    visitor = browser()
    assert "Answers for Willow Lane Surgery" in visitor.open("/organisations/RTX").text
    assert "Northmoor NHS Foundation Trust has answered for this organisation since 1 April 2026" in visitor.open("/organisations/A99001").text
    assert "also answers for Willow Lane Surgery" in browser("priya").open("/work").text
    assert "Northmoor NHS Foundation Trust answers for Willow Lane Surgery" in browser("gus").open("/work").text

    keeper.open("/organisations/RTX/keeping")
    keeper.click("Release Willow Lane Surgery")
    assert keeper.press("Release the branch", status=422, **typed_day("until", month="3")).errors == [
        "The last day must not be before the first"
    ]
    assert "Willow Lane Surgery was released." in keeper.press("Release the branch", **typed_day("until")).text
    assert register.covered_by(cast.practice.id) is None
    keeper.open("/organisations/RTX/keeping/branches/A99001/release", status=404)


@pytest.mark.parametrize(
    ("group", "branch", "why"),
    [("RYZ", "A99001", "is answered for by a group already"), ("A99001", "RYZ", "is itself a branch of a group"),
     ("RYZ", "RTX", "answers for branches of its own"), ("department-of-tests", "RYZ", "is closed")],
)  # fmt: skip
def test_a_group_that_cannot_be_is_refused_beside_the_field(browser, cast, group, branch, why):
    grouping.cover_branch(cast.trust, cast.practice, SINCE, by=cast.ada)
    merging.succeed(cast.department, cast.ombudsman, SINCE, by=cast.ada)
    db.session.commit()
    keeper = browser("ada")
    keeper.open(f"/organisations/{group}/keeping/branch?q={branch}")
    assert why in keeper.press("Add the branch", branch=branch, status=422).errors[0]


def test_a_body_is_not_offered_to_itself_and_an_unknown_choice_is_refused(browser):
    keeper = browser("ada")
    assert "No organisation on the register" in keeper.open("/organisations/RTX/keeping/branch?q=RTX").text
    keeper.open("/organisations/RTX/keeping/branch?q=trust")
    assert "Choose one of the answers offered" in keeper.press("Add the branch", branch="RTX", status=422).errors[0]


def test_a_search_shows_ten_at_most_and_the_code_first(cast):
    rows = [{"code": f"B{n:02}", "name": f"Ryz body {n}", "sort_name": f"ryz body {n}", "kind": "NB", "version": 1,
             "region_code": "", "board_code": ""} for n in range(12)]  # fmt: skip
    db.session.execute(Organisation.__table__.insert(), rows)
    found = keeping.matches("RYZ", but=cast.trust.id)
    assert (len(found.rows), found.more, found.rows[0].code) == (10, True, "RYZ")


def test_a_covered_branch_gets_no_assessment_and_one_opened_before_waits_to_be_superseded(browser, cast):
    before = builders.a_started_assessment(cast, cast.practice, by="gus", period="2024-25")
    grouping.cover_branch(cast.trust, cast.practice, SINCE, by=cast.ada)
    db.session.commit()
    period = builders.a_period(cast)
    windows = {window.organisation_kind: window for window in db.session.query(builders.Window).filter_by(period_id=period.id)}
    opened = [opening.open_for(body, period, windows[body.kind]) for body in (cast.trust, cast.practice)]
    db.session.commit()
    assert [one.organisation_id if one else None for one in opened] == [cast.trust.id, None]
    assert db.session.query(Assessment).filter_by(organisation_id=cast.practice.id).one().reference == before.reference
    assert f"/assessments/{before.reference}" in browser("gus").open("/work").links.values()
    assert "is superseded the next day" in browser("ada").open("/organisations/A99001/keeping").text


@pytest.mark.parametrize(
    ("path", "most"), [("", 3), ("/correct", 3), ("/successor", 2), ("/successor?q=trust", 3), ("/branch?q=trust", 3)]
)
def test_the_number_of_statements_does_not_grow(browser, cast, queries, path, most):
    grouping.cover_branch(cast.trust, cast.practice, SINCE, by=cast.ada)
    correcting.correct(cast.trust, Entry("Northmoor", "T", "RYZ"), version=cast.trust.version, by=cast.ada)
    db.session.commit()
    keeper = browser("ada")
    db.session.expire_all()
    with queries() as seen:
        keeper.open(f"/organisations/RTX/keeping{path}")
    assert len(seen) <= most, seen
