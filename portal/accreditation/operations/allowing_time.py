"""Somebody needs more time in papers, and is given it: in every paper to come, and in the one that is open."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit
from portal.accreditation import sittings
from portal.accreditation.lifecycle import AttemptState
from portal.accreditation.models import Attempt, TimeAllowed
from portal.accreditation.queries import catalogue
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid
from portal.organisations.models import Membership
from portal.policy import Acting, Action, insist

CHOICES = (0, 25, 50, 100)  # per cent
_OPEN = sa.select(Attempt).where(Attempt.person_id == sa.bindparam("person"), Attempt.state == sa.literal(AttemptState.OPEN, literal_execute=True))


def allow(member: Membership, extra: int, *, by: Acting) -> None:
    """Give the person who holds this role so many per cent more time. No paper that is open becomes shorter."""
    insist(by, Action.ALLOW_TIME, member)
    if extra not in CHOICES:
        raise Invalid("extra", "Choose how much more time")
    one = db.session.scalar(sa.select(TimeAllowed).where(TimeAllowed.person_id == member.person_id).with_for_update())
    if one is None:
        one = TimeAllowed(person_id=member.person_id, extra=extra, granted_by=by.name, granted_at=clock.now())
        db.session.add(one)
        db.session.flush()
    elif one.extra == extra:
        return
    else:
        one.extra, one.granted_by, one.granted_at = extra, by.name, clock.now()
    audit.record(Event.TIME_ALLOWED, one, by=by, extra=extra)
    for paper in db.session.scalars(_OPEN, {"person": member.person_id}).all():
        _lengthen(hold(paper), extra, by)


def _lengthen(paper: Attempt, extra: int, by: Acting) -> None:
    course = catalogue.content(catalogue.version(paper.course_version_id))
    until = sittings.deadline(paper.began_at, course.paper.minutes, extra)
    if paper.state is AttemptState.OPEN and until > paper.deadline_at:
        paper.extra, paper.deadline_at = extra, until
        audit.record(Event.TIME_ALLOWED, paper, by=by, extra=extra)
