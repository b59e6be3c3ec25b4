"""Word documents: every story of them, run by run put together, with tracked changes and comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from portal.evidence.reading import drawing, masking, properties
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.packages import attribute, opened, short
from portal.evidence.reading.passages import Passage, Reading, Source, Table

MAIN = "word/document.xml"
STORIES = {"header": "header", "footer": "footer", "footnotes": "footnote", "endnotes": "endnote"}
_TEXT = {"w:t", "w:delText", "m:t", "a:t"}
_MARKS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
INSERTED, REMOVED = {"w:ins", "w:moveTo"}, {"w:del", "w:moveFrom"}
# Marks of a change rather than what was changed: on a paragraph's end, a row, a cell or a formatting.
FORMATTING = {
    "w:rPrChange", "w:pPrChange", "w:sectPrChange", "w:tblPrChange", "w:tblPrExChange", "w:trPrChange", "w:tcPrChange",
    "w:tblGridChange", "w:numberingChange", "w:cellIns", "w:cellDel", "w:cellMerge",
}  # fmt: skip


def look(source: Source, reading: Reading) -> None:
    with opened(source) as package:
        main = next((tie.target for tie in package.relations("") if tie.type == "officeDocument"), MAIN)
        ties = package.relations(main)
        body = Story(reading, "")
        with reading.part():
            package.parse(main, body)
            body.done()
        for tie in ties:
            if tie.type in STORIES and tie.target in package:
                story = Story(reading, STORIES[tie.type])
                with reading.part():
                    package.parse(tie.target, story)
                    story.done()
                    drawing.look_around(package, package.relations(tie.target), reading, STORIES[tie.type])
            elif tie.type == "comments" and tie.target in package:
                comments = Comments(reading, body.comments)
                with reading.part():
                    package.parse(tie.target, comments)
                    comments.done()
            elif tie.type == "customXml":
                drawing.look_at(package, tie.target, drawing.Loose(reading, "custom part"), reading)
        drawing.look_around(package, ties, reading, "document")
        properties.look(package, reading)
        drawing.tell_pictures(package, reading)


@dataclass
class _Rows:
    """A table that is being read."""

    table: Table
    place: str
    row: int = 0
    column: int = 0
    span: int = 1
    cells: list[tuple[int, str, str]] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)


class Story:
    """Reads one story: the body, a header, the notes. Paragraphs are counted as people count them: with text only."""

    def __init__(self, reading: Reading, named: str) -> None:
        self._reading = reading
        self._named = named
        self._passage = Passage(reading)
        self._stack: list[str] = []
        self._paragraphs: list[list[str]] = []
        self._tables: list[_Rows] = []
        self._changes: list[tuple[str, list[str]]] = []
        self._alternatives: list[bool] = []
        self._skipping = 0
        self._boxes = 0
        self._number = 0
        self._table_number = 0
        self._notes = 0
        self.comments: dict[str, str] = {}

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        if self._skipping or (name == "mc:Fallback" and self._alternatives and self._alternatives[-1]):
            self._skipping += 1  # the same once more, for older programs
            return
        self._stack.append(name)
        if name == "w:p":
            self._paragraphs.append([])
        elif name in _MARKS:
            self._write(_MARKS[name])
        elif name in _STARTS:
            _STARTS[name](self, attrs)
        elif name in INSERTED or name in REMOVED:
            self._changes.append(("added" if name in INSERTED else "removed", []))
        elif name in FORMATTING:
            self._reading.add(PersonalKind.TRACKED_CHANGES, self._place(), "formatting changed")
        elif name == "mc:AlternateContent":
            self._alternatives.append(False)
        elif name == "mc:Choice" and self._alternatives:
            self._alternatives[-1] = True

    def end(self, tag: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        name = self._stack.pop()
        if name == "w:p":
            self._end_paragraph()
        elif name == "w:tc" and self._tables:
            rows = self._tables[-1]
            rows.cells.append((rows.column, rows.place, "".join(rows.cell).strip()))
            rows.column, rows.span, rows.cell = rows.column + rows.span, 1, []
        elif name == "w:tr" and self._tables:
            rows = self._tables[-1]
            rows.table.row(rows.cells)
            rows.cells, rows.column = [], 0
        elif name == "w:tbl" and self._tables:
            self._tables.pop().table.done()
        elif name in INSERTED or name in REMOVED:
            self._end_change()
        elif name == "w:txbxContent":
            self._boxes -= 1
        elif name == "mc:AlternateContent":
            self._alternatives.pop()

    def data(self, text: str) -> None:
        if self._skipping or not self._stack:
            return
        if self._stack[-1] in _TEXT:
            self._write(text)
        elif self._stack[-1] == "w:instrText" and "mailto:" in text:
            self._write(f" {text.replace('mailto:', ' ')} ")

    def done(self) -> None:
        self._passage.done()

    def _start_table(self, attrs: dict[str, str]) -> None:
        if not self._tables:
            self._table_number += 1
        self._tables.append(_Rows(Table(self._reading), ""))

    def _start_row(self, attrs: dict[str, str]) -> None:
        if self._tables:
            rows = self._tables[-1]
            rows.row += 1
            rows.place = self._within(f"table {self._table_number}, row {self._tables[0].row}")

    def _start_span(self, attrs: dict[str, str]) -> None:
        if self._tables:
            span = attribute(attrs, "val") or "1"
            self._tables[-1].span = int(span) if span.isdecimal() and len(span) < 4 else 1

    def _start_box(self, attrs: dict[str, str]) -> None:
        self._boxes += 1

    def _start_note(self, attrs: dict[str, str]) -> None:
        if attribute(attrs, "type") in (None, "normal"):
            self._notes += 1

    def _start_reference(self, attrs: dict[str, str]) -> None:
        self.comments[attribute(attrs, "id") or ""] = self._place()

    def _write(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1].append(text)
        for _, changed in self._changes:
            if len(changed) < 8:
                changed.append(text)

    def _end_paragraph(self) -> None:
        text = "".join(self._paragraphs.pop())
        if not text.strip():
            return
        if self._tables and not self._boxes:
            self._tables[-1].cell += [text, "\n"]
            return
        self._passage.add(self._place(), text)
        if not self._boxes:
            self._number += 1

    def _end_change(self) -> None:
        verb, changed = self._changes.pop()
        text = masking.words("".join(changed))
        self._reading.add(PersonalKind.TRACKED_CHANGES, self._place(), f"{verb}: {text}" if text else f"{verb}")

    def _place(self) -> str:
        if self._tables:
            return self._tables[-1].place
        paragraph = "" if self._named else f"paragraph {self._number + 1}"
        return self._within(f"text box at {paragraph}".removesuffix(" at ") if self._boxes else paragraph)

    def _within(self, place: str) -> str:
        named = f"{self._named} {self._notes}" if self._notes else self._named
        return f"{named}, {place}" if named and place else named or place


_STARTS: dict[str, Callable[[Story, dict[str, str]], None]] = {
    "w:tbl": Story._start_table,
    "w:tr": Story._start_row,
    "w:gridSpan": Story._start_span,
    "w:txbxContent": Story._start_box,
    "w:footnote": Story._start_note,
    "w:endnote": Story._start_note,
    "w:commentReference": Story._start_reference,
}


class Comments:
    """Reads the comments, each at the place that it is about."""

    def __init__(self, reading: Reading, places: dict[str, str]) -> None:
        self._reading = reading
        self._places = places
        self._passage = Passage(reading)
        self._number = 0
        self._place = ""
        self._text: list[str] = []
        self._inside = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        self._inside = name in _TEXT
        if name == "w:comment":
            self._number += 1
            about = self._places.get(attribute(attrs, "id") or "")
            self._place = f"comment {self._number} at {about}" if about else f"comment {self._number}"
            self._text = []
        elif name in _MARKS:
            self._text.append(_MARKS[name])

    def end(self, tag: str) -> None:
        self._inside = False
        name = short(tag)
        if name == "w:p":
            self._text.append("\n")
        elif name == "w:comment":
            text = "".join(self._text)
            self._reading.add(PersonalKind.COMMENTS, self._place, masking.words(text))
            self._passage.add(self._place, text)

    def data(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def done(self) -> None:
        self._passage.done()
