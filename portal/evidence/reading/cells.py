"""The cells of a sheet as a person sees them: texts, numbers in full, days as days, and what of them is hidden."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta

from portal.evidence.reading.findings import PersonalKind, Unreadable
from portal.evidence.reading.packages import Package, is_on, short
from portal.evidence.reading.passages import Passage, Reading, Table

_MOST_SHARED = 40_000_000
MOST_CELLS = 500_000  # of one workbook, with its rows
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MARGINS = {f"x:{which}{where}": where.lower() for which in ("odd", "even", "first") for where in ("Header", "Footer")}
# Formats without a code of their own that show a day: those of every language, and of East Asia.
_BUILT_IN_DAYS = {str(number) for number in (*range(14, 18), 22, *range(27, 37), *range(50, 59))}
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_RULES = {"x:formula1", "x:formula2"}  # what may be chosen in a cell


class SharedTexts:
    """Reads the texts that cells share; a text in several formats is put together."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._length = 0
        self._text: list[str] = []
        self._inside = False
        self._phonetic = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        self._inside = name == "x:t"
        if name == "x:si":
            self._text = []
        elif name == "x:rPh":
            self._phonetic = True

    def end(self, tag: str) -> None:
        name = short(tag)
        self._inside = False
        if name == "x:si":
            self.texts.append("".join(self._text))
            self._length += len(self.texts[-1])
            if self._length > _MOST_SHARED:
                raise Unreadable("It holds more text than can be read, so not all of its cells were.")
        elif name == "x:rPh":
            self._phonetic = False

    def data(self, text: str) -> None:
        if self._inside and not self._phonetic:
            self._text.append(text)


class Formats:
    """Reads the styles: which of them show a number as a day."""

    def __init__(self, *, from_1904: bool) -> None:
        # Day 0; Excel counts a 29 February 1900, so the days before it are one off, which nobody is born on.
        self._day_0 = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
        self._codes: dict[str, str] = {}
        self._days: list[bool] = []
        self._of_cells = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        if name == "x:numFmt":
            self._codes[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif name == "x:cellXfs":
            self._of_cells = True
        elif name == "x:xf" and self._of_cells:
            number = attrs.get("numFmtId", "0")
            shows_days = number in _BUILT_IN_DAYS or _shows_days(self._codes.get(number, ""))
            self._days.append(shows_days)

    def end(self, tag: str) -> None:
        if short(tag) == "x:cellXfs":
            self._of_cells = False

    def data(self, text: str) -> None: ...

    def shown(self, value: str, style: str) -> str:
        """A number as it is read: in full, or as the day that its style makes of it."""
        try:
            number = float(value)
            if style.isdecimal() and int(style) < len(self._days) and self._days[int(style)]:
                day = self._day_0 + timedelta(days=int(number))
                return f"{day.day:02}/{day.month:02}/{day.year}" if number >= 1 else ""
            return str(int(number)) if number.is_integer() and abs(number) < 1e20 else value
        except (ValueError, OverflowError):
            return value


def _shows_days(code: str) -> bool:
    """Whether a format of numbers has a day or a year in it, outside of quoted text, colours and conditions."""
    return re.search("[dy]", _NOT_FORMAT.sub("", code.lower())) is not None


class _AllRead(Exception):
    """As many cells as are read have been read."""


class Sheet:
    """Reads one sheet, row by row, and no further than `most` cells and rows. What its dimension claims is not heeded."""

    def __init__(self, reading: Reading, place: str, texts: SharedTexts, formats: Formats, most: int) -> None:
        self._reading = reading
        self._place = place
        self._texts = texts.texts
        self._formats = formats
        self._most = most
        self.counted = 0
        self._table = Table(reading)
        self._margins = Passage(reading)
        self._row: list[tuple[int, str, str]] = []
        self._row_number = 0
        self._row_hidden = False
        self._hidden_rows: list[list[int]] = []
        self._columns: list[tuple[int, int]] = []  # hidden ones, first and last
        self._filled: set[tuple[int, int]] = set()
        self._column = 0
        self._kind = self._style = self._cell = ""
        self._value: list[str] = []
        self._formula: list[str] = []
        self._margin: list[str] = []
        self._into: list[str] | None = None

    def read(self, package: Package, part: str) -> None:
        with suppress(_AllRead):
            package.parse(part, self)
        self._table.done()
        self._margins.done()
        self._tell_hidden()

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        name = short(tag)
        if name == "x:c":
            self._start_cell(attrs)
        elif name in ("x:v", "x:t"):
            self._into = self._value
        elif name == "x:f":
            self._into = self._formula
        elif name == "x:row":
            self._start_row(attrs)
        elif name == "x:col":
            self._start_column(attrs)
        elif name in _MARGINS or name in _RULES:
            self._into = self._margin
        else:
            self._into = None

    def end(self, tag: str) -> None:
        name = short(tag)
        self._into = None
        if name == "x:c":
            self._end_cell()
        elif name == "x:row" and self._row:
            self._table.row(self._row)
            self._row = []
        elif name in _MARGINS or name in _RULES:
            self._margins.add(f"{self._place}, {_MARGINS.get(name, 'rule')}", "".join(self._margin))
            self._margin = []

    def data(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _count(self) -> None:
        self.counted += 1
        if self.counted > self._most:
            raise _AllRead

    def _start_column(self, attrs: dict[str, str]) -> None:
        if is_on(attrs.get("hidden")) or attrs.get("width") == "0":
            first, last = attrs.get("min", ""), attrs.get("max", "")
            if first.isdecimal() and last.isdecimal() and len(self._columns) < 1000:
                self._columns.append((int(first), int(last)))

    def _start_row(self, attrs: dict[str, str]) -> None:
        self._count()
        number = attrs.get("r", "")
        self._row_number = int(number) if number.isdecimal() and len(number) < 9 else self._row_number + 1
        self._row_hidden = is_on(attrs.get("hidden")) or attrs.get("ht") == "0"
        self._column = 0
        self._row = []

    def _start_cell(self, attrs: dict[str, str]) -> None:
        self._count()
        match = _REFERENCE.fullmatch(attrs.get("r", ""))
        self._column = number_of(match.group(1)) if match else self._column + 1
        self._cell = f"{letters_of(self._column)}{self._row_number}"
        self._kind, self._style = attrs.get("t", "n"), attrs.get("s", "")
        self._value, self._formula = [], []

    def _end_cell(self) -> None:
        text = self._shown("".join(self._value))
        formula = "".join(self._formula)
        if '"' in formula:
            text = f"{text} {formula}"
        if not text.strip():
            return
        self._row.append((self._column, f"{self._place}, cell {self._cell}", text))
        if self._row_hidden:
            self._hide_row()
        for columns in self._columns:
            if columns[0] <= self._column <= columns[1]:
                self._filled.add(columns)

    def _shown(self, value: str) -> str:
        if self._kind == "s":
            return self._texts[int(value)] if value.isdecimal() and int(value) < len(self._texts) else ""
        if self._kind == "n":
            return self._formats.shown(value, self._style)
        if self._kind == "d":  # a day as ISO 8601 writes it
            return value.partition("T")[0]
        return "" if self._kind in ("b", "e") else value

    def _hide_row(self) -> None:
        rows = self._hidden_rows
        if rows and rows[-1][1] >= self._row_number - 1:
            rows[-1][1] = self._row_number
        else:
            rows.append([self._row_number, self._row_number])

    def _tell_hidden(self) -> None:
        for first, last in self._hidden_rows:
            rows = f"row {first}" if first == last else f"rows {first} to {last}"
            self._hidden(rows, "hidden row" if first == last else "hidden rows", last - first + 1)
        for first, last in sorted(self._filled):
            one, many = letters_of(first), letters_of(min(last, 16_384))
            columns = f"column {one}" if first == last else f"columns {one} to {many}"
            self._hidden(columns, "hidden column" if first == last else "hidden columns", 1)

    def _hidden(self, place: str, excerpt: str, count: int) -> None:
        self._reading.add(PersonalKind.HIDDEN_SHEET, f"{self._place}, {place}", excerpt, count)


def number_of(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
