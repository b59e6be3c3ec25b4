"""Register files become organisations, changes and history: all of a file, or nothing of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations import register
from portal.organisations.models import FormerName, Organisation, Succession
from portal.organisations.outcomes import ChangedBody, Outcome, newly_told
from portal.organisations.queries import register as held_register
from portal.organisations.queries.register import Held
from portal.organisations.reading import read
from portal.organisations.rows import BodyRow, Change, Changed, Fault, compare
from portal.policy import PORTAL, Acting, Action, insist

SHIPPED = "the register that ships with the portal"


def preview(data: bytes, *, kind: str | None, source: str, by: Acting) -> Outcome:
    """What importing the file would do; changes nothing."""
    insist(by, Action.KEEP_REGISTER)
    return _planned(data, kind, source)[0]


def import_file(data: bytes, *, kind: str | None, source: str, by: Acting = PORTAL) -> Outcome:
    """Take a register file, as the ODS publishes it or in our own columns, into the register.

    A file with a fault changes nothing; the same file a second time changes nothing.
    """
    insist(by, Action.KEEP_REGISTER)
    outcome, held = _planned(data, kind, source)
    if outcome.changes_something:
        _take(outcome, held, by)
    return outcome


def load_shipped(by: Acting = PORTAL) -> Outcome:
    """Put the shipped organisations on the register; those that are already there stay as they are."""
    insist(by, Action.KEEP_REGISTER)
    rows = [row for path in register.shipped_files() for row in _sound(path.read_bytes(), path.name)]
    there = held_register.present(row.code for row in rows)
    added = tuple(row for row in rows if row.code.lower() not in there)
    outcome = Outcome(SHIPPED, added, (), len(rows) - len(added))
    if added:
        held = held_register.everything()
        named = _Named(held, rows)
        _take(dataclasses.replace(outcome, added=tuple(map(named.as_held, added))), held, by)
    return outcome


def _sound(data: bytes, name: str) -> tuple[BodyRow, ...]:
    reading = read(data)
    if reading.faults:
        raise ValueError(f"{name}: {'; '.join(map(str, reading.faults))}")
    return reading.rows


def _planned(data: bytes, kind: str | None, source: str) -> tuple[Outcome, Held]:
    reading = read(data, kind)
    if reading.faults:
        return Outcome(source, faults=reading.faults, notes=reading.notes), Held({}, {})
    held = held_register.everything()
    named = _Named(held, reading.rows)
    added, changed, unchanged = [], [], 0
    for row in map(named.as_held, reading.rows):
        before = held.rows.get(row.code.casefold())
        if before is None:
            added.append(row)
            continue
        changes = compare(before, row)
        named.days_in_order(before, row, changes)
        if changes:
            changed.append(ChangedBody(row, changes))
        else:
            unchanged += 1
    if named.faults:
        return Outcome(source, faults=tuple(sorted(named.faults, key=lambda one: one.line)), notes=reading.notes), held
    return Outcome(source, tuple(added), tuple(changed), unchanged, (), reading.notes), held


class _Named:
    """Writes every code in a row as the register or the file writes it, and notes codes that neither holds."""

    def __init__(self, held: Held, rows: Iterable[BodyRow]) -> None:
        self._held = held
        self._codes = {row.code.casefold(): row.code for row in rows} | {
            folded: row.code for folded, row in held.rows.items()
        }
        self.faults: list[Fault] = []

    def as_held(self, row: BodyRow) -> BodyRow:
        before = self._held.rows.get(row.code.casefold())
        successors = [self._known(row, code, "successor_codes") for code in row.successor_codes]
        told = before.successor_codes if before else ()
        return dataclasses.replace(
            row,
            code=before.code if before else row.code,
            parent_code=self._known(row, row.parent_code, "parent_code"),
            icb_code=self._codes.get(row.icb_code.casefold(), row.icb_code),
            # A successor once told is history: a file adds to it and takes nothing away.
            successor_codes=tuple(dict.fromkeys((*told, *successors))) if successors else (),
        )

    def _known(self, row: BodyRow, code: str, column: str) -> str:
        if code and code.casefold() not in self._codes:
            message = f"“{code}” is neither on the register nor in this file. Add a line for it, or correct the code."
            self.faults.append(Fault(row.line, column, message))
        return self._codes.get(code.casefold(), code)

    def days_in_order(self, before: BodyRow, row: BodyRow, changes: Iterable[Change]) -> None:
        """What the file says and what the register holds must fit together as well."""
        days = {"opened_on": before.opened_on, "closed_on": before.closed_on}
        days |= {one.column: one.after for one in changes if one.column in days}  # type: ignore[misc]  # these two columns hold days
        opened_on, closed_on = days["opened_on"], days["closed_on"]
        if opened_on and closed_on and closed_on < opened_on:
            message = f"It would close on {closed_on} before it opened on {opened_on}. Correct one of the two dates."
            self.faults.append(Fault(row.line, "closed_on", message))


@dataclass(frozen=True)
class _TheRegister:
    """The register itself, as the portal's own stream of records knows it."""

    organisation_id: int | None = None

    def audited_as(self) -> str:
        return "register"


def _take(outcome: Outcome, held: Held, by: Acting) -> None:
    """Insert the added rows together, change the others, then tie parents and successors, which may come later."""
    _insert(outcome.added)
    ids = held_register.ids() if outcome.added else held.ids
    _history_of_added(outcome, ids, by)
    changing = [ids[one.row.code.casefold()] for one in outcome.changed]
    bodies = {body.id: body for some in _batches(changing) for body in db.session.scalars(_BY_IDS, {"ids": some})}
    for one in outcome.changed:
        _change(one, bodies[ids[one.row.code.casefold()]], ids, outcome.source, by)
    audit.record(
        Event.IMPORTED, _TheRegister(), by=by, source=outcome.source, rows=len(outcome.added) + len(outcome.changed)
    )


_BY_IDS = sa.select(Organisation).where(Organisation.id.in_(sa.bindparam("ids", expanding=True)))


def _batches(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _insert(rows: tuple[BodyRow, ...]) -> None:
    if rows:
        db.session.execute(sa.insert(Organisation.__table__), [_columns(row) for row in rows])


def _columns(row: BodyRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "sort_name": sort_name(row.name),
        "kind": row.kind,
        "region_code": row.region_code,
        "board_code": row.icb_code,
        "opened_on": row.opened_on,
        "closed_on": row.closed_on,
        "version": 1,
    }


def sort_name(name: str) -> str:
    """A name as it is searched and ordered by; folding may lengthen it, and the column has an end."""
    return name.casefold()[:250]


_TO_PARENT = (
    sa.update(Organisation.__table__)
    .where(Organisation.__table__.c.id == sa.bindparam("one"))
    .values(parent_id=sa.bindparam("parent"))
)


def _history_of_added(outcome: Outcome, ids: dict[str, int], by: Acting) -> None:
    parents, names, successions = [], [], []
    for row in outcome.added:
        one = ids[row.code.casefold()]
        body = Organisation(id=one, code=row.code)  # never added to the session: it lends the record its name
        audit.record(Event.ORGANISATION_ADDED, body, by=by, name=row.name, kind=row.kind, source=outcome.source)
        if row.parent_code:
            parents.append({"one": one, "parent": ids[row.parent_code.casefold()]})
        former = dict.fromkeys(name for name in row.former_names if name != row.name)
        names += [{"organisation_id": one, "name": name, "until_on": None} for name in former]
        for code in row.successor_codes:
            successions.append(
                {"organisation_id": one, "successor_id": ids[code.casefold()], "succeeded_on": row.closed_on}
            )
            audit.record(Event.ORGANISATION_SUCCEEDED, body, by=by, successor=code)
    for statement, values in (
        (_TO_PARENT, parents),
        (sa.insert(FormerName.__table__), names),
        (sa.insert(Succession.__table__), successions),
    ):
        if values:
            db.session.execute(statement, values)


_COLUMNS = {"kind": "kind", "region_code": "region_code", "icb_code": "board_code", "opened_on": "opened_on"}


def _change(one: ChangedBody, body: Organisation, ids: dict[str, int], source: str, by: Acting) -> None:
    row = one.row
    corrected: dict[str, Any] = {}
    for change in one.changes:
        if change.what is Changed.RENAMED:
            audit.record(Event.ORGANISATION_RENAMED, body, by=by, old=body.name, new=row.name, source=source)
            remember_name(body.id, body.name)
            body.name, body.sort_name = row.name, sort_name(row.name)
        elif change.column == "closed_on":
            _close_or_reopen(body, change, corrected, source, by)
        elif change.what is Changed.SUCCESSOR_NAMED:
            _add_successors(body, change, ids, by)
        elif change.what is Changed.FORMER_NAME_TOLD:
            corrected[change.column] = [change.before, change.after]
            for name in newly_told(change):
                remember_name(body.id, name, today=False)
        else:
            corrected[change.column] = [change.before, change.after]
            if change.column == "parent_code":
                body.parent_id = ids[row.parent_code.casefold()] if row.parent_code else None
            else:
                setattr(body, _COLUMNS[change.column], change.after)
    if corrected:
        audit.record(Event.ORGANISATION_CHANGED, body, by=by, changes=corrected, source=source)


def _close_or_reopen(body: Organisation, change: Change, corrected: dict[str, Any], source: str, by: Acting) -> None:
    body.closed_on = change.after  # type: ignore[assignment]  # compare() gives days for this column
    if change.what is Changed.CLOSED:
        audit.record(Event.ORGANISATION_CLOSED, body, by=by, closed_on=change.after, source=source)
    elif change.what is Changed.REOPENED:
        audit.record(Event.ORGANISATION_REOPENED, body, by=by, source=source)
    else:
        corrected["closed_on"] = [change.before, change.after]


def _add_successors(body: Organisation, change: Change, ids: dict[str, int], by: Acting) -> None:
    for code in newly_told(change):
        db.session.add(Succession(organisation_id=body.id, successor_id=ids[code.casefold()], on=body.closed_on))
        audit.record(Event.ORGANISATION_SUCCEEDED, body, by=by, successor=code)


def remember_name(organisation_id: int, name: str, *, today: bool = True) -> None:
    """Keep a former name. One that it has had before is kept once, until the later day."""
    until_on = clock.today() if today else None
    kept = db.session.scalar(
        sa.select(FormerName).where(FormerName.organisation_id == organisation_id, FormerName.name == name)
    )
    if kept is None:
        db.session.add(FormerName(organisation_id=organisation_id, name=name, until_on=until_on))
    elif until_on is not None:
        kept.until_on = until_on
