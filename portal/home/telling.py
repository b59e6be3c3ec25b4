"""Facts that were kept as JSON, in plain words: a record of the trail, and a published finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.audit import Told
from portal.kernel import words
from portal.organisations.kinds import KINDS


@dataclass(frozen=True)
class Line:
    """What happened, to what, by whom, with each fact as (what it is, what it says)."""

    sequence: int
    at: datetime
    said: str
    about: str
    by: str
    facts: tuple[tuple[str, str], ...]
    sha256: str


_CALLED = {
    "sha256": "receipt",
    "joined_on": "from",
    "closed_on": "closing day",
    "due_on": "due",
    "reply_due_on": "reply due",
    "from_day": "instead of",
    "icb_code": "integrated care board",
    "board_code": "integrated care board",
    "successor_codes": "successors",
    "claim": "what is true",
    "proof_on": "date of the proof",
    "proof_link": "link to the proof",
    "action_due_on": "action due",
    "old": "before",
    "new": "after",
}


def told_in_words(told: Told) -> Line:
    facts = [part for name, value in sorted(told.facts.items()) for part in _fact(name, value)]
    said = told.event.words[:1].upper() + told.event.words[1:]
    return Line(told.sequence, told.at, said, told.about, told.by_name, tuple(facts), told.sha256)


def _fact(name: str, value: Any) -> list[tuple[str, str]]:
    if name == "changes" and isinstance(value, dict):
        return [(_called(one), _change(one, pair)) for one, pair in sorted(value.items())]
    if name == "changes" and isinstance(value, list):
        return [("changed", words.listing(_called(str(one)) for one in value))]
    return [(_called(name), _value(name, value))]


def _called(name: str) -> str:
    plain = _CALLED.get(name) or name.removesuffix("_on").removesuffix("_code").replace("_", " ")
    return plain[:1].upper() + plain[1:]


def _change(name: str, pair: Any) -> str:
    if isinstance(pair, list) and len(pair) == 2:
        return f"from {_value(name, pair[0])} to {_value(name, pair[1])}"
    return _value(name, pair)


def _value(name: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return words.listing(_value(name, one) for one in value)
    if isinstance(value, dict):
        return words.listing(f"{_called(key).lower()} {_value(key, one)}" for key, one in sorted(value.items()))
    if name == "kind" and value in KINDS:
        return KINDS[value]
    if isinstance(value, str) and len(value) == 10:
        try:
            return words.day(date.fromisoformat(value))
        except ValueError:
            return value
    return str(value)


def with_days_in_words(facts: Any) -> Any:
    """A frozen finding as the page shows it: each day written as people write it."""
    if isinstance(facts, list):
        return [with_days_in_words(one) for one in facts]
    if not isinstance(facts, dict):
        return facts
    return {
        name: words.day(date.fromisoformat(value))
        if (name == "on" or name.endswith("_on")) and isinstance(value, str)
        else with_days_in_words(value)
        for name, value in facts.items()
    }
