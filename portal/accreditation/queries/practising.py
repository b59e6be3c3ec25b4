"""What an assessor practised, round by round, and what of it agreed with the panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from portal.accreditation import agreement
from portal.accreditation.courses.records import Assignment, Course, Script
from portal.accreditation.models import CourseVersion, PracticeMarking
from portal.accreditation.queries import catalogue
from portal.kernel.db import db

P, V = PracticeMarking, CourseVersion


class Rubric(NamedTuple):
    """What practice opens: an assignment, in every version of its course that has the same rules."""

    course: str
    major: int
    assignment: str


@dataclass(frozen=True)
class Round:
    """One time through the scripts; `markings` by script, those that were not marked yet missing."""

    number: int
    markings: Mapping[str, PracticeMarking]

    @property
    def over(self) -> bool:
        return len(self.markings) >= agreement.OF

    @property
    def agreed(self) -> int:
        return sum(one.agreed for one in self.markings.values())

    @property
    def passed(self) -> bool:
        return self.over and self.agreed >= agreement.NEEDED


@dataclass(frozen=True)
class Practice:
    """An assignment to practise on, in the newest version with its rules, and an assessor's rounds of it, oldest first."""

    rubric: Rubric
    version: CourseVersion
    course: Course
    assignment: Assignment
    rounds: Sequence[Round]
    organisation_id = None

    @property
    def last(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None

    @property
    def passed(self) -> bool:
        """Whether the newest round agreed with the panel; one that was begun again counts from its first script."""
        return self.last is not None and self.last.passed

    def script(self, slug: str) -> Script | None:
        return next((one for one in self.assignment.scripts if one.slug == slug), None)

    def marking(self, round: int, script: str) -> PracticeMarking | None:
        return self.rounds[round - 1].markings.get(script) if round <= len(self.rounds) else None


@dataclass(frozen=True)
class Practised:
    """A script in one round, and what this assessor made of it, if they have marked it."""

    practice: Practice
    round: int
    script: Script
    marking: PracticeMarking | None
    organisation_id = None


_OF_ONE = (
    sa.select(V.course, V.major, P)
    .join(V, V.id == P.course_version_id)
    .where(P.assessor_id == sa.bindparam("person"))
    .order_by(P.round, P.marked_at, P.id)
)


def practices(person_id: int) -> dict[Rubric, Practice]:
    """Every assignment of every course, with what this person practised of it."""
    rounds: dict[Rubric, dict[int, dict[str, PracticeMarking]]] = {}
    for course, major, one in db.session.execute(_OF_ONE, {"person": person_id}):
        rounds.setdefault(Rubric(course, major, one.assignment), {}).setdefault(one.round, {})[one.script] = one
    found = {}
    for (course, major), version in catalogue.majors().items():
        content = catalogue.content(version)
        for assignment in content.assignments:
            rubric = Rubric(course, major, assignment.slug)
            theirs = [Round(number, markings) for number, markings in rounds.get(rubric, {}).items()]
            found[rubric] = Practice(rubric, version, content, assignment, theirs)
    return found


def practice(person_id: int, rubric: Rubric) -> Practice | None:
    return practices(person_id).get(rubric)


def practised(person_id: int, rubric: Rubric, round: int, script: str) -> Practised | None:
    """A script of a round that was begun, or of the one that comes next: a round follows once the one before it is over."""
    at = practice(person_id, rubric)
    one = at.script(script) if at else None
    if at is None or one is None or not 1 <= round <= len(at.rounds) + (at.last is None or at.last.over):
        return None
    return Practised(at, round, one, at.marking(round, script))
