"""The public register: the numbers, the list and its search, and one organisation with all that it is tied to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.models import PublicFinding
from portal.audit import Stream
from portal.kernel.db import anywhere, at_most, db
from portal.organisations.models import FormerName, Organisation
from portal.organisations.queries.ties import tied_to

PAGE = 50


@dataclass(frozen=True)
class Numbers:
    """The portal at a glance."""

    on_the_register: int
    taking_part: int
    findings: int


def _number(what: Any, *where: Any) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(what).where(*where).scalar_subquery()


_NUMBERS = sa.select(
    _number(Organisation, Organisation.closed_on.is_(None)),
    _number(Organisation, Organisation.closed_on.is_(None), Organisation.joined_on.is_not(None)),
    _number(PublicFinding),
)


def numbers() -> Numbers:
    return Numbers(*db.session.execute(_NUMBERS).one())


@dataclass(frozen=True)
class Listed:
    """One line of the list of organisations; `former` is the former name by which a search found it."""

    id: int
    code: str
    name: str
    kind: str
    closed_on: date | None
    joined_on: date | None
    former: str = ""


@dataclass(frozen=True)
class Found:
    """One page of the list; `next` is the code after which the next page begins."""

    rows: tuple[Listed, ...]
    next: str | None


_LIKE = sa.bindparam("like", type_=sa.String)
# A database may fold no letters but A to Z, so a name is also found as it was typed.
_FORMERLY = sa.or_(
    sa.func.lower(FormerName.name).like(_LIKE, escape="\\"),
    FormerName.name.like(sa.bindparam("typed", type_=sa.String), escape="\\"),
)


@cache
def _list(asked: bool, kind: bool, after: bool) -> sa.Select[*tuple[Any, ...]]:
    """The statement for one combination of filters, so that each uses its own index."""
    wanted: sa.Select[*tuple[Any, ...]] = sa.select(
        Organisation.id,
        Organisation.code,
        Organisation.name,
        Organisation.kind,
        Organisation.closed_on,
        Organisation.joined_on,
    )
    if asked:
        wanted = wanted.where(
            sa.or_(
                Organisation.sort_name.like(_LIKE, escape="\\"),
                sa.func.lower(Organisation.code) == sa.bindparam("asked"),
                Organisation.id.in_(sa.select(FormerName.organisation_id).where(_FORMERLY)),
            )
        )
    if kind:
        wanted = wanted.where(Organisation.kind == sa.bindparam("kind"))
    if after:
        here = sa.tuple_(sa.bindparam("name", type_=sa.String), sa.bindparam("id", type_=sa.BigInteger))
        wanted = wanted.where(sa.tuple_(Organisation.sort_name, Organisation.id) > here)
    return wanted.order_by(Organisation.sort_name, Organisation.id).limit(at_most(PAGE + 1))


_PLACE = sa.select(Organisation.sort_name, Organisation.id).where(Organisation.code == sa.bindparam("code"))
_FORMER = (
    sa.select(FormerName.organisation_id, FormerName.name)
    .where(FormerName.organisation_id.in_(sa.bindparam("ids", expanding=True)), _FORMERLY)
    .order_by(FormerName.id)
)


def search(asked: str, kind: str, after: str) -> Found:
    """Organisations whose name or a former name holds `asked`, or whose code it is, in the order of their names."""
    folded = asked.casefold()
    facts: dict[str, Any] = {"kind": kind, "asked": folded, "like": anywhere(folded), "typed": anywhere(asked)}
    place = db.session.execute(_PLACE, {"code": after}).first() if after else None
    if place is not None:
        facts |= {"name": place.sort_name, "id": place.id}
    rows = [Listed(*row) for row in db.session.execute(_list(bool(asked), bool(kind), place is not None), facts)]
    shown = rows[:PAGE]
    if asked:
        shown = _with_former_names(shown, facts)
    return Found(tuple(shown), shown[-1].code if len(rows) > PAGE else None)


def _with_former_names(rows: list[Listed], facts: dict[str, Any]) -> list[Listed]:
    folded = facts["asked"]
    unexplained = [row.id for row in rows if folded not in row.name.casefold() and folded != row.code.casefold()]
    if not unexplained:
        return rows
    names: dict[int, str] = {}
    for organisation_id, name in db.session.execute(_FORMER, {**facts, "ids": unexplained}):
        names.setdefault(organisation_id, name)
    return [
        Listed(row.id, row.code, row.name, row.kind, row.closed_on, row.joined_on, names.get(row.id, ""))
        for row in rows
    ]


@dataclass(frozen=True)
class Body:
    """An organisation as anyone may see it. `organisation_id` lets rules be asked about it."""

    organisation_id: int
    code: str
    name: str
    kind: str
    opened_on: date | None
    closed_on: date | None
    joined_on: date | None
    version: int
    parent_code: str | None
    parent_name: str | None
    board_code: str | None
    board_name: str | None
    findings: int


_Parent, _Board = aliased(Organisation), aliased(Organisation)
_ITS_FINDINGS = PublicFinding.organisation_id == Organisation.id
_BODY = (
    sa.select(
        Organisation.id,
        Organisation.code,
        Organisation.name,
        Organisation.kind,
        Organisation.opened_on,
        Organisation.closed_on,
        Organisation.joined_on,
        Organisation.version,
        _Parent.code,
        _Parent.name,
        _Board.code,
        _Board.name,
        sa.select(sa.func.count()).where(_ITS_FINDINGS).correlate(Organisation).scalar_subquery(),
    )
    .outerjoin(_Parent, _Parent.id == Organisation.parent_id)
    .outerjoin(_Board, sa.and_(_Board.code == Organisation.board_code, Organisation.board_code != ""))
    .where(Organisation.code == sa.bindparam("code"))
)


def body(code: str) -> Body | None:
    """The organisation under this code, with how many findings of it are published, in one statement."""
    row = db.session.execute(_BODY, {"code": code}).first()
    return Body(*tuple(row)) if row is not None else None


_OWN = sa.select(Organisation.id, Organisation.parent_id, Organisation.board_code).where(
    Organisation.code == sa.bindparam("code")
).cte("own")
_TIED = tied_to(_OWN).cte("tied")
_HEADS = (
    sa.select(_OWN.c.id, Stream.organisation_id, Stream.head)
    .select_from(_OWN)
    .join(_TIED, sa.true())
    .outerjoin(Stream, Stream.organisation_id == _TIED.c.id)
    .order_by(Stream.organisation_id)
)


def stamp(code: str) -> tuple[Any, ...] | None:
    """Changes with everything that may be on the page of the organisation under this code; None if there is none.

    Whatever changes is recorded, so the heads of the records of the organisation and of all it is tied to say so.
    """
    return tuple(map(tuple, db.session.execute(_HEADS, {"code": code}))) or None
