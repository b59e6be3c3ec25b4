"""The learners of the demonstration keep to the rules: nothing is in their history that could not have come about."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import chain
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import ROOT
from portal.accreditation import drawing, marking, sittings
from portal.accreditation.courses import reading
from portal.accreditation.courses.records import Course
from portal.accreditation.lifecycle import AttemptKind, AttemptState, WorkState
from portal.accreditation.models import (
    Attempt,
    AttemptItem,
    CourseVersion,
    CpdEntry,
    Enrolment,
    LessonRead,
    ScenarioTry,
)
from portal.accreditation.operations import walking
from portal.accreditation.queries import catalogue, examining, exporting, learning, works
from portal.accreditation.rechecking import recheck, recheck_work
from portal.demonstration import answering
from portal.kernel import clock
from portal.kernel.db import db
from tests.demonstration.conftest import rows

pytestmark = pytest.mark.usefixtures("nothing_held")


@pytest.fixture(scope="module", params=["C1", "C3"])
def course(request: pytest.FixtureRequest) -> Course:
    return reading.course(reading.files_of(ROOT / "courses" / request.param), request.param)


def test_every_paper_comes_to_the_same_when_it_is_computed_again(built: Flask) -> None:
    wrong = {at.attempt.reference: list(recheck(exporting.export(at), at.course)) for at in exporting.all_over()}
    assert len(wrong) > 200
    assert {reference: said for reference, said in wrong.items() if said} == {}


def test_every_work_comes_to_the_same_when_it_is_computed_again(built: Flask) -> None:
    there = list(works.all_handed_in())
    wrong = {at.work.reference: list(recheck_work(exporting.export_work(at), at.course)) for at in there}
    assert {at.work.state for at in there} >= {WorkState.PASSED, WorkState.NOT_PASSED, WorkState.HANDED_IN}
    assert any(at.appeal for at in there)
    assert {reference: said for reference, said in wrong.items() if said} == {}


def test_every_paper_can_be_drawn_again_from_its_seed_and_the_papers_before_it(built: Flask) -> None:
    papers: dict[int, list[list[str]]] = defaultdict(list)
    seen: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    items: dict[int, list[Any]] = defaultdict(list)
    for item in rows(sa.select(AttemptItem.__table__).order_by(AttemptItem.attempt_id, AttemptItem.position)):
        items[item.attempt_id].append((item.question, item.offered, item.starts_on))
    for one in db.session.scalars(sa.select(Attempt).order_by(Attempt.id)).all():  # as they were drawn
        before, mine = papers[one.course_version_id], seen[one.person_id, one.course]
        at = catalogue.content(catalogue.version(one.course_version_id))
        drawn = drawing.draw(at, one.seed, mine, Counter(chain.from_iterable(before[-examining.NEWEST:])))
        assert items[one.id] == [(each.question.id, drawing.as_text(each.offered), each.start) for each in drawn]
        before.append([each.question.id for each in drawn])
        mine.update(before[-1])


def test_papers_end_in_every_way(built: Flask) -> None:
    exam = Attempt.kind == AttemptKind.EXAMINATION
    assert set(db.session.scalars(sa.select(Attempt.state).distinct())) == set(AttemptState)
    assert set(db.session.scalars(sa.select(Attempt.kind).distinct())) == set(AttemptKind)
    assert len(rows(sa.select(Attempt.id).where(exam, Attempt.number >= 2, Attempt.passed))) > 5
    assert rows(sa.select(Attempt.id).where(exam, Attempt.critical > 0))
    assert rows(sa.select(Attempt.id).where(exam, Attempt.extra > 0))
    thrice = sa.select(Attempt.enrolment_id).where(exam, Attempt.passed.is_(False)).group_by(Attempt.enrolment_id).having(sa.func.count() >= 3)
    assert rows(thrice)
    share = db.session.scalars(sa.select(sa.func.avg(sa.case((Attempt.passed, 1.0), else_=0.0))).where(exam, Attempt.number == 1, Attempt.ended_at.is_not(None))).one()
    assert 0.6 < float(share) < 0.85


def test_nobody_sits_before_they_have_read_or_before_a_pause_is_over(built: Flask) -> None:
    papers: dict[int, list[Attempt]] = defaultdict(list)
    for one in db.session.scalars(sa.select(Attempt).order_by(Attempt.id)).all():  # as they were drawn
        papers[one.enrolment_id].append(one)
    read: dict[int, dict[str, datetime]] = defaultdict(dict)
    for lesson in rows(sa.select(LessonRead.enrolment_id, LessonRead.lesson, LessonRead.finished_at).where(LessonRead.finished_at.is_not(None))):
        read[lesson.enrolment_id][lesson.lesson] = lesson.finished_at
    renewing = set(db.session.scalars(sa.select(Enrolment.id).where(Enrolment.cycle > 1)))
    for enrolment, sat in papers.items():
        at = catalogue.content(catalogue.version(sat[0].course_version_id))
        pre = [one for one in sat if one.kind is AttemptKind.PRE_TEST]
        known = examining.known_by(at, pre[0]) if pre else frozenset()
        lessons = () if enrolment in renewing else at.lessons
        before: list[sittings.Sat] = []
        for one in (one for one in sat if one.kind is AttemptKind.EXAMINATION):
            needed = [lesson.slug for lesson in lessons if lesson.outcome not in known]
            assert all(slug in read[enrolment] and read[enrolment][slug] <= one.began_at for slug in needed)
            opens = sittings.opens_at(at.paper, before)
            assert opens is None or opens <= one.began_at
            assert not any(sat.passed for sat in before)
            if one.ended_at:
                before.append(sittings.Sat(one.ended_at, bool(one.passed)))


def test_conversations_were_walked_as_their_path_says(built: Flask) -> None:
    tried = rows(sa.select(ScenarioTry.scenario, ScenarioTry.path, ScenarioTry.points, ScenarioTry.passed, Enrolment.course_version_id)
                 .join(Enrolment, Enrolment.id == ScenarioTry.enrolment_id).where(ScenarioTry.finished_at.is_not(None)))  # fmt: skip
    assert {one.passed for one in tried} == {True, False}
    for one in tried:
        at = catalogue.content(catalogue.version(one.course_version_id))
        scenario = next(each for each in at.scenarios if each.slug == one.scenario)
        gone = walking.steps(scenario, one.path)
        chosen = [step.chosen for step in gone if step.chosen]
        assert not gone[-1].part.choices
        assert (one.points, one.passed) == (sum(each.points for each in chosen), walking.judged(scenario, chosen))


def test_development_counts_what_was_finished_of_lessons_and_conversations_and_nothing_else(built: Flask) -> None:
    counted = {(one.person_id, one.source) for one in rows(sa.select(CpdEntry.person_id, CpdEntry.source)) if " assignment " not in one.source}
    of = sa.select(Enrolment.person_id, Enrolment.course, CourseVersion.major, CourseVersion.minor, CourseVersion.patch)
    lessons = rows(of.add_columns(LessonRead.lesson).join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
                   .join(LessonRead, LessonRead.enrolment_id == Enrolment.id).where(LessonRead.finished_at.is_not(None)))  # fmt: skip
    walks = rows(of.add_columns(ScenarioTry.scenario).join(CourseVersion, CourseVersion.id == Enrolment.course_version_id)
                 .join(ScenarioTry, ScenarioTry.enrolment_id == Enrolment.id).where(ScenarioTry.passed))  # fmt: skip
    wanted = {(one.person_id, f"{one.course} {one.major}.{one.minor}.{one.patch} {one.lesson}") for one in lessons}
    wanted |= {(one.person_id, f"{one.course} {one.major}.{one.minor}.{one.patch} scenario {one.scenario}") for one in walks}
    assert counted == wanted


def test_they_learnt_over_three_years_and_in_courses_that_were_there(built: Flask) -> None:
    first, last = db.session.execute(sa.select(sa.func.min(Enrolment.began_at), sa.func.max(Enrolment.began_at))).one()
    assert (clock.now() - first).days > 900
    assert (clock.now() - last).days < 60
    assert first >= db.session.scalars(sa.select(sa.func.max(CourseVersion.published_at))).one()


def test_a_learner_sees_a_course_of_theirs(built: Flask) -> None:
    passed = db.session.scalars(sa.select(Attempt.person_id).where(Attempt.passed, Attempt.course == "C1").order_by(Attempt.id)).first()
    assert passed is not None
    at = learning.begun(passed, "C1")
    assert at is not None
    assert examining.papers(at).passed is not None


def test_what_is_meant_to_be_right_is_right(course: Course) -> None:
    for question in course.questions.values():
        start = question.between[0] if question.between else None
        assert marking.judge(question, start, answering.right(question, start)).right


def test_who_knows_nothing_is_seldom_right_and_who_knows_all_nearly_always(course: Course) -> None:
    bank = answering.Bank(course, random.Random(2))
    on = date(2026, 11, 2)
    right: Counter[int] = Counter()
    others = [one for one in course.questions.values() if one.id != bank.weak]
    for ability in (-9, 9):
        for one in others:
            start = one.between[0] if one.between else on
            right[ability] += sum(marking.judge(one, start, bank.answer(one, start, ability)).right for _ in range(10))
    assert right[-9] < len(others) * 10 * 0.25
    assert right[9] > len(others) * 10 * 0.97


def test_answers_come_while_the_paper_is_open(built: Flask) -> None:
    answered = rows(sa.select(AttemptItem.answered_at, Attempt.began_at, Attempt.deadline_at).join(Attempt, Attempt.id == AttemptItem.attempt_id)
                    .where(AttemptItem.answered_at.is_not(None)))  # fmt: skip
    assert all(one.began_at < one.answered_at <= one.deadline_at for one in answered)
    assert all(one.answered_at <= clock.now() for one in answered)
