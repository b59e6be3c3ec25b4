"""An organisation's library: searched, narrowed, sorted and paged by key, with where each thing is used."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.evidence import places
from portal.evidence.ageing import Ageing, ageing, long_ago, soon
from portal.evidence.lifecycle import UNDER_WAY, ItemState, VersionState
from portal.evidence.models import EvidenceItem, EvidenceKind, EvidenceVersion, Form, Pin
from portal.evidence.places import Place
from portal.evidence.standing import Standing, standing
from portal.files.models import StoredFile
from portal.files.recognising import KINDS
from portal.kernel.db import anywhere, at_most, db

PAGE = 30
NEVER = date(9999, 12, 31)  # where what has no review date stands in the order of review dates


class Where(enum.Enum):
    """Where things stand, as the library is narrowed by it; the name is what addresses say."""

    IN_USE = "All that is in use"
    NEEDS_A_CHOICE = "Needs your choice"
    UNDER_WAY = "Being scanned or looked at"
    RELEASED = "Released"
    OUT = "Stopped, or malware found"
    WITHDRAWN = "Withdrawn"


class Stale(enum.Enum):
    """How old things are, as the library is narrowed by it."""

    ANY = "Anything going stale"
    REVIEW_PASSED = "Review date passed"
    REVIEW_SOON = "Review due within 60 days"
    COVERS_LONG_AGO = "Covers a period that ended over a year ago"


class Sort(enum.Enum):
    NEWEST = "Newest first"
    TITLE = "By title"
    REVIEW = "By review date, the earliest first"


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to, and how it is sorted. `only`: what this person handed in."""

    text: str = ""
    kind: EvidenceKind | None = None
    where: Where = Where.IN_USE
    stale: Stale | None = None
    sort: Sort = Sort.NEWEST
    only: int | None = None

    def values(self, organisation_id: int, today: date) -> dict[str, Any]:
        """What the statement is given, by name."""
        given = {
            "organisation_id": organisation_id,
            "today": today,
            "soon": soon(today),
            "long_ago": long_ago(today),
            "text": anywhere(self.text.casefold()) if self.text else None,
            "kind": self.kind,
            "only": self.only,
        }
        return {name: value for name, value in given.items() if value is not None}


_today: sa.BindParameter[Any] = sa.bindparam("today", type_=sa.Date)
_REVIEW = sa.func.coalesce(EvidenceItem.review_on, sa.literal(NEVER, sa.Date))
_COLD = EvidenceItem.covers_until < sa.bindparam("long_ago", type_=sa.Date)
_DUE = EvidenceItem.review_on <= sa.bindparam("soon", type_=sa.Date)
_STALE: dict[Stale, sa.ColumnElement[bool]] = {
    Stale.ANY: sa.or_(_DUE, _COLD),
    Stale.REVIEW_PASSED: EvidenceItem.review_on < _today,
    Stale.REVIEW_SOON: sa.and_(EvidenceItem.review_on >= _today, _DUE),
    Stale.COVERS_LONG_AGO: _COLD,
}
_IN_USE = EvidenceItem.state == ItemState.IN_USE
# One that was put aside may wait for a choice as well as the one in use.
_ANY = aliased(EvidenceVersion)
_ANY_WAITS = sa.exists().where(_ANY.item_id == EvidenceItem.id, _ANY.state == VersionState.CHOICE)
_OUT = (VersionState.STOPPED, VersionState.REFUSED)
_WHERE: dict[Where, sa.ColumnElement[bool]] = {
    Where.IN_USE: _IN_USE,
    Where.NEEDS_A_CHOICE: sa.and_(_IN_USE, _ANY_WAITS),
    Where.UNDER_WAY: sa.and_(_IN_USE, EvidenceVersion.state.in_(sorted(UNDER_WAY, key=lambda one: one.value))),
    Where.RELEASED: sa.and_(_IN_USE, EvidenceVersion.state == VersionState.RELEASED),
    Where.OUT: sa.and_(_IN_USE, EvidenceVersion.state.in_(_OUT)),
    Where.WITHDRAWN: EvidenceItem.state == ItemState.WITHDRAWN,
}
_BY_NAME: dict[str, sa.ColumnElement[bool]] = {
    "text": EvidenceItem.searched.like(sa.bindparam("text"), escape="\\"),
    "kind": EvidenceItem.kind == sa.bindparam("kind", type_=EvidenceItem.kind.type),
    "only": EvidenceItem.handed_in_by_id == sa.bindparam("only"),
}
_HERE = EvidenceItem.organisation_id == sa.bindparam("organisation_id")
_CURRENT = sa.and_(EvidenceVersion.item_id == EvidenceItem.id, EvidenceVersion.number == EvidenceItem.current)

# The key of each order: its column, and whether it goes down.
_ORDERS: dict[Sort, tuple[sa.ColumnElement[Any], bool]] = {
    Sort.NEWEST: (sa.type_coerce(EvidenceItem.received_on, sa.Date), True),
    Sort.TITLE: (sa.type_coerce(EvidenceItem.sort_title, sa.String), False),
    Sort.REVIEW: (_REVIEW, False),
}


@cache
def _listing(conditions: frozenset[str], where: Where, stale: Stale | None, sort: Sort, going_on: bool) -> sa.Select[*tuple[Any, ...]]:
    """Built once for each way of narrowing and sorting."""
    key, down = _ORDERS[sort]
    chosen: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            EvidenceItem.id, EvidenceItem.reference, EvidenceItem.title, EvidenceItem.kind, EvidenceItem.proves,
            EvidenceItem.owner, EvidenceItem.received_on, EvidenceItem.covers_from, EvidenceItem.covers_until,
            EvidenceItem.review_on, EvidenceItem.state.label("item_state"), EvidenceItem.withdrawn_on, EvidenceVersion.number,
            EvidenceVersion.form, EvidenceVersion.state, EvidenceVersion.removed_at, StoredFile,
        )
        .join(EvidenceVersion, _CURRENT)
        .outerjoin(StoredFile, StoredFile.id == EvidenceVersion.file_id)
        .where(_HERE, _WHERE[where], *(_BY_NAME[name] for name in sorted(conditions)))
        .order_by(key.desc() if down else key, EvidenceItem.id.desc() if down else EvidenceItem.id)
        .limit(at_most(PAGE + 1))
    )  # fmt: skip
    if stale is not None:
        chosen = chosen.where(_STALE[stale])
    if going_on:
        last: sa.BindParameter[Any] = sa.bindparam("last_key", type_=key.type)
        last_id: sa.BindParameter[Any] = sa.bindparam("last_id")
        further = key < last if down else key > last
        beside = EvidenceItem.id < last_id if down else EvidenceItem.id > last_id
        chosen = chosen.where(sa.or_(further, sa.and_(key == last, beside)))
    return chosen


@dataclass(frozen=True)
class Use:
    """One place that something is pinned to, in words, with the way there."""

    about: str
    place: Place | None

    @property
    def words(self) -> str:
        return self.place.words if self.place else self.about


@dataclass(frozen=True)
class ItemLine:
    """One piece of evidence as the library lists it."""

    uses: tuple[Use, ...]
    standing: Standing
    file_words: str
    size: int
    id: int
    reference: str
    title: str
    kind: EvidenceKind
    proves: str
    owner: str
    received_on: date
    covers_from: date | None
    covers_until: date | None
    review_on: date | None
    withdrawn_on: date | None
    number: int
    form: Form
    state: VersionState

    def ageing(self, today: date) -> tuple[Ageing, ...]:
        return ageing(self.review_on, self.covers_until, today)


@dataclass(frozen=True)
class Listed:
    """One page of the library, and the reference to go on from (None: this is its end)."""

    lines: tuple[ItemLine, ...]
    after: str | None


_KEY_OF = sa.select(EvidenceItem.id, EvidenceItem.received_on, EvidenceItem.sort_title, EvidenceItem.review_on).where(
    _HERE, EvidenceItem.reference == sa.bindparam("reference")
)


def listed(organisation_id: int, wanted: Wanted, today: date, after: str = "") -> Listed | None:
    """One page. None where `after` is no reference of this library."""
    values = wanted.values(organisation_id, today)
    conditions = frozenset(values) & frozenset(_BY_NAME)
    if after:
        last = db.session.execute(_KEY_OF, {"organisation_id": organisation_id, "reference": after}).one_or_none()
        if last is None:
            return None
        keys = {Sort.NEWEST: last.received_on, Sort.TITLE: last.sort_title, Sort.REVIEW: last.review_on or NEVER}
        values |= {"last_key": keys[wanted.sort], "last_id": last.id}
    statement = _listing(conditions, wanted.where, wanted.stale, wanted.sort, bool(after))
    rows = db.session.execute(statement, values).all()
    shown = rows[:PAGE]
    used = _uses([row.id for row in shown])
    lines = tuple(_line(row, used.get(row.id, ())) for row in shown)
    return Listed(lines, lines[-1].reference if len(rows) > PAGE else None)


def _line(row: Any, uses: tuple[Use, ...]) -> ItemLine:
    facts = dict(row._mapping)
    file: StoredFile | None = facts.pop("StoredFile")
    removed = facts.pop("removed_at") is not None
    facts.pop("item_state")
    return ItemLine(
        uses=uses,
        standing=standing(row.state, row.form, file, removed=removed),
        file_words=KINDS[file.kind].words if file is not None else "",
        size=file.size if file is not None else 0,
        **facts,
    )


_USES = (
    sa.select(Pin.item_id, Pin.about)
    .where(Pin.item_id.in_(sa.bindparam("items", expanding=True)), Pin.removed_at.is_(None))
    .distinct()
    .order_by(Pin.item_id, Pin.about)
)


def _uses(items: Collection[int]) -> dict[int, tuple[Use, ...]]:
    """Where each of these is used: one statement, and one for each kind of place."""
    rows = [(item_id, about) for item_id, about in db.session.execute(_USES, {"items": list(items)})] if items else []
    known = places.found(about for _, about in rows)
    gathered: dict[int, list[Use]] = defaultdict(list)
    for item_id, about in rows:
        gathered[item_id].append(Use(about, known.get(about)))
    return {item_id: tuple(uses) for item_id, uses in gathered.items()}


@dataclass(frozen=True)
class Tally:
    """How much there is in the library, and how much of it waits for somebody."""

    in_use: int
    needs_a_choice: int
    under_way: int
    out: int
    stale: int
    withdrawn: int

    @property
    def any(self) -> bool:
        return bool(self.in_use or self.withdrawn)


def _counted(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


@cache
def _tally(only: bool) -> sa.Select[*tuple[Any, ...]]:
    counts = (_WHERE[Where.IN_USE], _WHERE[Where.NEEDS_A_CHOICE], _WHERE[Where.UNDER_WAY], _WHERE[Where.OUT],
              sa.and_(_IN_USE, _STALE[Stale.ANY]), _WHERE[Where.WITHDRAWN])  # fmt: skip
    chosen: sa.Select[*tuple[Any, ...]] = (
        sa.select(*(_counted(one) for one in counts)).select_from(EvidenceItem).join(EvidenceVersion, _CURRENT).where(_HERE)
    )
    return chosen.where(_BY_NAME["only"]) if only else chosen


def tally(organisation_id: int, today: date, only: int | None = None) -> Tally:
    """The counts of one library, or of what one person handed in to it; one statement."""
    values = Wanted(only=only).values(organisation_id, today)
    return Tally(*(int(count) for count in db.session.execute(_tally(only is not None), values).one()))


_WAITING = (
    sa.select(
        EvidenceVersion.organisation_id,
        sa.func.count(EvidenceItem.id.distinct()),
        sa.func.count(sa.case((EvidenceItem.handed_in_by_id == sa.bindparam("person_id"), EvidenceItem.id)).distinct()),
    )
    .join(EvidenceItem, EvidenceItem.id == EvidenceVersion.item_id)
    .where(
        EvidenceVersion.organisation_id.in_(sa.bindparam("organisations", expanding=True)),
        EvidenceVersion.state == VersionState.CHOICE,
        _IN_USE,
    )
    .group_by(EvidenceVersion.organisation_id)
)


def waiting_for_a_choice(organisations: Collection[int], person_id: int | None) -> dict[int, tuple[int, int]]:
    """How many files of each organisation wait for somebody's choice about personal data: (all, those of this person)."""
    rows = db.session.execute(_WAITING, {"organisations": list(organisations), "person_id": person_id})
    return {organisation_id: (int(whole), int(own)) for organisation_id, whole, own in rows}


@dataclass(frozen=True)
class Batch:
    """What was handed in by one press of a button."""

    reference: str
    organisation_id: int
    handed_in_by_id: int | None
    items: tuple[EvidenceItem, ...]


_BATCH = sa.select(EvidenceItem).where(_HERE, EvidenceItem.batch == sa.bindparam("batch")).order_by(EvidenceItem.id)


def batch(organisation_id: int, reference: str) -> Batch | None:
    """What was handed in together under this reference."""
    items = tuple(db.session.scalars(_BATCH, {"organisation_id": organisation_id, "batch": reference}))
    return Batch(reference, organisation_id, items[0].handed_in_by_id, items) if items else None
