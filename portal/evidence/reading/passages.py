"""Text on its way from a document to the finders: pieces that keep their places, and tables that keep their headings."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.evidence.reading.findings import Gathering, Look, PersonalKind, Unreadable
from portal.evidence.reading.spotting import is_label, readable, spot

Source = Path | bytes  # a document: in a file, or taken out of another one

MOST_TEXT = 5_000_000  # characters of one document
ONLY_SO_MUCH = f"Only its first {MOST_TEXT // 1_000_000} million characters were read."
_AT_A_TIME = 200_000  # characters of a table that are looked at together


class EnoughRead(Exception):
    """The limit of what is read of one document is reached; what was found until then counts."""


@dataclass(frozen=True)
class Enclosed:
    """A document within a document: an attachment, a workbook behind a chart."""

    name: str
    content: bytes


class Reading:
    """One document being read: what it says goes in, what is found is gathered, with the place it was found at."""

    def __init__(self) -> None:
        self._gathering = Gathering()
        self._room = Counter(left=MOST_TEXT)
        self._within = ""
        self.enclosed: list[Enclosed] = []

    def within(self, name: str) -> Reading:
        """The reading of a document that lies in this one. It shares the limits; its places say where it lies."""
        inner = Reading()
        inner._gathering, inner._room, inner._within = self._gathering, self._room, f"{name}, "
        return inner

    def take(self, length: int) -> int:
        """How many of the next `length` characters may be read."""
        room = min(length, self._room["left"])
        self._room["left"] -= room
        return room

    @property
    def length(self) -> int:
        """How many characters were read so far."""
        return MOST_TEXT - self._room["left"]

    def add(self, kind: PersonalKind, place: str, excerpt: str, count: int = 1) -> None:
        self._gathering.add(kind, self._within + place, excerpt, count)

    def unread(self, why: str) -> None:
        """Something could not be read: a sentence that says what."""
        self._gathering.unread(f"In {self._within.removesuffix(', ')}: {why}" if self._within else why)

    def read(self, place: str, text: str) -> None:
        """Text that stands at one place."""
        passage = Passage(self)
        passage.add(place, text)
        passage.done()

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part that can fail by itself: what stands in the others is still read."""
        try:
            yield
        except Unreadable as fault:
            self.unread(str(fault))

    def settled(self) -> Look:
        return self._gathering.settled()


class Passage:
    """Text that is looked at in one go, and knows the place of each of its pieces."""

    def __init__(self, reading: Reading, *, in_lines: bool = True) -> None:
        self.reading = reading
        self.in_lines = in_lines
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self._places: list[str] = []
        self._length = 0

    def add(self, place: str, text: str, then: str = "\n") -> None:
        """A piece of text at `place`, and what divides it from the next. Raises EnoughRead at the limit."""
        room = self.reading.take(len(text))
        piece = readable(text[:room]) + then
        self._starts.append(self._length)
        self._places.append(place)
        self._pieces.append(piece)
        self._length += len(piece)
        if room < len(text):
            self.done()
            raise EnoughRead
        if not self.in_lines and then == "\n" and self._length > _AT_A_TIME:
            self.done()

    def done(self) -> None:
        """Look at what has come in, and begin anew."""
        text = "".join(self._pieces)
        for one in spot(text, in_lines=self.in_lines):
            place = self._places[bisect_right(self._starts, one.start) - 1]
            self.reading.add(one.kind, place, one.excerpt)
        self._pieces, self._starts, self._places, self._length = [], [], [], 0


class Table:
    """Rows of cells: a value is read after the heading of its column, and beside the other values of its row."""

    def __init__(self, reading: Reading) -> None:
        self._passage = Passage(reading, in_lines=False)
        self._headings: dict[int, str] = {}

    def row(self, cells: list[tuple[int, str, str]]) -> None:
        """Cells by column, place and text; those that are empty may be left out."""
        last = len(cells) - 1
        for index, (column, place, text) in enumerate(cells):
            heading = self._headings.get(column, "")
            if is_label(text):
                self._headings[column] = text.strip().rstrip(":")
            elif heading:
                text = f"{heading}: {text}"
            self._passage.add(place, text, " | " if index < last else "\n")

    def done(self) -> None:
        self._passage.done()
