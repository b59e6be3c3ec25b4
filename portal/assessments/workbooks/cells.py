"""What a cell holds, as the field it stands for; or why it cannot be taken, in words for the person who wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from portal.assessments.workbooks.layout import DOES_NOT_APPLY, YES
from portal.kernel import words

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
_SERIAL = {False: date(1899, 12, 30), True: date(1904, 1, 1)}  # the day 0 of a workbook, by whether it counts from 1904
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes what XML cannot hold
_FIGURES = re.compile(r"([0-9]{1,2})[\s./-]+([0-9]{1,2})[\s./-]+([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_WRITTEN = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[\s.,-]+([a-z]{3,9})[\s.,-]+([0-9]{4})")
_MONTHS = {name.casefold()[:length]: at for at, name in enumerate(words.MONTHS, start=1) for length in (3, len(name))}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}
_ASIDE = frozenset({"does not apply", "doesn't apply", "doesn’t apply", "not applicable", "n/a", "na"})
_LEVEL = re.compile(r"(?:level\s*)?([1-4]|one|two|three|four)\b[\s.:–-]*(.*)")


class Unfit(Exception):
    """The cell cannot be taken; the message says why, and what to write."""


@dataclass(frozen=True)
class Cell:
    """One cell as it was read: where it stands, and `kind` in the letters of the file format (f: a formula, e: an error)."""

    place: str
    value: Any
    kind: str = "s"
    from_1904: bool = False


def typed(cell: Cell) -> Any:
    """What was typed into the cell, unescaped; Unfit for what was not typed."""
    if cell.kind == "f":
        raise Unfit("It holds a formula. Only what is written is taken: write the text or the figure itself")
    if cell.kind == "e":
        raise Unfit(f"It holds an error of the spreadsheet program, {quoted(str(cell.value))}. Write it again")
    if isinstance(cell.value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell.value)
    return cell.value


def text(cell: Cell) -> str:
    """Any cell as text."""
    value = typed(cell)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        said = words.day(value.date())
        return said if value.time() == time(0) else f"{said} {value:%H:%M}"
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, time | timedelta):
        return str(value)
    return words.clean(str(value))


def level(cell: Cell, names: Sequence[str]) -> int | str | None:
    """A level from 1 to 4, DOES_NOT_APPLY, or None where nothing is chosen. Figures and words that can only mean one
    level are taken as that level."""
    said = words.clean_line(text(cell)).casefold()
    if not said:
        return None
    if said in _ASIDE:
        return DOES_NOT_APPLY
    folded = [name.casefold() for name in names]
    if said in folded:
        return folded.index(said) + 1
    found = _LEVEL.fullmatch(said)
    if found:
        number = _NUMBERS.get(found[1]) or int(found[1])
        # The name may stand beside the figure, but not that of another level.
        if found[2] in ("", folded[number - 1]):
            return number
    choices = words.listing([f"{number} {name}" for number, name in enumerate(names, start=1)] + [DOES_NOT_APPLY], "or")
    raise Unfit(f"{quoted(said)} is not one of the levels. Choose {choices}")


def day(cell: Cell) -> date | None:
    """A day: a real one of the spreadsheet, or one that is typed as people in Britain write it."""
    value = typed(cell)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        found: date | None = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _of_serial(value, cell.from_1904)
    else:
        said = words.clean_line(str(value)).casefold()
        if not said:
            return None
        found = _of_text(said)
    if found is None:
        raise Unfit(f"{quoted(text(cell))} is not a day that exists. Write it like 27/3/2027")
    return found


def refuse_far_off(found: date | None) -> None:
    """Raise Unfit for a day that nobody means."""
    if found is not None and not EARLIEST <= found <= LATEST:
        raise Unfit(f"{words.day(found)} is not between {EARLIEST.year} and {LATEST.year}. Write the year in four figures")


def _of_serial(value: float, from_1904: bool) -> date | None:
    """A spreadsheet keeps a day as a number, and shows it as one where its format was lost."""
    if not 0 < value < 200_000 or value != int(value):
        return None
    found = _SERIAL[from_1904] + timedelta(days=int(value))
    return found if EARLIEST <= found <= LATEST else None


def _of_text(said: str) -> date | None:
    if found := _ISO.fullmatch(said):
        year, month, number = int(found[1]), int(found[2]), int(found[3])
    elif found := _FIGURES.fullmatch(said):
        number, month, year = int(found[1]), int(found[2]), int(found[3])
    elif (found := _WRITTEN.fullmatch(said)) and found[2] in _MONTHS:
        number, month, year = int(found[1]), _MONTHS[found[2]], int(found[3])
    else:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def still_true(cell: Cell) -> bool:
    """Whether somebody said that last year's answer is still true."""
    said = words.clean_line(text(cell)).casefold()
    if said in ("", "no", "n"):
        return False
    if said in (YES.casefold(), "y", "true"):
        return True
    raise Unfit(f"{quoted(said)} is not an answer here. Choose {YES}, or leave it empty")


def quoted(said: str) -> str:
    """What was written, shortened, so that a message stays a line."""
    line = words.clean_line(said)
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"
