"""What an organisation is tied to: names, successors, predecessors, group, branches, parts and what it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Branch, FormerName, Organisation, Succession


@dataclass(frozen=True)
class Tie:
    """Another organisation, or a name, that belongs to this one's page."""

    code: str
    name: str
    on: date | None
    until: date | None = None


_Other, _Child = aliased(Organisation), aliased(Organisation)
_one: sa.BindParameter[Any] = sa.bindparam("one")
_today: sa.BindParameter[Any] = sa.bindparam("today", type_=sa.Date)
_no_day = sa.null().cast(sa.Date)


def _ties(what: str, day: Any, joined: Any, *where: Any, until: Any = _no_day) -> sa.Select[*tuple[Any, ...]]:
    return _others(what, day, until).join(*joined).where(*where)


def _others(what: str, day: Any, until: Any) -> sa.Select[*tuple[Any, ...]]:
    told = sa.literal(what).label("what")
    return sa.select(told, _Other.code, _Other.name, day.label("on"), until.label("until"), _Other.sort_name)


_NOW = sa.or_(Branch.until_on.is_(None), Branch.until_on >= _today)
_TIES: Any = sa.union_all(
    sa.select(
        sa.literal("former name").label("what"),
        sa.literal("").label("code"),
        FormerName.name,
        FormerName.until_on.label("on"),
        _no_day.label("until"),
        FormerName.name.label("sort_name"),
    ).where(FormerName.organisation_id == _one),
    _ties(
        "successor",
        Succession.on,
        (Succession, Succession.successor_id == _Other.id),
        Succession.organisation_id == _one,
    ),
    _ties(
        "predecessor",
        Succession.on,
        (Succession, Succession.organisation_id == _Other.id),
        Succession.successor_id == _one,
    ),
    _ties(
        "group",
        Branch.since_on,
        (Branch, Branch.organisation_id == _Other.id),
        Branch.branch_id == _one,
        _NOW,
        until=Branch.until_on,
    ),
    _ties(
        "branch",
        Branch.since_on,
        (Branch, Branch.branch_id == _Other.id),
        Branch.organisation_id == _one,
        _NOW,
        until=Branch.until_on,
    ),
    _others("child", _no_day, _no_day).where(_Other.parent_id == _one, _Other.closed_on.is_(None)),
    _ties("parent", _no_day, (_Child, _Child.parent_id == _Other.id), _Child.id == _one),
).order_by("what", "sort_name")


def tied_to(own: sa.CTE) -> Any:
    """The ids of one organisation and of all that its page names; `own` is its id, parent_id and board_code."""
    return sa.union_all(
        sa.select(own.c.id),
        sa.select(own.c.parent_id),
        sa.select(_Other.id).where(_Other.code == own.c.board_code, own.c.board_code != ""),
        sa.select(_Other.id).where(_Other.parent_id == own.c.id),
        sa.select(Succession.successor_id).where(Succession.organisation_id == own.c.id),
        sa.select(Succession.organisation_id).where(Succession.successor_id == own.c.id),
        sa.select(Branch.branch_id).where(Branch.organisation_id == own.c.id),
        sa.select(Branch.organisation_id).where(Branch.branch_id == own.c.id),
    )


def ties(organisation_id: int) -> dict[str, list[Tie]]:
    """Former names, successors, predecessors, group, branches, children and parent, in one statement."""
    gathered: dict[str, list[Tie]] = {
        what: [] for what in ("former name", "successor", "predecessor", "group", "branch", "child", "parent")
    }
    for row in db.session.execute(_TIES, {"one": organisation_id, "today": clock.today()}):
        gathered[row.what].append(Tie(row.code, row.name, row.on, row.until))
    return gathered
