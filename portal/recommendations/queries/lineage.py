"""Where a recommendation came from and where it went, over all generations: what pages say of its identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation
from portal.recommendations.lifecycle import ENDED, Delivery, Ending, Replaced
from portal.recommendations.models import Recommendation, Succession


@dataclass(frozen=True)
class Kin:
    """One recommendation of the family. `organisation`: to whom it is made."""

    id: int
    reference: str
    organisation: str
    delivery: Delivery
    ending: Ending | None

    @property
    def ended(self) -> bool:
        return self.delivery in ENDED


_SAYS = {
    Replaced.SPLIT: "was split into",
    Replaced.MERGED: "were merged into",
    Replaced.SUPERSEDED: "was replaced by",
    Replaced.TRANSFERRED: "was transferred to",
}


@dataclass(frozen=True)
class Turn:
    """One time that the old ones went on as the new ones."""

    how: Replaced
    olds: tuple[Kin, ...]
    news: tuple[Kin, ...]
    on: date
    reason: str

    @property
    def says(self) -> str:
        return _SAYS[self.how]


@dataclass(frozen=True)
class Lineage:
    """`earlier` and `later`: every turn that led to it and that it took since, the oldest first. `before`: those whose place it
    took itself. `now`: the last of those that followed on from it; nothing where nothing did."""

    earlier: tuple[Turn, ...]
    later: tuple[Turn, ...]
    before: tuple[Kin, ...]
    now: tuple[Kin, ...]

    @property
    def alone(self) -> bool:
        return not self.earlier and not self.later


def _reached(start: sa.Column[Any] | Any, end: Any, name: str) -> Any:
    """The ids that successions lead to from one, whatever the generation. UNION keeps each once, so that a circle ends."""
    first = sa.select(end.label("id")).where(start == sa.bindparam("id")).cte(name, recursive=True)
    return first.union(sa.select(end).join(first, first.c.id == start))


_OLD, _NEW = aliased(Recommendation, name="old"), aliased(Recommendation, name="new")
_OLD_BODY, _NEW_BODY = aliased(Organisation, name="old_body"), aliased(Organisation, name="new_body")
_AHEAD = _reached(Succession.old_id, Succession.new_id, "ahead")
_BEHIND = _reached(Succession.new_id, Succession.old_id, "behind")
_LEADS_ON = Succession.new_id.in_(sa.select(_AHEAD.c.id))  # with the others that were merged on the way
_LED_HERE = Succession.old_id.in_(sa.select(_BEHIND.c.id))  # with the other parts of what was split on the way
_TURNS = (
    sa.select(
        Succession.how, Succession.at, Succession.reason, _LEADS_ON.label("later"),
        _OLD.id, _OLD.reference, _OLD_BODY.name, _OLD.delivery, _OLD.ending,
        _NEW.id, _NEW.reference, _NEW_BODY.name, _NEW.delivery, _NEW.ending,
    )
    .join(_OLD, _OLD.id == Succession.old_id)
    .join(_NEW, _NEW.id == Succession.new_id)
    .join(_OLD_BODY, _OLD_BODY.id == _OLD.organisation_id)
    .join(_NEW_BODY, _NEW_BODY.id == _NEW.organisation_id)
    .where(sa.or_(_LEADS_ON, _LED_HERE))
    .order_by(Succession.id)
)  # fmt: skip


def lineage(one: Recommendation) -> Lineage:
    """The whole of it, in one statement."""
    itself = one.id
    gathered: dict[tuple[bool, Replaced, int], dict[str, Any]] = {}
    last: dict[int, Kin] = {}
    moved_on: set[int] = set()
    for how, at, reason, later, *kin in db.session.execute(_TURNS, {"id": itself}):
        old, new = Kin(*kin[:5]), Kin(*kin[5:])
        key = (bool(later), how, new.id if how is Replaced.MERGED else old.id)
        turn = gathered.setdefault(key, {"how": how, "olds": {}, "news": {}, "on": clock.london(at).date(), "reason": reason})
        turn["olds"][old.id], turn["news"][new.id] = old, new
        if later:
            last[new.id] = new
            moved_on.add(old.id)
    turns = [
        (later, Turn(turn["how"], tuple(turn["olds"].values()), tuple(turn["news"].values()), turn["on"], turn["reason"]))
        for (later, _, _), turn in gathered.items()
    ]
    return Lineage(
        tuple(turn for later, turn in turns if not later),
        tuple(turn for later, turn in turns if later),
        tuple(kin for later, turn in turns if not later and itself in {new.id for new in turn.news} for kin in turn.olds),
        tuple(kin for id, kin in last.items() if id not in moved_on and id != itself),
    )


@dataclass(frozen=True)
class Offered:
    """One that can be merged with another."""

    id: int
    reference: str
    case_reference: str
    number: int
    public_text: str
    version: int
    organisation_id: int
    drafted_by_id: int


MOST_OFFERED = 200
_OFFERED = (
    sa.select(
        Recommendation.id, Recommendation.reference, Recommendation.case_reference, Recommendation.number, Recommendation.public_text,
        Recommendation.version, Recommendation.organisation_id, Recommendation.drafted_by_id,
    )
    .where(
        Recommendation.organisation_id == sa.bindparam("organisation_id"), Recommendation.issued_on.is_not(None),
        Recommendation.ended_on.is_(None), Recommendation.id != sa.bindparam("id"),
    )
    # Those of its own case first: that is what is merged, nearly always.
    .order_by(Recommendation.case_reference != sa.bindparam("case"), Recommendation.due_on, Recommendation.id)
    .limit(at_most(MOST_OFFERED))
)  # fmt: skip
_THESE = sa.select(Recommendation).where(Recommendation.reference.in_(sa.bindparam("references", expanding=True)))


def mergeable_with(one: Recommendation) -> list[Offered]:
    """The open ones of the same organisation."""
    values = {"organisation_id": one.organisation_id, "id": one.id, "case": one.case_reference}
    return [Offered(*row) for row in db.session.execute(_OFFERED, values)]


def by_references(references: Iterable[str]) -> dict[str, Recommendation]:
    """Each of them that there is."""
    return {one.reference: one for one in db.session.scalars(_THESE, {"references": list(references)})}
