"""What a draft must say before it may be stored, whoever brings it: a form, a file or another system. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from portal.kernel import words
from portal.recommendations.models import CASE, WORDS
from portal.recommendations.types import types

LABELS = {
    "case_reference": "Case reference",
    "number": "Number within the case",
    "type": "Type",
    "severity": "Severity of the injustice",
    "failing": "The failing that was found",
    "text": "Recommendation, as the organisation reads it",
    "public_text": "Recommendation, as everybody reads it",
    "due_on": "Due date",
}
TEXTS = ("case_reference", "failing", "text", "public_text")
LONGEST = {"case_reference": CASE, "failing": WORDS, "text": WORDS, "public_text": WORDS}
MOST_OF_A_CASE = 999
IN_THE_FUTURE = "The due date must be in the future"


def cleaned(typed: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they may be stored: no text holds anything that cannot be seen."""
    facts = {name: words.clean(value) if name in TEXTS else value for name, value in typed.items()}
    facts["case_reference"] = words.clean_line(facts["case_reference"])
    return facts


def faults(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it) for each fact that nobody may store; the due date is judged by `past`."""
    for name in TEXTS:
        if not facts[name]:
            noun = f"{LABELS[name][:1].lower()}{LABELS[name][1:]}".removeprefix("the ")
            yield name, f"Enter the {noun}"
        elif len(facts[name]) > LONGEST[name]:
            yield name, f"{LABELS[name]} must be {words.number(LONGEST[name])} characters or fewer"
    if not 1 <= facts["number"] <= MOST_OF_A_CASE:
        yield "number", f"The number must be from 1 to {MOST_OF_A_CASE}"
    if not 1 <= facts["severity"] <= 6:
        yield "severity", "The severity must be from 1 to 6"
    if facts["type"] not in types():
        yield "type", "Choose the type"


def past(due_on: date, today: date) -> bool:
    """Whether it is too late to recommend that something be done by this day."""
    return due_on <= today


def closed(name: str, on: date, successors: Iterable[tuple[str, str]]) -> str:
    """Why nothing is recommended to a closed organisation, and to whom instead; `successors`: (name, code)."""
    listed = ", ".join(f"{called} ({code})" for called, code in successors)
    onward = f"Draft it for whoever took over its duties: {listed}" if listed else "The register names no successor"
    return f"{name} closed on {words.day(on)}. {onward}"
