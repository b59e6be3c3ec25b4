"""The Office formats before 2007 and Outlook's messages, which are not read, and documents that a password closes."""

from __future__ import annotations

import io

import olefile

from portal.evidence.reading import authors
from portal.evidence.reading.passages import Reading, Source

_SAVE_AS = {
    "doc": "It is in the old Word format, which cannot be read here. Save it as .docx and hand that in.",
    "xls": "It is in the old Excel format, which cannot be read here. Save it as .xlsx and hand that in.",
    "ppt": "It is in the old PowerPoint format, which cannot be read here. Save it as .pptx and hand that in.",
    "msg": "It is in Outlook's own format, which cannot be read here. Save it as a PDF or as .eml and hand that in.",
}


def is_protected(source: Source) -> bool:
    """Whether this is an Office document behind a password: an OLE file that holds an encrypted package."""
    try:
        with olefile.OleFileIO(_stream(source)) as whole:
            return bool(whole.exists("EncryptedPackage"))
    except Exception:  # olefile raises whatever it meets in a damaged file
        return False


def look(kind: str, source: Source, reading: Reading) -> None:
    """Only the properties are read: who wrote it, and where."""
    reading.unread(_SAVE_AS[kind])
    try:
        with olefile.OleFileIO(_stream(source)) as whole:
            found = whole.get_metadata()
    except Exception:  # likewise
        return
    for name in ("author", "last_saved_by", "company", "manager"):
        value = getattr(found, name, None)
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
        authors.add(reading, name.replace("last_saved_by", "last modified by"), text)


def _stream(source: Source) -> io.BytesIO | str:
    return io.BytesIO(source) if isinstance(source, bytes) else str(source)
