"""On whatever day the demonstration is built, and of whatever size: everything comes after what it follows from, and nothing is still to come."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from portal.accreditation.lifecycle import AppealState, CertificateKind, WorkState
from portal.accreditation.models import (
    Appeal,
    Attempt,
    Certificate,
    CertificateDecision,
    Enrolment,
    LessonRead,
    Marking,
    PublishedFigure,
    ScenarioTry,
    Work,
    WorkText,
)
from portal.audit import Record
from portal.demonstration import desk
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import is_working_day
from portal.organisations.models import Person
from tests.conftest import MONDAY
from tests.demonstration.conftest import built_at, rows

FEW = 40  # learners
DAYS = {
    "the last of a year": datetime(2026, 12, 31, 15, 0, tzinfo=UTC),
    "the 29th of February": datetime(2028, 2, 29, 9, 30, tzinfo=UTC),
    "twenty past midnight on a bank holiday": datetime(2027, 5, 2, 23, 20, tzinfo=UTC),
}
MOMENTS: dict[Any, tuple[str, ...]] = {  # of each thing, in their order
    Appeal: ("asked_at", "decided_at"),
    Attempt: ("began_at", "ended_at"),
    Certificate: ("given_at",),
    CertificateDecision: ("decided_at",),
    Enrolment: ("began_at", "learnt_at"),
    LessonRead: ("finished_at", "seen_at"),
    Marking: ("taken_at", "finished_at"),
    Person: ("added_at",),
    PublishedFigure: ("published_at",),
    ScenarioTry: ("began_at", "finished_at"),
    Work: ("began_at", "handed_in_at", "decided_at"),
    WorkText: ("saved_at",),
}


@pytest.fixture(scope="module", params=["as it is served", *(pytest.param(name, marks=pytest.mark.slow) for name in DAYS)])
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[datetime]:
    """When it was built. On other days assessors are often apart from the panel, so that appeals, of which each changes the marks, make passes."""
    if request.param in DAYS:
        with pytest.MonkeyPatch.context() as patch:
            for name, share in {"LIKE_THE_PANEL": 0.3, "APPEALED": 1, "CHANGED": 1}.items():
                patch.setattr(desk, name, share)
            with built_at(DAYS[request.param], FEW, tmp_path_factory.mktemp("demonstration")):
                yield DAYS[request.param]
    else:
        request.getfixturevalue("built")
        yield MONDAY


@pytest.fixture
def there(day: datetime) -> Iterator[None]:
    with clock.at(day):
        yield


def test_each_assessment_is_told_in_the_order_in_which_it_happened(there: None) -> None:
    last: dict[int, Any] = {}
    for record in rows(sa.select(Record.organisation_id, Record.at).order_by(Record.organisation_id, Record.sequence)):
        assert record.at >= last.get(record.organisation_id, record.at)
        last[record.organisation_id] = record.at
    assert max(last.values()) <= clock.now()


def test_nothing_is_still_to_come(there: None) -> None:
    last = {f"{kind.__name__}.{name}": db.session.scalar(sa.select(sa.func.max(getattr(kind, name)))) for kind, names in MOMENTS.items() for name in names}
    assert [what for what, moment in last.items() if moment is None or moment > clock.now()] == []


def test_nothing_ends_before_it_began(there: None) -> None:
    for kind, names in MOMENTS.items():
        for one, other in itertools.pairwise(names):
            assert rows(sa.select(kind.id).where(getattr(kind, other) < getattr(kind, one))) == []


def test_nobody_does_anything_before_they_are_added(there: None) -> None:
    began = {Enrolment: Enrolment.began_at, Attempt: Attempt.began_at, Work: Work.began_at, Certificate: Certificate.given_at}
    for kind, moment in began.items():
        assert rows(sa.select(Person.name, Person.added_at, moment).join(kind, kind.person_id == Person.id).where(moment < Person.added_at)) == []
    assert rows(sa.select(Person.name, Marking.taken_at).join(Marking, Marking.assessor_id == Person.id).where(Marking.taken_at < Person.added_at)) == []


def test_nobody_does_anything_in_a_course_before_they_begin_it(there: None) -> None:
    for kind, moment in {LessonRead: LessonRead.seen_at, ScenarioTry: ScenarioTry.began_at, Attempt: Attempt.began_at, Work: Work.began_at}.items():
        assert rows(sa.select(kind.id).join(Enrolment, Enrolment.id == kind.enrolment_id).where(moment < Enrolment.began_at)) == []


def test_no_two_lessons_are_learnt_at_the_same_moment(there: None) -> None:
    finished = sa.select(LessonRead.enrolment_id).where(LessonRead.finished_at.is_not(None))
    assert rows(finished.group_by(LessonRead.enrolment_id, LessonRead.finished_at).having(sa.func.count() > 1)) == []


def test_a_certificate_is_given_once_everything_is_passed_be_it_on_appeal(there: None, day: datetime) -> None:
    given = sa.select(Certificate.reference).where(Certificate.kind == CertificateKind.COURSE)
    papers = given.join(Attempt, Attempt.enrolment_id == Certificate.enrolment_id)
    assert rows(papers.where(Attempt.passed))
    assert rows(papers.where(Attempt.passed, Attempt.ended_at > Certificate.given_at)) == []
    written = given.join(Work, Work.enrolment_id == Certificate.enrolment_id).where(Work.state == WorkState.PASSED)
    assert rows(written)
    assert rows(written.where(Work.decided_at > Certificate.given_at)) == []
    appealed = written.join(Appeal, Appeal.work_id == Work.id).where(Appeal.state == AppealState.CHANGED, Appeal.passed_before.is_(False))
    assert rows(appealed) or day == MONDAY
    assert rows(appealed.where(Appeal.decided_at > Certificate.given_at)) == []


def test_an_appeal_is_asked_once_the_work_is_marked(there: None) -> None:
    assert rows(sa.select(Appeal.reference).join(Work, Work.id == Appeal.work_id).where(Appeal.asked_at < Work.decided_at)) == []


def test_the_ombudsman_marks_and_decides_when_people_are_at_work(there: None) -> None:
    moments = [clock.london(at) for at in db.session.scalars(sa.union_all(sa.select(CertificateDecision.decided_at), sa.select(Marking.taken_at), sa.select(Appeal.decided_at).where(Appeal.decided_at.is_not(None))))]
    assert moments
    assert [at for at in moments if not is_working_day(at.date()) or not 8 <= at.hour < 20] == []


def test_no_assessor_marks_two_works_at_once(there: None) -> None:
    spans: dict[int, list[Any]] = defaultdict(list)
    for one in rows(sa.select(Marking.assessor_id, Marking.taken_at, Marking.finished_at).where(Marking.finished_at.is_not(None)).order_by(Marking.taken_at)):
        spans[one.assessor_id].append(one)
    assert spans
    assert all(one.finished_at <= other.taken_at for each in spans.values() for one, other in itertools.pairwise(each))
