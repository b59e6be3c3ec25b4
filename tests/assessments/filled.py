"""A workbook as a person handles it: downloaded, opened in a spreadsheet program, written in, brought back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import openpyxl

from portal.assessments.models import Assessment
from portal.assessments.operations import returning
from portal.assessments.queries import workbooks as queries
from portal.assessments.views.workbooks import contents
from portal.assessments.workbooks import reading, writing
from portal.assessments.workbooks.layout import ANSWERS, COLUMNS
from portal.assessments.workbooks.reading import Reading
from portal.kernel.db import db
from portal.policy import Acting

NAMES = ("Starting", "Developing", "Meeting", "Leading")
LETTERS = {column.key: openpyxl.utils.get_column_letter(at) for at, column in enumerate(COLUMNS, start=1)}


def downloaded(assessment: Assessment, by: Acting) -> bytes:
    """The file, as this person downloads it now."""
    pack = queries.pack(assessment.reference, by)
    assert pack is not None
    return writing.workbook(contents(pack, by=by))


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(book: Any) -> bytes:
    told = io.BytesIO()
    book.save(told)
    return told.getvalue()


def row_of(sheet: Any, code: str) -> int:
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value == code)


def written(content: bytes, typed: Mapping[tuple[str, str], Any]) -> bytes:
    """The workbook with values typed over cells, by (expectation, column)."""
    book = opened(content)
    sheet = book[ANSWERS]
    for (code, key), value in typed.items():
        sheet[f"{LETTERS[key]}{row_of(sheet, code)}"].value = value
    return saved(book)


def read(content: bytes) -> Reading:
    return reading.read(content, NAMES)


def brought_back(assessment: Assessment, by: Acting, typed: Mapping[tuple[str, str], Any] | None = None) -> str:
    """Uploaded and kept; the reference of what was read."""
    pack = queries.pack(assessment.reference, by)
    assert pack is not None
    read_now = read(written(downloaded(assessment, by), typed or {}))
    key = returning.hand_in(pack, read_now, name="answers.xlsx", by=by)
    db.session.commit()
    return key
