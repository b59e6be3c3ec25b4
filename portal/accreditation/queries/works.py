"""Works: what somebody wrote for their assignments, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from portal.accreditation import settling, works
from portal.accreditation.courses.records import Assignment, Course
from portal.accreditation.lifecycle import AppealState, Place, WorkState
from portal.accreditation.models import (
    Appeal,
    CourseVersion,
    Marking,
    MarkingSheet,
    MustNotFound,
    Work,
    WorkMark,
    WorkText,
)
from portal.accreditation.queries import catalogue, learning
from portal.accreditation.queries.learning import Studied
from portal.accreditation.settling import Given, Settled
from portal.kernel import clock
from portal.kernel.db import db

W, M = Work, Marking


@dataclass(frozen=True)
class Assigned:
    """An assignment of a course that somebody has begun, and their works for it, oldest first. `written`: the text of the newest."""

    studied: Studied
    assignment: Assignment
    works: Sequence[Work]
    written: WorkText | None

    @property
    def newest(self) -> Work | None:
        return self.works[-1] if self.works else None

    @property
    def open(self) -> Work | None:
        """The one that is being written."""
        return self.newest if self.newest and self.newest.state is WorkState.WRITING else None

    @property
    def passed(self) -> Work | None:
        return next((one for one in self.works if one.passed), None)

    @property
    def waiting(self) -> Work | None:
        """The one that is handed in and not marked yet."""
        return self.newest if self.newest and self.newest.handed_in_at and not self.newest.decided_at else None

    @property
    def opens_at(self) -> datetime | None:
        """When another may begin, if not at once."""
        moment = works.opens_at(self.assignment, [works.Decided(one.decided_at, one.passed) for one in self.works if one.decided_at])
        return moment if moment and moment > clock.now() else None

    @property
    def text(self) -> str:
        return self.written.text if self.written else ""


@dataclass(frozen=True)
class Judgement:
    """One marking that is finished. Whose it is stays out of it."""

    place: Place
    finished_at: datetime
    feedback: str
    levels: Mapping[str, int]
    comments: Mapping[str, str]
    must_nots: Mapping[str, str]  # the words that were quoted, by code

    @property
    def given(self) -> Given:
        return Given(self.levels, frozenset(self.must_nots))


@dataclass(frozen=True)
class Handed:
    """A work that was handed in, with what was made of it so far."""

    work: Work
    course: Course
    version: CourseVersion
    text: str
    judgements: Sequence[Judgement]
    appeal: Appeal | None

    @cached_property
    def assignment(self) -> Assignment:
        return self.course.assignment(self.work.assignment)

    @property
    def counted(self) -> list[Judgement]:
        """Those of the first two assessors, and of the third."""
        return [one for one in self.judgements if one.place is not Place.APPEAL]

    @property
    def on_appeal(self) -> Judgement | None:
        """The one that changed the marks."""
        changed = self.appeal is not None and self.appeal.state is AppealState.CHANGED
        return next((one for one in self.judgements if changed and one.place is Place.APPEAL), None)

    @cached_property
    def settled(self) -> Settled | None:
        """What it came to, once it is marked; levels are those that were found on appeal, if any were."""
        if self.work.decided_at is None:
            return None
        given = [self.on_appeal.given] if self.on_appeal else [one.given for one in self.counted]
        return settling.settled(self.assignment, given)

    def quotes(self, code: str) -> list[str]:
        """The words that were quoted for a must-not, each once."""
        return list(dict.fromkeys(one.must_nots[code] for one in self.judgements if code in one.must_nots))

    @property
    def appeal_until(self) -> date | None:
        """The last day on which an appeal is taken; None where none is."""
        if self.work.decided_at is None or self.appeal is not None:
            return None
        last = works.appeal_until(self.work.decided_at)
        return last if clock.today() <= last else None


# Read again where they were read before: another window may have saved while this one waited for its turn.
_OF_ENROLMENT = (
    sa.select(W).where(W.enrolment_id == sa.bindparam("id"), W.assignment == sa.bindparam("assignment")).order_by(W.number)
    .execution_options(populate_existing=True)
)  # fmt: skip
_TEXT = sa.select(WorkText).where(WorkText.work_id == sa.bindparam("id")).execution_options(populate_existing=True)
_MINE = sa.select(W).where(W.reference == sa.bindparam("reference"), W.person_id == sa.bindparam("person"))
_HANDED = sa.select(W).where(W.handed_in_at.is_not(None)).order_by(W.id)
_OF_PERSON = _HANDED.where(W.person_id == sa.bindparam("person"))
_TEXTS = sa.select(WorkText).where(WorkText.work_id.in_(sa.bindparam("works", expanding=True)))
_APPEALS = sa.select(Appeal).where(Appeal.work_id.in_(sa.bindparam("works", expanding=True)))
_APPEAL = sa.select(Appeal).where(Appeal.work_id == sa.bindparam("id"))
# By columns, so that what another assessor has finished meanwhile is read as it is now.
_FINISHED = (
    sa.select(M.id, M.work_id, M.place, M.finished_at, sa.func.coalesce(MarkingSheet.feedback, "").label("feedback"))
    .outerjoin(MarkingSheet, MarkingSheet.marking_id == M.id)
    .where(M.work_id.in_(sa.bindparam("works", expanding=True)), M.finished_at.is_not(None), M.repeat_of_id.is_(None))
    .order_by(M.finished_at, M.id)
)
_LEVELS = sa.select(WorkMark.marking_id, WorkMark.criterion, WorkMark.level, WorkMark.comment).where(
    WorkMark.marking_id.in_(sa.bindparam("ids", expanding=True))
)
_FOUND = sa.select(MustNotFound.marking_id, MustNotFound.code, MustNotFound.quote).where(MustNotFound.marking_id.in_(sa.bindparam("ids", expanding=True)))


def assigned(person_id: int, course: str, assignment: str) -> Assigned | None:
    """An assignment of a course that this person has begun."""
    found = learning.begun(person_id, course)
    one = next((one for one in found.course.assignments if one.slug == assignment), None) if found else None
    return of_enrolment(found, one) if found and one else None


def of_enrolment(at: Studied, assignment: Assignment) -> Assigned:
    mine = db.session.scalars(_OF_ENROLMENT, {"id": at.begun.id, "assignment": assignment.slug}).all()
    return Assigned(at, assignment, mine, written(mine[-1]) if mine else None)


def written(one: Work) -> WorkText | None:
    """The text of a work, as it was saved last."""
    return db.session.scalar(_TEXT, {"id": one.id})


def handed(person_id: int, reference: str) -> Handed | None:
    """A work that this person has handed in; nobody finds another's."""
    one = db.session.scalar(_MINE, {"reference": reference.upper(), "person": person_id})
    return whole(one) if one and one.handed_in_at else None


def whole(one: Work) -> Handed:
    """A work with its text, with every marking of it that is finished (but for hidden repeats), and with its appeal."""
    version = catalogue.version(one.course_version_id)
    text = written(one)
    return Handed(one, catalogue.content(version), version, text.text if text else "", judgements(one.id), appeal(one.id))


def all_of(person_id: int) -> list[tuple[Handed, int]]:
    """Every work that this person has handed in, as `whole` gives it, each with the seconds that were seen to be spent on it."""
    mine = db.session.scalars(_OF_PERSON, {"person": person_id}).all()
    ids = [one.id for one in mine]
    if not ids:
        return []
    texts = {one.work_id: one for one in db.session.scalars(_TEXTS, {"works": ids})}
    appeals = {one.work_id: one for one in db.session.scalars(_APPEALS, {"works": ids})}
    said = _judgements(ids)
    versions = {id: catalogue.version(id) for id in {one.course_version_id for one in mine}}
    return [
        (Handed(one, catalogue.content(versions[one.course_version_id]), versions[one.course_version_id], texts[one.id].text, said[one.id], appeals.get(one.id)),
         texts[one.id].seconds)
        for one in mine
    ]  # fmt: skip


def all_handed_in() -> Iterator[Handed]:
    """Everybody's, one after the other."""
    for id in db.session.scalars(_HANDED.with_only_columns(W.id)).all():
        yield whole(db.session.get_one(Work, id))


def any_of(reference: str) -> Handed | None:
    """A work that was handed in, whosever it is."""
    one = db.session.scalar(_HANDED.where(W.reference == reference.upper()))
    return whole(one) if one else None


def appeal(work_id: int) -> Appeal | None:
    return db.session.scalar(_APPEAL, {"id": work_id})


def judgements(work_id: int) -> list[Judgement]:
    """The markings of a work that are finished, the first finished first."""
    return _judgements([work_id])[work_id]


def _judgements(works: Sequence[int]) -> dict[int, list[Judgement]]:
    rows: Sequence[Any] = db.session.execute(_FINISHED, {"works": works}).all()
    ids = [row.id for row in rows]
    marks: dict[int, dict[str, tuple[int | None, str]]] = {id: {} for id in ids}
    found: dict[int, dict[str, str]] = {id: {} for id in ids}
    if ids:
        for id, criterion, level, comment in db.session.execute(_LEVELS, {"ids": ids}):
            marks[id][criterion] = (level, comment)
        for id, code, quote in db.session.execute(_FOUND, {"ids": ids}):
            found[id][code] = quote
    made: dict[int, list[Judgement]] = {id: [] for id in works}
    for row in rows:
        made[row.work_id].append(Judgement(
            row.place, row.finished_at, row.feedback, {title: level for title, (level, _) in marks[row.id].items() if level is not None},
            {title: comment for title, (_, comment) in marks[row.id].items() if comment}, found[row.id],
        ))  # fmt: skip
    return made
