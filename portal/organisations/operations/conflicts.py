"""Conflicts of interest: declared by the Ombudsman's staff, and ended by whoever declared them."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Invalid, NotFound, WrongState
from portal.organisations.models import Conflict, Organisation
from portal.policy import Acting, Action, insist


def declare(organisation: Organisation, *, reason: str, by: Acting) -> None:
    """From now on the policy keeps the person out of this organisation's reviews.

    The reason stays with the declaration: the organisation can read its record, and need not know a private matter.
    """
    insist(by, Action.DECLARE_CONFLICT, organisation)
    hold(organisation)  # so that a button pressed twice declares once
    mine = sa.select(Conflict.id).where(
        Conflict.person_id == by.id, Conflict.organisation_id == organisation.id, Conflict.ended_on.is_(None)
    )
    if db.session.scalar(mine) is not None:
        raise Invalid("organisation", f"You have declared a conflict with {organisation.name} already")
    conflict = Conflict(
        reference=fresh_reference(Conflict, "CF"),
        person_id=by.id,
        organisation_id=organisation.id,
        reason=reason,
        declared_on=clock.today(),
    )
    db.session.add(conflict)
    audit.record(Event.CONFLICT_DECLARED, conflict, by=by, organisation=organisation.name)


def end(conflict: Conflict, *, by: Acting) -> None:
    """Say that it is over; only the person who declared it can."""
    insist(by, Action.DECLARE_CONFLICT, conflict)
    if conflict.person_id != by.id:
        raise NotFound()
    hold(conflict)
    if conflict.ended_on is not None:
        raise WrongState(f"This conflict of interest ended on {words.day(conflict.ended_on)}.")
    conflict.ended_on = clock.today()
    organisation = db.session.get_one(Organisation, conflict.organisation_id)
    audit.record(Event.CONFLICT_ENDED, conflict, by=by, organisation=organisation.name)
