"""What is no longer needed of signing in, of old runs of jobs and of workbooks is deleted once its time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from portal.assessments.models import ReturnedWorkbook
from portal.assessments.operations import returning
from portal.jobs.models import JobRun
from portal.kernel import clock
from portal.kernel.db import Model, db
from portal.organisations.models import Attempts, BrowserSession, SignInLink

KEPT = timedelta(days=30)


def sweep() -> Iterator[Callable[[], int]]:
    """Delete links, sessions and counts of attempts that ended 30 days ago, and workbooks that nobody saved within a
    week; keep the newest run of each job."""
    before, unsaved = clock.now() - KEPT, clock.now() - returning.KEPT
    newest = sa.select(sa.func.max(JobRun.id)).where(JobRun.finished_at.is_not(None)).group_by(JobRun.job)
    old: tuple[tuple[type[Model], sa.ColumnElement[bool]], ...] = (
        (SignInLink, SignInLink.expires_at < before),
        (BrowserSession, sa.or_(BrowserSession.expires_at < before, BrowserSession.ended_at < before)),
        (Attempts, Attempts.window < before),
        (ReturnedWorkbook, ReturnedWorkbook.returned_at < unsaved),
        (JobRun, sa.and_(JobRun.claimed_at < before, JobRun.id.not_in(newest))),
    )
    for rows, gone in old:
        yield partial(_delete, sa.delete(rows).where(gone))


def _delete(statement: sa.Delete) -> int:
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)
