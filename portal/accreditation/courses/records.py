"""What a course is made of, as it was read. Everything in here is frozen; texts are Markdown."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portal.accreditation.courses.dating import DateRule

Version = tuple[int, int, int]


class QuestionKind(enum.Enum):
    ONE = "one"
    MANY = "many"
    TRUE_FALSE = "true or false"
    NUMBER = "number"
    SHORT = "short"
    DATE = "date"
    MATCH = "match"
    ORDER = "order"


CHOSEN = frozenset({QuestionKind.ONE, QuestionKind.MANY, QuestionKind.TRUE_FALSE})  # by ticking what is offered
TYPED = frozenset({QuestionKind.NUMBER, QuestionKind.SHORT, QuestionKind.DATE})


@dataclass(frozen=True)
class Option:
    """One answer: offered, foreseen, or one half of a pair. `goes_with` is the right-hand side that it is matched with."""

    text: str
    reason: str
    right: bool = False
    critical: bool = False
    goes_with: str = ""


@dataclass(frozen=True)
class Question:
    """`options` of an order are in the right order; `strays` are right-hand sides that fit nothing.

    A date has `between`, the days from which its start is drawn, and `rule`; its options are wrong answers, as rules."""

    id: str
    title: str
    topic: str
    kind: QuestionKind
    outcome: str
    expectations: tuple[str, ...]
    difficulty: int
    text: str
    options: tuple[Option, ...]
    lesson: str  # what it is there to teach
    strays: tuple[str, ...] = ()
    between: tuple[date, date] | None = None
    rule: DateRule | None = None
    line: int = 0

    @property
    def sides(self) -> tuple[str, ...]:
        """Every right-hand side of a match, each once, in the order of the file."""
        return tuple(dict.fromkeys((*(option.goes_with for option in self.options), *self.strays)))


@dataclass(frozen=True)
class Block:
    """A stretch of a page: prose, or a box."""

    kind: str  # "" for prose, else one of BOXES
    text: str


BOXES = ("exchange", "letter", "poor", "good", "tomorrow", "note")


@dataclass(frozen=True)
class Page:
    title: str
    blocks: tuple[Block, ...]


def laid_out(blocks: tuple[Block, ...]) -> list[tuple[Block, ...]]:
    """The blocks in rows: a poor box and the good one after it stand side by side."""
    rows: list[tuple[Block, ...]] = []
    for block in blocks:
        if block.kind == "good" and rows and rows[-1][-1].kind == "poor":
            rows[-1] = (*rows[-1], block)
        else:
            rows.append((block,))
    return rows


@dataclass(frozen=True)
class Lesson:
    """`slug` is its folder and file, as "01-what-counts/02-words". `check` is asked after its last page, and nobody marks it."""

    slug: str
    title: str
    minutes: int
    outcome: str
    expectations: tuple[str, ...]
    opening: tuple[Block, ...]
    pages: tuple[Page, ...]
    check: Question | None  # None only in a lesson that may not be used
    words: int


@dataclass(frozen=True)
class Module:
    folder: str
    title: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Choice:
    """What may be said or done, and what both sides then think."""

    text: str
    points: int
    critical: bool
    leads_to: str
    complainant: str
    colleague: str


@dataclass(frozen=True)
class Part:
    """A moment of a scenario; one without choices is an ending."""

    name: str
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Scenario:
    """`best`: the points of its best path, which are the whole of its marks."""

    slug: str
    title: str
    outcome: str
    expectations: tuple[str, ...]
    setting: str
    minutes: int
    opening: str
    start: str
    parts: Mapping[str, Part]
    best: int
    pass_mark: int


@dataclass(frozen=True)
class Criterion:
    """`levels` are what each of the five looks like, from 0 to 4."""

    title: str
    outcome: str
    expectations: tuple[str, ...]
    weight: int
    levels: tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Marked:
    """The level that a script has by one criterion, and why."""

    level: int
    why: str


@dataclass(frozen=True)
class Script:
    """A reply that was marked beforehand: `marks` in the order of the criteria, `broken` the must-nots by their code."""

    slug: str
    text: str
    marks: tuple[Marked, ...]
    broken: Mapping[str, str]


@dataclass(frozen=True)
class Assignment:
    """`words` are the fewest and the most that are asked for."""

    slug: str
    title: str
    outcome: str
    expectations: tuple[str, ...]
    words: tuple[int, int]
    minutes: int
    task: str
    case: str
    checklist: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    must_not: Mapping[str, str]
    scripts: tuple[Script, ...]
    pass_mark: int
    least_level: int
    assessors: int
    third_when_levels_differ_by: int
    resubmissions: int


@dataclass(frozen=True)
class Outcome:
    code: str
    text: str
    expectations: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    file: str
    title: str


@dataclass(frozen=True)
class Paper:
    """How an examination is drawn and sat; `minutes` before anybody's adjustment."""

    questions_per_outcome: int
    pass_mark: int
    minutes: int
    attempts: int
    wait_hours: int


Need = Literal["paper", "scenarios", "assignments"]


@dataclass(frozen=True)
class Course:
    """A course in one version, whole."""

    id: str
    version: Version
    title: str
    about: str
    audience: str
    roles: tuple[str, ...]
    settings: tuple[str, ...]
    minutes: int
    cpd_minutes: int
    valid_months: int
    standards: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    topics: tuple[Topic, ...]
    paper: Paper
    modules: tuple[Module, ...]
    questions: Mapping[str, Question]
    scenarios: tuple[Scenario, ...]
    assignments: tuple[Assignment, ...]
    sources: str
    renewal: tuple[Need, ...]
    sha256: str

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    def outcome(self, code: str) -> Outcome:
        return next(outcome for outcome in self.outcomes if outcome.code == code)

    def assignment(self, slug: str) -> Assignment:
        return next(one for one in self.assignments if one.slug == slug)


@dataclass(frozen=True)
class Award:
    """What courses and other awards together make. `needs` are every course, those of the awards within it included."""

    code: str
    title: str
    about: str
    courses: tuple[str, ...]
    awards: tuple[str, ...]
    valid_months: int
    needs: tuple[str, ...]
