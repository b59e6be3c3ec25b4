"""Which papers a corrected version concerns, what was marked again, and which passes wait for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.accreditation import marking
from portal.accreditation.courses.records import Question
from portal.accreditation.lifecycle import AttemptKind
from portal.accreditation.marking import Judged
from portal.accreditation.models import Attempt, AttemptItem, CourseVersion, PassDecision, Remark, RemarkedPaper
from portal.accreditation.queries import catalogue, examining, learning
from portal.accreditation.queries.examining import Sitting
from portal.kernel.db import at_most, db

A, Item, V, P, R = Attempt, AttemptItem, CourseVersion, RemarkedPaper, Remark
MOST = 200  # re-marked papers that a page shows

_LATER = aliased(P)
NEWEST = ~sa.exists().where(_LATER.attempt_id == P.attempt_id, _LATER.id > P.id)  # of the re-marks of one paper

# Papers that may come to something else: they ask what is keyed otherwise now, or were marked again before.
_CONCERNED = sa.or_(
    sa.exists().where(Item.attempt_id == A.id, Item.question.in_(sa.bindparam("questions", expanding=True))), sa.exists().where(P.attempt_id == A.id)
)
_TO_MARK = (
    sa.select(A).join(V, V.id == A.course_version_id)
    .where(
        A.course == sa.bindparam("course"), A.kind == sa.literal(AttemptKind.EXAMINATION, literal_execute=True), A.ended_at.is_not(None),
        V.major == sa.bindparam("major"), V.id != sa.bindparam("version"), _CONCERNED,
        ~sa.exists().where(P.attempt_id == A.id, P.remark_id == R.id, R.course_version_id == sa.bindparam("version")),
    )
    .order_by(A.id)
)  # fmt: skip
_ITEMS = sa.select(Item).where(Item.attempt_id.in_(_TO_MARK.with_only_columns(A.id).order_by(None))).order_by(Item.attempt_id, Item.position)
_DECIDED = sa.select(PassDecision.id).where(PassDecision.remarked_paper_id == sa.bindparam("id"))
_WAITS = (
    sa.select(P, R).join(R, R.id == P.remark_id).outerjoin(PassDecision, PassDecision.remarked_paper_id == P.id)
    .where(P.passed_before.is_(True), P.passed_after.is_(False), PassDecision.id.is_(None), NEWEST)
)  # fmt: skip
_APPLIED = (
    sa.select(R.course_version_id).join(P, P.remark_id == R.id).outerjoin(PassDecision, PassDecision.remarked_paper_id == P.id)
    .where(P.attempt_id == sa.bindparam("attempt"), sa.or_(P.passed_before.is_(False), P.passed_after.is_(True), PassDecision.stands.is_(False)))
    .order_by(R.id.desc()).limit(at_most(1))
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A pass that another marking would not give, and about which nobody has decided."""

    paper: RemarkedPaper
    remark: Remark
    sitting: Sitting
    by_version: CourseVersion

    organisation_id = None


@dataclass(frozen=True)
class Line:
    """A paper in a re-mark; `stands` is None while nobody decided, or nobody need."""

    remark: Remark
    paper: RemarkedPaper
    reference: str
    stands: bool | None
    reason: str | None


def to_mark(by_version: CourseVersion) -> Iterator[Sitting]:
    """Examinations of the same major that are over, may come to something else, and were not marked again by this version."""
    there = {one.id: one for one in catalogue.versions(by_version.course) if one.major == by_version.major}
    now = catalogue.content(by_version).questions
    questions = {
        id for one in there.values() for id, question in catalogue.content(one).questions.items()
        if _key(marking.corrected(question, now.get(id))) != _key(question)
    }  # fmt: skip
    values = {"course": by_version.course, "major": by_version.major, "version": by_version.id, "questions": sorted(questions)}
    items: dict[int, list[AttemptItem]] = defaultdict(list)
    for item in db.session.scalars(_ITEMS, values):
        items[item.attempt_id].append(item)
    for one in db.session.scalars(_TO_MARK, values):
        version = there[one.course_version_id]
        yield Sitting(one, catalogue.content(version), version, items[one.id])


def _key(question: Question) -> object:
    """What an answer is judged by."""
    return question.rule, [(one.text, one.right, one.critical, one.goes_with) for one in question.options]


def newest_of_major(one: CourseVersion) -> bool:
    return next(other.id for other in catalogue.versions(one.course) if other.major == one.major) == one.id


def judged(at: Sitting, by_version: CourseVersion) -> Iterator[Judged]:
    """Each answer by the corrected version where its question offers the same there, and as before where it does not."""
    corrected = catalogue.content(by_version).questions
    for item in at.items:
        yield marking.judge(marking.corrected(at.question(item), corrected.get(item.question)), item.starts_on, item.answer)


def decided(remarked_paper_id: int) -> bool:
    return db.session.scalar(_DECIDED, {"id": remarked_paper_id}) is not None


def applied(attempt_id: int) -> CourseVersion | None:
    """The version by which a paper stands as it was marked last; None for the one that was sat."""
    id = db.session.scalar(_APPLIED, {"attempt": attempt_id})
    return catalogue.version(id) if id else None


def as_it_stands(at: Sitting) -> Sitting:
    """A paper that is over, with its questions as it was marked last."""
    version = applied(at.attempt.id)
    return replace(at, corrected=catalogue.content(version)) if version else at


def may_sit_again(paper: Attempt) -> bool:
    """Whether its course was not begun anew since, as for a renewal: then there is no other paper in the cycle of this one."""
    newest = learning.enrolment(paper.person_id, paper.course)
    return newest is not None and newest.id == paper.enrolment_id


def waiting(paper: str) -> Waiting | None:
    """The newest re-mark of this paper about which a person is to decide."""
    row = db.session.execute(_WAITS.join(A, A.id == P.attempt_id).where(A.reference == paper.upper()).order_by(P.id.desc())).first()
    if row is None:
        return None
    one, remark = row
    return Waiting(one, remark, examining.whole(db.session.get_one(Attempt, one.attempt_id)), catalogue.version(remark.course_version_id))


def lines(course: str) -> list[Line]:
    """What was marked again, the newest first."""
    wanted = (
        sa.select(R, P, A.reference, PassDecision.stands, PassDecision.reason).join(P, P.remark_id == R.id).join(A, A.id == P.attempt_id)
        .outerjoin(PassDecision, PassDecision.remarked_paper_id == P.id).where(R.course == course).order_by(R.id.desc(), A.reference).limit(MOST)
    )  # fmt: skip
    return [Line(*row) for row in db.session.execute(wanted)]
