"""What learners of the demonstration hold follows from what they passed, what was marked from the markings, and figures and gaps from both."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accreditation import settling
from portal.accreditation.lifecycle import AppealState, AttemptKind, CertificateKind, Place, Status, WorkState
from portal.accreditation.models import (
    Appeal,
    Attempt,
    Certificate,
    CertificateDecision,
    CpdEntry,
    Enrolment,
    Marking,
    PracticeMarking,
    PublishedFigure,
    Work,
)
from portal.accreditation.queries import agreement, catalogue, certificates, posts, works
from portal.demonstration import accredited
from portal.demonstration.featured import EVERYTHING
from portal.gaps.models import Gap, GapKind
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership, Organisation, Person
from portal.policy import Role
from portal.standards import library
from tests.demonstration.conftest import rows

pytestmark = pytest.mark.usefixtures("nothing_held")


def given(kind: CertificateKind) -> list[Certificate]:
    return list(db.session.scalars(sa.select(Certificate).where(Certificate.kind == kind).order_by(Certificate.given_at, Certificate.id)))


def in_force(one: Certificate, moment: datetime) -> bool:
    """Whether it stood at that moment, neither suspended nor revoked."""
    return certificates.status_after(each.what for each in certificates.whole(one.id).decisions if each.decided_at <= moment) is Status.IN_FORCE


def test_whoever_holds_the_certificate_of_a_course_has_passed_every_part_of_it(built: Flask) -> None:
    held = given(CertificateKind.COURSE)
    assert len(held) > 300
    for one in held:
        enrolment = db.session.get_one(Enrolment, one.enrolment_id)
        assert (enrolment.person_id, enrolment.course, enrolment.cycle) == (one.person_id, one.code, one.cycle)
        assert [part.title for part in certificates.parts_done(enrolment) if not part.done] == []
        assert one.score == certificates.score(enrolment.id)


def test_whoever_has_passed_every_part_holds_the_certificate(built: Flask) -> None:
    held = {one.enrolment_id for one in given(CertificateKind.COURSE)}
    passed = db.session.scalars(sa.select(Enrolment).join(Attempt, Attempt.enrolment_id == Enrolment.id).where(Attempt.passed)).all()
    whole = {one.id for one in passed if all(part.done for part in certificates.parts_done(one))}
    assert whole == held


def test_awards_are_made_of_courses_in_force_that_day_and_of_nothing_else(built: Flask) -> None:
    courses: dict[int, list[Certificate]] = defaultdict(list)
    for one in given(CertificateKind.COURSE):
        courses[one.person_id].append(one)
    needs = {award.code: set(award.needs) for award in catalogue.awards()}
    awards = given(CertificateKind.AWARD)
    assert len(awards) > 100
    for award in awards:
        counting = {one.code for one in courses[award.person_id]
                    if one.given_at <= award.given_at and one.valid_until_on >= award.valid_from_on and in_force(one, award.given_at)}  # fmt: skip
        assert needs[award.code] <= counting
    holders = {(one.person_id, one.code) for one in awards}
    today = clock.today()
    for person, held in courses.items():
        counting = {one.code for one in held if one.valid_until_on >= today and certificates.whole(one.id).counts}
        assert {code for code, wanted in needs.items() if wanted <= counting} <= {code for id, code in holders if id == person}


def test_certificates_stand_in_every_way_and_are_renewed(built: Flask) -> None:
    found = Counter(certificates.whole(one.id).in_words[0] for kind in CertificateKind for one in given(kind))
    assert set(found) == {"Ends soon", "Expired", "Revoked", "Suspended", "Valid"}
    assert found["Valid"] > found["Expired"] + found["Ends soon"] > found["Suspended"] + found["Revoked"]
    assert any(one.cycle == 2 for one in given(CertificateKind.COURSE))
    assert {row.what.name for row in rows(sa.select(CertificateDecision.what).distinct())} == {"SUSPEND", "LIFT", "REVOKE"}


def test_each_work_came_to_what_its_markings_say(built: Flask) -> None:
    decided = db.session.scalars(sa.select(Work).where(Work.decided_at.is_not(None))).all()
    assert {one.state for one in decided} == {WorkState.PASSED, WorkState.NOT_PASSED}
    for one in decided:
        at = works.whole(one)
        found = settling.settled(at.assignment, [each.given for each in at.counted])
        points, passed = found.points, found.passed
        if at.on_appeal is not None:
            points, passed = settling.after_appeal(at.assignment, points, passed, at.on_appeal.given)
        assert (one.points, one.passed) == (points, passed)
        assert one.decided_at == max(each.finished_at for each in at.counted)
        fewest, most = at.assignment.words
        assert fewest <= (one.words or 0) <= most


def test_works_wait_and_are_appealed_against(built: Flask) -> None:
    assert set(db.session.scalars(sa.select(Work.state).distinct())) == set(WorkState)
    assert {AppealState.ASKED, AppealState.STANDS} <= set(db.session.scalars(sa.select(Appeal.state)))
    waiting = db.session.scalars(sa.select(Work.mark_by).where(Work.handed_in_at.is_not(None), Work.decided_at.is_(None))).all()
    assert len(waiting) >= 3
    assert all(day >= clock.today() for day in waiting if day)
    again = sa.select(Work.enrolment_id).where(Work.number == 2, Work.state == WorkState.PASSED)
    assert rows(again)


def test_assessors_had_practised_before_they_marked_and_mark_nobody_twice_or_near_them(built: Flask) -> None:
    practised: dict[int, Any] = dict(db.session.execute(sa.select(PracticeMarking.assessor_id, sa.func.min(PracticeMarking.marked_at)).group_by(PracticeMarking.assessor_id)).all())
    held = {(one.person_id, one.role): one.since_on for one in rows(sa.select(Membership.person_id, Membership.role, Membership.since_on))}
    bodies: dict[int, set[int]] = defaultdict(set)
    for member in rows(sa.select(Membership.person_id, Membership.organisation_id)):
        bodies[member.person_id].add(member.organisation_id)
    seen: dict[tuple[int, int], list[Marking]] = defaultdict(list)
    for one in db.session.scalars(sa.select(Marking).order_by(Marking.taken_at)):
        assert held[one.assessor_id, Role.ASSESSOR] <= one.taken_at.date()
        assert not bodies[one.assessor_id] & bodies[one.learner_id]
        if one.place is not Place.APPEAL:
            assert practised[one.assessor_id] <= one.taken_at
        seen[one.work_id, one.assessor_id].append(one)
    for first, *others in seen.values():
        assert first.place is not Place.REPEAT
        assert [(one.place, one.repeat_of_id) for one in others] in ([], [(Place.REPEAT, first.id)])


def test_assessors_agree_well_enough_to_go_on_marking(built: Flask) -> None:
    figures = agreement.figures()
    assert any(one.others is not None for one in figures.values())
    assert [key for key, one in figures.items() if one.closed] == []


def test_published_figures_are_those_of_the_day_and_each_names_the_one_before(built: Flask) -> None:
    assert list(posts.broken()) == []
    months = Counter(db.session.scalars(sa.select(PublishedFigure.code)))
    assert set(accredited.STANDINGS) <= set(months)
    assert len(months) > 15
    for one in db.session.scalars(sa.select(PublishedFigure).order_by(PublishedFigure.id)).all():
        with clock.at(clock.start_of_day(clock.london(one.published_at).date())):
            figure = posts.figure(one.organisation_id)
        said = accredited.figures.published(figure) if figure else None
        assert (said.accredited, said.posts) == (one.accredited, one.posts) if said else one.posts is None


def test_a_gap_is_open_just_where_too_few_are_accredited(built: Flask) -> None:
    there = {row.organisation_id: row for row in rows(sa.select(Gap.organisation_id, Gap.opened_on, Gap.due_on).where(Gap.kind == GapKind.TOO_FEW_ACCREDITED, Gap.closed_on.is_(None)))}
    below = set()
    for id in posts.stating():
        figure, body = posts.figure(id), posts.body(id)
        assert figure is not None
        if not figure.reaches(library.kind(body.kind).accredited):
            below.add(id)
    assert set(there) == below
    assert len({row.opened_on for row in there.values()}) > 10
    code = sa.select(Organisation.id).where(Organisation.code == "R0A")
    assert db.session.scalar(code) not in below


def test_one_learner_holds_every_award_and_the_certificate_of_every_course(built: Flask) -> None:
    person = db.session.scalars(sa.select(Person).where(Person.name == EVERYTHING.name)).one()
    held = certificates.held_by(person.id)
    assert all(one.counts for one in held)
    assert {one.certificate.code for one in held if one.certificate.kind is CertificateKind.AWARD} == {"foundation", "practitioner", "lead", "assessor"}
    assert {one.certificate.code for one in held if one.certificate.kind is CertificateKind.COURSE} == {f"C{number}" for number in range(1, 9)}


def test_their_history_is_one_of_two_years_with_a_failed_paper_and_a_work_written_again(built: Flask) -> None:
    person = db.session.scalars(sa.select(Person.id).where(Person.name == EVERYTHING.name)).one()
    taken_up = db.session.scalars(sa.select(Enrolment.began_at).where(Enrolment.person_id == person).order_by(Enrolment.began_at)).all()
    assert len(taken_up) == len(catalogue.newest())
    assert timedelta(days=690) < clock.now() - taken_up[0] < timedelta(days=760)
    assert all(timedelta(days=45) < other - one < timedelta(days=400) for one, other in itertools.pairwise(taken_up))
    papers = rows(sa.select(Attempt.course, Attempt.number, Attempt.passed).where(Attempt.person_id == person, Attempt.kind == AttemptKind.EXAMINATION))
    assert sorted(paper.passed for paper in papers) == [False, *([True] * len(taken_up))]
    written: dict[str, list[WorkState]] = defaultdict(list)
    for one in rows(sa.select(Work.course, Work.state).where(Work.person_id == person).order_by(Work.id)):
        written[one.course].append(one.state)
    assert [WorkState.NOT_PASSED, WorkState.PASSED] in written.values()
    assert all(states[-1] is WorkState.PASSED for states in written.values())
    days: set[date] = set(db.session.scalars(sa.select(CpdEntry.counted_on).where(CpdEntry.person_id == person)))
    assert len(days) >= 5 * len(taken_up)
