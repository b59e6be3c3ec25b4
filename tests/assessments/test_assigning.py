"""Assigning: to colleagues only, by pillar or one by one, with one letter a day."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from portal import audit
from portal.assessments.models import Answer
from portal.assessments.operations import assigning
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.outbox import OutgoingLetter
from tests import builders
from tests.people import Cast


def assigned(person_id: int) -> list[str]:
    db.session.expire_all()
    return [one.expectation for one in db.session.query(Answer).filter_by(assigned_to_id=person_id).order_by(Answer.position)]


def letters() -> list[OutgoingLetter]:
    return db.session.query(OutgoingLetter).filter_by(letter="ANSWERS_ASSIGNED").order_by(OutgoingLetter.id).all()


def test_an_expectation_is_given_recorded_and_told(cast: Cast) -> None:
    assessment, connie = builders.a_started_assessment(cast), cast.rows["connie"]
    assert assigning.assign(assessment, ["NHS-1.2", "NHS-2.1"], connie.id, by=cast.priya) == 2
    db.session.commit()
    assert assigned(connie.id) == ["NHS-1.2", "NHS-2.1"]
    told = audit.trail(cast.trust.id, f"assessment {assessment.reference}", limit=2)
    assert {one.facts["expectation"] for one in told} == {"NHS-1.2", "NHS-2.1"}
    assert {one.facts["to"] for one in told} == {"Connie Blake"}
    assert [item.partition(" ")[0] for item in json.loads(letters()[0].facts)["expectations"]] == ["NHS-1.2", "NHS-2.1"]


def test_one_letter_a_day_at_most(cast: Cast) -> None:
    assessment, connie = builders.a_started_assessment(cast), cast.rows["connie"].id
    for code in ("NHS-1.1", "NHS-1.2"):
        assigning.assign(assessment, [code], connie, by=cast.priya)
    assert len(letters()) == 1
    with clock.at(clock.now() + dt.timedelta(1)):
        assigning.assign(assessment, ["NHS-1.3"], connie, by=cast.priya)
    assert len(letters()) == 2
    db.session.commit()


def test_giving_it_to_oneself_sends_no_letter(cast: Cast) -> None:
    assessment = builders.a_started_assessment(cast)
    assigning.assign(assessment, ["NHS-1.1"], cast.rows["priya"].id, by=cast.priya)
    assert letters() == []
    db.session.commit()


def test_it_is_taken_back_and_twice_changes_nothing(cast: Cast) -> None:
    assessment, connie = builders.a_started_assessment(cast), cast.rows["connie"].id
    assigning.assign(assessment, ["NHS-1.1"], connie, by=cast.priya)
    assert assigning.assign(assessment, ["NHS-1.1"], connie, by=cast.priya) == 0
    assert assigning.assign(assessment, ["NHS-1.1"], None, by=cast.priya) == 1
    db.session.commit()
    assert assigned(connie) == []


def test_only_somebody_of_the_organisation_may_be_asked(cast: Cast) -> None:
    assessment = builders.a_started_assessment(cast)
    for stranger in (cast.rows["sam"].id, cast.rows["owen"].id, 10**9):
        with pytest.raises(Invalid):
            assigning.assign(assessment, ["NHS-1.1"], stranger, by=cast.priya)


def test_nothing_chosen_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        assigning.assign(builders.a_started_assessment(cast), [], cast.rows["connie"].id, by=cast.priya)


@pytest.mark.parametrize(("who", "refusal"), [("edwin", NotAllowed), ("connie", NotAllowed), ("sam", NotFound)])
def test_only_the_manager_assigns(cast: Cast, who: str, refusal: type[Exception]) -> None:
    assessment = builders.a_started_assessment(cast)
    with pytest.raises(refusal):
        assigning.assign(assessment, ["NHS-1.1"], cast.rows["connie"].id, by=getattr(cast, who))


def test_not_after_it_was_sent(cast: Cast) -> None:
    assessment = builders.a_sent_assessment(cast)
    with pytest.raises(WrongState):
        assigning.assign(assessment, ["NHS-1.1"], cast.rows["connie"].id, by=cast.priya)


@pytest.mark.parametrize("htmx", [False, True])
def test_a_pillar_is_assigned_on_the_page(cast: Cast, browser: Any, htmx: bool) -> None:
    assessment, connie = builders.a_started_assessment(cast), cast.rows["connie"].id
    priya = browser("priya", htmx=htmx)
    priya.open(f"/assessments/{assessment.reference}/assignments")
    page = priya.press("Assign", expectations=["NHS-1", "NHS-2.1"], person=str(connie))
    assert "Connie Blake: " in page.text
    codes = assigned(connie)
    assert codes[-1] == "NHS-2.1"
    assert all(code.startswith("NHS-1.") for code in codes[:-1])
    assert len(codes) > 4


def test_the_page_says_what_is_missing_and_keeps_the_choice(cast: Cast, browser: Any) -> None:
    assessment = builders.a_started_assessment(cast)
    priya = browser("priya")
    priya.open(f"/assessments/{assessment.reference}/assignments")
    page = priya.press("Assign", person=str(cast.rows["connie"].id), status=422)
    assert page.errors == ["Choose at least one expectation"]
    page = priya.press("Assign", expectations=["NHS-1.1"], person="x", status=422)
    assert page.errors == ["Choose somebody who acts for this organisation"]
    assert [box.get("value") for box in page.all("input", name="expectations") if box.get("checked") is not None] == ["NHS-1.1"]


def test_the_page_takes_few_statements(cast: Cast, browser: Any, queries: Any) -> None:
    address = f"/assessments/{builders.a_started_assessment(cast).reference}/assignments"
    priya = browser("priya")
    with queries() as seen:
        priya.open(address)
    assert len(seen) == 3, seen
