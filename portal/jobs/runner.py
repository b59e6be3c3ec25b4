"""The worker: ticks each minute, claims the jobs that are due, sends letters. Besides web/transaction.py it alone commits."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from portal.files.sweeping import damaged as damaged_files
from portal.jobs import checking, delivery, schedule
from portal.jobs.models import JobRun
from portal.jobs.schedule import Job, Step
from portal.kernel import clock
from portal.kernel import db as kernel_db
from portal.kernel.db import db, insert_unless_there

log = logging.getLogger("portal.jobs")

SILENT_FOR = timedelta(minutes=15)  # a run that says nothing for so long is taken up again

_MINE = sa.and_(JobRun.job == sa.bindparam("one"), JobRun.period == sa.bindparam("its"))
_TAKE_UP = (
    sa.update(JobRun)
    .where(_MINE, JobRun.finished_at.is_(None), JobRun.claimed_at < sa.bindparam("long_ago"))
    .values(claimed_at=sa.bindparam("now"))
    .execution_options(synchronize_session=False)
)
_STILL_HERE = (
    sa.update(JobRun)
    .where(_MINE)
    .values(claimed_at=sa.bindparam("now"))
    .execution_options(synchronize_session=False)
)
_FINISH = (
    sa.update(JobRun)
    .where(_MINE)
    .values(finished_at=sa.bindparam("now"), done=sa.bindparam("how_many"))
    .execution_options(synchronize_session=False)
)
_LAST = sa.select(sa.func.max(JobRun.finished_at)).where(JobRun.job == sa.bindparam("one"))
_THERE = sa.select(JobRun.claimed_at, JobRun.finished_at).where(_MINE)


class JobFailed(Exception):
    """Some steps of a job did not succeed; the log has each of them."""


class Stopped(Exception):
    """The worker was asked to stop between two steps; the run stays unfinished and is taken up again."""


_stopping = threading.Event()
# Letters do not wait for a long job: a link to sign in should arrive while it is being opened.
_at_work = {"tick": threading.Lock(), "send_letters": threading.Lock(), "run_errands": threading.Lock()}


def keep() -> None:
    """End the transaction under way, keeping what it wrote."""
    db.session.commit()


@contextmanager
def _working(app: Flask) -> Iterator[None]:
    token = kernel_db.writing.set(True)
    try:
        with app.app_context():
            yield
    finally:
        kernel_db.writing.reset(token)


def tick(app: Flask, now: datetime | None = None) -> int:
    """Run every job that is due and that no worker has claimed; returns how many this worker ran to their end."""
    ran = 0
    with _working(app):
        for job in schedule.JOBS:
            if _stopping.is_set():
                break
            ran += _run_if_due(job, now or clock.now())
    return ran


def _run_if_due(job: Job, now: datetime) -> int:
    period = job.latest_period(now)
    if not _claim(job, period, now):
        return 0
    try:
        done = _run(job, period)
    except Stopped:
        return 0
    except Exception:
        db.session.rollback()
        log.exception("The job %s for %s failed and is tried again in a quarter of an hour", job.name, period)
        return 0
    log.info("The job %s for %s did %s", job.name, period, done)
    return 1


def _claim(job: Job, period: str, now: datetime) -> bool:
    """Whether this worker is the one to run `job` for `period`."""
    key: dict[str, Any] = {"one": job.name, "its": period}
    there = _looked_at(key)
    if there is not None and (there.finished_at is not None or there.claimed_at >= now - SILENT_FOR):
        return False
    mine = insert_unless_there(JobRun, ("job", "period"), job=job.name, period=period, claimed_at=now, done=0)
    if not mine:
        taken: Any = db.session.execute(_TAKE_UP, {**key, "now": now, "long_ago": now - SILENT_FOR})
        mine = bool(taken.rowcount)
    keep()
    return mine


def _looked_at(key: dict[str, Any]) -> Any:
    """Looks without the write lock: almost every minute the answer is that there is nothing to do."""
    with kernel_db.only_reading():
        try:
            return db.session.execute(_THERE, key).one_or_none()
        finally:
            db.session.rollback()


def _run(job: Job, period: str) -> int:
    key = {"one": job.name, "its": period}
    done = failed = 0
    for step in job.steps(clock.today(), _last_ran(job)):
        keep()  # what the job read to find its next step is no longer held
        if _stopping.is_set():
            raise Stopped
        try:
            done += step()
            db.session.execute(_STILL_HERE, {**key, "now": clock.now()})
            keep()
        except Exception:
            db.session.rollback()
            failed += 1
            log.exception("A step of the job %s for %s failed", job.name, period)
    if failed:
        raise JobFailed(f"{failed} steps of {job.name} failed")
    db.session.execute(_FINISH, {**key, "now": clock.now(), "how_many": done})
    keep()
    return done


def _last_ran(job: Job) -> date:
    """The day on which the job last came to its end; yesterday if it never did."""
    last = db.session.scalar(_LAST, {"one": job.name})
    return clock.london(last).date() if last is not None else clock.today() - timedelta(days=1)


def run_job(app: Flask, name: str) -> int:
    """Run one job now, whether or not it is due, and say how much it did. Raises LookupError for an unknown name."""
    errands = {errand.name: errand for errand in schedule.ERRANDS}
    if name not in schedule.BY_NAME and name not in errands:
        raise LookupError(f"There is no job {name}. The jobs are: {', '.join([*schedule.BY_NAME, *errands])}.")
    with _working(app):
        if name in errands:
            return _step_by_step(errands[name].steps())
        return _step_by_step(schedule.BY_NAME[name].steps(clock.today(), clock.today() - timedelta(days=1)))


def _step_by_step(steps: Iterator[Step]) -> int:
    done = 0
    for step in steps:
        keep()
        if _stopping.is_set():
            break
        done += step()
        keep()
    return done


def run_errands(app: Flask) -> int:
    """What people wait for (a scan), once through; one that fails keeps no other from being run."""
    done = 0
    with _working(app):
        for errand in schedule.ERRANDS:
            try:
                done += _step_by_step(errand.steps())
            except Exception:
                db.session.rollback()
                log.exception("The errand %s failed and is tried again in a few seconds", errand.name)
    return done


def verify_files(app: Flask) -> tuple[int, list[str]]:
    """Hash every stored file now: how many there were, and a line for each that is damaged, also since before."""
    with _working(app):
        checked = _step_by_step(checking.check_files(clock.now() + timedelta(seconds=1)))
        with kernel_db.only_reading():
            return checked, [str(one) for one in damaged_files()]


def send_letters(app: Flask) -> int:
    """Send what waits in the outbox; the letter at hand is finished before the worker stops."""
    with _working(app):
        return delivery.deliver(app, keep=keep, stopping=_stopping.is_set)


def work(app: Flask) -> None:
    """The worker, until it is told to stop by SIGTERM or Ctrl-C."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler = BlockingScheduler(timezone="UTC")
    rest = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None, "next_run_time": clock.now()}
    scheduler.add_job(_carefully, "interval", minutes=1, args=(tick, app), **rest)
    scheduler.add_job(_carefully, "interval", seconds=schedule.LETTERS_EVERY.seconds, args=(send_letters, app), **rest)
    scheduler.add_job(_carefully, "interval", seconds=schedule.ERRANDS_EVERY.seconds, args=(run_errands, app), **rest)

    def stop(_signal: int, _frame: Any) -> None:
        if not _stopping.is_set():  # a second signal changes nothing
            _stopping.set()
            # In a thread, for this one may hold what it would wait for.
            threading.Thread(target=scheduler.shutdown, kwargs={"wait": False}).start()

    def listen(_started: Any) -> None:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, stop)

    scheduler.add_listener(listen, EVENT_SCHEDULER_STARTED)  # what has not begun cannot be shut down; a signal before that ends it at once
    scheduler.start()
    for lock in _at_work.values():  # whatever is at hand comes to its end
        lock.acquire()


def _carefully(what: Callable[[Flask], int], app: Flask) -> None:
    """A failure (the database is away) is told, and tried again at the next tick."""
    with _at_work[what.__name__]:
        if _stopping.is_set():
            return
        try:
            what(app)
        except Exception:
            log.exception("The worker could not %s", what.__name__)
