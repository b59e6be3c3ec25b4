"""What the register holds: as an import compares with it, and as a merger or a group needs to know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.kernel.db import db
from portal.organisations.models import Branch, FormerName, Organisation, Succession
from portal.organisations.rows import BodyRow


@dataclass(frozen=True)
class Held:
    """The whole register as rows of the shape that files are read into; looked up by code whatever its case."""

    ids: dict[str, int]
    rows: dict[str, BodyRow]

    def code(self, code: str) -> str | None:
        """The code as the register writes it; None where it holds no such body."""
        row = self.rows.get(code.casefold())
        return row.code if row else None


_ORGANISATIONS = sa.select(
    Organisation.id,
    Organisation.code,
    Organisation.name,
    Organisation.kind,
    Organisation.region_code,
    Organisation.board_code,
    Organisation.parent_id,
    Organisation.opened_on,
    Organisation.closed_on,
)
_FORMER_NAMES = sa.select(FormerName.organisation_id, FormerName.name).order_by(FormerName.id)
_SUCCESSIONS = sa.select(Succession.organisation_id, Succession.successor_id).order_by(Succession.id)


def everything() -> Held:
    """The whole register, in three statements."""
    found = db.session.execute(_ORGANISATIONS).all()
    codes = {row.id: row.code for row in found}
    former = _by_organisation((one, name) for one, name in db.session.execute(_FORMER_NAMES))
    successors = _by_organisation((one, codes[to]) for one, to in db.session.execute(_SUCCESSIONS))
    rows = {
        row.code.casefold(): BodyRow(
            code=row.code,
            name=row.name,
            kind=row.kind,
            region_code=row.region_code,
            icb_code=row.board_code,
            parent_code=codes.get(row.parent_id, "") if row.parent_id is not None else "",
            opened_on=row.opened_on,
            closed_on=row.closed_on,
            successor_codes=tuple(successors.get(row.id, ())),
            former_names=tuple(former.get(row.id, ())),
        )
        for row in found
    }
    return Held({row.code.casefold(): row.id for row in found}, rows)


def _by_organisation(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    gathered: dict[int, list[str]] = {}
    for organisation_id, text in pairs:
        gathered.setdefault(organisation_id, []).append(text)
    return gathered


_PRESENT = sa.select(sa.func.lower(Organisation.code)).where(
    sa.func.lower(Organisation.code).in_(sa.bindparam("codes", expanding=True))
)


def present(codes: Iterable[str]) -> frozenset[str]:
    """Which of `codes` are on the register, in small letters."""
    return frozenset(db.session.scalars(_PRESENT, {"codes": [code.lower() for code in codes]}))


_IDS = sa.select(Organisation.code, Organisation.id)


def ids() -> dict[str, int]:
    """The id of every organisation by its code in small letters."""
    return {code.casefold(): one for code, one in db.session.execute(_IDS)}


_SUCCESSORS = (
    sa.select(Organisation)
    .join(Succession, Succession.successor_id == Organisation.id)
    .where(Succession.organisation_id == sa.bindparam("one"))
    .order_by(Organisation.sort_name, Organisation.id)
)


def successors_of(organisation_id: int) -> list[Organisation]:
    """The organisations that took over from this one."""
    return list(db.session.scalars(_SUCCESSORS, {"one": organisation_id}))


_FROM = sa.select(Succession.successor_id).where(Succession.organisation_id == sa.bindparam("one")).cte("heirs", recursive=True)
# UNION keeps each once, so that a circle in the register ends.
_HEIRS_IDS = _FROM.union(
    sa.select(Succession.successor_id).join(_FROM, _FROM.c.successor_id == Succession.organisation_id)
)
_HEIRS = (
    sa.select(Organisation)
    .where(Organisation.id.in_(sa.select(_HEIRS_IDS.c.successor_id)))
    .order_by(Organisation.sort_name, Organisation.id)
)


def heirs_of(organisation_id: int) -> list[Organisation]:
    """The organisations that took over from this one, and from those in turn."""
    return list(db.session.scalars(_HEIRS, {"one": organisation_id}))


@dataclass(frozen=True)
class TakenOver:
    """One body's duties went to another on a day."""

    organisation_id: int
    successor_id: int
    on: date | None


_TAKEN_OVER = (
    sa.select(Succession.organisation_id, Succession.successor_id, Succession.on)
    .where(sa.or_(Succession.on.is_(None), Succession.on <= sa.bindparam("today", type_=sa.Date)))
    .order_by(Succession.organisation_id, Succession.id)
)


def taken_over(today: date) -> list[TakenOver]:
    """Every succession that has happened by `today`, the ones without a known day among them."""
    return [TakenOver(*row) for row in db.session.execute(_TAKEN_OVER, {"today": today})]


_OPEN_BRANCH = sa.select(Branch).where(Branch.branch_id == sa.bindparam("one"), Branch.until_on.is_(None))
_ANSWERS_FOR = sa.select(sa.exists().where(Branch.organisation_id == sa.bindparam("one"), Branch.until_on.is_(None)))


def covered_by(branch_id: int) -> Branch | None:
    """The group that answers for this organisation now, if one does."""
    return db.session.scalar(_OPEN_BRANCH, {"one": branch_id})


def answers_for_branches(organisation_id: int) -> bool:
    """Whether this organisation is a group now."""
    return bool(db.session.scalar(_ANSWERS_FOR, {"one": organisation_id}))
