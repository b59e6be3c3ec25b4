"""What an import did or would do, in plain words and by line of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.kernel import words
from portal.organisations.rows import BodyRow, Change, Changed, Fault

SHOWN = 50  # changes told one by one; more are counted


@dataclass(frozen=True)
class ChangedBody:
    """A body that is on the register and that the file changes."""

    row: BodyRow
    changes: tuple[Change, ...]

    @property
    def in_words(self) -> str:
        return "; ".join(told(change) for change in self.changes)


@dataclass(frozen=True)
class Outcome:
    """What an import did, or would do. While there is a fault, it does nothing."""

    source: str
    added: tuple[BodyRow, ...] = ()
    changed: tuple[ChangedBody, ...] = ()
    unchanged: int = 0
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes_something(self) -> bool:
        return not self.faults and bool(self.added or self.changed)

    @property
    def counted(self) -> str:
        return (
            f"{words.count(len(self.added), 'organisation', 'organisations')} added, "
            f"{words.number(len(self.changed))} changed, {words.number(self.unchanged)} unchanged"
        )

    def in_words(self) -> str:
        """The report for a terminal: what changed by line of the file, or what is wrong by line."""
        if self.faults:
            wrong = words.count(len(self.faults), "thing is", "things are")
            head = f"{self.source}: nothing was imported, because {wrong} wrong."
            lines = [f"  {fault}" for fault in self.faults]
        else:
            head = f"{self.source}: {self.counted}."
            lines = [f"  line {one.row.line}, {one.row.code}: {one.in_words}" for one in self.changed[:SHOWN]]
            if len(self.changed) > SHOWN:
                lines.append(f"  and {words.number(len(self.changed) - SHOWN)} more changed.")
        return "\n".join([head, *lines, *(f"  {note}" for note in self.notes)])


def newly_told(change: Change) -> list[str]:
    """The codes or names of a list that the register did not have before."""
    before, after = change.before, change.after
    if not isinstance(before, tuple) or not isinstance(after, tuple):
        return []
    return [text for text in after if text not in before]


_CALLED = {
    "kind": "kind",
    "region_code": "region",
    "icb_code": "integrated care board",
    "parent_code": "parent",
    "opened_on": "opening date",
    "closed_on": "closing date",
}


def told(change: Change) -> str:
    """One change in plain words."""
    if change.what is Changed.RENAMED:
        return f"renamed from “{change.before}” to “{change.after}”"
    if change.what is Changed.CLOSED:
        return f"closed on {_value(change.after)}"
    if change.what is Changed.REOPENED:
        return "open again"
    if change.what is Changed.SUCCESSOR_NAMED:
        return f"taken over by {words.listing(newly_told(change))}"
    if change.what is Changed.FORMER_NAME_TOLD:
        return f"formerly {words.listing(newly_told(change))}"
    return f"{_CALLED[change.column]} from {_value(change.before)} to {_value(change.after)}"


def _value(value: Any) -> str:
    if not value:
        return "nothing"
    return value if isinstance(value, str) else words.day(value)
