"""Register files of every shape are read, and every wrong line is named with what to write instead."""

import csv
import io
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.organisations.kinds import KINDS
from portal.organisations.reading import BodyRow, Change, Changed, Reading, Shape, compare, read
from portal.organisations.register import shipped_files
from portal.organisations.remit import government_kind, name_from_slug
from portal.organisations.rows import COLUMNS

FILES = Path(__file__).parent / "files"
HEADER = ",".join(COLUMNS) + "\n"
A_TRUST = BodyRow("R1C", "Solent NHS Trust", "T", "Y59", "QRL", "", date(2011, 4, 1))


def of_file(name: str, kind: str | None = None) -> Reading:
    return read((FILES / name).read_bytes(), kind)


def ours(*lines: str, kind: str | None = None) -> Reading:
    return read((HEADER + "\n".join(lines)).encode(), kind)


def raw_ods(*bodies: tuple[str, str, str, str], width: int = 27) -> bytes:
    text = io.StringIO()
    for code, name, opened, closed in bodies:
        cells = [code, name, "Y59", "QRL", *[""] * 6, opened, closed]
        csv.writer(text, quoting=csv.QUOTE_ALL).writerow(cells + [""] * (width - len(cells)))
    return text.getvalue().encode()


def test_the_raw_ods_file_of_trusts_is_read() -> None:
    reading = of_file("ods-etr-raw.csv")
    assert (reading.shape, reading.faults, len(reading.rows)) == (Shape.ODS_TRUSTS, (), 12)
    solent = next(row for row in reading.rows if row.code == "R1C")
    assert solent == replace(A_TRUST, closed_on=date(2024, 9, 30))
    assert {row.kind for row in reading.rows} == {"T"}


def test_the_raw_ods_file_of_practices_leaves_out_what_is_not_an_open_practice_and_says_so() -> None:
    reading = of_file("ods-epraccur-raw.csv")
    assert (reading.shape, reading.faults) == (Shape.ODS_PRACTICES, ())
    assert {row.kind for row in reading.rows} == {"G"}
    assert not {"Y99999", "Y99998"} & {row.code for row in reading.rows}
    assert next(row for row in reading.rows if row.code == "Y99997").closed_on == date(2020, 3, 31)
    assert [note[:10] for note in reading.notes] == ["1 left out", "1 left out"]


def test_a_list_of_boards_tells_its_kind_by_name_and_says_nothing_of_dates() -> None:
    reading = of_file("nhs-icbs.csv")
    assert (reading.shape, reading.faults) == (Shape.ODS_LIST, ())
    assert {row.kind for row in reading.rows} == {"I"}
    assert reading.rows[0].says == {"code", "name", "kind"}


def test_a_list_of_practices_needs_to_be_told_its_kind() -> None:
    file_bytes = b"ods_code,name,region_code,icb_code,opened_on,closed_on\nF82610,DR GUPTA,Y56,QMF,1974-04-01,\n"
    assert "what kind of organisation" in read(file_bytes).faults[0].message
    assert read(file_bytes, kind="G").rows[0].name == "Dr Gupta"


def test_government_bodies_come_within_remit_with_parents_and_former_names() -> None:
    reading = of_file("government-bodies.csv")
    kinds = {row.code: row.kind for row in reading.rows}
    assert reading.faults == ()
    assert reading.shape is Shape.GOVUK
    assert "supreme-court-of-the-united-kingdom" not in kinds
    assert "northern-ireland-prison-service" not in kinds
    assert kinds["phso"] == "PO"
    assert kinds["independent-case-examiner"] == "IT"
    assert kinds["nhs-england"] == "N"
    rows = {row.code: row for row in reading.rows}
    assert rows["phso"].name == "Parliamentary and Health Service Ombudsman"
    assert rows["animal-and-plant-health-agency"].parent_code == "department-for-environment-food-rural-affairs"
    assert "UK Border Agency" in rows["uk-visas-and-immigration"].former_names
    assert any("outside the Ombudsman" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("format", "slug", "parents", "kind"),
    [
        ("Ministerial department", "home-office", (), "MD"),
        ("Non-ministerial department", "ofsted", (), "ND"),
        ("Non-ministerial department", "supreme-court-of-the-united-kingdom", (), None),
        ("Executive agency", "met-office", ("department-for-transport",), "EA"),
        ("Executive agency", "northern-ireland-prison-service", ("department-of-justice-northern-ireland",), None),
        ("Executive agency", "animal-and-plant-health-agency", ("defra", "welsh-government"), "EA"),
        ("Special health authority", "nhs-resolution", (), "N"),
        ("Sub organisation", "border-force", ("home-office",), "OB"),
        ("Sub organisation", "civil-service-group", ("cabinet-office",), None),
        ("Public corporation", "bbc", (), None),
        ("Court", "commercial-court", (), None),
        ("A new format", "something-new", (), None),
    ],
)
def test_the_rule_of_remit(format: str, slug: str, parents: tuple[str, ...], kind: str | None) -> None:
    assert government_kind(format, slug, parents) == kind


def test_a_predecessor_is_named_from_its_slug() -> None:
    assert name_from_slug("treasury-solicitor-s-department") == "Treasury Solicitor's Department"
    assert name_from_slug("hm-court-service") == "HM Court Service"


def test_our_own_columns_are_read_in_any_order() -> None:
    reading = read("\ufeffname,kind,code,successor_codes\n“Ynys Môn” Surgery,G,w1,R0A|r0b\n".encode())
    assert reading.faults == ()
    assert reading.rows == (BodyRow("W1", "“Ynys Môn” Surgery", "G", successor_codes=("R0A", "r0b")),)
    assert reading.rows[0].says == {"name", "kind", "code", "successor_codes"}


WRONG = [
    ("R1C,Solent,T,,,,2011-04-01,2010-01-01,,", "closed_on", "before it opened"),
    ("R1C,Solent,X,,,,,,,", "kind", "Write one of T, I, N"),
    ("R1C,Solent,,,,,,,,", "kind", "what kind of organisation"),
    ("R1C,Solent,T,,,,01/11/2024,,,", "opened_on", "2024-11-01"),
    ("R1C,Solent,T,,,,2024-02-30,,,", "opened_on", "not a date"),
    ("R1C,Solent,T,,,,²0240101,,,", "opened_on", "not a date"),
    (",Solent,T,,,,,,,", "code", "no code"),
    ("R1C,,T,,,,,,,", "name", "no name"),
    ("R 1;C,Solent,T,,,,,,,", "code", "letters, figures and hyphens"),
    ("R1C,=HYPERLINK(1),T,,,,,,,", "name", "formula"),
    ("R1C,@SUM(A1),T,,,,,,,", "name", "formula"),
    ("R1C,Solent,T,,,,,,,=1+1", "former_names", "formula"),
    ("R1C,Solent,T,=A1,,,,,,", "region_code", "not a code"),
    ("R1C,Solent,T,Y5900000000,,,,,,", "region_code", "at most 10"),
    ("R1C,Solent,T,,,R1C,,,,", "parent_code", "the organisation itself"),
    ("R1C,Solent,T,,,,,,r1c,", "successor_codes", "the organisation itself"),
    (f"R1C,{'a' * 201},T,,,,,,,", "name", "at most 200"),
    (f"{'a' * 101},Solent,T,,,,,,,", "code", "at most 100"),
    ('R1C,"Solent\nTrust",T,,,,,,,', "name", "more than one line"),
    ("R1C,Solent", "", "2 columns where 10"),
    ("," * 199 + "a", "", "200 columns where 10"),
]


@pytest.mark.parametrize(("line", "column", "message"), WRONG)
def test_a_wrong_line_is_named_with_what_to_write(line: str, column: str, message: str) -> None:
    reading = ours("R0A,Manchester,T,,,,,,,", line, "R0B,South Tyneside,T,,,,,,,")
    assert [(fault.line, fault.column) for fault in reading.faults] == [(3, column)]
    assert message in reading.faults[0].message
    assert [row.code for row in reading.rows] == ["R0A", "R0B"]


def test_two_faults_on_one_line_are_both_told() -> None:
    assert len(ours("R1C,,X,,,,,,,").faults) == 2


def test_a_code_that_comes_twice_names_both_lines() -> None:
    fault = ours("R0A,One,T,,,,,,,", "", "r0a,Two,T,,,,,,,").faults[0]
    assert (fault.line, fault.column) == (4, "code")
    assert "lines 2 and 4" in fault.message


def test_lines_are_counted_as_a_person_counts_them() -> None:
    assert ours('R0A,"One\nand a half",T,,,,,,,', "R0B,,T,,,,,,,").faults[1].line == 4


def test_a_raw_line_is_faulted_by_the_number_of_its_column() -> None:
    reading = read(
        raw_ods(("R1C", "SOLENT NHS TRUST", "20110401", ""), ("R0A", "MANCHESTER NHS TRUST", "20171301", ""))
    )
    assert str(reading.faults[0]).startswith("line 2, column 11 (opened_on): “20171301” is not a date")


def test_a_practice_that_is_closed_without_a_date_is_refused() -> None:
    text = (FILES / "ods-epraccur-raw.csv").read_text().replace('"20200331"', '""')
    assert "status is C" in read(text.encode()).faults[0].message


@pytest.mark.parametrize(
    ("file_bytes", "message"),
    [
        (b"", "empty"),
        (b"\n , \n", "empty"),
        (b"PK\x03\x04 rest of a workbook", "spreadsheet"),
        ("code,name,kind".encode("utf-16"), "UTF-16"),
        (b"code,name,kind\nR0A,Man\x00chester,T\n", "null character"),
        (b"code,name,kind\nR0A,Man\x81\xff,T\n", "cannot be read as text"),
        (b"code,name,kind\n", "no bodies"),
        (b"a,b,c\n1,2,3\n", "not a register file"),
        (b"," * 199 + b"\n", "empty"),
        (b"x," * 199 + b"x\n", "200 columns"),
        (b"code,name,name,kind\n", "twice"),
        (b'code,name,kind\nR0A,"' + b"x" * 200_000, "never closed"),
        (b"slug,name\nhome-office,Home Office\n", "format"),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_words(file_bytes: bytes, message: str) -> None:
    reading = read(file_bytes)
    assert reading.rows == ()
    assert message in str(reading.faults[0])


def test_a_null_character_is_refused_by_line() -> None:
    assert [fault.line for fault in read(b"code,name,kind\nR0A,M,T\nR0B,\x00\x00S,T\n").faults] == [3]


def test_windows_text_is_read_and_told() -> None:
    reading = read("code,name,kind\nW1,Ynys Môn,G\n".encode("cp1252"))
    assert reading.rows[0].name == "Ynys Môn"
    assert "Windows-1252" in reading.notes[0]


def test_right_to_left_marks_are_left_out_and_told() -> None:
    reading = ours("R0A,Man\u202echester\u200f,T,,,,,,,")
    assert reading.rows[0].name == "Manchester"
    assert "2 marks" in reading.notes[0]


def test_an_unknown_kind_asked_for_is_refused_with_the_list() -> None:
    fault = read(b"code,name\nR0A,Manchester\n", kind="ZZ").faults[0]
    assert all(meaning in fault.message for meaning in KINDS.values())


def test_columns_that_are_not_read_are_told() -> None:
    assert read(b"code,name,kind,telephone\nR0A,Manchester,T,01\n").notes == ("Columns that were not read: telephone.",)


def test_a_large_file_is_read_in_seconds() -> None:
    lines = "".join(f"X{number:06},THE {number} SURGERY AND PARTNERS,1974-04-01\n" for number in range(20_000))
    began = time.perf_counter()
    reading = read(("ods_code,name,opened_on\n" + lines).encode(), kind="G")
    assert len(reading.rows) == 20_000
    assert time.perf_counter() - began < 5


def test_the_shipped_register_is_without_fault_and_refers_only_to_itself() -> None:
    rows = []
    for path in shipped_files():
        reading = read(path.read_bytes())
        assert reading.faults == ()
        rows += reading.rows
    codes = {row.code for row in rows}
    assert len(codes) == len(rows)
    assert {code for row in rows for code in (*row.successor_codes, row.parent_code) if code} <= codes
    assert sum(row.kind == "T" and row.closed_on is None for row in rows) == 205
    assert sum(row.kind == "I" for row in rows) == 42
    assert [row.name for row in rows if row.kind == "PO"] == ["Parliamentary and Health Service Ombudsman"]
    assert all(row.closed_on for row in rows if row.successor_codes)


def test_the_raw_file_changes_nothing_in_the_shipped_register() -> None:
    register = {row.code: row for path in shipped_files() for row in read(path.read_bytes()).rows}
    for name in ("ods-etr-raw.csv", "nhs-icbs.csv"):
        assert [
            compare(register[row.code], row) for row in of_file(name).rows if compare(register[row.code], row)
        ] == []


CHANGES = [
    ({"name": "Wessex NHS Trust"}, Change(Changed.RENAMED, "name", "Solent NHS Trust", "Wessex NHS Trust")),
    ({"kind": "N"}, Change(Changed.KIND_CORRECTED, "kind", "T", "N")),
    ({"region_code": "Y58"}, Change(Changed.MOVED_AREA, "region_code", "Y59", "Y58")),
    ({"icb_code": "QVV"}, Change(Changed.MOVED_AREA, "icb_code", "QRL", "QVV")),
    ({"parent_code": "RW1"}, Change(Changed.MOVED_PARENT, "parent_code", "", "RW1")),
    ({"closed_on": date(2024, 9, 30)}, Change(Changed.CLOSED, "closed_on", None, date(2024, 9, 30))),
    ({"successor_codes": ("RW1",)}, Change(Changed.SUCCESSOR_NAMED, "successor_codes", (), ("RW1",))),
    ({"former_names": ("Solent",)}, Change(Changed.FORMER_NAME_TOLD, "former_names", (), ("Solent",))),
    (
        {"opened_on": date(2011, 4, 2)},
        Change(Changed.OPENING_DATE_CORRECTED, "opened_on", date(2011, 4, 1), date(2011, 4, 2)),
    ),
]


@pytest.mark.parametrize(("told", "change"), CHANGES)
def test_what_an_import_would_change(told: dict[str, str], change: Change) -> None:
    assert compare(A_TRUST, replace(A_TRUST, **told)) == (change,)  # type: ignore[arg-type]


def test_a_new_body_is_new() -> None:
    assert compare(None, A_TRUST) == (Change(Changed.NEW),)


def test_a_body_opens_again_or_has_its_closing_date_corrected() -> None:
    closed = replace(A_TRUST, closed_on=date(2024, 9, 30))
    assert [change.what for change in compare(closed, A_TRUST)] == [Changed.REOPENED]
    later = replace(A_TRUST, closed_on=date(2024, 10, 1))
    assert [change.what for change in compare(closed, later)] == [Changed.CLOSING_DATE_CORRECTED]


def test_silence_changes_nothing() -> None:
    closed = replace(A_TRUST, closed_on=date(2024, 9, 30), successor_codes=("RW1",), former_names=("Solent",))
    silent = BodyRow("R1C", "Solent NHS Trust", "T", says=frozenset({"code", "name", "kind"}))
    assert compare(closed, silent) == ()


def test_capitals_do_not_undo_a_correction_of_small_letters() -> None:
    corrected = replace(A_TRUST, name="SOLENT NHS Trust")
    assert compare(corrected, replace(A_TRUST, in_capitals=True)) == ()
    assert compare(corrected, A_TRUST) != ()


def test_a_file_read_twice_changes_nothing_the_second_time() -> None:
    for row in of_file("ods-etr-raw.csv").rows:
        assert compare(row, row) == ()
