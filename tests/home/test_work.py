"""The first page of whoever acts for an organisation says what waits and the next thing to do."""

from __future__ import annotations

import datetime as dt

import pytest

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import PlanState
from portal.assessments.operations import assigning
from portal.audit import Event
from portal.home import steps
from portal.home.queries.work import Due
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership
from portal.policy import PORTAL, Role
from portal.recommendations.lifecycle import Delivery
from portal.recommendations.operations import answering
from tests.builders import (
    a_period,
    a_prepared_answer,
    a_sent_assessment,
    a_signed_assessment,
    a_started_assessment,
    an_answered_assessment,
    an_open_assessment,
    answers_of,
)
from tests.recommendations.rows import insert


def test_it_says_the_next_thing_to_do_at_every_step(cast, browser):
    priya, edwin = browser("priya"), browser("edwin")
    an_open_assessment(cast)
    assert "Start the assessment" in priya.open("/work").links
    page = edwin.open("/work")
    assert "due in 30 days" in page.text


def test_what_is_begun_goes_on_and_what_is_whole_is_sent(cast, browser):
    priya = browser("priya")
    a_started_assessment(cast)
    assert "Go on: 0 of 25 expectations answered" in priya.open("/work").links
    an_answered_assessment(cast, cast.other, by="sam")
    assert "Everything is answered: send it for sign-off" in browser("sam").open("/work").links


def test_a_question_that_is_late_is_said_to_be_overdue():
    day = dt.date(2026, 11, 18)
    one = Due("AS-2345678", State.CLARIFICATION_REQUESTED, day, day, 25, 25, False, False, None, PlanState.PROPOSED, "2026-27", 0, day)
    manager = {Role.COMPLAINTS_MANAGER}
    assert steps.next_step(one, manager, day).words == "Answer the reviewer’s questions by 18 November 2026"
    late = steps.next_step(one, manager, day + dt.timedelta(1)).words
    assert late == "Answer the reviewer’s questions: overdue since 18 November 2026"


def test_the_executive_lead_sees_what_waits_for_a_signature(cast, browser):
    assessment = a_sent_assessment(cast)
    page = browser("edwin").open("/work")
    assert "Waits for your signature" in page.text
    assert page.links["Read it and sign"] == f"/assessments/{assessment.reference}/sign-off"
    page = browser("priya").open("/work")
    assert "It waits for the executive lead’s signature" in page.text
    assert "Waits for your signature" not in page.text


def test_the_plan_is_counted_and_what_is_overdue_is_said_in_words(cast, browser):
    a_signed_assessment(cast, levels={"NHS-1.1": 1, "NHS-2.2": 2})
    page = browser("priya").open("/work")
    assert "Promoting a just and learning culture: 1 open gap" in page.text
    assert "2 actions are planned or under way. The next:" in page.text
    with clock.at(clock.today() + dt.timedelta(days=200)):
        assert "2 of them are overdue" in browser("priya").open("/work").text


def test_a_contributor_sees_only_what_was_assigned(cast, browser):
    page = browser("connie").open("/work")
    assert "Nothing is assigned to you now" in page.text
    assert "Improvement plan" not in page.text
    assessment = a_started_assessment(cast)
    answer = answers_of(assessment)[4]
    assigning.assign(assessment, [answer.expectation], cast.rows["connie"].id, by=cast.priya)
    db.session.commit()
    page = browser("connie").open("/work")
    assert f"/assessments/{assessment.reference}/expectations/{answer.expectation}" in page.links.values()
    assert "Go on" not in page.text


def test_somebody_in_several_organisations_sees_each(cast, browser):
    post = Membership(
        reference="MB-SECOND", person_id=cast.rows["priya"].id, organisation_id=cast.practice.id,
        role=Role.COMPLAINTS_MANAGER, job_title="Manager", since_on=clock.today(),
    )  # fmt: skip
    db.session.add(post)
    audit.record(Event.MEMBERSHIP_BEGAN, post, by=PORTAL, person="Priya Raman", role="complaints manager")
    db.session.commit()
    text = browser("priya").open("/work").text
    assert "Northmoor NHS Foundation Trust" in text
    assert "Willow Lane Surgery" in text


def test_where_there_is_nothing_it_says_so_in_words(cast, browser):
    priya = browser("priya")
    assert "the next period is not set yet" in priya.open("/work").text
    a_period(cast, opens_on=dt.date(2026, 6, 20))
    assert "Nothing is open until 20 June 2026" in priya.open("/work").text
    cast.trust.joined_on = None
    audit.record(Event.ORGANISATION_LEFT, cast.trust, by=PORTAL, reason="test")
    db.session.commit()
    assert "is not taking part yet" in priya.open("/work").text
    assert "Say that it takes part" in browser("edwin").open("/work").links


@pytest.mark.parametrize("name", ["owen", "cora", "ana", "ada"])
def test_the_ombudsmans_staff_are_led_to_the_gaps(browser, name):
    assert browser(name, follow=False).open("/work", status=303).answer.headers["Location"] == "/gaps"


def test_the_ombudsmans_others_are_told_where_to_look(browser):
    assert "You do not act for an organisation now" in browser("wren").open("/work").text


def test_a_visitor_signs_in_first(browser):
    assert "/sign-in" in browser(follow=False).open("/work", status=303).answer.headers["Location"]


def test_the_page_takes_nine_queries_whatever_it_holds(cast, browser, queries):
    priya = browser("priya")
    with queries() as few:
        priya.open("/work")
    a_signed_assessment(cast, levels={"NHS-1.1": 1, "NHS-2.2": 2})
    a_started_assessment(cast, period="2024-25")
    with queries() as more:
        priya.open("/work")
    assert len(few) == len(more) == 9


def test_what_waits_of_recommendations_is_listed_the_late_ones_first(cast, browser):
    late = insert(cast, due=-5, delivery=Delivery.IN_PROGRESS)
    more = insert(cast, due=90, delivery=Delivery.MORE_NEEDED, next_evidence_on=9)
    to_answer = insert(cast, due=90, answer_due_on=3)
    insert(cast, due=-5, delivery=Delivery.SUBMITTED, heard_on=-1)
    insert(cast, due=-5, delivery=Delivery.NOT_COMPLIED)
    insert(cast, cast.other, due=-5, delivery=Delivery.IN_PROGRESS)
    page = browser("priya").open("/work")
    assert "3 recommendations wait for you now or soon" in page.text
    assert [words for words in page.links if words.startswith("RC-")] == [f"{one}, apology" for one in (late, more, to_answer)]
    assert "Do it and report: 5 days overdue (27 May 2026)" in page.text
    assert "More information was asked for: due in 9 days (10 June 2026)" in page.text
    assert "Answer: due in 3 days (4 June 2026)" in page.text
    assert "recommendation" not in browser("connie").open("/work").text


def test_an_answer_that_waits_for_a_signature_says_so(cast, browser):
    one, response = a_prepared_answer(cast)
    answering.send(one, response, version=response.version, by=cast.priya)
    db.session.commit()
    assert "Sign the answer: due in 28 days" in browser("edwin").open("/work").text
