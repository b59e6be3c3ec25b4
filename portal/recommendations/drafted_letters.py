"""The letters that are drafted for an officer from level 3 of the ladder on, read once at start, and filled with facts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import Field

from portal.kernel.content import Place, Record, Text, WholeNumber, read
from portal.recommendations.ladder import BY_A_PERSON, LADDER

FILE = Path(__file__).parent / "texts" / "ladder.yaml"
FACTS = ("organisation", "reference", "case", "recommendation", "issued", "due", "late", "answer", "evidence")


class DraftedLetter(Record):
    """What is done at one level, and the letter for it."""

    level: WholeNumber
    title: Annotated[Text, Field(max_length=80)]
    text: Text

    def filled(self, **facts: str) -> str:
        """The letter with a value for each of FACTS."""
        return self.text.format_map(facts)


class LettersFile(Record):
    """ladder.yaml."""

    letters: tuple[DraftedLetter, ...]


def one_for_each_level(file: LettersFile) -> Iterator[tuple[Place, str]]:
    """Each level that a person decides about has one letter."""
    wanted = [step.level for step in LADDER if step.level >= BY_A_PERSON]
    if [one.level for one in file.letters] != wanted:
        yield ("letters",), f"there must be one letter for each of the levels {', '.join(map(str, wanted))}, in this order"


def braces_are_known(file: LettersFile) -> Iterator[tuple[Place, str]]:
    """Whatever stands in braces can be filled in."""
    for at, one in enumerate(file.letters):
        try:
            names = {name for _, name, _, _ in Formatter().parse(one.text) if name is not None}
        except ValueError:
            yield ("letters", at, "text"), "has a brace without its other half"
            continue
        for name in sorted(names - set(FACTS)):
            yield ("letters", at, "text"), f"has {{{name}}} in it, but what can be filled in is: {', '.join(FACTS)}"


@cache
def letters() -> dict[int, DraftedLetter]:
    """Every letter by its level. Raises ContentError with every fault of the file."""
    return {one.level: one for one in read(FILE, LettersFile, one_for_each_level, braces_are_known).letters}
