"""An assessor says whose work they do not mark, and says when that is over."""

from __future__ import annotations

from portal import audit
from portal.accreditation.lifecycle import Bond
from portal.accreditation.models import Tie
from portal.accreditation.queries import tying as queries
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid
from portal.organisations.models import Person
from portal.policy import Acting, Action, insist


def declare(email: str, bond: Bond, *, by: Acting) -> None:
    """From now on the queue gives this assessor nothing that the person with this address wrote, nor the other way about."""
    insist(by, Action.MARK)
    person = queries.person(email)
    if person is None:
        raise Invalid("email", "Nobody who uses the portal has this address. You need not name people who do not")
    if person.id == by.id:
        raise Invalid("email", "This is your own address, and you are never given your own work")
    hold(db.session.get_one(Person, by.id))  # so that a button pressed twice declares once
    if any(one.person_id == person.id for one in queries.ties(by.id or 0)):
        raise Invalid("email", f"{person.name} is on your list already")
    made = Tie(assessor_id=by.id, person_id=person.id, bond=bond, declared_at=clock.now())
    db.session.add(made)
    audit.record(Event.TIE_DECLARED, made, by=by, person=person.name, bond=bond.value)


def end(one: Tie, *, by: Acting) -> None:
    """Say that it is over. A second time changes nothing."""
    insist(by, Action.MARK)
    hold(one)
    if one.ended_at is None:
        one.ended_at = clock.now()
        audit.record(Event.TIE_ENDED, one, by=by, person=db.session.get_one(Person, one.person_id).name)
