"""What a register file says of one body, what is wrong with a line of it, and what an import would change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

COLUMNS = (
    "code",
    "name",
    "kind",
    "region_code",
    "icb_code",
    "parent_code",
    "opened_on",
    "closed_on",
    "successor_codes",
    "former_names",
)

Value = str | date | tuple[str, ...] | None


class Shape(StrEnum):
    """The layouts of file that are recognised."""

    OURS = "ours"
    ODS_TRUSTS = "ods-trusts"
    ODS_PRACTICES = "ods-practices"
    ODS_LIST = "ods-list"
    GOVUK = "govuk"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One body. `says` names the columns the file speaks of: a column it lacks is silence, and changes nothing."""

    code: str
    name: str
    kind: str
    region_code: str = ""
    icb_code: str = ""
    parent_code: str = ""
    opened_on: date | None = None
    closed_on: date | None = None
    successor_codes: tuple[str, ...] = ()
    former_names: tuple[str, ...] = ()
    says: frozenset[str] = field(default=frozenset(COLUMNS), compare=False)
    in_capitals: bool = field(default=False, compare=False)
    line: int = field(default=0, compare=False)  # of the file; 0 where it came from none


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one line cannot be taken, and what to write instead."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "the file"
        return f"{where}, {self.column}: {self.message}" if self.column else f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file read. Nothing may be imported while there is a fault; notes are only told."""

    rows: tuple[BodyRow, ...]
    faults: tuple[Fault, ...]
    shape: Shape
    notes: tuple[str, ...] = ()


class Changed(StrEnum):
    """What an import can change about a body."""

    NEW = "new"
    RENAMED = "renamed"
    KIND_CORRECTED = "kind corrected"
    MOVED_AREA = "moved area"
    MOVED_PARENT = "moved parent"
    OPENING_DATE_CORRECTED = "opening date corrected"
    CLOSED = "closed"
    CLOSING_DATE_CORRECTED = "closing date corrected"
    REOPENED = "reopened"
    SUCCESSOR_NAMED = "successor named"
    FORMER_NAME_TOLD = "former name told"


@dataclass(frozen=True, slots=True)
class Change:
    """One column to be set from `before` to `after`; a new body has no column and no values."""

    what: Changed
    column: str = ""
    before: Value = None
    after: Value = None


def compare(register_row: BodyRow | None, body_row: BodyRow) -> tuple[Change, ...]:
    """What an import of `body_row` would change in the register, in a fixed order; empty when nothing."""
    if register_row is None:
        return (Change(Changed.NEW),)
    return tuple(_changes(register_row, body_row))


def _changes(register: BodyRow, row: BodyRow) -> Iterable[Change]:
    if "name" in row.says and _renamed(register.name, row):
        yield Change(Changed.RENAMED, "name", register.name, row.name)
    for what, column in (
        (Changed.KIND_CORRECTED, "kind"),
        (Changed.MOVED_AREA, "region_code"),
        (Changed.MOVED_AREA, "icb_code"),
        (Changed.MOVED_PARENT, "parent_code"),
    ):
        before, after = getattr(register, column), getattr(row, column)
        if column in row.says and before != after:
            yield Change(what, column, before, after)
    if row.opened_on and row.opened_on != register.opened_on:
        yield Change(Changed.OPENING_DATE_CORRECTED, "opened_on", register.opened_on, row.opened_on)
    if "closed_on" in row.says and row.closed_on != register.closed_on:
        yield Change(_closing(register.closed_on, row.closed_on), "closed_on", register.closed_on, row.closed_on)
    if row.successor_codes and set(row.successor_codes) != set(register.successor_codes):
        yield Change(Changed.SUCCESSOR_NAMED, "successor_codes", register.successor_codes, row.successor_codes)
    told = tuple(name for name in row.former_names if name not in register.former_names and name != register.name)
    if told:
        names = register.former_names + told
        yield Change(Changed.FORMER_NAME_TOLD, "former_names", register.former_names, names)


def _renamed(name: str, row: BodyRow) -> bool:
    """A name printed in capitals says nothing about small letters, so it never undoes a correction made by hand."""
    if row.in_capitals:
        return name.casefold() != row.name.casefold()
    return name != row.name


def _closing(before: date | None, after: date | None) -> Changed:
    if before is None:
        return Changed.CLOSED
    return Changed.REOPENED if after is None else Changed.CLOSING_DATE_CORRECTED
