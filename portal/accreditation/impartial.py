"""Who may mark whose work, and who may decide an appeal. Pure: people are given as what binds them to one another."""

from __future__ import annotations

import enum
from collections.abc import Set
from dataclasses import dataclass


class Bar(enum.Enum):
    """What keeps an assessor from a work; the words go on from “You do not mark this work: …”."""

    OWN = "it is your own"
    TIED = "you said that you do not mark this person"
    COLLEAGUE = "the writer works for the same organisation as you"
    CONFLICTED = "you declared a conflict of interest with the writer’s organisation"
    MARKED = "you have marked it already"


@dataclass(frozen=True)
class Assessor:
    """`tied`: whom they manage, who manages them, and who is close to them, whoever of the two said so."""

    id: int
    bodies: Set[int]
    conflicts: Set[int] = frozenset()
    tied: Set[int] = frozenset()


@dataclass(frozen=True)
class Writer:
    """Whoever wrote a work, and every organisation that they act for."""

    id: int
    bodies: Set[int]


def bar(assessor: Assessor, writer: Writer, *, colleagues: bool, marked: bool = False) -> Bar | None:
    """What keeps this assessor from a work of this writer, the nearest reason first; None for nothing.

    `colleagues`: whether people may mark others of their own organisation. `marked`: whether the assessor has marked the work
    before. A hidden repeat is the one marking that asks with `marked` False in spite of it."""
    if assessor.id == writer.id:
        return Bar.OWN
    if writer.id in assessor.tied:
        return Bar.TIED
    if not colleagues and assessor.bodies & writer.bodies:
        return Bar.COLLEAGUE
    if assessor.conflicts & writer.bodies:
        return Bar.CONFLICTED
    return Bar.MARKED if marked else None
