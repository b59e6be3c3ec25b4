"""Papers of one person, the questions in them, and how often each question was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from portal.accreditation import marking, sittings
from portal.accreditation.courses.records import Course, Lesson, Option, Question
from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.accreditation.marking import Judged
from portal.accreditation.models import Attempt, AttemptItem, CourseVersion, Enrolment, TimeAllowed
from portal.accreditation.queries import catalogue, certificates, learning
from portal.accreditation.queries.learning import Studied
from portal.kernel import clock
from portal.kernel.db import at_most, db

A, E, Item = Attempt, Enrolment, AttemptItem
NEWEST = 100  # papers of a version, over which it is evened out how often each question is issued


@dataclass(frozen=True)
class Examined:
    """A course that somebody has begun, and their papers in it, oldest first."""

    studied: Studied
    attempts: Sequence[Attempt]
    changed: frozenset[str] = frozenset()  # expectations, since the certificate that is renewed

    def of(self, kind: AttemptKind) -> list[Attempt]:
        return [one for one in self.attempts if one.kind is kind]

    @property
    def open(self) -> Attempt | None:
        """The paper that waits for its answers, if there is one; it may be over its time."""
        return next((one for one in self.attempts if one.state is AttemptState.OPEN), None)

    @property
    def passed(self) -> Attempt | None:
        return next((one for one in self.of(AttemptKind.EXAMINATION) if one.passed), None)

    @property
    def sat(self) -> list[sittings.Sat]:
        return [sittings.Sat(one.ended_at, bool(one.passed)) for one in self.of(AttemptKind.EXAMINATION) if one.ended_at]

    @property
    def opens_at(self) -> datetime | None:
        """When the next may begin, if not at once."""
        moment = sittings.opens_at(self.studied.course.paper, self.sat)
        return moment if moment and moment > clock.now() else None

    @property
    def attempts_left(self) -> int:
        return sittings.attempts_left(self.studied.course.paper, self.sat)

    @cached_property
    def known(self) -> frozenset[str]:
        """The outcomes that a pre-test showed to be known."""
        over = [one for one in self.of(AttemptKind.PRE_TEST) if one.ended_at]
        return known_by(self.studied.course, over[-1]) if over else frozenset()

    @property
    def lessons_needed(self) -> list[Lesson]:
        """Those that are to be read before the examination, and were not: for a renewal, only what changed since."""
        if self.studied.begun.cycle > 1:
            return [lesson for lesson in self.studied.lessons_left if self.changed & set(lesson.expectations)]
        return [lesson for lesson in self.studied.lessons_left if lesson.outcome not in self.known]


@dataclass(frozen=True)
class Sitting:
    """A paper of the person whose request it is, with its course and its questions in their order."""

    attempt: Attempt
    course: Course
    version: CourseVersion
    items: Sequence[AttemptItem]
    corrected: Course | None = None  # the version by which it was marked again

    def question(self, item: AttemptItem) -> Question:
        """The question by whose key the answer stands."""
        sat = self.course.questions[item.question]
        return marking.corrected(sat, self.corrected.questions.get(item.question)) if self.corrected else sat

    def judged(self, item: AttemptItem) -> Judged:
        return marking.judge(self.question(item), item.starts_on, item.answer)

    def foreseen(self, item: AttemptItem) -> Option | None:
        return marking.foreseen(self.question(item), item.starts_on, item.answer)

    @property
    def unanswered(self) -> list[AttemptItem]:
        return [item for item in self.items if not item.answer]

    @property
    def overdue(self) -> bool:
        """Whether it is open and nothing more is taken."""
        return self.attempt.state is AttemptState.OPEN and not sittings.taken(clock.now(), self.attempt.deadline_at)

    @property
    def shows_key(self) -> bool:
        """Whether its answers may be read: once it is passed. Until then the bank is kept for the next paper."""
        return bool(self.attempt.passed) and self.attempt.kind is AttemptKind.EXAMINATION


@dataclass(frozen=True)
class Asked:
    """One question of a paper that is open or over."""

    sitting: Sitting
    item: AttemptItem

    @property
    def question(self) -> Question:
        return self.sitting.question(self.item)


_OF_ENROLMENT = sa.select(A).where(A.enrolment_id == sa.bindparam("id")).order_by(A.began_at, A.id)
_BY_REFERENCE = sa.select(A).where(A.reference == sa.bindparam("reference"), A.person_id == sa.bindparam("person"))
_ITEMS = sa.select(Item).where(Item.attempt_id == sa.bindparam("id")).order_by(Item.position)
_SEEN = (
    sa.select(Item.question, sa.func.count()).join(A, A.id == Item.attempt_id)
    .where(A.enrolment_id.in_(sa.select(E.id).where(E.person_id == sa.bindparam("person"), E.course == sa.bindparam("course"))))
    .group_by(Item.question)
)  # fmt: skip
_NEWEST = sa.select(A.id).where(A.course_version_id == sa.bindparam("version")).order_by(A.id.desc()).limit(at_most(NEWEST)).subquery()
_EXPOSED = sa.select(Item.question, sa.func.count()).where(Item.attempt_id.in_(sa.select(_NEWEST.c.id))).group_by(Item.question)
_EXTRA = sa.select(TimeAllowed.extra).where(TimeAllowed.person_id == sa.bindparam("person"))
_OVERDUE = sa.select(A.id).where(A.state == sa.literal(AttemptState.OPEN, literal_execute=True), A.deadline_at < sa.bindparam("before")).order_by(A.deadline_at).limit(at_most(1000))


def examined(person_id: int, course: str) -> Examined | None:
    """A course that the person has begun, with their papers."""
    found = learning.begun(person_id, course)
    return papers(found) if found else None


def papers(at: Studied) -> Examined:
    """The papers of a course that somebody has begun."""
    changed = certificates.to_refresh(at.begun.person_id, at.course.id, at.begun.cycle)
    return Examined(at, db.session.scalars(_OF_ENROLMENT, {"id": at.begun.id}).all(), changed)


def sitting(person_id: int, reference: str) -> Sitting | None:
    """A paper of this person; nobody finds another's."""
    one = db.session.scalar(_BY_REFERENCE, {"reference": reference.upper(), "person": person_id})
    return whole(one) if one else None


def whole(one: Attempt) -> Sitting:
    version = catalogue.version(one.course_version_id)
    return Sitting(one, catalogue.content(version), version, items(one.id))


def items(attempt_id: int) -> Sequence[AttemptItem]:
    return db.session.scalars(_ITEMS, {"id": attempt_id}).all()


def asked(person_id: int, reference: str, position: int) -> Asked | None:
    """One question of a paper of this person."""
    found = sitting(person_id, reference)
    return Asked(found, found.items[position - 1]) if found and 1 <= position <= len(found.items) else None


def seen(person_id: int, course: str) -> Mapping[str, int]:
    """How often this person was issued each question of a course."""
    return _counts(_SEEN, {"person": person_id, "course": course})


def exposed(version_id: int) -> Mapping[str, int]:
    """How often each question of a version was issued in its newest papers, to anybody."""
    return _counts(_EXPOSED, {"version": version_id})


def _counts(statement: Any, values: dict[str, Any]) -> dict[str, int]:
    return {str(question): int(times) for question, times in db.session.execute(statement, values)}


def extra(person_id: int) -> int:
    """How much more time this person is given, in per cent."""
    return db.session.scalar(_EXTRA, {"person": person_id}) or 0


def overdue(now: datetime) -> Sequence[int]:
    """Papers that nobody handed in, whose time is over, by their ids."""
    return db.session.scalars(_OVERDUE, {"before": now - sittings.GRACE}).all()


def known_by(course: Course, attempt: Attempt) -> frozenset[str]:
    """The outcomes that a pre-test showed to be known."""
    judged = {item.question: Judged(bool(item.correct), 0 if item.critical else None) for item in items(attempt.id)}
    return marking.known(course.questions, judged)
