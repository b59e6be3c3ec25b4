"""The register of open gaps: counts from the tallies, and the list behind each count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from portal.gaps import naming
from portal.gaps.models import Gap, GapKind, Severity, Tally
from portal.kernel.db import anywhere, at_most, db
from portal.organisations.models import Organisation

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None: not by this. `text` is part of an organisation's name or its code."""

    kind: GapKind | None = None
    organisation_kind: str | None = None
    pillar: str | None = None
    severity: Severity | None = None
    age: naming.Age | None = None
    text: str = ""
    after: tuple[date, int] | None = None

    def values(self, today: date) -> dict[str, Any]:
        """What the statement is given, by name; the names also say which conditions it needs."""
        first, before = self.age.days(today) if self.age else (None, None)
        given = {
            "kind": self.kind,
            "organisation_kind": self.organisation_kind,
            "pillar": self.pillar,
            "severity": self.severity,
            "first": first,
            "before": before,
            "text": anywhere(self.text.casefold()) if self.text else None,
        }
        return {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class GapLine:
    """One open gap, as the register lists it."""

    id: int
    reference: str
    kind: GapKind
    expectation: str
    recommendation: str
    level: int | None
    target: int | None
    severity: Severity
    opened_on: date
    due_on: date
    organisation: str
    code: str


_LIST_CONDITIONS: dict[str, sa.ColumnElement[bool]] = {
    "kind": Gap.kind == sa.bindparam("kind", type_=Gap.kind.type),
    "organisation_kind": Gap.organisation_kind == sa.bindparam("organisation_kind"),
    "pillar": Gap.pillar == sa.bindparam("pillar"),
    "severity": Gap.severity == sa.bindparam("severity", type_=Gap.severity.type),
    "first": Gap.opened_on >= sa.bindparam("first"),
    "before": Gap.opened_on < sa.bindparam("before"),
    "text": sa.or_(
        Organisation.sort_name.like(sa.bindparam("text"), escape="\\"),
        sa.func.lower(Organisation.code).like(sa.bindparam("text"), escape="\\"),
    ),
}
_TALLY_CONDITIONS: dict[str, sa.ColumnElement[bool]] = {
    "kind": Tally.kind == sa.bindparam("kind", type_=Tally.kind.type),
    "organisation_kind": Tally.organisation_kind == sa.bindparam("organisation_kind"),
    "pillar": Tally.pillar == sa.bindparam("pillar"),
    "severity": Tally.severity == sa.bindparam("severity", type_=Tally.severity.type),
    "first": Tally.opened_month >= sa.bindparam("first"),
    "before": Tally.opened_month < sa.bindparam("before"),
}


@cache
def _listing(conditions: frozenset[str], going_on: bool) -> sa.Select[*tuple[Any, ...]]:
    """Built once for each way of narrowing."""
    chosen: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            Gap.id, Gap.reference, Gap.kind, Gap.expectation, Gap.recommendation, Gap.level, Gap.target, Gap.severity,
            Gap.opened_on, Gap.due_on, Organisation.name, Organisation.code,
        )
        .join(Organisation, Organisation.id == Gap.organisation_id)
        .where(Gap.closed_on.is_(None), *(_LIST_CONDITIONS[name] for name in sorted(conditions)))
        .order_by(Gap.opened_on, Gap.id)
        .limit(at_most(PAGE + 1))
    )  # fmt: skip
    if going_on:
        later = Gap.opened_on > sa.bindparam("after_day")
        chosen = chosen.where(
            Gap.opened_on >= sa.bindparam("after_day"), sa.or_(later, Gap.id > sa.bindparam("after_id"))
        )
    return chosen


@cache
def _total(conditions: frozenset[str]) -> sa.Select[*tuple[Any, ...]]:
    where = (_TALLY_CONDITIONS[name] for name in sorted(conditions))
    return sa.select(sa.func.coalesce(sa.func.sum(Tally.change), 0)).where(*where)


def listed(wanted: Wanted, today: date) -> tuple[list[GapLine], tuple[date, int] | None]:
    """One page of open gaps, the oldest first, and the key to go on from (None: these are the last)."""
    values = wanted.values(today)
    statement = _listing(frozenset(values), wanted.after is not None)
    if wanted.after is not None:
        values = {**values, "after_day": wanted.after[0], "after_id": wanted.after[1]}
    lines = [GapLine(*row) for row in db.session.execute(statement, values)]
    shown = lines[:PAGE]
    return shown, (shown[-1].opened_on, shown[-1].id) if len(lines) > PAGE else None


def total(wanted: Wanted, today: date) -> int | None:
    """How many gaps the list holds on all its pages, from the tallies; None where it is narrowed to a name."""
    if wanted.text:
        return None
    values = wanted.values(today)
    return int(db.session.scalar(_total(frozenset(values)), values) or 0)


@dataclass(frozen=True)
class Counts:
    """How many gaps are open, counted in five ways; each map is keyed by what its list is narrowed to."""

    kinds: Mapping[GapKind, int] = field(default_factory=dict)
    organisation_kinds: Mapping[str, int] = field(default_factory=dict)
    pillars: Mapping[str, int] = field(default_factory=dict)
    severities: Mapping[Severity, int] = field(default_factory=dict)
    ages: Mapping[str, int] = field(default_factory=dict)

    @property
    def all(self) -> int:
        return sum(self.kinds.values())


def _counted(by: str, key: Any) -> sa.Select[*tuple[Any, ...]]:
    summed = sa.func.sum(Tally.change)
    text = sa.cast(key, sa.String(40)).label("key")
    counted: sa.Select[*tuple[Any, ...]] = sa.select(sa.literal(by).label("counted_by"), text, summed.label("open"))
    return counted.group_by(key).having(summed != 0)


_COUNTS = sa.union_all(
    _counted("kind", Tally.kind),
    _counted("organisation_kind", Tally.organisation_kind),
    _counted("pillar", Tally.pillar),
    _counted("severity", Tally.severity),
    _counted("month", Tally.opened_month),
)


def counts(today: date) -> Counts:
    """Every count of the register's first page, in one query whose size does not grow with the organisations."""
    found: dict[str, dict[str, int]] = {}
    for by, key, number in db.session.execute(_COUNTS):
        found.setdefault(by, {})[key] = int(number)
    ages = dict.fromkeys((age.slug for age in naming.AGES), 0)
    for month, number in found.get("month", {}).items():
        ages[naming.age_of(date.fromisoformat(month), today).slug] += number
    kinds, severities = found.get("kind", {}), found.get("severity", {})
    return Counts(
        {kind: kinds.get(kind.value, 0) for kind in GapKind},
        found.get("organisation_kind", {}),
        found.get("pillar", {}),
        {severity: severities.get(severity.value, 0) for severity in Severity},
        ages,
    )
