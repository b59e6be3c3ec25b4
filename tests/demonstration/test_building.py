"""The demonstration is true to the rules: every state could have come about as its record says."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import audit, create_app
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Answer, Assessment, Finding, Period, Snapshot, Window
from portal.assessments.operations import receipts
from portal.assessments.sampling import draw
from portal.audit import Event, Record
from portal.config import Settings
from portal.demonstration import building, practices, queries
from portal.demonstration.featured import FEATURED
from portal.evidence.lifecycle import VERSION, VersionState, VersionVerb
from portal.evidence.models import (
    Choice,
    EvidenceItem,
    EvidenceVersion,
    Form,
    Mark,
    PersonalFinding,
    Pin,
    PinKind,
    Shows,
)
from portal.evidence.reading import look_safely
from portal.files import stores
from portal.files.models import StoredFile
from portal.gaps.lifecycle import OPEN
from portal.gaps.models import ABOUT_RECOMMENDATIONS, Gap, PlannedAction, Tally
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import is_working_day
from portal.organisations.models import Branch, Organisation, Person
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
from tests import databases
from tests.conftest import MONDAY


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration as it is served, in a database of its own."""
    folder = tmp_path_factory.mktemp("demonstration")
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), folder) as url, clock.at(MONDAY):
        settings = Settings(instance=folder / "instance", database_url=url, base_url="http://localhost", demonstration=True)
        app = create_app(settings)
        with app.app_context():
            databases.migrate()
            building.build_if_empty()
            db.session.commit()
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(autouse=True)
def nothing_held(built: Flask) -> Iterator[None]:
    yield
    db.session.rollback()


def rows(statement: Any) -> list[Any]:
    return list(db.session.execute(statement))


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
        ledger, _, _ = building.tell_everything()
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


def test_each_assessment_is_told_in_the_order_in_which_it_happened(built: Flask) -> None:
    last: dict[int, Any] = {}
    for record in rows(sa.select(Record.organisation_id, Record.at).order_by(Record.organisation_id, Record.sequence)):
        assert record.at >= last.get(record.organisation_id, record.at)
        last[record.organisation_id] = record.at
    assert max(last.values()) <= clock.now()


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


def test_every_document_is_stored_whole_and_is_what_its_name_says(built: Flask) -> None:
    files = rows(sa.select(StoredFile.sha256, StoredFile.size, StoredFile.kind))
    assert len(files) > 50
    assert {one.kind for one in files} == {"pdf", "text", "xlsx"}
    for one in files:
        content = b"".join(stores.store().chunks(one.sha256))
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one.sha256, one.size)


def test_a_look_finds_in_each_document_what_the_demonstration_says_it_found(built: Flask) -> None:
    seen = set()
    versions = rows(
        sa.select(EvidenceVersion.id, EvidenceVersion.number, EvidenceItem.title, StoredFile.sha256, StoredFile.kind)
        .join(EvidenceItem, EvidenceItem.id == EvidenceVersion.item_id).join(StoredFile, StoredFile.id == EvidenceVersion.file_id)
    )  # fmt: skip
    for one in versions:
        if (one.title, one.number) in seen:  # of each text, one organisation's
            continue
        seen.add((one.title, one.number))
        with stores.store().path_of(one.sha256) as path:
            look = look_safely(path, one.kind)
        told = rows(sa.select(PersonalFinding.kind, PersonalFinding.place, PersonalFinding.excerpt, PersonalFinding.times)
                    .where(PersonalFinding.version_id == one.id).order_by(PersonalFinding.id))  # fmt: skip
        assert look.readable
        assert [(found.kind.value, found.place, found.excerpt, found.count) for found in look.found] == [tuple(row) for row in told]
    assert len(seen) == 7


PASSED_ON = {
    Event.EVIDENCE_SCANNED: lambda facts: VersionVerb.PASS,
    Event.PERSONAL_DATA_LOOKED_FOR: lambda facts: VersionVerb.ASK if facts["found"] else VersionVerb.RELEASE,
    Event.PERSONAL_DATA_DECIDED: lambda facts: VersionVerb.STOP if facts["choice"] == Choice.STOPPED.value else VersionVerb.EXPLAIN,
}


def test_replaying_the_record_gives_the_stored_state_of_every_file(built: Flask) -> None:
    told = rows(sa.select(Record).where(Record.about.like("evidence %")).order_by(Record.organisation_id, Record.sequence))
    lives: dict[tuple[str, int], Any] = defaultdict(lambda: SimpleNamespace(state=VERSION.first))
    for (record,) in told:
        facts = json.loads(record.facts)
        if Event[record.event] in PASSED_ON:
            VERSION.move(lives[record.about, facts["number"]], PASSED_ON[Event[record.event]](facts))
    stored = rows(sa.select(EvidenceVersion).where(EvidenceVersion.form == Form.FILE))
    assert {(one.audited_as(), one.number): one.state for (one,) in stored} == {key: life.state for key, life in lives.items()}
    assert {one.state for (one,) in stored} >= {VersionState.RELEASED, VersionState.CHOICE, VersionState.STOPPED}


def test_what_is_signed_names_the_version_that_was_pinned_then(built: Flask) -> None:
    replaced = rows(
        sa.select(Pin.reference, Pin.about, EvidenceVersion.number, EvidenceVersion.sha256, EvidenceItem.current)
        .join(EvidenceVersion, EvidenceVersion.id == Pin.version_id).join(EvidenceItem, EvidenceItem.id == Pin.item_id)
        .where(Pin.frozen_at.is_not(None), Pin.kind == PinKind.EXPECTATION)
    )  # fmt: skip
    copies: dict[str, Any] = {}
    for reference, content in rows(sa.select(Assessment.reference, Snapshot.content).join(Snapshot, Snapshot.assessment_id == Assessment.id).order_by(Snapshot.number)):
        copies[reference] = {answer["expectation"]: answer for answer in json.loads(content)["answers"]}
    assert len(replaced) > 100
    for one in replaced:
        reference, _, code = one.about.partition("/")
        [said] = [pin for pin in copies[reference][code]["evidence"] if pin["pin"] == one.reference]
        assert said["version"] == one.number
        assert said["sha256"] == one.sha256 or said["form"] != "file"
    assert any(one.number < one.current for one in replaced)
    carried = rows(sa.select(Pin.id).where(Pin.carried))
    assert len(carried) > 10
    assert {one.shows for one in rows(sa.select(Mark.shows).distinct())} == {Shows.SHOWS, Shows.DOES_NOT}


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


def test_every_address_is_one_that_nobody_can_have(built: Flask) -> None:
    assert all(email.endswith(".example") for email in db.session.scalars(sa.select(Person.email)))


def test_the_featured_people_are_all_there(built: Flask) -> None:
    assert [one.name for one in queries.featured()] == [one.name for one in FEATURED]
    assert len(building.featured()) == len(FEATURED) == 13
