"""What the record tells of a piece of evidence, as its page says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.audit import Told
from portal.evidence.describing import LABELS
from portal.kernel import words

FACTS = {
    "title": "Title",
    "number": "Version",
    "form": "Handed in as",
    "to": "Pinned to",
    "page": "Page",
    "place": "Place on the page",
    "outcome": "Scanner",
    "malware": "Malware",
    "found": "Found",
    "could_be_read": "Could be read",
    "choice": "Choice",
    "reason": "Reason",
    "numbers": "Versions",
    **{name: label for name, label in LABELS.items() if name != "title"},
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
    return [
        Moment(one.at, one.event.words[:1].upper() + one.event.words[1:], one.by_name, _lines(one.facts))
        for one in records
    ]


def _lines(facts: dict[str, Any]) -> tuple[str, ...]:
    said = {**{name: value for name, value in facts.items() if name != "changes"}, **facts.get("changes", {})}
    return tuple(_line(FACTS[name], said[name]) for name in FACTS if said.get(name) not in (None, "", 0, {}, []))


def _line(label: str, value: Any) -> str:
    if isinstance(value, list) and label != FACTS["numbers"]:
        return f"{label}: {_plain(value[1])} (was: {_plain(value[0])})"
    return f"{label}: {_plain(value)}"


def _plain(value: Any) -> str:
    if value in (None, "", 0):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return words.listing(f"{name} ({count})" for name, count in value.items())
    if isinstance(value, list):
        return words.listing(str(one) for one in value)
    try:
        return words.day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
