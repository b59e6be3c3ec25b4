"""The actions of an improvement plan, as places to which evidence can be pinned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from portal.evidence.models import PinKind
from portal.evidence.places import Place
from portal.gaps.lifecycle import OPEN, ActionState
from portal.gaps.models import Gap, PlannedAction
from portal.gaps.naming import about
from portal.kernel.db import db
from portal.policy import Action

SHORT = 80  # letters of an action that a list of places shows

_PLACES = (
    sa.select(
        PlannedAction.reference,
        PlannedAction.organisation_id,
        PlannedAction.what,
        PlannedAction.state,
        Gap.expectation,
        Gap.kind,
    )
    .join(Gap, Gap.id == PlannedAction.gap_id)
    .order_by(PlannedAction.due_on, PlannedAction.id)
)
_FOUND = _PLACES.where(PlannedAction.reference.in_(sa.bindparam("references", expanding=True)))
_HELD = _FOUND.with_for_update(of=PlannedAction, read=True)
_OFFERED = _PLACES.where(
    PlannedAction.organisation_id == sa.bindparam("organisation_id"), PlannedAction.state.in_(OPEN)
)


class Actions:
    """How an action that evidence is pinned to is found. Plans come of what was handed in, so the Ombudsman reads them."""

    kind = PinKind.ACTION
    prefix = "AC-"
    heading = "Actions of your improvement plan"

    def found(self, abouts: Collection[str], *, held: bool = False) -> Mapping[str, Place]:
        """The places among `abouts` that exist, by reference; one statement."""
        rows = db.session.execute(_HELD if held else _FOUND, {"references": sorted(abouts)})
        return {place.about: place for place in map(_place, rows)}

    def offered(self, organisation_id: int) -> Iterable[Place]:
        """Every action that is still to be done, the soonest due first."""
        return [_place(row) for row in db.session.execute(_OFFERED, {"organisation_id": organisation_id})]


def _place(row: Any) -> Place:
    what = row.what if len(row.what) <= SHORT else f"{row.what[: SHORT - 1].rstrip()}…"
    dropped = row.state is ActionState.DROPPED
    return Place(
        kind=PinKind.ACTION,
        about=row.reference,
        organisation_id=row.organisation_id,
        words=f"{about(row.expectation, row.kind)}: {what}",
        href=f"/actions/{row.reference}",
        editable=not dropped,
        to_change=Action.WORK_ON_PLAN,
        handed_in=True,
        why_not="The action was dropped, so nothing can be pinned to it." if dropped else "",
    )
