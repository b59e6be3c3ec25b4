"""Sums over what people read and answered in a course, and what was kept of them. Each sum is one statement over every answer,
so that a job takes them in the night and pages show what it kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal.accreditation.courses.records import Course, Question
from portal.accreditation.fairness import Compared, Group, Stratum
from portal.accreditation.figures import Reached, Sums
from portal.accreditation.lifecycle import AttemptKind
from portal.accreditation.models import Attempt, AttemptItem, CourseFigures, CourseVersion, Enrolment, LessonRead
from portal.accreditation.queries import catalogue
from portal.kernel.db import db

A, Item, E, L, F, V = Attempt, AttemptItem, Enrolment, LessonRead, CourseFigures, CourseVersion

# Only the first examination of each person says how hard a question is: later ones have been learnt from.
_FIRST = sa.and_(A.kind == sa.literal(AttemptKind.EXAMINATION, literal_execute=True), A.number == 1, E.cycle == 1, A.ended_at.is_not(None))
_RIGHT = sa.case((Item.correct.is_(True), 1), else_=0)
_REST = sa.cast(A.correct - _RIGHT, sa.Float) / sa.func.nullif(A.asked - 1, 0)
_ADJUSTED = sa.case((A.extra > 0, 1), else_=0)
_SECONDS = sa.extract("epoch", A.ended_at) - sa.extract("epoch", A.began_at)
_ALLOWED = sa.extract("epoch", A.deadline_at) - sa.extract("epoch", A.began_at)


def _sum(value: Any) -> Any:
    """Over first examinations alone."""
    return sa.func.coalesce(sa.func.sum(sa.case((_FIRST, value), else_=0)), 0)


_OF_QUESTIONS = (
    sa.select(
        A.course_version_id, Item.question, sa.func.count(), _sum(1), _sum(_RIGHT), _sum(sa.case((Item.answer == "", 1), else_=0)),
        _sum(_REST), _sum(_REST * _REST), _sum(_REST * _RIGHT),
    )
    .join(A, A.id == Item.attempt_id).join(E, E.id == A.enrolment_id)
    .where(A.course == sa.bindparam("course")).group_by(A.course_version_id, Item.question)
)  # fmt: skip
_STRATA = (
    sa.select(A.course_version_id, Item.question, A.correct, A.asked, _ADJUSTED, sa.func.count(), sa.func.sum(_RIGHT))
    .join(A, A.id == Item.attempt_id).join(E, E.id == A.enrolment_id)
    .where(A.course == sa.bindparam("course"), _FIRST).group_by(A.course_version_id, Item.question, A.correct, A.asked, _ADJUSTED)
)  # fmt: skip
_GROUPS = (
    sa.select(_ADJUSTED, sa.func.count(), sa.func.sum(sa.case((A.passed.is_(True), 1), else_=0)), sa.func.sum(_SECONDS), sa.func.sum(_ALLOWED))
    .join(E, E.id == A.enrolment_id).where(A.course == sa.bindparam("course"), _FIRST).group_by(_ADJUSTED)
)  # fmt: skip
# Whoever renews reads no lesson again but what has changed, so that only the first cycle says where people stop.
_BEGAN = sa.select(sa.func.count()).select_from(E).where(E.course == sa.bindparam("course"), E.cycle == 1)
_LESSONS = (
    sa.select(L.lesson, sa.func.count(), sa.func.count(L.finished_at)).join(E, E.id == L.enrolment_id)
    .where(E.course == sa.bindparam("course"), E.cycle == 1).group_by(L.lesson)
)  # fmt: skip


def of_questions(course: Course) -> Mapping[str, Sums]:
    """Sums of each question, over every version of the course in which it stood as it stands now."""
    found: dict[str, Sums] = defaultdict(Sums)
    same = _Same(course)
    for version, question, *sums in db.session.execute(_OF_QUESTIONS, {"course": course.id}):
        if same.as_now(version, question):
            found[question] += Sums(*map(int, sums[:4]), *map(float, sums[4:]))
    return found


def strata(course: Course) -> Mapping[str, list[Stratum]]:
    """First answers to each question by group and total score."""
    found: dict[str, list[Stratum]] = defaultdict(list)
    same = _Same(course)
    for version, question, correct, asked, adjusted, n, right in db.session.execute(_STRATA, {"course": course.id}):
        if same.as_now(version, question):
            found[question].append(Stratum((correct, asked), bool(adjusted), n, int(right)))
    return found


def groups(course: Course) -> list[Group]:
    """First examinations with and without more time."""
    return [Group(bool(adjusted), *map(int, sums)) for adjusted, *sums in db.session.execute(_GROUPS, {"course": course.id})]


def began(course: Course) -> int:
    """How often the course was begun."""
    return db.session.scalar(_BEGAN, {"course": course.id}) or 0


def lessons(course: Course) -> Mapping[str, tuple[int, int]]:
    """How many began and finished each lesson."""
    return {lesson: (opened, finished) for lesson, opened, finished in db.session.execute(_LESSONS, {"course": course.id})}


@dataclass(frozen=True)
class Counted:
    """What was counted of a course, and when."""

    at: datetime
    began: int
    lessons: Mapping[str, tuple[int, int]]
    sums: Mapping[str, Sums]
    compared: Sequence[Compared]
    groups: Sequence[Group]

    def reached(self, course: Course) -> list[Reached]:
        """How far people come: lesson by lesson, in the order of the course."""
        return [Reached(one.title, *self.lessons.get(one.slug, (0, 0)), self.began) for one in course.lessons]

    def as_text(self) -> str:
        """As it is kept."""
        return json.dumps({
            "began": self.began, "lessons": self.lessons, "sums": {id: astuple(one) for id, one in self.sums.items()},
            "compared": [astuple(one) for one in self.compared], "groups": [astuple(one) for one in self.groups],
        })  # fmt: skip


_KEPT = sa.select(F.counted_at, F.content, V).join(V, V.id == F.course_version_id).where(F.course == sa.bindparam("course"))


def kept(course: Course) -> Counted | None:
    """What was counted last, of questions that stand as they stood then; None before the first night."""
    row = db.session.execute(_KEPT, {"course": course.id}).one_or_none()
    if row is None:
        return None
    at, said, then = row[0], json.loads(row[1]), catalogue.content(row[2]).questions
    same = {id for id, one in course.questions.items() if _alike(then.get(id), one)}
    compared = [Compared(*one) for one in said["compared"]]
    return Counted(
        at, said["began"], {lesson: (opened, finished) for lesson, (opened, finished) in said["lessons"].items()},
        {id: Sums(*one) for id, one in said["sums"].items() if id in same}, [one for one in compared if one.question in same],
        [Group(*one) for one in said["groups"]],
    )  # fmt: skip


class _Same:
    """Which questions of earlier versions are those of the newest, word for word."""

    def __init__(self, course: Course) -> None:
        self._now = course.questions
        self._versions: dict[int, Mapping[str, Question]] = {one.id: catalogue.content(one).questions for one in catalogue.versions(course.id)}

    def as_now(self, version: int, question: str) -> bool:
        return _alike(self._versions[version].get(question), self._now.get(question))


def _alike(then: Question | None, now: Question | None) -> bool:
    """Wherever they stand in their files."""
    return then is not None and now is not None and replace(then, line=now.line) == now
