"""Text of drawings, which slides, charts, diagrams and text boxes share, and of parts that nobody looks into."""

from __future__ import annotations

from portal.evidence.reading.packages import Package, Relation, short
from portal.evidence.reading.passages import Enclosed, Passage, Reading, Table

_OFFICE = (".docx", ".docm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".odt", ".ods", ".odp", ".pdf")
_CHARTS = {"chart": "chart", "chartEx": "chart", "diagramData": "diagram", "chartUserShapes": "chart"}
_FEW = 200  # characters: a title and a caption
_NOT_READ = "Something of another program is embedded in it, which cannot be read here."


class Drawing:
    """Reads paragraphs (a:p) and tables (a:tbl), wherever they stand in a part; `place` is said for all of them."""

    def __init__(self, reading: Reading, place: str) -> None:
        self._place = place
        self._passage = Passage(reading)
        self._reading = reading
        self._table: Table | None = None
        self._cells: list[tuple[int, str, str]] = []
        self._text: list[str] = []
        self._inside = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        self._inside = name in ("a:t", "a:v", "p:text")
        if name == "a:br":
            self._text.append("\n")
        elif name == "a:tbl":
            self._table = Table(self._reading)

    def end(self, tag: str) -> None:
        name = short(tag)
        self._inside = False
        if name in ("a:p", "a:v", "p:text") and self._table is None:
            self._passage.add(self._place, self._taken())
        elif name == "a:p":
            self._text.append("\n")
        elif name == "a:tc":
            self._cells.append((len(self._cells), self._place, self._taken().strip()))
        elif name == "a:tr" and self._table is not None:
            self._table.row(self._cells)
            self._cells = []
        elif name == "a:tbl" and self._table is not None:
            self._table.done()
            self._table = None

    def data(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def done(self) -> None:
        self._passage.add(self._place, self._taken())
        self._passage.done()

    def _taken(self) -> str:
        text, self._text = "".join(self._text), []
        return text


class Loose:
    """Reads whatever text and values stand in a part, in their order: what is left in caches and custom parts."""

    def __init__(self, reading: Reading, place: str) -> None:
        self._place = place
        self._table = Table(reading)
        self._cells: list[str] = []

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        self._cells += [value for key, value in attrs.items() if key in ("v", "val", "name", "displayName", "userId")]
        if short(tag) in ("x:r", "x:row"):
            self._flush()

    def end(self, tag: str) -> None:
        if short(tag) in ("x:r", "x:row") or len(self._cells) > 200:
            self._flush()

    def data(self, text: str) -> None:
        if text.strip():
            self._cells.append(text)

    def done(self) -> None:
        self._flush()
        self._table.done()

    def _flush(self) -> None:
        self._table.row([(0, self._place, text) for text in self._cells])
        self._cells = []


def look_at(package: Package, part: str, reader: Drawing | Loose, reading: Reading) -> None:
    """Read one part with one of the readers above."""
    if part in package:
        with reading.part():
            package.parse(part, reader)
            reader.done()


def look_around(package: Package, relations: list[Relation], reading: Reading, place: str) -> None:
    """What else a part points to: charts and diagrams, links to people's addresses, documents that are embedded."""
    links = Passage(reading)
    for relation in relations:
        if relation.external:
            if relation.target.lower().startswith("mailto:"):
                links.add(f"link, {place}", relation.target[7:].partition("?")[0])
        elif relation.type in _CHARTS:
            look_at(package, relation.target, Drawing(reading, f"{_CHARTS[relation.type]}, {place}"), reading)
            look_around(package, package.relations(relation.target), reading, place)
        elif relation.type in ("package", "oleObject", "aFChunk"):
            _enclose(package, relation.target, reading)
    links.done()


def tell_pictures(package: Package, reading: Reading) -> None:
    """Say so where a document is a scan that was pasted in: pictures, and next to no text."""
    if reading.length < _FEW and any("/media/" in name or name.startswith("Pictures/") for name in package.names):
        reading.unread("It holds pictures and next to no text. Text in pictures cannot be read here.")


def _enclose(package: Package, part: str, reading: Reading) -> None:
    if part not in package:
        return
    if not part.lower().endswith((*_OFFICE, ".txt", ".htm", ".html", ".rtf", ".mht")):
        reading.unread(_NOT_READ)
        return
    with reading.part():
        reading.enclosed.append(Enclosed(f"embedded document {len(reading.enclosed) + 1}", package.read(part)))
