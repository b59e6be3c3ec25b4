"""The one register of what falls short: a gap is opened once, changed while it is open, and closed with a reason.

Gaps follow from something that somebody did (signed, published) or did not do: the operation that notices one has
insisted on its own right to, so there is no rule of its own for opening.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from portal import audit
from portal.audit import Event
from portal.gaps.models import RECOMMENDATIONS, Gap, GapKind, Severity
from portal.gaps.operations import tallying
from portal.kernel import clock
from portal.kernel.db import db, fresh_reference, hold
from portal.policy import Acting

_STILL_OPEN = sa.text("closed_on IS NULL")
_UNIQUE = ("organisation_id", "kind", "standard", "expectation", "recommendation")
_FIND_ALL = (
    sa.select(Gap)
    .where(
        Gap.organisation_id == sa.bindparam("organisation_id"),
        Gap.kind == sa.bindparam("kind"),
        Gap.standard == sa.bindparam("standard"),
        Gap.closed_on.is_(None),
    )
    .order_by(Gap.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_FIND = _FIND_ALL.where(Gap.expectation == sa.bindparam("expectation"), Gap.recommendation == sa.bindparam("recommendation"))
_OF_RECOMMENDATION = (
    sa.select(Gap)
    .where(Gap.about == sa.bindparam("reference"), Gap.recommendation == sa.bindparam("reference"), Gap.closed_on.is_(None))
    .order_by(Gap.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def severity_of(*, short_by: int, statutory: bool) -> Severity:
    """How bad a shortfall of this many levels is."""
    if statutory:
        return Severity.STATUTORY
    return Severity.SERIOUS if short_by > 1 else Severity.MODERATE


def find_open(*, organisation_id: int, kind: GapKind, standard: str, expectation: str = "") -> Gap | None:
    """The open gap of this organisation about this, held until the transaction ends."""
    key = {"organisation_id": organisation_id, "kind": kind, "standard": standard, "expectation": expectation, "recommendation": ""}
    return db.session.scalar(_FIND, key)


def all_open(*, organisation_id: int, kind: GapKind, standard: str) -> dict[str, Gap]:
    """The open gaps of this organisation under a standard by expectation, held until the transaction ends."""
    key = {"organisation_id": organisation_id, "kind": kind, "standard": standard}
    return {one.expectation: one for one in db.session.scalars(_FIND_ALL, key)}


def open_about(recommendation: str) -> dict[GapKind, Gap]:
    """The open gaps about a recommendation by their kind, held until the transaction ends."""
    return {one.kind: one for one in db.session.scalars(_OF_RECOMMENDATION, {"reference": recommendation})}


def open_promise(
    *,
    organisation_id: int,
    organisation_kind: str,
    kind: GapKind,
    recommendation: str,
    severity: Severity,
    due_on: date,
    by: Acting,
    known: Gap | None = None,
) -> Gap:
    """Open a gap about a recommendation, or bring the one that is open up to date."""
    return open_gap(
        organisation_id=organisation_id, organisation_kind=organisation_kind, kind=kind, about=recommendation, standard="",
        pillar=RECOMMENDATIONS, expectation="", recommendation=recommendation, level=None, target=None, severity=severity,
        due_on=due_on, by=by, known=known,
    )  # fmt: skip


def open_gap(
    *,
    organisation_id: int,
    organisation_kind: str,
    kind: GapKind,
    about: str,
    standard: str,
    pillar: str,
    expectation: str,
    level: int | None,
    target: int | None,
    severity: Severity,
    due_on: date,
    by: Acting,
    recommendation: str = "",
    known: Gap | None = None,
) -> Gap:
    """Open a gap, or bring the one that is open up to date: there is never a second about the same.

    `known` is the open gap where this transaction holds it already.
    """
    facts: dict[str, Any] = {"level": level, "target": target, "severity": severity, "due_on": due_on}
    key = {"organisation_id": organisation_id, "kind": kind, "standard": standard, "expectation": expectation,
           "recommendation": recommendation}  # fmt: skip
    there = known or db.session.scalar(_FIND, key)
    if there is None:
        dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
        opened = dialect.insert(Gap).values(
            **key, **facts,
            reference=fresh_reference(Gap, "GA"),
            organisation_kind=organisation_kind,
            about=about,
            pillar=pillar,
            opened_on=clock.today(),
        )  # fmt: skip
        unless = opened.on_conflict_do_nothing(index_elements=list(_UNIQUE), index_where=_STILL_OPEN)
        added = db.session.execute(unless.returning(sa.literal_column("1"))).first() is not None
        there = db.session.scalars(_FIND, key).one()
        if added:
            audit.record(Event.GAP_OPENED, there, by=by, kind=kind, expectation=expectation, due_on=due_on)
            tallying.count(there, +1)
            return there
    return _brought_up_to_date(there, facts, by)


def _brought_up_to_date(gap: Gap, facts: dict[str, Any], by: Acting) -> Gap:
    changes = {name: [getattr(gap, name), value] for name, value in facts.items() if getattr(gap, name) != value}
    if not changes:
        return gap
    recount = "severity" in changes
    if recount:
        tallying.count(gap, -1)
    for name, value in facts.items():
        setattr(gap, name, value)
    if recount:
        tallying.count(gap, +1)
    audit.record(Event.GAP_CHANGED, gap, by=by, changes=changes)
    return gap


def close_gap(gap: Gap, why: str, *, by: Acting) -> bool:
    """Close a gap for this reason. False where it was closed already: whoever came first has given theirs."""
    hold(gap)
    if gap.closed_on is not None:
        return False
    gap.closed_on = clock.today()
    gap.closed_why = why
    audit.record(Event.GAP_CLOSED, gap, by=by, why=why)
    tallying.count(gap, -1)
    return True
