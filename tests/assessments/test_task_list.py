"""The task list: what there is to do, for whom, and who is holding what up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.assessments.operations import answering, assigning
from portal.kernel import clock
from portal.kernel.db import db
from tests import builders
from tests.people import Cast


def test_not_started_it_offers_to_start_and_starts(cast: Cast, browser: Any) -> None:
    assessment = builders.an_open_assessment(cast)
    priya = browser("priya")
    page = priya.open(f"/assessments/{assessment.reference}")
    assert "due in 30 days" in page.text
    page = priya.press("Start the assessment")
    assert "0 of 25 expectations done" in page.text
    assert page.links["Go on with NHS-1.1"].endswith("/expectations/NHS-1.1")


def test_each_status_is_said_in_words(cast: Cast, browser: Any) -> None:
    assessment = builders.a_started_assessment(cast)
    done, begun, given, *_ = builders.answers_of(assessment)
    answering.save(done, version=1, by=cast.priya, level=3)
    answering.save(begun, version=1, by=cast.priya, claim="A beginning")
    assigning.assign(assessment, [given.expectation], cast.rows["connie"].id, by=cast.priya)
    db.session.commit()
    page = browser("priya").open(f"/assessments/{assessment.reference}")
    statuses = [" ".join("".join(one.itertext()).split()) for one in page.all("div", class_="govuk-task-list__status")]
    assert statuses[:4] == ["Done", "In progress", "Assigned to Connie Blake", "Not started"]
    assert "1 of 25 expectations done" in page.text
    assert "Connie Blake: 1 expectation left (NHS-1.3)" in page.text


@pytest.mark.parametrize("htmx", [False, True])
def test_only_what_waits_for_me(cast: Cast, browser: Any, htmx: bool) -> None:
    assessment = builders.a_started_assessment(cast)
    assigning.assign(assessment, ["NHS-1.1"], cast.rows["connie"].id, by=cast.priya)
    db.session.commit()
    headers = {"HX-Request": "true", "HX-Target": "div#tasks"} if htmx else {}
    page = browser("priya").open(f"/assessments/{assessment.reference}?show=mine", headers=headers)
    assert "Showing only what waits for you: 24 expectations" in page.text
    assert len(page.all("li", class_="govuk-task-list__item")) == 24
    assert bool(page.all("h1")) is not htmx


def test_a_contributor_sees_only_what_is_assigned(cast: Cast, browser: Any) -> None:
    assessment = builders.a_started_assessment(cast)
    connie = browser("connie")
    assert "Nothing is assigned to you now" in connie.open(f"/assessments/{assessment.reference}").text
    assigning.assign(assessment, ["NHS-2.1", "NHS-2.3"], cast.rows["connie"].id, by=cast.priya)
    db.session.commit()
    page = connie.open(f"/assessments/{assessment.reference}")
    assert len(page.all("li", class_="govuk-task-list__item")) == 2
    page = connie.click("Go on with NHS-2.1")
    page = connie.press("Save and go to next", level="3")
    assert page.address.endswith("/expectations/NHS-2.3")


def test_when_all_is_done_it_says_send(cast: Cast, browser: Any) -> None:
    assessment = builders.an_answered_assessment(cast)
    page = browser("priya").open(f"/assessments/{assessment.reference}")
    assert page.links["Send for sign-off"].endswith("/send")
    assert "25 of 25" in page.text


def test_after_the_last_day_it_offers_to_ask_for_more_time(cast: Cast, browser: Any) -> None:
    assessment = builders.a_started_assessment(cast)
    reference, after = assessment.reference, assessment.closes_on + dt.timedelta(1)
    with clock.at(after):
        assert "Ask for more time" in browser("priya").open(f"/assessments/{reference}").links


@pytest.mark.parametrize(("who", "status"), [("edwin", 200), ("hal", 200), ("bea", 200), ("owen", 403), ("sam", 404), (None, 200)])
def test_who_may_read_it(cast: Cast, browser: Any, who: str | None, status: int) -> None:
    reference = builders.a_started_assessment(cast).reference
    if who is None:
        answer = browser(None, follow=False).client.get(f"/assessments/{reference}")
        assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True)
    else:
        browser(who).open(f"/assessments/{reference}", status=status)


def test_it_takes_three_statements_however_much_is_answered(cast: Cast, browser: Any, queries: Any) -> None:
    for build, organisation, by in (
        (builders.a_started_assessment, cast.trust, "priya"),
        (builders.an_answered_assessment, cast.other, "sam"),
    ):
        address = f"/assessments/{build(cast, organisation, by=by).reference}"
        person = browser(by)
        with queries() as seen:
            person.open(address)
        assert len(seen) == 3, seen


def test_if_you_submitted_now_says_what_a_reviewer_would_ask(cast: Cast, browser: Any, queries: Any) -> None:
    assessment = builders.an_answered_assessment(cast)
    first = builders.answers_of(assessment)[0]
    answering.save(first, version=first.version, by=cast.priya, proof="", claim="Yes")
    db.session.commit()
    priya, address = browser("priya"), f"/assessments/{assessment.reference}/if-you-submitted-now"
    with queries() as seen:
        page = priya.open(address)
    assert len(seen) == 5, seen
    assert "A reviewer would ask 2 questions. Answering them now takes about 10 minutes." in page.text
    assert "Level 3 is claimed, but nothing is named that proves it." in page.text


def test_if_you_submitted_now_with_nothing_to_ask(cast: Cast, browser: Any) -> None:
    assessment = builders.an_answered_assessment(cast)
    page = browser("priya").open(f"/assessments/{assessment.reference}/if-you-submitted-now")
    assert "nothing to ask" in page.text
