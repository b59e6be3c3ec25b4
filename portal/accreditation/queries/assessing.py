"""Works that wait to be marked, and one assessor's markings. Nothing that is read for a page says who wrote a work."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import aliased

from portal.accreditation import impartial, taking
from portal.accreditation.agreement import Figures
from portal.accreditation.courses.records import Assignment, Course
from portal.accreditation.impartial import Assessor, Writer
from portal.accreditation.lifecycle import Place
from portal.accreditation.models import (
    CourseVersion,
    KeptComment,
    Marking,
    MarkingSheet,
    MustNotFound,
    Tie,
    Work,
    WorkMark,
    WorkText,
)
from portal.accreditation.queries import agreement, catalogue, practising
from portal.accreditation.queries.practising import Practice, Rubric
from portal.config import Settings
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership
from portal.organisations.queries import HOLDING
from portal.policy import Acting

W, V, M, K = Work, CourseVersion, Marking, KeptComment


class Door(enum.Enum):
    """Whether an assessor may take works of an assignment."""

    OPEN = "open"
    PRACTISE = "practise first"
    CLOSED = "closed until you have practised again"


@dataclass(frozen=True)
class Waiting:
    """A work that wants a marking, as the rules ask about it."""

    id: int
    rubric: Rubric
    mark_by: date
    place: Place


@dataclass(frozen=True)
class Line:
    """One assignment as the queue shows it to one assessor."""

    practice: Practice
    door: Door
    figures: Figures | None
    waiting: Sequence[Waiting]  # that they may mark, the one to be marked first at the head

    @property
    def late(self) -> int:
        return sum(one.mark_by < clock.today() for one in self.waiting)


@dataclass(frozen=True)
class Held:
    """A marking of the assessor whose request it is, with the work that it is of."""

    marking: Marking
    work: Work
    text: str
    course: Course
    assignment: Assignment
    sheet: MarkingSheet
    marks: Mapping[str, WorkMark]  # by criterion
    must_nots: Mapping[str, str]  # those that were found, by code, with the words that show each
    organisation_id = None

    @property
    def rubric(self) -> Rubric:
        return Rubric(self.course.id, self.course.version[0], self.assignment.slug)

    @property
    def open(self) -> bool:
        return self.marking.finished_at is None and self.marking.put_back_at is None

    @property
    def levels(self) -> dict[str, int]:
        return {title: one.level for title, one in self.marks.items() if one.level is not None}

    @property
    def comments(self) -> dict[str, str]:
        return {title: one.comment for title, one in self.marks.items() if one.comment}

    @property
    def feedback(self) -> str:
        return self.sheet.feedback


Again = aliased(M)
_APPEAL = sa.literal(Place.APPEAL, literal_execute=True)
_UNDECIDED = sa.and_(W.handed_in_at.is_not(None), W.decided_at.is_(None))
_LIVE = sa.and_(M.put_back_at.is_(None), M.repeat_of_id.is_(None))
_MINE = M.assessor_id == sa.bindparam("person")
_WAITING = (
    sa.select(W.id, W.course, V.major, W.assignment, W.course_version_id, W.person_id, W.state, W.mark_by)
    .join(V, V.id == W.course_version_id).where(_UNDECIDED).order_by(W.mark_by, W.id)
)  # fmt: skip
_TAKEN = sa.select(M.work_id, M.place, M.assessor_id).join(W, W.id == M.work_id).where(_UNDECIDED, _LIVE)
_PLACES = sa.select(M.place).where(M.work_id == sa.bindparam("work"), _LIVE)
_LEFT = (
    sa.select(M.id).join(MarkingSheet, MarkingSheet.marking_id == M.id)
    .where(M.finished_at.is_(None), M.put_back_at.is_(None), MarkingSheet.saved_at < sa.bindparam("before")).order_by(M.id)
)  # fmt: skip
_BODIES = sa.select(Membership.person_id, Membership.organisation_id).where(HOLDING).distinct()
_BODIES_OF = _BODIES.where(Membership.person_id.in_(sa.bindparam("people", expanding=True)))
_BODIES_WAITING = _BODIES.where(Membership.person_id.in_(sa.select(W.person_id).where(_UNDECIDED)))
_TIES = sa.select(Tie.assessor_id, Tie.person_id).where(
    Tie.ended_at.is_(None), sa.or_(Tie.assessor_id == sa.bindparam("person"), Tie.person_id == sa.bindparam("person"))
)
_OPEN = sa.select(M).where(_MINE, M.finished_at.is_(None), M.put_back_at.is_(None), M.place != _APPEAL)
_ONE = (
    sa.select(M, W, WorkText.text, V, MarkingSheet)
    .join(W, W.id == M.work_id).join(V, V.id == W.course_version_id).join(WorkText, WorkText.work_id == W.id)
    .join(MarkingSheet, MarkingSheet.marking_id == M.id).where(M.reference == sa.bindparam("reference"), _MINE)
)  # fmt: skip
# Read anew whenever they are asked for: another window may have saved since.
_MARKS = sa.select(WorkMark).where(WorkMark.marking_id == sa.bindparam("id")).execution_options(populate_existing=True)
_FOUND = sa.select(MustNotFound.code, MustNotFound.quote).where(MustNotFound.marking_id == sa.bindparam("id"))
_KEPT = sa.select(K).where(K.assessor_id == sa.bindparam("person")).order_by(K.course, K.assignment, K.criterion, K.kept_at, K.id)
_KEPT_OF = _KEPT.where(K.course == sa.bindparam("course"), K.assignment == sa.bindparam("assignment"))
_COUNTS = sa.select(sa.func.count(), sa.func.count(M.repeat_of_id)).where(_MINE, M.put_back_at.is_(None), M.place != _APPEAL)
_REPEATABLE = (
    sa.select(M.id, M.work_id, M.learner_id, W.course, V.major, W.assignment)
    .join(W, W.id == M.work_id).join(V, V.id == W.course_version_id)
    .where(
        _MINE, M.place.in_((Place.FIRST, Place.SECOND, Place.THIRD)), M.finished_at <= sa.bindparam("before"), W.decided_at.is_not(None),
        ~sa.exists().where(Again.repeat_of_id == M.id),
    ).order_by(M.id)
)  # fmt: skip


def colleagues() -> bool:
    """Whether people may mark others of their own organisation."""
    settings: Settings = current_app.extensions["settings"]
    return settings.mark_colleagues


def assessor(by: Acting) -> Assessor:
    """The person acting, with what binds them to others."""
    tied = {one for pair in db.session.execute(_TIES, {"person": by.id}) for one in pair}
    return Assessor(by.id or 0, {post.organisation_id for post in by.posts}, by.conflicts, tied - {by.id})


def writers(people: Collection[int]) -> dict[int, Writer]:
    """Those who wrote works, each with every organisation that they act for."""
    bodies = _bodies(_BODIES_OF, people=list(people))
    return {one: Writer(one, bodies[one]) for one in people}


def _bodies(statement: sa.Select[int, int], **asked: Any) -> Mapping[int, set[int]]:
    """The organisations that people act for today; none for whoever the statement does not find."""
    found: dict[int, set[int]] = defaultdict(set)
    for person, organisation in db.session.execute(statement, {**asked, "today": clock.today()}):
        found[person].add(organisation)
    return found


def waiting(by: Acting) -> list[Waiting]:
    """Every work that wants a marking which this person may give, the one to be marked first at the head."""
    me, together, assessors = assessor(by), colleagues(), _assessors()
    taken: dict[int, dict[Place, int]] = defaultdict(dict)
    for work, place, whose in db.session.execute(_TAKEN):
        taken[work][place] = whose
    bodies, found = _bodies(_BODIES_WAITING), []
    for id, course, major, assignment, version, person, state, mark_by in db.session.execute(_WAITING):
        free = taking.free_place(state, taken[id].keys(), assessors(version, assignment))
        if free and mark_by and impartial.bar(me, Writer(person, bodies[person]), colleagues=together, marked=by.id in taken[id].values()) is None:
            found.append(Waiting(id, Rubric(course, major, assignment), mark_by, free))
    return found


def free_place(work: Work) -> Place | None:
    """What a work still wants; asked again once it is held, for another may have taken it since it was found."""
    taken = set(db.session.scalars(_PLACES, {"work": work.id}))
    return taking.free_place(work.state, taken, _assessors()(work.course_version_id, work.assignment))


def left_since(before: datetime) -> Sequence[int]:
    """Markings that nobody has written in since then, and did not finish, by their ids."""
    return db.session.scalars(_LEFT, {"before": before}).all()


def _assessors() -> Callable[[int, str], int]:
    """How many assessors mark an assignment in a version, each version looked up once."""

    @cache
    def of(version: int) -> Mapping[str, int]:
        return {one.slug: one.assessors for one in catalogue.content(catalogue.version(version)).assignments}

    return lambda version, assignment: of(version)[assignment]


def lines(by: Acting) -> list[Line]:
    """Each assignment that people can begin now, or of which works wait, with what this assessor may do about it."""
    current = {(one.course, one.major) for one in catalogue.newest().values()}
    works: dict[Rubric, list[Waiting]] = defaultdict(list)
    for one in waiting(by):
        works[one.rubric].append(one)
    figures = agreement.figures(by.id)
    found = []
    for rubric, practice in practising.practices(by.id or 0).items():
        if works[rubric] or rubric[:2] in current:
            theirs = figures.get((by.id or 0, rubric))
            found.append(Line(practice, door(practice, theirs), theirs, works[rubric]))
    return found


def door(practice: Practice, figures: Figures | None) -> Door:
    if not practice.passed:
        return Door.PRACTISE
    return Door.CLOSED if figures and figures.closed else Door.OPEN


def open_marking(person_id: int) -> Marking | None:
    """The work that this assessor has taken and not finished; there is one at most."""
    return db.session.scalar(_OPEN, {"person": person_id})


def held(person_id: int, reference: str) -> Held | None:
    """A marking of this assessor; nobody finds another's."""
    row = db.session.execute(_ONE, {"reference": reference.upper(), "person": person_id}).first()
    if row is None:
        return None
    marking, work, text, version, sheet = row
    course = catalogue.content(version)
    marks, found = given(marking.id)
    return Held(marking, work, text, course, course.assignment(work.assignment), sheet, marks, found)


def given(marking_id: int) -> tuple[dict[str, WorkMark], dict[str, str]]:
    """What a marking says: its marks by criterion, and the must-nots that it found."""
    marks = {one.criterion: one for one in db.session.scalars(_MARKS, {"id": marking_id})}
    return marks, {str(code): str(quote) for code, quote in db.session.execute(_FOUND, {"id": marking_id})}


def counts(person_id: int) -> tuple[int, int]:
    """How many works this assessor has taken, and how many of them were hidden repeats."""
    taken, repeats = db.session.execute(_COUNTS, {"person": person_id}).one()
    return taken, repeats


@dataclass(frozen=True)
class Repeatable:
    """A marking that may be repeated without its assessor knowing."""

    id: int
    work_id: int
    learner_id: int
    rubric: Rubric


def repeatable(person_id: int) -> list[Repeatable]:
    """Finished long enough ago, and never repeated."""
    rows = db.session.execute(_REPEATABLE, {"person": person_id, "before": clock.now() - taking.AFTER})
    return [Repeatable(id, work, learner, Rubric(course, major, assignment)) for id, work, learner, course, major, assignment in rows]


def kept(person_id: int, rubric: Rubric | None = None) -> Sequence[KeptComment]:
    """The comments that this assessor keeps, of one assignment or of all."""
    if rubric is None:
        return db.session.scalars(_KEPT, {"person": person_id}).all()
    return db.session.scalars(_KEPT_OF, {"person": person_id, "course": rubric.course, "assignment": rubric.assignment}).all()
