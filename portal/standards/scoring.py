"""What an assessment adds up to: counts, never averages, and one outcome with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MEETING_LEVEL = 3
LEADING_LEVEL = 4


class Outcome(StrEnum):
    """The overall outcome of one assessment."""

    EXCEEDING = "exceeding"
    MEETING = "meeting"
    APPROACHING = "approaching"
    NOT_YET_MEETING = "not_yet_meeting"
    NOT_SUBMITTED = "not_submitted"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def meaning(self) -> str:
        """The rule by which an assessment comes to this outcome, in a sentence."""
        return _MEANINGS[self]


_LABELS = {
    Outcome.EXCEEDING: "Exceeding",
    Outcome.MEETING: "Meeting",
    Outcome.APPROACHING: "Approaching (plan agreed)",
    Outcome.NOT_YET_MEETING: "Not yet meeting",
    Outcome.NOT_SUBMITTED: "Not submitted",
}
_FALLS_SHORT = "A core duty in law is under level 3, or something is more than one level under its target"
_MEANINGS = {
    Outcome.EXCEEDING: (
        "Every core duty in law is at level 3 or above, nothing is more than one level under its target, "
        "and at least a third of what applies is at level 4."
    ),
    Outcome.MEETING: "Every core duty in law is at level 3 or above, and nothing is more than one level under its target.",
    Outcome.APPROACHING: f"{_FALLS_SHORT}, and the Ombudsman has agreed a plan for every shortfall.",
    Outcome.NOT_YET_MEETING: f"{_FALLS_SHORT}, and no plan for every shortfall has been agreed; or no expectation applies.",
    Outcome.NOT_SUBMITTED: "No signed assessment was handed in for this period.",
}


@dataclass(frozen=True)
class Scored:
    """One answer as it counts; `level` None means not applicable."""

    code: str
    level: int | None
    target: int
    core: bool
    statutory: bool

    @property
    def pillar(self) -> str:
        """The code of the pillar: NHS-1 for NHS-1.4."""
        return self.code.rpartition(".")[0]

    @property
    def short_by(self) -> int:
        """How many levels under target; 0 when there is no shortfall."""
        return 0 if self.level is None else max(0, self.target - self.level)


@dataclass(frozen=True)
class PillarCounts:
    """How many expectations of a pillar stand at each level; `at[0]` counts level 1."""

    pillar: str
    at: tuple[int, int, int, int]
    not_applicable: int
    below_target: int

    @property
    def applicable(self) -> int:
        return sum(self.at)


class Why(StrEnum):
    """Why an expectation stands between an assessment and Meeting."""

    STATUTORY = "statutory"
    FAR_BELOW = "far_below"


@dataclass(frozen=True)
class HoldingBack:
    """An expectation that stands between an assessment and Meeting."""

    code: str
    why: Why


def pillar_counts(answers: Iterable[Scored]) -> tuple[PillarCounts, ...]:
    """The counts of each pillar, in the order in which pillars first appear."""
    grouped: dict[str, list[Scored]] = {}
    for answer in answers:
        grouped.setdefault(answer.pillar, []).append(answer)
    return tuple(_counts(pillar, within) for pillar, within in grouped.items())


def _counts(pillar: str, answers: list[Scored]) -> PillarCounts:
    levels = [answer.level for answer in answers]
    at = (levels.count(1), levels.count(2), levels.count(3), levels.count(4))
    return PillarCounts(pillar, at, levels.count(None), sum(answer.short_by > 0 for answer in answers))


def shortfalls(answers: Iterable[Scored]) -> tuple[str, ...]:
    """The codes under target, each of which needs an improvement action."""
    return tuple(answer.code for answer in answers if answer.short_by > 0)


def holding_back(answers: Iterable[Scored]) -> tuple[HoldingBack, ...]:
    """What must change before the outcome can be Meeting; empty when it is."""
    return tuple(HoldingBack(answer.code, why) for answer in answers for why in _why(answer))


def _why(answer: Scored) -> tuple[Why, ...]:
    if answer.level is None:
        return ()
    under_the_law = answer.core and answer.statutory and answer.level < MEETING_LEVEL
    reasons = ((Why.STATUTORY, under_the_law), (Why.FAR_BELOW, answer.short_by > 1))
    return tuple(why for why, holds in reasons if holds)


def outcome(answers: Iterable[Scored], *, plan_agreed: bool, submitted: bool = True) -> Outcome:
    """The roll-up. `plan_agreed` means that a plan for every shortfall has been agreed.

    Where nothing applies there is nothing to meet, and claiming it would mislead: not yet meeting.
    """
    if not submitted:
        return Outcome.NOT_SUBMITTED
    answers = tuple(answers)
    applicable = [answer for answer in answers if answer.level is not None]
    if not applicable:
        return Outcome.NOT_YET_MEETING
    if holding_back(applicable):
        return Outcome.APPROACHING if plan_agreed else Outcome.NOT_YET_MEETING
    leading = sum(answer.level == LEADING_LEVEL for answer in applicable)
    return Outcome.EXCEEDING if leading * 3 >= len(applicable) else Outcome.MEETING
