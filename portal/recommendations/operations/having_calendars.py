"""Somebody who acts for an organisation makes a secret address for its deadlines, makes it anew, and ends it."""

from __future__ import annotations

from typing import Any

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, hold, insert_unless_there
from portal.kernel.references import hashed, secret_token
from portal.organisations.models import Organisation
from portal.policy import Acting, Action, insist
from portal.recommendations.models import CalendarFeed
from portal.recommendations.queries.calendar import own_feed


def make(organisation: Organisation, *, by: Acting) -> str:
    """The token of a fresh address, which is told once; the person's earlier one for this organisation ends."""
    insist(by, Action.HAVE_CALENDAR, organisation)
    token, now = secret_token(), clock.now()
    facts: dict[str, Any] = {"token_hash": hashed(token), "made_at": now}
    there = not insert_unless_there(CalendarFeed, ("organisation_id", "person_id"), organisation_id=organisation.id, person_id=by.id, **facts)
    feed = own_feed(organisation, by.id)
    assert feed is not None  # it was there, or is now
    if there:
        hold(feed)
        feed.token_hash, feed.made_at = facts["token_hash"], now
    audit.record(Event.CALENDAR_MADE, feed, by=by)
    return token


def end(organisation: Organisation, *, by: Acting) -> None:
    """From now on the person's address leads nowhere. Ending it twice changes nothing more."""
    insist(by, Action.HAVE_CALENDAR, organisation)
    feed = own_feed(organisation, by.id)
    if feed is None:
        return
    db.session.delete(feed)
    audit.record(Event.CALENDAR_ENDED, feed, by=by)
