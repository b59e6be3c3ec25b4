"""The officers' board: of each group that waits for somebody the first few, and how many there are, in two statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation
from portal.recommendations import deadlines, ladder
from portal.recommendations.ladder import Band
from portal.recommendations.lifecycle import Acceptance, Delivery, Taken
from portal.recommendations.models import LadderStep
from portal.recommendations.models import Recommendation as R
from portal.recommendations.queries.listing import MOST_COUNTED
from portal.recommendations.queries.narrowing import IS_OPEN, SOON, Select
from portal.recommendations.types import Type, type_of

FIRST = 5
LEVELS = tuple(sorted({step.level for step in ladder.LADDER if not step.by_itself}))
OVERDUE = tuple(band for band in Band if band is not Band.NOT_LATE)


@dataclass(frozen=True)
class Waiting:
    """One recommendation on the board. `since`: what its place there goes by: a due day, or the day since which it waits."""

    reference: str
    organisation: str
    type_code: str
    officer: str
    due_on: date
    since: date
    level: int  # of the step that waits; 0 elsewhere

    @property
    def type(self) -> Type:
        return type_of(self.type_code)


@dataclass(frozen=True)
class Board:
    """The first of each group by its name, and how many there are of it (at most MOST_COUNTED + 1)."""

    first: dict[str, list[Waiting]]
    counts: dict[str, int]


def _day(name: str) -> Any:
    return sa.bindparam(name, type_=sa.Date)


_THEIRS = sa.and_(IS_OPEN, R.delivery != Delivery.SUBMITTED)
_ACCEPTED = R.acceptance.not_in((Acceptance.AWAITING, Acceptance.NOT_ACCEPTED, Acceptance.DISPUTED))  # so that no database goes by it
_STALLED = sa.and_(_THEIRS, _ACCEPTED, R.answered_on <= _day("stalled_since"))
_LATE = {band: (f"from_{band.name}", f"until_{band.name}") for band in OVERDUE}

# What each group is, and the day that it is ordered by, the first come first. A recommendation whose organisation has said
# that it is done is nobody's to chase: it is among those that wait for the Ombudsman.
_GROUPS: dict[str, tuple[Any, Any]] = {
    "due soon": (sa.and_(_THEIRS, R.due_on >= _day("today"), R.due_on <= _day("soon")), R.due_on),
    "overdue": (sa.and_(_THEIRS, R.due_on < _day("today")), R.due_on),
    "awaiting us": (sa.and_(IS_OPEN, R.delivery == Delivery.SUBMITTED), R.heard_on),
    "objected": (R.objected, R.due_on),
    "never heard": (sa.and_(_STALLED, R.heard_on.is_(None)), R.answered_on),
    "long unheard": (sa.and_(_STALLED, R.heard_on <= _day("stalled_since")), R.heard_on),
    "unanswered": (
        sa.and_(IS_OPEN, R.acceptance == Acceptance.AWAITING, R.answer_due_on <= _day("soon")), R.answer_due_on
    ),
}  # fmt: skip
_COUNTED: dict[str, Any] = {
    **{name: condition for name, (condition, _) in _GROUPS.items() if name != "overdue"},
    **{
        band.name: sa.and_(_THEIRS, *([R.due_on >= _day(_LATE[band][0])] if band is not Band.LONGER else []), R.due_on <= _day(_LATE[band][1]))
        for band in OVERDUE
    },
}  # fmt: skip
_STEP_WAITS = LadderStep.state == sa.literal(Taken.WAITING, literal_execute=True)  # word for word as its index has it
_OFFICER: Any = sa.bindparam("officer_id", type_=sa.BigInteger)


def _own(mine: bool, name: str) -> tuple[Any, ...]:
    """Of objections there are so few that all are looked through; the sum keeps the database from the officer's whole history."""
    if not mine:
        return ()
    if name == "steps":
        return (LadderStep.officer_id == _OFFICER,)
    return (R.officer_id + 0 == _OFFICER,) if name == "objected" else (R.officer_id == _OFFICER,)


def _columns(name: str, since: Any, level: Any) -> tuple[Any, ...]:
    return (sa.literal(name).label("of_group"), R.reference, Organisation.name, R.type, R.officer, R.due_on, since.label("since"), level.label("level"))


@cache
def _first(mine: bool) -> Any:
    parts: list[Select] = [
        sa.select(*_columns(name, since, sa.literal(0)))
        .join(Organisation, Organisation.id == R.organisation_id)
        .where(condition, *_own(mine, name))
        .order_by(*((R.heard_on,) if name == "never heard" else ()), since, R.id)  # as its index has it: they are all empty
        .limit(at_most(FIRST))
        for name, (condition, since) in _GROUPS.items()
    ]
    parts += [  # the highest level first: one part for each, so that its index gives them in their order
        sa.select(*_columns("steps", LadderStep.reached_on, LadderStep.level))
        .select_from(LadderStep)
        .join(R, R.id == LadderStep.recommendation_id)
        .join(Organisation, Organisation.id == R.organisation_id)
        .where(_STEP_WAITS, LadderStep.level == level, *_own(mine, "steps"))
        .order_by(LadderStep.reached_on, LadderStep.id)
        .limit(at_most(FIRST))
        for level in LEVELS
    ]
    return sa.union_all(*(sa.select(part.subquery()) for part in parts))


@cache
def _counts(mine: bool) -> Any:
    parts: list[tuple[str, Select]] = [
        (name, sa.select(sa.literal(1, literal_execute=True).label("one")).select_from(R).where(condition, *_own(mine, name)))
        for name, condition in _COUNTED.items()
    ]
    steps = sa.select(sa.literal(1, literal_execute=True).label("one")).select_from(LadderStep).where(_STEP_WAITS, *_own(mine, "steps"))
    parts.append(("steps", steps))
    return sa.select(
        *(
            sa.select(sa.func.count()).select_from(part.limit(at_most(MOST_COUNTED + 1)).subquery()).scalar_subquery().label(name)
            for name, part in parts
        )
    )


def board(today: date, officer_id: int | None = None) -> Board:
    """Everybody's, or what one officer looks after."""
    values: dict[str, Any] = {"today": today, "soon": today + SOON, "stalled_since": today - deadlines.AT_LEAST_EVERY}
    for band in OVERDUE:
        values[_LATE[band][0]], values[_LATE[band][1]] = ladder.first_due_of(band, today)
    if officer_id is not None:
        values["officer_id"] = officer_id
    first: dict[str, list[Waiting]] = {name: [] for name in (*_GROUPS, "steps")}
    for name, *columns in db.session.execute(_first(officer_id is not None), values):
        first[name].append(Waiting(*columns))
    counts = dict(db.session.execute(_counts(officer_id is not None), values).mappings().one())
    for lines in first.values():
        lines.sort(key=lambda one: (-one.level, one.since))
    first["steps"] = first["steps"][:FIRST]
    stalled = sorted(first.pop("never heard") + first.pop("long unheard"), key=lambda one: one.since)
    first["stalled"] = stalled[:FIRST]
    counts["stalled"] = min(counts.pop("never heard") + counts.pop("long unheard"), MOST_COUNTED + 1)
    return Board(first, counts)
