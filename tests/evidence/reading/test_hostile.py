"""Documents that were made to harm the reader: each ends in a look that says why it could not be read, within the limits."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.evidence.reading import Look, Unreadable, look_safely, page_image, pages_of, strip_safely
from portal.evidence.reading.spotting import readable, spot
from tests.evidence.reading import making

SECONDS, MEGABYTES = 30, 1000  # the usual limits


def _bomb(path: Path) -> Path:
    """Some 300 KB that unpack to 310 MB of one word."""
    made = making.docx(path.with_suffix(".made"), "BODY")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            head, body, tail = old.read(name).partition(b"BODY")
            with new.open(name, "w") as part:
                part.write(head)
                for _ in range(310 if body else 0):
                    part.write(b"a" * 1_000_000)
                part.write(tail)
    return path


def _with_main(path: Path, inner: str, doctype: str = "") -> Path:
    """A Word document with something else for its body."""
    made = making.docx(path.with_suffix(".made"), "BODY")
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                head, tail = content.split(b"<w:p>")[0], content.rpartition(b"</w:p>")[2]
                head = head.replace(b"?>\n", b"?>\n" + doctype.encode(), 1)
                content = head + inner.encode() + tail
            new.writestr(name, content)
    return path


def _laughs(path: Path) -> Path:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return _with_main(path, "<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", f"<!DOCTYPE w:document [{entities}]>")


def _outside(path: Path) -> Path:
    """An entity that would bring in a file of the server."""
    return _with_main(
        path, "<w:p><w:r><w:t>&secret;</w:t></w:r></w:p>", '<!DOCTYPE w [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    )


def _deep(path: Path) -> Path:
    return _with_main(path, "<w:p>" * 1_000_000 + "</w:p>" * 999_999)


def _long_line(path: Path) -> Path:
    return making.text(path, "0 0-(0" * 1_700_000)


def _corrupt_pdf(path: Path) -> Path:
    good = making.pdf(path, ["A page"]).read_bytes()
    path.write_bytes(good[: len(good) // 2].replace(b"obj", b"jbo") + b"\xff\xfe" * 500)
    return path


def _no_pdf(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7\n" + b"<< /Kids [ 1 0 R ] >>" * 10_000)
    return path


def _pdf_in_a_circle(path: Path) -> Path:
    content = making.pdf(path, ["A page"]).read_bytes()
    path.write_bytes(content.replace(b"/Kids [7 0 R]", b"/Kids [2 0 R]").replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"))
    return path


def _many_pages(path: Path) -> Path:
    return making.pdf(path, [f"Page {number}: NHS number 943 476 5919" for number in range(5000)])


def _million_rows(path: Path) -> Path:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 1_048_577))
    return _with_sheet(path, f"<sheetData>{rows}</sheetData>")


def _with_sheet(path: Path, inner: str) -> Path:
    made = making.xlsx(path.with_suffix(".made"), {"Rows": [["x"]]})
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = f'<worksheet xmlns="{space}"><dimension ref="A1:XFD1048576"/>{inner}</worksheet>'.encode()
            new.writestr(name, content)
    return path


def _protected(path: Path) -> Path:
    making.docx(path, "A letter")
    content = bytearray(path.read_bytes())
    at = 0
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = 0
        while (at := content.find(mark, at)) >= 0:
            content[at + offset] |= 1
            at += 4
    path.write_bytes(content)
    return path


def _cut_off(path: Path) -> Path:
    whole = making.docx(path, *["A letter"] * 50).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def _many_parts(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"word/{number}.xml", b"")
    return path


def _scan(path: Path) -> Path:
    return making.pdf(path, ["", ""], image=True)


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _many_parts_of_mail(path: Path) -> Path:
    part = "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    path.write_text("From: a@b.c\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 5000 + "--x--")
    return path


HOSTILE: list[tuple[str, Callable[[Path], Path], str]] = [
    ("docx", _bomb, "unpacks to far more"),
    ("docx", _laughs, "XML entities"),
    ("docx", _outside, "XML entities"),
    ("docx", _deep, "damaged"),
    ("text", _long_line, "first 5 million characters"),
    ("pdf", _corrupt_pdf, "damaged"),
    ("pdf", _no_pdf, "damaged"),
    ("pdf", _pdf_in_a_circle, "damaged"),
    ("pdf", _many_pages, "Only the first 1,000 of its 5,000 pages"),
    ("pdf", _scan, "scanned picture"),
    ("xlsx", _million_rows, "first 500,000 cells"),
    ("docx", _protected, "password"),
    ("docx", _cut_off, "damaged"),
    ("docx", _many_parts, "10,000 parts"),
    ("eml", _many_parts_of_mail, "first 500 parts"),
    ("docx", _empty, "damaged"),
    ("xlsx", _empty, "damaged"),
    ("pptx", _empty, "damaged"),
    ("ods", _empty, "damaged"),
    ("pdf", _empty, "damaged"),
    ("jpeg", _empty, "picture"),
    ("doc", _empty, "old Word format"),
    ("msg", _empty, "Outlook"),
    ("zip", _empty, "a kind that cannot be read"),
]


@pytest.mark.parametrize(("kind", "make", "why"), HOSTILE, ids=[f"{kind}{make.__name__}" for kind, make, _ in HOSTILE])
def test_a_hostile_document_ends_in_a_look_that_says_why(
    kind: str, make: Callable[[Path], Path], why: str, tmp_path: Path
) -> None:
    began = time.monotonic()
    seen = look_safely(make(tmp_path / "document"), kind)
    assert not seen.readable
    assert why in seen.why
    assert time.monotonic() - began < SECONDS * 3


def test_of_what_could_be_read_in_part_the_findings_count(tmp_path: Path) -> None:
    seen = look_safely(_many_pages(tmp_path / "document"), "pdf")
    assert [one.place for one in seen.found[:2]] == ["page 1", "page 2"]
    assert sum(one.count for one in seen.found) == 1000
    assert len(seen.found) <= 41  # forty places, and how many there are besides


def test_a_dimension_that_lies_is_not_heeded(tmp_path: Path) -> None:
    path = _with_sheet(
        tmp_path / "document", '<sheetData><row r="1048576"><c r="XFD1048576"><v>9434765919</v></c></row></sheetData>'
    )
    began = time.monotonic()
    seen = look_safely(path, "xlsx")
    assert seen.readable
    assert [one.place for one in seen.found] == ["sheet Rows, cell XFD1048576"]
    assert time.monotonic() - began < 10


def test_names_with_odd_letters_neither_break_nor_fool(tmp_path: Path) -> None:
    path = tmp_path / "a b\u202e‮'\"$(x);\nфайл.pdf"
    making.pdf(path, ["NHS number 943 476 5919"])
    assert [one.place for one in look_safely(path, "pdf").found] == ["page 1"]
    inner = tmp_path / "x\u202efdp.exe.csv"
    inner.write_text("NHS number\n9434765919\n")
    making.eml(tmp_path / "mail", "Hello", attached=inner)
    place = look_safely(tmp_path / "mail", "eml").found[0].place
    assert "\u202e" not in place
    assert place.startswith("attachment 1 (x")


def test_what_takes_too_long_is_stopped(tmp_path: Path) -> None:
    began = time.monotonic()
    seen = look_safely(making.text(tmp_path / "document", "dob 1/2/1961 " * 600_000), "text", seconds=1)
    assert seen == Look((), False, "Reading it took longer than 1 second and was stopped. Hand it in in parts.")
    assert time.monotonic() - began < 15


def test_what_needs_too_much_memory_is_stopped(tmp_path: Path) -> None:
    seen = look_safely(making.text(tmp_path / "document", "word " * 4_000_000), "text", megabytes=50)
    assert not seen.readable
    assert "memory" in seen.why


def test_nothing_of_the_portal_and_no_secret_reaches_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.evidence.reading import apart

    monkeypatch.setenv("PORTAL_SECRET_KEY", "do not tell")
    monkeypatch.setattr(
        apart, "_START", "import os, sys, json; print(json.dumps({'text': ' '.join([*os.environ, *sys.modules])}))"
    )
    told = apart.page_text(tmp_path / "none", 1)
    assert "PORTAL_SECRET_KEY" not in told
    assert "flask" not in told


@pytest.mark.parametrize("make", [_corrupt_pdf, _no_pdf, _empty, _pdf_in_a_circle], ids=lambda make: make.__name__)
def test_a_page_of_a_hostile_document_cannot_be_shown(make: Callable[[Path], Path], tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        page_image(make(tmp_path / "document"), 1, 600)


@pytest.mark.parametrize("make", [_laughs, _cut_off, _protected, _empty, _bomb], ids=lambda make: make.__name__)
def test_a_hostile_document_is_not_stripped_and_leaves_nothing(make: Callable[[Path], Path], tmp_path: Path) -> None:
    to = tmp_path / "copy"
    assert strip_safely(make(tmp_path / "document"), "docx", to) is False
    assert not to.exists()


def test_a_page_that_is_a_ribbon_is_no_larger_than_others(tmp_path: Path) -> None:
    path = making.pdf(tmp_path / "document", ["A ribbon"])
    path.write_bytes(path.read_bytes().replace(b"[0 0 595 842]", b"[0 0 5 14400]"))
    assert len(page_image(path, 1, 2000)) < 100_000
    assert pages_of(path) == 1


KILLERS = [
    "0", "1 ", "0-", "(0", "dob ", "dob\n", "date of birth 1/", "D O B ", "a@", "a.", "a@a.", "@", "NHS ", "NHS no ", "AB ", "ab12",
    "12-34-56 ", "sort code ", "sort code 12-34-56 ", "GB00 ", "+44 ", "0044", " \n", "\r\n", "1234567 ", "account 12345678 ", "1/1/61 ",
    "dob\n1/1/61\n", "born on the ", "....", "----", "    ", "\t", "é", "0 | ", "tel ", "ref ", "invoice no ", "1990-01-01 ", "12345678",
]  # fmt: skip


@pytest.mark.parametrize("killer", KILLERS, ids=repr)
def test_the_work_grows_with_the_text_and_no_faster(killer: str) -> None:
    """Ten times the text takes about ten times the time: a square would take a hundred."""

    def seconds(length: int) -> float:
        text = (killer * (length // len(killer) + 1))[:length]
        began = time.process_time()
        spot(readable(text))
        return time.process_time() - began

    small, large = (min(seconds(length) for _ in range(3)) for length in (10_000, 100_000))
    assert large < 25 * small + 0.1
