"""How the questions of a course do, from sums over answers. Pure; what too few people answered is not shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from portal.accreditation.courses.records import Question

FEWEST = 30  # first answers, below which a figure says more about chance than about the question
EASY, HARD, APART = 0.95, 0.30, 0.10


@dataclass(frozen=True)
class Sums:
    """Of one question: how often it was issued, and over first examinations: how many (n) were asked it, were right, left it out,
    and, with y the share of the rest of the paper that was right, the sums of y, of its square, and of y where they were right."""

    issued: int = 0
    n: int = 0
    right: int = 0
    left_out: int = 0
    rest: float = 0.0
    rest_squared: float = 0.0
    rest_if_right: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.issued + other.issued, self.n + other.n, self.right + other.right, self.left_out + other.left_out,
            self.rest + other.rest, self.rest_squared + other.rest_squared, self.rest_if_right + other.rest_if_right,
        )  # fmt: skip


def facility(of: Sums) -> float | None:
    """The share that was right; None where too few were asked."""
    return of.right / of.n if of.n >= FEWEST else None


def correlation(of: Sums) -> float | None:
    """Of being right with the rest of the paper, the question itself left out. None where too few were asked, or all the same."""
    if of.n < FEWEST:
        return None
    along = of.n * of.rest_if_right - of.right * of.rest
    spread = (of.n * of.right - of.right**2) * (of.n * of.rest_squared - of.rest**2)
    return along / math.sqrt(spread) if spread > 1e-9 else None


@dataclass(frozen=True)
class Figures:
    """One question as its authors see it; `look` says what may be wrong with it, if anything."""

    question: Question
    sums: Sums
    facility: float | None
    correlation: float | None
    look: str


def figures(questions: Iterable[Question], sums: Mapping[str, Sums]) -> list[Figures]:
    """Every question of a course, in the order of its files."""
    return [_figures(one, sums.get(one.id, Sums())) for one in questions]


def _figures(question: Question, of: Sums) -> Figures:
    right, along = facility(of), correlation(of)
    return Figures(question, of, right, along, _look(right, along))


def _look(right: float | None, along: float | None) -> str:
    if along is not None and along < 0:
        return "Those who know more are right less often: check the key"
    if right is not None and right > EASY:
        return "Nearly everybody is right"
    if right is not None and right < HARD:
        return "Few are right: check the key and the wording"
    if along is not None and along < APART:
        return "It hardly tells those who know from those who do not"
    return ""


# By which a table can be sorted: its words in the address, and what of a row is compared. What has no figure comes last.
SORTS: dict[str, Callable[[Figures], tuple[bool, float | str]]] = {
    "question": lambda one: (False, one.question.title.casefold()),
    "outcome": lambda one: (False, one.question.outcome),
    "asked": lambda one: (False, -one.sums.n),
    "facility": lambda one: (one.facility is None, one.facility or 0.0),
    "correlation": lambda one: (one.correlation is None, one.correlation or 0.0),
    "issued": lambda one: (False, -one.sums.issued),
}


@dataclass(frozen=True)
class Reached:
    """One step of a course: how many began it and finished it, of all who began the course."""

    title: str
    began: int
    finished: int
    of: int

    @property
    def percent(self) -> int:
        return self.finished * 100 // self.of if self.of else 0
