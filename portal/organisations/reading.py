"""Read a register file of any known shape into bodies, naming each line that is wrong and what to write instead."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from portal.organisations.kinds import KINDS, NHS_KINDS
from portal.organisations.layouts import Facts, Layout, LeftOut, recognised
from portal.organisations.names import displayed, in_capitals
from portal.organisations.rows import BodyRow, Change, Changed, Fault, Reading, Shape, compare
from portal.organisations.texts import decoded, lines

__all__ = ["BodyRow", "Change", "Changed", "Fault", "Reading", "Shape", "compare", "read"]

LONGEST_CODE = 100
LONGEST_NAME = 200
LONGEST_AREA = 10
_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_FORMULA = ("=", "+", "-", "@", "\t")
_EARLIEST, _LATEST = date(1600, 1, 1), date(2100, 1, 1)

Complain = Callable[[str, str], None]


def read(file_bytes: bytes, kind: str | None = None) -> Reading:
    """Read a file whose shape is told from its content; `kind` is used where the file does not name the kind."""
    if kind is not None and kind not in KINDS:
        return _refused([Fault(0, "kind", _unknown_kind(kind))])
    text, notes, faults = decoded(file_bytes)
    if faults:
        return _refused(faults, notes)
    found, faults = lines(text)
    if faults:
        return _refused(faults, notes)
    if not found:
        return _refused([Fault(0, "", "The file is empty. Export it again and check its size.")], notes)
    layout = recognised(found, kind)
    if isinstance(layout, Fault):
        return _refused([layout], notes)
    return _read_lines(layout, notes)


def _refused(faults: list[Fault], notes: Iterable[str] = ()) -> Reading:
    return Reading((), tuple(faults), Shape.UNKNOWN, tuple(notes))


def _read_lines(layout: Layout, notes: list[str]) -> Reading:
    rows: list[BodyRow] = []
    faults: list[Fault] = []
    left_out: Counter[LeftOut] = Counter()
    first_lines: dict[str, int] = {}
    for line, cells in layout.lines:
        if len(cells) != layout.width:
            faults.append(Fault(line, "", _wrong_width(len(cells), layout.width)))
            continue
        facts = layout.facts(cells)
        if isinstance(facts, LeftOut):
            left_out[facts] += 1
            continue
        row = _row(line, facts, layout, faults)
        first = first_lines.setdefault(facts["code"].strip().casefold(), line)
        if first != line and facts["code"].strip():
            message = f"“{facts['code'].strip()}” is also on line {first}. Keep one of lines {first} and {line}."
            faults.append(Fault(line, layout.called("code"), message))
        elif row is not None:
            rows.append(row)
    if not rows and not faults and not left_out:
        faults.append(Fault(0, "", "The file has a header and no bodies under it. Export it again."))
    told = [f"{count:,} {reason}" for reason, count in left_out.items()]
    return Reading(tuple(rows), tuple(faults), layout.shape, (*notes, *layout.notes, *told))


def _wrong_width(found: int, expected: int) -> str:
    columns = "1 column" if found == 1 else f"{found} columns"
    return f"This line has {columns} where {expected} are expected. Put a name that has commas in quotation marks."


def _row(line: int, facts: Facts, layout: Layout, faults: list[Fault]) -> BodyRow | None:
    before = len(faults)

    def complain(column: str, message: str) -> None:
        faults.append(Fault(line, layout.called(column), message))

    given = {column: text.strip() for column, text in facts.items()}
    kind = _kind(given.get("kind", ""), complain)
    code = _code(given["code"], "code", complain, required=True)
    code = _code_as_kept(code, kind)
    name = _name(given["name"], "name", complain)
    opened_on = _day(given.get("opened_on", ""), "opened_on", complain)
    closed_on = _day(given.get("closed_on", ""), "closed_on", complain)
    if opened_on and closed_on and closed_on < opened_on:
        message = f"It closed on {closed_on} before it opened on {opened_on}. Correct one of the two dates."
        complain("closed_on", message)
    if layout.status_says_closed(facts) and not closed_on and len(faults) == before:
        complain("closed_on", "Its status is C (closed) and it has no closing date. Write the date, such as 20240930.")
    parent = _code(given.get("parent_code", ""), "parent_code", complain)
    successors = tuple(_code(part, "successor_codes", complain) for part in _listed(given.get("successor_codes", "")))
    former_names = tuple(_name(part, "former_names", complain) for part in _listed(given.get("former_names", "")))
    _not_itself(code, parent, "parent_code", complain)
    for successor in successors:
        _not_itself(code, successor, "successor_codes", complain)
    region_code = _code(given.get("region_code", ""), "region_code", complain, longest=LONGEST_AREA)
    icb_code = _code(given.get("icb_code", ""), "icb_code", complain, longest=LONGEST_AREA)
    if len(faults) != before:
        return None
    capitals = layout.names_in_capitals and in_capitals(name)
    return BodyRow(
        code=code,
        name=displayed(name) if capitals else name,
        kind=kind,
        region_code=region_code,
        icb_code=icb_code,
        parent_code=parent,
        opened_on=opened_on,
        closed_on=closed_on,
        successor_codes=successors,
        former_names=former_names,
        says=layout.says,
        in_capitals=capitals,
        line=line,
    )


def _kind(text: str, complain: Complain) -> str:
    if not text:
        complain("kind", f"It does not say what kind of organisation this is. Write one of {', '.join(KINDS)}.")
    elif text not in KINDS:
        complain("kind", f"{_no_kind(text)} Write one of {', '.join(KINDS)}.")
    return text


def _no_kind(text: str) -> str:
    return f"“{_short(text)}” is not a kind of organisation."


def _unknown_kind(text: str) -> str:
    """Said once for a whole file, so that there is room for what the letters mean."""
    return f"{_no_kind(text)} Write one of {', '.join(f'{letters} ({meaning})' for letters, meaning in KINDS.items())}."


def _code(text: str, column: str, complain: Complain, *, required: bool = False, longest: int = LONGEST_CODE) -> str:
    if not text:
        if required:
            complain(
                column, "It has no code. Write its ODS code, such as R0A, or its GOV.UK name, such as home-office."
            )
    elif len(text) > longest:
        complain(column, f"The code has {len(text):,} characters. Write at most {longest}.")
    elif not _CODE.fullmatch(text):
        complain(column, f"“{_short(text)}” is not a code. Write letters, figures and hyphens only.")
    return text


def _code_as_kept(code: str, kind: str) -> str:
    """ODS codes are kept in capitals, so that r0a and R0A are the same trust; GOV.UK names are kept in small letters."""
    if kind in NHS_KINDS and "-" not in code and len(code) <= 8:
        return code.upper()
    return code.lower()


def _name(text: str, column: str, complain: Complain) -> str:
    if not text:
        complain(column, "It has no name. Write the name of the organisation.")
    elif text.startswith(_FORMULA):
        complain(column, f"“{_short(text)}” begins with “{text[0]}” and looks like a formula. Begin with a letter.")
    elif len(text) > LONGEST_NAME:
        complain(column, f"The name has {len(text):,} characters. Write at most {LONGEST_NAME}.")
    elif "\n" in text or "\r" in text:
        complain(
            column, "The name runs over more than one line. Write it on one, and look for a missing quotation mark."
        )
    elif not any(character.isalnum() for character in text):
        complain(column, f"“{_short(text)}” is not a name. Write the name of the organisation.")
    return " ".join(text.split())


def _listed(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split("|") if part.strip()))


def _day(text: str, column: str, complain: Complain) -> date | None:
    if not text:
        return None
    day = _parsed(text)
    if day is None:
        complain(column, f"“{_short(text)}” is not a date. Write year, month and day, such as 2024-11-01.")
    return day


@lru_cache(maxsize=4096)
def _parsed(text: str) -> date | None:
    """20241101 as ODS writes it, or 2024-11-01; nothing else, because 01/11/2024 reads two ways."""
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        text = text[:4] + text[5:7] + text[8:]
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return day if _EARLIEST <= day < _LATEST else None


def _not_itself(code: str, other: str, column: str, complain: Complain) -> None:
    if other and other.casefold() == code.casefold():
        complain(column, f"“{_short(other)}” is the organisation itself. Write the code of another, or leave it empty.")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
