"""Look into a document for what is personal: one reader for each kind of document, and once into what lies within."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from portal.evidence.reading.findings import Look, Unreadable
from portal.evidence.reading.passages import ONLY_SO_MUCH, EnoughRead, Reading, Source

_PICTURES = {"png", "jpeg", "gif", "webp", "tiff"}
_UNKNOWN = "It is of a kind that cannot be read here. Look through it yourself."
_PICTURE = "It is a picture, and text in pictures cannot be read here. Look at it yourself."
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"\xd0\xcf\x11\xe0", "doc"),
)
_INNER_PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_NOT_WITHIN = "It is of a kind that cannot be read within another document. Hand it in by itself."
_TOO_DEEP = "It holds further documents, which were not read. Hand them in by themselves."


def look(path: Path, kind: str) -> Look:
    """What is personal in the document at `path`. Limits on time and memory are those of `look_safely`."""
    reading = Reading()
    try:
        _read(path, kind, reading)
        for enclosed in reading.enclosed:
            inner = reading.within(enclosed.name)
            with inner.part():
                _read(enclosed.content, _kind_within(enclosed.content, enclosed.name), inner)
                if inner.enclosed:
                    inner.unread(_TOO_DEEP)
    except EnoughRead:
        reading.unread(ONLY_SO_MUCH)
    return reading.settled()


def _read(source: Source, kind: str, reading: Reading) -> None:
    with reading.part():
        _reader_of(kind)(source, reading)


def _reader_of(kind: str) -> Callable[[Source, Reading], None]:
    """Loaded when it is wanted: a process that reads one document should not wait for the libraries of all others."""
    if kind == "pdf":
        from portal.evidence.reading import pdf

        return pdf.look
    if kind == "docx":
        from portal.evidence.reading import word

        return word.look
    if kind == "xlsx":
        from portal.evidence.reading import workbook

        return workbook.look
    if kind == "pptx":
        from portal.evidence.reading import slides

        return slides.look
    if kind in ("odt", "ods", "odp"):
        from portal.evidence.reading import opendocument

        return opendocument.look
    if kind in ("csv", "text"):
        from portal.evidence.reading import plain

        return plain.look_at_csv if kind == "csv" else plain.look_at_text
    if kind == "eml":
        from portal.evidence.reading import mail

        return mail.look
    if kind in ("doc", "xls", "ppt", "msg"):
        from portal.evidence.reading import oldoffice

        return partial(oldoffice.look, kind)
    raise Unreadable(_PICTURE if kind in _PICTURES else _UNKNOWN)


def _kind_within(content: bytes, name: str) -> str:
    """What a document within another one is, by its content; a name tells only a table of values from other text."""
    for magic, kind in _MAGIC:
        if content.startswith(magic):
            return kind
    if content.startswith(b"PK"):
        return _kind_of_package(content)
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_NOT_WITHIN)
    return "csv" if ".csv" in name.lower() else "text"


def _kind_of_package(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            kind = next((kind for part, kind in _INNER_PARTS.items() if part in names), None)
            if kind is None and "content.xml" in names:
                kind = "odt"
    except (zipfile.BadZipFile, OSError, ValueError):
        kind = None
    if kind is None:
        raise Unreadable(_NOT_WITHIN)
    return kind
