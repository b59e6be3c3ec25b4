"""Actions of the improvement plan: planned, changed, moved on, and kept from being overwritten unseen."""

from __future__ import annotations

import datetime as dt

import pytest

from portal import audit
from portal.audit import Event
from portal.gaps.lifecycle import ActionState
from portal.gaps.models import PlannedAction
from portal.gaps.operations import planning, register
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.policy import PORTAL
from tests import builders
from tests.gaps.test_register import TODAY, opened

DUE = dt.date(2026, 12, 1)


@pytest.fixture
def gap(cast):
    gap = opened(cast.trust)
    db.session.commit()
    return gap


@pytest.fixture
def action(gap, cast):
    action = planning.plan(gap, what="Train every ward", owner="Head of complaints", due_on=DUE, by=cast.priya)
    db.session.commit()
    return action


def test_an_action_is_planned_and_told_of(action, cast):
    assert action.state is ActionState.PLANNED
    assert [told.event for told in audit.trail(cast.trust.id, action.audited_as())] == [Event.ACTION_PLANNED]


def test_the_same_action_planned_again_is_brought_up_to_date(gap, action, cast):
    again = planning.plan(gap, what="Train every ward", owner="Chief nurse", due_on=DUE, by=cast.edwin)
    assert again is action
    assert action.owner == "Chief nurse"


def test_nothing_is_planned_for_a_closed_gap(gap, cast):
    register.close_gap(gap, "At its target", by=PORTAL)
    with pytest.raises(WrongState):
        planning.plan(gap, what="Train", owner="Chief nurse", due_on=DUE, by=cast.priya)


def test_a_change_is_told_with_what_it_was(action, cast):
    planning.change(action, version=action.version, what=action.what, owner="Chief nurse", due_on=DUE, progress="", by=cast.priya)
    db.session.commit()
    told = audit.trail(cast.trust.id, action.audited_as())[0]
    assert told.facts["changes"] == {"owner": ["Head of complaints", "Chief nurse"]}


def test_a_stale_change_shows_both_texts(action, cast):
    with pytest.raises(Stale) as refused:
        planning.change(action, version=0, what="Mine", owner="Me", due_on=TODAY, progress="", by=cast.priya)
    both = {one.name: (one.theirs, one.yours) for one in refused.value.fields}
    assert both["what"] == ("Train every ward", "Mine")
    assert both["due_on-day"] == ("1", "1")


def test_an_action_is_begun_finished_and_taken_up_again(action, cast):
    planning.begin(action, version=action.version, by=cast.priya)
    db.session.commit()
    planning.finish(action, version=action.version, note="Every ward was trained; the audit shows it.", by=cast.edwin)
    db.session.commit()
    assert action.finished_on == TODAY
    planning.take_up_again(action, version=action.version, by=cast.priya)
    db.session.commit()
    assert (action.state, action.finished_on) == (ActionState.UNDER_WAY, None)


def test_an_action_is_dropped_with_a_reason_only(action, cast):
    with pytest.raises(Invalid):
        planning.drop(action, version=action.version, note="", by=cast.priya)
    planning.drop(action, version=action.version, note="The ward closed.", by=cast.priya)
    db.session.commit()
    assert action.progress == "The ward closed."
    with pytest.raises(WrongState):
        planning.change(action, version=action.version, what="x", owner="y", due_on=DUE, progress="", by=cast.priya)


def test_others_may_not(action, cast):
    with pytest.raises(NotAllowed):
        planning.begin(action, version=1, by=cast.hal)
    with pytest.raises(NotAllowed):
        planning.begin(action, version=1, by=cast.cora)
    with pytest.raises(NotFound):
        planning.begin(action, version=1, by=cast.sam)


def test_the_plan_is_walked_in_a_browser(action, gap, browser):
    priya = browser("priya")
    page = priya.open("/organisations/RTX/plan")
    assert "1 gap is open, with 1 action" in page.text
    priya.click("Train every ward")
    page = priya.press("Save changes", **{"due_on-day": "31", "due_on-month": "2"}, status=422)
    assert page.errors == ["To be done by must be a real date, like 27 3 2026"]
    page = priya.press("Save changes", **{"due_on-day": "", "due_on-month": "", "due_on-year": ""}, status=422)
    assert page.errors == ["Enter the day it is to be done by"]
    priya.press("Save changes", **{"due_on-day": "1", "due_on-month": "5", "due_on-year": "2026"}, progress="Half way.")
    assert "Overdue" in priya.open("/organisations/RTX/plan").text
    priya.click("Train every ward")
    priya.click("Finish this action")
    assert priya.press("Finish", status=422).errors
    page = priya.press("Finish", note="All trained, seen in the audit.")
    assert "Finished" in page.text
    assert "1 gap is open, with no actions" in priya.open("/organisations/RTX/plan").text
    priya.click("Plan another action for NHS-1.1")
    assert len(priya.press("Plan this action", status=422).errors) == 3
    priya.press("Plan this action", what="Check in a year", owner="Chief nurse", **{"due_on-day": "1", "due_on-month": "6", "due_on-year": "2027"})
    assert "Check in a year" in priya.page.text


def test_a_stale_page_is_answered_with_both_texts(action, browser):
    priya, edwin = browser("priya"), browser("edwin")
    priya.open(f"/actions/{action.reference}")
    edwin.open(f"/actions/{action.reference}")
    edwin.press("Save changes", owner="Chief nurse")
    page = priya.press("Save changes", what="Train every ward and clinic", status=409)
    assert "Train every ward and clinic" in page.text
    assert "Chief nurse" in page.text


def test_the_plan_is_read_by_members_and_the_ombudsman_and_by_no_stranger(action, browser):
    for name in ("hal", "connie", "cora", "ana"):
        page = browser(name).open("/organisations/RTX/plan")
        assert "Plan another action" not in page.text
        assert "Save changes" not in browser(name).open(f"/actions/{action.reference}").text
    browser("sam").open("/organisations/RTX/plan", status=404)
    browser("sam").open(f"/actions/{action.reference}", status=404)
    browser("hal").open(f"/actions/{action.reference}/finish", status=403)
    browser("priya").open(f"/actions/{action.reference}/burn", status=404)


def test_an_empty_plan_says_so(browser, cast):
    assert "No gaps are open" in browser("priya").open("/organisations/RTX/plan").text


def test_the_plan_takes_three_queries_whatever_it_holds(gap, cast, browser, queries):
    priya = browser("priya")
    priya.open("/organisations/RTX/plan")
    with queries() as few:
        priya.open("/organisations/RTX/plan")
    for number in range(2, 9):
        another = opened(cast.trust, f"NHS-1.{number}")
        for ward in range(3):
            planning.plan(another, what=f"Ward {ward}", owner="Chief nurse", due_on=DUE, by=cast.priya)
    db.session.commit()
    with queries() as more:
        priya.open("/organisations/RTX/plan")
    assert len(few) == len(more) == 3


def test_an_action_shows_the_evidence_pinned_to_it(cast, browser):
    assessment = builders.a_signed_assessment(cast, levels={"NHS-1.1": 1})
    action = db.session.query(PlannedAction).filter_by(organisation_id=assessment.organisation_id).first()
    priya = browser("priya")
    assert "No evidence is pinned to this action yet" in priya.open(f"/actions/{action.reference}").text
    builders.a_pin(cast, action.reference, builders.an_item(cast, title="Training figures", link="https://example.org/figures"))
    assert "Training figures" in priya.open(f"/actions/{action.reference}").text
    builders.a_pin(cast, action.reference, builders.an_item(cast, title="Not yet looked into"))
    assert "Not yet looked into" in priya.open(f"/actions/{action.reference}").text
    officer = browser("owen").open(f"/actions/{action.reference}").text
    assert "Training figures" in officer
    assert "Not yet looked into" not in officer
    assert "Pin evidence" not in officer
    # Who may not read evidence learns nothing of it here either.
    for name in ("wren", "mark", "ada", "connie"):
        page = browser(name).open(f"/actions/{action.reference}").text
        assert "Training figures" not in page
        assert "Not yet looked into" not in page
