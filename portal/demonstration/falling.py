"""The gaps of a recommendation of the demonstration: opened, made worse and closed by its facts, and by time alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from portal.audit import Event
from portal.gaps.models import RECOMMENDATIONS, Gap, GapKind, Severity
from portal.policy import Acting
from portal.recommendations import deadlines, shortfalls
from portal.recommendations.operations.falling_short import KINDS

if TYPE_CHECKING:  # a matter lets its gaps be settled here
    from portal.demonstration.matters import Matter


def next_day(matter: Matter, until: date) -> date | None:
    """The next day by which time alone may open a gap, make it worse or close it."""
    if not matter.open:
        return None
    row = matter.row
    heard = max((day for day in (row["answered_on"], row["heard_on"]) if day), default=None)
    days = [row["due_on"] + timedelta(days=1), row["due_on"] + timedelta(days=shortfalls.LONG_OVERDUE), matter.place.closed_on,
            heard + deadlines.AT_LEAST_EVERY if heard else None]  # fmt: skip
    return min((day for day in days if day and matter.day <= day <= until and day not in matter.fell), default=None)


def settle(matter: Matter, by: Acting, at: datetime) -> None:
    """Open the gaps that are there today and close those that no longer are, as the real ones are."""
    row, today = matter.row, matter.day
    found = shortfalls.falling_short(row["acceptance"], row["delivery"], due_on=row["due_on"], answered_on=row["answered_on"],
                                     heard_on=row["heard_on"], today=today)  # fmt: skip
    gone = bool(found) and matter.place.closed_on is not None and matter.place.closed_on <= today
    for short, kind in KINDS.items():
        if short in found and not gone:
            serious = shortfalls.serious(row["severity"], row["delivery"], row["due_on"], today)
            facts = {"severity": Severity.SERIOUS if serious else Severity.MODERATE, "due_on": row["due_on"]}
            _falls_short(matter, kind, facts, by, at)
        elif kind in matter.gaps:
            gap = matter.gaps.pop(kind)
            why = "The organisation closed" if gone else shortfalls.no_longer(short, row["acceptance"], row["delivery"])
            gap.update(closed_on=today, closed_why=why, version=gap["version"] + 1)
            _say(matter, Event.GAP_CLOSED, gap, by, at, why=why)


def _falls_short(matter: Matter, kind: GapKind, facts: dict[str, Any], by: Acting, at: datetime) -> None:
    if kind not in matter.gaps:
        reference = matter.row["reference"]
        gap = matter.gaps[kind] = matter.ledger.add(
            Gap, reference=matter.ledger.reference("GA"), organisation_id=matter.place.id, organisation_kind=matter.place.kind, kind=kind,
            about=reference, recommendation=reference, standard="", pillar=RECOMMENDATIONS, opened_on=matter.day, **facts,
        )  # fmt: skip
        _say(matter, Event.GAP_OPENED, gap, by, at, kind=kind, expectation="", due_on=facts["due_on"])
        return
    gap = matter.gaps[kind]
    changes = {name: [gap[name], value] for name, value in facts.items() if gap[name] != value}
    if changes:
        gap.update(facts, version=gap["version"] + 1)
        _say(matter, Event.GAP_CHANGED, gap, by, at, changes=changes)


def _say(matter: Matter, event: Event, gap: dict[str, Any], by: Acting, at: datetime, **facts: Any) -> None:
    matter.ledger.say(event, matter.place.id, f"gap {gap['reference']}", by=by, at=at, **facts)
