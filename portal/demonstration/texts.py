"""The written content of the demonstration, drawn so that nothing is said twice within one assessment."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from portal.kernel import words

TEXTS = Path(__file__).parent / "texts"
EIGHTEEN_MONTHS = 540  # days before an answer in which its proof may lie
PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Said:
    """What one answer says."""

    level: int
    claim: str
    proof: str
    proof_on: date
    gap: str
    action: str
    owner: str


@cache
def file(name: str) -> Any:
    return yaml.load((TEXTS / f"{name}.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)


@cache
def _of(expectation: str) -> dict[str, Any]:
    pillar, _, number = expectation.partition(".")
    if pillar.startswith("VEN"):
        return _venice(number)
    found: dict[str, Any] = file(pillar.lower())[expectation]
    return found


def _venice(number: str) -> dict[str, Any]:
    """The Ombudsman's own texts have one claim and one proof a level, and its plan stands apart."""
    found = {str(level): text for level, text in file("venice")[int(number)].items()}
    plan = file("journeys")["venice_plan"].get(int(number))
    levels = {
        level: {"claims": [text["claim"]], "proofs": [text["proof"]]}
        for level, text in found.items()
        if level != "2" or plan
    }
    if plan:
        levels["2"] |= {"gaps": [plan["gap"]], "actions": [{"what": plan["action"], "owner": plan["owner"]}]}
    return {"levels": levels}


def levels(expectation: str, *, light: bool) -> tuple[int, ...]:
    """The levels for which there are texts."""
    of = _of(expectation)
    return tuple(sorted(int(level) for level in (of["light"] if light and "light" in of else of["levels"])))


def say(chance: random.Random, expectation: str, level: int, *, light: bool, organisation: str, on: date) -> Said:
    """An answer at `level`, given on a day, in one of the ways in which it can be said."""
    of = _of(expectation)
    full = of["levels"].get(str(level)) or of["levels"]["2"]
    claim = of["light"][str(level)] if light and "light" in of else chance.choice(full["claims"])
    proof_on = on - timedelta(days=int(chance.triangular(6, EIGHTEEN_MONTHS, 90)))
    fill = _filling(chance, level, organisation, on, proof_on)
    gap = chance.choice(full["gaps"]) if "gaps" in full else ""
    action = chance.choice(full["actions"]) if "actions" in full else {"what": "", "owner": ""}
    return Said(
        level, fill(claim), fill(chance.choice(full["proofs"])), proof_on, fill(gap), fill(action["what"]), action["owner"]
    )


def _filling(chance: random.Random, level: int, organisation: str, on: date, proof_on: date) -> Any:
    ranges = file("placeholders")

    def one(found: re.Match[str]) -> str:
        match found.group(1):
            case "organisation":
                return organisation
            case "month":
                earlier = on - timedelta(days=chance.randint(20, 300))
                return f"{words.MONTHS[earlier.month - 1]} {earlier.year}"
            case "proof_day":
                return words.day(proof_on)
            case "percent":
                return f"{chance.randint(*ranges['percent'].get(str(level), ranges['percent']['2']))}%"
            case "number":
                return str(chance.randint(*ranges["number"]))
        raise ValueError(f"{found.group(0)} is not a placeholder of texts/placeholders.yaml.")

    return lambda text: PLACE.sub(one, text)


class Deck:
    """Texts dealt without putting any back until all have been dealt."""

    def __init__(self, chance: random.Random, cards: list[Any]) -> None:
        self._chance = chance
        self._cards = cards
        self._left: list[Any] = []

    def deal(self) -> Any:
        if not self._left:
            self._left = self._chance.sample(self._cards, len(self._cards))
        return self._left.pop()


class Desk:
    """The decks of one assessment."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._decks: dict[tuple[str, ...], Deck] = {}

    def deal(self, *path: str) -> Any:
        """One text of reviewers.yaml (or journeys.yaml) under these names."""
        if path not in self._decks:
            cards: list[Any] = []
            for name in ("reviewers", "journeys"):
                found: Any = file(name)
                for step in path:
                    found = found.get(step) if isinstance(found, dict) else None
                cards += found or []
            self._decks[path] = Deck(self._chance, cards)
        return self._decks[path].deal()
