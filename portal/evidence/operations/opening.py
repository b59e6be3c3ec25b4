"""A file is opened. Whoever does not act for its organisation is recorded before they get it: the record is the ticket."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal import audit
from portal.audit import Event, Record
from portal.evidence.queries.items import SeenContent
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import WrongState
from portal.policy import Acting, Action, insist

GOOD_FOR = timedelta(minutes=5)  # between the press of the button and the last part of the file that is asked for

_OPENED = sa.select(
    sa.exists().where(
        Record.organisation_id == sa.bindparam("organisation_id"),
        Record.about == sa.bindparam("about"),
        Record.event == Event.EVIDENCE_OPENED.name,
        Record.by_id == sa.bindparam("person_id"),
        Record.facts == sa.bindparam("facts"),
        Record.at > sa.bindparam("since", type_=Record.at.type),
    )
)


def open_file(content: SeenContent, *, by: Acting) -> None:
    """Say that somebody opens a version, where that is to be on record."""
    insist(by, Action.OPEN_EVIDENCE, content)
    if not content.version.standing.opens:
        raise WrongState(content.version.standing.help)
    if not content.seen.own:
        audit.record(Event.EVIDENCE_OPENED, content.version.row, by=by, number=content.version.number)


def may_have(content: SeenContent, by: Acting) -> bool:
    """Whether this person may be given the file now: theirs, or opened and recorded a few minutes ago."""
    if content.seen.own:
        return True
    facts = audit.canonical({"number": content.version.number})
    asked = {
        "organisation_id": content.organisation_id,
        "about": content.version.row.audited_as(),
        "person_id": by.id,
        "facts": facts,
        "since": clock.now() - GOOD_FOR,
    }
    return bool(db.session.scalar(_OPENED, asked))
