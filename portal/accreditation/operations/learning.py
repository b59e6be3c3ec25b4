"""Somebody begins a course, turns its pages, and answers the question at the end of each lesson."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from portal import audit
from portal.accreditation.courses.records import Course, Lesson, Question
from portal.accreditation.models import CourseVersion, CpdEntry, Enrolment, LessonRead
from portal.accreditation.queries.learning import Opened, Studied, enrolment
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, insert_unless_there
from portal.kernel.errors import Invalid, Step, WrongState
from portal.policy import Acting, Action, insist

LONGEST_ON_A_PAGE = 300  # seconds that count; whoever was away longer was not reading


def begin(version: CourseVersion, *, by: Acting) -> None:
    """Begin a course in this version. Whoever has begun it goes on."""
    insist(by, Action.LEARN)
    if enrolment(by.id or 0, version.course) is not None:
        return
    if version.closed_at is not None:
        raise WrongState(
            f"{version.title} is closed to people who have not begun it.", next_steps=[Step("See the other courses", "/learning")]
        )
    if insert_unless_there(Enrolment, ("person_id", "course", "cycle"), person_id=by.id, course=version.course,
                           course_version_id=version.id, cycle=1, began_at=clock.now()):  # fmt: skip
        audit.record(Event.COURSE_BEGUN, enrolment(by.id or 0, version.course), by=by, version=version.version)


def turn(at: Opened, shown_at: datetime | None, *, by: Acting) -> int:
    """Somebody has read a page: the number of the one after it. `shown_at`: when the page was shown to them."""
    insist(by, Action.LEARN)
    one = _reading(at)
    following = min(at.page + 1, len(at.lesson.pages) + 1)
    if at.page == one.furthest:  # a page that is read again, or ahead of its turn, adds nothing
        one.seconds += _seen(shown_at)
        one.furthest = following
    one.page, one.seen_at = min(following, one.furthest), clock.now()
    return following


def answer(at: Opened, chosen: Sequence[int], shown_at: datetime | None, *, by: Acting) -> None:
    """The question at the end of a lesson is answered, rightly or not: the lesson is finished, and counts once."""
    insist(by, Action.LEARN)
    assert at.lesson.check is not None
    check_choice(at.lesson.check, chosen)
    one = _reading(at)
    last = len(at.lesson.pages) + 1
    if one.finished_at is None:
        if one.furthest < last:
            raise WrongState("You have not read this lesson to its end yet.", next_steps=[Step("Go on reading", page_path(at, one.furthest))])
        one.seconds += _seen(shown_at)
        one.finished_at = clock.now()
        count(at.studied, at.lesson.slug, at.lesson.title, claimed=at.lesson.minutes, observed=round(one.seconds / 60), by=by)
    one.page, one.seen_at = last, clock.now()
    db.session.flush()
    _learnt(at.studied, at.lesson, by)


def check_choice(question: Question, chosen: Sequence[int]) -> None:
    """Refuse what the question does not offer, and nothing at all."""
    if not chosen:
        raise Invalid("chosen", "Choose an answer")
    if any(not 0 <= one < len(question.options) for one in chosen):
        raise Invalid("chosen", "Choose from the answers that are offered")


def _reading(at: Opened) -> LessonRead:
    id = at.studied.begun.id
    now = clock.now()
    insert_unless_there(LessonRead, ("enrolment_id", "lesson"), enrolment_id=id, lesson=at.lesson.slug, page=1, furthest=1, seconds=0, seen_at=now)
    return db.session.query(LessonRead).filter_by(enrolment_id=id, lesson=at.lesson.slug).with_for_update().one()


def _seen(shown_at: datetime | None) -> int:
    if shown_at is None:
        return 0
    return max(0, min(LONGEST_ON_A_PAGE, round((clock.now() - shown_at).total_seconds())))


def count(studied: Studied, what: str, title: str, *, claimed: int, observed: int, by: Acting) -> None:
    """Count a part of a course as professional development, once. `what` tells it from the other parts; the minutes are those that
    the course claims and those that the portal saw."""
    insert_unless_there(
        CpdEntry, ("person_id", "source"), person_id=by.id, source=f"{studied.course.id} {studied.version.version} {what}",
        title=f"{studied.course.title}: {title}", counted_on=clock.today(), claimed=claimed, observed=observed,
    )  # fmt: skip


def _learnt(studied: Studied, just_now: Lesson, by: Acting) -> None:
    """The moment at which the last of the lessons was finished."""
    left = [lesson for lesson in studied.lessons_left if lesson.slug != just_now.slug]
    if not left and studied.begun.learnt_at is None:
        studied.begun.learnt_at = clock.now()
        audit.record(Event.COURSE_LEARNT, studied.begun, by=by, version=studied.version.version)


def page_path(at: Opened, page: int) -> str:
    return f"/learning/{at.studied.course.id}/lessons/{at.lesson.slug}/{page}"


def following(course: Course, lesson: Lesson) -> Lesson | None:
    """The lesson after this one, in whatever module."""
    lessons = course.lessons
    at = lessons.index(lesson)
    return lessons[at + 1] if at + 1 < len(lessons) else None
