"""What the markings of a work come to. Values in, values out: from the rubric and what was marked, anybody comes to the same.

Two assessors agree: the level of a criterion is the middle between theirs, and what both found must not be is found. They
differ: a third marks, and the middle of the three levels counts, and what two of the three found. The points are those of
these levels, or the middle one of the three totals where that is more: so nobody fails whom two of three assessors pass."""

from __future__ import annotations

import enum
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.accreditation.courses.records import Assignment

HIGHEST = 4  # the level at which a criterion has all of its weight


@dataclass(frozen=True)
class Given:
    """One marking as it was finished: levels by the titles of the criteria, must-nots by their codes."""

    levels: Mapping[str, int]
    must_nots: frozenset[str] = frozenset()


class Difference(enum.Enum):
    """Why a third assessor is asked."""

    LEVELS = "the levels of a criterion are too far apart"
    VERDICT = "one would pass it and the other would not"
    MUST_NOTS = "one found what must not be in it and the other did not"


@dataclass(frozen=True)
class Settled:
    """What a work came to. A level may lie between two of the rubric (2.5); points are of 100, rounded down."""

    levels: Mapping[str, float]
    points: int
    must_nots: frozenset[str]
    passed: bool


def alone(assignment: Assignment, one: Given) -> Settled:
    """What one marking comes to by itself."""
    return _judged(assignment, {title: float(level) for title, level in one.levels.items()}, one.must_nots)


def differences(assignment: Assignment, one: Given, other: Given) -> frozenset[Difference]:
    """Why two markings need a third; nothing where they agree."""
    found = set()
    if any(abs(one.levels[title] - other.levels[title]) >= assignment.third_when_levels_differ_by for title in one.levels):
        found.add(Difference.LEVELS)
    if alone(assignment, one).passed is not alone(assignment, other).passed:
        found.add(Difference.VERDICT)
    if one.must_nots != other.must_nots:
        found.add(Difference.MUST_NOTS)
    return frozenset(found)


def settled(assignment: Assignment, given: Sequence[Given]) -> Settled:
    """What one marking, two that agree, or three come to."""
    if not 1 <= len(given) <= 3:
        raise ValueError(f"{len(given)} markings settle nothing")
    levels = {criterion.title: float(statistics.median(one.levels[criterion.title] for one in given)) for criterion in assignment.criteria}
    found = [one.must_nots for one in given]
    must_nots = frozenset(code for code in frozenset().union(*found) if sum(code in one for one in found) * 2 > len(given))
    if len(given) < 3:
        joined = _judged(assignment, levels, must_nots)
        agreed = all(alone(assignment, one).passed for one in given)
        return Settled(joined.levels, joined.points, joined.must_nots, agreed)
    middle = statistics.median(_hundredths(assignment, one.levels) for one in given)
    return _judged(assignment, levels, must_nots, at_least=middle)


def after_appeal(assignment: Assignment, points: int, passed: bool, given: Given) -> tuple[int, bool]:
    """Points and whether it passes, once whoever decided an appeal has marked it. An appeal takes nothing away."""
    found = alone(assignment, given)
    return max(points, found.points), passed or found.passed


def _hundredths(assignment: Assignment, levels: Mapping[str, float]) -> float:
    """Hundredths of a point: a whole number for whole levels, and for halves."""
    return sum(criterion.weight * levels[criterion.title] for criterion in assignment.criteria) * 100 / HIGHEST


def _judged(assignment: Assignment, levels: Mapping[str, float], must_nots: frozenset[str], at_least: float = 0) -> Settled:
    points = int(max(_hundredths(assignment, levels), at_least) // 100)
    high_enough = all(level >= assignment.least_level for level in levels.values())
    return Settled(levels, points, must_nots, points >= assignment.pass_mark and high_enough and not must_nots)
