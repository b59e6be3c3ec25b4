"""Rows and records of the demonstration, gathered first and written in bulk: thousands of rows in seconds."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Entry, Event, Record, Stream
from portal.kernel import references
from portal.kernel.db import Model, db
from portal.policy import Acting

AT_ONCE = 5000  # rows in one statement


class Ledger:
    """Everything that will be inserted. Keys are given out here, so that rows can name each other before they exist."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance = chance
        self.now = now
        self.rows: dict[type[Any], list[dict[str, Any]]] = defaultdict(list)
        self.entries: dict[int, list[Entry]] = defaultdict(list)
        self._next: dict[type[Any], int] = {}
        self._blank: dict[type[Any], dict[str, Any]] = {}
        self._drawn: set[str] = set()

    def reference(self, prefix: str) -> str:
        while True:
            drawn = references.new(prefix, self.chance.choice)
            if drawn not in self._drawn:
                self._drawn.add(drawn)
                return drawn

    def add(self, kind: type[Any], /, **facts: Any) -> dict[str, Any]:
        """A row of `kind` with its key; what is not said has the column's default."""
        if kind not in self._blank:
            self._blank[kind] = _defaults(kind)
            if "id" in self._blank[kind]:
                self._next[kind] = (db.session.scalar(sa.select(sa.func.max(kind.id))) or 0) + 1
        blank = self._blank[kind]
        unknown = facts.keys() - blank.keys()
        if unknown:
            raise ValueError(f"{kind.__name__} has no {sorted(unknown)}.")
        row = {**blank, **facts}
        if kind in self._next:
            row["id"] = self._next[kind]
            self._next[kind] += 1
        self.rows[kind].append(row)
        return row

    def say(self, event: Event, organisation_id: int, about: str, *, by: Acting, at: datetime, **facts: Any) -> None:
        """As audit.record, for a moment that has passed."""
        if set(facts) != event.facts:
            raise ValueError(f"{event.name} carries {sorted(event.facts)}, not {sorted(facts)}.")
        if at > self.now:
            raise ValueError(f"{event.name} of {about} would be in the future.")
        self.entries[organisation_id].append(Entry(organisation_id, event, about, by, facts, at))

    def take(self, entries: Iterable[Entry]) -> None:
        """What was noted elsewhere and is not sealed yet."""
        for entry in entries:
            self.entries[entry.organisation_id].append(entry)

    def write(self, then: Callable[[], Iterable[Entry]] = tuple) -> None:
        """Insert everything, seal every stream in the order of its moments, and let the sequences follow.

        `then` does what needs the rows to be there, and returns what it has noted."""
        by_table = {kind.__table__: kind for kind in self.rows}
        for table in sa.schema.sort_tables(by_table):
            rows = self.rows[by_table[table]]
            for start in range(0, len(rows), AT_ONCE):
                db.session.execute(sa.insert(table), rows[start : start + AT_ONCE])
            _let_sequence_follow(table)
        self.take(then())
        self._seal()

    def _seal(self) -> None:
        heads = {row.organisation_id: (row.sequence, row.head) for row in db.session.execute(sa.select(Stream.__table__))}
        records: list[dict[str, Any]] = []
        old: list[dict[str, Any]] = []
        fresh: list[dict[str, Any]] = []
        for stream in sorted(self.entries):
            mine = sorted(self.entries[stream], key=lambda entry: entry.at)
            sealed = audit.chained(mine, stream, *heads.get(stream, (0, audit.START)))
            records += sealed
            end = {"stream": stream, "to": sealed[-1]["sequence"], "hash": sealed[-1]["sha256"]}
            (old if stream in heads else fresh).append(end)
        for start in range(0, len(records), AT_ONCE):
            db.session.execute(sa.insert(Record.__table__), records[start : start + AT_ONCE])
        if fresh:
            rows = [{"organisation_id": end["stream"], "sequence": end["to"], "head": end["hash"]} for end in fresh]
            db.session.execute(sa.insert(Stream.__table__), rows)
        if old:
            db.session.connection().execute(_ADVANCE, old)


_STREAM = Stream.__table__
_ADVANCE = (
    sa.update(_STREAM)
    .where(_STREAM.c.organisation_id == sa.bindparam("stream"))
    .values(sequence=sa.bindparam("to"), head=sa.bindparam("hash"))
)


def _defaults(kind: type[Model]) -> dict[str, Any]:
    return {
        column.name: column.default.arg if isinstance(column.default, sa.ColumnDefault) else None
        for column in kind.__table__.columns
    }


def _let_sequence_follow(table: sa.Table) -> None:
    """PostgreSQL numbers new rows by a sequence, which has not seen the keys given out here."""
    if db.engine.dialect.name == "postgresql" and "id" in table.c:
        name = table.name
        db.session.execute(
            sa.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        )
