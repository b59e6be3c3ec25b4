"""A random sample that anyone can draw again, and the fair sharing out of reviews."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


def size(of: int, percent: int) -> int:
    """How many are drawn: the share rounded up, one at least, never more than there are."""
    return min(of, max(1, -(-of * percent // 100))) if of else 0


def draw(references: Iterable[str], count: int, seed: str) -> tuple[str, ...]:
    """The sample: the references with the smallest SHA-256 of "<seed>:<reference>".

    The order in which they come does not matter, so that anyone who has the list and the seed draws the same.
    """
    ranked = sorted(set(references), key=lambda one: (hashlib.sha256(f"{seed}:{one}".encode()).hexdigest(), one))
    return tuple(ranked[:count])


@dataclass(frozen=True)
class Waiting:
    """A signed assessment that nobody reviews yet."""

    id: int
    organisation_id: int


@dataclass(frozen=True)
class Shares:
    """Who was given what, and what nobody may take."""

    given: tuple[tuple[int, int], ...]  # (assessment, reviewer)
    nobody: tuple[int, ...]


def share_out(waiting: Sequence[Waiting], load: Mapping[int, int], conflicts: Mapping[int, frozenset[int]]) -> Shares:
    """Give each assessment, in turn, to the reviewer with the least open work who has no conflict with the body.

    `load` is the open work of each reviewer by id; `conflicts` the organisations each one keeps out of.
    """
    now, given, nobody = dict(load), [], []
    for one in waiting:
        able = [who for who in now if one.organisation_id not in conflicts.get(who, frozenset())]
        if not able:
            nobody.append(one.id)
            continue
        chosen = min(able, key=lambda who: (now[who], who))
        now[chosen] += 1
        given.append((one.id, chosen))
    return Shares(tuple(given), tuple(nobody))
