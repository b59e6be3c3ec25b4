"""What somebody may write in a cell, and what is said of what cannot be taken."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.assessments.workbooks import cells
from portal.assessments.workbooks.cells import Cell, Unfit
from portal.assessments.workbooks.layout import DOES_NOT_APPLY
from tests.assessments.filled import NAMES

A_DAY = dt.date(2027, 3, 27)


def cell(value: Any, kind: str = "s", **rest: Any) -> Cell:
    return Cell("G7", value, kind, **rest)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("3 Meeting", 3), ("3", 3), (3, 3), (3.0, 3), ("Level 3", 3), ("level three", 3), ("Three", 3), ("meeting", 3),
        (" 3 – Meeting ", 3), ("3: meeting", 3), ("1", 1), ("Leading", 4), (None, None), ("", None), ("  ", None),
        ("Does not apply", DOES_NOT_APPLY), ("n/a", DOES_NOT_APPLY), ("Not applicable", DOES_NOT_APPLY),
    ],
)  # fmt: skip
def test_a_level_is_taken_however_it_is_meant(value: Any, level: Any) -> None:
    assert cells.level(cell(value), NAMES) == level


@pytest.mark.parametrize("value", ["5", 0, 2.5, "excellent", "3 Leading", "between 2 and 3", True, dt.date(2026, 1, 1), "3/4", "३"])
def test_what_is_no_level_is_told_the_levels(value: Any) -> None:
    with pytest.raises(Unfit, match=r"is not one of the levels. Choose 1 Starting, 2 Developing, 3 Meeting, 4 Leading or Does not apply"):
        cells.level(cell(value), NAMES)


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2027, 3, 27), dt.datetime(2027, 3, 27), dt.datetime(2027, 3, 27, 9, 30), 46473, 46473.0, "27/3/2027",
        "27 3 2027", "27.03.2027", "27-3-2027", "2027-03-27", "2027-03-27 00:00:00", "27 March 2027", "27th Mar 2027",
        "27 MARCH 2027", " 27/03/2027 ",
    ],
)  # fmt: skip
def test_a_day_is_taken_however_people_here_write_it(value: Any) -> None:
    assert cells.day(cell(value)) == A_DAY


def test_a_day_of_a_workbook_that_counts_from_1904_is_the_same_day() -> None:
    assert cells.day(cell((A_DAY - dt.date(1904, 1, 1)).days, from_1904=True)) == A_DAY


def test_an_empty_cell_is_no_day() -> None:
    assert cells.day(cell(None)) is None
    assert cells.day(cell("  ")) is None


@pytest.mark.parametrize(
    "value",
    ["soon", "31/2/2027", "3/27/2027", "27/3/27", 2027, 3, 46473.5, -1, 10**12, True, dt.time(9), "27 Xyz 2027", "²7/3/2027", "1/1/0000"],
)
def test_what_is_no_day_is_told_how_to_write_one(value: Any) -> None:
    with pytest.raises(Unfit, match=r"is not a day that exists. Write it like 27/3/2027"):
        cells.day(cell(value))


@pytest.mark.parametrize("value", [dt.date(1989, 12, 31), dt.datetime(2101, 1, 1), "1 January 1900"])
def test_a_day_that_nobody_means_is_refused(value: Any) -> None:
    with pytest.raises(Unfit, match="is not between 1990 and 2100"):
        cells.refuse_far_off(cells.day(cell(value)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), ("a", "a"), ("= 1", "= 1"), (5, "5"), (5.0, "5"), (2.5, "2.5"), (True, "TRUE"), (A_DAY, "27 March 2027"),
        (dt.datetime(2027, 3, 27, 9, 5), "27 March 2027 09:05"), (dt.time(9, 5), "09:05:00"), (dt.timedelta(hours=30), "1 day, 6:00:00"),
        ("a_x000D__x000A_b", "a\nb"), ("_x005F_x0041_", "_x0041_"), ("x005F_", "x005F_"), ("nul_x0000_l", "null"),
    ],
)  # fmt: skip
def test_any_cell_is_read_as_text(value: Any, text: str) -> None:
    assert cells.text(cell(value)) == text


@pytest.mark.parametrize("take", [cells.text, cells.day, cells.still_true, lambda one: cells.level(one, NAMES)])
def test_a_formula_or_an_error_is_taken_nowhere(take: Any) -> None:
    with pytest.raises(Unfit, match="It holds a formula"):
        take(cell("=1+1", "f"))
    with pytest.raises(Unfit, match="It holds an error of the spreadsheet program, “#REF!”"):
        take(cell("#REF!", "e"))


@pytest.mark.parametrize(("value", "said"), [("Yes", True), ("y", True), (True, True), ("", False), (None, False), ("no", False)])
def test_still_true_is_said_by_yes(value: Any, said: bool) -> None:
    assert cells.still_true(cell(value)) is said


def test_still_true_is_not_said_by_anything_else() -> None:
    with pytest.raises(Unfit, match=r"“perhaps” is not an answer here. Choose Yes, or leave it empty"):
        cells.still_true(cell("perhaps"))


def test_what_is_quoted_stays_a_line() -> None:
    assert len(cells.quoted("x\ny" * 900)) == 62
