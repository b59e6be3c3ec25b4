"""The days of an organisation as an iCalendar (RFC 5545): whole days, each with a name that stays the same for ever. Pure.

It leaves the portal, and many calendars are kept by others, so that of a text it holds only the public one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vDuration

MADE_BY = "-//Complaint standards and accreditation//Recommendations//EN"
AGAIN = timedelta(hours=12)  # how often a calendar is to ask


@dataclass(frozen=True)
class Day:
    """Something that is due on a day. `what` tells it from the other days of its recommendation, for ever."""

    what: str
    on: date
    title: str
    reference: str
    text: str
    made_at: datetime
    changed_at: datetime


def written(name: str, days: Iterable[Day], address: str) -> bytes:
    """The calendar. `address`: the portal's."""
    whole = Calendar()
    whole.add("prodid", MADE_BY)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", name)
    whole.add("refresh-interval", vDuration(AGAIN), parameters={"VALUE": "DURATION"})
    whole.add("x-published-ttl", vDuration(AGAIN))
    host = urlsplit(address).hostname or "portal"
    for day in sorted(days, key=lambda one: (one.on, one.reference, one.what)):
        whole.add_component(_event(day, host, address))
    return bytes(whole.to_ical())


def _event(day: Day, host: str, address: str) -> Event:
    event = Event()
    event.add("uid", f"{day.reference}-{day.what}@{host}")
    event.add("dtstamp", day.changed_at)
    event.add("created", day.made_at)
    event.add("last-modified", day.changed_at)
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", day.title)
    event.add("description", f"{day.text}\n\n{address}/recommendations/{day.reference}")
    event.add("url", f"{address}/recommendations/{day.reference}")
    event.add("transp", "TRANSPARENT")
    return event
