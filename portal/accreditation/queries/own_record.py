"""What one person did in their courses, as facts for statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from portal.accreditation import xapi
from portal.accreditation.lifecycle import AttemptKind
from portal.accreditation.models import Attempt, CourseVersion, Enrolment, LessonRead, ScenarioTry
from portal.accreditation.queries import catalogue, works
from portal.accreditation.xapi import Fact, Score
from portal.kernel.db import db
from portal.organisations.models import Person

E, L, A, T = Enrolment, LessonRead, Attempt, ScenarioTry

_BEGUN = sa.select(E).where(E.person_id == sa.bindparam("person")).order_by(E.id)
_READ = sa.select(L).join(E, E.id == L.enrolment_id).where(E.person_id == sa.bindparam("person"), L.finished_at.is_not(None))
_WALKED = sa.select(T).join(E, E.id == T.enrolment_id).where(E.person_id == sa.bindparam("person"), T.finished_at.is_not(None))
# A pre-test certifies nothing: it is neither passed nor failed.
_SAT = sa.select(A).join(E, E.id == A.enrolment_id).where(E.person_id == sa.bindparam("person"), A.kind == sa.literal(AttemptKind.EXAMINATION, literal_execute=True))
_VERSIONS = sa.select(CourseVersion).where(
    CourseVersion.id.in_(
        sa.select(E.course_version_id).where(E.person_id == sa.bindparam("person")).union(
            sa.select(A.course_version_id).join(E, E.id == A.enrolment_id).where(E.person_id == sa.bindparam("person"))
        )
    )
)  # fmt: skip
_REFERENCE = sa.select(Person.reference).where(Person.id == sa.bindparam("person"))


def reference(person_id: int) -> str:
    return db.session.scalars(_REFERENCE, {"person": person_id}).one()


def facts(person_id: int) -> Iterator[Fact]:
    """Courses begun, lessons finished, conversations finished, papers, and works with their levels, in no order."""
    who = {"person": person_id}
    versions = {one.id: one for one in db.session.scalars(_VERSIONS, who)}
    about = {id: _about(one) for id, one in versions.items()}
    begun = {one.id: one for one in db.session.scalars(_BEGUN, who)}
    for one in begun.values():
        yield Fact("initialized", xapi.COURSE, "", versions[one.course_version_id].title, f"course {one.course} {one.cycle}", one.began_at, **about[one.course_version_id])
    for read in db.session.scalars(_READ, who):
        of = begun[read.enrolment_id]
        titles: Mapping[str, str] = {lesson.slug: lesson.title for lesson in catalogue.content(versions[of.course_version_id]).lessons}
        assert read.finished_at is not None  # as it was asked for
        yield Fact(
            "completed", xapi.LESSON, f"lessons/{read.lesson}", titles.get(read.lesson, read.lesson), f"lesson {of.course} {of.cycle} {read.lesson}",
            read.finished_at, seconds=read.seconds, **about[of.course_version_id],
        )  # fmt: skip
    for walk in db.session.scalars(_WALKED, who):
        of = begun[walk.enrolment_id]
        scenario = next(one for one in catalogue.content(versions[of.course_version_id]).scenarios if one.slug == walk.scenario)
        assert walk.finished_at is not None  # likewise
        yield Fact(
            "passed" if walk.passed else "failed", xapi.CONVERSATION, f"scenarios/{walk.scenario}", scenario.title,
            f"scenario {of.course} {of.cycle} {walk.scenario} {walk.number}", walk.finished_at, began_at=walk.began_at,
            score=Score(max(0, walk.points or 0), scenario.best, bool(walk.passed)), **about[of.course_version_id],
        )  # fmt: skip
    for sat in db.session.scalars(_SAT, who):
        yield Fact("initialized", xapi.PAPER, "examination", "Examination", f"paper {sat.reference}", sat.began_at, **about[sat.course_version_id])
        if sat.ended_at is not None:
            yield Fact(
                "passed" if sat.passed else "failed", xapi.PAPER, "examination", "Examination", f"paper {sat.reference}", sat.ended_at,
                began_at=sat.began_at, score=Score(sat.correct or 0, sat.asked, bool(sat.passed)), **about[sat.course_version_id],
            )  # fmt: skip
    for work, seconds in works.all_of(person_id):
        of_course, named = _about(work.version), f"assignments/{work.assignment.slug}"
        yield Fact("initialized", xapi.WORK, named, work.assignment.title, f"work {work.work.reference}", work.work.began_at, **of_course)
        if work.work.decided_at is not None and work.settled is not None:
            changed = work.appeal.decided_at if work.appeal and work.on_appeal else None
            yield Fact(
                "passed" if work.work.passed else "failed", xapi.WORK, named, work.assignment.title, f"work {work.work.reference}{' on appeal' if changed else ''}",
                changed or work.work.decided_at, seconds=seconds, score=Score(work.work.points or 0, 100, work.work.passed), levels=work.settled.levels,
                **of_course,
            )  # fmt: skip


def _about(version: CourseVersion) -> dict[str, Any]:
    return {"course": version.course, "version": version.version, "course_title": version.title, "sha256": version.sha256}
