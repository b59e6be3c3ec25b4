"""Recommendations as a file for a spreadsheet, in which nothing that somebody typed is taken for a formula. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from portal.kernel.sheets import BYTE_ORDER, cell, written
from portal.organisations.kinds import KINDS
from portal.recommendations import deadlines, ladder
from portal.recommendations.lifecycle import OPEN
from portal.recommendations.types import types

Column = tuple[str, Callable[[Any, Mapping[str, Any]], Any]]


def _days_late(row: Any, today: date) -> int:
    return ladder.days_late(row.due_on, today) if row.delivery in OPEN else 0


COLUMNS: tuple[Column, ...] = (
    ("Reference", lambda row, now: row.reference),
    ("Address", lambda row, now: f"{now['at']}/recommendations/{row.reference}"),
    ("Organisation code", lambda row, now: row.code),
    ("Organisation", lambda row, now: row.name),
    ("Kind of organisation", lambda row, now: KINDS.get(row.organisation_kind, row.organisation_kind)),
    ("Type", lambda row, now: types()[row.type].title if row.type in types() else row.type),
    ("Themes", lambda row, now: "; ".join(now["themes"].get(row.id, ()))),
    ("Recommendation", lambda row, now: row.public_text),
    ("Issued", lambda row, now: row.issued_on),
    ("Due as issued", lambda row, now: row.original_due_on),
    ("Due", lambda row, now: row.due_on),
    ("Days late", lambda row, now: _days_late(row, now["today"])),
    ("Answer", lambda row, now: row.acceptance.value),
    ("Answered", lambda row, now: row.answered_on),
    ("Where it stands", lambda row, now: deadlines.standing(row.delivery, row.next_evidence_on, now["today"])),
    ("Next evidence due", lambda row, now: row.next_evidence_on),
    ("Done", lambda row, now: row.complied_on),
    ("Ended", lambda row, now: row.ended_on),
    ("How it ended", lambda row, now: row.ending.value if row.ending else ""),
)
# Only where the reader may read the recommendation in full; empty in the others' rows.
IN_FULL: tuple[Column, ...] = (
    ("Case reference", lambda row, now: row.case_reference),
    ("Number within the case", lambda row, now: row.number),
    ("Severity", lambda row, now: row.severity),
    ("Failing", lambda row, now: row.failing),
    ("Recommendation in full", lambda row, now: row.text),
    ("Officer", lambda row, now: row.officer),
)


def head(*, in_full: bool) -> str:
    return BYTE_ORDER + written([[title for title, _ in (*COLUMNS, *(IN_FULL if in_full else ()))]])


def lines(rows: Iterable[Any], now: Mapping[str, Any], in_full: Callable[[Any], bool] | None) -> str:
    """Rows of queries.listing as text. `now`: today, at (the portal's address), themes (by id). `in_full`: whether the reader
    may read one in full; None: none of them, and the file has no columns for it."""
    return written([*_cells(COLUMNS, row, now), *_rest(row, now, in_full)] for row in rows)


def _rest(row: Any, now: Mapping[str, Any], in_full: Callable[[Any], bool] | None) -> list[str]:
    if in_full is None:
        return []
    return _cells(IN_FULL, row, now) if in_full(row) else [""] * len(IN_FULL)


def _cells(columns: Iterable[Column], row: Any, now: Mapping[str, Any]) -> list[str]:
    return [cell(read(row, now)) for _, read in columns]
