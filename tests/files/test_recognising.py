"""What a file is, by its content alone; and in what words each thing is refused that may not be handed in."""

from __future__ import annotations

import contextlib
import struct
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files import kinds
from portal.files.recognising import KINDS, Unfit, recognise
from tests.files import makers


@pytest.fixture
def recognised(tmp_path):
    def of(content: bytes, name: str = "a-file") -> str:
        path = tmp_path / "incoming"
        path.write_bytes(content)
        return recognise(path, name).key

    return of


@pytest.fixture
def refused(recognised):
    """The words in which a file of this content is refused."""

    def of(content: bytes, name: str = "report.pdf") -> str:
        with pytest.raises(Unfit) as unfit:
            recognised(content, name)
        message = unfit.value.message
        assert message.startswith(f"“{name}” cannot be handed in. ")
        assert "hand" in message.partition(". ")[2], f"it does not say what to do: {message}"
        return message.partition(". ")[2]

    return of


def test_there_is_a_maker_for_every_kind_that_may_be_kept():
    assert set(makers.KEPT) == set(KINDS)


@pytest.mark.parametrize("key", KINDS)
def test_each_kind_is_recognised_by_its_content_whatever_its_name(recognised, key):
    assert recognised(makers.KEPT[key](), "holiday.exe") == key


@pytest.mark.parametrize(
    "text",
    [
        "One line",
        "\ufeffBegins with a mark, as Notepad writes it",
        "Tabs\tand\r\nline ends\x0c of every kind",
        "苦情, شكوى, Żółć and 🙂",
        "Dear all,\nwe met, and spoke.\n\nTo: be decided\n",
        "To: the board\nFrom: the chief executive\nSubject: complaints\nDate: 3 May\n\nWe had twelve.\n",
        "Fewer than five (<5) were upheld <- see below",
    ],
)
def test_plain_text_is_text_in_every_script(recognised, text):
    assert recognised(text.encode()) == "text"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1252"])
def test_plain_text_as_windows_writes_it(recognised, encoding):
    text = "We’re sorry – it took 12 days & cost £40.\n"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    assert recognised(mark + text.encode(encoding)) == "text"


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01\x02\x03",
        b"looks like text, but\x00",
        b"and at its end a byte of none\x81",
        "We’re sorry".encode("utf-16-le"),  # without a mark it is no text
        bytes(range(0x80, 0x100)) * 4,
        "Żółć".encode()[:-1],
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_text_from_its_first_byte_to_its_last_is_refused(refused, content):
    assert refused(content) == kinds.UNKNOWN


def test_a_long_text_is_read_to_its_end(recognised, refused):
    long = "A line that says little.\n" * 100_000
    assert recognised(long.encode()) == "text"
    assert refused(long.encode() + b"\x00") == kinds.UNKNOWN
    assert recognised(("é" * 200_001).encode()) == "text"  # letters of two bytes across the blocks that are read


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_told_from_prose_by_its_rows(recognised, delimiter):
    assert recognised("\n".join(delimiter.join("abc") for _ in range(3)).encode()) == "csv"
    assert recognised(b"First, we met.\nThen, after a day, we wrote.\n") == "text"


def test_the_test_file_for_scanners_is_text_to_us_and_left_to_the_scanner(recognised):
    assert recognised(makers.EICAR) == "text"
    assert recognised(makers.office("docx", {"word/media/eicar.txt": makers.EICAR})) == "docx"


# What is refused, and in which words.


def test_nothing_at_all(refused):
    assert "empty" in refused(b"")


@pytest.mark.parametrize(
    "content",
    [makers.program(), b"\x7fELF" + bytes(60), b"\xcf\xfa\xed\xfe" + bytes(60), b"#!/bin/sh\nrm -rf /\n", b"\x4c\x00\x00\x00\x01\x14\x02\x00" + bytes(60)],
)
def test_a_program_named_as_a_pdf(refused, content):
    assert "It is a program" in refused(content, "report.pdf")


def test_a_program_inside_a_document(refused):
    assert "There is a program in it" in refused(makers.office("docx", {"word/media/image1.png": makers.program()}))


@pytest.mark.parametrize(
    "content",
    [
        makers.zipped({"a.txt": b"hello"}),
        makers.zipped({"eicar.com": makers.EICAR}),
        makers.bomb(4),
        b"PK\x05\x06" + bytes(18),
        b"7z\xbc\xaf\x27\x1c" + bytes(60),
        b"Rar!\x1a\x07\x01\x00" + bytes(60),
        b"\x1f\x8b\x08" + bytes(60),
        b"a.txt".ljust(257, b"\0") + b"ustar\x0000" + bytes(300),
    ],
)
def test_an_archive_is_to_be_unpacked_first(refused, content):
    assert "archive" in refused(content, "all-of-it.zip")


@pytest.mark.parametrize(
    "content",
    [
        makers.encrypted_zip(),
        makers.compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}),
        makers.doc(locked=True),
        makers.xls(makers.record(0x2F, bytes(6))),
        makers.ppt(locked=True),
        makers.locked_pdf("a secret"),
        makers.opendocument("text", manifest="<manifest:encryption-data/>"),
        makers.office("docx", {"word/embeddings/more.xlsx": makers.encrypted_zip()}),
        makers.office("docx", {"word/embeddings/more.xlsx": makers.compound({"EncryptedPackage": b"x"})}),
    ],
    ids=["zip", "office", "doc", "xls", "ppt", "pdf", "odt", "zip in docx", "office in docx"],
)
def test_what_has_a_password_can_be_neither_read_nor_scanned(refused, content):
    assert "has a password" in refused(content)


def test_a_pdf_that_is_only_locked_against_changes_is_kept(recognised):
    assert recognised(makers.locked_pdf("")) == "pdf"


MACRO_TYPE = '<Override PartName="/xl/other.bin" ContentType="application/vnd.ms-office.vbaProject"/>'


@pytest.mark.parametrize(
    "content",
    [
        makers.macro_workbook(),
        makers.office("docx", {"word/vbaProject.bin": b"x"}),
        makers.office("docx", {"word/VBAPROJECT.BIN": b"x"}),
        makers.office("xlsx", types=MACRO_TYPE),
        makers.office("xlsx", types=MACRO_TYPE, encoding="utf-16"),
        makers.office("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}),
        makers.office("pptx", {"ppt/embeddings/sheet.xlsm": makers.macro_workbook()}),
        makers.office("docx", {"word/embeddings/old.bin": makers.compound({"_VBA_PROJECT_CUR/VBA/dir": b"x"})}),
        makers.opendocument("text", {"Basic/Standard/Module1.xml": b"<x/>"}),
        makers.opendocument("spreadsheet", {"Scripts/python/evil.py": b"x"}),
        makers.compound({"WordDocument": bytes(20), "Macros/VBA/dir": b"x"}),
        makers.compound({"Workbook": bytes(20), "_VBA_PROJECT_CUR/VBA/dir": b"x"}),
        makers.compound({"WordDocument": bytes(20), "ObjectPool/_1/VBA/dir": b"x"}),
        makers.xls(makers.record(0x85, struct.pack("<IBB", 99, 0, 1) + b"\x02\0M1")),
        makers.ppt(macros=1),
    ],
    ids=["xlsm", "docm", "capitals", "type", "type in UTF-16", "macro sheet", "xlsm in pptx", "doc in docx", "Basic", "Python",
         "doc", "xls", "deep in doc", "Excel 4", "ppt"],
)  # fmt: skip
def test_macros_are_programs(refused, content):
    assert "It has macros in it" in refused(content, "plan.xlsx")


def test_a_presentation_that_says_it_has_no_macros_is_kept(recognised):
    assert recognised(makers.ppt(macros=0)) == "ppt"


@pytest.mark.parametrize(
    "content",
    [
        makers.pdf() + makers.zipped({"a.txt": b"hello"}),
        b"%PDF-1.7\n<html><script>alert(1)</script></html>\n%%EOF\n",
        b"<!-- -->\n" + makers.pdf(),
        b"GIF89a" + makers.pdf(),
        b"junk\n" + makers.pdf(),
        makers.png() + makers.zipped({"a.txt": b"hello"}),
        b"Some words\n" + makers.zipped({"a.txt": b"hello"}),
        makers.office("docx") + b"and more",
        makers.office("docx") + makers.office("docx", {"word/vbaProject.bin": b"x"}),
        b"PK\x03\x04 and words" + makers.office("docx"),
    ],
    ids=["pdf+zip", "pdf+html", "html+pdf", "gif+pdf", "junk+pdf", "png+zip", "text+zip", "docx+words", "docx+docm", "words+docx"],
)
def test_two_kinds_of_file_in_one(refused, content):
    assert kinds.TWO_IN_ONE in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        makers.bomb(0),
        makers.office("docx", {"word/document.xml": bytes(60_000_000)}),
        makers.office("docx", {"word/media/1.zip": makers.bomb(0)}),
        makers.office("docx", {"word/media/1.zip": makers.bomb(2)}),
        makers.zipped({f"{number}.xml": b"" for number in range(10_001)}),
    ],
    ids=["flat", "one part", "inside", "nested inside", "too many parts"],
)
def test_a_bomb_is_not_unpacked(refused, content):
    tracemalloc.start()
    try:
        assert "very much larger" in refused(content)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_packages_that_name_themselves_are_followed_only_so_far(refused):
    content = makers.office("docx")
    for _ in range(3):
        content = makers.office("docx", {"word/embeddings/inner.docx": content})
    assert "very much larger" in refused(content)


def test_a_part_that_is_larger_than_it_says_is_found_out(refused):
    honest = makers.office("docx", {"word/large.xml": b"<x/>" + bytes(200_000)})
    lying = bytearray(honest)
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = honest.rindex(mark)
        assert honest[at:].find(b"word/large.xml") < 60
        struct.pack_into("<I", lying, at + offset, 100)
    assert kinds.DAMAGED in refused(bytes(lying))


def test_a_list_of_entities_that_swells_is_a_bomb_too(refused):
    swelling = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'
    types = f'<?xml version="1.0"?>{swelling}<Types>&b;</Types>'.encode()
    assert "very much larger" in refused(makers.zipped({"[Content_Types].xml": types, "_rels/.rels": b"<x/>"}))


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg><script>alert(1)</script></svg>',
        '\ufeff  <svg onload="alert(1)"/>'.encode(),
        "<svg onload='alert(1)'/>".encode("utf-16"),
    ],
)
def test_a_drawing_that_can_hold_a_program(refused, content):
    assert "SVG drawing" in refused(content, "logo.png")


@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html><body><script>alert(1)</script>", b"\n\n <html>", b"<script>alert(1)</script>", b'<?xml version="1.0"?><x/>'],
)
def test_a_web_page(refused, content):
    assert "web page" in refused(content, "notes.txt")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{\\rtf1\\ansi Hello}", "RTF"),
        (b"%!PS-Adobe-3.0\n", "PostScript"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "HEIC"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(60), "film"),
        (b"RIFF\x00\x00\x00\x00WAVE" + bytes(60), "sound"),
        (b"8BPS" + bytes(60), "PNG or JPEG"),
        (makers.office("dotx"), "template"),
        (makers.opendocument("text-template"), "OpenDocument"),
        (makers.zipped({"Index/Document.iwa": b"x"}), "Pages"),
        (makers.compound({"VisioDocument": b"x"}), "PDF"),
    ],
)
def test_other_kinds_are_told_apart(refused, content, said):
    assert said in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        makers.pdf()[:-1500],
        b"%PDF-1.7",
        makers.office("docx")[:-30],
        makers.office("docx")[:-300],
        makers.doc()[:900],
        makers.compound({"WordDocument": b""})[:512],
        makers.zipped({"[Content_Types].xml": b"<Types", "_rels/.rels": b""}),
        makers.zipped({"[Content_Types].xml": b"<Types/>"}),
    ],
)
def test_what_arrived_in_part_is_told_to_be_damaged(refused, content):
    assert kinds.DAMAGED in refused(content)


WHOLE = [makers.KEPT[key]() for key in ("pdf", "docx", "xlsx", "doc", "xls", "odt", "msg", "png")]


@given(st.sampled_from(WHOLE), st.data())
def test_a_file_with_bytes_changed_is_recognised_or_refused_and_never_breaks_anything(tmp_path_factory, whole, data):
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(changed)))
    path: Path = tmp_path_factory.getbasetemp() / "changed"
    path.write_bytes(changed[:cut] if data.draw(st.booleans()) else changed)
    with contextlib.suppress(Unfit):
        assert recognise(path, "changed").key in KINDS
