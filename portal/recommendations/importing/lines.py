"""Bytes to cells by line: CSV and JSON, UTF-8 alone, a piece at a time so that no file is too long to be read. Pure."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from portal.kernel import words
from portal.organisations.rows import Fault
from portal.recommendations.importing.rows import COLUMNS, PASSED_OVER

LONGEST_LINE = 256 * 1024  # bytes of a line, and characters of an object; four texts of 4,000 characters are far less
PIECE = 64 * 1024

Cells = dict[str, Any]
AS_UTF8 = "Save the file as “CSV UTF-8” and import that file."
_AGAIN = "Export it again and check its size."


class Unreadable(Exception):
    """From this line on nothing of the file can be read."""

    def __init__(self, line: int, column: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(line, column, message)


def cells_of(stream: BinaryIO) -> Iterator[tuple[int, Cells | Fault]]:
    """Each row with the line on which it begins: its cells by column, or why they cannot be told apart."""
    head = stream.read(PIECE)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        raise Unreadable(0, "", f"This is a spreadsheet. {AS_UTF8}")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(0, "", f"This file is in UTF-16. {AS_UTF8}")
    begins = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if not begins:
        raise Unreadable(0, "", f"The file is empty. {_AGAIN}")
    return _objects(stream) if begins[:1] in (b"[", b"{") else _records(stream)


def _records(stream: BinaryIO) -> Iterator[tuple[int, Cells | Fault]]:
    reader = csv.reader(_lines(stream), strict=True)
    header: list[str] | None = None
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell and not cell.isspace() for cell in cells):
                continue
            if header is None:
                header = _header(line, cells)
            elif len(cells) != len(header):
                yield line, Fault(line, "", _wrong_width(len(cells), len(header)))
            else:
                yield line, dict(zip(header, cells, strict=True))
    except csv.Error:
        message = "The cells of this line cannot be told apart. Look for a quotation mark that is not closed, or not doubled within a cell."
        raise Unreadable(begins, "", message) from None


def _lines(stream: BinaryIO) -> Iterator[str]:
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise Unreadable(number, "", "This line is far too long. Look for a missing line end, or import another file.")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Unreadable(number, "", f"This line is not in UTF-8. {AS_UTF8}") from None


def _header(line: int, cells: list[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if len(names) == 1:
        raise Unreadable(line, "", f"The header is a single column. Put commas between the columns: {','.join(COLUMNS)}.")
    for name in names:
        if names.count(name) > 1:
            raise Unreadable(line, name, f"The header names “{name}” twice. Keep one of the two columns.")
        if name not in COLUMNS and name not in PASSED_OVER:
            raise Unreadable(line, words.clean_line(name)[:40], unknown(name))
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise Unreadable(line, "", f"The header lacks {', '.join(missing)}. Its columns are {','.join(COLUMNS)}, with commas between them.")
    return names


def unknown(name: str) -> str:
    """What is said of a column that no file may have."""
    if name == "complainant_address":
        return "The addresses of complainants are not taken from files. Take the column out, and note the address on the recommendation’s page."
    return f"“{words.clean_line(name)[:40]}” is not a column that is known. Take it out, or correct its name: {', '.join(COLUMNS)}."


def _wrong_width(found: int, expected: int) -> str:
    columns = "1 column" if found == 1 else f"{found} columns"
    return f"This line has {columns} where the header has {expected}. Put a text that has commas in quotation marks."


class _Tape:
    """The text of a file, a piece at a time. `line` is that of the place `at`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8-sig")()
        self.text, self.at, self.line, self.ended = "", 0, 1, False

    def more(self) -> None:
        """Read on; what lies behind is forgotten."""
        piece = self._stream.read(PIECE)
        self.ended = len(piece) < PIECE
        try:
            self.text, self.at = self.text[self.at :] + self._decode.decode(piece, self.ended), 0
        except UnicodeDecodeError as wrong:
            line = self.line + self.text.count("\n", self.at) + piece.count(b"\n", 0, max(wrong.start, 0))
            raise Unreadable(line, "", "This line is not in UTF-8. Export the file again as UTF-8.") from None

    def to(self, place: int) -> None:
        self.line += self.text.count("\n", self.at, place)
        self.at = place

    def peek(self) -> str:
        """The next character that shows, or nothing at the end."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in " \t\r\n":
                    return self.text[self.at]
                self.to(self.at + 1)
            if self.ended:
                return ""
            self.more()

    def step(self) -> None:
        self.to(self.at + 1)


def _objects(stream: BinaryIO) -> Iterator[tuple[int, Cells | Fault]]:
    """The objects of one JSON array, each read when it is its turn."""
    tape = _Tape(stream)
    if tape.peek() != "[":
        raise Unreadable(tape.line, "", "A JSON file is a list of recommendations. Put them within [ and ], with commas between them.")
    tape.step()
    if tape.peek() == "]":
        raise Unreadable(tape.line, "", f"The file holds no recommendations. {_AGAIN}")
    while True:
        if tape.peek() != "{":
            raise Unreadable(tape.line, "", "A recommendation is expected here: an object that begins with {.")
        line = tape.line
        value = _object(tape)
        yield line, value if isinstance(value, Fault) else _named(line, value)
        after = tape.peek()
        if after not in (",", "]") or not after:
            raise Unreadable(tape.line, "", "A comma or the end of the list is expected here. Look whether the file was cut off.")
        tape.step()
        if after == "]":
            break
    if tape.peek():
        raise Unreadable(tape.line, "", "Something follows the end of the list. Write all recommendations in one list.")


class _Twice(ValueError):
    """An object says the same thing twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise _Twice(next(name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1))
    return named


_DECODER = json.JSONDecoder(object_pairs_hook=_once)


def _object(tape: _Tape) -> dict[str, Any] | Fault:
    line = tape.line
    value: dict[str, Any]  # what begins with { is an object
    while True:
        try:
            value, end = _DECODER.raw_decode(tape.text, tape.at)
        except _Twice as twice:
            raise Unreadable(line, words.clean_line(str(twice))[:40], "This recommendation says it twice. Keep one of the two.") from None
        except (ValueError, RecursionError):
            if tape.ended or len(tape.text) - tape.at > LONGEST_LINE:
                message = "The recommendation that begins here is not well formed. Check it with a JSON validator, and whether the file was cut off."
                raise Unreadable(line, "", message) from None
            tape.more()
        else:
            tape.to(end)
            return value


def _named(line: int, value: dict[str, Any]) -> Cells | Fault:
    for name in value:
        if name not in COLUMNS and name not in PASSED_OVER:
            return Fault(line, words.clean_line(name)[:40], unknown(name))
    missing = [name for name in COLUMNS if name not in value]
    return Fault(line, "", f"This recommendation lacks {', '.join(missing)}.") if missing else value
