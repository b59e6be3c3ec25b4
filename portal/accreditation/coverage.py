"""Which expectations of the standards are taught by how many lessons and examined by how many questions. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.accreditation.courses.records import Course
from portal.standards.records import Standard

ENOUGH = 3  # questions of an expectation, below which authors are asked for more


@dataclass(frozen=True)
class Covered:
    """One expectation. `questions` are those of each course that examines it, by the course's id."""

    code: str
    title: str
    lessons: int
    questions: Mapping[str, int]

    @property
    def examined(self) -> int:
        return sum(self.questions.values())


@dataclass(frozen=True)
class Coverage:
    """One standard, with every expectation of its newest version, examined or not."""

    standard: Standard
    expectations: tuple[Covered, ...]

    @property
    def examined(self) -> int:
        """How many expectations any question is about."""
        return sum(one.examined > 0 for one in self.expectations)


def coverage(standard: Standard, courses: Sequence[Course]) -> Coverage:
    """How far these courses cover a standard."""
    asked = {course.id: Counter(code for one in course.questions.values() for code in one.expectations) for course in courses}
    taught = Counter(code for course in courses for lesson in course.lessons for code in lesson.expectations)
    return Coverage(
        standard,
        tuple(
            Covered(one.code, one.title, taught[one.code], {id: count[one.code] for id, count in asked.items() if count[one.code]})
            for one in standard.expectations
        ),
    )
