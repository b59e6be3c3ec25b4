"""A copy of a document without what its makers left in it: authors, comments, tracked changes, hidden sheets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portal.evidence.reading.findings import Unreadable

__all__ = ["strip"]


def strip(path: Path, kind: str, to: Path) -> bool:
    """Write the copy to `to`; False, and nothing there, where that cannot be done for this kind or this document.

    Tracked changes are accepted. What was hidden in a workbook is taken out; its formulas then stay as their last
    values, since they may rest on what is no longer there.
    """
    stripper = _stripper_of(kind)
    if stripper is None:
        return False
    try:
        stripper(path, to)
    except Unreadable:
        to.unlink(missing_ok=True)
        return False
    return True


def _stripper_of(kind: str) -> Callable[[Path, Path], None] | None:
    if kind == "pdf":
        from portal.evidence.reading.stripping import pdf

        return pdf.strip
    if kind == "docx":
        from portal.evidence.reading.stripping import word

        return word.strip
    if kind == "xlsx":
        from portal.evidence.reading.stripping import workbook

        return workbook.strip
    return None
