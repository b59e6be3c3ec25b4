"""How far assessors agree: with the panel when they practise, with one another, and with themselves. Pure.

All figures rest on pairs of levels: the two levels that one criterion of one work was given. What too few pairs carry is not
shown, and closes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Pair = tuple[int, int]

NEEDED, OF = 4, 5  # scripts of a round on which an assessor agrees with the panel before they mark
WITHIN = 1  # levels by which each criterion may differ
FEWEST = 30  # pairs, below which a figure says more about chance than about the assessor
LEAST = 0.6  # of weighted kappa: “substantial” begins there (Landis and Koch, 1977)
PLAIN = 0.8  # share of equal levels that is enough whatever kappa says: where nearly all work is alike, kappa is low by
# construction (Feinstein and Cicchetti, 1990)


def agrees(levels: Sequence[int], panel: Sequence[int], *, passes: bool, panel_passes: bool) -> bool:
    """Whether somebody agrees with the panel on a script: each criterion within one level, and the same pass or fail.

    The rule of practice stands here and nowhere else; docs/marking.md says it in words."""
    return passes == panel_passes and all(abs(one - other) <= WITHIN for one, other in zip(levels, panel, strict=True))


def weighted_kappa(pairs: Iterable[Pair]) -> float | None:
    """Agreement beyond chance, disagreements weighed by their square (Cohen, 1968). None where chance alone would agree wholly.

    It is the observed mean square difference over the one expected if the two had given their levels independently of each
    other, taken from one; so it needs no table, and no number of levels."""
    given = list(pairs)
    n = len(given)
    if not n:
        return None
    observed = sum((one - other) ** 2 for one, other in given) / n
    ones, others = [one for one, _ in given], [other for _, other in given]
    expected = _mean(one * one for one in ones) + _mean(other * other for other in others) - 2 * _mean(ones) * _mean(others)
    return 1 - observed / expected if expected > 1e-9 else None


def _mean(values: Iterable[int]) -> float:
    every = list(values)
    return sum(every) / len(every)


@dataclass(frozen=True)
class Agreement:
    """Of `n` pairs: kappa, the shares that are equal and within one level, and by how much the second is higher on average."""

    n: int
    kappa: float | None
    exact: float
    near: float
    higher: float

    @property
    def closes(self) -> bool:
        """Whether the queue closes to the assessor until they have practised again."""
        return self.kappa is not None and self.kappa < LEAST and self.exact < PLAIN


def agreement(pairs: Iterable[Pair]) -> Agreement | None:
    """None where there are too few pairs yet."""
    given = list(pairs)
    n = len(given)
    if n < FEWEST:
        return None
    apart = [other - one for one, other in given]
    return Agreement(n, weighted_kappa(given), sum(not by for by in apart) / n, sum(abs(by) <= WITHIN for by in apart) / n, sum(apart) / n)


@dataclass(frozen=True)
class Figures:
    """One assessor in one assignment. `others`: their levels and another assessor's of the same works; `repeats`: their
    earlier and later levels of works that came to them twice; counts say how many pairs there are, also where they are too few."""

    works: int
    minutes: int | None  # the middle of what a marking took
    pairs: int
    others: Agreement | None
    repeat_pairs: int
    repeats: Agreement | None

    @property
    def closed(self) -> bool:
        return any(one is not None and one.closes for one in (self.others, self.repeats))


def figures(minutes: Sequence[float], others: Sequence[Pair], repeats: Sequence[Pair]) -> Figures:
    """`minutes`: what each finished marking took."""
    return Figures(len(minutes), _middle(minutes), len(others), agreement(others), len(repeats), agreement(repeats))


def _middle(minutes: Sequence[float]) -> int | None:
    """The median; None where it would tell of single works."""
    in_order = sorted(minutes)
    return round(in_order[len(in_order) // 2]) if len(in_order) >= OF else None
