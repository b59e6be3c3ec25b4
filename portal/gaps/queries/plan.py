"""One organisation's open gaps and the actions that mend them; one gap, and one action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.gaps.lifecycle import OPEN, ActionState
from portal.gaps.models import Gap, GapKind, PlannedAction, Severity
from portal.kernel.db import db
from portal.organisations.models import Organisation

_ACTION = (PlannedAction.reference, PlannedAction.what, PlannedAction.owner, PlannedAction.due_on, PlannedAction.state,
           PlannedAction.progress, PlannedAction.finished_on)  # fmt: skip


@dataclass(frozen=True)
class ActionLine:
    """One planned action."""

    reference: str
    what: str
    owner: str
    due_on: date
    state: ActionState
    progress: str
    finished_on: date | None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    def overdue(self, today: date) -> bool:
        """The due day itself is still on time."""
        return self.open and self.due_on < today


@dataclass(frozen=True)
class PlannedGap:
    """A gap with its actions."""

    actions: tuple[ActionLine, ...]
    reference: str
    kind: GapKind
    pillar: str
    expectation: str
    recommendation: str
    level: int | None
    target: int | None
    severity: Severity
    opened_on: date
    due_on: date
    closed_on: date | None


_PLAN = (
    sa.select(
        Gap.reference, Gap.kind, Gap.pillar, Gap.expectation, Gap.recommendation, Gap.level, Gap.target, Gap.severity,
        Gap.opened_on, Gap.due_on, Gap.closed_on, *_ACTION,
    )
    .select_from(Gap)
    .outerjoin(PlannedAction, PlannedAction.gap_id == Gap.id)
    .where(
        Gap.organisation_id == sa.bindparam("organisation_id"),
        sa.or_(Gap.closed_on.is_(None), PlannedAction.state.in_(OPEN)),
    )
    .order_by(Gap.standard, Gap.expectation, Gap.id, PlannedAction.due_on, PlannedAction.id)
)  # fmt: skip


def plan_of(organisation_id: int) -> list[PlannedGap]:
    """Every gap that is open, or that has an action which is, in the order of the standard."""
    grouped: dict[str, tuple[tuple[Any, ...], list[ActionLine]]] = {}
    for row in db.session.execute(_PLAN, {"organisation_id": organisation_id}):
        columns: tuple[Any, ...] = tuple(row)
        _, actions = grouped.setdefault(columns[0], (columns[:11], []))
        if columns[11] is not None:
            actions.append(ActionLine(*columns[11:]))
    return [PlannedGap(tuple(actions), *gap) for gap, actions in grouped.values()]


_GAP = sa.select(Gap).where(Gap.reference == sa.bindparam("reference"))
_ACTIONS_OF = (
    sa.select(*_ACTION)
    .where(PlannedAction.gap_id == sa.bindparam("gap_id"))
    .order_by(PlannedAction.due_on, PlannedAction.id)
)
_ONE = sa.select(PlannedAction).where(PlannedAction.reference == sa.bindparam("reference"))
_OF_ACTION = sa.select(Gap).where(Gap.id == sa.bindparam("gap_id"))
_NAMED = sa.select(Organisation.name, Organisation.code).where(Organisation.id == sa.bindparam("organisation_id"))


@dataclass(frozen=True)
class Named:
    """An organisation's name and its place in addresses."""

    name: str
    code: str


def gap(reference: str) -> Gap | None:
    return db.session.scalar(_GAP, {"reference": reference})


def actions_of(gap_id: int) -> list[ActionLine]:
    return [ActionLine(*row) for row in db.session.execute(_ACTIONS_OF, {"gap_id": gap_id})]


def action(reference: str, move: str = "") -> PlannedAction | None:
    """The action; `move` is what an address may ask to be done with it."""
    return db.session.scalar(_ONE, {"reference": reference})


def gap_of(action: PlannedAction) -> Gap:
    return db.session.scalars(_OF_ACTION, {"gap_id": action.gap_id}).one()


def named(organisation_id: int) -> Named:
    return Named(*db.session.execute(_NAMED, {"organisation_id": organisation_id}).one())


_OPEN_GAPS = (
    sa.select(Gap)
    .where(Gap.organisation_id == sa.bindparam("organisation_id"), Gap.standard == sa.bindparam("standard"), Gap.closed_on.is_(None))
    .order_by(Gap.expectation, Gap.id)
)


def open_gaps(organisation_id: int, standard: str) -> list[Gap]:
    """The open gaps of one organisation under one standard, to be changed or closed."""
    return list(db.session.scalars(_OPEN_GAPS, {"organisation_id": organisation_id, "standard": standard}))


@dataclass(frozen=True)
class GapsOfPillar:
    """How many gaps one organisation has open in one pillar."""

    organisation_id: int
    pillar: str
    open: int


_BY_PILLAR = (
    sa.select(Gap.organisation_id, Gap.pillar, sa.func.count())
    .where(Gap.organisation_id.in_(sa.bindparam("organisations", expanding=True)), Gap.closed_on.is_(None))
    .group_by(Gap.organisation_id, Gap.pillar)
    .order_by(Gap.organisation_id, Gap.pillar)
)


def by_pillar(organisations: list[int]) -> list[GapsOfPillar]:
    """The open gaps of these organisations, counted."""
    return [GapsOfPillar(*row) for row in db.session.execute(_BY_PILLAR, {"organisations": organisations})]


@dataclass(frozen=True)
class NextAction:
    """An action that is overdue or comes next, among how many open and overdue ones of its organisation."""

    organisation_id: int
    reference: str
    what: str
    owner: str
    due_on: date
    open: int
    overdue: int


_IN_ORDER = (
    sa.select(
        PlannedAction.organisation_id,
        PlannedAction.reference,
        PlannedAction.what,
        PlannedAction.owner,
        PlannedAction.due_on,
        sa.func.count().over(partition_by=PlannedAction.organisation_id).label("open"),
        sa.func.sum(sa.case((PlannedAction.due_on < sa.bindparam("today"), 1), else_=0))
        .over(partition_by=PlannedAction.organisation_id)
        .label("overdue"),
        sa.func.row_number()
        .over(partition_by=PlannedAction.organisation_id, order_by=(PlannedAction.due_on, PlannedAction.id))
        .label("place"),
    )
    .where(
        PlannedAction.organisation_id.in_(sa.bindparam("organisations", expanding=True)),
        PlannedAction.state.in_(OPEN),
    )
    .subquery()
)
_NEXT = (
    sa.select(*(column for column in _IN_ORDER.c if column.name != "place"))
    .where(_IN_ORDER.c.place <= sa.bindparam("most"))
    .order_by(_IN_ORDER.c.organisation_id, _IN_ORDER.c.place)
)


def next_actions(organisations: list[int], today: date, most: int = 5) -> list[NextAction]:
    """The first few open actions of each organisation by their due day."""
    values = {"organisations": organisations, "today": today, "most": most}
    return [NextAction(*row) for row in db.session.execute(_NEXT, values)]
