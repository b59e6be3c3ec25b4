"""What falls short of a recommendation, as a table; and the gaps that follow from it in the one register."""

from __future__ import annotations

import datetime as dt

import pytest

from portal import audit
from portal.audit import Event
from portal.gaps.models import Gap, GapKind, Severity
from portal.gaps.operations import tallying
from portal.gaps.queries import register
from portal.kernel import clock
from portal.kernel.db import db
from portal.policy import PORTAL
from portal.recommendations import shortfalls
from portal.recommendations.lifecycle import Acceptance as A
from portal.recommendations.lifecycle import Delivery as D
from portal.recommendations.lifecycle import Ending
from portal.recommendations.operations import falling_short
from portal.recommendations.shortfalls import Shortfall as S
from tests.builders import an_answered_recommendation, an_issued_recommendation
from tests.recommendations.days import facts, run

TODAY, DUE = dt.date(2026, 10, 1), dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    ("acceptance", "delivery", "late", "silent", "found"),
    [
        (A.AWAITING, D.NOT_DUE, 0, None, set()),
        (A.AWAITING, D.NOT_DUE, 1, None, {S.OVERDUE}),
        (A.ACCEPTED, D.IN_PROGRESS, 1, 89, {S.OVERDUE}),
        (A.ACCEPTED, D.IN_PROGRESS, 0, 90, {S.STALLED}),
        (A.IN_PART, D.MORE_NEEDED, 1, 90, {S.OVERDUE, S.STALLED}),
        (A.ACCEPTED, D.SUBMITTED, 400, 400, set()),  # it is for the Ombudsman to decide
        (A.NOT_ACCEPTED, D.NOT_DUE, 0, 400, {S.REFUSED}),
        (A.NOT_ACCEPTED, D.SUBMITTED, 1, 400, {S.REFUSED}),
        (A.DISPUTED, D.NOT_DUE, 0, 400, set()),
        *[(A.ACCEPTED, ended, 400, 400, set()) for ended in (D.ON_TIME, D.LATE, D.IN_SUBSTANCE, D.OVERTAKEN, D.TRANSFERRED)],
        (A.NOT_ACCEPTED, D.NOT_COMPLIED, 400, 400, set()),
    ],
)
def test_what_falls_short_follows_from_the_facts(acceptance, delivery, late, silent, found):
    answered = None if silent is None else TODAY - dt.timedelta(silent)
    seen = shortfalls.falling_short(
        acceptance, delivery, due_on=TODAY - dt.timedelta(late), answered_on=answered, heard_on=None, today=TODAY
    )
    assert seen == found


@pytest.mark.parametrize(
    ("severity", "delivery", "late", "serious"),
    [(1, D.NOT_DUE, 29, False), (1, D.NOT_DUE, 30, True), (3, D.NOT_DUE, 1, False), (4, D.NOT_DUE, 1, True), (1, D.SUBMITTED, 90, False)],
)
def test_it_is_serious_when_long_overdue_or_about_a_grave_injustice(severity, delivery, late, serious):
    assert shortfalls.serious(severity, delivery, TODAY - dt.timedelta(late), TODAY) is serious


def gaps(one):
    """(kind, closed why) of each, in the order in which they were opened."""
    found = db.session.query(Gap).filter_by(recommendation=one.reference).order_by(Gap.id)
    return [(gap.kind, gap.closed_why) for gap in found.populate_existing()]


def settled(one, day, **changed):
    facts(one, **changed)
    with clock.at(day):
        found = falling_short.settle(one, by=PORTAL)
        db.session.commit()
    return found


def test_an_overdue_promise_opens_one_gap_and_evidence_closes_it(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    assert settled(one, DUE) == 0
    assert settled(one, DUE + dt.timedelta(1)) == 1
    assert settled(one, DUE + dt.timedelta(2)) == 0
    assert gaps(one) == [(GapKind.OVERDUE_PROMISE, "")]
    assert settled(one, DUE + dt.timedelta(3), delivery=D.SUBMITTED) == 1
    assert gaps(one) == [(GapKind.OVERDUE_PROMISE, "Evidence was submitted, and waits for the Ombudsman")]
    assert settled(one, DUE + dt.timedelta(40), delivery=D.MORE_NEEDED) == 1
    assert len(gaps(one)) == 2
    assert {told.event for told in audit.trail(cast.trust.id, f"gap {db.session.query(Gap).first().reference}")} == {
        Event.GAP_OPENED, Event.GAP_CLOSED,
    }  # fmt: skip


def test_a_refusal_opens_a_gap_and_thinking_better_of_it_closes_it(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    an_answered_recommendation(cast, one, answer=A.NOT_ACCEPTED, reasons="We did no wrong.", promises=[])
    assert gaps(one) == [(GapKind.REFUSED, "")]
    an_answered_recommendation(cast, one)
    assert gaps(one) == [(GapKind.REFUSED, "The organisation answered anew: accepted")]


def test_a_gap_grows_serious_with_the_days_and_is_counted_so(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    for day in (DUE + dt.timedelta(1), DUE + dt.timedelta(29)):
        run(day)
        assert register.counts(day).severities == {Severity.MODERATE: 1, Severity.SERIOUS: 0, Severity.STATUTORY: 0}
    run(DUE + dt.timedelta(30))
    assert register.counts(TODAY).severities == {Severity.MODERATE: 0, Severity.SERIOUS: 1, Severity.STATUTORY: 0}
    assert register.counts(TODAY).kinds[GapKind.OVERDUE_PROMISE] == 1
    tallying.fold()
    settled(one, TODAY, delivery=D.SUBMITTED)
    assert register.counts(TODAY).all == 0


def test_more_time_closes_the_gap_and_an_end_closes_every_one(cast):
    one = an_answered_recommendation(cast, an_issued_recommendation(cast, due_on=DUE))
    settled(one, TODAY)
    settled(one, TODAY, due_on=dt.date(2026, 12, 1))
    assert gaps(one) == [(GapKind.OVERDUE_PROMISE, "More time was given"), (GapKind.STALLED, "")]
    settled(one, TODAY, delivery=D.OVERTAKEN, ended_on=TODAY, ending=Ending.DECIDED, next_evidence_on=None)
    assert gaps(one)[1:] == [(GapKind.STALLED, "The recommendation has ended: closed: overtaken")]


def test_silence_for_ninety_days_opens_a_gap_by_time_alone_and_a_report_closes_it(cast):
    one = an_answered_recommendation(cast, an_issued_recommendation(cast, due_on=dt.date(2027, 6, 1)))
    quiet = one.answered_on + dt.timedelta(90)
    run(quiet - dt.timedelta(1))
    assert gaps(one) == []
    run(quiet)
    assert gaps(one) == [(GapKind.STALLED, "")]
    settled(one, quiet, heard_on=quiet)
    assert gaps(one) == [(GapKind.STALLED, "The organisation was heard of again")]


def test_a_gap_missed_for_a_year_of_a_dead_worker_opens_all_the_same(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    run(dt.date(2027, 10, 1))
    assert gaps(one) == [(GapKind.OVERDUE_PROMISE, "")]


def test_what_was_made_to_a_closed_organisation_is_no_gap_of_anybody(cast):
    one = an_issued_recommendation(cast, due_on=DUE)
    settled(one, TODAY)
    db.session.execute(db.text("UPDATE organisations SET closed_on = '2026-10-01' WHERE id = :id"), {"id": cast.trust.id})
    settled(one, TODAY)
    assert gaps(one) == [(GapKind.OVERDUE_PROMISE, "The organisation closed")]
    run(TODAY + dt.timedelta(1))
    assert len(gaps(one)) == 1


def test_two_recommendations_to_one_organisation_have_a_gap_each(cast):
    for number in (1, 2):
        settled(an_issued_recommendation(cast, number=number, due_on=DUE), TODAY)
    assert register.counts(TODAY).kinds[GapKind.OVERDUE_PROMISE] == 2
