"""Everything about one recommendation that an officer has before them: what was promised, shown, said and decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.evidence.queries.pins import PinShown, pins_of
from portal.kernel.db import at_most, db
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import Asked, ResponseState
from portal.recommendations.models import (
    Contact,
    LineSeen,
    MoreTime,
    Pause,
    PromisedStep,
    Recommendation,
    Response,
    Verdict,
)
from portal.recommendations.queries import places
from portal.recommendations.queries.promising import days_to_keep
from portal.recommendations.queries.reporting import lines_seen
from portal.recommendations.types import Line, type_of

# What each level of the ladder means for whoever looks at it.
LEVELS = {
    0: "on track",
    1: "reminded",
    2: "told that it is overdue",
    3: "the executive lead is contacted",
    4: "the chief executive is written to",
    5: "the Ombudsman decides on a public statement or a report to Parliament",
}


def _of(kind: Any, *order: Any) -> Any:
    return sa.select(kind).where(kind.recommendation_id == sa.bindparam("of")).order_by(*order)


_ANSWERS = _of(Response, Response.number).where(Response.state == ResponseState.SIGNED)
_STEPS = (
    _of(PromisedStep, Response.number, PromisedStep.position, PromisedStep.id)
    .join(Response, Response.id == PromisedStep.response_id)
    .where(Response.state == ResponseState.SIGNED)
)
_VERDICTS = _of(Verdict, Verdict.number.desc())
_MORE_TIME = _of(MoreTime, MoreTime.number.desc())
_PAUSES = _of(Pause, Pause.id.desc())
_CONTACTS = _of(Contact, Contact.on.desc(), Contact.id.desc())


def _all(statement: Any, one: Recommendation) -> tuple[Any, ...]:
    return tuple(db.session.scalars(statement, {"of": one.id}))


@dataclass(frozen=True)
class Promise:
    """What the organisation answered, signed, and the steps it promised: every one, for an answer takes none back."""

    answers: tuple[Response, ...]
    steps: tuple[PromisedStep, ...]

    @property
    def done(self) -> int:
        return sum(step.done_on is not None for step in self.steps)


def answers_of(one: Recommendation) -> tuple[Response, ...]:
    """Every signed answer, the oldest first."""
    return _all(_ANSWERS, one)


def promise_of(one: Recommendation) -> Promise:
    return Promise(answers_of(one), steps_of(one))


def steps_of(one: Recommendation) -> tuple[PromisedStep, ...]:
    """The promised steps in their order; those of an answer that nobody signed are no promise."""
    return _all(_STEPS, one)


@dataclass(frozen=True)
class Shown:
    """One line of the checklist, and what shows that it is met."""

    number: int
    line: Line
    pins: tuple[PinShown, ...]
    seen: LineSeen | None  # who saw its document last

    @property
    def empty(self) -> bool:
        return not self.pins and self.seen is None


def checklist_of(one: Recommendation, *, released_only: bool) -> tuple[Shown, ...]:
    """Each line of the type's checklist with its evidence. `released_only`: for the Ombudsman's pages."""
    lines = [(places.about(one.reference, number), number, line) for number, line in enumerate(type_of(one.type).evidence, start=1)]
    pins = pins_of(one.organisation_id, [about for about, _, _ in lines], released_only=released_only)
    seen = lines_seen(one.id)
    return tuple(Shown(number, line, pins.get(about, ()), seen.get(number)) for about, number, line in lines)


@dataclass(frozen=True)
class Found:
    """One verdict, and the due day as it stood when it was given."""

    verdict: Verdict
    due_on: date

    @property
    def days_late(self) -> int:
        """How late it was done; 0 where it was not found to be done."""
        return max(0, (self.verdict.complied_on - self.due_on).days) if self.verdict.complied_on is not None else 0


@dataclass(frozen=True)
class Days:
    """The days of a recommendation: as first set, as they stand, and everything that moved or stopped them. Newest first."""

    one: Recommendation
    more_time: tuple[MoreTime, ...]
    pauses: tuple[Pause, ...]

    @property
    def waiting(self) -> MoreTime | None:
        """The request that nobody decided."""
        return next((each for each in self.more_time if each.state is Asked.WAITING), None)

    @property
    def level(self) -> str:
        return f"{self.one.level}: {LEVELS[self.one.level]}"

    def stood(self, at: datetime) -> date:
        """The due day as it stood at a moment."""
        granted = [(each.decided_at, each.until) for each in self.more_time if each.state is Asked.GRANTED]
        days = [until for when, until in granted if when is not None and when <= at]
        return days[0] if days else self.one.original_due_on or self.one.due_on


def days_of(one: Recommendation) -> Days:
    return Days(one, _all(_MORE_TIME, one), _all(_PAUSES, one))


def verdicts_of(one: Recommendation, days: Days) -> tuple[Found, ...]:
    """Newest first."""
    return tuple(Found(each, days.stood(each.decided_at)) for each in _all(_VERDICTS, one))


def last_verdict(one: Recommendation) -> Verdict | None:
    found: Verdict | None = db.session.scalars(_VERDICTS.limit(at_most(1)), {"of": one.id}).first()
    return found


def more_time_of(one: Recommendation) -> tuple[MoreTime, ...]:
    return _all(_MORE_TIME, one)


def pauses_of(one: Recommendation) -> tuple[Pause, ...]:
    return _all(_PAUSES, one)


def contacts_of(one: Recommendation) -> tuple[Contact, ...]:
    """The log of calls, letters and meetings, newest first."""
    return _all(_CONTACTS, one)


def next_evidence(one: Recommendation, today: date) -> date:
    """When the organisation is next to show how far it is, by its due day and the steps that are not done."""
    return deadlines.next_evidence(one.due_on, days_to_keep(one.id), today)
