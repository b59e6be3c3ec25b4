"""What was read of a workbook as one JSON text, for the time between its upload and its saving."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from portal.assessments.workbooks.layout import DAYS
from portal.assessments.workbooks.reading import Fault, Reading, Row


def packed(reading: Reading) -> str:
    """The reading as text."""
    return json.dumps(
        {
            "reference": reading.reference,
            "standard": reading.standard,
            "standard_version": reading.standard_version,
            "gone": list(reading.gone),
            "rows": [_row(row) for row in reading.rows],
        },
        ensure_ascii=False,
    )


def unpacked(text: str) -> Reading:
    """The same reading again."""
    said = json.loads(text)
    rows = tuple(
        Row(**{**row, "typed": _typed(row["typed"]), "faults": tuple(Fault(*one) for one in row["faults"])})
        for row in said["rows"]
    )
    return Reading(said["reference"], said["standard"], said["standard_version"], rows, tuple(said["gone"]))


def _row(row: Row) -> dict[str, Any]:
    typed = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.typed.items()}
    return {
        "number": row.number,
        "expectation": row.expectation,
        "version": row.version,
        "stamps": dict(row.stamps),
        "typed": typed,
        "places": dict(row.places),
        "still_true": row.still_true,
        "faults": [(one.cell, one.message) for one in row.faults],
    }


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: date.fromisoformat(value) if name in DAYS and value else value for name, value in values.items()}
