"""What an assessment comes to on one page: outcome, counts, what changed since last year, and where it is weakest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from portal.standards import scoring
from portal.standards.records import Standard
from portal.standards.scoring import Outcome, PillarCounts, Scored

WEAKEST = 3


class Answered(Protocol):
    """What is read of an answer; rows and pages' records both serve."""

    @property
    def expectation(self) -> str: ...
    @property
    def weight(self) -> str: ...
    @property
    def target(self) -> int: ...
    @property
    def level(self) -> int | None: ...
    @property
    def last_level(self) -> int | None: ...


@dataclass(frozen=True)
class Line:
    """One expectation as a summary names it."""

    code: str
    title: str
    level: int | None
    last_level: int | None
    target: int


@dataclass(frozen=True)
class Summary:
    """The whole, on one page. `outcome` is what it is without an agreed plan, `with_plan` what a plan makes of it."""

    outcome: Outcome
    with_plan: Outcome
    pillars: tuple[tuple[str, PillarCounts], ...]
    up: tuple[Line, ...]
    down: tuple[Line, ...]
    same: int
    first: int
    weakest: tuple[Line, ...]
    below: int


def scored(answers: Iterable[Answered], standard: Standard) -> tuple[Scored, ...]:
    """The answers as scoring counts them."""
    return tuple(
        Scored(one.expectation, one.level, one.target, one.weight == "core", standard.expectation(one.expectation).statutory is not None)
        for one in answers
    )


def of(answers: Iterable[Answered], standard: Standard) -> Summary:
    """The summary of these answers, in the order of the standard."""
    answers = tuple(answers)
    counted = scored(answers, standard)
    lines = [
        Line(one.expectation, standard.expectation(one.expectation).title, one.level, one.last_level, one.target)
        for one in answers
    ]
    both = [(line, line.level, line.last_level) for line in lines]
    compared = [(line, now - last) for line, now, last in both if now is not None and last is not None]
    return Summary(
        outcome=scoring.outcome(counted, plan_agreed=False),
        with_plan=scoring.outcome(counted, plan_agreed=True),
        pillars=tuple((standard.pillar(one.pillar).title, one) for one in scoring.pillar_counts(counted)),
        up=tuple(line for line, change in compared if change > 0),
        down=tuple(line for line, change in compared if change < 0),
        same=sum(change == 0 for _, change in compared),
        first=sum(line.last_level is None for line in lines),
        weakest=_weakest(lines),
        below=len(scoring.shortfalls(counted)),
    )


def _weakest(lines: list[Line]) -> tuple[Line, ...]:
    """The furthest under their targets first, then the lowest; what meets its target at level 4 is not weak."""
    levels = [(line.level - line.target, line.level, place, line) for place, line in enumerate(lines) if line.level is not None]
    return tuple(line for _, level, _, line in sorted(levels, key=lambda one: one[:3])[:WEAKEST] if level < 4)
