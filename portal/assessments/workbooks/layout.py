"""What a workbook looks like: its sheets, its columns, and the words in which a level is chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.assessments.fields import LABELS
from portal.audit import canonical
from portal.kernel import words

LAYOUT = "1"  # grows when a workbook downloaded before could no longer be read
MARK = "Complaint standards portal: the portal knows this workbook by this sheet. Do not change it."
READ_ME, ANSWERS, HELP, MARKS = "Read me first", "Answers", "Help", "Portal"
DOES_NOT_APPLY = "Does not apply"
YES = "Yes"


@dataclass(frozen=True)
class Column:
    """One column of the sheet of answers; `written` where the organisation writes."""

    key: str
    heading: str
    width: int
    written: bool = False


# The part that is read comes first, so that on paper it is a sheet of its own.
COLUMNS = (
    Column("expectation", "Expectation", 13),
    Column("asked", "What is asked", 46),
    Column("target", "Target", 9),
    Column("levels", "The four levels", 62),
    Column("last", "Last year", 46),
    Column("still_true", "Still true?", 11, True),
    Column("level", LABELS["level"], 16, True),
    Column("not_applicable_why", LABELS["not_applicable_why"], 28, True),
    Column("claim", LABELS["claim"], 46, True),
    Column("proof", LABELS["proof"], 36, True),
    Column("proof_link", LABELS["proof_link"], 24, True),
    Column("proof_on", LABELS["proof_on"], 16, True),
    Column("gap", LABELS["gap"], 42, True),
    Column("action", LABELS["action"], 42, True),
    Column("action_owner", LABELS["action_owner"], 24, True),
    Column("action_due_on", LABELS["action_due_on"], 16, True),
)
WRITTEN = tuple(column for column in COLUMNS if column.written)
HEADINGS = {column.key: column.heading for column in COLUMNS}
NEEDED = ("expectation", *(column.key for column in WRITTEN))  # without these columns a workbook cannot be taken
DAYS = ("proof_on", "action_due_on")

# What is changed, kept and chosen as one. A level and the reason why none applies exclude each other.
UNITS: dict[str, tuple[str, ...]] = {
    "level": ("level", "not_applicable_why"),
    **{name: (name,) for name in LABELS if name not in ("level", "not_applicable_why")},
}

MOST_BYTES = 8 * 1024 * 1024  # of the file, as everywhere in the portal
MOST_UNPACKED = 8 * 1024 * 1024  # of what it unpacks to; 25 answers that are full come to less than 1 MB
MOST_TAGS = 50_000  # in all of it: the time of reading goes with them. A workbook that is downloaded has 5,000
MOST_PARTS = 500  # files within the file
MOST_ROWS = 1000  # of one sheet
MOST_COLUMNS = 60


def level_words(number: int, name: str) -> str:
    """A level as it is chosen in a cell."""
    return f"{number} {name}"


def plain(value: Any) -> Any:
    """A value as it is compared: text as it would be stored."""
    return words.clean(value) if isinstance(value, str) else value


def stamp(unit: str, values: Mapping[str, Any]) -> str:
    """A mark of what a unit held when the workbook was downloaded, by which one's own changes are told from others'."""
    held = canonical({name: plain(values[name]) for name in UNITS[unit]})
    return hashlib.sha256(held.encode("utf-8", "surrogatepass")).hexdigest()[:16]
