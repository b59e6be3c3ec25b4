"""Which work an assessor is given next. One in ten is a hidden repeat, in places that a seed decides and nobody can guess. Pure."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence, Set
from datetime import timedelta
from typing import TypeVar

from portal.accreditation.lifecycle import Place, WorkState

ONE_IN = 10
AFTER = timedelta(weeks=3)  # between a marking and its repeat, so that it is read anew
LEFT_AFTER = 5  # working days after which what was taken and left goes back

Thing = TypeVar("Thing")


def free_place(state: WorkState, taken: Set[Place], assessors: int) -> Place | None:
    """What a work in this state still wants, of which these places are `taken`; None for nothing. `assessors`: one or two."""
    if state is WorkState.DIFFERING:
        wanted: tuple[Place, ...] = (Place.THIRD,)
    elif state is WorkState.HANDED_IN:
        wanted = (Place.FIRST, Place.SECOND)[:assessors]
    else:
        wanted = ()
    return next((place for place in wanted if place not in taken), None)


def is_repeat(seed: str, assessor: int, taken: int, repeats: int) -> bool:
    """Whether the next work is to be a repeat, after so many `taken`, `repeats` among them.

    Of each ten works one place is a repeat's. Where there was nothing to repeat in its place, it is made good by the next."""
    return sum(_place(seed, assessor, block) + block * ONE_IN <= taken for block in range(taken // ONE_IN + 1)) > repeats


def _place(seed: str, assessor: int, block: int) -> int:
    return _chance(seed, assessor, block).randrange(ONE_IN)


def chosen(seed: str, assessor: int, repeats: int, among: Sequence[Thing]) -> Thing:
    """The one to repeat, of those that may be, in an order that does not change."""
    return _chance(seed, assessor, "which", repeats).choice(among)


def shuffled(seed: str, assessor: int, round: int, among: Sequence[Thing]) -> list[Thing]:
    """Practice scripts in an order of the assessor's own, so that neighbours cannot speak of “the second”."""
    in_order = list(among)
    _chance(seed, assessor, "order", round).shuffle(in_order)
    return in_order


def _chance(*of: object) -> random.Random:
    return random.Random(hashlib.sha256(repr(of).encode()).digest())
