"""A workbook that goes out and comes back: untouched it changes nothing, and nothing that is written is lost unseen."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.assessments.fields import LABELS, LONGEST
from portal.assessments.workbooks import comparing, keeping, writing
from portal.assessments.workbooks.comparing import Verdict
from portal.assessments.workbooks.layout import ANSWERS, UNITS, WRITTEN
from portal.assessments.workbooks.reading import Reading
from portal.kernel import words
from portal.standards import library
from tests.assessments.filled import LETTERS, opened, read, saved, written

MADE_AT = dt.datetime(2026, 6, 1, 9, 30, tzinfo=dt.UTC)
library.load()
STANDARD = library.latest("NHS")
PROFILE = library.profile(STANDARD, "T")[:4]


@dataclass(frozen=True)
class AnAnswer:
    """An answer as it is stored; the texts may be worse than any form lets through."""

    expectation: str
    level: int | None = 2
    not_applicable_why: str = ""
    claim: str = ""
    proof: str = ""
    proof_link: str = ""
    proof_on: dt.date | None = None
    gap: str = ""
    action: str = ""
    action_owner: str = ""
    action_due_on: dt.date | None = None
    target: int = 3
    last_level: int | None = None
    confirmed: bool = True
    version: int = 1


def the_file(answers: list[AnAnswer]) -> bytes:
    lines = [writing.Line(asked, answer, None, True) for asked, answer in zip(PROFILE, answers, strict=False)]
    return writing.workbook(
        writing.Contents(
            "AS-7K2HDX4", "Northmoor & Co", "2025-26", STANDARD, dt.date(2026, 7, 1), dt.date(2026, 7, 31), MADE_AT,
            "https://portal.example.org/assessments/AS-7K2HDX4/workbook", lines,
        )
    )  # fmt: skip


def verdicts(reading: Reading, now: list[AnAnswer]) -> dict[str, comparing.Compared]:
    kept = keeping.unpacked(keeping.packed(reading))
    assert kept == reading
    stored = {one.expectation: one for one in now}
    return {row.expectation: comparing.compared(row, stored[row.expectation]) for row in kept.rows}


def some(*texts: str) -> list[AnAnswer]:
    return [AnAnswer(asked.code, claim=text) for asked, text in zip(PROFILE, texts, strict=False)]


# What people paste, and what breaks spreadsheets: openings of formulas, escapes of the file format, whatever Unicode holds.
OPENINGS = st.sampled_from(["", "=", "+", "-", "@", "=cmd|' /C calc'!A0", "'", '"', "_x000D_", "x005F_", "_x005F_", "#", "\t", "\n"])
TEXTS = st.builds(
    lambda opening, text, times: (opening + text * times)[:4000],
    OPENINGS,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from([1, 1, 1, 80]),
)
DAYS = st.none() | st.dates()
ANSWERS_THERE_ARE = st.builds(
    lambda **facts: facts,
    level=st.none() | st.integers(1, 4), claim=TEXTS, proof=TEXTS, proof_link=TEXTS, gap=TEXTS, action=TEXTS,
    action_owner=TEXTS, proof_on=DAYS, action_due_on=DAYS, not_applicable_why=TEXTS, confirmed=st.booleans(),
    version=st.integers(1, 999),
)  # fmt: skip


def as_stored(code: str, facts: dict[str, Any]) -> AnAnswer:
    """A level and a reason for none exclude each other in the database."""
    why = "" if facts["level"] is not None else facts["not_applicable_why"]
    return AnAnswer(code, **{**facts, "not_applicable_why": why})


@settings(max_examples=100)
@given(st.lists(ANSWERS_THERE_ARE, min_size=1, max_size=4))
def test_a_workbook_that_nobody_touched_changes_nothing(facts: list[dict[str, Any]]) -> None:
    answers = [as_stored(asked.code, one) for asked, one in zip(PROFILE, facts, strict=False)]
    found = verdicts(read(the_file(answers)), answers)
    assert {code: (one.verdict, one.faults) for code, one in found.items()} == {
        one.expectation: (Verdict.UNCHANGED, ()) for one in answers
    }


@settings(max_examples=40)
@given(st.lists(ANSWERS_THERE_ARE, min_size=1, max_size=4))
def test_nor_does_one_that_another_program_saved_again(facts: list[dict[str, Any]]) -> None:
    """Every text goes through another writer's escapes and shared strings; what it refuses to hold is left out."""
    answers = [as_stored(asked.code, {name: tame(value) for name, value in one.items()}) for asked, one in zip(PROFILE, facts, strict=False)]
    found = verdicts(read(saved(opened(the_file(answers)))), answers)
    assert {one.verdict for one in found.values()} == {Verdict.UNCHANGED}, found


def tame(value: Any) -> Any:
    """Without what openpyxl cannot write or read again: formulas, errors and the escapes of the format."""
    if not isinstance(value, str):
        return value
    kept = words.clean(value).replace("_x", "x").replace("x005F_", "").lstrip("=#'")
    return "" if set(kept) & {"\ufffe", "\uffff"} else kept


@settings(max_examples=40)
@given(ANSWERS_THERE_ARE, st.sampled_from(sorted(UNITS)), TEXTS, TEXTS)
def test_every_injected_conflict_is_listed(facts: dict[str, Any], unit: str, mine: str, theirs: str) -> None:
    """The same field written in the workbook and on the portal: both texts are offered, unless they say the same."""
    before = as_stored(PROFILE[0].code, facts)
    typed, stored = changed(before, unit, mine), changed(before, unit, theirs)
    row = read(the_file([before])).rows[0]
    held = {name: comparing.plain(getattr(typed, name)) for name in LABELS}
    row = replace(row, typed=held)
    line = comparing.compared(row, replace(stored, version=before.version + 1))
    values = {name: comparing.plain(getattr(stored, name)) for name in UNITS[unit]}
    if all(held[name] == values[name] for name in UNITS[unit]):
        assert line.verdict is Verdict.UNCHANGED
    elif all(held[name] == comparing.plain(getattr(before, name)) for name in UNITS[unit]):
        assert line.verdict is Verdict.UNCHANGED, "only the portal's text changed, and it stays"
    else:
        assert line.verdict is Verdict.CONFLICTING
        assert [change.unit for change in line.changes] == [unit]
        assert dict(line.changes[0].values) == {name: held[name] for name in UNITS[unit]}


def changed(answer: AnAnswer, unit: str, text: str) -> AnAnswer:
    number = sum(map(ord, text))
    if unit == "level":
        level = number % 5 or None
        return replace(answer, level=level, not_applicable_why="" if level else text)
    if unit.endswith("_on"):
        return replace(answer, **{unit: dt.date(2026, 1, 1) + dt.timedelta(number % 2000)})
    return replace(answer, **{unit: text})


@pytest.mark.parametrize(
    ("mine", "theirs", "verdict"),
    [
        ({}, {}, Verdict.UNCHANGED),
        ({"claim": "Mine"}, {}, Verdict.ACCEPTED),
        ({}, {"claim": "Theirs"}, Verdict.UNCHANGED),
        ({"claim": "Mine"}, {"claim": "Theirs"}, Verdict.CONFLICTING),
        ({"claim": "The same"}, {"claim": "The same"}, Verdict.UNCHANGED),
        ({"claim": "Mine"}, {"gap": "Theirs"}, Verdict.CONFLICTING),  # one answer: a claim is judged with its level
        ({"level": "4 Leading"}, {"level": 1}, Verdict.CONFLICTING),
        ({"level": "Does not apply", "not_applicable_why": "No beds"}, {"claim": "Theirs"}, Verdict.CONFLICTING),
    ],
)
def test_what_was_changed_on_one_side_or_both(mine: dict[str, str], theirs: dict[str, Any], verdict: Verdict) -> None:
    before = some("Before")[0]
    reading = read(written(the_file([before]), {(before.expectation, name): value for name, value in mine.items()}))
    now = replace(before, **theirs, version=2 if theirs else 1)
    line = verdicts(reading, [now])[before.expectation]
    assert line.verdict is verdict
    if verdict is Verdict.CONFLICTING:
        assert {change.unit for change in line.changes} == {"claim" if "claim" in mine else "level"}


def test_a_change_says_where_it_stands_and_both_texts() -> None:
    before = some("Before")[0]
    reading = read(written(the_file([before]), {(before.expectation, "claim"): "After", (before.expectation, "level"): "Does not apply",
                                                (before.expectation, "not_applicable_why"): "No beds"}))  # fmt: skip
    level, claim = verdicts(reading, [before])[before.expectation].changes
    assert (level.cell, level.now, level.yours) == ("G2 and H2", "Level 2", "Does not apply: No beds")
    assert (claim.cell, claim.label, claim.now, claim.yours) == ("I2", "What is true here", "Before", "After")


def test_without_its_mark_every_difference_collides() -> None:
    """Somebody wrote in the hidden sheet: what they changed themselves can no longer be told, so nothing is taken for theirs."""
    before = some("Before")[0]
    row = replace(read(the_file([before])).rows[0], stamps={})
    assert comparing.compared(row, replace(before, claim="Theirs", version=2)).verdict is Verdict.CONFLICTING


def test_the_same_contents_make_the_same_bytes() -> None:
    assert the_file(some("a", "b")) == the_file(some("a", "b"))


def test_text_comes_out_as_text_and_no_formula_is_in_the_file() -> None:
    content = the_file(some("=1+1", "+1", "-1", "@sum(a1)"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 4
        assert not [one for one in sheets if "<f>" in one or "<f " in one]
    sheet = opened(content)[ANSWERS]
    cells = [sheet[f"{LETTERS['claim']}{row}"] for row in range(2, 6)]
    assert [(one.value, one.data_type, one.number_format) for one in cells[1:]] == [
        ("+1", "s", "@"), ("-1", "s", "@"), ("@sum(a1)", "s", "@")
    ]  # fmt: skip
    assert [row.typed["claim"] for row in read(content).rows] == ["=1+1", "+1", "-1", "@sum(a1)"]


def test_cells_to_write_in_are_open_and_the_others_are_locked() -> None:
    book = opened(the_file([replace(one, confirmed=at > 0) for at, one in enumerate(some("a", "b"))]))
    sheet = book[ANSWERS]
    assert all(one.protection.sheet for one in book.worksheets)
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    letters = [LETTERS[column.key] for column in WRITTEN]
    expected = {f"{letter}{row}" for letter in letters for row in (2, 3)} - {f"{LETTERS['still_true']}3"}
    assert open_cells == expected
    assert book["Portal"].sheet_state == "veryHidden"
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    assert [sheet.cell(1, at).value for at in (1, 7, 9)] == ["Expectation", "Level", "What is true here"]


def test_levels_and_days_are_chosen_and_checked_by_the_program_itself() -> None:
    rules = {str(rule.sqref): rule for rule in opened(the_file(some("a")))[ANSWERS].data_validations.dataValidation}
    assert rules["G2"].formula1 == '"1 Starting,2 Developing,3 Meeting,4 Leading,Does not apply"'
    assert (rules["L2"].type, rules["I2"].type, rules["I2"].formula1) == ("date", "textLength", "2000")
    assert set(rules) == {f"{LETTERS[column.key]}2" for column in WRITTEN if column.key != "still_true"}


# Written by hand into nonsense: each cell is named.

NONSENSE = {
    "level": ("excellent", "is not one of the levels"),
    "not_applicable_why": ("x" * 2001, "must be 2,000 characters or fewer"),
    "claim": ("x" * 2001, "must be 2,000 characters or fewer"),
    "proof": ("=SUM(A1:A9)", "It holds a formula"),
    "proof_link": ("javascript:alert(1)", "must be a web address"),
    "proof_on": ("the day before yesterday", "is not a day that exists"),
    "gap": ("#REF!", "It holds an error"),
    "action": ("x" * 2001, "must be 2,000 characters or fewer"),
    "action_owner": ("x" * 201, "must be 200 characters or fewer"),
    "action_due_on": ("31/11/2027", "is not a day that exists"),
    "still_true": ("sort of", "is not an answer here"),
}


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted(NONSENSE)), min_size=1), st.integers(0, 3))
def test_every_cell_written_into_nonsense_is_named(keys: set[str], at: int) -> None:
    answers = some("a", "b", "c", "d")
    code = PROFILE[at].code
    content = written(the_file(answers), {(code, key): NONSENSE[key][0] for key in keys})
    found = verdicts(read(content), answers)
    assert {one.verdict for name, one in found.items() if name != code} == {Verdict.UNCHANGED}
    line = found[code]
    assert line.verdict is Verdict.REFUSED
    told = {fault.cell: fault.message for fault in line.faults}
    assert set(told) == {f"{LETTERS[key]}{at + 2}" for key in keys}
    assert all(NONSENSE[key][1] in told[f"{LETTERS[key]}{at + 2}"] for key in keys)


def test_formulas_in_every_cell_are_each_named() -> None:
    answers = some("a", "b", "c", "d")
    book = opened(the_file(answers))
    sheet = book[ANSWERS]
    for row in range(2, 6):
        for column in WRITTEN:
            sheet[f"{LETTERS[column.key]}{row}"].value = "=1+1"
    found = verdicts(read(saved(book)), answers)
    assert sum(len(one.faults) for one in found.values()) == 4 * len(WRITTEN)
    assert all("It holds a formula" in fault.message for one in found.values() for fault in one.faults)


@pytest.mark.parametrize(
    ("level", "why", "told"),
    [
        ("Does not apply", None, {"H2": "G2 says that it does not apply. Say why here."}),
        ("3 Meeting", "No beds", {"H2": "Here it says why it does not apply, but G2 says level 3. Keep one of the two."}),
        (None, "No beds", {}),
        ("Does not apply", "No beds", {}),
    ],
)
def test_a_level_or_why_none_applies(level: str | None, why: str | None, told: dict[str, str]) -> None:
    answers = some("a")
    code = PROFILE[0].code
    line = verdicts(read(written(the_file(answers), {(code, "level"): level, (code, "not_applicable_why"): why})), answers)[code]
    assert {one.cell: one.message for one in line.faults} == told
    if not told:
        assert dict(line.changes[0].values) == {"level": None, "not_applicable_why": "No beds"}


def test_still_true_confirms_only_what_waits() -> None:
    waiting = replace(some("a")[0], confirmed=False)
    reading = read(written(the_file([waiting]), {(waiting.expectation, "still_true"): "Yes"}))
    line = verdicts(reading, [waiting])[waiting.expectation]
    assert (line.verdict, line.confirms) == (Verdict.ACCEPTED, True)
    line = verdicts(reading, [replace(waiting, confirmed=True, version=2)])[waiting.expectation]
    assert (line.verdict, line.confirms) == (Verdict.UNCHANGED, False)


def test_rows_may_be_moved_and_taken_out() -> None:
    answers = some("a", "b", "c", "d")
    book = opened(the_file(answers))
    sheet = book[ANSWERS]
    sheet.delete_rows(3)
    sheet.move_range("A2:P2", rows=6)
    sheet["I8"].value = "Changed where it stands now"
    reading = read(saved(book))
    assert reading.gone == (PROFILE[1].code,)
    line = verdicts(reading, answers)[PROFILE[0].code]
    assert (line.row, line.changes[0].cell) == (8, "I8")


def test_a_row_that_is_there_twice_or_of_no_expectation_is_refused() -> None:
    answers = some("a", "b", "c", "d")
    book = opened(the_file(answers))
    sheet = book[ANSWERS]
    sheet["A3"].value, sheet["A4"].value, sheet["A5"].value = PROFILE[0].code, "NHS-9.9", None
    told = {row.number: [fault.message for fault in row.faults] for row in read(saved(book)).rows}
    assert told[2] == told[3] == [f"“{PROFILE[0].code}” stands in row 2 too. Keep one of the two rows"]
    assert told[4] == ["“NHS-9.9” is not an expectation of this workbook. Write the code as it was, or delete the row"]
    assert told[5] == ["Nothing is not an expectation of this workbook. Write the code as it was, or delete the row"]


def test_columns_may_change_places_and_sheets_their_names() -> None:
    answers = some("a")
    book = opened(the_file(answers))
    sheet = book[ANSWERS]
    sheet.title, book["Portal"].title = "Antworten", "Sheet4"
    for row in (1, 2):
        one, other = sheet.cell(row, 9).value, sheet.cell(row, 13).value
        sheet.cell(row, 9).value, sheet.cell(row, 13).value = other, one
    assert verdicts(read(saved(book)), answers)[PROFILE[0].code].verdict is Verdict.UNCHANGED


def test_every_field_of_an_answer_is_in_it() -> None:
    assert {column.key for column in WRITTEN} == {*LABELS, "still_true"}
    assert {name for names in UNITS.values() for name in names} == set(LABELS)
    assert set(LONGEST) < set(LABELS)
