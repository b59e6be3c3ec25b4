"""Files that are no workbook of ours, or hold more than anybody wrote: each is told what is wrong, within a moment."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from portal.assessments.workbooks import reading
from portal.assessments.workbooks.layout import ANSWERS, MOST_BYTES, MOST_ROWS
from portal.assessments.workbooks.reading import NotAWorkbook
from tests.assessments.filled import NAMES, opened, saved
from tests.assessments.test_workbook_round import some, the_file

SOUND = the_file(some("a", "b"))


def with_parts(content: bytes, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """The file with each of its parts changed, left out (None) or added."""
    told = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = change(name, before.read(name))
            if part is not None:
                after.writestr(name, part)
        for name, part in (more or {}).items():
            after.writestr(name, part)
    return told.getvalue()


def part(name: str, old: bytes, new: bytes) -> bytes:
    found = []

    def change(one: str, content: bytes) -> bytes:
        if one != name:
            return content
        found.append(old in content)
        return content.replace(old, new)

    told = with_parts(SOUND, change)
    assert found == [True], f"{name} does not hold {old!r}"
    return told


def edited(change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = opened(SOUND)
    change(book)
    return saved(book)


def zipped(**parts: bytes) -> bytes:
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return told.getvalue()


def another_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Expectation", "Level"])
    return saved(book)


def without_column(book: openpyxl.Workbook) -> None:
    book[ANSWERS].delete_cols(10)


def without_columns(book: openpyxl.Workbook) -> None:
    book[ANSWERS].delete_cols(6, 20)


def without_two(book: openpyxl.Workbook) -> None:
    book[ANSWERS].delete_cols(9, 2)


def without_marks(book: openpyxl.Workbook) -> None:
    del book["Portal"]


def another_layout(book: openpyxl.Workbook) -> None:
    book["Portal"]["B1"].value = "0"


def too_many_rows(book: openpyxl.Workbook) -> None:
    book[ANSWERS].cell(MOST_ROWS + 1, 1).value = "NHS-1.1"


def many_rows(rows: int) -> bytes:
    """A sheet whose rows are within its size but far beyond what was downloaded."""
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
    return b"".join(row % (at, at) for at in range(2, rows))


BILLION = b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><sst>&b;</sst>'
STOLEN = b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/hostname">]><sst><si><t>&x;</t></si></sst>'
STRINGS, SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet2.xml"

WRONG = {
    "nothing": (lambda: b"", "The file is empty"),
    "text": (lambda: b"expectation,level\nNHS-1.1,3\n", "This is not an Excel workbook"),
    "a PDF": (lambda: b"%PDF-1.7\n", "This is not an Excel workbook"),
    "half a workbook": (lambda: SOUND[: len(SOUND) // 2], "This is not an Excel workbook"),
    "a document": (lambda: zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "This is not an Excel workbook"),
    "an archive": (lambda: zipped(**{"a.txt": b"a"}), "This is not an Excel workbook"),
    "OpenDocument": (lambda: zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "This is an OpenDocument file"),
    "old or with a password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "protected by a password, or saved in an old format"),
    "macros": (lambda: with_parts(SOUND, lambda _, one: one, {"xl/vbaProject.bin": b"x"}), "This workbook holds macros"),
    "too large": (lambda: SOUND + b"\0" * MOST_BYTES, "larger than 8 MB"),
    "a bomb": (lambda: with_parts(SOUND, lambda _, one: one, {"xl/more.xml": b"\0" * (17 << 20)}), "holds far more than the one"),
    "a thousand parts": (lambda: with_parts(SOUND, lambda _, one: one, {f"xl/{n}": b"" for n in range(1000)}), "holds far more than the one"),
    "another workbook": (another_workbook, "not a workbook that the portal made"),
    "no hidden sheet": (lambda: edited(without_marks), "the hidden sheet by which the portal knows it was taken out"),
    "of another version of the portal": (lambda: edited(another_layout), "of another version of the portal"),
    "a column gone": (lambda: edited(without_column), "The column with the heading “What proves it” is missing"),
    "two columns gone": (lambda: edited(without_two), "The columns with the headings “What is true here” and “What proves it” are missing"),
    "no columns": (lambda: edited(without_columns), "No sheet of this workbook has the headings of the sheet “Answers”"),
    "too many rows": (lambda: edited(too_many_rows), "The sheet “Answers” has more than 1,000 rows"),
    "a row at the end of the world": (
        lambda: part(SHEET, b"</sheetData>", b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'), None),
    "ten thousand rows": (lambda: part(SHEET, b"</sheetData>", many_rows(6_000) + b"</sheetData>"), "more than 1,000 rows"),
    "entities within entities": (lambda: with_parts(SOUND, lambda name, one: BILLION if name == STRINGS else one), "damaged"),
    "an entity that reads a file": (lambda: with_parts(SOUND, lambda name, one: STOLEN if name == STRINGS else one), "damaged"),
    "a text that is not there": (lambda: part(SHEET, b't="s"><v>', b't="s"><v>999999'), "damaged"),
    "a part that is not there": (lambda: with_parts(SOUND, lambda name, one: None if name == SHEET else one), "No sheet of this workbook"),
    "broken XML": (lambda: part(SHEET, b"<sheetData>", b"<sheetData><"), "damaged"),
    "no styles": (lambda: with_parts(SOUND, lambda name, one: b"<x/>" if name == "xl/styles.xml" else one), None),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_told_what_is_wrong_within_seconds(name: str) -> None:
    make, message = WRONG[name]
    content = make()
    began = time.process_time()
    if message is None:  # harmless: what cannot be told from the workbook that was downloaded is read
        assert len(reading.read(content, NAMES).rows) == 2
    else:
        with pytest.raises(NotAWorkbook, match=message):
            reading.read(content, NAMES)
    assert time.process_time() - began < 5


FILLERS = {
    "cells": (SHEET, b"</sheetData>", b'<row r="9">', b'<c r="A9"/>', b"</row></sheetData>"),
    "rows": (SHEET, b"</sheetData>", b"", b'<row r="9"/>', b"</sheetData>"),
    "merged cells": (SHEET, b"</sheetData>", b"</sheetData><mergeCells>", b'<mergeCell ref="A1:B2"/>', b"</mergeCells>"),
    "texts": (STRINGS, b"</sst>", b"", b"<si><t>x</t></si>", b"</sst>"),
    "looks of cells": ("xl/styles.xml", b"</cellXfs>", b"", b"<xf/>", b"</cellXfs>"),
}


@pytest.mark.parametrize("filler", FILLERS)
def test_however_it_is_filled_reading_it_takes_seconds_at_most(filler: str) -> None:
    """As much as is let in; of more than that no more is read than the bytes."""
    name, old, before, one, after = FILLERS[filler]
    for times, refused in ((40_000 // one.count(b"<"), False), (4_000_000 // len(one), True)):
        content = part(name, old, before + one * times + after)
        began = time.process_time()
        if refused:
            with pytest.raises(NotAWorkbook, match="far more than the one"):
                reading.read(content, NAMES)
        else:
            assert {row.expectation for row in reading.read(content, NAMES).rows} == {"NHS-1.1", "NHS-1.2"}
        assert time.process_time() - began < (2 if refused else 8)


def test_a_text_that_fills_a_whole_workbook_is_one_cell_too_long() -> None:
    content = part(STRINGS, b">a<", b">" + b"x" * 7_000_000 + b"<")
    began = time.process_time()
    (fault,) = reading.read(content, NAMES).rows[0].faults
    assert fault.message == "What is true here must be 2,000 characters or fewer."
    assert time.process_time() - began < 8


def test_what_openpyxl_leaves_out_is_no_warning() -> None:
    more = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" xmlns:x="x"/></extLst></worksheet>'
    assert len(reading.read(part(SHEET, b"</worksheet>", more), NAMES).rows) == 2
