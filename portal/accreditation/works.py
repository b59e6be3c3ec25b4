"""The days and the measures of works: how long they may be, by when they are marked, and when one may be written again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.accreditation.courses.records import Assignment
from portal.kernel import clock
from portal.kernel.working_days import add_working_days

MARKED_WITHIN = 15  # working days from the day after it was handed in
APPEALED_WITHIN = 20  # working days from the day after it was marked
APPEAL_DECIDED_WITHIN = 20  # working days from the day after the appeal
AGAIN_AFTER = timedelta(days=30)  # once every resubmission was used
LONGEST = 30_000  # characters, several times of what any assignment asks for
LONGEST_GROUNDS = 4000
LONGEST_PAUSE = 300  # seconds between two savings that count as time spent


def count(text: str) -> int:
    """How many words: what stands between spaces and holds a letter or a figure."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


@dataclass(frozen=True)
class Decided:
    """A work that was marked."""

    decided_at: datetime
    passed: bool


def opens_at(assignment: Assignment, decided: Sequence[Decided]) -> datetime | None:
    """When the next work may begin; None for at once. `decided` are those that were not passed, oldest first."""
    return decided[-1].decided_at + AGAIN_AFTER if len(decided) > assignment.resubmissions else None


def marked_by(handed_in: datetime) -> date:
    return add_working_days(clock.london(handed_in).date(), MARKED_WITHIN)


def appeal_until(decided: datetime) -> date:
    """The last day on which an appeal is taken."""
    return add_working_days(clock.london(decided).date(), APPEALED_WITHIN)


def appeal_decided_by(asked: datetime) -> date:
    return add_working_days(clock.london(asked).date(), APPEAL_DECIDED_WITHIN)
