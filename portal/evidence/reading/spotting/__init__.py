"""Find in a text what tells who a person is: numbers, dates, accounts and addresses, told from what only looks like it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from portal.evidence.reading.spotting import accounts, addresses, births, insurance, nhs_numbers, telephones
from portal.evidence.reading.spotting.words import Spotted, is_label, readable

__all__ = ["Spotted", "is_label", "readable", "spot"]

# In this order: what an earlier one has taken is not taken again by a later one.
_FINDERS: tuple[Callable[[str], Iterator[Spotted]], ...] = (
    addresses.spot,
    accounts.spot,
    insurance.spot,
    nhs_numbers.spot,
    telephones.spot,
)


def spot(text: str, *, in_lines: bool = True) -> list[Spotted]:
    """What stands in `text`, in its order. `in_lines` says that a heading may stand on the line above its values.

    Every expression below has an end to each of its repetitions, so the work grows with the text and no faster.
    """
    taken: list[tuple[int, int]] = []
    spotted: list[Spotted] = []
    for found in births.spot(text, in_lines=in_lines):
        _take(found, taken, spotted)
    for finder in _FINDERS:
        for found in finder(text):
            _take(found, taken, spotted)
    return sorted(spotted, key=lambda one: one.start)


def _take(found: Spotted, taken: list[tuple[int, int]], spotted: list[Spotted]) -> None:
    index = bisect_left(taken, (found.start, found.end))
    before = index > 0 and taken[index - 1][1] > found.start
    after = index < len(taken) and taken[index][0] < found.end
    if not before and not after:
        taken.insert(index, (found.start, found.end))
        spotted.append(found)
