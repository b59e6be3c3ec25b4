"""Copies without what their makers left in them: whole, openable, and clean when they are looked at again."""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from defusedxml.ElementTree import fromstring
from pypdf import PdfReader

from portal.evidence.reading import PersonalKind, look, look_safely, strip, strip_safely
from portal.evidence.reading.stripping.cutting import Element, Rules, Verdict, cut
from tests.evidence.reading import corpus, making

HIDDEN = {PersonalKind.TRACKED_CHANGES, PersonalKind.HIDDEN_SHEET, PersonalKind.COMMENTS, PersonalKind.METADATA}
TIES = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document"


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "copy"


def whole(copy: Path) -> dict[str, bytes]:
    """The parts of a package, each of which is XML that can be read, points to parts that are there, and has a type."""
    with zipfile.ZipFile(copy) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = fromstring(parts["[Content_Types].xml"])
    named = {one.attrib["PartName"] for one in types if "PartName" in one.attrib}
    endings = {one.attrib["Extension"] for one in types if "Extension" in one.attrib}
    assert {name.lstrip("/") for name in named} <= set(parts)
    for name, content in parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            root = fromstring(content)
            if name.endswith(".rels"):
                folder = posixpath.dirname(posixpath.dirname(name))
                inside = [one.attrib["Target"] for one in root.iter(TIES) if one.attrib.get("TargetMode") != "External"]
                assert {posixpath.normpath(posixpath.join(folder, one)).lstrip("/") for one in inside} <= set(parts), (
                    name
                )
        assert f"/{name}" in named or name.rpartition(".")[2] in endings, name
    return parts


def kinds(document: Path, kind: str) -> set[PersonalKind]:
    seen = look(document, kind)
    assert seen.readable, seen.why
    return {one.kind for one in seen.found}


def body(parts: dict[str, bytes]) -> list[str]:
    """The paragraphs of a Word document."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return [
        "".join(one.text or "" for one in p.iter(f"{space}t"))
        for p in fromstring(parts["word/document.xml"]).iter(f"{space}p")
    ]


def test_every_hidden_thing_of_the_planted_set_is_taken_out(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    _, planted = corpus.make(tmp_path / "set", 5)
    tried = 0
    for number, paper in enumerate(planted):
        to = tmp_path / f"copy-{number}"
        before = look(paper.path, paper.kind)
        if paper.kind not in ("pdf", "docx", "xlsx"):
            assert strip(paper.path, paper.kind, to) is False
            assert not to.exists()
            continue
        assert strip(paper.path, paper.kind, to), paper
        after = look(to, paper.kind)
        assert after.readable
        assert not {one.kind for one in after.found} & HIDDEN, (paper, after.found)
        if not {one.kind for one in before.found} & HIDDEN:
            assert after == before, paper
        if paper.kind != "pdf":
            whole(to)
        tried += 1
    assert tried > 20


def test_changes_are_accepted(path: Path, to: Path) -> None:
    ended = '<w:rPr><w:del w:id="1" w:author="M"/></w:rPr>'
    making.docx(
        path,
        making.p("stays ", making.inserted(making.t("added ")), making.deleted("removed")),
        making.p(making.deleted("a whole paragraph"), properties=ended),
        making.p("first half ", properties=f'<w:jc w:val="center"/>{ended}'),
        making.p("second half", properties='<w:jc w:val="left"/>'),
        making.inserted(making.p("a paragraph that was added")),
        making.p("new format", properties='<w:pPrChange w:id="3" w:author="M"><w:pPr/></w:pPrChange>'),
    )
    assert strip(path, "docx", to)
    parts = whole(to)
    assert body(parts) == ["stays added ", "first half second half", "a paragraph that was added", "new format"]
    assert b"Margaret" not in parts["word/document.xml"]
    assert b"whole paragraph" not in b"".join(parts.values())
    assert parts["word/document.xml"].count(b"<w:jc") == 1


def test_rows_that_were_removed_go_and_a_cell_keeps_a_paragraph(path: Path, to: Path) -> None:
    ended = '<w:pPr><w:rPr><w:del w:id="1" w:author="M"/></w:rPr></w:pPr>'
    rows = making.table(
        [["kept", "also"], ["gone", "gone too"], [f"<w:p>{ended}{making.deleted('emptied')}</w:p>", "x"]]
    )
    marked = rows.replace(
        '<w:tr><w:tc><w:tcPr/><w:p><w:r><w:t xml:space="preserve">gone<',
        '<w:tr><w:trPr><w:del w:id="2" w:author="M"/></w:trPr><w:tc><w:tcPr/><w:p><w:r><w:t xml:space="preserve">gone<',
    )
    assert marked != rows
    making.docx(path, "Before", marked, "After")
    assert strip(path, "docx", to)
    parts = whole(to)
    assert body(parts) == ["Before", "kept", "also", "", "x", "After"]
    assert parts["word/document.xml"].count(b"<w:tr>") == 2


def test_a_table_of_which_every_row_was_removed_goes(path: Path, to: Path) -> None:
    rows = making.table([["gone"], ["gone"]]).replace("<w:tr>", '<w:tr><w:trPr><w:del w:id="2" w:author="M"/></w:trPr>')
    making.docx(path, "Before", rows, "After")
    assert strip(path, "docx", to)
    assert b"<w:tbl>" not in whole(to)["word/document.xml"]


def test_what_is_not_taken_out_stays_to_the_letter(path: Path, to: Path) -> None:
    making.docx(
        path,
        "One",
        making.p(making.box("Two")),
        making.table([["a", "b"]]),
        header="Head",
        footnote="Note",
        link="mailto:a@b.co",
    )
    assert strip(path, "docx", to)
    before, after = whole(path), whole(to)
    assert set(before) == set(after)
    assert {name for name in before if before[name] != after[name]} <= {"docProps/core.xml", "docProps/app.xml"}


def test_comments_go_with_their_part_their_tie_and_their_author(path: Path, to: Path) -> None:
    making.docx(
        path, making.p(making.COMMENTED), comment="Mrs Hollis is right", author="T. Brennan", manager="J. Okafor"
    )
    assert strip(path, "docx", to)
    parts = whole(to)
    assert "word/comments.xml" not in parts
    assert not any(name in b"".join(parts.values()) for name in (b"Hollis", b"Brennan", b"Okafor", b"comment"))


def test_hidden_sheets_go_with_their_texts_and_formulas_stay_as_values(path: Path, to: Path) -> None:
    making.xlsx(
        path,
        {"First": [["secret one"]], "Shown": [["kept", "=First!A1", "=1+1"], ["pick"]], "Last": [["secret two"]], "End": [["x"]]},
        hidden=["First"], very_hidden=["Last"], values={"=First!A1": "secret", "=1+1": 2},
        choices={"Shown": {"A2": {"validate": "list", "source": "=First!$A$1:$A$9"}, "A3": {"validate": "list", "source": ["yes", "no"]}}},
        names={"Choices": "=First!$A$1:$A$9", "Shown!Here": "=Shown!$A$1", "End!There": "=End!$A$1"},
    )  # fmt: skip
    assert strip(path, "xlsx", to)
    parts = whole(to)
    assert b"secret one" not in b"".join(parts.values())
    assert b"secret two" not in b"".join(parts.values())
    book = openpyxl.load_workbook(io.BytesIO(to.read_bytes()))
    assert book.sheetnames == ["Shown", "End"]
    assert [cell.value for cell in book["Shown"][1]] == ["kept", "secret", 2]  # what was seen is still seen
    assert [str(one.sqref) for one in book["Shown"].data_validations.dataValidation] == ["A3"]
    assert list(book.defined_names) == []
    assert list(book["Shown"].defined_names) == ["Here"]
    assert list(book["End"].defined_names) == ["There"]


def test_formulas_stay_where_nothing_was_hidden(path: Path, to: Path) -> None:
    making.xlsx(path, {"A": [[1, "=A1*2"]]}, comments={"A": {"A1": "why?"}}, author="Margaret Hollis")
    assert strip(path, "xlsx", to)
    book = openpyxl.load_workbook(io.BytesIO(to.read_bytes()))
    assert book["A"]["B1"].value == "=A1*2"
    assert book["A"]["A1"].comment is None
    assert not any("comment" in name or name.endswith(".vml") for name in whole(to))


def test_hidden_rows_and_columns_are_emptied_and_shown(path: Path, to: Path) -> None:
    making.xlsx(path, {"A": [["a", "b"], ["c", "d"], ["e", "f"]]}, rows={"A": [2]}, columns={"A": ["B:B"]})
    assert strip(path, "xlsx", to)
    whole(to)
    sheet = openpyxl.load_workbook(io.BytesIO(to.read_bytes()))["A"]
    assert [[cell.value for cell in row] for row in sheet["A1:B3"]] == [["a", None], [None, None], ["e", None]]
    assert not sheet.row_dimensions[2].hidden
    assert not sheet.column_dimensions["B"].hidden


def test_a_table_keeps_its_headings(path: Path, to: Path) -> None:
    making.xlsx(
        path, {"A": [["Name", "Number"], ["x", 1], ["y", 2]]}, tables={"A": {"A1:B3": ["Name", "Number"]}}, columns={"A": ["B:B"]}
    )  # fmt: skip
    assert strip(path, "xlsx", to)
    whole(to)
    sheet = openpyxl.load_workbook(io.BytesIO(to.read_bytes()))["A"]
    assert [[cell.value for cell in row] for row in sheet["A1:B3"]] == [["Name", "Number"], ["x", None], ["y", None]]


def test_a_workbook_of_hidden_sheets_alone_cannot_be_stripped(path: Path, to: Path) -> None:
    making.xlsx(path, {"A": [["x"]], "B": [["y"]]}, hidden=["B"])
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path.with_suffix(".x"), "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(
                name,
                content.replace(b'name="A" ', b'name="A" state="hidden" ') if name == "xl/workbook.xml" else content,
            )
    assert strip(path.with_suffix(".x"), "xlsx", to) is False
    assert not to.exists()


def test_a_pdf_loses_its_notes_and_keeps_its_pages(path: Path, to: Path) -> None:
    marks = " ".join((
        making.note("Is this Mrs Hollis?"), making.note("delete this", "Highlight", "/QuadPoints [1 2 3 4 5 6 7 8]"),
        making.note("", "Square", "/IC [0 0 0]"), making.note("typed in", "FreeText"),
        "<< /Type /Annot /Subtype /Link /Rect [1 1 9 9] /A << /S /URI /URI (https://www.ombudsman.org.uk) >> >>",
    ))  # fmt: skip
    making.pdf(path, ["One", "Two"], info={"Author": "Margaret Hollis", "Title": "Minutes"}, annotations=marks)
    assert PersonalKind.COMMENTS in kinds(path, "pdf")
    assert strip(path, "pdf", to)
    assert kinds(to, "pdf") == set()
    reader = PdfReader(to)
    assert len(reader.pages) == 2
    assert reader.metadata["/Title"] == "Minutes"
    left = [one.get_object()["/Subtype"] for one in reader.pages[0]["/Annots"]]
    assert left == ["/Highlight", "/Square", "/FreeText", "/Link"]  # a mark may cover a name
    content = b"".join(str(one.get_object()).encode() for one in reader.pages[0]["/Annots"]) + to.read_bytes()
    assert not any(word in content for word in (b"Hollis", b"delete this"))
    with pypdfium2.PdfDocument(to) as document:
        assert [page.get_textpage().get_text_range() for page in document] == ["One", "Two"]


def test_a_tagged_pdf_stays_tagged(path: Path, to: Path) -> None:
    making.pdf_by_typst(path, "= A heading\n\nSome text.", author="Margaret Hollis")
    assert kinds(path, "pdf") == {PersonalKind.METADATA}
    assert strip(path, "pdf", to)
    assert kinds(to, "pdf") == set()
    root = PdfReader(to).trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert b"Hollis" not in root["/Metadata"].get_data()
    assert b"dc:title" in root["/Metadata"].get_data()


def test_a_copy_is_made_in_a_process_of_its_own_too(path: Path, to: Path) -> None:
    making.docx(path, making.p(making.COMMENTED), comment="x", author="Margaret Hollis")
    assert strip_safely(path, "docx", to)
    assert look_safely(to, "docx").found == ()


class _NoB(Rules):
    def begin(self, element: Element) -> None:
        element.verdict = {"b": Verdict.REMOVE, "c": Verdict.UNWRAP, "d": Verdict.EMPTY}.get(element.name, Verdict.KEEP)
        element.without = ("x",) if element.name == "e" else ()


@pytest.mark.parametrize(("before", "after"), [
    ("<a><b/>x<b>y</b></a>", "<a>x</a>"),
    ("<a><c>x</c><c/></a>", "<a>x</a>"),
    ("<a><d>x<b/></d></a>", "<a><d></d></a>"),
    ("<a><b y='>'>é</b>é</a>", "<a>é</a>"),
    ("<a><e x='1' y=\"x='2'\"/></a>", "<a><e y=\"x='2'\"/></a>"),
    ("<a><b><![CDATA[</b>]]></b><!-- <b/> --></a>", "<a><!-- <b/> --></a>"),
    ("<a>\n <c> <b/> <c>z</c></c></a>", "<a>\n   z</a>"),
])  # fmt: skip
def test_only_what_is_cut_is_missing(before: str, after: str) -> None:
    assert cut(before.encode(), _NoB()).decode() == after
    assert cut(f'<?xml version="1.0" encoding="UTF-16"?>{before}'.encode("utf-16"), _NoB()).decode().endswith(after)
