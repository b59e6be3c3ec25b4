"""How far somebody is: in their courses, and in one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import sqlalchemy as sa

from portal.accreditation.courses.records import Assignment, Course, Lesson, Module, Scenario
from portal.accreditation.models import CourseVersion, CpdEntry, Enrolment, LessonRead, ScenarioTry, Work
from portal.accreditation.queries import catalogue
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation

E, L, T, W = Enrolment, LessonRead, ScenarioTry, Work


@dataclass(frozen=True)
class Studied:
    """A course as somebody sees it: in the version that is theirs, or the newest if they have not begun it."""

    course: Course
    version: CourseVersion
    enrolment: Enrolment | None
    read: Mapping[str, LessonRead]
    passed: frozenset[str]  # scenarios that were passed
    works: Mapping[str, Work]  # the one of each assignment that was passed, or else the newest

    @property
    def begun(self) -> Enrolment:
        assert self.enrolment is not None
        return self.enrolment

    def finished(self, lesson: Lesson) -> bool:
        return lesson.slug in self.read and self.read[lesson.slug].finished_at is not None

    @property
    def lessons_left(self) -> tuple[Lesson, ...]:
        return tuple(lesson for lesson in self.course.lessons if not self.finished(lesson))

    @property
    def minutes_left(self) -> int:
        """Of lessons, scenarios and assignments, as the course says, for the pages that were not read yet."""
        lessons = sum(_left_of(lesson, self.read.get(lesson.slug)) for lesson in self.lessons_left)
        scenarios = sum(one.minutes for one in self.course.scenarios if one.slug not in self.passed)
        return round(lessons) + scenarios + sum(one.minutes for one in self.assignments_left)

    @property
    def assignments_left(self) -> tuple[Assignment, ...]:
        """Those that are to be written, or written again."""
        waits = {slug for slug, one in self.works.items() if one.passed or (one.handed_in_at and not one.decided_at)}
        return tuple(one for one in self.course.assignments if one.slug not in waits)

    @property
    def learnt(self) -> bool:
        """Whether every lesson was read, and every conversation and assignment passed."""
        written = all(one.slug in self.works and self.works[one.slug].passed for one in self.course.assignments)
        return not self.lessons_left and len(self.passed) == len(self.course.scenarios) and written

    @property
    def resumes_at(self) -> Lesson | None:
        """The lesson that was left last and is not finished, or else the first that is not."""
        left = self.lessons_left
        seen = [lesson for lesson in left if lesson.slug in self.read]
        return max(seen, key=lambda lesson: self.read[lesson.slug].seen_at) if seen else (left[0] if left else None)

    def page_of(self, lesson: Lesson) -> int:
        """The page at which somebody goes on; 1 for a lesson that they have not opened or have finished."""
        one = self.read.get(lesson.slug)
        return min(one.page, len(lesson.pages) + 1) if one and one.finished_at is None else 1


def _left_of(lesson: Lesson, one: LessonRead | None) -> float:
    pages = len(lesson.pages) + 1
    return lesson.minutes * (1 - (min(one.furthest, pages) - 1) / pages) if one else lesson.minutes


@dataclass(frozen=True)
class Opened:
    """A lesson of a course that somebody has begun; `page` counts from 1, and the one after the last is its question."""

    studied: Studied
    module: Module
    lesson: Lesson
    page: int

    @property
    def is_check(self) -> bool:
        return self.page > len(self.lesson.pages)


@dataclass(frozen=True)
class Walked:
    """A scenario of a course that somebody has begun, and the walk that is open or was finished last."""

    studied: Studied
    scenario: Scenario
    walk: ScenarioTry | None


_ENROLLED = sa.select(E).where(E.person_id == sa.bindparam("person"), E.course == sa.bindparam("course")).order_by(E.cycle.desc()).limit(at_most(1))
_ALL_ENROLLED = sa.select(E).where(E.person_id == sa.bindparam("person")).order_by(E.course, E.cycle)
_READ = sa.select(L).where(L.enrolment_id.in_(sa.bindparam("ids", expanding=True)))
_PASSED = sa.select(T.enrolment_id, T.scenario).where(T.enrolment_id.in_(sa.bindparam("ids", expanding=True)), T.passed.is_(True)).distinct()
_WORKS = sa.select(W).where(W.enrolment_id.in_(sa.bindparam("ids", expanding=True))).order_by(W.number)
_WALK = (
    sa.select(T).where(T.enrolment_id == sa.bindparam("id"), T.scenario == sa.bindparam("scenario")).order_by(T.number.desc()).limit(at_most(1))
)


def enrolment(person_id: int, course: str) -> Enrolment | None:
    """The newest time that this person has taken up a course."""
    return db.session.scalar(_ENROLLED, {"person": person_id, "course": course})


def courses_of(person_id: int) -> list[Studied]:
    """Every course that is open to people who begin now, and every one that this person has begun, by its id."""
    mine = {one.course: one for one in db.session.scalars(_ALL_ENROLLED, {"person": person_id})}
    versions = catalogue.newest()
    for one in mine.values():
        versions[one.course] = catalogue.version(one.course_version_id)
    return _studied([versions[course] for course in sorted(versions)], mine)


def studied(person_id: int, course: str) -> Studied | None:
    """A course for this person, by its id in any case; None where there is none."""
    wanted = course.upper()
    mine = enrolment(person_id, wanted)
    version = catalogue.version(mine.course_version_id) if mine else catalogue.newest().get(wanted)
    return _studied([version], {wanted: mine} if mine else {})[0] if version else None


def _studied(versions: Sequence[CourseVersion], mine: Mapping[str, Enrolment]) -> list[Studied]:
    ids = [one.id for one in mine.values()]
    read: dict[int, dict[str, LessonRead]] = {}
    passed: dict[int, set[str]] = {}
    works: dict[int, dict[str, Work]] = {}
    if ids:
        for one in db.session.scalars(_READ, {"ids": ids}):
            read.setdefault(one.enrolment_id, {})[one.lesson] = one
        for id, scenario in db.session.execute(_PASSED, {"ids": ids}):
            passed.setdefault(id, set()).add(scenario)
        for work in db.session.scalars(_WORKS, {"ids": ids}):
            of_one = works.setdefault(work.enrolment_id, {})
            if work.assignment not in of_one or not of_one[work.assignment].passed:
                of_one[work.assignment] = work
    found = []
    for version in versions:
        begun = mine.get(version.course)
        of = begun.id if begun else 0
        found.append(Studied(catalogue.content(version), version, begun, read.get(of, {}), frozenset(passed.get(of, ())), works.get(of, {})))
    return found


def begun(person_id: int, course: str) -> Studied | None:
    """As `studied`, for a course that the person has begun."""
    found = studied(person_id, course)
    return found if found and found.enrolment else None


def opened(person_id: int, course: str, module: str, lesson: str, page: int) -> Opened | None:
    """A page of a lesson of a course that the person has begun."""
    found = begun(person_id, course)
    if found is None:
        return None
    for one in found.course.modules:
        for inside in one.lessons:
            if one.folder == module and inside.slug == f"{module}/{lesson}" and 1 <= page <= len(inside.pages) + 1:
                return Opened(found, one, inside, page)
    return None


def walked(person_id: int, course: str, scenario: str) -> Walked | None:
    """A scenario of a course that the person has begun."""
    found = begun(person_id, course)
    if found is None:
        return None
    one = next((one for one in found.course.scenarios if one.slug == scenario), None)
    return Walked(found, one, db.session.scalar(_WALK, {"id": found.begun.id, "scenario": scenario})) if one else None


@dataclass(frozen=True)
class Cpd:
    """A line of the record of professional development."""

    on: date
    title: str
    claimed: int
    observed: int


MOST_LINES = 500
_CPD = sa.select(CpdEntry.counted_on, CpdEntry.title, CpdEntry.claimed, CpdEntry.observed).where(CpdEntry.person_id == sa.bindparam("person"))
_CPD_LINES = _CPD.order_by(CpdEntry.counted_on.desc(), CpdEntry.id.desc()).limit(at_most(MOST_LINES))
_CPD_SUMS = sa.select(sa.func.coalesce(sa.func.sum(CpdEntry.claimed), 0), sa.func.coalesce(sa.func.sum(CpdEntry.observed), 0)).where(
    CpdEntry.person_id == sa.bindparam("person"), CpdEntry.counted_on >= sa.bindparam("since")
)
_YEAR = sa.extract("year", CpdEntry.counted_on)
_CPD_YEARS = (
    sa.select(_YEAR, sa.func.sum(CpdEntry.claimed), sa.func.sum(CpdEntry.observed))
    .where(CpdEntry.person_id == sa.bindparam("person"))
    .group_by(_YEAR)
    .order_by(_YEAR.desc())
)


def cpd(person_id: int) -> list[Cpd]:
    """The newest lines first."""
    return [Cpd(*row) for row in db.session.execute(_CPD_LINES, {"person": person_id})]


def cpd_since(person_id: int, since: date) -> tuple[int, int]:
    """Minutes claimed and observed from `since` on."""
    row: Any = db.session.execute(_CPD_SUMS, {"person": person_id, "since": since}).one()
    return int(row[0]), int(row[1])


def cpd_years(person_id: int) -> list[tuple[int, int, int]]:
    """Each calendar year with the minutes claimed and observed in it, the newest first."""
    return [(int(year), int(claimed), int(observed)) for year, claimed, observed in db.session.execute(_CPD_YEARS, {"person": person_id})]


def kinds_of(organisations: Collection[int]) -> set[str]:
    """The kinds of these organisations."""
    wanted = sa.select(Organisation.kind).where(Organisation.id.in_(organisations))
    return set(db.session.scalars(wanted)) if organisations else set()


_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}


def picture(person_id: int, course: str, name: str) -> tuple[str, bytes] | None:
    """The type and the bytes of a picture of a course, in the version that the person has."""
    found = studied(person_id, course)
    kind = _TYPES.get(PurePosixPath(name).suffix)
    content = catalogue.picture(found.version.id, f"images/{name}") if found and kind else None
    return (kind, content) if kind and content is not None else None
