"""After its last day an assessment that was not handed in is closed, and that it was not is a recorded fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

import sqlalchemy as sa

from portal import audit, outbox
from portal.assessments.lifecycle import ASSESSMENT, OPEN, Verb
from portal.assessments.models import Assessment, Window
from portal.assessments.queries import periods as queries
from portal.audit import Event
from portal.gaps.models import GapKind, Severity
from portal.gaps.operations import register
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import PORTAL, Acting, Action, Role, insist

CHUNK = 50  # assessments closed in one transaction
GAP_DUE_AFTER = timedelta(days=30)
TOLD = (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)


def close_periods(today: date) -> Iterator[Callable[[], int]]:
    """Close what was not handed in, a few assessments a step, and then the windows whose last day has passed."""
    waiting = queries.to_close(today)
    for first in range(0, len(waiting), CHUNK):
        yield partial(_close_some, waiting[first : first + CHUNK], today)
    yield partial(_mark_closed, today)


def _close_some(assessment_ids: Sequence[int], today: date) -> int:
    closed = 0
    for assessment in db.session.scalars(sa.select(Assessment).where(Assessment.id.in_(assessment_ids))).all():
        closed += close(assessment, today=today, by=PORTAL)
    return closed


def close(assessment: Assessment, *, today: date, by: Acting) -> bool:
    """Close one as not submitted. False where there is nothing to close: it was handed in, or was given more time."""
    insist(by, Action.SET_PERIODS, assessment)
    hold(assessment)
    if assessment.state not in OPEN or assessment.closes_on >= today:
        return False
    ASSESSMENT.move(assessment, Verb.CLOSE)
    assessment.not_submitted_on = today
    assessment.changed_at = clock.now()
    audit.record(Event.NOT_SUBMITTED, assessment, by=by, closed_on=assessment.closes_on)
    register.open_gap(
        organisation_id=assessment.organisation_id,
        organisation_kind=assessment.organisation_kind,
        kind=GapKind.NOT_SUBMITTED,
        about=assessment.reference,
        standard=assessment.standard,
        pillar="",
        expectation="",
        level=None,
        target=None,
        severity=Severity.MODERATE,
        due_on=today + GAP_DUE_AFTER,
        by=by,
    )
    _tell(assessment)
    return True


def _tell(assessment: Assessment) -> None:
    about = queries.about(assessment.id)
    for person in recipients.holders(assessment.organisation_id, *TOLD):
        outbox.post(
            Letter.NOT_SUBMITTED,
            to=person.email,
            name=person.name,
            about=assessment.reference,
            period=assessment.closes_on,
            facts={
                "organisation": about.organisation,
                "period": about.period,
                "closed": words.day(assessment.closes_on),
                "reference": assessment.reference,
            },
        )


def _mark_closed(today: date) -> int:
    passed = sa.select(Window).where(Window.closed_at.is_(None), Window.closes_on < today)
    for window in db.session.scalars(passed).all():
        insist(PORTAL, Action.SET_PERIODS)
        window.closed_at = clock.now()
    return 0
