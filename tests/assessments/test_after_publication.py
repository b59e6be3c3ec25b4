"""After publication: an agreed plan changes the outcome with a note, and the plan is shown as it stands today."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, PublicFinding
from portal.assessments.operations import answering, reviewing
from portal.assessments.queries import public
from portal.audit import Event
from portal.gaps.models import PlannedAction
from portal.gaps.operations import planning
from portal.kernel import clock
from portal.kernel.db import db
from portal.outbox import OutgoingLetter
from tests.builders import a_published_assessment, a_started_assessment, an_answer, answers_of
from tests.people import Cast

PAGE = "/organisations/RTX"
LATER = dt.date(2026, 6, 9)


@pytest.fixture
def short(cast: Cast) -> Assessment:
    """Published with one expectation two levels under target, and a plan that nobody has agreed."""
    return a_published_assessment(cast, levels={"NHS-1.1": 1})


def the_action() -> PlannedAction:
    return db.session.query(PlannedAction).one()


def test_an_agreed_plan_changes_the_outcome_and_the_page_says_when_and_why(
    cast: Cast, short: Assessment, browser: Any
) -> None:
    before = json.loads(db.session.query(PublicFinding).one().content)
    assert (short.outcome, before["outcome_label"]) == ("NOT_YET_MEETING", "Not yet meeting")
    with clock.at(LATER):
        reviewing.agree_plan(short, by=cast.owen)
        db.session.commit()

        page = browser().open(PAGE)

    frozen = db.session.query(PublicFinding).one()
    after = json.loads(frozen.content)
    assert (short.state, short.outcome) == (State.PUBLISHED, "APPROACHING")
    assert hashlib.sha256(frozen.content.encode()).hexdigest() == frozen.sha256
    assert after["updated"] == [
        {"on": "2026-06-09", "why": "The Ombudsman’s reviewer agreed the improvement plan.", "outcome_before": "Not yet meeting"}
    ]
    assert after["plan"]["state"] == "agreed"
    changed = {"outcome", "outcome_label", "plan", "updated"}
    assert {name: after[name] for name in before if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }
    told = {one.event: one.facts for one in audit.trail(short.organisation_id, short.audited_as())}
    assert told[Event.OUTCOME_CHANGED] == {"old": "NOT_YET_MEETING", "new": "APPROACHING"}
    letters = db.session.query(OutgoingLetter.facts).filter_by(letter="PLAN_DECIDED").all()
    assert [json.loads(one.facts)["outcome"] for one in letters] == ["Approaching (plan agreed)"] * 2
    assert "Approaching (plan agreed)" in page.text
    assert "Changed on 9 June 2026. The Ombudsman’s reviewer agreed the improvement plan." in page.text
    assert "The outcome was “Not yet meeting” before." in page.text


def test_an_agreed_plan_that_changes_no_outcome_is_noted_all_the_same(cast: Cast, browser: Any) -> None:
    assessment = a_published_assessment(cast, levels={"NHS-1.2": 2})
    assert assessment.outcome == "MEETING"

    reviewing.agree_plan(assessment, by=cast.owen)
    db.session.commit()

    assert assessment.outcome == "MEETING"
    events = [one.event for one in audit.trail(assessment.organisation_id, assessment.audited_as())]
    assert events[0] is Event.PLAN_AGREED
    assert Event.OUTCOME_CHANGED not in events
    page = browser().open(PAGE)
    assert "Changed on 1 June 2026. The Ombudsman’s reviewer agreed the improvement plan." in page.text
    assert "before." not in page.text


def test_the_page_shows_how_far_the_plan_has_come_and_is_never_stale(cast: Cast, short: Assessment, browser: Any) -> None:
    action, visitor = the_action(), browser()
    page = visitor.open(PAGE)
    assert "Not begun yet" in page.text
    assert "as it is on 1 June 2026" in page.text

    def changed_to(words: str) -> None:
        nonlocal page
        tag = page.answer.headers["ETag"]
        answer = visitor.client.get(PAGE, headers={"If-None-Match": tag})
        assert answer.status_code == 200, f"not changed, where it should say {words}"
        page = visitor.open(PAGE)
        assert words in page.text
        unchanged = visitor.client.get(PAGE, headers={"If-None-Match": page.answer.headers["ETag"]})
        assert unchanged.status_code == 304

    planning.begin(action, version=action.version, by=cast.priya)
    db.session.commit()
    changed_to("Under way")
    moved = action.due_on - dt.timedelta(30)
    planning.change(
        action, version=action.version, what=action.what, owner=action.owner, due_on=moved, progress="Half.", by=cast.priya
    )
    db.session.commit()
    changed_to("since moved to")
    with clock.at(moved + dt.timedelta(1)):
        changed_to("Under way, overdue")
    with clock.at(LATER):
        planning.finish(action, version=action.version, note="Our secret proof.", by=cast.priya)
        db.session.commit()
        changed_to("Finished on 9 June 2026")
        planning.take_up_again(action, version=action.version, by=cast.priya)
        db.session.commit()
        planning.drop(action, version=action.version, note="No money.", by=cast.priya)
        db.session.commit()
        changed_to("Given up")
        reviewing.return_plan(short, reason="Too late.", by=cast.owen)
        db.session.commit()
        changed_to("asked the organisation to think about this plan again")
        reviewing.propose_again(short, by=cast.priya)
        db.session.commit()
        changed_to("It is not agreed yet")
        reviewing.agree_plan(short, by=cast.owen)
        db.session.commit()
        changed_to("reviewer agreed this plan")
    for secret in ("Our secret proof.", "No money.", "Half.", "Head of Patient Experience"):
        assert secret not in page.text


def test_the_plan_takes_one_statement_more_and_the_answer_not_changed_one(
    cast: Cast, short: Assessment, browser: Any, queries: Any
) -> None:
    trust = short.organisation_id
    with queries() as seen:
        public.findings_of(trust)
    assert len(seen) == 3
    visitor = browser()
    with queries() as seen:
        tag = visitor.open(PAGE).answer.headers["ETag"]
    assert len(seen) == 7
    with queries() as seen:
        assert visitor.client.get(PAGE, headers={"If-None-Match": tag}).status_code == 304
    assert len(seen) == 1
    planning.begin(the_action(), version=the_action().version, by=cast.priya)
    db.session.commit()
    assert visitor.client.get(PAGE, headers={"If-None-Match": tag}).status_code == 200


def test_a_draft_of_the_next_year_shows_nowhere_on_the_public_page(cast: Cast, short: Assessment, browser: Any) -> None:
    """Its stamp changes with every record of the organisation, but not a word of it."""
    draft = a_started_assessment(cast, period="2026-27")
    before = browser().open(PAGE).answer.get_data()
    one = answers_of(draft)[0]
    answering.save(one, version=one.version, by=cast.priya, **an_answer(one, 3))
    db.session.commit()
    assert browser().open(PAGE).answer.get_data() == before
