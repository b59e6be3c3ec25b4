"""The clock walks through three missed days for evidence and the whole ladder, with the scheduler killed and doubled on the way."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import Counter
from itertools import zip_longest

import pytest
import sqlalchemy as sa

from portal import audit
from portal.gaps.models import Gap, GapKind, Tally
from portal.jobs import runner, schedule
from portal.jobs.models import JobRun
from portal.kernel import clock
from portal.kernel.db import db
from portal.outbox import OutgoingLetter
from portal.policy import PORTAL
from portal.recommendations import deadlines
from portal.recommendations.ladder import LADDER
from portal.recommendations.lifecycle import Delivery, Taken
from portal.recommendations.models import LadderStep, Recommendation
from portal.recommendations.operations import climbing, falling_short
from tests.builders import an_answered_recommendation, an_issued_recommendation
from tests.gaps.test_register import at_once
from tests.people import Cast
from tests.recommendations.days import TOLD, facts, pause

JOB = "climb-ladder"
BEGIN, END = dt.date(2026, 6, 1), dt.date(2027, 9, 5)
DUE = dt.date(2027, 6, 1)
REPORTS = [dt.date(2026, 9, 20), dt.date(2027, 1, 5)]  # the silent one reports twice, each time after a missed day
MISSED = [dt.date(2026, 8, 30), dt.date(2026, 12, 19), dt.date(2027, 4, 5)]
PAUSED = (dt.date(2027, 5, 30), dt.date(2027, 6, 10))
SUBMITTED = dt.date(2027, 6, 5)
LETTERS = {1: "RECOMMENDATION_REMINDER", 2: "RECOMMENDATION_OVERDUE"}


class Killed(BaseException):
    """The process ends at once: nothing of what it had not committed is kept, and nobody is told."""


def due(after):
    return DUE + dt.timedelta(after)


# On these days the process dies in the midst of its work, after as many statements as chance has it; then it is started again.
KILLED = {MISSED[0] + dt.timedelta(1), due(-14), due(1), due(15), due(30), due(60), PAUSED[1]}
# On these nobody starts it at all: the due day and the two days on which something else falls due.
DOUBLED = {due(step.after) for step in LADDER} | {day + dt.timedelta(1) for day in MISSED} | {PAUSED[1], due(2)}
AWAY = {due(0), MISSED[1] + dt.timedelta(1), MISSED[1] + dt.timedelta(2), due(90)}


class Worker:
    """The worker as `work` runs it, for this job alone; each day it is awake, it may be doubled or killed."""

    def __init__(self, app, chance):
        self.app, self.chance, self.deaths = app, chance, 0

    def day(self, day):
        if day in AWAY:
            return
        moment = dt.datetime.combine(day, dt.time(7), dt.UTC)
        for _ in range(3 if day in KILLED else 0):
            self.killed_at(moment)
            moment += dt.timedelta(minutes=20)
        with clock.at(moment):
            if day in DOUBLED:
                self.twice_at_once()
            if day in DOUBLED or day.day == 1:
                self.interleaved(day)
                self.tick()
            self.tick()
            db.session.rollback()  # as a process that begins has nothing open

    def tick(self):
        runner.tick(self.app)
        db.session.remove()

    def killed_at(self, moment):
        left = [self.chance.randrange(3, 60)]

        def dies(*_):
            left[0] -= 1
            if left[0] == 0:
                raise Killed

        sa.event.listen(db.engine, "before_cursor_execute", dies)
        try:
            with clock.at(moment):
                runner.tick(self.app)
        except Killed:
            self.deaths += 1
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", dies)
            db.session.rollback()
            db.session.remove()

    def twice_at_once(self):
        """Somebody runs the job by hand while another worker does, each with connections of its own."""
        assert not at_once(self.app, *(lambda: runner.run_job(self.app, JOB) for _ in range(2)))

    def interleaved(self, day):
        """Two runs that each found the same work, and do it by turns."""
        since = day - dt.timedelta(1)
        for steps in zip_longest(list(climbing.climb(day, since)), list(climbing.climb(day, since))):
            for step in steps:
                if step is not None:
                    step()
                    db.session.commit()


@pytest.mark.slow
def test_each_letter_goes_exactly_once_whatever_happens_to_the_scheduler(own_app, monkeypatch):
    monkeypatch.setattr(schedule, "JOBS", tuple(job for job in schedule.JOBS if job.name == JOB))
    cast = Cast.arrive()
    silent = an_answered_recommendation(cast, an_issued_recommendation(cast, number=1, due_on=DUE)).id
    stopped, heard = (an_issued_recommendation(cast, number=number, due_on=DUE).id for number in (2, 3))
    for id in (stopped, heard):
        facts(db.session.get_one(Recommendation, id), next_evidence_on=DUE)
    db.session.remove()
    worker = Worker(own_app, random.Random(20270601))
    for ahead in range((END - BEGIN).days + 1):
        day = BEGIN + dt.timedelta(ahead)
        with clock.at(dt.datetime.combine(day, dt.time(1), dt.UTC)):
            _what_people_do(day, silent, stopped, heard)
        worker.day(day)
    assert worker.deaths >= 10
    _the_letters(silent, stopped, heard)
    _the_ladder(silent, stopped, heard)
    _the_gaps(silent, stopped, heard)
    assert audit.verify() == []
    assert all(run.finished_at for run in db.session.query(JobRun))


def _what_people_do(day, silent, stopped, heard):
    """In the night before the job: reports, a pause, and evidence."""
    one = db.session.get_one(Recommendation, silent)
    if day in REPORTS:
        facts(one, heard_on=day, delivery=Delivery.IN_PROGRESS, next_evidence_on=deadlines.next_evidence(one.due_on, (), day))
    if day == PAUSED[0]:
        pause(db.session.get_one(Recommendation, stopped), *PAUSED)
    if day == SUBMITTED:
        facts(db.session.get_one(Recommendation, heard), delivery=Delivery.SUBMITTED)
    if day in (*REPORTS, SUBMITTED):
        for id in (silent, heard):
            falling_short.settle(db.session.get_one(Recommendation, id), by=PORTAL)
        db.session.commit()
    db.session.remove()


def _steps(reference, *after):
    return Counter({(LETTERS[step.level], reference, f"{DUE}, {step.after} days", to): 1
                    for step in LADDER if step.after in after for to in TOLD})  # fmt: skip


def _the_letters(silent, stopped, heard):
    """Each once to each, and no other; the paused one has no letter of the due day, for the newest stands for what fell into it."""
    names = {id: db.session.get_one(Recommendation, id).reference for id in (silent, stopped, heard)}
    rows = db.session.query(OutgoingLetter).filter(OutgoingLetter.letter.in_(("EVIDENCE_MISSED", *LETTERS.values()))).all()
    sent = Counter((row.letter, row.about, row.period, row.to_address) for row in rows)
    missed = Counter({("EVIDENCE_MISSED", names[silent], str(day), to): 1 for day in MISSED for to in TOLD})
    assert sent == (
        missed + _steps(names[silent], -14, 0, 1, 15) + _steps(names[stopped], -14, 1, 15) + _steps(names[heard], -14, 0, 1)
    )
    on = {(row.letter, row.about, row.period): clock.london(row.posted_at).date() for row in rows}
    assert [on["EVIDENCE_MISSED", names[silent], str(day)] for day in MISSED] == [
        MISSED[0] + dt.timedelta(1), MISSED[1] + dt.timedelta(3), MISSED[2] + dt.timedelta(1),  # two days nobody was there
    ]  # fmt: skip
    assert on[LETTERS[1], names[silent], f"{DUE}, 0 days"] == due(1)  # on the due day nobody was there
    assert on[LETTERS[2], names[stopped], f"{DUE}, 1 days"] == PAUSED[1]
    digests = db.session.query(OutgoingLetter).filter_by(letter="LADDER_WAITS").all()
    assert max(Counter((row.to_address, row.period) for row in digests).values()) == 1
    told = Counter(line for row in digests for line in _lines(row, "steps"))
    assert set(told.values()) == {1}
    assert len(told) == 6  # three steps each of two
    assert db.session.query(OutgoingLetter).filter_by(letter="LADDER_LETTER").count() == 0


def _lines(row, part):
    return json.loads(row.facts)[part]["lines"]


def _the_ladder(silent, stopped, heard):
    rows = db.session.query(LadderStep).all()
    after = {id: sorted(row.after for row in rows if row.recommendation_id == id) for id in (silent, stopped, heard)}
    assert after == {silent: [-14, 0, 1, 15, 30, 60, 90], stopped: [-14, 1, 15, 30, 60, 90], heard: [-14, 0, 1]}
    assert {row.state for row in rows if row.level <= 2} == {Taken.SENT}
    assert {row.state for row in rows if row.level >= 3} == {Taken.WAITING}
    levels = {one.id: one.level for one in db.session.query(Recommendation)}
    assert levels == {silent: 2, stopped: 2, heard: 2}
    steps = [record for record in db.session.query(audit.Record) if record.event.startswith("LADDER_STEP_")]
    assert len(steps) == len(rows)


def _the_gaps(silent, stopped, heard):
    names = {db.session.get_one(Recommendation, id).reference: id for id in (silent, stopped, heard)}
    there = Counter((gap.kind, names[gap.recommendation], gap.opened_on) for gap in db.session.query(Gap))
    closed = [(gap.kind, names[gap.recommendation], gap.closed_on) for gap in db.session.query(Gap).order_by(Gap.id) if gap.closed_on]
    assert closed == [*((GapKind.STALLED, silent, day) for day in REPORTS), (GapKind.OVERDUE_PROMISE, heard, SUBMITTED)]
    assert there == Counter({
        **{(GapKind.STALLED, silent, day): 1 for day in MISSED},
        **{(GapKind.OVERDUE_PROMISE, id, due(1)): 1 for id in names.values()},
    })  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.sum(Tally.change))) == db.session.query(Gap).filter(Gap.closed_on.is_(None)).count()
