"""One letter a day at most tells a person everything that waits for them, on the days on which something falls due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from portal import outbox
from portal.assessments import deadlines
from portal.assessments.queries import reminding as queries
from portal.assessments.queries.reminding import Due, Held
from portal.kernel import words
from portal.outbox import Letter

CHUNK = 100  # people written to in one transaction
LINES = 20  # a longer list is cut, with the number of the rest


def reminders(today: date, since: date | None = None) -> Iterator[Callable[[], int]]:
    """Write to everybody for whom a reminder falls after `since` (by default yesterday), until `today`."""
    days = deadlines.reminded_of(today, since or today - timedelta(days=1))
    if not days:
        return
    people = queries.people_to_remind(days, today)
    for first in range(0, len(people), CHUNK):
        yield partial(_write_to_some, people[first : first + CHUNK], days, today)


def _write_to_some(people: Sequence[int], days: frozenset[date], today: date) -> int:
    held = queries.held(people, today)
    bodies = sorted({one.organisation_id for one in held})
    waiting = queries.waiting(bodies, people, today=today, horizon=deadlines.horizon(today))
    written = 0
    for _, posts in groupby(held, key=lambda one: one.person_id):
        written += _write(list(posts), waiting, days, today)
    return written


def _write(posts: list[Held], waiting: list[Due], days: frozenset[date], today: date) -> int:
    person = posts[0]
    mine = {
        organisation: [due for due in waiting if due.organisation_id == body and _is_for(due, person.person_id, its)]
        for (body, organisation), its in _by_body(posts).items()
    }
    everything = [due for dues in mine.values() for due in dues]
    if not any(due.due_on in days for due in everything):
        return 0
    facts = {
        "organisations": [_part(name, dues, today) for name, dues in mine.items() if dues],
        "number": len(everything),
        "overdue": sum(deadlines.overdue(due.due_on, today) for due in everything),
        "soonest": words.remaining((min(due.due_on for due in everything) - today).days),
    }
    about = person.reference
    return int(outbox.post(Letter.DIGEST, to=person.email, name=person.name, about=about, period=today, facts=facts))


def _by_body(posts: list[Held]) -> dict[tuple[int, str], list[Held]]:
    bodies: dict[tuple[int, str], list[Held]] = {}
    for post in posts:
        bodies.setdefault((post.organisation_id, post.organisation), []).append(post)
    return bodies


def _is_for(due: Due, person_id: int, posts: list[Held]) -> bool:
    if due.person_id is not None:
        return due.person_id == person_id
    return any(post.role in due.to for post in posts)


def _part(organisation: str, dues: list[Due], today: date) -> dict[str, Any]:
    ordered = sorted(dues, key=lambda due: (due.due_on, due.what))
    lines = [f"{due.what}: {words.remaining((due.due_on - today).days)} ({words.day(due.due_on)})" for due in ordered]
    return {"name": organisation, "lines": lines[:LINES], "more": max(0, len(lines) - LINES)}
