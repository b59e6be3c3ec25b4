"""One learner who holds every award that there is: two years of courses, one after the other, by the operations themselves."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from portal.accreditation.courses.records import Assignment, Course
from portal.accreditation.operations import learning
from portal.accreditation.queries import catalogue
from portal.demonstration import desk, featured, marking, passing
from portal.demonstration.texts import file
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import next_working_day
from portal.organisations.models import Person
from portal.policy import Acting

DAYS, FIRST_AGO = 690, 720  # from the first course to the last, and how long ago the first was begun
OPENS = timedelta(hours=9, minutes=10)


def earn(today: date) -> None:
    """Every course that is published, in the order of the awards. The second paper is failed once, and the first work written again."""
    person = db.session.scalars(sa.select(Person).where(Person.name == featured.EVERYTHING.name)).one()
    by = passing.acting(person.id)
    there = {one.course.id: one for one in catalogue.all_published()}
    courses = [there[id] for award in catalogue.awards() for id in award.courses if id in there]
    resubmits = next(one.course.id for one in courses if one.course.assignments)
    for place, one in enumerate(courses):
        days = _days(today - timedelta(days=FIRST_AGO - DAYS * place // len(courses)))
        with clock.at(next(days)):
            learning.begin(one.version, by=by)
        for module in one.course.modules:
            at = next(days)
            for number, lesson in enumerate(module.lessons):
                with clock.at(at + passing.A_LESSON * number):
                    passing.read(by, one.course, lesson)
        for scenario in one.course.scenarios:
            with clock.at(next(days)):
                passing.walk(by, one.course, scenario)
        if place == 1:
            passing.sit(by, one.course, next(days), unanswered=len(one.course.outcomes) * one.course.paper.questions_per_outcome // 3)
            next(days)
        passing.sit(by, one.course, next(days))
        for assignment in one.course.assignments:
            _writes(by, one.course, assignment, days, twice=one.course.id == resubmits)


def _days(day: date) -> Iterator[datetime]:
    """Every third day or so, when people are at work."""
    for number in range(60):
        day = next_working_day(day + timedelta(days=2 + number % 3))
        yield clock.start_of_day(day) + OPENS + timedelta(minutes=37 * (number % 7))


def _writes(by: Acting, course: Course, assignment: Assignment, days: Iterator[datetime], *, twice: bool) -> None:
    scripts, words = passing.by_points(assignment), file("assessors")["feedback"]
    marked_by = marking.assessors()
    for number, script in enumerate([scripts[0], scripts[-1]] if twice else [scripts[-1]]):
        text = desk.own_words(assignment, script, random.Random(f"{course.id} {number}"))
        work = passing.hand_in(by, passing.write(by, course.id, assignment.slug, text, next(days)), next(days))
        for assessor in marked_by[: assignment.assessors]:
            passing.mark(work, script, words["failed" if twice and not number else "passed"][number], assessor, next(days))
