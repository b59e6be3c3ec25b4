"""Excel workbooks: every cell of every sheet, seen or hidden, with comments, headers, pivot caches and links."""

from __future__ import annotations

from dataclasses import dataclass

from portal.evidence.reading import drawing, masking, properties
from portal.evidence.reading.cells import MOST_CELLS, Formats, SharedTexts, Sheet
from portal.evidence.reading.findings import PersonalKind, shortened
from portal.evidence.reading.packages import Package, Relation, attribute, is_on, opened, short
from portal.evidence.reading.passages import Passage, Reading, Source

MAIN = "xl/workbook.xml"


@dataclass(frozen=True)
class Listed:
    """A sheet as the workbook lists it."""

    name: str
    relation: str
    hidden: str  # "", "hidden" or "veryHidden"


class Listing:
    """Reads the workbook part: its sheets, whether it counts days from 1904, the folder it was saved in."""

    def __init__(self) -> None:
        self.sheets: list[Listed] = []
        self.from_1904 = False
        self.folder = ""
        self.defined: list[str] = []
        self._defining = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        self._defining = name == "x:definedName"
        if name == "x:sheet":
            state = attrs.get("state", "visible")
            hidden = state if state in ("hidden", "veryHidden") else ""
            self.sheets.append(Listed(attrs.get("name", ""), attribute(attrs, "id") or "", hidden))
        elif name == "x:workbookPr":
            self.from_1904 = is_on(attrs.get("date1904"))
        elif name == "absPath":
            self.folder = attrs.get("url", "")

    def end(self, tag: str) -> None:
        self._defining = False

    def data(self, text: str) -> None:
        if self._defining:
            self.defined.append(text)


def look(source: Source, reading: Reading) -> None:
    with opened(source) as package:
        main = next((tie.target for tie in package.relations("") if tie.type == "officeDocument"), MAIN)
        listing, ties = Listing(), package.relations(main)
        package.parse(main, listing)
        texts, formats = SharedTexts(), Formats(from_1904=listing.from_1904)
        for reader, kind in ((texts, "sharedStrings"), (formats, "styles")):
            for tie in ties:
                if tie.type == kind and tie.target in package:
                    with reading.part():
                        package.parse(tie.target, reader)
        parts = {tie.id: tie.target for tie in ties}
        left = MOST_CELLS
        for listed in listing.sheets:
            place = f"sheet {shortened(listed.name, 60)}"
            if listed.hidden:
                how = "hidden sheet" if listed.hidden == "hidden" else "hidden sheet that Excel does not offer to show"
                reading.add(PersonalKind.HIDDEN_SHEET, place, how)
            reading.read(place, listed.name)
            if parts.get(listed.relation, "") in package:
                left -= _look_at_sheet(package, parts[listed.relation], reading, place, texts, formats, left)
        if left <= 0:
            reading.unread(f"Only its first {MOST_CELLS:,} cells and rows were read.")
        _look_around(package, ties, listing, reading)
        properties.look(package, reading)
        drawing.tell_pictures(package, reading)


def _look_at_sheet(
    package: Package, part: str, reading: Reading, place: str, texts: SharedTexts, formats: Formats, most: int
) -> int:
    sheet = Sheet(reading, place, texts, formats, most)
    with reading.part():
        sheet.read(package, part)
    ties = package.relations(part)
    threaded = any(tie.type == "threadedComment" for tie in ties)
    for tie in ties:
        if tie.type in ("comments", "threadedComment") and tie.target in package:
            comments = Comments(reading, place, counted=tie.type == "threadedComment" or not threaded)
            with reading.part():
                package.parse(tie.target, comments)
                comments.done()
        elif tie.type == "drawing":
            drawing.look_at(package, tie.target, drawing.Drawing(reading, f"{place}, drawing"), reading)
            drawing.look_around(package, package.relations(tie.target), reading, place)
    drawing.look_around(package, ties, reading, place)
    return sheet.counted


def _look_around(package: Package, ties: list[Relation], listing: Listing, reading: Reading) -> None:
    """What hangs on the workbook itself: names, caches of pivot tables and of other workbooks, changes of a shared one."""
    names = Passage(reading)
    for text in listing.defined:
        names.add("defined names", text)
    names.done()
    if "users\\" in listing.folder.lower():
        person = listing.folder.lower().partition("users\\")[2].partition("\\")[0]
        reading.add(PersonalKind.METADATA, "document properties: folder it was saved in", masking.name(person))
    for tie in ties:
        if tie.type == "pivotCacheDefinition":
            for part in (tie.target, *(one.target for one in package.relations(tie.target))):
                drawing.look_at(package, part, drawing.Loose(reading, "cache of a pivot table"), reading)
        elif tie.type == "externalLink":
            drawing.look_at(package, tie.target, drawing.Loose(reading, "values of a linked workbook"), reading)
        elif tie.type == "person":
            drawing.look_at(package, tie.target, drawing.Loose(reading, "people who commented"), reading)
        elif tie.type == "revisionHeaders" and tie.target in package:
            changes = [one.target for one in package.relations(tie.target) if one.type == "revisionLog"]
            reading.add(PersonalKind.TRACKED_CHANGES, "workbook", "record of changes", max(1, len(changes)))
            for part in changes:
                drawing.look_at(package, part, drawing.Loose(reading, "record of changes"), reading)


class Comments:
    """Reads comments and notes, each at its cell. A thread is also kept as a note, which is read but not counted."""

    def __init__(self, reading: Reading, place: str, *, counted: bool) -> None:
        self._reading = reading
        self._sheet = place
        self._counted = counted
        self._place = place
        self._passage = Passage(reading)
        self._text: list[str] = []
        self._inside = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        self._inside = name in ("x:t", "text")
        if name in ("x:comment", "threadedComment"):
            self._place = f"{self._sheet}, comment at cell {shortened(attrs.get('ref', '?'), 20)}"
            self._text = []

    def end(self, tag: str) -> None:
        self._inside = False
        if short(tag) in ("x:comment", "threadedComment"):
            text = "".join(self._text)
            if self._counted:
                self._reading.add(PersonalKind.COMMENTS, self._place, masking.words(text))
            self._passage.add(self._place, text)

    def data(self, text: str) -> None:
        if self._inside:
            self._text.append(text)

    def done(self) -> None:
        self._passage.done()
