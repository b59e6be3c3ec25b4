"""Somebody reads a course, walks its conversations, sits its paper and writes its assignments: by the operations themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from portal.accreditation.courses.records import Assignment, Course, Lesson, Scenario, Script
from portal.accreditation.lifecycle import AttemptKind, Place
from portal.accreditation.models import Attempt, Marking, Work
from portal.accreditation.operations import assessing, examining, learning, walking, writing
from portal.accreditation.operations.assessing import Marks
from portal.accreditation.queries import assessing as assessors
from portal.accreditation.queries import examining as papers
from portal.accreditation.queries import learning as queries
from portal.accreditation.queries import works
from portal.demonstration import desk
from portal.demonstration.answering import right
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.queries.people import person_of_id
from portal.policy import Acting

A_PAGE, AT_THE_END = timedelta(seconds=90), timedelta(seconds=60)
A_LESSON = timedelta(minutes=25)  # with a break
A_SITTING, A_MARKING = timedelta(minutes=19), timedelta(minutes=40)


def acting(id: int) -> Acting:
    """Somebody with everything that they may do."""
    found = person_of_id(id)
    assert found is not None
    return found


def read(by: Acting, course: Course, lesson: Lesson) -> None:
    """A lesson to its end, its question answered."""
    module, _, name = lesson.slug.partition("/")
    for page in range(1, len(lesson.pages) + 2):
        at = queries.opened(by.id or 0, course.id, module, name, page)
        assert at is not None
        if at.is_check:
            learning.answer(at, [0], clock.now() - AT_THE_END, by=by)
        else:
            learning.turn(at, clock.now() - A_PAGE, by=by)
        db.session.flush()


def walk(by: Acting, course: Course, scenario: Scenario) -> None:
    """A conversation, by the best path that does no harm."""
    for choice in (None, *_best(scenario, scenario.start)[1]):
        at = queries.walked(by.id or 0, course.id, scenario.slug)
        assert at is not None
        if choice is None or at.walk is None:
            walking.begin(at, by=by)
        else:
            walking.choose(at, len(walking.steps(at.scenario, at.walk.path)), choice, by=by)
        db.session.flush()


def _best(scenario: Scenario, part: str) -> tuple[int, tuple[int, ...]]:
    """The points of the best path from here without harm, and its choices."""
    found = [
        (points + choice.points, (number, *path))
        for number, choice in enumerate(scenario.parts[part].choices) if not choice.critical
        for points, path in [_best(scenario, choice.leads_to)]
    ]  # fmt: skip
    return max(found, default=(0, ()))


def sit(by: Acting, course: Course, at: datetime, *, unanswered: int = 0) -> Attempt:
    """The examination, every question right but those that are left out."""
    with clock.at(at):
        examined = papers.examined(by.id or 0, course.id)
        assert examined is not None
        begun = examining.begin(examined, AttemptKind.EXAMINATION, by=by)
    with clock.at(at + A_SITTING):
        sitting = papers.whole(begun)
        for item in sitting.items[unanswered:]:
            examining.save(papers.Asked(sitting, item), right(sitting.question(item), item.starts_on), by=by)
        examining.hand_in(sitting, by=by)
        db.session.flush()
    return begun


def assigned(by: Acting, course: str, assignment: str) -> works.Assigned:
    found = works.assigned(by.id or 0, course, assignment)
    assert found is not None
    return found


def write(by: Acting, course: str, assignment: str, text: str, at: datetime) -> works.Assigned:
    """Begin a work, or begin it again, and keep the text."""
    with clock.at(at):
        there = assigned(by, course, assignment)
        if there.newest is not None:
            writing.begin_again(there, by=by)
            there = assigned(by, course, assignment)
        number, version = (there.open.number, there.written.version) if there.open and there.written else (1, 0)
        writing.save(there, text, number=number, version=version, by=by)
        db.session.flush()
        return assigned(by, course, assignment)


def hand_in(by: Acting, there: works.Assigned, at: datetime) -> Work:
    assert there.written is not None
    assert there.newest is not None
    with clock.at(at):
        return writing.hand_in(there, number=there.newest.number, version=there.written.version, confirmed=True, by=by)


def levels(assignment: Assignment, script: Script, change: int = 0) -> Mapping[str, int | None]:
    """The panel's levels, all of them so much higher or lower."""
    return {title: max(0, min(4, level + change)) for title, level in desk.panel(assignment, script).levels.items()}


def take(work: Work, by: Acting, at: datetime) -> Marking:
    """The work from the head of the queue; a hidden repeat that comes before it is marked as it was the first time."""
    with clock.at(at):
        one = assessing.take(by=by)
    if one.place is Place.REPEAT:
        before = db.session.get_one(Marking, one.repeat_of_id)
        there = assessors.held(by.id or 0, before.reference)
        assert there is not None
        finish(one, by, at, Marks(there.levels, there.comments, there.must_nots, there.feedback))
        return take(work, by, at + A_MARKING + timedelta(minutes=2))
    assert one.work_id == work.id
    return one


def mark(work: Work, script: Script, feedback: str, by: Acting, at: datetime, change: int = 0) -> Marking:
    """A work, marked as the panel marked this script."""
    one = take(work, by, at)
    held = assessors.held(by.id or 0, one.reference)
    assert held is not None
    whys = {criterion.title: desk.why(marked, one.place) for criterion, marked in zip(held.assignment.criteria, script.marks, strict=True)}
    quotes = {code: desk.quote(script, code, held.text) for code in script.broken}
    finish(one, by, one.taken_at, Marks(levels(held.assignment, script, change), whys, quotes, feedback))
    return one


def finish(one: Marking, by: Acting, at: datetime, marks: Marks) -> None:
    with clock.at(at + A_MARKING):
        held = assessors.held(by.id or 0, one.reference)
        assert held is not None
        assessing.save(held, marks, version=held.sheet.version, by=by)
        held = assessors.held(by.id or 0, one.reference)
        assert held is not None
        assessing.finish(held, version=held.sheet.version, by=by)
        db.session.flush()


def by_points(assignment: Assignment) -> Sequence[Script]:
    """The scripts by what the panel gave them: first those that it did not pass, last the best that it did."""
    return sorted(desk.fit(assignment), key=lambda one: (desk.passes(assignment, one), sum(marked.level for marked in one.marks)))
