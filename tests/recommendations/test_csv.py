"""The file of a list holds exactly what the list holds, what its reader may see, and nothing that reckons."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.operations import conflicts
from portal.recommendations import as_csv
from portal.recommendations.lifecycle import Acceptance, Delivery
from portal.recommendations.queries import listing
from tests.people import Cast
from tests.recommendations.rows import insert


def sheet(browser: Any, address: str) -> list[dict[str, str]]:
    answer = browser.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    text = answer.get_data(as_text=True)
    assert text.startswith(as_csv.BYTE_ORDER)
    return list(csv.DictReader(io.StringIO(text.removeprefix(as_csv.BYTE_ORDER))))


def test_it_holds_exactly_what_is_filtered_in_its_order(cast: Cast, browser: Any) -> None:
    insert(cast, of=60, due=9, type="payment")
    insert(cast, of=3, due=3)
    ana = browser("ana")
    rows = sheet(ana, "/recommendations.csv?type=payment&state=open")
    assert len(rows) == 60
    assert {row["Type"] for row in rows} == {"Financial remedy"}
    ana.open("/recommendations?type=payment&state=open")
    assert 'href="/recommendations.csv?type=payment&amp;state=open"' in ana.page.answer.get_data(as_text=True)
    assert [row["Days late"] for row in sheet(ana, "/recommendations.csv")] == ["0"] * 63
    assert sheet(ana, "/recommendations.csv?q=nothing+like+it") == []


def test_a_row_says_what_the_page_says(cast: Cast, browser: Any) -> None:
    one = insert(
        cast, due=-5, original_due_on=-12, delivery=Delivery.IN_PROGRESS, acceptance=Acceptance.IN_PART, answered_on=-30,
        next_evidence_on=-1, themes=("delay", "communication"),
    )  # fmt: skip
    row = sheet(browser("cora"), "/recommendations.csv")[0]
    assert row["Reference"] == one
    assert row["Address"] == f"http://localhost/recommendations/{one}"
    assert (row["Organisation code"], row["Organisation"]) == ("RTX", "Northmoor NHS Foundation Trust")
    assert row["Themes"] == "Delay; Communication"
    assert (row["Due"], row["Due as issued"], row["Days late"]) == ("2026-05-27", "2026-05-20", "5")
    assert (row["Answer"], row["Where it stands"], row["Ended"]) == ("accepted in part", "no recent evidence", "")
    assert (row["Recommendation in full"], row["Failing"], row["Officer"]) == ("Write to Mr A.", "Nobody told Mr A.", "Cora Stein")


FORMULAS = ["=1+1", "+44 20", "-2", "@SUM(A1)", "\t=1", "\r=1", " =HYPERLINK(1)"]


@pytest.mark.parametrize("typed", FORMULAS)
def test_what_somebody_typed_is_never_a_formula(typed: str) -> None:
    assert as_csv.cell(typed) == f"'{typed}"


def test_what_begins_no_formula_stays_as_it_is() -> None:
    assert [as_csv.cell(value) for value in ("a = b", "", None, 3, -3, "'quoted")] == ["a = b", "", "", "3", "-3", "'quoted"]


def test_texts_come_through_a_spreadsheet_whole(cast: Cast, browser: Any) -> None:
    text = '=cmd|"x"!A1, "quoted",\nœuvre; 2'
    insert(cast, public_text=text)
    assert sheet(browser("ana"), "/recommendations.csv")[0]["Recommendation"] == f"'{text}"


def test_a_reader_gets_the_columns_they_may_read(cast: Cast, browser: Any) -> None:
    insert(cast)
    insert(cast, cast.other)
    public = sheet(browser(None), "/organisations/RTX/recommendations.csv")
    assert len(public) == 1
    assert "Failing" not in public[0]
    assert "Mr A" not in str(public)
    assert "Failing" not in sheet(browser("sam"), "/organisations/RTX/recommendations.csv")[0]
    assert sheet(browser("priya"), "/organisations/RTX/recommendations.csv")[0]["Failing"] == "Nobody told Mr A."
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.ana)
    db.session.commit()
    failings = {row["Organisation code"]: row["Failing"] for row in sheet(browser("ana"), "/recommendations.csv")}
    assert failings == {"RTX": "", "RYZ": "Nobody told Mr A."}
    assert browser("priya").client.get("/recommendations.csv").status_code == 403


def test_it_takes_two_statements_for_each_thousand_rows(cast: Cast, queries: Any, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "AT_ONCE", 100)
    listing._file.cache_clear()
    insert(cast, of=250)
    ana = browser("ana")
    with queries() as seen:
        rows = sheet(ana, "/recommendations.csv")
    listing._file.cache_clear()
    assert len({row["Reference"] for row in rows}) == 250
    assert len(seen) == 2 + 2 * 3  # who it is, the officers; then, three times, some rows and their themes


def test_it_is_written_as_it_is_read(cast: Cast) -> None:
    insert(cast, of=30)
    batches = listing.rows_of_file(listing.Wanted(), clock.today())
    assert len(next(batches)) == 30
    assert next(batches, None) is None
