"""A file of questions, whatever it is, as a report."""

from __future__ import annotations

import codecs
import re

from portal.accreditation.exchange import aiken, archives, gift, lines, qti
from portal.accreditation.exchange.drafts import Item, Report, apart
from portal.kernel.errors import Invalid

LARGEST = 8_000_000  # bytes of a file
KINDS = "GIFT, Aiken, or a zip of QTI 1.2 (Common Cartridge or Canvas)"
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_OPENED = re.compile(r"(?<!\\)\{")


def read(data: bytes) -> Report:
    """Every item of a file of questions. Raises Invalid for a file that holds none, or that is none."""
    if len(data) > LARGEST:
        raise Invalid("questions", f"The file is larger than {LARGEST // 1_000_000} MB. Part it, and import one part after the other.")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        found = _archive(data)
    elif data.startswith(_WIDE) or b"\x00" in data:
        raise Invalid("questions", f"The file is no text in UTF-8. It must be {KINDS}: save it as one of these.")
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"questestinterop" in data[:4000]:
        found = Report("QTI 1.2", tuple(one.item for one in qti.read("", data)))
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<quiz")):
        raise Invalid("questions", f"The file is XML that is not read here. Export the questions as {KINDS}.")
    else:
        found = _text(lines.decoded(data))
    if not found.items:
        raise Invalid("questions", f"There is no question in the file. It must be {KINDS}.")
    return Report(found.format, apart(found.items), found.twice)


def _text(text: str) -> Report:
    if aiken.ANSWER.search(text) and not _OPENED.search(text):
        return Report("Aiken", tuple(aiken.read(text)))
    return Report("GIFT", tuple(gift.read(text)))


def _archive(data: bytes) -> Report:
    seen: set[str] = set()
    items: list[Item] = []
    twice = 0
    for name, content in archives.questions(data):
        for one in qti.read(name, content):
            if one.ident and one.ident in seen:
                twice += 1
                continue
            seen.add(one.ident)
            items.append(one.item)
    return Report("QTI 1.2", tuple(items), twice)
