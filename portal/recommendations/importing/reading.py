"""Cells to rows: each line is sound, or every fault of it is named with what to write instead. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from portal.kernel import words
from portal.organisations.rows import Fault
from portal.organisations.texts import CONTROL, named_control
from portal.recommendations import checking
from portal.recommendations.importing.lines import Cells, Unreadable, cells_of
from portal.recommendations.importing.rows import COLUMNS, CaseRow, Read
from portal.recommendations.types import types

LONGEST_CODE = 120
A_NUMBER = "Write a whole number, such as 1."
_WHOLE = re.compile(r"[0-9]{1,9}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_BRITISH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def read(stream: BinaryIO, *, most: int | None = None) -> Iterator[Read]:
    """The rows and the faults of a file, in its order; it is read as they are asked for. After a fault from which nothing
    can be read on, and after `most` rows, there come no more."""
    first_lines: dict[tuple[str, int], int] = {}
    rows = 0
    try:
        for line, cells in cells_of(stream):
            rows += 1
            if most is not None and rows > most:
                yield Fault(line, "", too_many(most))
                return
            yield from _once(row_of(line, cells), first_lines) if isinstance(cells, dict) else (cells,)
    except Unreadable as unreadable:
        yield unreadable.fault
        return
    if not rows:
        yield Fault(0, "", "The file has a header and no recommendations under it. Export it again.")


def too_many(most: int) -> str:
    return (
        f"The file has more than {words.number(most)} recommendations, the most that this page takes. Split it and import the parts, or have "
        "whoever runs the portal import it by the command “portal recommendations import”, which takes any number."
    )


def _once(found: CaseRow | list[Fault], first_lines: dict[tuple[str, int], int]) -> Iterator[Read]:
    """No two lines of a file are of one place."""
    if not isinstance(found, CaseRow):
        yield from found
        return
    first = first_lines.setdefault(found.place, found.line)
    if first != found.line:
        case, number = found.place
        message = f"Recommendation {number} of case {case} is also on line {first}. Keep one of lines {first} and {found.line}."
        yield Fault(found.line, "number", message)
    else:
        yield found


def row_of(line: int, cells: Cells) -> CaseRow | list[Fault]:
    """One row, or all that is wrong with it."""
    faults: list[Fault] = []
    given = {name: _plain(line, name, cells[name], faults) for name in COLUMNS}
    if faults:
        return faults
    facts = checking.cleaned({name: given[name] for name in checking.LABELS})
    for name in ("number", "severity"):
        facts[name] = _whole(line, name, given[name], faults)
    facts["due_on"] = _day(line, given["due_on"], faults)
    facts["type"] = given["type"].strip()
    code = words.clean_line(given["organisation"])
    if not code or len(code) > LONGEST_CODE:
        faults.append(Fault(line, "organisation", "Write the organisation’s code on the register, such as RTX or home-office."))
    spoken_for = {fault.column for fault in faults}
    faults += [Fault(line, name, _said(name, wrong, facts)) for name, wrong in checking.faults(facts) if name not in spoken_for]
    return faults or CaseRow(line=line, organisation=code, **facts)


def _said(name: str, wrong: str, facts: dict[str, Any]) -> str:
    if name == "type":
        return f"“{_short(facts['type'])}” is not a type. Write one of {', '.join(types())}."
    return f"{wrong}."


def _plain(line: int, name: str, value: Any, faults: list[Fault]) -> str:
    """A cell as text. What looks like a formula is text as well: nothing here ever works one out."""
    if isinstance(value, int) and not isinstance(value, bool) and name in ("number", "severity"):
        return str(value) if abs(value) < 10**9 else "too large"
    if not isinstance(value, str):
        whole = name in ("number", "severity")
        faults.append(Fault(line, name, A_NUMBER if whole else "Write it as text, within quotation marks."))
        return ""
    found = CONTROL.search(value)
    if found:
        faults.append(Fault(line, name, f"There is {named_control(found[0])} in it. Delete it and import the file again."))
    return value


def _whole(line: int, name: str, text: str, faults: list[Fault]) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        said = A_NUMBER if text.strip() else f"Enter the {checking.LABELS[name].lower()}."
        faults.append(Fault(line, name, said))
        return 1
    return int(text)


def _day(line: int, text: str, faults: list[Fault]) -> date:
    iso, british = _ISO.fullmatch(text.strip()), _BRITISH.fullmatch(text.strip())
    parts = iso.groups() if iso else british.groups()[::-1] if british else ("0", "0", "0")
    try:
        day = date(*map(int, parts))
    except ValueError:
        day = date.min
    if not 1990 <= day.year <= 2100:
        said = f"“{_short(text.strip())}” is not a day. Write it like 2027-03-27 or 27/03/2027." if text.strip() else "Enter the due date."
        faults.append(Fault(line, "due_on", said))
    return day


def _short(text: str) -> str:
    shown = words.clean_line(text[:200])
    return shown if len(shown) <= 40 else shown[:39] + "…"
