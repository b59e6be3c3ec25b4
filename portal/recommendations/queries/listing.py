"""Lists of what was issued, narrowed in every way that a list offers: a page at a time by key, counted, and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation
from portal.recommendations import deadlines, ladder
from portal.recommendations.lifecycle import OPEN, Acceptance, Delivery, Ending
from portal.recommendations.models import Recommendation as R
from portal.recommendations.models import Theme
from portal.recommendations.queries.narrowing import Select, Wanted, narrowed
from portal.recommendations.themes import themes
from portal.recommendations.types import Type, type_of

PAGE = 50  # lines of a list
AT_ONCE = 1000  # rows of a download that are read together
MOST_COUNTED = 1000  # "more than 1,000" is enough to know, and counting on would cost more the more there are

Key = tuple[date, int]


@dataclass(frozen=True)
class Line:
    """One recommendation in a list."""

    id: int
    reference: str
    code: str
    organisation: str
    type_code: str
    public_text: str
    due_on: date
    original_due_on: date | None
    acceptance: Acceptance
    delivery: Delivery
    ending: Ending | None
    next_evidence_on: date | None
    officer: str

    @property
    def type(self) -> Type:
        return type_of(self.type_code)

    def late(self, today: date) -> int:
        """Days that it is late; 0 once it is over, for then the delivery says how it ended."""
        return ladder.days_late(self.due_on, today) if self.delivery in OPEN else 0

    def standing(self, today: date) -> str:
        return deadlines.standing(self.delivery, self.next_evidence_on, today)


_LINE = (
    R.id, R.reference, Organisation.code, Organisation.name, R.type, R.public_text, R.due_on, R.original_due_on,
    R.acceptance, R.delivery, R.ending, R.next_evidence_on, R.officer,
)  # fmt: skip
_IN_A_FILE = (
    R.id, R.reference, R.organisation_id, Organisation.code, Organisation.name, R.organisation_kind, R.type, R.public_text,
    R.issued_on, R.original_due_on, R.due_on, R.acceptance, R.answered_on, R.delivery, R.ending, R.next_evidence_on,
    R.complied_on, R.ended_on, R.case_reference, R.number, R.severity, R.text, R.failing, R.officer,
)  # fmt: skip


def _ordered(chosen: Select, *, falling: bool, going_on: bool) -> Select:
    key = sa.tuple_(R.due_on, R.id)
    here = sa.tuple_(sa.bindparam("key_day", type_=sa.Date), sa.bindparam("key_id", type_=sa.BigInteger))
    if going_on:
        chosen = chosen.where(key < here if falling else key > here)
    return chosen.order_by(R.due_on.desc(), R.id.desc()) if falling else chosen.order_by(R.due_on, R.id)


@cache
def _listing(conditions: frozenset[str], falling: bool, going_on: bool) -> Select:
    """Built once for each way of narrowing."""
    chosen: Select = sa.select(*_LINE).join(Organisation, Organisation.id == R.organisation_id).limit(at_most(PAGE + 1))
    return _ordered(narrowed(chosen, conditions), falling=falling, going_on=going_on)


@cache
def _counting(conditions: frozenset[str]) -> Select:
    chosen: Select = sa.select(sa.literal(1, literal_execute=True).label("one")).select_from(R)
    if "name" in conditions:
        chosen = chosen.join(Organisation, Organisation.id == R.organisation_id)
    some = narrowed(chosen, conditions).limit(at_most(MOST_COUNTED + 1)).subquery()
    return sa.select(sa.func.count()).select_from(some)


@cache
def _file(conditions: frozenset[str], falling: bool, going_on: bool) -> Select:
    chosen: Select = sa.select(*_IN_A_FILE).join(Organisation, Organisation.id == R.organisation_id).limit(at_most(AT_ONCE))
    return _ordered(narrowed(chosen, conditions), falling=falling, going_on=going_on)


@dataclass(frozen=True)
class Listed:
    """One page of a list, with the keys to go on from and back to (None: there is no more that way)."""

    lines: tuple[Line, ...]
    next: Key | None
    previous: Key | None


def listed(wanted: Wanted, today: date, *, after: Key | None = None, before: Key | None = None) -> Listed:
    """The open ones as they fall due; where others are among them, those due last come first.

    `after` is the key of the last line that was read, `before` that of the first."""
    values, falling = wanted.values(today), not wanted.only_open
    back, key = (True, before) if before is not None and after is None else (False, after)
    statement = _listing(frozenset(values), falling is not back, key is not None)
    if key is not None:
        values |= {"key_day": key[0], "key_id": key[1]}
    rows: Any = db.session.execute(statement, values)
    found = [Line(*row) for row in rows]
    more, lines = len(found) > PAGE, found[:PAGE]
    if back:
        lines.reverse()
    if not lines:
        return Listed((), None, None)
    first, last = ((one.due_on, one.id) for one in (lines[0], lines[-1]))
    return Listed(tuple(lines), last if more or back else None, first if (more if back else key is not None) else None)


def counted(wanted: Wanted, today: date) -> int:
    """How many there are on all pages, or MOST_COUNTED + 1 where there are more than MOST_COUNTED."""
    values = wanted.values(today)
    return int(db.session.scalar(_counting(frozenset(values)), values) or 0)


def rows_of_file(wanted: Wanted, today: date) -> Iterator[list[Any]]:
    """Everything that the list holds on all its pages, in its order, AT_ONCE at a time. `each` batch is one statement."""
    values, falling = wanted.values(today), not wanted.only_open
    key: dict[str, Any] = {}
    while True:
        rows = list(db.session.execute(_file(frozenset(values), falling, bool(key)), values | key))
        if rows:
            yield rows
        if len(rows) < AT_ONCE:
            return
        key = {"key_day": rows[-1].due_on, "key_id": rows[-1].id}


_THEMES = (
    sa.select(Theme.recommendation_id, Theme.theme)
    .where(Theme.recommendation_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(Theme.recommendation_id, Theme.id)
)


def themes_of(ids: Sequence[int]) -> dict[int, list[str]]:
    """The titles of the themes of each of these."""
    found: dict[int, list[str]] = {}
    for one, code in db.session.execute(_THEMES, {"ids": ids}):
        found.setdefault(one, []).append(themes()[code].title if code in themes() else code)
    return found
