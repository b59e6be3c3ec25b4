"""Whoever has begun a course and nothing in it that counts goes on in its newest version, without pressing anything."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit
from portal.accreditation.models import (
    Attempt,
    CourseVersion,
    Enrolment,
    LessonRead,
    ScenarioTry,
    Work,
)
from portal.accreditation.queries import catalogue
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.policy import Acting

E, V = Enrolment, CourseVersion


def follow(made: CourseVersion, *, by: Acting) -> int:
    """Bring into this version those who are in an older one of its major and have begun no paper, no scenario and no work: how many."""
    older = sa.or_(V.minor < made.minor, sa.and_(V.minor == made.minor, V.patch < made.patch))
    ids = db.session.scalars(
        sa.select(E.id).join(V, V.id == E.course_version_id)
        .where(V.course == made.course, V.major == made.major, older)
        .where(*(~sa.exists().where(begun.enrolment_id == E.id) for begun in (Attempt, ScenarioTry, Work)))
        .order_by(E.id).with_for_update(of=E)
    ).all()  # fmt: skip
    if not ids:
        return 0
    lessons = [one.slug for one in catalogue.content(made).lessons]
    finished = (
        sa.select(sa.func.count()).where(LessonRead.enrolment_id == E.id, LessonRead.lesson.in_(lessons), LessonRead.finished_at.is_not(None)).scalar_subquery()
    )
    learnt = sa.case((finished == len(lessons), sa.func.coalesce(E.learnt_at, clock.now())), else_=None)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        db.session.execute(sa.update(E).where(E.id.in_(some)).values(course_version_id=made.id, learnt_at=learnt).execution_options(synchronize_session=False))
    db.session.expire_all()
    audit.record(Event.COURSE_FOLLOWED, made, by=by, version=made.version, people=len(ids))
    return len(ids)


AT_ONCE = 500  # below the number of values that any database takes
