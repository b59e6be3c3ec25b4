"""A workbook that came back, read within limits: each row as what was written in it, each wrong cell by its place."""

from __future__ import annotations

import io
import logging
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from portal.assessments.fields import LABELS, checked
from portal.assessments.workbooks import cells
from portal.assessments.workbooks.cells import Cell, Unfit
from portal.assessments.workbooks.layout import (
    COLUMNS,
    DAYS,
    DOES_NOT_APPLY,
    HEADINGS,
    LAYOUT,
    MARK,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
    MOST_TAGS,
    MOST_UNPACKED,
    NEEDED,
    UNITS,
    stamp,
)
from portal.kernel import words
from portal.kernel.errors import Invalid

log = logging.getLogger(__name__)

AGAIN = "Download the workbook again, and copy into it what you wrote"


class NotAWorkbook(Exception):
    """Nothing of the file can be taken; the message says why, and what to do."""


@dataclass(frozen=True)
class Fault:
    """One cell that cannot be taken."""

    cell: str
    message: str


@dataclass(frozen=True)
class Row:
    """One row as it was written; `version` and `stamps` are from the hidden sheet, as it was downloaded."""

    number: int
    expectation: str
    version: int
    stamps: Mapping[str, str]
    typed: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    still_true: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Marked:
    """What the hidden sheet says of one answer."""

    version: int
    stamps: Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """A whole workbook."""

    reference: str
    standard: str
    standard_version: str
    rows: tuple[Row, ...]
    gone: tuple[str, ...]  # expectations that were in it when it was downloaded, and have no row now


def read(content: bytes, level_names: Sequence[str]) -> Reading:
    """What the workbook says, or NotAWorkbook."""
    _refuse_what_is_none(content)
    try:
        with warnings.catch_warnings():
            # What openpyxl leaves out of a sheet (drop-downs of newer programs) is not looked at here.
            warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
            return _read(content, level_names)
    except NotAWorkbook:
        raise
    except Exception as broken:  # openpyxl stumbles over a broken file in a hundred ways
        log.info("a workbook could not be read: %s", type(broken).__name__)
        raise NotAWorkbook(f"This workbook is damaged and cannot be read. {AGAIN}.") from broken


def _refuse_what_is_none(content: bytes) -> None:
    """By its content: not a workbook, or one that would unpack to more than anybody wrote."""
    if not content:
        raise NotAWorkbook("The file is empty. Choose the workbook that you downloaded and filled in.")
    if len(content) > MOST_BYTES:
        raise NotAWorkbook(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Take pictures and other additions out of it.")
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise NotAWorkbook(
            "This workbook is protected by a password, or saved in an old format. Save it as an Excel workbook (.xlsx) without a password."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_what_is_in_it(archive)
    # Each is what zipfile raises for some broken, locked or unknown archive.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError, zlib.error) as no_zip:
        raise NotAWorkbook(NOT_ONE) from no_zip


NOT_ONE = "This is not an Excel workbook (.xlsx), or it is damaged. Choose the workbook that you downloaded and filled in."
TOO_MUCH = f"This workbook holds far more than the one that was downloaded. {AGAIN}."


def _refuse_what_is_in_it(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise NotAWorkbook(TOO_MUCH)
    names = {part.filename for part in parts}
    if "mimetype" in names and b"opendocument" in archive.open("mimetype").read(100):
        raise NotAWorkbook("This is an OpenDocument file. In your program, save it as an Excel workbook (.xlsx) and upload that.")
    if "[Content_Types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        raise NotAWorkbook(NOT_ONE)
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise NotAWorkbook("This workbook holds macros. Save it as an Excel workbook without macros (.xlsx) and upload that.")
    read = [part for part in parts if not part.filename.startswith("xl/media/")]  # pictures are not looked at
    if sum(part.file_size for part in read) > MOST_UNPACKED:
        raise NotAWorkbook(TOO_MUCH)
    # A part gives no more than the size it declares, so no more than MOST_UNPACKED is unpacked here.
    if sum(archive.read(part).count(b"<") for part in read) > MOST_TAGS:
        raise NotAWorkbook(TOO_MUCH)


class _Reader(ExcelReader):  # type: ignore[misc]  # the package says nothing of its types
    """openpyxl's reader, but for shared texts: it takes `x005F_` out of them wherever it stands, also where a person
    wrote it. What is escaped is unescaped in `cells`, once and as the format says."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    self.shared_strings.append(Text.from_tree(node).content)
                    node.clear()


def _read(content: bytes, level_names: Sequence[str]) -> Reading:
    reader = _Reader(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    reader.read()
    sheets = [sheet for sheet in reader.wb.worksheets if hasattr(sheet, "reset_dimensions")]
    from_1904 = reader.wb.epoch == MAC_EPOCH
    head, marks = _marks(sheets, from_1904)
    for sheet in sheets:
        lines = _lines(sheet, from_1904)
        columns = _columns(next(lines, (0, ()))[1])
        if "expectation" in columns and len(set(NEEDED) & set(columns)) > len(NEEDED) // 2:
            return _answers(lines, columns, head, marks, level_names)
    raise NotAWorkbook(
        f"No sheet of this workbook has the headings of the sheet “Answers” in its first row: {words.listing(HEADINGS.values())}. {AGAIN}."
    )


def _lines(sheet: Any, from_1904: bool) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows that hold anything, each with its number. More than MOST_ROWS of them is not what was downloaded."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS), start=1):
        line = [
            Cell(f"{get_column_letter(at)}{number}", one.value, one.data_type or "s", from_1904)
            for at, one in enumerate(row, start=1)
        ]
        if any(one.value is not None for one in line):
            if number > MOST_ROWS:
                raise NotAWorkbook(f"The sheet {cells.quoted(sheet.title)} has more than {words.number(MOST_ROWS)} rows. {AGAIN}.")
            yield number, line


def _plain(cell: Cell) -> str:
    """Text where it can only be the portal's own."""
    try:
        return cells.text(cell)
    except Unfit:
        return ""


def _marks(sheets: Sequence[Any], from_1904: bool) -> tuple[Mapping[str, str], Mapping[str, Marked]]:
    """The hidden sheet, by the sentence it begins with, whatever it is called now."""
    for sheet in sheets:
        lines = [[_plain(cell) for cell in line] for _, line in _lines(sheet, from_1904)]
        if not lines or lines[0][0] != MARK:
            continue
        if lines[0][1] != LAYOUT:
            raise NotAWorkbook(f"This workbook is of another version of the portal. {AGAIN}.")
        head = {line[0]: line[1] for line in lines[1:6]}
        titles = next((line for line in lines if line[:2] == ["expectation", "version"]), [])
        marks = {}
        for line in lines[lines.index(titles) + 1 :] if titles else ():
            version = int(line[1]) if line[1].isdecimal() and len(line[1]) < 10 else -1
            marks[line[0]] = Marked(version, dict(zip(titles[2 : 2 + len(UNITS)], line[2:], strict=False)))
        return head, marks
    raise NotAWorkbook(
        "This is not a workbook that the portal made, or the hidden sheet by which the portal knows it was taken out. "
        f"{AGAIN}."
    )


def _columns(line: Sequence[Cell]) -> dict[str, int]:
    """Where each column stands now, by its heading."""
    keys = {column.heading.casefold(): column.key for column in COLUMNS}
    found: dict[str, int] = {}
    for at, cell in enumerate(line):
        key = keys.get(words.clean_line(_plain(cell)).casefold())
        if key is not None:
            found.setdefault(key, at)
    return found


def _answers(
    lines: Iterator[tuple[int, Sequence[Cell]]],
    columns: Mapping[str, int],
    head: Mapping[str, str],
    marks: Mapping[str, Marked],
    level_names: Sequence[str],
) -> Reading:
    lost = [HEADINGS[key] for key in NEEDED if key not in columns]
    if lost:
        named = words.listing(f"“{heading}”" for heading in lost)
        one = "The column with the heading" if len(lost) == 1 else "The columns with the headings"
        raise NotAWorkbook(f"{one} {named} {'is' if len(lost) == 1 else 'are'} missing from the sheet of answers. {AGAIN}.")
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, line in lines:
        row = _row(number, line, columns, marks, level_names)
        if row is None:
            continue
        first = seen.setdefault(row.expectation, number)
        if first != number:
            twice = Fault(line[columns["expectation"]].place, f"{cells.quoted(row.expectation)} stands in row {first} too. Keep one of the two rows")
            rows = [_with(one, twice) if one.expectation == row.expectation else one for one in rows]
            row = _with(row, twice)
        rows.append(row)
    gone = tuple(code for code in marks if code not in seen)
    return Reading(head.get("assessment", ""), head.get("standard", ""), head.get("version", ""), tuple(rows), gone)


def _with(row: Row, fault: Fault) -> Row:
    return Row(row.number, row.expectation, row.version, row.stamps, row.typed, row.places, row.still_true, (*row.faults, fault))


def _row(
    number: int,
    line: Sequence[Cell],
    columns: Mapping[str, int],
    marks: Mapping[str, Marked],
    level_names: Sequence[str],
) -> Row | None:
    """One row; None where nothing is written in it."""
    at = {key: line[columns[key]] for key in NEEDED}
    if all(cell.value in (None, "") for cell in at.values()):
        return None
    code = words.clean_line(_plain(at["expectation"]))
    places = {key: cell.place for key, cell in at.items()}
    if code not in marks:
        named = cells.quoted(code) if code else "Nothing"
        fault = Fault(places["expectation"], f"{named} is not an expectation of this workbook. Write the code as it was, or delete the row")
        return Row(number, code[:20], -1, {}, {}, places, False, (fault,))
    mark = marks[code]
    values, faults = _values(at, level_names, mark.stamps)
    saying = False
    try:
        saying = cells.still_true(at["still_true"])
    except Unfit as unfit:
        faults.append(Fault(places["still_true"], f"{unfit}."))
    return Row(number, code, mark.version, mark.stamps, {} if faults else values, places, saying, tuple(faults))


def _values(
    at: Mapping[str, Cell], level_names: Sequence[str], stamps: Mapping[str, str]
) -> tuple[dict[str, Any], list[Fault]]:
    """Every field of an answer, and every cell that holds none."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name in LABELS:
        try:
            values[name] = _field(name, at[name], level_names)
        except Unfit as unfit:
            faults.append(Fault(at[name].place, f"{unfit}."))
    settled = _settle_level(values, at)
    faults += [settled] if settled else []
    for unit, names in UNITS.items():
        if all(name in values for name in names) and stamps.get(unit) == stamp(unit, values):
            continue  # what was left as it was downloaded is not judged
        for name in (name for name in names if name in values):
            try:
                values[name] = _fit(name, values[name])
            except (Unfit, Invalid) as unfit:
                said = unfit.message if isinstance(unfit, Invalid) else str(unfit)
                faults.append(Fault(at[name].place, f"{said}."))
    return values, faults


def _field(name: str, cell: Cell, level_names: Sequence[str]) -> Any:
    if name == "level":
        return cells.level(cell, level_names)
    return cells.day(cell) if name in DAYS else cells.text(cell)


def _fit(name: str, value: Any) -> Any:
    """The value as it may be stored; Unfit or Invalid for what may not be."""
    if name in DAYS:
        cells.refuse_far_off(value)
    return checked({name: value})[name]


def _settle_level(values: dict[str, Any], at: Mapping[str, Cell]) -> Fault | None:
    """A level, or why none applies: both at once, or the second without a reason, say nothing that can be saved."""
    level, why = values.get("level"), values.get("not_applicable_why")
    if level == DOES_NOT_APPLY:
        values["level"] = None
        if why == "":
            return Fault(at["not_applicable_why"].place, f"{at['level'].place} says that it does not apply. Say why here.")
    elif level is not None and why:
        return Fault(
            at["not_applicable_why"].place,
            f"Here it says why it does not apply, but {at['level'].place} says level {level}. Keep one of the two.",
        )
    return None
