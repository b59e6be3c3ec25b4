"""A period opens for one organisation: its assessment comes to be, not yet started."""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Period, Window
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, fresh_reference, insert_unless_there
from portal.organisations.models import Branch, Organisation
from portal.policy import PORTAL, Acting, Action, insist

_THERE = sa.select(Assessment).where(
    Assessment.organisation_id == sa.bindparam("organisation_id"),
    Assessment.period_id == sa.bindparam("period_id"),
    Assessment.standard == sa.bindparam("standard"),
)
_COVERED = sa.select(Branch.id).where(Branch.branch_id == sa.bindparam("branch_id"), Branch.until_on.is_(None))


def open_for(organisation: Organisation, period: Period, window: Window, *, by: Acting = PORTAL) -> Assessment | None:
    """Open the assessment of `organisation` in `period`, due by the days of `window`.

    None where there is nothing to open: it was opened before, or the organisation has not joined, is closed, or is a
    branch that a group answers for. Safe to run twice and by two workers at once.
    """
    insist(by, Action.SET_PERIODS)
    if not takes_part(organisation):
        return None
    key = {"organisation_id": organisation.id, "period_id": period.id, "standard": window.standard}
    if db.session.scalar(_THERE, key) is not None:
        return None
    # The table rather than the class: where another worker was first, nothing changed and nothing is to be recorded.
    opened = insert_unless_there(
        cast(Any, Assessment.__table__),
        ("organisation_id", "period_id", "standard"),
        **key,
        reference=fresh_reference(Assessment, "AS"),
        organisation_kind=organisation.kind,
        standard_version=window.standard_version,
        state=State.NOT_STARTED,
        first_due_on=window.due_on,
        due_on=window.due_on,
        closes_on=window.closes_on,
        changed_at=clock.now(),
    )
    if not opened:
        return None
    assessment = db.session.scalars(_THERE, key).one()
    audit.record(
        Event.PERIOD_OPENED,
        assessment,
        by=by,
        period=period.name,
        standard=f"{window.standard} {window.standard_version}",
        due_on=window.due_on,
    )
    return assessment


def takes_part(organisation: Organisation) -> bool:
    """Whether the organisation answers for itself today: joined, open, and no group answers for it."""
    if organisation.joined_on is None:
        return False
    if organisation.closed_on is not None and organisation.closed_on <= clock.today():
        return False
    return db.session.scalar(_COVERED, {"branch_id": organisation.id}) is None
