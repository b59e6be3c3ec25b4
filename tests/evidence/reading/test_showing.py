"""A page of a PDF beside a claim: as a picture, as text, and counted, all in a process of its own."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from portal.evidence.reading import Unreadable, page_image, page_text, pages_of
from tests.evidence.reading import making


@pytest.fixture
def document(tmp_path: Path) -> Path:
    return making.pdf(tmp_path / "document", ["The first page", "The second page\nof two"])


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height, and the rows of a PNG without their filter bytes."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert struct.unpack(">I", png[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + content),)
        chunks[kind], at = content, at + 12 + length
    width, height, depth, colours = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colours) == (8, 2)
    rows = zlib.decompress(chunks[b"IDAT"])
    assert len(rows) == height * (1 + 3 * width)
    return width, height, b"".join(rows[1 + y * (1 + 3 * width) : (y + 1) * (1 + 3 * width)] for y in range(height))


def test_pages_are_counted(document: Path) -> None:
    assert pages_of(document) == 2


def test_the_text_of_a_page(document: Path) -> None:
    assert page_text(document, 2) == "The second page\nof two"


def test_the_picture_of_a_page(document: Path) -> None:
    width, height, colours = pixels(page_image(document, 1, 600))
    assert width in (600, 601)
    assert height == pytest.approx(600 * 842 / 595, abs=2)
    assert colours.count(b"\xff") > 0.9 * len(colours)  # paper
    assert sum(colour < 128 for colour in colours) > 300  # ink


def test_pages_differ(document: Path) -> None:
    assert page_image(document, 1, 300) != page_image(document, 2, 300)


@pytest.mark.parametrize("number", [0, -1, 3, 10**9])
def test_there_is_no_such_page(document: Path, number: int) -> None:
    with pytest.raises(Unreadable, match="It has no page"):
        page_image(document, number, 600)
    with pytest.raises(Unreadable, match="It has no page"):
        page_text(document, number)


def test_a_picture_has_an_end(document: Path) -> None:
    width, _, _ = pixels(page_image(document, 1, 1_000_000))
    assert width in (2000, 2001)


def test_a_password_is_said(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(making.pdf(tmp_path / "open", ["x"])))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "closed")
    with pytest.raises(Unreadable, match="password"):
        pages_of(tmp_path / "closed")
