"""What the record tells of a gap or an action, as its page says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.audit import Told
from portal.kernel import words

FACTS = {
    "level": "Level",
    "target": "Target",
    "severity": "Severity",
    "due_on": "Due",
    "what": "What will be done",
    "owner": "Who will do it",
    "progress": "Progress",
    "state": "State",
    "why": "Why",
    "note": "Note",
}


@dataclass(frozen=True)
class Moment:
    """One thing that happened, and the lines that say more of it."""

    at: datetime
    what: str
    by: str
    lines: tuple[str, ...]


def told(records: Iterable[Told]) -> list[Moment]:
    """The records in words, in the order in which they come."""
    return [Moment(one.at, one.event.words.capitalize(), one.by_name, _lines(one.facts)) for one in records]


def _lines(facts: dict[str, Any]) -> tuple[str, ...]:
    said = {**{name: value for name, value in facts.items() if name != "changes"}, **facts.get("changes", {})}
    return tuple(_line(FACTS[name], said[name]) for name in FACTS if said.get(name) not in (None, ""))


def _line(label: str, value: Any) -> str:
    if isinstance(value, list):
        return f"{label}: {_plain(value[1])} (was: {_plain(value[0])})"
    return f"{label}: {_plain(value)}"


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    try:
        return words.day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
