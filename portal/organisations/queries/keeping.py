"""What the keeper of the register looks up: organisations by name or code, and a branch with its group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.kernel.db import anywhere, at_most, db
from portal.organisations.models import Branch, Organisation
from portal.organisations.queries import organisation

AT_MOST = 10


@dataclass(frozen=True)
class Match:
    """An organisation that a search found."""

    code: str
    name: str
    kind: str
    closed_on: date | None


@dataclass(frozen=True)
class Matches:
    """The first organisations that a search found, and whether there are more."""

    rows: tuple[Match, ...] = ()
    more: bool = False


_ITS_CODE = sa.func.lower(Organisation.code) == sa.bindparam("asked", type_=sa.String)
_MATCHES = (
    sa.select(Organisation.code, Organisation.name, Organisation.kind, Organisation.closed_on)
    .where(
        sa.or_(_ITS_CODE, Organisation.sort_name.like(sa.bindparam("like", type_=sa.String), escape="\\")),
        Organisation.id != sa.bindparam("but"),
    )
    .order_by(sa.case((_ITS_CODE, 0), else_=1), Organisation.sort_name, Organisation.id)
    .limit(at_most(AT_MOST + 1))
)


def matches(asked: str, *, but: int) -> Matches:
    """Organisations other than `but` with this code, or with this in their name; the code comes first."""
    folded = asked.casefold()
    facts = {"asked": folded, "like": anywhere(folded), "but": but}
    rows = [Match(*row) for row in db.session.execute(_MATCHES, facts)]
    return Matches(tuple(rows[:AT_MOST]), len(rows) > AT_MOST)


@dataclass(frozen=True)
class Covered:
    """A branch that a group answers for. `organisation_id` is the group's, for the rules."""

    group: Organisation
    branch: Organisation
    since_on: date

    @property
    def organisation_id(self) -> int:
        return self.group.id


_SINCE = sa.select(Branch.since_on).where(
    Branch.organisation_id == sa.bindparam("group"), Branch.branch_id == sa.bindparam("branch"), Branch.until_on.is_(None)
)


def covered(code: str, branch: str) -> Covered | None:
    """The branch that the group under `code` answers for now; None where it does not."""
    group, one = organisation(code), organisation(branch)
    if group is None or one is None:
        return None
    since_on = db.session.scalar(_SINCE, {"group": group.id, "branch": one.id})
    return Covered(group, one, since_on) if since_on is not None else None
