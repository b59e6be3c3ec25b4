"""The level that stands, from what the body claimed and what one or two reviewers found."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Why(enum.Enum):
    """Why a level stands, in the words of the page that shows it."""

    NOT_CHECKED = "No reviewer tested this level, so the organisation’s own level stands."
    CANNOT_TELL = "The reviewer could not tell, so the organisation’s own level stands."
    AGREED = "The reviewer agreed with the level."
    RAISED = "The reviewer found a higher level than the organisation claimed."
    ONE_VIEW = "One reviewer would lower the level. A second reviewer has to look first, so the organisation’s own level stands."
    LOWERED = "Two reviewers, the second without knowing the view of the first, found a lower level. The higher of their two levels stands."
    NOT_UPHELD = "One reviewer would have lowered the level and a second did not, so the organisation’s own level stands."


@dataclass(frozen=True)
class Opinion:
    """What one reviewer found; `level` is None where they could not tell, or where the expectation does not apply."""

    level: int | None
    agrees: bool = False  # said "agree", which also holds where the claim is that it does not apply


@dataclass(frozen=True)
class Settled:
    level: int | None
    why: Why

    @property
    def waits_for_a_second_view(self) -> bool:
        return self.why is Why.ONE_VIEW


def lowers(claimed: int | None, opinion: Opinion | None) -> bool:
    """Whether this view is under the level claimed."""
    return claimed is not None and opinion is not None and opinion.level is not None and opinion.level < claimed


def settle(claimed: int | None, first: Opinion | None, second: Opinion | None) -> Settled:
    """The level that stands. A lower one needs two views, and then the higher of the two is taken."""
    if first is None:
        return Settled(claimed, Why.NOT_CHECKED)
    if first.agrees:
        return Settled(claimed, Why.AGREED)
    if claimed is None or first.level is None:
        return Settled(claimed, Why.CANNOT_TELL)
    if not lowers(claimed, first):
        return Settled(first.level, Why.AGREED if first.level == claimed else Why.RAISED)
    if second is None:
        return Settled(claimed, Why.ONE_VIEW)
    if second.level is None or not lowers(claimed, second):
        return Settled(claimed, Why.NOT_UPHELD)
    return Settled(max(first.level, second.level), Why.LOWERED)
