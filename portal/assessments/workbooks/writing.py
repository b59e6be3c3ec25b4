"""The workbook as it is downloaded: what is asked, last year's answers, and cells to write in."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import xlsxwriter

from portal.assessments.carrying import LastAnswer
from portal.assessments.fields import LABELS, LONGEST
from portal.assessments.workbooks.cells import EARLIEST, LATEST
from portal.assessments.workbooks.layout import (
    ANSWERS,
    COLUMNS,
    DAYS,
    DOES_NOT_APPLY,
    HEADINGS,
    HELP,
    LAYOUT,
    MARK,
    MARKS,
    READ_ME,
    UNITS,
    YES,
    Column,
    level_words,
    plain,
    stamp,
)
from portal.kernel import clock, words
from portal.standards.records import ProfiledExpectation, Standard


class Answered(Protocol):
    """What is written of an answer."""

    @property
    def expectation(self) -> str: ...
    @property
    def target(self) -> int: ...
    @property
    def level(self) -> int | None: ...
    @property
    def not_applicable_why(self) -> str: ...
    @property
    def last_level(self) -> int | None: ...
    @property
    def confirmed(self) -> bool: ...
    @property
    def version(self) -> int: ...


@dataclass(frozen=True)
class Line:
    """One expectation of the workbook; `open` where this person may answer it now."""

    asked: ProfiledExpectation
    answer: Answered
    last: LastAnswer | None
    open: bool


@dataclass(frozen=True)
class Contents:
    """Everything that a workbook is made of."""

    reference: str
    organisation: str
    period: str
    standard: Standard
    due_on: date
    closes_on: date
    made_at: datetime
    address: str  # where it is uploaded again
    lines: Sequence[Line]

    @property
    def open(self) -> bool:
        return any(line.open for line in self.lines)


FONT = {"font_name": "Arial", "font_size": 11, "valign": "top"}
INK, PAPER, RULE, BLUE = "#0b0c0c", "#f3f3f3", "#b1b4b6", "#1d70b8"
DAY_FORMAT = "d mmmm yyyy"


class _Formats:
    """How cells look. What is locked is grey as well; what is open is white and may be written in."""

    def __init__(self, book: Any) -> None:
        cell = {**FONT, "text_wrap": True, "border": 1, "border_color": RULE, "font_color": INK}
        self.heading = book.add_format({**cell, "bold": True, "bg_color": INK, "font_color": "#ffffff"})
        self.written_heading = book.add_format({**cell, "bold": True, "bg_color": BLUE, "font_color": "#ffffff"})
        self.locked = book.add_format({**cell, "bg_color": PAPER, "num_format": "@"})
        self.code = book.add_format({**cell, "bg_color": PAPER, "bold": True, "underline": 1, "num_format": "@"})
        self.locked_number = book.add_format({**cell, "bg_color": PAPER, "align": "center"})
        self.locked_day = book.add_format({**cell, "bg_color": PAPER, "num_format": DAY_FORMAT, "align": "left"})
        # As text: what begins with = + - or @ stays what was written, and 1/2 does not become a day.
        self.open = book.add_format({**cell, "locked": False, "num_format": "@"})
        self.open_day = book.add_format({**cell, "locked": False, "num_format": DAY_FORMAT, "align": "left"})
        self.title = book.add_format({**FONT, "bold": True, "font_size": 18, "text_wrap": True})
        self.section = book.add_format({**FONT, "bold": True, "font_size": 14, "text_wrap": True})
        self.text = book.add_format({**FONT, "text_wrap": True})


def workbook(contents: Contents) -> bytes:
    """The file, the same bytes for the same contents. Every text is written as text, whatever it begins with."""
    told = io.BytesIO()
    book = xlsxwriter.Workbook(told, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": f"Assessment against the {contents.standard.title}, {contents.period}",
            "subject": contents.reference,
            "created": contents.made_at.replace(tzinfo=None),
        }
    )
    formats = _Formats(book)
    # In the order in which they are opened; the sheet of answers lies in front.
    _read_me(book.add_worksheet(READ_ME), contents, formats)
    answers = book.add_worksheet(ANSWERS)
    _answers(answers, contents, formats)
    _help(book.add_worksheet(HELP), contents, formats)
    _marks(book.add_worksheet(MARKS), contents)
    answers.activate()
    book.close()
    return told.getvalue()


PROTECTED = {"select_locked_cells": True, "format_columns": True, "format_rows": True}


def _read_me(sheet: Any, contents: Contents, formats: _Formats) -> None:
    sheet.set_column(0, 0, 100)
    lines: list[tuple[str, Any]] = [
        (f"Assessment against the {contents.standard.title}, {contents.period}", formats.title),
        (contents.organisation, formats.section),
        (f"{contents.reference}, as it was on {words.moment(contents.made_at)}", formats.text),
        *((text, formats.text) for text in (_how_to_answer(contents) if contents.open else [ONLY_TO_READ])),
    ]
    lines.insert(3, ("How to use this workbook", formats.section))
    for row, (text, format) in enumerate(lines):
        sheet.set_row(row, _height([(text, 90 if format is formats.text else 60)], least=format.font_size * 1.6))
        sheet.write_string(row, 0, text, format)
    _page(sheet, contents, columns_wide=1, landscape=False)
    sheet.protect("", PROTECTED)


ONLY_TO_READ = "This is a copy to read and print: nothing in it can be changed by you now. The sheet “Help” explains each expectation."


def _how_to_answer(contents: Contents) -> list[str]:
    due = f"It is to be handed in by {words.weekday(contents.due_on)}, and closes on {words.day(contents.closes_on)}."
    steps = [
        "Go to the sheet “Answers”. Each row is one expectation. Write in the white cells; the grey ones are locked.",
        f"Choose a level from the list in the cell: the highest of which everything is true. Where an expectation does not "
        f"apply to you, choose “{DOES_NOT_APPLY}” and say why in the next cell.",
        f"Where last year’s answer waits to be confirmed, its words are filled in. If all of them are still true, choose "
        f"“{YES}” under “{HEADINGS['still_true']}”. If you change anything in the row, that confirms it too.",
        f"Where the level is under the target, say what falls short, what you will do, who will do it (a job title, not a "
        f"name) and by when. “{LABELS['claim']}” and the other long texts hold 2,000 characters each.",
        "Write a day like 27/3/2027.",
        "The sheet “Help” explains each expectation, with an example of proof. Do not name people who complained.",
        f"When you are done, or whenever you like, save the workbook as it is (.xlsx) and upload it at {contents.address}",
        "You see what would change before anything is saved. If a colleague changed an answer on the portal meanwhile, you "
        "see both texts and choose. Cells that you leave as they are change nothing.",
        "Formulas are not taken. Please keep the columns, their headings and the hidden sheet as they are. You may move, "
        "sort or delete rows, and give the file another name.",
    ]
    return [due, *(f"{number}. {text}" for number, text in enumerate(steps, start=1))]


def _answers(sheet: Any, contents: Contents, formats: _Formats) -> None:
    levels = [level_words(level.number, level.name) for level in contents.standard.levels]
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, column.heading, formats.written_heading if column.written else formats.heading)
    for row, line in enumerate(contents.lines, start=1):
        sheet.set_row(row, _height(((_value(column, line, contents), column.width) for column in COLUMNS), least=ROOM))
        for at, column in enumerate(COLUMNS):
            _cell(sheet, row, at, column, line, contents, formats)
    for at, column in enumerate(COLUMNS):
        rows = [row for row, line in enumerate(contents.lines, start=1) if column.written and _open(column, line)]
        if rows:
            _rule(sheet, rows, at, column, levels)
    sheet.freeze_panes(1, 1)
    # On paper: what is asked, what is answered, and what will be done, each with the expectation beside it.
    _page(sheet, contents, columns_wide=0, landscape=True)
    sheet.set_print_scale(72)
    sheet.repeat_rows(0)
    sheet.repeat_columns(0)
    sheet.print_across()
    sheet.set_v_pagebreaks([_at("still_true"), _at("gap")])
    sheet.protect("", PROTECTED)


LINE, ROOM, HIGHEST = 15.0, 105.0, 409.0  # points: a line, room for seven of them to write in, and what Excel allows


def _height(texts: Iterable[tuple[Any, int]], *, least: float) -> float:
    """How high a row must be for texts in columns so many characters wide. Programs do not all see to it themselves."""
    lines = [
        sum(math.ceil((len(part) or 1) / (width * 0.95)) for part in text.split("\n"))
        for text, width in texts
        if isinstance(text, str)
    ]
    return min(max(max(lines, default=1) * LINE, least), HIGHEST)


def _at(key: str) -> int:
    return next(at for at, column in enumerate(COLUMNS) if column.key == key)


def _open(column: Column, line: Line) -> bool:
    """There is nothing to confirm where no answer of last year waits."""
    return line.open and (column.key != "still_true" or not line.answer.confirmed)


def _cell(sheet: Any, row: int, at: int, column: Column, line: Line, contents: Contents, formats: _Formats) -> None:
    open_here = column.written and _open(column, line)
    value = _value(column, line, contents)
    if column.key == "expectation":
        # A link within the workbook, to what explains it.
        sheet.write_url(row, at, f"internal:'{HELP}'!A{row + 1}", formats.code, value, "Go to the help on this expectation")
    elif isinstance(value, int):
        sheet.write_number(row, at, value, formats.locked_number)
    elif isinstance(value, date) and value.year > 1900:  # before that, programs disagree about days
        sheet.write_datetime(row, at, value, formats.open_day if open_here else formats.locked_day)
    else:
        format = formats.open if open_here else formats.locked
        if column.key in DAYS and open_here:
            format = formats.open_day
        if value:
            sheet.write_string(row, at, str(value), format)
        else:
            sheet.write_blank(row, at, None, format)


def _value(column: Column, line: Line, contents: Contents) -> Any:
    answer, expectation = line.answer, line.asked.expectation
    match column.key:
        case "expectation":
            return answer.expectation
        case "asked":
            return f"{expectation.title}\n\n{line.asked.question}"
        case "target":
            return answer.target
        case "levels":
            named = [level_words(level.number, level.name) for level in contents.standard.levels]
            return "\n".join(f"{name}: {meaning}" for name, meaning in zip(named, expectation.levels, strict=True))
        case "last":
            return _last(line)
        case "still_true":
            return ""
        case "level":
            if answer.level is None:
                return DOES_NOT_APPLY if plain(answer.not_applicable_why) else ""
            return level_words(answer.level, contents.standard.levels[answer.level - 1].name)
        case name:
            return plain(getattr(answer, name)) or ""


def _last(line: Line) -> str:
    last = line.last
    if last is None:
        return ""
    parts = [f"Level {last.level}" if last.level is not None else f"Did not apply: {last.not_applicable_why}"]
    if last.level is not None and line.answer.last_level not in (None, last.level):
        parts[0] += f". The published finding was level {line.answer.last_level}"
    proof = "; ".join(part for part in (last.proof, last.proof_link, words.day(last.proof_on) if last.proof_on else "") if part)
    for label, text in (("What was true", last.claim), ("What proved it", proof), ("What fell short", last.gap),
                        ("What was planned", last.action)):  # fmt: skip
        if text:
            parts.append(f"{label}: {text}")
    return "\n\n".join(parts)


def _rule(sheet: Any, rows: list[int], at: int, column: Column, levels: list[str]) -> None:
    """What a spreadsheet program itself says of what is typed in these rows, before the portal does."""
    rule: dict[str, Any]
    if column.key == "level":
        rule = {"validate": "list", "source": [*levels, DOES_NOT_APPLY], "error_message": "Choose one of the list, or leave it empty."}
    elif column.key == "still_true":
        rule = {"validate": "list", "source": [YES], "error_message": f"Choose {YES}, or leave it empty."}
    elif column.key in DAYS:
        rule = {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": LATEST,
                "error_message": "Write a day like 27/3/2027."}  # fmt: skip
    else:
        most = LONGEST[column.key]
        rule = {"validate": "length", "criteria": "<=", "value": most,
                "error_message": f"{column.heading} must be {words.number(most)} characters or fewer."}  # fmt: skip
    (first, last), *others = _runs(rows)
    sheet.data_validation(
        first, at, last, at,
        {"error_title": column.heading[:32], "other_cells": [[one, at, end, at] for one, end in others], **rule},
    )  # fmt: skip


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Rows that follow on each other, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


HELP_COLUMNS = (
    ("Expectation", 13), ("In other words", 34), ("What is asked", 60), ("An example of proof", 46),
    ("What may serve as proof", 46), ("The duty in law, if there is one", 26),
)  # fmt: skip


def _help(sheet: Any, contents: Contents, formats: _Formats) -> None:
    for at, (heading, width) in enumerate(HELP_COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, heading, formats.heading)
    for row, line in enumerate(contents.lines, start=1):
        one = line.asked.expectation
        evidence = "\n".join(f"• {item}" for item in one.evidence)
        texts = (one.code, f"{one.title}: {one.in_other_words}", one.guidance, one.example_proof, evidence, one.statutory or "")
        widths = [width for _, width in HELP_COLUMNS]
        sheet.set_row(row, _height(zip(texts, widths, strict=True), least=LINE))
        for at, text in enumerate(texts):
            sheet.write_string(row, at, text, formats.locked)
    sheet.freeze_panes(1, 1)
    _page(sheet, contents, columns_wide=1, landscape=True)
    sheet.repeat_rows(0)
    sheet.protect("", PROTECTED)


def _marks(sheet: Any, contents: Contents) -> None:
    """What the portal knows the workbook by, and what each answer held when it was downloaded."""
    head = (
        (MARK, LAYOUT),
        ("assessment", contents.reference),
        ("standard", contents.standard.id),
        ("version", contents.standard.version),
        ("downloaded", clock.london(contents.made_at).isoformat(timespec="seconds")),
        ("", ""),
    )
    for row, (name, value) in enumerate(head):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, value)
    for at, name in enumerate(("expectation", "version", *UNITS)):
        sheet.write_string(len(head), at, name)
    for row, line in enumerate(contents.lines, start=len(head) + 1):
        values = {name: getattr(line.answer, name) for name in LABELS}
        texts = (line.answer.expectation, str(line.answer.version), *(stamp(unit, values) for unit in UNITS))
        for at, text in enumerate(texts):
            sheet.write_string(row, at, text)
    sheet.protect()
    sheet.very_hidden()


def _page(sheet: Any, contents: Contents, *, columns_wide: int, landscape: bool) -> None:
    """A4, numbered; no text that somebody typed, for a footer has commands of its own."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if columns_wide:
        sheet.fit_to_pages(columns_wide, 0)
    sheet.set_footer(f"&L&9{contents.reference}, {contents.period}&R&9Page &P of &N")
