"""The recommendations of the demonstration: ten years, every state, and none that could not have come about."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.audit import Event, Record
from portal.demonstration.featured import FEATURED
from portal.gaps.models import ABOUT_RECOMMENDATIONS, Gap
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import is_working_day
from portal.organisations.models import Organisation
from portal.organisations.models import Succession as Takeover
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import Role
from portal.recommendations import deadlines, wording
from portal.recommendations.ladder import Band, band
from portal.recommendations.lifecycle import (
    ACCEPTANCE,
    DELIVERY,
    DRAFTING,
    Acceptance,
    Asked,
    Delivery,
    DeliveryVerb,
    DraftState,
    DraftVerb,
    Ending,
    PauseKind,
    Replaced,
    ResponseState,
    Said,
    Taken,
    VerdictKind,
)
from portal.recommendations.models import (
    ComplainantQuestion,
    LadderStep,
    MoreTime,
    Pause,
    PromisedStep,
    Recommendation,
    Response,
    Succession,
    Theme,
    Touched,
    Verdict,
)
from portal.recommendations.operations import answering
from portal.recommendations.queries import climbing
from portal.recommendations.themes import themes
from portal.recommendations.wording import Draft
from portal.standards import library
from tests.demonstration.conftest import rows

pytestmark = pytest.mark.usefixtures("nothing_held")


def issued() -> list[Recommendation]:
    return [one for (one,) in rows(sa.select(Recommendation).where(Recommendation.state == DraftState.ISSUED))]


def test_recommendations_of_ten_years_are_drafted_and_issued_by_two_officers(built: Flask) -> None:
    there = [one for (one,) in rows(sa.select(Recommendation))]
    days = [one.issued_on for one in issued()]
    assert len(days) >= 1500
    assert all(80 <= sum(first + step <= day < first + step + timedelta(days=365) for day in days) <= 400
               for first in [clock.today() - timedelta(days=3650)] for step in (timedelta(days=365 * year) for year in range(10)))  # fmt: skip
    shares = Counter(one.type for one in there)
    assert len(shares) == 10
    assert 0.3 < shares["apology"] / len(there) < 0.42
    assert 0.18 < shares["payment"] / len(there) < 0.26
    assert 2.8 < len(there) / len({one.case_reference for one in there}) < 3.8
    assert all(one.approved_by_id != one.drafted_by_id for one in there)


def test_the_drafting_aid_has_no_remark_on_what_was_issued_but_where_it_was_overruled(built: Flask) -> None:
    overruled = [one for one in issued() if wording.read(Draft(one.text, one.due_on))]
    assert overruled
    assert all(one.overruled_why for one in overruled)
    drafts = [one for (one,) in rows(sa.select(Recommendation).where(Recommendation.state == DraftState.DRAFT))]
    assert any(wording.read(Draft(one.text, one.due_on)) for one in drafts)


def states() -> dict[Any, set[Any]]:
    """Every value that occurs, beside the kinds of value that there are."""
    found = ((Recommendation.state, DraftState), (Recommendation.acceptance, Acceptance), (Recommendation.delivery, Delivery),
             (Recommendation.ending, Ending), (Response.state, ResponseState), (Response.answer, Acceptance), (Verdict.kind, VerdictKind),
             (MoreTime.state, Asked), (Pause.kind, PauseKind), (LadderStep.state, Taken), (Succession.how, Replaced),
             (ComplainantQuestion.arrived, Said), (ComplainantQuestion.matches, Said))  # fmt: skip
    return {(column, kind): set(db.session.scalars(sa.select(column).distinct())) - {None} for column, kind in found}


def test_recommendations_are_in_every_state(built: Flask) -> None:
    missing = {str(column): set(kind) - there for (column, kind), there in states().items()}
    missing[str(Response.answer)] -= {Acceptance.AWAITING}
    assert {column: lack for column, lack in missing.items() if lack} == {}


def test_most_is_accepted_and_one_in_five_is_late(built: Flask) -> None:
    answered = [one.acceptance for one in issued() if one.acceptance is not Acceptance.AWAITING]
    assert sum(one in (Acceptance.ACCEPTED, Acceptance.IN_PART) for one in answered) / len(answered) > 0.98
    done = [one for one in issued() if one.complied_on]
    assert 0.13 < sum(one.delivery is Delivery.LATE for one in done) / len(done) < 0.24
    assert sum(len(db.session.scalars(sa.select(Verdict.id).where(Verdict.recommendation_id == one.id)).all()) for one in done[:50]) >= 50


def test_every_place_where_recommendations_wait_has_some(built: Flask) -> None:
    today, there = clock.today(), [one for one in issued() if one.ended_on is None]
    assert sum(today <= one.due_on <= today + timedelta(days=7) for one in there) >= 10
    late = Counter(band(one.due_on, today) for one in there if one.delivery is not Delivery.SUBMITTED)
    assert all(late[each] >= 3 for each in Band)
    assert sum(one.delivery is Delivery.SUBMITTED for one in there) >= 15
    assert sum(one.delivery is Delivery.MORE_NEEDED for one in there) >= 5
    assert sum(deadlines.stalled(one.acceptance, one.delivery, one.answered_on, one.heard_on, today) for one in there) >= 8
    assert sum(deadlines.silent(one.delivery, one.next_evidence_on, today) for one in there) >= 8
    assert sum(one.acceptance is Acceptance.AWAITING for one in there) >= 15
    assert sum(one.acceptance is Acceptance.AWAITING and one.answer_due_on < today for one in there) >= 3
    assert sum(one.paused_until is not None and one.paused_until > today for one in there) >= 4
    assert sum(one.objected for one in there) >= 3
    waiting = set(db.session.scalars(sa.select(LadderStep.level).where(LadderStep.state == Taken.WAITING)))
    assert waiting == {3, 4, 5}
    elsewhere = sa.select(LadderStep.id).join(Recommendation, Recommendation.id == LadderStep.recommendation_id)
    wrong = elsewhere.where(LadderStep.state == Taken.WAITING, LadderStep.officer_id != Recommendation.officer_id)
    assert db.session.scalars(wrong).all() == []


def test_everybody_to_begin_with_has_a_recommendation_before_them(built: Flask) -> None:
    codes = {one.code for one in FEATURED} - {OMBUDSMAN_CODE}
    waits = rows(sa.select(Organisation.code).join(Recommendation, Recommendation.organisation_id == Organisation.id)
                 .where(Recommendation.issued_on.is_not(None), Recommendation.ended_on.is_(None)))  # fmt: skip
    assert codes <= {one.code for one in waits}
    to_sign = sa.select(Organisation.code).join(Response, Response.organisation_id == Organisation.id).where(Response.state == ResponseState.WAITING)
    assert "RR8" in set(db.session.scalars(to_sign))
    officer = next(one.name for one in FEATURED if one.role is Role.COMPLIANCE_OFFICER)
    own = [one for one in issued() if one.officer == officer and one.ended_on is None]
    assert {Delivery.SUBMITTED, Delivery.NOT_DUE, Delivery.IN_PROGRESS} <= {one.delivery for one in own}


def test_nothing_is_recommended_to_a_body_before_it_opened_or_after_it_closed(built: Flask) -> None:
    days = rows(sa.select(Recommendation.issued_on, Organisation.opened_on, Organisation.closed_on)
                .join(Organisation, Organisation.id == Recommendation.organisation_id).where(Recommendation.issued_on.is_not(None)))  # fmt: skip
    assert [one for one in days if one.opened_on and one.issued_on < one.opened_on] == []
    assert [one for one in days if one.closed_on and one.issued_on >= one.closed_on] == []
    assert sum(one.closed_on is not None for one in days) > 30


def test_what_is_transferred_goes_to_a_successor_and_its_promises_stay(built: Flask) -> None:
    new, old = sa.orm.aliased(Recommendation), sa.orm.aliased(Recommendation)
    moved = rows(
        sa.select(old.organisation_id.label("old"), new.organisation_id.label("new"), old.case_reference, new.case_reference.label("again"))
        .select_from(Succession).join(old, old.id == Succession.old_id).join(new, new.id == Succession.new_id)
        .where(Succession.how == Replaced.TRANSFERRED)
    )  # fmt: skip
    pairs = {(one.organisation_id, one.successor_id) for one in rows(sa.select(Takeover.organisation_id, Takeover.successor_id))}
    assert len(moved) >= 10
    assert {(one.old, one.new) for one in moved} <= pairs
    assert all(one.case_reference == one.again for one in moved)
    strays = sa.select(PromisedStep.id).join(Recommendation, Recommendation.id == PromisedStep.recommendation_id).where(
        PromisedStep.organisation_id != Recommendation.organisation_id
    )  # fmt: skip
    assert rows(strays) == []


def test_every_receipt_of_an_answer_holds(built: Flask) -> None:
    steps: dict[int, list[Any]] = defaultdict(list)
    for (step,) in rows(sa.select(PromisedStep)):
        steps[step.response_id].append(step)
    for response, one in rows(sa.select(Response, Recommendation).join(Recommendation, Recommendation.id == Response.recommendation_id)
                              .where(Response.state == ResponseState.SIGNED)):  # fmt: skip
        assert hashlib.sha256(answering.sealed(one, response, steps[response.id]).encode()).hexdigest() == response.sha256


def test_what_people_did_about_recommendations_was_done_in_working_hours(built: Flask) -> None:
    told = rows(sa.select(Record.at, Record.event).where(Record.about.like("recommendation %"), Record.by_id.is_not(None)))
    moments = [clock.london(one.at) for one in told]
    assert len(moments) > 5000
    assert all(is_working_day(moment.date()) and 8 <= moment.hour <= 17 for moment in moments)


ENDS = {Event.RECOMMENDATION_WITHDRAWN: DeliveryVerb.OVERTAKE, Event.RECOMMENDATION_SPLIT: DeliveryVerb.OVERTAKE,
        Event.RECOMMENDATION_MERGED: DeliveryVerb.OVERTAKE, Event.RECOMMENDATION_SUPERSEDED: DeliveryVerb.OVERTAKE,
        Event.RECOMMENDATION_TRANSFERRED: DeliveryVerb.TRANSFER, Event.RECOMMENDATION_REOPENED: DeliveryVerb.REOPEN}  # fmt: skip
DRAFTS = {Event.RECOMMENDATION_SENT: DraftVerb.SEND, Event.RECOMMENDATION_RETURNED: DraftVerb.RETURN,
          Event.RECOMMENDATION_DISCARDED: DraftVerb.DISCARD}  # fmt: skip
FOUND = {VerdictKind.IN_SUBSTANCE: DeliveryVerb.COMPLY_IN_SUBSTANCE, VerdictKind.MORE_NEEDED: DeliveryVerb.ASK_FOR_MORE,
         VerdictKind.PARTLY: DeliveryVerb.ASK_FOR_MORE, VerdictKind.NOT_COMPLIED: DeliveryVerb.FIND_NOT_COMPLIED,
         VerdictKind.OVERTAKEN: DeliveryVerb.OVERTAKE}  # fmt: skip


def moved_on(life: Any, event: Event, facts: dict[str, Any]) -> None:
    """What a record says of the three lifecycles of a recommendation."""
    if event in DRAFTS:
        DRAFTING.move(life, DRAFTS[event])
    elif event is Event.RECOMMENDATION_ISSUED:
        if life.state is DraftState.DRAFT:  # what takes the place of another is sent to nobody
            DRAFTING.move(life, DraftVerb.SEND)
        DRAFTING.move(life, DraftVerb.ISSUE)
    elif event is Event.RESPONSE_SIGNED:
        ACCEPTANCE.move(life, answering.VERBS[Acceptance(facts["answer"])])
    elif event is Event.PROGRESS_REPORTED:
        if facts["finished"]:
            DELIVERY.move(life, DeliveryVerb.SUBMIT)
        elif life.delivery is Delivery.NOT_DUE:
            DELIVERY.move(life, DeliveryVerb.BEGIN)
    elif event is Event.VERDICT_GIVEN:
        late = bool(facts["complied_on"]) and facts["complied_on"] > facts["due_on"]
        complied = DeliveryVerb.COMPLY_LATE if late else DeliveryVerb.COMPLY_ON_TIME
        DELIVERY.move(life, FOUND.get(VerdictKind(facts["kind"]), complied))
    elif event in ENDS:
        DELIVERY.move(life, ENDS[event])


def test_replaying_the_record_gives_the_stored_states_of_every_recommendation(built: Flask) -> None:
    told = rows(sa.select(Record).where(Record.about.like("recommendation %")).order_by(Record.organisation_id, Record.sequence))
    lives: dict[str, Any] = defaultdict(
        lambda: SimpleNamespace(state=DRAFTING.first, acceptance=ACCEPTANCE.first, delivery=DELIVERY.first)
    )
    for (record,) in told:
        moved_on(lives[record.about.removeprefix("recommendation ")], Event[record.event], json.loads(record.facts))
    stored = rows(sa.select(Recommendation.reference, Recommendation.state, Recommendation.acceptance, Recommendation.delivery))
    assert {one.reference: tuple(one)[1:] for one in stored} == {
        reference: (life.state, life.acceptance, life.delivery) for reference, life in lives.items()
    }


def test_time_has_opened_the_gaps_of_recommendations_that_it_should_have(built: Flask) -> None:
    kinds = Counter(db.session.scalars(sa.select(Gap.kind).where(Gap.closed_on.is_(None), Gap.recommendation != "")))
    assert all(kinds[kind] for kind in ABOUT_RECOMMENDATIONS)
    since_yesterday = [one for one in issued() if one.due_on == clock.today() - timedelta(days=1)]
    assert len(climbing.unsettled(clock.today())) <= len(since_yesterday)


def test_each_theme_and_expectation_is_one_that_there_is(built: Flask) -> None:
    assert set(db.session.scalars(sa.select(Theme.theme).distinct())) <= themes().keys()
    codes = {expectation.code for standard in ("NHS", "GOV") for expectation in library.latest(standard).expectations}
    assert set(db.session.scalars(sa.select(Touched.expectation).distinct())) <= codes
    assert len(set(db.session.scalars(sa.select(Theme.theme).distinct()))) >= 10
