"""Which of the works that an assessor takes are hidden repeats: one in ten, in places that a seed decides and nobody can guess."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

ONE_IN = 10
AFTER = timedelta(weeks=3)  # between a marking and its repeat, so that it is read anew

Thing = TypeVar("Thing")


def is_due(seed: str, assessor: int, taken: int, repeats: int) -> bool:
    """Whether the next work is to be a repeat, after so many `taken`, `repeats` among them.

    Of each ten works one place is a repeat's. Where there was nothing to repeat in its place, it is made good by the next."""
    return sum(_place(seed, assessor, block) + block * ONE_IN <= taken for block in range(taken // ONE_IN + 1)) > repeats


def _place(seed: str, assessor: int, block: int) -> int:
    return _chance(seed, assessor, block).randrange(ONE_IN)


def chosen(seed: str, assessor: int, repeats: int, among: Sequence[Thing]) -> Thing:
    """The one to repeat, of those that may be, in an order that does not change."""
    return _chance(seed, assessor, f"which {repeats}").choice(among)


def shuffled(seed: str, assessor: int, among: Sequence[Thing]) -> list[Thing]:
    """Practice scripts in an order of the assessor's own, so that neighbours cannot speak of “the second”."""
    in_order = list(among)
    _chance(seed, assessor, "order").shuffle(in_order)
    return in_order


def _chance(*of: object) -> random.Random:
    return random.Random(hashlib.sha256(repr(of).encode()).digest())
