"""Word documents with their changes accepted, and without comments and authors."""

from __future__ import annotations

from pathlib import Path

from portal.evidence.reading.packages import opened
from portal.evidence.reading.stripping.copying import Copy
from portal.evidence.reading.stripping.cutting import Element, Rules, Verdict
from portal.evidence.reading.word import FORMATTING, INSERTED, MAIN, REMOVED, STORIES

_COMMENTS = {"comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "documenttasks"}
_MARKS = {
    "w:commentRangeStart", "w:commentRangeEnd", "w:commentReference",
    "w:moveFromRangeStart", "w:moveFromRangeEnd", "w:moveToRangeStart", "w:moveToRangeEnd",
    "w:customXmlInsRangeStart", "w:customXmlInsRangeEnd", "w:customXmlDelRangeStart", "w:customXmlDelRangeEnd",
    "w:customXmlMoveFromRangeStart", "w:customXmlMoveFromRangeEnd",
    "w:customXmlMoveToRangeStart", "w:customXmlMoveToRangeEnd",
}  # fmt: skip
_NEVER_EMPTY = {"w:tc", "w:txbxContent", "w:footnote", "w:endnote", "w:hdr", "w:ftr"}
_SHOWN = {
    "w:t",
    "w:drawing",
    "w:pict",
    "w:object",
    "w:sym",
    "w:footnoteReference",
    "w:endnoteReference",
    "m:t",
    "w:fldChar",
}


def strip(path: Path, to: Path) -> None:
    with opened(path) as package:
        main = next((tie.target for tie in package.relations("") if tie.type == "officeDocument"), MAIN)
        copy = Copy(package)
        copy.untie(main, lambda tie: tie.type in _COMMENTS)
        for part in [main, *(tie.target for tie in copy.ties(main) if tie.type in (*STORIES, "glossaryDocument"))]:
            copy.cut(part, Accepted())
        for tie in copy.ties(main):
            if tie.type == "settings":
                copy.cut(tie.target, _NoTemplate())
                copy.untie(tie.target, lambda tie: tie.type == "attachedTemplate")
        copy.anonymous()
        copy.write(to)


class _NoTemplate(Rules):
    """The template is a path on somebody's computer, with their name in it as often as not."""

    def begin(self, element: Element) -> None:
        if element.name == "w:attachedTemplate":
            element.verdict = Verdict.REMOVE


class Accepted(Rules):
    """Accepts every change, as Word does: what was added stays, what was removed goes, and so do paragraphs, rows and
    cells whose end was removed."""

    def __init__(self) -> None:
        self._before: dict[Element | None, Element] = {}  # a paragraph whose end was removed, by what it stands in
        self._removed: dict[Element, Element] = {}  # the last paragraph that was removed, likewise

    def begin(self, element: Element) -> None:
        parent = element.parent
        if parent is not None and parent.takes_along():
            return
        name = element.name
        if name in _MARKS or name in FORMATTING:
            element.verdict = Verdict.REMOVE
            if name == "w:cellDel":
                self._drop(element.above("w:tc"), "w:tr")
        elif name in INSERTED or name in REMOVED:
            self._begin_change(element)
        elif name == "w:p":
            self._begin_paragraph(element)
        elif name in ("w:tbl", "w:sdt"):
            self._before.pop(_home(element), None)  # nothing that a paragraph could be joined to
        elif name in ("w:tr", "w:tc"):
            self._count(element.above("w:tbl" if name == "w:tr" else "w:tr"), name, 1)
        elif name == "w:pPr" and parent is not None and parent.loses_start:
            element.verdict = Verdict.REMOVE  # what it is joined to says how it looks
        elif name == "w:sectPr" or name in _SHOWN:
            paragraph = element.above("w:p")
            if paragraph is not None:
                paragraph.notes["shown"] = 1

    def finish(self, element: Element) -> None:
        name, notes = element.name, element.notes
        if element.goes():
            return
        if name == "w:p":
            self._finish_paragraph(element)
        elif name == "w:tr" and notes.get("w:tc") == 0:
            self._drop(element, "w:tbl")
        elif name == "w:tbl" and notes.get("w:tr") == 0:
            element.verdict = Verdict.REMOVE
        elif name in _NEVER_EMPTY and not notes.get("paragraphs") and element in self._removed:
            self._removed[element].verdict = Verdict.KEEP

    def _begin_change(self, element: Element) -> None:
        properties = element.parent.name if element.parent is not None else ""
        if properties == "w:rPr" or properties.endswith("ctrlPr"):  # of the end of a paragraph
            element.verdict = Verdict.REMOVE
            of = element.above("w:p")
            if (
                element.name in REMOVED
                and properties == "w:rPr"
                and of is not None
                and element.above("w:pPr") is not None
            ):
                of.notes["end removed"] = 1
        elif properties == "w:trPr":
            element.verdict = Verdict.REMOVE
            if element.name in REMOVED:
                self._drop(element.above("w:tr"), "w:tbl")
        else:
            element.verdict = Verdict.UNWRAP if element.name in INSERTED else Verdict.REMOVE

    def _drop(self, element: Element | None, around: str) -> None:
        """Take out a row or a cell."""
        if element is None or element.verdict is Verdict.REMOVE:
            return
        element.verdict = Verdict.REMOVE
        self._count(element.above(around), element.name, -1)

    @staticmethod
    def _count(element: Element | None, name: str, by: int) -> None:
        if element is not None:
            element.notes[name] = element.notes.get(name, 0) + by

    def _begin_paragraph(self, element: Element) -> None:
        before = self._before.pop(_home(element), None)
        if before is None:
            return
        if element.is_empty:
            element.verdict = Verdict.REMOVE
        else:
            before.loses_end = element.loses_start = True

    def _finish_paragraph(self, element: Element) -> None:
        home = _home(element)
        if element.notes.get("end removed"):
            if not element.notes.get("shown") and not element.loses_start:
                element.verdict = Verdict.REMOVE
                if home is not None:
                    self._removed[home] = element
                return
            self._before[home] = element
        self._count(home, "paragraphs", 1)


def _home(element: Element) -> Element | None:
    """What a paragraph stands in, seen through what is unwrapped."""
    home = element.parent
    while home is not None and home.verdict is Verdict.UNWRAP:
        home = home.parent
    return home
