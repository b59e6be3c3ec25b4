"""OpenDocument texts, spreadsheets and presentations: content, headers, comments, changes and what is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.evidence.reading import authors, drawing, masking
from portal.evidence.reading.cells import MOST_CELLS, letters_of
from portal.evidence.reading.findings import PersonalKind, Unreadable, shortened
from portal.evidence.reading.packages import Package, attribute, opened, short
from portal.evidence.reading.passages import EnoughRead, Passage, Reading, Source, Table

_WHO = {"meta:initial-creator": "author", "dc:creator": "last modified by", "meta:printed-by": "printed by"}
_READ = {"dc:title": "title", "dc:subject": "subject", "dc:description": "comments", "meta:keyword": "keywords"}
_PARAGRAPHS = {"text:p", "text:h"}
_MARKS = {"text:tab": "\t", "text:line-break": "\n"}


def look(source: Source, reading: Reading) -> None:
    with opened(source) as package:
        protected = _Manifest()
        if "META-INF/manifest.xml" in package:
            package.parse("META-INF/manifest.xml", protected)
        if protected.encrypted:
            raise Unreadable("It is protected by a password. Hand in a copy without one.")
        if "content.xml" not in package:
            raise Unreadable("It is damaged: it has no content. Save it again and hand it in once more.")
        for part in ("content.xml", "styles.xml"):
            if part in package:
                content = Content(reading, "header or footer" if part == "styles.xml" else "")
                with reading.part():
                    package.parse(part, content)
                    content.done()
        drawing.tell_pictures(package, reading)
        _look_at_properties(package, reading)
        objects = [name for name in package.names if name.endswith("/content.xml")]
        for name in objects[:200]:
            content = Content(reading, "chart or embedded object")
            with reading.part():
                package.parse(name, content)
                content.done()


def _look_at_properties(package: Package, reading: Reading) -> None:
    meta = _Meta()
    if "meta.xml" in package:
        with reading.part():
            package.parse("meta.xml", meta)
    passage = Passage(reading)
    for name, text in meta.values:
        if name in _WHO:
            authors.add(reading, _WHO[name], text)
        elif name in _READ:
            passage.add(f"document properties: {_READ[name]}", text)
        elif name == "meta:user-defined":
            passage.add("document properties: added ones", text)
    passage.done()


class _Manifest:
    encrypted = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag.endswith("}encryption-data"):
            self.encrypted = True

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


class _Meta:
    def __init__(self) -> None:
        self.values: list[tuple[str, str]] = []
        self._text: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._text = []

    def end(self, tag: str) -> None:
        if self._text and len(self.values) < 500:
            self.values.append((short(tag), "".join(self._text).strip()))
        self._text = []

    def data(self, text: str) -> None:
        self._text.append(text)


@dataclass
class _Sheet:
    """A table that is being read, of a sheet or within a text."""

    table: Table
    place: str
    is_a_sheet: bool
    row: int = 0
    rows: int = 1  # how often the row is repeated
    row_hidden: bool = False
    column: int = 0
    columns: int = 1
    cells: list[tuple[int, str, str]] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    value: str = ""
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filled: set[tuple[int, int]] = field(default_factory=set)
    column_number: int = 0


class Content:
    """Reads content, whichever of the three kinds it is of."""

    def __init__(self, reading: Reading, named: str) -> None:
        self._reading = reading
        self._named = named
        self._passage = Passage(reading)
        self._paragraphs: list[list[str]] = []
        self._sheets: list[_Sheet] = []
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._number = 0
        self._tables = 0
        self._slides = 0
        self._counted = 0
        self._note: list[str] | None = None  # a comment that is being read
        self._in_author = False
        self._spreadsheet = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        if name in _PARAGRAPHS:
            self._paragraphs.append([])
        elif name == "text:s":
            count = attribute(attrs, "c") or "1"
            self._write(" " * (min(int(count), 100) if count.isdecimal() and len(count) < 4 else 1))
        elif name in _MARKS:
            self._write(_MARKS[name])
        elif name == "text:a" and (attribute(attrs, "href") or "").startswith("mailto:"):
            self._reading.read(f"link, {self._place()}", (attribute(attrs, "href") or "")[7:].partition("?")[0])
        elif name == "office:annotation":
            self._note = []
        elif name in ("dc:creator", "dc:date", "meta:date-string"):
            self._in_author = True
        elif name in _STARTS:
            _STARTS[name](self, attrs)

    def end(self, tag: str) -> None:
        name = short(tag)
        if name in _PARAGRAPHS and self._paragraphs:
            self._end_paragraph("".join(self._paragraphs.pop()))
        elif name in ("dc:creator", "dc:date", "meta:date-string"):
            self._in_author = False
        elif name == "office:annotation" and self._note is not None:
            text, self._note = "\n".join(self._note), None
            place = f"comment at {self._place()}"
            self._reading.add(PersonalKind.COMMENTS, place, masking.words(text))
            self._reading.read(place, text)
        elif self._sheets and name in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell(self._sheets[-1])
        elif self._sheets and name == "table:table-row":
            self._end_row(self._sheets[-1])
        elif self._sheets and name == "table:table":
            self._end_table(self._sheets.pop())

    def data(self, text: str) -> None:
        if self._paragraphs and not self._in_author:
            self._write(text)

    def done(self) -> None:
        self._passage.done()

    def _start_style(self, attrs: dict[str, str]) -> None:
        self._style = attribute(attrs, "name") or ""

    def _start_hiding(self, attrs: dict[str, str]) -> None:
        if attribute(attrs, "display") == "false" or attribute(attrs, "visibility") == "hidden":
            self._hidden_styles.add(self._style)

    def _start_slide(self, attrs: dict[str, str]) -> None:
        self._slides += 1
        if attribute(attrs, "style-name") in self._hidden_styles:
            self._reading.add(PersonalKind.HIDDEN_SHEET, f"slide {self._slides}", "hidden slide")

    def _start_spreadsheet(self, attrs: dict[str, str]) -> None:
        self._spreadsheet = True

    def _start_change(self, attrs: dict[str, str]) -> None:
        self._reading.add(PersonalKind.TRACKED_CHANGES, "document", "a change that was recorded")

    def _start_table(self, attrs: dict[str, str]) -> None:
        is_a_sheet = self._spreadsheet and not self._sheets
        self._tables += not self._sheets
        name = shortened(attribute(attrs, "name") or "", 60)
        place = f"sheet {name}" if is_a_sheet else f"table {self._tables}"
        if is_a_sheet and attribute(attrs, "style-name") in self._hidden_styles:
            self._reading.add(PersonalKind.HIDDEN_SHEET, place, "hidden sheet")
        self._sheets.append(_Sheet(Table(self._reading), place, is_a_sheet))

    def _start_column(self, attrs: dict[str, str]) -> None:
        if self._sheets:
            sheet, times = self._sheets[-1], _times(attrs, "number-columns-repeated")
            if attribute(attrs, "visibility") in ("collapse", "filter"):
                sheet.hidden_columns.append((sheet.column_number + 1, sheet.column_number + times))
            sheet.column_number += times

    def _start_row(self, attrs: dict[str, str]) -> None:
        self._count()
        if self._sheets:
            sheet = self._sheets[-1]
            sheet.row, sheet.column, sheet.cells = sheet.row + 1, 0, []
            sheet.rows = _times(attrs, "number-rows-repeated")
            sheet.row_hidden = attribute(attrs, "visibility") in ("collapse", "filter")

    def _start_cell(self, attrs: dict[str, str]) -> None:
        self._count()
        if self._sheets:
            sheet = self._sheets[-1]
            sheet.column += 1
            sheet.columns = _times(attrs, "number-columns-repeated")
            sheet.cell = []
            kind = attribute(attrs, "value-type")
            value = attribute(attrs, "date-value") if kind == "date" else attribute(attrs, "value")
            sheet.value = (value or "").partition("T")[0]

    def _count(self) -> None:
        self._counted += 1
        if self._counted > MOST_CELLS:
            self._reading.unread(f"Only its first {MOST_CELLS:,} cells and rows were read.")
            raise EnoughRead

    def _end_cell(self, sheet: _Sheet) -> None:
        # A day is read as it is kept, other values as they are shown; a number also in full.
        shown = "".join(sheet.cell).strip()
        text = sheet.value if sheet.value.count("-") == 2 or not shown else shown
        if sheet.value.isdecimal() and len(sheet.value) > 6 and sheet.value != shown:
            text = sheet.value
        if text:
            place = f"cell {letters_of(sheet.column)}{sheet.row}" if sheet.is_a_sheet else f"row {sheet.row}"
            sheet.cells.append((sheet.column, f"{sheet.place}, {place}", text))
            sheet.filled.update(one for one in sheet.hidden_columns if one[0] <= sheet.column <= one[1])
        sheet.column += sheet.columns - 1

    def _end_row(self, sheet: _Sheet) -> None:
        if sheet.cells:
            sheet.table.row(sheet.cells)
            if sheet.row_hidden and sheet.is_a_sheet:
                self._reading.add(
                    PersonalKind.HIDDEN_SHEET, f"{sheet.place}, row {sheet.row}", "hidden row", sheet.rows
                )
        sheet.row += sheet.rows - 1

    def _end_table(self, sheet: _Sheet) -> None:
        sheet.table.done()
        if sheet.is_a_sheet:
            for first, last in sorted(sheet.filled):
                columns = f"columns {letters_of(first)} to {letters_of(last)}"
                self._reading.add(PersonalKind.HIDDEN_SHEET, f"{sheet.place}, {columns}", "hidden columns")

    def _write(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1].append(text)

    def _end_paragraph(self, text: str) -> None:
        if not text.strip():
            return
        if self._note is not None:
            self._note.append(text)
        elif self._sheets:
            self._sheets[-1].cell += [text, "\n"]
        else:
            self._number += not self._paragraphs
            self._passage.add(self._place(ended=True), text)

    def _place(self, *, ended: bool = False) -> str:
        if self._named:
            return self._named
        if self._sheets:
            sheet = self._sheets[-1]
            cell = f"cell {letters_of(sheet.column)}{sheet.row}" if sheet.is_a_sheet else f"row {sheet.row}"
            return f"{sheet.place}, {cell}"
        if self._slides:
            return f"slide {self._slides}"
        return f"paragraph {self._number + (not ended)}"


def _times(attrs: dict[str, str], name: str) -> int:
    """How often something is repeated. It is counted, never laid out."""
    times = attribute(attrs, name) or "1"
    return max(1, int(times)) if times.isdecimal() and len(times) < 9 else 1


_STARTS = {
    "style:style": Content._start_style,
    "style:table-properties": Content._start_hiding,
    "style:drawing-page-properties": Content._start_hiding,
    "draw:page": Content._start_slide,
    "office:spreadsheet": Content._start_spreadsheet,
    "text:changed-region": Content._start_change,
    "table:cell-content-change": Content._start_change,
    "table:insertion": Content._start_change,
    "table:deletion": Content._start_change,
    "table:table": Content._start_table,
    "table:table-column": Content._start_column,
    "table:table-row": Content._start_row,
    "table:table-cell": Content._start_cell,
    "table:covered-table-cell": Content._start_cell,
}
