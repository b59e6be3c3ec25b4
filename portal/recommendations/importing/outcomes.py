"""What an import did or would do, in plain words and by line; it stays small however long the file is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.kernel import words
from portal.organisations.rows import Fault
from portal.recommendations.importing.rows import Becomes, CaseRow, in_words

SHOWN = 200  # of each kind; the rest are counted


@dataclass(frozen=True, slots=True)
class Line:
    """A row that would be taken in. `reference` is that of the draft it changes, `fields` what it changes of it."""

    row: CaseRow
    organisation: str
    reference: str = ""
    fields: tuple[str, ...] = ()

    @property
    def changes(self) -> str:
        return words.listing(in_words(self.fields))


@dataclass
class Outcome:
    """Counts of rows, and the first of each kind. While a row is refused, nothing is taken in."""

    source: str
    counts: dict[Becomes, int] = field(default_factory=lambda: dict.fromkeys(Becomes, 0))
    added: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    taken: int = 0  # refused because something stands at their place that no file may change

    def note(self, becomes: Becomes, line: Line | None = None) -> None:
        self.counts[becomes] += 1
        kept = {Becomes.NEW: self.added, Becomes.CHANGED: self.changed}.get(becomes)
        if kept is not None and line is not None and len(kept) < SHOWN:
            kept.append(line)

    def refuse(self, fault: Fault, *, taken: bool = False) -> None:
        """One thing that is wrong. A line of which several things are wrong is refused once for each."""
        self.taken += taken
        self.counts[Becomes.REFUSED] += 1
        if len(self.faults) < SHOWN:
            self.faults.append(fault)

    @property
    def new(self) -> int:
        return self.counts[Becomes.NEW]

    @property
    def different(self) -> int:
        return self.counts[Becomes.CHANGED]

    @property
    def unchanged(self) -> int:
        return self.counts[Becomes.UNCHANGED]

    @property
    def refused(self) -> int:
        return self.counts[Becomes.REFUSED]

    @property
    def changes_something(self) -> bool:
        return not self.refused and bool(self.new or self.different)

    @property
    def counted(self) -> str:
        return f"{words.number(self.new)} new, {words.number(self.different)} changed, {words.number(self.unchanged)} unchanged"

    def in_words(self) -> str:
        """The report for a terminal."""
        if self.refused:
            wrong = words.count(self.refused, "thing is", "things are")
            lines = [f"{self.source}: nothing was imported, because {wrong} wrong.", *(f"  {fault}" for fault in self.faults)]
            return "\n".join([*lines, *_more(self.refused, len(self.faults))])
        lines = [f"  line {one.row.line}, {one.reference}: {one.changes}" for one in self.changed]
        return "\n".join([f"{self.source}: {self.counted}.", *lines, *_more(self.different, len(self.changed))])


def _more(all: int, shown: int) -> list[str]:
    return [f"  and {words.number(all - shown)} more."] if all > shown else []
