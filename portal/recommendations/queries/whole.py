"""All that the page of one recommendation tells besides itself: what everybody reads, and what those it concerns read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.kernel import words
from portal.recommendations import deadlines, ladder
from portal.recommendations.lifecycle import OPEN, Asked, Ending
from portal.recommendations.models import MoreTime, ProgressReport, Recommendation, Response
from portal.recommendations.queries import casework, lineage, reporting, wordings


@dataclass(frozen=True)
class Public:
    """The answers, verdicts and days, the newest first; where it came from and went; how many times its words were changed."""

    answers: Sequence[Response]
    days: casework.Days
    verdicts: Sequence[casework.Found]
    lineage: lineage.Lineage
    reworded: int

    @property
    def answer(self) -> Response | None:
        """The newest that was signed."""
        return self.answers[-1] if self.answers else None

    @property
    def granted(self) -> list[MoreTime]:
        """The time that was given, in the order in which it was."""
        return [one for one in reversed(self.days.more_time) if one.state is Asked.GRANTED]


@dataclass(frozen=True)
class Inside:
    """What only its organisation and the Ombudsman read."""

    promise: casework.Promise
    checklist: Sequence[casework.Shown]
    reports: Sequence[ProgressReport]


def public_of(one: Recommendation) -> Public:
    days = casework.days_of(one)
    changed = max(0, wordings.newest_number(one.id) - 1)
    return Public(casework.answers_of(one), days, casework.verdicts_of(one, days), lineage.lineage(one), changed)


def inside_of(one: Recommendation, public: Public, *, released_only: bool) -> Inside:
    """`released_only`: for the Ombudsman, who reads evidence once it has been looked into."""
    promise = casework.Promise(tuple(public.answers), casework.steps_of(one))
    return Inside(promise, casework.checklist_of(one, released_only=released_only), reporting.reports_on(one.id))


_ENDED = {
    Ending.WITHDRAWN: "Withdrawn by the Ombudsman",
    Ending.SPLIT: "Goes on as several",
    Ending.MERGED: "Goes on together with others",
    Ending.SUPERSEDED: "Replaced by another",
    Ending.TRANSFERRED: "Transferred to whoever took over",
}


def stands(one: Recommendation, today: date) -> str:
    """Where it stands, in words: "In progress, 45 days late"."""
    if one.ending in _ENDED:
        return _ENDED[one.ending]
    said = deadlines.standing(one.delivery, one.next_evidence_on, today)
    said = f"{said[:1].upper()}{said[1:]}"
    late = ladder.days_late(one.due_on, today) if one.delivery in OPEN else 0
    if late:
        return f"{said}, {words.count(late, 'day', 'days')} late"
    return f"{said}: done on {words.day(one.complied_on)}" if one.complied_on else said
