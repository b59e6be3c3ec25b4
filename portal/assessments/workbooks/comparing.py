"""Each row of a workbook beside the answer as it is now: what would be saved, what is the same, what collides, what is refused."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from portal.assessments.fields import LABELS, said
from portal.assessments.workbooks.layout import UNITS, plain, stamp
from portal.assessments.workbooks.reading import Fault, Row


class Verdict(enum.Enum):
    """What becomes of a row."""

    ACCEPTED = "will be saved"
    UNCHANGED = "not changed"
    CONFLICTING = "changed on the portal as well"
    REFUSED = "cannot be taken"


class Stored(Protocol):
    """What is read of an answer as it is now; rows and pages' records both serve."""

    @property
    def expectation(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def confirmed(self) -> bool: ...


@dataclass(frozen=True)
class Change:
    """What one row would change of an answer: a level with its reason, or one text or day."""

    unit: str
    label: str
    cell: str
    now: str
    yours: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """One row with what becomes of it; `version` is that of the answer now."""

    row: int
    expectation: str
    verdict: Verdict
    version: int
    changes: tuple[Change, ...] = ()
    faults: tuple[Fault, ...] = ()
    confirms: bool = False  # last year's answer, by a word in the row


def refused(row: Row, message: str) -> Compared:
    """A row that is not this person's to write."""
    fault = Fault(row.places.get("expectation", f"A{row.number}"), message)
    return Compared(row.number, row.expectation, Verdict.REFUSED, row.version, faults=(fault,))


def compared(row: Row, now: Stored) -> Compared:
    """What the row would change.

    A cell that was left as it was downloaded changes nothing, whatever others wrote meanwhile. Where others changed
    the answer, what the row changes collides with it, and is saved only if the person chooses so.
    """
    if row.faults:
        return Compared(row.number, row.expectation, Verdict.REFUSED, now.version, faults=row.faults)
    stored = {name: plain(getattr(now, name)) for name in LABELS}
    overtaken = row.version != now.version
    changes = tuple(_change(unit, row, stored) for unit in UNITS if _differs(unit, row, stored, overtaken))
    if changes:
        verdict = Verdict.CONFLICTING if overtaken else Verdict.ACCEPTED
        return Compared(row.number, row.expectation, verdict, now.version, changes)
    confirms = row.still_true and not now.confirmed
    return Compared(
        row.number, row.expectation, Verdict.ACCEPTED if confirms else Verdict.UNCHANGED, now.version, confirms=confirms
    )


def _differs(unit: str, row: Row, stored: Mapping[str, Any], overtaken: bool) -> bool:
    if all(row.typed[name] == stored[name] for name in UNITS[unit]):
        return False
    return not overtaken or row.stamps.get(unit) != stamp(unit, row.typed)


def _change(unit: str, row: Row, stored: Mapping[str, Any]) -> Change:
    places = [row.places[name] for name in UNITS[unit] if row.typed[name] != stored[name]]
    values = {name: row.typed[name] for name in UNITS[unit]}
    return Change(unit, LABELS[unit], " and ".join(places), _said(unit, stored), _said(unit, values), values)


def _said(unit: str, values: Mapping[str, Any]) -> str:
    if unit == "level" and values["not_applicable_why"]:
        return f"Does not apply: {values['not_applicable_why']}"
    return said(unit, values[unit])
