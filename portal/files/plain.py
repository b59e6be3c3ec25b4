"""Plain text, tables of values and e-mail, by looking at every byte; a page with markup is none of these."""

from __future__ import annotations

import codecs
import csv
import re
from pathlib import Path

from portal.files.kinds import AS_PDF, Unfit
from portal.files.stores import CHUNK

_HEADER = re.compile(rb"[!-9;-~]{1,70}:(?: |\t|\r?\n[ \t])")
_OF_EMAIL = re.compile(rb"^(from|to|cc|date|subject|content-type):", re.IGNORECASE | re.MULTILINE)
# A memo has the headers above; these are written by programs that send e-mail.
_OF_SENDING = re.compile(
    rb"^(message-id|received|mime-version|return-path|delivered-to):", re.IGNORECASE | re.MULTILINE
)
_MARKUP = re.compile(
    r"\s*(?:<\?xml|<!--|<!doctype|<(?:html|head|body|svg|script|iframe|meta|title|style|xml|div|p|table|form|img|a|object|embed)[\s>/])",
    re.IGNORECASE,
)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")  # a form feed, and DOS's mark of the end, may stand
_FOREIGN = 0.3  # of all bytes: text in Windows-1252 has no more letters beyond ASCII
_ROWS = 20  # of a table, enough to tell it from prose


def recognise(path: Path, head: bytes) -> str | None:
    """`eml`, `csv`, `text`, or None if it is no text. Raises Unfit for markup."""
    if _is_email(head):
        return "eml"
    encoding = _encoding(path, head)
    if encoding is None:
        return None
    beginning = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if _MARKUP.match(beginning):
        if "<svg" in beginning.lower():
            raise Unfit("It is an SVG drawing, which can hold a program. Save it as a PNG or a PDF and hand that in.")
        raise Unfit(f"It is a web page or other markup, which can hold a program. {AS_PDF}")
    return "csv" if _is_table(beginning, cut=path.stat().st_size > len(head)) else "text"


def _is_email(head: bytes) -> bool:
    """Begins with headers, among them some that people read and one that only programs write."""
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    if b"\x00" in headers or not _HEADER.match(headers):
        return False
    return len({name.lower() for name in _OF_EMAIL.findall(headers)}) >= 2 and bool(_OF_SENDING.search(headers))


def _encoding(path: Path, head: bytes) -> str | None:
    """The encoding in which every byte is text: UTF-16 by its mark, else UTF-8, else Windows-1252; or None."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _is_text(path, "utf-16") else None
    if _is_text(path, "utf-8-sig"):
        return "utf-8-sig"
    return "cp1252" if _is_text(path, "cp1252") and _mostly_english(path) else None


def _is_text(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while block := file.read(CHUNK):
                if _UNPRINTABLE.search(decoder.decode(block)):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _mostly_english(path: Path) -> bool:
    foreign = size = 0
    ascii_only = bytes(range(128))
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            size += len(block)
            foreign += len(block.translate(None, ascii_only))
    return foreign <= size * _FOREIGN


def _is_table(beginning: str, *, cut: bool) -> bool:
    """Whether the first rows all have the same number of values, and more than one."""
    lines = beginning.splitlines()
    lines = [line for line in (lines[:-1] if cut else lines) if line.strip()][:_ROWS]
    for delimiter in ",;\t|":
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=delimiter, strict=True) if row}
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and widths != {1}:
            return True
    return False
