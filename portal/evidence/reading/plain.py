"""Plain text and CSV, in the encodings that offices save them in."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from portal.evidence.reading.passages import MOST_TEXT, Passage, Reading, Source, Table

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST = 4 * MOST_TEXT + 4  # bytes of the longest text that is read, in the widest encoding


def look_at_text(source: Source, reading: Reading) -> None:
    passage = Passage(reading)
    for number, line in enumerate(_text(source).split("\n"), start=1):
        passage.add(f"line {number}", line)
    passage.done()


def look_at_csv(source: Source, reading: Reading) -> None:
    """Row by row with headings; what is no CSV after all is read as lines of text."""
    text = _text(source)
    if "\0" in text:
        text = text.replace("\0", "")
    table = Table(reading)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    try:
        for cells in rows:
            line = rows.line_num
            table.row([(n, f"line {line}, column {n}", cell) for n, cell in enumerate(cells, start=1) if cell])
        table.done()
    except csv.Error:  # a value of more than 128 KB: the rest stands in lines
        table.done()
        look_at_text(text.encode(), reading)


def decoded(content: bytes) -> str:
    """Text of whatever encoding: as its mark says, else UTF-8, else that of Windows."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        cut_at_the_end = len(content) >= _LONGEST and fault.start > len(content) - 4
        return content.decode("utf-8" if cut_at_the_end else "cp1252", "replace")


def _text(source: Source) -> str:
    text = decoded(source[:_LONGEST] if isinstance(source, bytes) else _head(source))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST)


def _delimiter(text: str) -> str:
    """What divides the cells: whichever of them the first line holds most of."""
    first = text[:5000].partition("\n")[0]
    return max(",;\t|", key=first.count)
