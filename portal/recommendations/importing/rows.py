"""What a file of cases says of one recommendation, and what becomes of it. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.organisations.rows import Fault
from portal.recommendations import checking

COLUMNS = ("case_reference", "number", "organisation", "type", "severity", "failing", "text", "public_text", "due_on")
PASSED_OVER = frozenset({"themes", "expectations"})  # case systems send them; nothing reads them yet
COMPARED = ("type", "severity", "failing", "text", "public_text", "due_on")  # what a later file may say anew of a draft


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One recommendation, sound in itself. `organisation` is its code as the file writes it; `line` is of the file."""

    line: int
    case_reference: str
    number: int
    organisation: str
    type: str
    severity: int
    failing: str
    text: str
    public_text: str
    due_on: date

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in the case system: no two recommendations have one place."""
        return self.case_reference, self.number


Read = CaseRow | Fault  # a sound row, or one thing that is wrong with a line


class Becomes(enum.Enum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


def differing(row: CaseRow, there: Any) -> dict[str, list[Any]]:
    """What the row says anew of a draft: (there now, in the row) by the name of the fact."""
    pairs = {name: [getattr(there, name), getattr(row, name)] for name in COMPARED}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def departs(row: CaseRow, there: Any, wordings: Iterable[tuple[str, str]]) -> str:
    """The first column in which a row differs from what was issued, whichever of its wordings and due days the row has;
    empty where it is the same."""
    for name in ("type", "severity", "failing"):
        if getattr(row, name) != getattr(there, name):
            return name
    if (row.text, row.public_text) not in {(there.text, there.public_text), *wordings}:
        return "text" if row.text != there.text else "public_text"
    return "" if row.due_on in (there.due_on, there.original_due_on) else "due_on"


def in_words(names: Iterable[str]) -> list[str]:
    """What is changed, as a person calls it."""
    return [f"{checking.LABELS[name][:1].lower()}{checking.LABELS[name][1:]}" for name in names]
