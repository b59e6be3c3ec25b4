"""Two workers run every job for a month, one of them killed at random: no letter is lost, and none is read twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import multiprocessing
import random
import time

import pytest

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment
from portal.gaps.models import Gap
from portal.jobs import delivery
from portal.jobs.models import JobRun
from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import Membership, Organisation, Person
from portal.outbox import OutgoingLetter, Post
from portal.policy import Role
from tests.builders import a_period
from tests.jobs.a_month import work_through
from tests.jobs.mailbox import a_mail_server
from tests.people import Cast

BEGIN = dt.datetime(2026, 6, 2, 0, 30, tzinfo=dt.UTC)
DUE, CLOSES = dt.date(2026, 6, 20), dt.date(2026, 6, 25)
REMINDED = [DUE + dt.timedelta(days) for days in (-14, -7, -1, 1)]
BUSY = {BEGIN.date(): 0, CLOSES + dt.timedelta(1): 0, **dict.fromkeys(REMINDED, 6)}  # the hour at which work falls due
HOURS = (0, 6, 12, 18)  # when the clock stops on a busy day; once on a quiet one
PATIENCE = 60  # seconds for one move of the clock


class Workers:
    """Two processes. `kill` ends one without warning; whichever is dead is started again."""

    def __init__(self, settings, folder):
        self.settings, self.folder, self.killed = settings, folder, 0
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.jobs.a_month"])
        self.processes = [self._started(number) for number in range(2)]

    def _started(self, number):
        process = self.context.Process(target=work_through, args=(self.settings, self.folder, number), daemon=True)
        process.start()
        return process

    def kill(self, number):
        self.killed += 1
        self.processes[number].kill()

    def replace_the_dead(self):
        for number, process in enumerate(self.processes):
            if not process.is_alive():
                process.join()
                assert process.exitcode == -9, f"a worker ended by itself with {process.exitcode}"
                process.close()
                self.processes[number] = self._started(number)

    def have_done(self, moment):
        done = [self.folder / f"done-{number}" for number in range(2)]
        return all(one.exists() and one.read_text() == moment for one in done)

    def work_at(self, moment, kill_after=None):
        """Move the clock to `moment` and wait until both have done what is due then."""
        text = moment.isoformat()
        said = self.folder / "next"
        said.write_text(text)
        said.rename(self.folder / "clock")
        if kill_after is not None:
            time.sleep(kill_after)
            self.kill(random.randrange(2))
        until = time.monotonic() + PATIENCE
        while not self.have_done(text):
            assert time.monotonic() < until, f"the workers did not come to the end of {text}"
            self.replace_the_dead()
            time.sleep(0.002)

    def end(self):
        (self.folder / "over").touch()
        for process in self.processes:
            process.join(10)
            assert process.exitcode == 0
            process.close()


def many_bodies(how_many):
    """Organisations that take part, each with a manager, beside the cast's."""
    day = clock.today()
    for number in range(how_many):
        body = {"code": f"M{number:03}", "name": f"Trust {number}", "sort_name": f"trust {number}", "kind": "T",
                "joined_on": day, "version": 1, "region_code": "", "board_code": ""}  # fmt: skip
        db.session.execute(Organisation.__table__.insert(), [body])
        body_id = db.session.scalar(db.select(Organisation.id).filter_by(code=body["code"]))
        person = {"reference": references.new("PE"), "email": f"m{number}@example.org", "name": f"Manager {number}",
                  "added_at": clock.now(), "totp_last_step": 0, "version": 1}  # fmt: skip
        db.session.execute(Person.__table__.insert(), [person])
        person_id = db.session.scalar(db.select(Person.id).filter_by(email=person["email"]))
        role = {"reference": references.new("MB"), "person_id": person_id, "organisation_id": body_id,
                "role": Role.COMPLAINTS_MANAGER, "job_title": "", "since_on": day}  # fmt: skip
        db.session.execute(Membership.__table__.insert(), [role])
    db.session.commit()


@pytest.mark.slow
def test_two_workers_one_killed_at_random_send_every_letter_exactly_once(own_app, tmp_path):
    cast = Cast.arrive()
    many_bodies(20)
    a_period(cast, opens_on=BEGIN.date(), due_on=DUE, closes_on=CLOSES)
    db.session.remove()
    folder = tmp_path / "month"
    folder.mkdir()
    random.seed(20260602)
    with a_mail_server() as mailbox:
        settings = dataclasses.replace(own_app.extensions["settings"], mail_server=mailbox.address)
        (folder / "clock").write_text(BEGIN.isoformat())
        workers = Workers(settings, folder)
        _a_month_of_killing(workers, mailbox)
        workers.end()
        assert workers.killed >= 8
        _every_letter_came_once(mailbox, settings, workers.killed)
    _the_month_is_in_the_books()


def _a_month_of_killing(workers, mailbox):
    arrivals = itertools.count(1)
    # Every 25th arrival a worker dies just before it hears that its letter was taken: the one moment that can
    # bring a second copy. The others die anywhere.
    mailbox.on_arrival = lambda: next(arrivals) % 25 == 0 and workers.kill(random.randrange(2))
    for day, hour in itertools.product(range(30), HOURS):
        moment = BEGIN + dt.timedelta(days=day, hours=hour)
        if moment.date() in BUSY or hour == 6:
            # Killed while they do the day's work; later in the day the rest is taken up.
            at_work = BUSY.get(moment.date()) == hour
            workers.work_at(moment, kill_after=random.uniform(0.01, 0.15) if at_work else None)
    mailbox.on_arrival = lambda: None
    for minutes in (20, 40):  # what the last of the dead left behind
        workers.work_at(moment + dt.timedelta(minutes=minutes))


def _every_letter_came_once(mailbox, settings, killed):
    rows = db.session.execute(db.select(OutgoingLetter.__table__)).all()
    assert {row.state for row in rows} == {Post.SENT}
    assert set(mailbox.stored) == {delivery.message_id(row, settings) for row in rows}
    assert len(mailbox.stored) == len(rows)  # none lost, none made twice
    assert mailbox.copies <= killed  # only a killed worker can bring a copy, which the mailbox drops
    by_letter = {name: [row for row in rows if row.letter == name] for name in {row.letter for row in rows}}
    managers = 20 + 4  # priya, sam, gus and dot
    assert len(by_letter["PERIOD_OPENED"]) == managers
    both = managers + 2  # edwin and nadia sign; gus is both
    assert len(by_letter["NOT_SUBMITTED"]) == both
    assert sorted(row.period for row in by_letter["DIGEST"]) == sorted(str(day) for day in REMINDED for _ in range(both))


def _the_month_is_in_the_books():
    states = {one.state for one in db.session.query(Assessment)}
    assert states == {State.NOT_SUBMITTED}
    assert db.session.query(Assessment).count() == db.session.query(Gap).count() == 25
    # A run that was killed is taken up again, or the next one does its work: the newest of each job came to its end.
    newest = db.select(db.func.max(JobRun.id)).group_by(JobRun.job)
    assert all(run.finished_at for run in db.session.query(JobRun).filter(JobRun.id.in_(newest)))
    assert audit.verify() == []
