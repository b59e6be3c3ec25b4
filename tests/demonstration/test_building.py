"""The demonstration is true to the rules: every state could have come about as its record says."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import audit
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Answer, Assessment, Finding, Period, Snapshot, Window
from portal.assessments.operations import receipts
from portal.assessments.sampling import draw
from portal.audit import Event, Record
from portal.demonstration import building, practices, queries
from portal.demonstration.featured import FEATURED, LATER
from portal.gaps.lifecycle import OPEN
from portal.gaps.models import Gap, PlannedAction, Tally
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Branch, Organisation, Person
from portal.recommendations.lifecycle import (
    Acceptance,
    Delivery,
)
from portal.recommendations.models import (
    Recommendation,
)
from tests.conftest import MONDAY
from tests.demonstration.conftest import rows

pytestmark = pytest.mark.usefixtures("nothing_held")


def test_every_chain_of_the_record_holds(built: Flask) -> None:
    assert audit.verify() == []


def test_every_receipt_holds(built: Flask) -> None:
    assert receipts.verify_snapshots() == []


def test_a_second_build_changes_nothing(built: Flask) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Record))
    told = building.build_if_empty()
    db.session.commit()
    assert told.startswith("The demonstration is there already")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Record)) == before


def test_every_state_is_there(built: Flask) -> None:
    assert set(db.session.scalars(sa.select(Assessment.state).distinct())) == set(State)


def test_every_state_will_be_there_in_years_to_come(built: Flask) -> None:
    with clock.at(MONDAY + timedelta(days=5 * 365)):
        ledger, _, _, _ = building.tell_everything()
    assert {row["state"] for row in ledger.rows[Assessment]} == set(State)
    assert {row["delivery"] for row in ledger.rows[Recommendation]} == set(Delivery)
    assert {row["acceptance"] for row in ledger.rows[Recommendation]} == set(Acceptance)
    assert len(ledger.rows[Recommendation]) >= 1500


def test_some_practices_have_one_person_who_signs_by_a_second_declaration(built: Flask) -> None:
    alone = rows(
        sa.select(Organisation.code, Snapshot.content)
        .join(Assessment, Assessment.id == Snapshot.assessment_id).join(Organisation, Organisation.id == Assessment.organisation_id)
        .where(Assessment.signed_alone)
    )  # fmt: skip
    assert {one.code for one in alone} == set(practices.OF_ONE_PERSON)
    for one in alone:
        content = json.loads(one.content)
        assert content["signed_alone"] is True
        assert len(content["declaration"]) == 2


def test_a_group_answers_for_branches_that_have_no_assessment_of_their_own(built: Flask) -> None:
    branches = set(practices.BRANCHES)
    ties = rows(sa.select(Organisation.code).join(Branch, Branch.branch_id == Organisation.id).where(Organisation.code.in_(branches)))
    assert {one.code for one in ties} == branches
    own = sa.select(Assessment.id).join(Organisation, Organisation.id == Assessment.organisation_id)
    assert rows(own.where(Organisation.code.in_(branches))) == []
    assert len(rows(own.where(Organisation.code == practices.GROUP))) == 3


def test_gaps_are_of_every_age_and_few_actions_are_late(built: Flask) -> None:
    ages = [(clock.today() - opened_on).days for opened_on in db.session.scalars(sa.select(Gap.opened_on).where(Gap.closed_on.is_(None)))]
    for first, before in ((0, 92), (92, 366), (366, 9999)):
        assert 0.2 < sum(first <= age < before for age in ages) / len(ages) < 0.5
    due = db.session.scalars(sa.select(PlannedAction.due_on).where(PlannedAction.state.in_(OPEN))).all()
    assert 0.05 < sum(day < clock.today() for day in due) / len(due) < 0.25


def test_every_open_trust_and_board_takes_part_and_sixty_government_bodies(built: Flask) -> None:
    open_ones = rows(sa.select(Organisation.kind, Organisation.joined_on).where(Organisation.closed_on.is_(None)))
    assert all(one.joined_on for one in open_ones if one.kind in "TI")
    assert sum(one.joined_on is not None for one in open_ones if one.kind not in {"T", "I", "G", "PO"}) == 60
    assert any(one.joined_on is None for one in open_ones)


def test_the_current_year_is_due_in_about_nine_days_and_all_three_are_a_year_apart(built: Flask) -> None:
    due = [one.due_on for one in rows(
        sa.select(Window.due_on).join(Period, Period.id == Window.period_id).where(Window.organisation_kind == "T").order_by(Window.due_on)
    )]  # fmt: skip
    assert timedelta(days=7) <= due[2] - clock.today() <= timedelta(days=12)
    assert [(late - early).days in range(355, 376) for early, late in itertools.pairwise(due)] == [True, True]


def test_most_sign_in_the_last_ten_days(built: Flask) -> None:
    signed = rows(sa.select(Assessment.signed_off_on, Assessment.first_due_on).where(Assessment.state == State.PUBLISHED))
    left = [(one.first_due_on - one.signed_off_on).days for one in signed]
    assert sum(0 <= days <= 10 for days in left) > len(left) * 0.5
    assert any(days < 0 for days in left)


def test_late_means_signed_after_the_day_it_was_due(built: Flask) -> None:
    signed = rows(
        sa.select(Assessment.late, Assessment.signed_off_on, Assessment.due_on)
        .join(Snapshot, Snapshot.assessment_id == Assessment.id)
        .where(Assessment.signed_off_at.is_not(None))
        .group_by(Assessment.id)
        .having(sa.func.count(Snapshot.id) == 1)
    )
    assert [one for one in signed if one.late != (one.signed_off_on > one.due_on)] == []
    assert {one.late for one in signed} == {True, False}


MOVED_BY = {
    Event.ASSESSMENT_STARTED: Verb.START,
    Event.SENT_FOR_SIGN_OFF: Verb.SEND,
    Event.RETURNED_BY_LEAD: Verb.RETURN,
    Event.SIGNED_OFF: Verb.SIGN,
    Event.REVIEW_CLAIMED: Verb.CLAIM,
    Event.REVIEW_RELEASED: Verb.RELEASE,
    Event.CLARIFICATION_ASKED: Verb.ASK,
    Event.CLARIFICATION_ANSWERED: Verb.CLARIFY,
    Event.FINDING_SHARED: Verb.CONCLUDE,
    Event.PUBLISHED: Verb.PUBLISH,
    Event.REOPENED: Verb.REOPEN,
    Event.NOT_SUBMITTED: Verb.CLOSE,
    Event.WITHDRAWN: Verb.WITHDRAW,
    Event.SUPERSEDED: Verb.SUPERSEDE,
}


class Replayed:
    def __init__(self) -> None:
        self.state = ASSESSMENT.first


def test_replaying_the_record_gives_the_stored_state_of_every_assessment(built: Flask) -> None:
    told = rows(sa.select(Record).where(Record.about.like("assessment %")).order_by(Record.organisation_id, Record.sequence))
    sampled = set(db.session.scalars(sa.select(Assessment.reference).where(Assessment.sampled)))
    lives: dict[str, Replayed] = defaultdict(Replayed)
    for (record,) in told:
        reference, _, within = record.about.removeprefix("assessment ").partition("/")
        event = Event[record.event]
        if within:
            continue
        if event in MOVED_BY:
            ASSESSMENT.move(lives[reference], MOVED_BY[event])
        elif event is Event.ACCEPTED_IN_BULK and reference not in sampled:
            ASSESSMENT.move(lives[reference], Verb.ACCEPT)
        elif event is Event.DUE_DAY_MOVED and lives[reference].state is State.NOT_SUBMITTED:
            ASSESSMENT.move(lives[reference], Verb.EXTEND)
    stored = {one.reference: one.state for one in rows(sa.select(Assessment.reference, Assessment.state))}
    assert {reference: lives[reference].state for reference in stored} == stored


def test_the_counts_kept_are_the_answers_given(built: Flask) -> None:
    given = Answer.confirmed & (Answer.level.is_not(None) | (Answer.not_applicable_why != ""))
    counted = rows(
        sa.select(Assessment.reference, Assessment.answers_wanted, Assessment.answers_given, sa.func.count(Answer.id).label("there"),
                  sa.func.sum(sa.case((given, 1), else_=0)).label("given"))
        .join(Answer, Answer.assessment_id == Assessment.id).group_by(Assessment.id)
    )  # fmt: skip
    assert [one for one in counted if (one.answers_wanted, one.answers_given) != (one.there, one.given)] == []


def test_nothing_is_said_twice_within_one_assessment(built: Flask) -> None:
    said = rows(sa.select(Answer.assessment_id, Answer.claim, sa.func.count()).where(Answer.claim != "").group_by(Answer.assessment_id, Answer.claim).having(sa.func.count() > 1))
    assert said == []
    reasons = rows(sa.select(Finding.assessment_id, Finding.reason, sa.func.count()).group_by(Finding.assessment_id, Finding.reason).having(sa.func.count() > 1))
    assert reasons == []


def test_many_carried_answers_of_this_year_wait_to_be_confirmed(built: Flask) -> None:
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(Answer).where(Answer.confirmed.is_(False)))
    reworded = db.session.scalar(sa.select(sa.func.count()).select_from(Answer).where(Answer.confirmed.is_(False), Answer.reworded))
    assert waiting > 500
    assert reworded > 20


def test_the_tallies_add_up_to_the_open_gaps(built: Flask) -> None:
    counted: Counter[Any] = Counter()
    for one in rows(sa.select(Tally.__table__)):
        counted[one.organisation_kind, one.kind, one.pillar, one.severity, one.opened_month] += one.change_by
    there = Counter(
        (one.organisation_kind, one.kind, one.pillar, one.severity, one.opened_on.replace(day=1))
        for one in rows(sa.select(Gap.__table__).where(Gap.closed_on.is_(None)))
    )
    assert counted == there
    assert len(there) > 50


def test_plans_live_on_across_years(built: Flask) -> None:
    states = {one.state for one in rows(sa.select(PlannedAction.state).distinct())}
    assert len(states) == 4
    oldest = db.session.scalar(sa.select(sa.func.min(Gap.opened_on)).where(Gap.closed_on.is_(None)))
    assert oldest < clock.today() - timedelta(days=400)


def test_anyone_can_draw_a_bulk_acceptance_again(built: Flask) -> None:
    drawings: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for record in rows(sa.select(Record.about, Record.facts).where(Record.event == Event.ACCEPTED_IN_BULK.name)):
        facts = json.loads(record.facts)
        drawings[facts["seed"]].append((record.about.removeprefix("assessment "), facts))
    sampled = set(db.session.scalars(sa.select(Assessment.reference).where(Assessment.sampled)))
    assert len(drawings) == 3
    for seed, told in drawings.items():
        references = {reference for reference, _ in told}
        assert {facts["sample_of"] for _, facts in told} == {len(references)}
        assert set(draw(references, told[0][1]["sample_size"], seed)) == references & sampled


def test_nobody_reviews_their_own_office_or_gives_both_views(built: Flask) -> None:
    both = rows(sa.select(Assessment.reference).where(Assessment.first_reviewer_id == Assessment.second_reviewer_id))
    assert both == []


def test_every_address_is_one_that_nobody_can_have(built: Flask) -> None:
    assert all(email.endswith(".example") for email in db.session.scalars(sa.select(Person.email)))


def test_the_featured_people_are_all_there(built: Flask) -> None:
    assert [one.name for one in queries.featured()] == [one.name for one in (*FEATURED, *LATER)]
    assert len(building.to_begin_with()) == len(FEATURED) + len(LATER) == 17
