"""The review queue: one statement for a page of it, however many bodies there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Period
from portal.assessments.queries import seconding
from portal.assessments.sampling import Waiting
from portal.kernel.db import anywhere, at_most, db
from portal.kernel.working_days import working_days_between
from portal.organisations.models import Organisation, Person
from portal.policy import Acting

PAGE = 50
MOST_TOGETHER = 500  # accepted in one go
STATES = (State.SIGNED_OFF, State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED, State.REVIEWED, State.PUBLISHED)
OPEN = STATES[:4]


@dataclass(frozen=True)
class Wanted:
    """What the queue is narrowed to; an empty value narrows nothing."""

    state: State | None = None
    standard: str = ""
    kind: str = ""
    period: str = ""
    late: bool = False
    whose: str = ""  # "mine", "unallocated" or "second": those that want a second view of mine
    queried: str = ""  # "none", "some" or "many": how much the rules would ask about it
    text: str = ""


@dataclass(frozen=True)
class Line:
    """One assessment in the queue."""

    id: int
    reference: str
    organisation: str
    kind: str
    standard: str
    period: str
    state: State
    signed_off_at: datetime
    signed_off_on: date
    late: bool
    sampled: bool
    queried: int
    first_reviewer_id: int | None
    reviewer: str | None
    reply_due_on: date | None

    @property
    def awaits_us(self) -> bool:
        return self.state in (State.SIGNED_OFF, State.UNDER_REVIEW)

    def age_on(self, day: date) -> int:
        """Working days from when it was handed in until `day`."""
        return working_days_between(self.signed_off_on, day)

    @property
    def key(self) -> str:
        return f"{self.signed_off_at.strftime('%Y%m%dT%H%M%S%f')}-{self.id}"


@dataclass(frozen=True)
class Found:
    lines: tuple[Line, ...]
    next: str | None  # the key to go on from; None on the last page


_COLUMNS = (
    Assessment.id,
    Assessment.reference,
    Organisation.name.label("organisation"),
    Assessment.organisation_kind,
    Assessment.standard,
    Period.name.label("period"),
    Assessment.state,
    Assessment.signed_off_at,
    Assessment.signed_off_on,
    Assessment.late,
    Assessment.sampled,
    Assessment.queried,
    Assessment.first_reviewer_id,
    Person.name.label("reviewer"),
    Assessment.reply_due_on,
)
_AT = sa.bindparam("at", type_=Assessment.signed_off_at.type)
_ID: sa.BindParameter[Any] = sa.bindparam("id")
_NARROWING: dict[str, Any] = {
    "standard": Assessment.standard == sa.bindparam("standard"),
    "kind": Assessment.organisation_kind == sa.bindparam("kind"),
    "period": Period.name == sa.bindparam("period"),
    "late": Assessment.late.is_(True),
    "mine": Assessment.first_reviewer_id == sa.bindparam("me"),
    "unallocated": Assessment.first_reviewer_id.is_(None),
    "second": seconding.OPEN_TO_ME,
    "none": Assessment.queried == 0,
    "some": Assessment.queried > 0,
    "many": Assessment.queried >= 5,
    "text": Organisation.sort_name.like(sa.bindparam("text"), escape="\\"),
    "after": sa.and_(Assessment.signed_off_at >= _AT, sa.or_(Assessment.signed_off_at > _AT, Assessment.id > _ID)),
}


def _first_of(state: State, narrowing: frozenset[str]) -> Any:
    """The first page of one state. Nothing is joined that is not asked about, so that the index alone gives the order."""
    found = sa.select(Assessment.id.label("id"), Assessment.signed_off_at.label("at")).select_from(Assessment)
    if "text" in narrowing:
        found = found.join(Organisation, Organisation.id == Assessment.organisation_id)
    if "period" in narrowing:
        found = found.join(Period, Period.id == Assessment.period_id)
    narrowed = found.where(Assessment.state == state, *(_NARROWING[one] for one in sorted(narrowing)))
    return narrowed.order_by(Assessment.signed_off_at, Assessment.id).limit(at_most(PAGE + 1))


@cache
def _statement(states: tuple[State, ...], narrowing: frozenset[str]) -> Any:
    """Each state is read along its own index and stops at one page; the pages are then merged into one."""
    parts = [sa.select(_first_of(state, narrowing).subquery()) for state in states]
    first = sa.union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
    return (
        sa.select(*_COLUMNS)
        .select_from(first)
        .join(Assessment, Assessment.id == first.c.id)
        .join(Organisation, Organisation.id == Assessment.organisation_id)
        .join(Period, Period.id == Assessment.period_id)
        .outerjoin(Person, Person.id == Assessment.first_reviewer_id)
        .order_by(Assessment.signed_off_at, Assessment.id)
        .limit(at_most(PAGE + 1))
    )


def queue(wanted: Wanted, *, by: Acting, after: str = "") -> Found:
    """A page of the queue, longest waiting first. `after` is a line's key; what is no key begins at the start."""
    values: dict[str, Any] = {}
    narrowing = {one for one in (wanted.whose, wanted.queried) if one in _NARROWING}
    for name in ("standard", "kind", "period"):
        if value := getattr(wanted, name):
            narrowing.add(name)
            values[name] = value
    if wanted.late:
        narrowing.add("late")
    if wanted.text:
        narrowing.add("text")
        values["text"] = anywhere(wanted.text.casefold())
    if "mine" in narrowing:
        values["me"] = by.id
    if "second" in narrowing:
        values |= seconding.values(by)
    if key := _key(after):
        narrowing.add("after")
        values["at"], values["id"] = key
    states = (wanted.state,) if wanted.state in STATES else OPEN
    rows = db.session.execute(_statement(states, frozenset(narrowing)), values).all()
    lines = tuple(Line(*row) for row in rows[:PAGE])
    return Found(lines, lines[-1].key if len(rows) > PAGE else None)


def _key(text: str) -> tuple[datetime, int] | None:
    at, _, id = text.partition("-")
    if not id.isdigit() or len(id) > 18:
        return None
    try:
        return datetime.strptime(at + "+0000", "%Y%m%dT%H%M%S%f%z"), int(id)
    except ValueError:
        return None


_PERIODS = sa.select(Period.name).order_by(Period.starts_on.desc())


def period_names() -> tuple[str, ...]:
    return tuple(db.session.scalars(_PERIODS))


# Signed assessments that nobody has: to be shared out, or accepted together.

_WAITING = (
    sa.select(Assessment.id, Assessment.organisation_id)
    .where(Assessment.state == State.SIGNED_OFF, Assessment.first_reviewer_id.is_(None))
    .order_by(Assessment.signed_off_at, Assessment.id)
    .limit(sa.bindparam("number"))
    .with_for_update(skip_locked=True)
)


def unallocated(number: int) -> tuple[Waiting, ...]:
    """The longest waiting that nobody was given, held; what somebody else holds just now is passed over."""
    return tuple(Waiting(*row) for row in db.session.execute(_WAITING, {"number": number}))


_ACCEPTABLE = (
    sa.select(Assessment.id, Assessment.reference, Organisation.name.label("organisation"), Assessment.organisation_id)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .where(
        Assessment.state == State.SIGNED_OFF,
        Assessment.sampled.is_(False),
        Assessment.first_reviewer_id.is_(None),
        sa.or_(sa.bindparam("kind") == "", Assessment.organisation_kind == sa.bindparam("kind")),
        sa.or_(sa.bindparam("standard") == "", Assessment.standard == sa.bindparam("standard")),
        sa.or_(sa.not_(sa.bindparam("unqueried", type_=sa.Boolean())), Assessment.queried == 0),
    )
    .order_by(Assessment.reference)
    .limit(at_most(MOST_TOGETHER))
)


@dataclass(frozen=True)
class Acceptable:
    id: int
    reference: str
    organisation: str
    organisation_id: int


def acceptable(kind: str, standard: str, unqueried: bool) -> tuple[Acceptable, ...]:
    """What a bulk acceptance with this choice would take, in the order of the references."""
    rows = db.session.execute(_ACCEPTABLE, {"kind": kind, "standard": standard, "unqueried": unqueried})
    return tuple(Acceptable(*row) for row in rows)


_HELD = (
    sa.select(Assessment)
    .where(Assessment.reference.in_(sa.bindparam("references", expanding=True)))
    .order_by(Assessment.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def held(references: Sequence[str]) -> Sequence[Assessment]:
    """These assessments, read again and kept from others until the transaction ends."""
    return db.session.scalars(_HELD, {"references": list(references)}).all()
