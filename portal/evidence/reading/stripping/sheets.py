"""What is cut from the parts of a workbook when something in it was hidden, or said who made it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from portal.evidence.reading.cells import number_of
from portal.evidence.reading.packages import attribute, is_on
from portal.evidence.reading.stripping.cutting import Element, Rules, Verdict

_RULED = {"x:dataValidation", "x:cfRule"}
_LISTS = {"x:dataValidations", "x:conditionalFormatting"}
_FORMULAS = {"x:formula", "x:formula1", "x:formula2", "f"}
RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")


@dataclass
class Gone:
    """What is taken out of the workbook as a whole."""

    sheets: list[str] = field(default_factory=list)  # by name
    positions: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)  # defined ones, which pointed to those sheets
    anything: bool = False

    def mentioned(self, formula: str) -> bool:
        low = formula.lower()
        for name in self.sheets:
            plain, quoted = name.lower(), name.lower().replace("'", "''")
            if f"{plain}!" in low or f"'{quoted}'!" in low:
                return True
        return any(name.lower() in low for name in self.names)


class Uncached(Rules):
    def __init__(self, unused: set[str]) -> None:
        self._unused = unused

    def begin(self, element: Element) -> None:
        if element.name == "x:pivotCache":
            around = element.parent
            if attribute(element.attrs, "id") in self._unused:
                element.verdict = Verdict.REMOVE
            elif around is not None:
                around.notes["kept"] = 1

    def finish(self, element: Element) -> None:
        if element.name == "x:pivotCaches" and not element.notes.get("kept"):
            element.verdict = Verdict.REMOVE


class Unrecorded(Rules):
    def begin(self, element: Element) -> None:
        if element.name == "x:pivotCacheDefinition":
            element.without = ("id",)


class Listed(Rules):
    """The workbook part: without hidden sheets, what points to them, and the names and folders of people."""

    def __init__(self, gone: Gone, removed: set[str]) -> None:
        self._gone = gone
        self._removed = removed

    def begin(self, element: Element) -> None:
        name = element.name
        if (name == "x:sheet" and attribute(element.attrs, "id") in self._removed) or name in (
            "x:fileSharing",
            "x:customWorkbookViews",
        ):
            element.verdict = Verdict.REMOVE
        elif name == "absPath":
            (element.above("mc:AlternateContent") or element).verdict = Verdict.REMOVE
        elif name == "x:workbookView" and self._gone.positions:
            element.without = ("activeTab", "firstSheet")
        elif name == "x:definedName":
            self._define(element)

    def finish(self, element: Element) -> None:
        if element.name == "x:definedName" and element.verdict is Verdict.KEEP:
            if self._gone.sheets and self._gone.mentioned(element.text):
                self._undefine(element)
            elif element.parent is not None:
                element.parent.notes["kept"] = 1
        elif element.name == "x:definedNames" and not element.notes.get("kept"):
            element.verdict = Verdict.REMOVE

    def _define(self, element: Element) -> None:
        position = element.attrs.get("localSheetId", "")
        if not position.isdecimal():
            return
        if int(position) in self._gone.positions:
            self._undefine(element)
        else:
            moved = sum(one < int(position) for one in self._gone.positions)
            element.instead = {"localSheetId": str(int(position) - moved)}

    def _undefine(self, element: Element) -> None:
        element.verdict = Verdict.REMOVE
        name = element.attrs.get("name", "")
        if name and not name.startswith("_xlnm"):
            self._gone.names.add(name)


class Hidden:
    """Reads which rows and columns of a sheet are hidden and hold something."""

    def __init__(self, headings: list[tuple[int, int, int]]) -> None:
        self.rows: set[int] = set()
        self.columns: list[tuple[int, int]] = []
        self.headings = headings

    @property
    def found(self) -> bool:
        return bool(self.rows or self.columns)

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag.endswith("}row") and is_hidden_row(attrs) and attrs.get("r", "").isdecimal():
            self.rows.add(int(attrs["r"]))
        elif tag.endswith("}col") and is_hidden_column(attrs):
            first, last = attrs.get("min", ""), attrs.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.columns.append((int(first), int(last)))

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell is hidden, and is no heading that a table needs."""
        if row not in self.rows and not any(first <= column <= last for first, last in self.columns):
            return False
        return not any(row == where and first <= column <= last for where, first, last in self.headings)


def is_hidden_row(attrs: dict[str, str]) -> bool:
    return is_on(attrs.get("hidden")) or attrs.get("ht") == "0"


def is_hidden_column(attrs: dict[str, str]) -> bool:
    return is_on(attrs.get("hidden")) or attrs.get("width") == "0"


class Sheet(Rules):
    """A sheet that stays: what was hidden in it is empty and seen, and nothing in it points to what is gone."""

    def __init__(self, gone: Gone, hidden: Hidden, used: set[int]) -> None:
        self._gone = gone
        self._hidden = hidden
        self._used = used
        self._row = 0
        self._column = 0
        self.untied: set[str] = set()

    def begin(self, element: Element) -> None:
        name, attrs = element.name, element.attrs
        if name == "x:c":
            self._begin_cell(element)
        elif name == "x:f" and self._gone.anything:
            element.verdict = Verdict.REMOVE
        elif name == "x:row":
            self._row = int(attrs["r"]) if attrs.get("r", "").isdecimal() else self._row + 1
            self._column = 0
            if is_hidden_row(attrs):
                element.without = ("hidden", "ht", "customHeight")
        elif name == "x:col" and is_hidden_column(attrs):
            element.without = ("hidden",) if attrs.get("width") != "0" else ("hidden", "customWidth")
            element.instead = {"width": "9"} if attrs.get("width") == "0" else {}
        elif name in _RULED and element.parent is not None:
            element.parent.notes["all"] = element.parent.notes.get("all", 0) + 1
        elif (name == "x:legacyDrawing" and attribute(attrs, "id") in self.untied) or name == "x:customSheetViews":
            element.verdict = Verdict.REMOVE

    def _begin_cell(self, element: Element) -> None:
        match = RANGE.fullmatch(element.attrs.get("r", ""))
        self._column = number_of(match[1]) if match else self._column + 1
        if self._hidden.found and self._hidden.holds(self._row, self._column):
            element.verdict = Verdict.REMOVE

    def finish(self, element: Element) -> None:
        name, cell = element.name, element.parent
        if name == "x:v" and cell is not None and cell.attrs.get("t") == "s" and not element.goes():
            if element.text.strip().isdecimal():
                self._used.add(int(element.text))
        elif name in _FORMULAS and self._gone.sheets:
            if self._gone.mentioned(element.text):
                self._remove_rule(element)

        elif name in _LISTS and element.verdict is Verdict.KEEP and element.notes.get("removed"):
            if element.notes["removed"] == element.notes.get("all"):
                element.verdict = Verdict.REMOVE
            element.without = ("count",)

    @staticmethod
    def _remove_rule(element: Element) -> None:
        """A choice or a colour that looks into a sheet that is gone."""
        rule = element.above("x:extLst") or element.above(*_RULED)
        if rule is not None and rule.verdict is Verdict.KEEP:
            rule.verdict = Verdict.REMOVE
            if rule.parent is not None:
                rule.parent.notes["removed"] = rule.parent.notes.get("removed", 0) + 1


class Used(Rules):
    """The texts that cells share: those that no remaining cell shows are emptied, so that the others keep their number."""

    def __init__(self, used: set[int]) -> None:
        self._used = used
        self._number = 0

    def begin(self, element: Element) -> None:
        if element.name == "x:si":
            if self._number not in self._used:
                element.verdict = Verdict.EMPTY
            self._number += 1


class Shapes(Rules):
    """The drawing that the boxes of comments share with buttons and other controls, which stay."""

    def __init__(self) -> None:
        self.left = 0

    def begin(self, element: Element) -> None:
        if element.name.endswith("}shape") or element.name == "shape":
            self.left += 1
        elif element.name.endswith("ClientData") and attribute(element.attrs, "ObjectType") == "Note":
            shape = element.parent
            if shape is not None and shape.verdict is Verdict.KEEP:
                shape.verdict = Verdict.REMOVE
                self.left -= 1
