"""The daily job: who is written to and when, what is left alone, and what is only placed before an officer."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from portal import audit
from portal.audit import Event
from portal.jobs import delivery
from portal.kernel.db import db
from portal.organisations.models import Membership
from portal.outbox import OutgoingLetter
from portal.policy import Role
from portal.recommendations.ladder import LADDER
from portal.recommendations.lifecycle import Delivery, Ending, Taken
from portal.recommendations.models import LadderStep
from portal.recommendations.operations import climbing
from tests.builders import a_second_officer, a_sent_draft, an_answered_recommendation, an_issued_recommendation
from tests.recommendations.days import TOLD, facts, pause, run, run_until, taken, written

DUE = dt.date(2026, 9, 1)
FIRST, OVERDUE, MISSED, WAITS = "RECOMMENDATION_REMINDER", "RECOMMENDATION_OVERDUE", "EVIDENCE_MISSED", "LADDER_WAITS"


def on(days):
    return DUE + dt.timedelta(days)


def said(letter):
    rows = db.session.query(OutgoingLetter.facts).filter_by(letter=letter).order_by(OutgoingLetter.id)
    return [json.loads(row.facts) for row in rows]


@pytest.mark.parametrize(("days", "letter", "when"), [
    (-14, FIRST, "due in 14 days"), (0, FIRST, "due today"), (1, OVERDUE, "1 day overdue"), (15, OVERDUE, "15 days overdue"),
])  # fmt: skip
def test_the_managers_and_the_lead_are_written_to_once_on_each_day(cast, days, letter, when):
    one = an_issued_recommendation(cast, due_on=DUE)
    run(on(days))
    run(on(days))
    assert {to for _, _, to in written(letter)} == TOLD
    assert len(written(FIRST, OVERDUE)) == 2
    assert said(letter)[0]["when"] == when
    assert said(letter)[0]["text"] == one.public_text
    assert "names what went wrong" in said(letter)[0]["evidence"][0]
    level = 1 if letter == FIRST else 2
    assert taken(one) == [(level, days, Taken.SENT.value)]
    assert db.session.get_one(type(one), one.id, populate_existing=True).level == level
    assert audit.trail(cast.trust.id, one.audited_as(), limit=1)[0].facts == {"level": level, "after": days}


@pytest.mark.parametrize("days", [-13, -1, 2, 14, 16])
def test_on_other_days_nobody_is_written_to(cast, days):
    an_issued_recommendation(cast, due_on=DUE)
    run(on(days))
    assert written(FIRST, OVERDUE) == []


@pytest.mark.parametrize("changed", [
    {"delivery": Delivery.SUBMITTED},
    {"delivery": Delivery.NOT_COMPLIED, "ended_on": on(-20), "ending": Ending.DECIDED, "next_evidence_on": None},
    {"paused_until": on(100)},
])  # fmt: skip
def test_nobody_is_chased_for_what_was_received_or_has_ended_or_is_paused(cast, changed):
    one = an_issued_recommendation(cast, due_on=DUE)
    facts(one, **changed)
    for step in LADDER:
        run(on(step.after))
    assert taken(one) == []
    assert written(FIRST, OVERDUE, MISSED, WAITS) == []


def test_a_draft_is_nobodys_to_be_reminded_of(cast):
    a_sent_draft(cast, due_on=DUE)
    list(run_until(on(2), on(-1)))
    assert written(FIRST, OVERDUE) == []


def test_a_step_before_the_day_of_issue_is_not_made_good(cast):
    one = an_issued_recommendation(cast, due_on=dt.date(2026, 6, 10))
    run(dt.date(2026, 6, 2), since=dt.date(2026, 5, 20))
    assert taken(one) == []


def test_what_the_worker_missed_is_made_good_within_a_month(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    run(on(16), since=on(-3))
    assert [after for _, after, _ in taken(one)] == [0, 1, 15]
    assert len(written(FIRST, OVERDUE)) == 6
    two = an_issued_recommendation(cast, number=2, due_on=DUE)
    run(on(60), since=on(-20))
    assert [after for _, after, _ in taken(two)] == [30, 60]


def test_of_what_fell_into_a_pause_only_the_newest_is_written_once_it_is_over(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    pause(one, on(-15), on(4))
    assert [taken(one) for day in run_until(on(3), on(-15))][-1] == []
    run(on(4))
    assert taken(one) == [(2, 1, Taken.SENT.value)]
    list(run_until(on(20), on(5)))
    assert [after for _, after, _ in taken(one)] == [1, 15]


def test_a_pause_that_an_officer_ends_is_over_the_next_day(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    pause(one, on(-5), on(50), ended_on=on(3), ended_by="Cora Stein")
    run(on(3))
    assert taken(one) == []
    run(on(4))
    assert [after for _, after, _ in taken(one)] == [1]


def test_more_time_begins_the_ladder_anew(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    list(run_until(on(1), on(0)))
    facts(one, due_on=on(40), level=0)
    list(run_until(on(41), on(2)))
    assert [after for _, after, _ in taken(one)] == [0, 1, -14, 0, 1]
    assert len(written(FIRST, OVERDUE)) == 10


@pytest.mark.parametrize(("days", "level"), [(30, 3), (60, 4), (90, 5)])
def test_from_level_three_on_a_step_is_only_placed_before_the_officer(cast, days, level):
    one = an_issued_recommendation(cast, due_on=DUE)
    run(on(days))
    run(on(days))
    assert taken(one) == [(level, days, Taken.WAITING.value)]
    assert written(FIRST, OVERDUE, "LADDER_LETTER") == []
    assert [to for _, _, to in written(WAITS)] == ["colin@example.org"]
    assert db.session.get_one(type(one), one.id, populate_existing=True).level == 0
    assert audit.trail(cast.trust.id, one.audited_as(), working_papers=True)[0].event is Event.LADDER_STEP_PLACED
    assert audit.trail(cast.trust.id, one.audited_as())[0].event is not Event.LADDER_STEP_PLACED


def test_an_officer_gets_one_letter_a_day_of_everything_new(cast):
    for number in (1, 2, 3):
        an_issued_recommendation(cast, number=number, due_on=DUE)
    run(on(30))
    run(on(31))
    assert [facts["number"] for facts in said(WAITS)] == [3]
    lines = said(WAITS)[0]["steps"]["lines"]
    assert len(lines) == 3
    assert lines[0].startswith("Write to the executive lead: Northmoor NHS Foundation Trust, RC-")


def test_a_step_that_came_after_todays_letter_is_told_of_tomorrow(cast):
    an_issued_recommendation(cast, number=1, due_on=DUE)
    run(on(30))
    an_issued_recommendation(cast, number=2, due_on=DUE)
    run(on(30))
    assert len(said(WAITS)) == 1
    run(on(31))
    assert [facts["number"] for facts in said(WAITS)] == [1, 1]
    run(on(32))
    assert len(said(WAITS)) == 2


def test_whoever_looks_after_it_no_longer_is_replaced_by_every_officer_without_a_conflict(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    assert one.officer_id == a_second_officer(cast).id
    db.session.query(Membership).filter_by(person_id=one.officer_id).delete()
    db.session.info.clear()
    run(on(30))
    assert [to for _, _, to in written(WAITS)] == ["cora@example.org"]


def test_a_step_that_is_no_longer_called_for_is_put_aside_by_the_portal(cast):
    one, other = (an_issued_recommendation(cast, number=number, due_on=DUE) for number in (1, 2))
    run(on(30))
    facts(one, due_on=on(100))
    facts(other, delivery=Delivery.OVERTAKEN, ended_on=on(31), ending=Ending.DECIDED, next_evidence_on=None)
    run(on(32))
    steps = {row.recommendation_id: row for row in db.session.query(LadderStep)}
    assert {row.state for row in steps.values()} == {Taken.ASIDE}
    assert steps[one.id].note == "More time was given, until 10 December 2026."
    assert steps[other.id].note == "The recommendation ended."


def test_where_nobody_is_on_the_portal_the_officer_is_told_so(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    held = (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)
    db.session.query(Membership).filter(Membership.organisation_id == cast.trust.id, Membership.role.in_(held)).delete()
    db.session.info.clear()
    run(on(1))
    assert db.session.query(LadderStep).one().note == climbing.NOBODY
    assert said(WAITS)[0]["unread"]["lines"] == [f"Northmoor NHS Foundation Trust, {one.reference}"]


def test_a_day_for_evidence_that_passes_is_written_about_once_and_told_to_the_officer(cast):
    one = an_answered_recommendation(cast, an_issued_recommendation(cast, due_on=dt.date(2027, 6, 1)))
    day = one.next_evidence_on
    list(run_until(day + dt.timedelta(5), day - dt.timedelta(3)))
    assert sorted(to for _, _, to in written(MISSED)) == sorted(TOLD)
    assert [row.posted_at.date() for row in db.session.query(OutgoingLetter).filter_by(letter=MISSED)] == [day + dt.timedelta(1)] * 2
    assert said(WAITS)[0]["silent"]["lines"][0].endswith("nothing came by 30 August 2026")
    assert len(said(WAITS)) == 1


def test_of_the_due_day_itself_only_the_ladder_writes(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    facts(one, next_evidence_on=DUE)
    list(run_until(on(3), on(-1)))
    assert written(MISSED) == []
    assert len(written(OVERDUE)) == 2


def test_the_silence_of_a_pause_is_written_about_once_it_is_over(cast):
    one = an_answered_recommendation(cast, an_issued_recommendation(cast, due_on=dt.date(2027, 6, 1)))
    day = one.next_evidence_on
    pause(one, day - dt.timedelta(1), day + dt.timedelta(60))
    list(run_until(day + dt.timedelta(59), day))
    assert written(MISSED) == []
    list(run_until(day + dt.timedelta(62), day + dt.timedelta(60)))
    assert len(written(MISSED)) == 2


def test_every_letter_of_the_ladder_can_be_read(app, cast):
    one = an_answered_recommendation(cast, an_issued_recommendation(cast, due_on=dt.date(2027, 6, 1)))
    two = an_issued_recommendation(cast, number=2, due_on=DUE)
    facts(two, next_evidence_on=DUE)
    for step in LADDER:
        run(on(step.after))
    run(one.next_evidence_on + dt.timedelta(1))
    rows = db.session.query(OutgoingLetter).filter(OutgoingLetter.letter.in_((FIRST, OVERDUE, MISSED, WAITS))).all()
    assert {row.letter for row in rows} == {FIRST, OVERDUE, MISSED, WAITS}
    messages = [delivery.written(row, app.extensions["settings"]) for row in rows]
    for subject, text in ((str(message["Subject"]), message.get_content()) for message in messages):
        assert "{" not in subject + text
        assert "\n\n\n" not in text.replace("\r", "")
        assert text.startswith("Dear ")
        assert text.count("http://localhost/") == 1
    assert any("1 day overdue" in str(message["Subject"]) for message in messages)


def test_looking_for_the_days_steps_takes_as_many_queries_however_many_there_are(cast, queries):
    an_issued_recommendation(cast, due_on=DUE)
    with queries() as few:
        steps = len(list(climbing.climb(on(2), on(1))))
    for number in range(2, 30):
        an_issued_recommendation(cast, number=number, due_on=DUE)
    with queries() as many:
        more = len(list(climbing.climb(on(2), on(1))))
    assert len(few) == len(many) <= 20
    assert more == steps + 28  # a gap of each
