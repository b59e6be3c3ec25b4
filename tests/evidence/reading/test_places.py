"""Where in a document something is found, and what of a document is read at all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from portal.evidence.reading import Look, look
from tests.evidence.reading import making

NUMBER = "943 476 5919"


def places(seen: Look) -> list[tuple[str, str]]:
    assert seen.readable, seen.why
    return [(one.kind.value, one.place) for one in seen.found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "document"


def test_paragraphs_without_text_are_not_counted(path: Path) -> None:
    making.docx(path, "One", making.p(""), making.p(" "), f"NHS {NUMBER}")
    assert places(look(path, "docx")) == [("NHS number", "paragraph 2")]


def test_text_in_pieces_is_put_together(path: Path) -> None:
    making.docx(path, making.p(making.split(f"NHS {NUMBER}", 1)), making.p(making.split("M.Hollis@sky.com", 2)))
    assert places(look(path, "docx")) == [("NHS number", "paragraph 1"), ("email address", "paragraph 2")]


def test_a_text_box_is_read_once(path: Path) -> None:
    making.docx(path, "One", making.p("Two", making.box(f"NHS {NUMBER}")))
    seen = look(path, "docx")
    assert places(seen) == [("NHS number", "text box at paragraph 2")]
    assert seen.found[0].count == 1


def test_cells_stand_under_their_headings(path: Path) -> None:
    making.docx(
        path, making.table([["Name", "Date of birth"], ["A", "3 March 1961"], ["B", "about sixty"], ["C", "1/2/1955"]])
    )
    assert places(look(path, "docx")) == [("date of birth", "table 1, row 2"), ("date of birth", "table 1, row 4")]


def test_a_change_is_shown_by_its_words_without_figures(path: Path) -> None:
    making.docx(path, making.p("One", making.inserted(making.t("paid £3,450 on Monday")), making.deleted("nothing")))
    seen = look(path, "docx")
    assert [(one.place, one.excerpt) for one in seen.found] == [
        ("paragraph 1", "added: paid £•,••• on Monday"), ("paragraph 1", "removed: nothing")
    ]  # fmt: skip


def test_a_comment_is_told_at_the_place_it_is_about(path: Path) -> None:
    making.docx(path, "One", making.p(making.COMMENTED), comment="Is this right?")
    assert [(one.place, one.excerpt) for one in look(path, "docx").found] == [
        ("comment 1 at paragraph 2", "Is this right?")
    ]


def test_names_in_properties_are_masked_and_programs_are_nobody(path: Path) -> None:
    making.docx(path, "One", author="Margaret Hollis", changed_by="openpyxl", company="Microsoft Corporation")
    assert [(one.place, one.excerpt) for one in look(path, "docx").found] == [
        ("document properties: author", "M••••••• H•••••")
    ]


def test_numbers_and_days_of_a_workbook_are_read_as_they_are_seen(path: Path) -> None:
    import datetime as dt

    making.xlsx(
        path,
        {"A b": [["NHS number", "DOB", "Count"], [9434765919, dt.datetime(1961, 3, 3), 9434765918], [1.5, 22343, 7]]},
    )
    seen = look(path, "xlsx")
    assert [(one.kind.value, one.place, one.excerpt) for one in seen.found] == [
        ("NHS number", "sheet A b, cell A2", "943•••••19"), ("date of birth", "sheet A b, cell B2", "••/••/19••")
    ]  # fmt: skip


@pytest.mark.parametrize("dates", ["dd/mm/yyyy", "d mmmm yyyy", "[$-809]dd mmmm yyyy;@", "yyyy-mm-dd"])
def test_a_day_is_a_day_in_every_format(path: Path, dates: str) -> None:
    import datetime as dt

    making.xlsx(path, {"A": [["Date of birth"], [dt.datetime(1961, 3, 3)]]}, dates=dates)
    assert places(look(path, "xlsx")) == [("date of birth", "sheet A, cell A2")]


def test_the_margins_names_and_boxes_of_a_workbook_are_read(path: Path) -> None:
    making.xlsx(
        path, {"A": [["x"]]}, header={"A": "&LMrs Hollis 07700 900123"}, boxes={"A": {"B2": "m.hollis@sky.com"}},
        names={"Owner": '="born 3 May 1961"'},
    )  # fmt: skip
    found = places(look(path, "xlsx"))
    assert ("telephone number", "sheet A, header") in found
    assert ("email address", "sheet A, drawing") in found
    assert ("date of birth", "defined names") in found


def test_hidden_rows_and_columns_count_only_where_they_hold_something(path: Path) -> None:
    making.xlsx(path, {"A": [["a", "b"], ["c", "d"], ["e", "f"]]}, rows={"A": [2, 3, 9]}, columns={"A": ["B:B", "F:H"]})
    assert places(look(path, "xlsx")) == [
        ("hidden sheet, row, column or slide", "sheet A, rows 2 to 3"), ("hidden sheet, row, column or slide", "sheet A, column B")
    ]  # fmt: skip


def test_a_pdf_says_the_page(path: Path) -> None:
    making.pdf(path, ["One", "Two", f"NHS {NUMBER}"])
    assert places(look(path, "pdf")) == [("NHS number", "page 3")]


def test_what_is_drawn_over_is_still_read(path: Path) -> None:
    making.pdf(path, [f"NHS {NUMBER}"], annotations=making.note("", "Square", "/IC [0 0 0]"))
    assert places(look(path, "pdf")) == [("NHS number", "page 1")]


def test_pages_that_are_pictures_are_named(path: Path) -> None:
    making.pdf(path, ["", "A page with as much text as pages have", "3"], image=True)
    seen = look(path, "pdf")
    assert not seen.readable
    assert seen.why == "Pages 1 and 3 hold a picture without text, which could not be read."


def test_a_scan_that_was_pasted_in_is_no_document_without_findings(path: Path) -> None:
    making.docx(path, "Scan")
    assert look(path, "docx").readable
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/media/image1.png", b"\x89PNG")
    assert not look(path, "docx").readable


def test_a_link_that_word_keeps_as_a_field_is_read(path: Path) -> None:
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "mailto:m.hollis@sky.com"</w:instrText></w:r>'
    making.docx(path, making.p(field, "write to her"))
    assert places(look(path, "docx")) == [("email address", "paragraph 1")]


def test_the_author_of_a_pdf_is_told_once_however_often_it_says_so(path: Path) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq><rdf:li>Margaret Hollis</rdf:li></rdf:Seq></dc:creator>'
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    making.pdf(path, ["A page of some text or other"], info={"Author": "Margaret Hollis"}, xmp=xmp)
    assert places(look(path, "pdf")) == [("author or other properties", "document properties: author")]


def test_csv_has_lines_and_columns_whatever_divides_them(path: Path) -> None:
    for divider in ",;\t|":
        making.table_of_values(path, [["x", "DOB"], ["Smith; J, R", "3/3/1961"], ["two\nlines", "4/4/1962"]], divider)
        assert [place for _, place in places(look(path, "csv"))] == ["line 2, column 2", "line 4, column 2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_read_in_every_encoding(path: Path, encoding: str) -> None:
    making.text(path, f"Café\nNHS\u00a0number {NUMBER}", encoding)
    assert places(look(path, "text")) == [("NHS number", "line 2")]


def test_a_letter_says_header_line_and_attachment(path: Path, tmp_path: Path) -> None:
    sheet = making.xlsx(tmp_path / "rows.xlsx", {"A": [["NHS number"], [9434765919]]})
    making.eml(path, "Hello\nring 07700 900123", sender="Jo Hollis <jo.hollis@sky.com>", attached=sheet)
    assert places(look(path, "eml")) == [
        ("NHS number", "attachment 1 (rows.xlsx), sheet A, cell A2"), ("email address", "header From"),
        ("telephone number", "message, line 2"),
    ]  # fmt: skip


def test_what_lies_two_deep_is_said_not_to_be_read(path: Path, tmp_path: Path) -> None:
    inner = making.docx(
        tmp_path / "inner.docx", "x", embedded=making.xlsx(tmp_path / "x.xlsx", {"A": [["x"]]}).read_bytes()
    )
    making.eml(path, "Hello", attached=inner)
    seen = look(path, "eml")
    assert not seen.readable
    assert "attachment 1 (inner.docx)" in seen.why


def test_an_archive_that_is_attached_is_said_not_to_be_read(path: Path, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x.txt", "x")
    (tmp_path / "x.zip").write_bytes(packed.getvalue())
    making.eml(path, "Hello", attached=tmp_path / "x.zip")
    assert not look(path, "eml").readable


def test_a_table_of_an_open_document_has_headings_too(path: Path) -> None:
    making.ods(path, [["NHS number", "DOB"], ["9434765919", "3/3/1961"]])
    assert places(look(path, "ods")) == [
        ("NHS number", "sheet Register, cell A2"),
        ("date of birth", "sheet Register, cell B2"),
    ]


def test_of_many_places_forty_are_named_and_the_rest_counted(path: Path) -> None:
    making.xlsx(path, {"A": [["NHS number"], *([9434765919] for _ in range(100))]})
    seen = look(path, "xlsx")
    assert len(seen.found) == 41
    assert (seen.found[-1].place, seen.found[-1].count) == ("further places", 60)


def test_a_document_without_anything_personal_is_readable_and_empty(path: Path) -> None:
    making.docx(path, "One", author="python-docx")
    assert look(path, "docx") == Look((), True, "")
