"""A job runs once for each time it is due, whoever else ticks, and again if it was left unfinished."""

import datetime as dt

import pytest

from portal import outbox
from portal.assessments.models import Assessment
from portal.jobs import runner, schedule
from portal.jobs.models import JobRun
from portal.jobs.schedule import Each, Errand, Job
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Attempts, BrowserSession, SignInLink
from portal.outbox import Letter, OutgoingLetter, Post
from tests.builders import a_period

MONDAY = dt.datetime(2026, 6, 1, 9, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def jobs(monkeypatch):
    """Puts these jobs in place of the real ones."""

    def put(*jobs):
        monkeypatch.setattr(schedule, "JOBS", jobs)

    return put


def a_job(steps, each=Each.DAY, name="test"):
    return Job(name, steps, each, "a test")


def runs():
    db.session.expire_all()
    return db.session.query(JobRun).order_by(JobRun.id).all()


def ticked(app, at):
    with clock.at(at):
        return runner.tick(app)


def test_what_is_due_runs_once(app, cast):
    a_period(cast)
    assert runner.tick(app) == len(schedule.JOBS)
    assert runner.tick(app) == 0
    assert db.session.query(Assessment).count() == 5
    assert all(run.finished_at == MONDAY for run in runs())


def test_an_hour_later_only_the_hourly_jobs_run(app, cast):
    ticked(app, MONDAY)
    hourly = sum(job.each is schedule.Each.HOUR for job in schedule.JOBS)
    assert 0 < hourly < len(schedule.JOBS)
    assert ticked(app, MONDAY + 60 * MINUTE) == hourly


def test_after_days_of_standing_still_a_job_runs_once_and_is_told_since_when(app, cast, jobs):
    told = []
    jobs(a_job(lambda today, since: told.append((today, since)) or iter(())))
    for days in (0, 0, 5):
        ticked(app, MONDAY + dt.timedelta(days=days))
    assert told == [(dt.date(2026, 6, 1), dt.date(2026, 5, 31)), (dt.date(2026, 6, 6), dt.date(2026, 6, 1))]


def test_a_run_of_another_worker_is_left_alone_until_it_is_silent(app, cast, jobs):
    jobs(a_job(lambda *_: iter([lambda: 3])))
    db.session.add(JobRun(job="test", period="2026-06-01", claimed_at=MONDAY))
    db.session.commit()
    assert ticked(app, MONDAY + 15 * MINUTE) == 0
    assert ticked(app, MONDAY + 16 * MINUTE) == 1
    assert (runs()[0].done, runs()[0].finished_at) == (3, MONDAY + 16 * MINUTE)


def test_a_failing_step_is_undone_alone_and_tried_again(app, cast, jobs, caplog):
    broken = [True]

    def writes(name):
        def step():
            db.session.add(Attempts(what="test", who=name, window=clock.now(), count=1))
            db.session.flush()
            if name == "second" and broken:
                raise RuntimeError("the disk is full")
            return 1

        return step

    jobs(a_job(lambda *_: iter([writes(name) for name in ("first", "second", "third")])))
    assert runner.tick(app) == 0
    assert {one.who for one in db.session.query(Attempts)} == {"first", "third"}
    assert "the disk is full" in caplog.text
    assert runs()[0].finished_at is None
    broken.clear()
    db.session.query(Attempts).delete()
    db.session.commit()
    assert ticked(app, MONDAY + 5 * MINUTE) == 0
    assert ticked(app, MONDAY + 16 * MINUTE) == 1
    assert db.session.query(Attempts).count() == 3


def test_a_job_that_fails_does_not_stop_the_next(app, cast, jobs):
    def fails(*_):
        raise RuntimeError("no")

    jobs(a_job(fails, name="one"), a_job(lambda *_: iter(()), name="two"))
    assert runner.tick(app) == 1
    assert [(run.job, run.finished_at is None) for run in runs()] == [("one", True), ("two", False)]


def test_a_person_can_run_a_job_at_any_time_and_twice(app, cast):
    a_period(cast)
    assert runner.run_job(app, "open-periods") == 5
    assert runner.run_job(app, "open-periods") == 0
    with pytest.raises(LookupError, match="open-periods"):
        runner.run_job(app, "no-such-job")


def test_errands_are_run_each_time_and_one_that_fails_keeps_no_other_from_it(app, cast, monkeypatch, caplog):
    def fails():
        yield lambda: 1
        raise RuntimeError("no scanner")

    done = []
    errands = (Errand("one", fails, "a test"), Errand("two", lambda: iter([lambda: done.append(1) or 2]), "a test"))
    monkeypatch.setattr(schedule, "ERRANDS", errands)
    assert runner.run_errands(app) == runner.run_errands(app) == 2
    assert done == [1, 1]
    assert "The errand one failed and is tried again in a few seconds" in caplog.text
    assert runner.run_job(app, "two") == 2
    with pytest.raises(LookupError, match="two"):
        runner.run_job(app, "three")
    assert runs() == []


def test_a_run_that_still_works_says_so(app, cast, jobs):
    def steps(*_):
        for _ in range(2):
            yield lambda: 1

    jobs(a_job(steps))
    with clock.at(MONDAY):
        db.session.add(JobRun(job="test", period="2026-06-01", claimed_at=MONDAY - 20 * MINUTE))
        db.session.commit()
        assert runner.tick(app) == 1
    assert runs()[0].claimed_at == MONDAY


def test_what_is_no_longer_needed_of_signing_in_is_swept(app, cast):
    now = clock.now()
    for days, name in ((-31, "old"), (-29, "young")):
        then = now + dt.timedelta(days=days)
        db.session.add(SignInLink(email=name, token_hash=name, asked_at=then, expires_at=then))
        db.session.add(Attempts(what="test", who=name, window=then, count=1))
        db.session.add(
            BrowserSession(person_id=cast.rows["priya"].id, token_hash=name, began_at=then, expires_at=now, ended_at=then)
        )
        db.session.add(JobRun(job=name, period="x", claimed_at=then, finished_at=then))
        db.session.add(JobRun(job="remind", period=name, claimed_at=then, finished_at=then))
    db.session.commit()
    assert runner.run_job(app, "sweep") == 4
    db.session.expire_all()
    assert [one.email for one in db.session.query(SignInLink)] == ["young"]
    assert [one.who for one in db.session.query(Attempts)] == ["young"]
    assert db.session.query(BrowserSession).filter_by(token_hash="old").count() == 0
    # The newest run of a job stays, however old: it says since when reminders are owed.
    assert {(one.job, one.period) for one in db.session.query(JobRun)} == {("old", "x"), ("young", "x"), ("remind", "young")}


def test_a_letter_to_a_complainant_that_never_left_is_swept_with_its_address(app, cast):
    for days in (-31, -29):
        with clock.at(clock.now() + dt.timedelta(days=days)):
            for about in ("waiting", "forgotten"):
                outbox.post(Letter.COMPLAINANT_ASKED, to="somebody@example.net", name="", about=about, period=str(days), facts={"token": "t"})
            outbox.post(Letter.PERIOD_OPENED, to="priya@example.org", name="", about="another", period=str(days))
    for one in db.session.query(OutgoingLetter).filter_by(about="forgotten"):
        one.to_address, one.facts, one.state = "", "{}", Post.FAILED
    db.session.commit()
    assert runner.run_job(app, "sweep") == 1
    left = {(one.about, one.period) for one in db.session.query(OutgoingLetter)}
    assert left == {("waiting", "-29"), ("forgotten", "-31"), ("forgotten", "-29"), ("another", "-31"), ("another", "-29")}
