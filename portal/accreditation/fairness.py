"""Whether papers are fair to people who are given more time: pass rates, time used, and single questions. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

SMALLEST = 10  # people in a group, below which nothing is shown of either, lest one be reckoned from the other
FEWEST = 30  # first answers of a question in each group
MOST_APART = 0.10  # by which the share of right answers may differ at equal total score
BEYOND_CHANCE = 2.58  # standard errors: a fair question is listed once in a hundred times at most


@dataclass(frozen=True)
class Group:
    """First examinations with, or without, more time. Seconds are sums."""

    adjusted: bool
    sat: int = 0
    passed: int = 0
    used: int = 0
    allowed: int = 0

    @property
    def pass_rate(self) -> int:
        return round(100 * self.passed / self.sat)

    @property
    def minutes(self) -> int:
        return round(self.used / self.sat / 60)

    @property
    def share_of_time(self) -> int:
        """Of the time that they had, in per cent."""
        return round(100 * self.used / self.allowed)


def shown(groups: Iterable[Group]) -> tuple[Group, Group] | None:
    """Without and with more time; None where either is too small."""
    by = {group.adjusted: group for group in groups}
    without, adjusted = by.get(False, Group(False)), by.get(True, Group(True))
    return (without, adjusted) if min(without.sat, adjusted.sat) >= SMALLEST else None


@dataclass(frozen=True)
class Stratum:
    """People with one total score, in one group, who were asked a question."""

    score: tuple[int, int]  # right, of how many
    adjusted: bool
    n: int
    right: int


@dataclass(frozen=True)
class Compared:
    """How much more often people with more time are right than others with the same total score; `error` is the standard error."""

    question: str
    without: int
    adjusted: int
    apart: float
    error: float

    @property
    def stands_out(self) -> bool:
        return abs(self.apart) > MOST_APART and abs(self.apart) > BEYOND_CHANCE * self.error


def compared(question: str, strata: Iterable[Stratum]) -> Compared | None:
    """A question held against itself between the groups, stratum by stratum, weighed by the group with more time
    (the standardised difference of Dorans and Kulick). None where too few in either group were asked it."""
    by: dict[tuple[int, int], dict[bool, Stratum]] = defaultdict(dict)
    for one in strata:
        before = by[one.score].get(one.adjusted)
        by[one.score][one.adjusted] = Stratum(one.score, one.adjusted, one.n + before.n, one.right + before.right) if before else one
    pairs = [(of[False], of[True]) for of in by.values() if len(of) == 2]
    without, adjusted = sum(one.n for one, _ in pairs), sum(one.n for _, one in pairs)
    if min(without, adjusted) < FEWEST:
        return None
    apart = sum(other.n * (other.right / other.n - one.right / one.n) for one, other in pairs) / adjusted
    spread = sum(_spread(one, other) for one, other in pairs)
    return Compared(question, without, adjusted, apart, math.sqrt(spread) / adjusted)


def _spread(one: Stratum, other: Stratum) -> float:
    share = (one.right + other.right) / (one.n + other.n)
    return other.n**2 * share * (1 - share) * (1 / one.n + 1 / other.n)
