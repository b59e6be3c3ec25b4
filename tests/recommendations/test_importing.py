"""Files of cases become drafts: each bad line is named, nothing is partly imported, and the same file twice changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import time
import tracemalloc
from collections.abc import Iterable
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event, Record
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed
from portal.organisations.operations import conflicts, merging
from portal.recommendations.importing.outcomes import Outcome
from portal.recommendations.importing.reading import read
from portal.recommendations.importing.rows import COLUMNS, CaseRow
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import approving, drafting, extending, importing, rewording
from portal.recommendations.types import types
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast

ROW = {**builders.RECOMMENDED, "organisation": "RTX", "due_on": "2026-09-01"}


def row(**changed: Any) -> dict[str, Any]:
    return ROW | changed


def as_csv(*rows: dict[str, Any], columns: Iterable[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(columns))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_json(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def faults(content: bytes, **options: Any) -> list[str]:
    return [str(one) for one in read(io.BytesIO(content), **options) if not isinstance(one, CaseRow)]


def rows_of(content: bytes) -> Any:
    return lambda: read(io.BytesIO(content))


def taken(cast: Cast, content: bytes, by: Any = None) -> Outcome:
    outcome = importing.take_in(rows_of(content), source="cases.csv", by=by or cast.cora)
    db.session.commit()
    return outcome


def counts(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.new, outcome.different, outcome.unchanged, outcome.refused


def said(outcome: Outcome) -> str:
    return " ".join(map(str, outcome.faults))


def count_of(model: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def only() -> Recommendation:
    return db.session.query(Recommendation).populate_existing().one()


# Reading, with no database.


def test_csv_and_json_say_the_same() -> None:
    rows = [row(), row(number=2, severity="3", text="By then, write “yes”, and\nsend it.", due_on="03/12/2026")]
    one, other = (list(read(io.BytesIO(content))) for content in (as_csv(*rows), as_json(*rows)))
    assert [found.line for found in one if isinstance(found, CaseRow)] == [2, 3]
    assert [found.line for found in other if isinstance(found, CaseRow)] == [2, 13]
    without = [[{name: getattr(found, name) for name in COLUMNS} for found in some] for some in (one, other)]
    assert without[0] == without[1]
    assert without[0][1]["due_on"] == dt.date(2026, 12, 3)


def test_a_mark_of_utf8_at_the_beginning_and_columns_in_any_order_do_no_harm() -> None:
    content = b"\xef\xbb\xbf" + as_csv(row(), columns=reversed(COLUMNS)).replace(b"case_reference", b" Case_Reference ")
    assert faults(content) == []
    assert faults(b"\xef\xbb\xbf" + as_json(row())) == []


WHOLE_FILES = [
    (b"", "the file: The file is empty"),
    (b" \r\n\n ", "the file: The file is empty"),
    (b"\xef\xbb\xbf", "the file: The file is empty"),
    (as_csv(), "has a header and no recommendations under it"),
    (b"[]", "line 1: The file holds no recommendations"),
    (b"PK\x03\x04 and so on", "This is a spreadsheet. Save the file as “CSV UTF-8”"),
    (as_csv(row()).decode().encode("utf-16"), "This file is in UTF-16. Save the file as “CSV UTF-8”"),
    (as_csv(row(), row(number=2, failing="Café")).decode().encode("cp1252"), "line 3: This line is not in UTF-8"),
    (as_json(row(failing="Café")).decode().encode("cp1252"), "line 7: This line is not in UTF-8"),
    (as_csv(row(), columns=COLUMNS).replace(b",due_on\r", b"\r"), "line 1: The header lacks due_on"),
    (as_csv(row()).replace(b",", b";"), "line 1: The header is a single column. Put commas between"),
    (as_csv({**row(), "owner": "x"}, columns=(*COLUMNS, "owner")), "line 1, owner: “owner” is not a column that is known"),
    (as_csv({**row(), "complainant_address": "a@example.org"}, columns=(*COLUMNS, "complainant_address")), "addresses of complainants are not taken"),
    (as_csv(row()).replace(b"severity", b"number"), "line 1, number: The header names “number” twice"),
    (as_csv(row(), row(number=2)) + b'"never closed', "line 4: The cells of this line cannot be told apart"),
    (as_csv(row()) + b'"x"y,z\r\n', "line 3: The cells of this line cannot be told apart"),
    (as_csv(row()) + b"x" * 300_000, "line 3: This line is far too long"),
    (as_csv(row()) + b'"' + b"many words\n" * 20_000, "line 3: The cells of this line cannot be told apart"),
    (b'{"case_reference": "x"}', "A JSON file is a list"),
    (b"[1, 2]", "A recommendation is expected here"),
    (as_json(row())[:-40], "line 2: The recommendation that begins here is not well formed"),
    (as_json(row())[:-1], "A comma or the end of the list is expected"),
    (as_json(row()) + b"[]", "Something follows the end of the list"),
    (b'[{"number": 1,\n "number": 2}]', "line 1, number: This recommendation says it twice"),
    (b'[{"a": ' + b"[" * 200_000 + b"]", "line 1: The recommendation that begins here is not well formed"),
    (b'[{"a": "' + b"x" * 400_000 + b'"}]', "line 1: The recommendation that begins here is not well formed"),
]


@pytest.mark.parametrize(("content", "says"), WHOLE_FILES, ids=range(len(WHOLE_FILES)))
def test_a_file_that_cannot_be_read_is_refused_by_line_and_reason(content: bytes, says: str) -> None:
    assert says in " ".join(faults(content))


CELLS = [
    ({"number": ""}, "number", "Enter the number within the case."),
    ({"number": "one"}, "number", "Write a whole number"),
    ({"number": "1.0"}, "number", "Write a whole number"),
    ({"number": "٣"}, "number", "Write a whole number"),
    ({"number": "1000"}, "number", "from 1 to 999"),
    ({"severity": "7"}, "severity", "from 1 to 6"),
    ({"severity": "-1"}, "severity", "Write a whole number"),
    ({"type": "fine"}, "type", f"“fine” is not a type. Write one of {', '.join(types())}."),
    ({"organisation": " "}, "organisation", "code on the register"),
    ({"organisation": "x" * 121}, "organisation", "code on the register"),
    ({"case_reference": "\u200b"}, "case_reference", "Enter the case reference."),
    ({"case_reference": "x" * 41}, "case_reference", "40 characters or fewer"),
    ({"failing": ""}, "failing", "Enter the failing"),
    ({"text": "x" * 4001}, "text", "4,000 characters or fewer"),
    ({"public_text": "A null\x00 byte"}, "public_text", "There is a null character in it. Delete it"),
    ({"failing": "A bell\x07"}, "failing", "the control character U+0007"),
    ({"due_on": ""}, "due_on", "Enter the due date."),
    ({"due_on": "31/02/2027"}, "due_on", "is not a day. Write it like 2027-03-27 or 27/03/2027"),
    ({"due_on": "01/09/26"}, "due_on", "is not a day"),
    ({"due_on": "2026-9-1"}, "due_on", "is not a day"),
    ({"due_on": "0001-01-01"}, "due_on", "is not a day"),
]


@pytest.mark.parametrize(("changed", "column", "says"), CELLS)
@pytest.mark.parametrize("form", [as_csv, as_json])
def test_a_cell_that_is_wrong_is_named_with_what_to_write(form: Any, changed: dict[str, Any], column: str, says: str) -> None:
    found = [one for one in read(io.BytesIO(form(row(case_reference="P-1"), row(**changed)))) if not isinstance(one, CaseRow)]
    assert [(one.line, one.column) for one in found] == [(3 if form is as_csv else 13, column)]
    assert says in found[0].message


@pytest.mark.parametrize("value", [None, True, 1.5, ["x"], {"a": 1}, 10**30])
@pytest.mark.parametrize("name", ["number", "failing"])
def test_json_of_another_kind_is_refused(name: str, value: Any) -> None:
    assert f"line 2, {name}: Write" in faults(as_json(row(**{name: value})))[0]


def test_json_that_lacks_or_adds_something_is_refused_and_the_rest_is_read_on() -> None:
    short = {name: value for name, value in row().items() if name != "text"}
    found = faults(as_json(short, row() | {"fine": 5}, row(severity=9)))
    assert [one.partition(":")[0] for one in found] == ["line 2", "line 12, fine", "line 24, severity"]


def test_every_fault_of_a_line_is_named_at_once() -> None:
    found = faults(as_csv(row(severity="9", type="fine", due_on="soon", text="")))
    assert [one.partition(":")[0] for one in found] == ["line 2, due_on", "line 2, text", "line 2, severity", "line 2, type"]


def test_a_line_with_other_cells_than_the_header_is_refused() -> None:
    assert "line 3: This line has 2 columns where the header has 9" in faults(as_csv(row()) + b"P-1,2\r\n")[0]


def test_two_lines_of_one_place_are_refused() -> None:
    found = faults(as_csv(row(), row(number=2), row(text="Other words, by then.")))
    assert found == ["line 4, number: Recommendation 1 of case P-1234567 is also on line 2. Keep one of lines 2 and 4."]


def test_a_file_of_more_rows_than_a_page_takes_says_what_to_do() -> None:
    found = faults(as_csv(*(row(number=number) for number in range(1, 8))), most=5)
    assert len(found) == 1
    assert found[0].startswith("line 7: The file has more than 5 recommendations")
    assert "portal recommendations import" in found[0]


# Taking in.


def test_what_is_new_becomes_a_draft_of_the_officer_who_imports(cast: Cast) -> None:
    outcome = taken(cast, as_csv(row(organisation="rtx"), row(number=2, organisation="department-of-tests")))
    assert counts(outcome) == (2, 0, 0, 0)
    one = db.session.query(Recommendation).filter_by(number=1).one()
    assert (one.state, one.organisation_id, one.organisation_kind) == (DraftState.DRAFT, cast.trust.id, "T")
    assert (one.drafted_by, one.officer, one.source) == ("Cora Stein", "Cora Stein", "cases.csv")
    assert {name: getattr(one, name) for name in builders.RECOMMENDED} == builders.RECOMMENDED
    told = audit.trail(cast.trust.id, one.audited_as(), working_papers=True)
    assert [(line.event, line.facts) for line in told] == [(Event.RECOMMENDATION_DRAFTED, {"case": "P-1234567 (1)"})]
    (imported,) = [line for line in audit.trail(audit.PORTAL_STREAM) if line.event is Event.IMPORTED]
    assert imported.facts == {"source": "cases.csv", "rows": 2}
    assert audit.verify() == []


def test_what_was_imported_is_approved_by_another_officer(cast: Cast) -> None:
    colin = builders.a_second_officer(cast)
    taken(cast, as_csv(row()))
    one = only()
    drafting.send(one, version=one.version, by=cast.cora)
    db.session.commit()
    with pytest.raises(NotAllowed):
        approving.issue(one, version=one.version, by=cast.cora)
    approving.issue(one, version=one.version, by=colin)
    db.session.commit()
    assert only().state is DraftState.ISSUED


def test_the_same_file_twice_changes_nothing(cast: Cast) -> None:
    content = as_csv(row(), row(number=2))
    taken(cast, content)
    before = [count_of(one) for one in (Record, Recommendation)]
    assert counts(taken(cast, content)) == (0, 0, 2, 0)
    assert counts(taken(cast, as_json(row(), row(number=2)))) == (0, 0, 2, 0)
    assert [count_of(one) for one in (Record, Recommendation)] == before


def test_the_same_file_changes_nothing_whatever_became_of_its_drafts(cast: Cast) -> None:
    """Issued, discarded, or past their due day: a case system sends its whole file every night."""
    colin = builders.a_second_officer(cast)
    content = as_csv(*(row(number=number) for number in (1, 2, 3, 4)))
    taken(cast, content, by=colin)
    issued, discarded, waiting, _ = db.session.query(Recommendation).order_by(Recommendation.number)
    drafting.send(issued, version=issued.version, by=colin)
    drafting.send(waiting, version=waiting.version, by=colin)
    drafting.discard(discarded, version=discarded.version, reason="Reopened.", by=colin)
    db.session.commit()
    approving.issue(issued, version=issued.version, by=cast.cora)
    db.session.commit()
    with clock.at(clock.now() + dt.timedelta(days=400)):
        assert counts(taken(cast, content)) == (0, 0, 4, 0)


def test_a_draft_that_differs_is_changed_and_the_record_says_what(cast: Cast) -> None:
    taken(cast, as_csv(row()))
    version = only().version
    outcome = taken(cast, as_csv(row(severity=4, due_on="2026-10-01")), by=builders.a_second_officer(cast))
    assert counts(outcome) == (0, 1, 0, 0)
    assert outcome.changed[0].changes == "severity of the injustice and due date"
    one = only()
    assert (one.severity, one.due_on, one.version, one.drafted_by) == (4, dt.date(2026, 10, 1), version + 1, "Colin Marsh")
    told = audit.trail(cast.trust.id, one.audited_as(), working_papers=True)[0]
    assert told.event is Event.RECOMMENDATION_CHANGED
    assert told.facts == {"changes": {"severity": [2, 4], "due_on": ["2026-09-01", "2026-10-01"]}}
    assert audit.verify() == []


def test_a_preview_says_the_same_and_changes_nothing(cast: Cast) -> None:
    taken(cast, as_csv(row()))
    before = [count_of(one) for one in (Record, Recommendation)]
    outcome = importing.preview(rows_of(as_csv(row(severity=4), row(number=2), row(number=3, severity=9))), source="x", by=cast.cora)
    db.session.commit()
    assert counts(outcome) == (1, 1, 0, 1)
    assert [line.row.line for line in outcome.added + outcome.changed] == [3, 2]
    assert [count_of(one) for one in (Record, Recommendation)] == before
    assert only().severity == 2


def test_one_line_that_is_refused_keeps_all_of_the_file_out(cast: Cast) -> None:
    rows = [row(number=number) for number in range(1, 1003)]
    outcome = taken(cast, as_csv(*rows[:998], row(number=998, case_reference="P-2", organisation="NOSUCH")))
    assert (outcome.new, outcome.refused) == (998, 1)
    assert "line 1000, organisation: No organisation on the register has the code “NOSUCH”" in said(outcome)
    assert (count_of(Recommendation), audit.trail(audit.PORTAL_STREAM)) == (0, [])


def test_a_due_date_in_the_past_is_refused(cast: Cast) -> None:
    for day in ("2026-06-01", "01/06/2020"):
        assert "line 2, due_on: The due date must be in the future" in said(taken(cast, as_csv(row(due_on=day))))


def test_a_closed_organisation_is_refused_and_its_successor_offered(cast: Cast) -> None:
    merging.succeed(cast.other, cast.trust, clock.today(), by=cast.ada)
    cast.other.closed_on = clock.today()
    audit.record(Event.ORGANISATION_CLOSED, cast.other, by=cast.ada, closed_on=clock.today(), source="a test")
    db.session.commit()
    outcome = taken(cast, as_csv(row(organisation="RYZ")))
    assert "line 2, organisation: Southfell NHS Trust closed on 1 June 2026." in said(outcome)
    assert "Northmoor NHS Foundation Trust (RTX)" in said(outcome)


def test_what_is_issued_waits_or_was_discarded_is_not_changed_by_a_file(cast: Cast) -> None:
    issued = builders.an_issued_recommendation(cast)
    waiting = builders.a_sent_draft(cast, number=2)
    gone = builders.a_draft(cast, number=3)
    drafting.discard(gone, version=gone.version, reason="Reopened.", by=builders.a_second_officer(cast))
    db.session.commit()
    outcome = taken(cast, as_csv(*(row(number=number, text="By 1 September 2026 do something else.") for number in (1, 2, 3))))
    assert f"line 2, text: Recommendation 1 of case P-1234567 was issued already, as {issued.reference}. Change its wording there" in said(outcome)
    assert f"line 3, text: Recommendation 2 of case P-1234567 waits for approval, as {waiting.reference}" in said(outcome)
    assert f"line 4, text: Recommendation 3 of case P-1234567 was discarded, as {gone.reference}" in said(outcome)
    assert outcome.refused == 3


def test_a_file_that_says_what_was_issued_at_first_changes_nothing_of_what_it_says_now(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    words = {"text": f"{one.text} Do so by post.", "public_text": one.public_text}
    rewording.reword(one, version=one.version, **words, reason="The Trust asked how.", by=cast.cora)
    db.session.commit()
    extending.give(one, until=dt.date(2026, 10, 1), reason="The chair is ill.", version=one.version, by=cast.cora)
    db.session.commit()
    for said in ({}, words, {"due_on": "2026-10-01"}):
        assert counts(taken(cast, as_csv(row(**said)))) == (0, 0, 1, 0)
    for said in ({"text": "By then, do something else."}, {"due_on": "2026-11-01"}):
        assert counts(taken(cast, as_csv(row(**said)))) == (0, 0, 0, 1)


def test_a_draft_for_another_organisation_is_not_moved_by_a_file(cast: Cast) -> None:
    one = builders.a_draft(cast)
    outcome = taken(cast, as_csv(row(organisation="RYZ")))
    assert f"is drafted for another organisation, as {one.reference}" in said(outcome)


def test_what_looks_like_a_formula_is_kept_as_text(cast: Cast) -> None:
    formula = '=HYPERLINK("http://evil.example","Click")'
    taken(cast, as_csv(row(text=formula, failing="@SUM(1)", public_text="+1 day", case_reference="-1")))
    one = only()
    assert (one.text, one.failing, one.public_text, one.case_reference) == (formula, "@SUM(1)", "+1 day", "-1")


def test_officers_alone_import_and_only_where_they_have_no_conflict(cast: Cast) -> None:
    for name in ("ana", "owen", "ada", "priya", "sam"):
        for operation in (importing.preview, importing.take_in):
            with pytest.raises(NotAllowed):
                operation(rows_of(as_csv(row())), source="x", by=getattr(cast, name))
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.cora)
    db.session.commit()
    assert "line 2, organisation: You declared a conflict of interest" in said(taken(cast, as_csv(row())))


def test_a_thousand_rows_take_the_statements_of_ten(cast: Cast, queries: Any) -> None:
    def cases(name: str, most: int, **changed: Any) -> bytes:
        return as_csv(*(row(case_reference=f"{name}-{number}", **changed) for number in range(most)))

    with queries() as few:
        taken(cast, cases("A", 10))
    with queries() as many:
        taken(cast, cases("B", 1000))
    assert len(few) == len(many) <= 16
    with queries() as few:
        taken(cast, cases("A", 10, severity=5))
    with queries() as many:
        taken(cast, cases("B", 1000, severity=5))
    assert len(few) == len(many) <= 16


def test_two_officers_who_import_one_file_at_once_draft_it_once(own_app: Any) -> None:
    cast = Cast.arrive()
    cora, colin = cast.cora, builders.a_second_officer(cast)
    db.session.remove()
    content = as_csv(*(row(case_reference=f"C-{number}") for number in range(50)))

    def bring(by: Any) -> Any:
        return lambda: importing.take_in(rows_of(content), source="x", by=by)

    at_once(own_app, bring(cora), bring(colin))  # the second is refused, or finds that all of it is there
    assert count_of(Recommendation) == 50
    assert audit.verify() == []


@pytest.mark.slow
def test_a_file_of_200_000_lines_is_read_in_bounded_time_and_memory(tmp_path: Any) -> None:
    """63 MB, of which little more than the places of its rows is held: measured on its first tenth, for measuring is slow."""
    path = tmp_path / "large.csv"
    texts = [ROW[name] for name in ("failing", "text", "public_text")]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([f"P-{number}", 1, "RTX", "apology", 2, *texts, "2026-09-01"] for number in range(200_000))
    with path.open("rb") as file:
        *_, last = read(file, most=20_000)
        assert str(last).startswith("line 20002: The file has more than 20,000 recommendations")
        assert file.tell() < path.stat().st_size / 8  # whoever sends too much is told before all of it is read
    began = time.process_time()
    with path.open("rb") as file:
        assert sum(isinstance(one, CaseRow) for one in read(file)) == 200_000
    assert time.process_time() - began < 60
    tracemalloc.start()
    with path.open("rb") as file:
        for _ in islice(read(file), 20_000):
            pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10 * 1024**2
