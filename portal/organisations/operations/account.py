"""What a person changes of themselves."""

from __future__ import annotations

from portal import audit
from portal.audit import Event
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Stale
from portal.organisations.models import Person
from portal.policy import Acting, Action, insist


def rename(name: str, *, version: int, by: Acting) -> None:
    """Change one's own name, as it was shown in `version`. What was recorded under the old name stays."""
    insist(by, Action.USE_OWN_ACCOUNT)
    person = hold(db.session.get_one(Person, by.id))
    if person.version != version:
        raise Stale(
            "Your account was changed in another window while you were writing.",
            fields=[Both("Your name", theirs=person.name, yours=name, name="name")],
            version=person.version,
            own=True,
        )
    if person.name != name:
        person.name = name
        audit.record(Event.PERSON_RENAMED, person, by=by)
