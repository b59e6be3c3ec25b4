"""What the filters of a list are called in its address, and what they say on its page. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from portal.recommendations import ladder
from portal.recommendations.lifecycle import Acceptance, Delivery

Choice = TypeVar("Choice", bound=enum.Enum)
_BETWEEN = re.compile("[^a-z0-9]+")
NAMES = ("organisation", "kind", "type", "theme", "answer", "state", "late", "officer", "q")
LONGEST = 200  # characters of one filter


def slug(one: enum.Enum) -> str:
    """Its value as an address has it: "no-recent-evidence"."""
    return _BETWEEN.sub("-", str(one.value).lower()).strip("-")


def by_slug(choices: Iterable[Choice]) -> dict[str, Choice]:
    return {slug(one): one for one in choices}


ANSWERS = by_slug(Acceptance)
DELIVERIES = by_slug(Delivery)
BANDS = by_slug(ladder.Band)


def said(choices: Mapping[str, enum.Enum]) -> list[tuple[str, str]]:
    """Each choice as (what the address has, what the page says)."""
    return [(name, str(one.value)[:1].upper() + str(one.value)[1:]) for name, one in choices.items()]
