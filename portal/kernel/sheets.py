"""Rows as text for a spreadsheet, in which nothing that somebody typed is taken for a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Any

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BYTE_ORDER = "\ufeff"  # by which spreadsheets know the text for what it is


def cell(value: Any) -> str:
    """What stands in a cell: days as yyyy-mm-dd, and text that a spreadsheet would reckon with marked as text."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def written(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells as lines."""
    sheet = io.StringIO()
    csv.writer(sheet).writerows(rows)
    return sheet.getvalue()
