"""What is no longer needed of signing in, of jobs, of workbooks, of files of cases and of complainants is deleted in time."""

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
from portal.outbox import Letter, OutgoingLetter
from portal.recommendations.models import ImportedCases
from portal.recommendations.operations import waiting

KEPT = timedelta(days=30)


def sweep() -> Iterator[Callable[[], int]]:
    """Delete links, sessions and counts of attempts that ended 30 days ago, and workbooks and files of
    cases that nobody saved within a week; keep the newest run of each job. A letter that forgets its address and did
    not leave within 30 days is deleted with it: its link has run out."""
    before, unsaved, untaken = clock.now() - KEPT, clock.now() - returning.KEPT, clock.now() - waiting.KEPT
    newest = sa.select(sa.func.max(JobRun.id)).where(JobRun.finished_at.is_not(None)).group_by(JobRun.job)
    forgets = [letter.name for letter in Letter if letter.forgets]
    old: tuple[tuple[type[Model], sa.ColumnElement[bool]], ...] = (
        (SignInLink, SignInLink.expires_at < before),
        (BrowserSession, sa.or_(BrowserSession.expires_at < before, BrowserSession.ended_at < before)),
        (Attempts, Attempts.window < before),
        (ReturnedWorkbook, ReturnedWorkbook.returned_at < unsaved),
        (ImportedCases, ImportedCases.came_at < untaken),
        (OutgoingLetter, sa.and_(OutgoingLetter.letter.in_(forgets), OutgoingLetter.to_address != "", OutgoingLetter.posted_at < before)),
        (JobRun, sa.and_(JobRun.claimed_at < before, JobRun.id.not_in(newest))),
    )
    for rows, gone in old:
        yield partial(_delete, sa.delete(rows).where(gone))


def _delete(statement: sa.Delete) -> int:
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)
