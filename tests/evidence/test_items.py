"""One piece of evidence: described anew, withdrawn and restored, kept; its page for each who may see it."""

from __future__ import annotations

import pytest

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import ItemState
from portal.evidence.models import Confidentiality
from portal.evidence.operations import changing, withdrawing
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from tests import builders


@pytest.fixture
def item(cast):
    return builders.an_item(cast)


def address(item, rest=""):
    return f"/evidence/{item.reference}{rest}"


def test_a_change_is_told_with_what_it_was(cast, item):
    said = {"title": "Complaints policy 2026", "confidentiality": Confidentiality.PUBLIC}
    assert changing.describe(item, said, version=item.version, by=cast.priya)
    db.session.commit()
    told = audit.trail(cast.trust.id, item.audited_as())[0]
    assert (told.event, told.facts["changes"]) == (Event.EVIDENCE_CHANGED, {
        "title": ["Complaints policy", "Complaints policy 2026"], "confidentiality": ["for the Ombudsman only", "already public"],
    })  # fmt: skip
    assert (item.sort_title, "2026" in item.searched) == ("complaints policy 2026", True)
    assert not changing.describe(item, said, version=item.version, by=cast.priya)


def test_the_day_received_is_nobodys_to_change(cast, item):
    with pytest.raises(TypeError):
        changing.describe(item, {"received_on": clock.today()}, version=item.version, by=cast.priya)


@pytest.mark.parametrize("said", [{"title": " "}, {"proves": "x" * 301}, {"owner": ""}])
def test_a_change_that_says_too_little_or_too_much_is_refused(cast, item, said):
    with pytest.raises(Invalid):
        changing.describe(item, said, version=item.version, by=cast.priya)


def test_a_stale_change_shows_both_texts_and_can_be_sent_again(cast, item, browser):
    priya, again = browser("priya"), browser("priya")
    priya.open(address(item, "/change"))
    again.open(address(item, "/change"))
    again.press("Save", title="Theirs", **{"review_on-day": "1", "review_on-month": "2", "review_on-year": "2027"})
    page = priya.press("Save", title="Mine", proves="What I meant.", kind="minutes", status=409)
    for told in ("Theirs", "Mine", "What I meant.", "2027"):
        assert told in page.text
    page = priya.press("Save yours instead")
    assert page.h1 == "Mine"
    db.session.refresh(item)
    assert (item.title, item.proves, item.review_on, item.kind.value) == ("Mine", "What I meant.", None, "minutes")


def test_what_is_wrong_with_a_change_is_said_beside_its_field(item, browser):
    priya = browser("priya")
    priya.open(address(item, "/change"))
    page = priya.press("Save", title="", owner="x" * 201, **{"covers_from-day": "31", "covers_from-month": "2", "covers_from-year": "2026"}, status=422)
    assert page.errors == [
        "Who keeps it up to date must be 200 characters or fewer", "First day it covers must be a real date, like 27 3 2026", "Enter a title",
    ]  # fmt: skip


def test_it_is_withdrawn_with_a_reason_and_restored(cast, item, browser):
    priya = browser("priya")
    priya.open(address(item))
    priya.click("Withdraw")
    assert priya.press("Withdraw", status=422).errors == ["Say why"]
    page = priya.press("Withdraw", reason="The policy was replaced in May.")
    assert "Withdrawn on 1 June 2026: The policy was replaced in May." in page.text
    assert "may be removed after 1 June 2032" in page.text
    priya.open(address(item, "/replace"), status=409)
    priya.open(address(item, "/change"), status=409)
    priya.open(address(item, "/pin"), status=409)
    priya.open(address(item))
    page = priya.press("Restore")
    assert "in use again" in page.text
    db.session.refresh(item)
    assert (item.state, item.keep_until, item.withdrawn_why) == (ItemState.IN_USE, None, "")
    events = [one.event for one in audit.trail(cast.trust.id, item.audited_as())]
    assert events[:2] == [Event.EVIDENCE_RESTORED, Event.EVIDENCE_WITHDRAWN]


def test_a_stale_withdrawal_is_asked_about_again(cast, item):
    with pytest.raises(Stale):
        withdrawing.withdraw(item, version=0, reason="Old", by=cast.priya)
    with pytest.raises(WrongState):
        withdrawing.restore(item, version=item.version, by=cast.priya)


def test_it_is_kept_whatever_its_age_and_let_go(item, browser):
    edwin = browser("edwin")
    edwin.open(address(item))
    edwin.click("Keep it whatever its age")
    assert edwin.press("Keep it", status=422).errors == ["Say why"]
    page = edwin.press("Keep it", reason="The coroner asked for it.")
    assert "Kept, whatever its age: The coroner asked for it." in page.text
    edwin.open(address(item, "/keep"), status=409)
    edwin.open(address(item))
    edwin.press("Let its days count again")
    db.session.refresh(item)
    assert not item.on_hold


def test_who_may_do_what(cast, item):
    version = item.version
    for name, refusal in (("edwin", NotAllowed), ("hal", NotAllowed), ("connie", NotAllowed), ("owen", NotAllowed), ("sam", NotFound)):
        by = getattr(cast, name)
        with pytest.raises(refusal):
            changing.describe(item, {"title": "Mine"}, version=version, by=by)
        with pytest.raises(refusal):
            withdrawing.withdraw(item, version=version, reason="Why not", by=by)
    for name, refusal in (("hal", NotAllowed), ("bea", NotAllowed), ("owen", NotAllowed), ("sam", NotFound)):
        with pytest.raises(refusal):
            withdrawing.keep(item, version=version, reason="Why not", by=getattr(cast, name))


def test_a_reader_sees_everything_and_no_button_to_change_it(item, browser):
    page = browser("hal").open(address(item))
    assert "Versions" in page.text
    for text in ("Replace with a new version", "Change the description", "Withdraw", "Pin it to what it proves"):
        assert text not in page.links
    assert "Restore" not in page.text


def test_the_page_says_where_the_file_stands_and_asks_again_only_while_something_moves(cast, item, browser):
    page = browser("priya").open(address(item))
    assert "Being looked at" in page.text
    assert [box.get("hx-trigger") for box in page.all("div", id="standing")] == ["every 4s"]
    builders.the_worker_is_done()
    priya = browser("priya")
    answer = priya.client.get(address(item), headers={"HX-Request": "true", "HX-Target": "div#standing"})
    text = answer.get_data(as_text=True)
    assert text.lstrip().startswith('<div id="standing"')
    assert "Not scanned" in text
    assert "hx-get" not in text


def test_what_happened_is_told_in_words(cast, item, browser):
    builders.a_pin(cast, "AS-TEST222/NHS-1.1", item, page=4, where="second paragraph")
    builders.the_worker_is_done()
    page = browser("priya").open(address(item))
    for told in ("Evidence handed in, by Priya Raman", "Pinned to: AS-TEST222/NHS-1.1", "Page: 4", "Looked for personal data in evidence, by the portal", "Could be read: yes"):
        assert told in page.text, told


def test_what_goes_stale_is_said(cast, browser):
    old = builders.an_item(cast, link="https://example.org", review_on=clock.today(), covers_until=clock.today().replace(year=2024))
    page = browser("hal").open(address(old))
    assert "Going stale: its review is due within 60 days." in page.text
    assert "Going stale: the period it covers ended over a year ago." in page.text


def test_the_library_stays_the_organisations_own_in_the_record_that_the_ombudsman_reads(cast, item, browser):
    assert "Evidence handed in" in browser("priya").open("/organisations/RTX/record").text
    assert "Evidence handed in" not in browser("owen").open("/organisations/RTX/record").text


def test_the_page_takes_as_many_statements_whatever_it_is_pinned_to(cast, item, browser, queries):
    assessment = builders.a_started_assessment(cast)
    builders.a_pin(cast, f"{assessment.reference}/NHS-1.1", item)
    priya, here = browser("priya"), address(item)
    priya.open(here)
    with queries() as few:
        priya.open(here)
    for number in range(2, 9):
        builders.a_pin(cast, f"{assessment.reference}/NHS-1.{number}", item)
    for number in range(3):
        builders.a_replacement(cast, item, name=f"again-{number}.txt")
    with queries() as many:
        priya.open(here)
    assert len(few) == len(many) == 6
