"""Rows of a case system become drafts, or change drafts: all of a file, or nothing of it. Another officer approves each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.kernel import clock, references
from portal.kernel.db import db, insert_all_unless_there
from portal.kernel.errors import WrongState
from portal.organisations.rows import Fault
from portal.policy import Acting, Action, insist, may
from portal.recommendations import checking
from portal.recommendations.importing.outcomes import Line, Outcome
from portal.recommendations.importing.rows import COMPARED, Becomes, CaseRow, Read, departs, differing
from portal.recommendations.lifecycle import DRAFTING, DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.queries import importing as queries
from portal.recommendations.queries.importing import Body, There

AT_ONCE = 1000  # rows that are compared and written together
LONGEST_SOURCE = 100
MEANWHILE = "Somebody else changed some of these recommendations at the same moment, so nothing was imported. Import the file again."

Rows = Callable[[], Iterable[Read]]  # asked for more than once: a file is read again rather than held


def preview(rows: Rows, *, source: str, by: Acting) -> Outcome:
    """What taking the rows in would do; changes nothing."""
    insist(by, Action.IMPORT_CASES)
    return _planned(rows, source, by)


def take_in(rows: Rows, *, source: str, by: Acting) -> Outcome:
    """Draft what is new and change the drafts that differ. Where a single row is refused nothing is done; the same rows a
    second time change nothing."""
    insist(by, Action.IMPORT_CASES)
    outcome = _planned(rows, source, by)
    if not outcome.changes_something:
        return outcome
    for some in _batches(row for row in rows() if isinstance(row, CaseRow)):
        judged = _judged(some, by, held=True)
        if any(one.fault for one in judged):
            raise WrongState(MEANWHILE)
        _draft([one for one in judged if one.becomes is Becomes.NEW], source, by)
        _change([one for one in judged if one.becomes is Becomes.CHANGED], by)
    audit.record(Event.IMPORTED, _Cases(), by=by, source=source, rows=outcome.new + outcome.different)
    return outcome


@dataclass(frozen=True)
class _Cases:
    """The cases of all organisations, as the portal's own stream of records knows them."""

    organisation_id: int | None = None

    def audited_as(self) -> str:
        return "cases"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row beside what is there."""

    row: CaseRow
    becomes: Becomes
    body: Body | None = None
    there: There | None = None
    fault: Fault | None = None
    taken: bool = False  # something stands at its place that no file may change

    @property
    def line(self) -> Line:
        assert self.body is not None  # only a row that is refused may name none
        fields = tuple(differing(self.row, self.there)) if self.there else ()
        return Line(self.row, self.body.name, self.there.reference if self.there else "", fields)


def _planned(rows: Rows, source: str, by: Acting) -> Outcome:
    outcome = Outcome(source)
    for some in _batches(rows()):
        faults = [(one, False) for one in some if isinstance(one, Fault)]
        for judged in _judged([one for one in some if isinstance(one, CaseRow)], by):
            if judged.fault:
                faults.append((judged.fault, judged.taken))
            else:
                outcome.note(judged.becomes, judged.line if judged.becomes is not Becomes.UNCHANGED else None)
        for fault, taken in sorted(faults, key=lambda one: one[0].line):
            outcome.refuse(fault, taken=taken)
    return outcome


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    going_on = iter(rows)
    while some := list(islice(going_on, AT_ONCE)):
        yield some


def _judged(rows: list[CaseRow], by: Acting, *, held: bool = False) -> list[_Judged]:
    """Each row with what becomes of it: at most four statements for all of them."""
    there = queries.there((row.case_reference for row in rows), held=held)
    bodies = queries.bodies(row.organisation for row in rows)
    today = clock.today()
    closed = {one.organisation_id for one in bodies.values() if one.closed_on is not None and one.closed_on <= today}
    successors = queries.successors(closed)
    wordings = queries.wordings([one.id for one in there.values() if one.state is DraftState.ISSUED])

    def judge(row: CaseRow) -> _Judged:
        body, one = bodies.get(row.organisation.casefold()), there.get(row.place)
        if body is None:
            return _refused(row, "organisation", f"No organisation on the register has the code “{row.organisation[:40]}”. Correct the code.")
        if one is not None and _same(row, body, one, wordings):
            return _Judged(row, Becomes.UNCHANGED, body, one)
        if not may(by, Action.DRAFT_RECOMMENDATION, body):
            said = f"You declared a conflict of interest with {body.name}. Take the line out, and ask another officer to import it."
            return _refused(row, "organisation", said)
        if one is not None and (wrong := _unchangeable(row, body, one, wordings)):
            return _refused(row, *wrong, taken=True)
        if body.organisation_id in closed:
            assert body.closed_on is not None  # what closed has a day
            said = checking.closed(body.name, body.closed_on, successors[body.organisation_id])
            return _refused(row, "organisation", f"{said}.")
        if checking.past(row.due_on, today):
            return _refused(row, "due_on", f"{checking.IN_THE_FUTURE}.")
        return _Judged(row, Becomes.CHANGED if one else Becomes.NEW, body, one)

    return [judge(row) for row in rows]


def _refused(row: CaseRow, column: str, message: str, *, taken: bool = False) -> _Judged:
    return _Judged(row, Becomes.REFUSED, fault=Fault(row.line, column, message), taken=taken)


def _same(row: CaseRow, body: Body, one: There, wordings: dict[int, set[tuple[str, str]]]) -> bool:
    return one.organisation_id == body.organisation_id and not departs(row, one, wordings.get(one.id, ()))


def _unchangeable(row: CaseRow, body: Body, one: There, wordings: dict[int, set[tuple[str, str]]]) -> tuple[str, str] | None:
    """(column, why) where a row differs from what no file may change."""
    column = "organisation" if one.organisation_id != body.organisation_id else departs(row, one, wordings.get(one.id, ()))
    called = f"Recommendation {row.number} of case {row.case_reference}"
    if one.state is DraftState.ISSUED:
        return column, f"{called} was issued already, as {one.reference}. Change its wording there, or take the line out."
    if one.state is DraftState.AWAITING_APPROVAL:
        return column, f"{called} waits for approval, as {one.reference}. Have it returned to its author first, or take the line out."
    if one.state is DraftState.DISCARDED:
        return column, f"{called} was discarded, as {one.reference}. Give this one another number, or take the line out."
    if column == "organisation":
        return column, f"{called} is drafted for another organisation, as {one.reference}. Discard that draft, and give this one another number."
    return None


def _draft(judged: list[_Judged], source: str, by: Acting) -> None:
    if not judged:
        return
    assert by.id is not None  # a rule that lets nobody in but people
    now = clock.now()
    always = {
        "state": DRAFTING.first, "drafted_by_id": by.id, "drafted_by": by.name, "drafted_at": now, "officer_id": by.id,
        "officer": by.name, "changed_at": now, "source": source[:LONGEST_SOURCE],
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for one, reference in zip(judged, _fresh_references(len(judged)), strict=True):
        assert one.body is not None  # what is refused is not drafted
        facts = {name: getattr(one.row, name) for name in checking.LABELS}
        rows.append({
            **facts, **always, "reference": reference, "organisation_id": one.body.organisation_id, "organisation_kind": one.body.kind,
        })  # fmt: skip
    db.session.execute(insert_all_unless_there(Recommendation, ("case_reference", "number")), rows)
    if len(queries.taken([row["reference"] for row in rows])) != len(rows):
        raise WrongState(MEANWHILE)
    for row in rows:
        # Never added to the session: it lends the record its name.
        drafted = Recommendation(reference=row["reference"], organisation_id=row["organisation_id"])
        audit.record(Event.RECOMMENDATION_DRAFTED, drafted, by=by, case=f"{row['case_reference']} ({row['number']})")


def _fresh_references(count: int) -> list[str]:
    drawn: set[str] = set()
    while len(drawn) < count:
        more = {references.new("RC") for _ in range(count - len(drawn))} - drawn
        drawn |= more - queries.taken(more)
    return sorted(drawn)


_TABLE = Recommendation.__table__
_AS_SAID = (
    sa.update(_TABLE)
    .where(_TABLE.c.id == sa.bindparam("one"))
    .values({name: sa.bindparam(f"new_{name}") for name in (*COMPARED, "drafted_by_id", "drafted_by", "changed_at")} | {"version": _TABLE.c.version + 1})
)


def _change(judged: list[_Judged], by: Acting) -> None:
    if not judged:
        return
    now = clock.now()
    values = []
    for one in judged:
        assert one.there is not None  # it differs from something
        author = {"new_drafted_by_id": by.id, "new_drafted_by": by.name}
        values.append({"one": one.there.id, "new_changed_at": now, **author, **{f"new_{name}": getattr(one.row, name) for name in COMPARED}})
        audit.record(Event.RECOMMENDATION_CHANGED, one.there, by=by, changes=differing(one.row, one.there))
    db.session.execute(_AS_SAID, values)
