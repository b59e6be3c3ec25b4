"""The lines of a recommendation's checklist, as places to which evidence can be pinned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from portal.evidence.models import PinKind
from portal.evidence.places import Place
from portal.kernel.db import db
from portal.policy import Action
from portal.recommendations.lifecycle import OPEN, DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.types import type_of

_PLACES = (
    sa.select(
        Recommendation.reference, Recommendation.organisation_id, Recommendation.type, Recommendation.delivery, Recommendation.heard_on
    )
    .where(Recommendation.state == DraftState.ISSUED)
    .order_by(Recommendation.due_on, Recommendation.id)
)
_FOUND = _PLACES.where(Recommendation.reference.in_(sa.bindparam("references", expanding=True)))
_HELD = _FOUND.with_for_update(of=Recommendation, read=True)
_OFFERED = _PLACES.where(Recommendation.organisation_id == sa.bindparam("organisation_id"), Recommendation.delivery.in_(OPEN))


def about(reference: str, line: int) -> str:
    """How pins name one line of a recommendation's checklist, counted from 1."""
    return f"{reference}/{line}"


class Checklists:
    """How a line of a checklist that evidence is pinned to is found. From the first report on, it is the Ombudsman's to read."""

    kind = PinKind.CHECKLIST
    prefix = "RC-"
    heading = "Checklists of recommendations"

    def found(self, abouts: Collection[str], *, held: bool = False) -> Mapping[str, Place]:
        """The places among `abouts` that exist, by reference; one statement."""
        references = sorted({one.partition("/")[0] for one in abouts})
        rows = db.session.execute(_HELD if held else _FOUND, {"references": references})
        return {place.about: place for row in rows for place in _lines(row) if place.about in abouts}

    def offered(self, organisation_id: int) -> Iterable[Place]:
        """Every line of every recommendation that is open, the soonest due first."""
        return [place for row in db.session.execute(_OFFERED, {"organisation_id": organisation_id}) for place in _lines(row)]


def _lines(row: Any) -> Iterator[Place]:
    editable = row.delivery in OPEN
    for number, line in enumerate(type_of(row.type).evidence, start=1):
        yield Place(
            kind=PinKind.CHECKLIST,
            about=about(row.reference, number),
            organisation_id=row.organisation_id,
            words=f"{row.reference}, line {number}: {line.text}",
            href=f"/recommendations/{row.reference}/report",
            editable=editable,
            to_change=Action.REPORT_PROGRESS,
            handed_in=row.heard_on is not None,
            why_not="" if editable else "The recommendation has ended, so nothing can be pinned to its checklist.",
        )
