"""One page of a PDF, as a picture and as text, for a reviewer who reads a claim beside its proof."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pypdfium2

from portal.evidence.reading import pdf
from portal.evidence.reading.findings import Unreadable
from portal.evidence.reading.spotting import readable

WIDEST = 2000  # pixels
_HIGHEST = 6000
_NO_SUCH_PAGE = "It has no page {number:,}."


def count(path: Path) -> int:
    with pdf.opened(path) as document:
        return len(document)


def text(path: Path, number: int) -> str:
    """The text of page `number`, counted from 1, as it is copied from it."""
    with pdf.opened(path) as document:
        page = _page(document, number)
        found = str(page.get_textpage().get_text_range())
    return readable(found).replace("\r\n", "\n")


def image(path: Path, number: int, width: int) -> bytes:
    """Page `number` as a PNG, `width` pixels wide; narrower where the page is very long."""
    with pdf.opened(path) as document:
        page = _page(document, number)
        across, down = page.get_size()
        if across <= 0 or down <= 0:
            raise Unreadable(pdf.DAMAGED)
        scale = min(min(max(width, 1), WIDEST) / across, _HIGHEST / down)
        if across * scale < 1 or down * scale < 1:
            raise Unreadable(pdf.DAMAGED)
        try:
            document.init_forms()
            bitmap = page.render(scale=scale, rev_byteorder=True)
        except pypdfium2.PdfiumError:
            raise Unreadable(pdf.DAMAGED) from None
        return _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)


def _page(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    if not 1 <= number <= len(document):
        raise Unreadable(_NO_SUCH_PAGE.format(number=number))
    try:
        return document[number - 1]
    except pypdfium2.PdfiumError:
        raise Unreadable(pdf.DAMAGED) from None


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """A PNG of red, green and blue; there is no need of a picture library for a page of text."""
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + width * channels] for y in range(height))
    colours = {1: 0, 3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
