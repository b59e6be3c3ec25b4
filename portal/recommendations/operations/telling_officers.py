"""One letter a day at most tells an officer which steps wait for them, what reached nobody, and where no evidence came."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from portal import outbox
from portal.kernel import words
from portal.organisations.queries import recipients
from portal.organisations.queries.recipients import Recipient
from portal.outbox import Letter
from portal.policy import Role
from portal.recommendations.drafted_letters import letters
from portal.recommendations.queries import climbing
from portal.recommendations.queries.climbing import Waits

LINES = 20  # of each part; a longer one is cut, with the number of the rest
PARTS = ("steps", "unread", "silent")


def write(first: date, today: date) -> int:
    """Write to each officer for whom something is new. Of a step they are told once, on whichever day that comes to be."""
    mine: dict[Recipient, dict[str, list[Waits]]] = defaultdict(lambda: {part: [] for part in PARTS})
    whom = _Officers()
    for part, found in zip(PARTS, (climbing.waiting(), climbing.nobody_told(first, today), climbing.no_evidence(first, today)), strict=True):
        for one in found:
            for officer in whom.look_after(one):
                mine[officer][part].append(one)
    return sum(_write(officer, parts, today) for officer, parts in mine.items())


class _Officers:
    """Who is told about an organisation's: the officer who looks after it, or all of them where that one may not any more."""

    def __init__(self) -> None:
        self._free: dict[int, list[Recipient]] = {}

    def look_after(self, one: Waits) -> list[Recipient]:
        if one.organisation_id not in self._free:
            self._free[one.organisation_id] = recipients.free_staff(one.organisation_id, Role.COMPLIANCE_OFFICER)
        free = self._free[one.organisation_id]
        return [officer for officer in free if officer.person_id == one.officer_id] or free


def _write(officer: Recipient, parts: dict[str, list[Waits]], today: date) -> bool:
    said = {
        "steps": [f"{letters()[one.level].title}: {one.organisation}, {one.reference}" for one in parts["steps"]],
        "unread": [f"{one.organisation}, {one.reference}" for one in parts["unread"]],
        "silent": [f"{one.organisation}, {one.reference}: nothing came by {words.day(one.on)}" for one in parts["silent"]],
    }
    facts = {
        "number": sum(map(len, said.values())),
        **{part: {"lines": lines[:LINES], "more": max(0, len(lines) - LINES)} for part, lines in said.items()},
    }
    posted = outbox.post(Letter.LADDER_WAITS, to=officer.email, name=officer.name, about="ladder", period=today, facts=facts)
    if posted:
        climbing.tell([one.step for one in parts["steps"] if one.step is not None], today)
    return posted
