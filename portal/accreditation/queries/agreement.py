"""Sums over what assessors marked, for how far they agree. Each is one statement, and its rows do not grow with the markings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.accreditation import agreement
from portal.accreditation.agreement import Figures, Pair
from portal.accreditation.lifecycle import Place
from portal.accreditation.models import CourseVersion, Marking, PracticeMarking, Work, WorkMark
from portal.accreditation.queries.practising import Rubric
from portal.kernel.db import db
from portal.organisations.models import Person

M, W, V, P = Marking, Work, CourseVersion, PracticeMarking
Other, Mark, OtherMark, Then = aliased(M), aliased(WorkMark), aliased(WorkMark), aliased(V)
Key = tuple[int, Rubric]

_COUNTING = (Place.FIRST, Place.SECOND, Place.THIRD)
_RUBRIC = (M.assessor_id, W.course, V.major, W.assignment)
# What somebody marked before they practised last says nothing of how they mark now.
_PRACTISED = (
    sa.select(sa.func.max(P.marked_at))
    .join(Then, Then.id == P.course_version_id)
    .where(P.assessor_id == M.assessor_id, P.assignment == W.assignment, Then.course == W.course, Then.major == V.major)
    .correlate(M, W, V)
    .scalar_subquery()
)


def _since_practice(*columns: Any) -> Any:
    return (
        sa.select(*_RUBRIC, *columns, sa.func.count())
        .select_from(M)
        .join(W, W.id == M.work_id)
        .join(V, V.id == W.course_version_id)
        .where(
            M.finished_at.is_not(None),
            M.taken_at >= _PRACTISED,
            sa.or_(sa.bindparam("person", type_=sa.BigInteger).is_(None), M.assessor_id == sa.bindparam("person", type_=sa.BigInteger)),
        )
        .group_by(*_RUBRIC, *columns)
    )


def _levels(wanted: Any, *, with_other: Any) -> Any:
    return (
        _since_practice(Mark.level, OtherMark.level)
        .join(Other, with_other)
        .join(Mark, Mark.marking_id == M.id)
        .join(OtherMark, sa.and_(OtherMark.marking_id == Other.id, OtherMark.criterion == Mark.criterion))
        .where(wanted, Mark.level.is_not(None), OtherMark.level.is_not(None))
    )


_OTHERS = _levels(
    M.place.in_(_COUNTING),
    with_other=sa.and_(Other.work_id == M.work_id, Other.assessor_id != M.assessor_id, Other.finished_at.is_not(None), Other.place.in_(_COUNTING)),
)
_REPEATS = _levels(M.place == Place.REPEAT, with_other=Other.id == M.repeat_of_id)
_MINUTES = _since_practice(sa.func.floor((sa.extract("epoch", M.finished_at) - sa.extract("epoch", M.taken_at)) / 60)).where(M.place != Place.APPEAL)


def figures(person_id: int | None = None) -> dict[Key, Figures]:
    """Of each assessor, or of this one alone, in each assignment that they have marked since they practised it last."""
    who = {"person": person_id}
    minutes: dict[Key, list[float]] = defaultdict(list)
    for *key, took, times in db.session.execute(_MINUTES, who):
        minutes[_key(key)] += [float(took)] * times
    others, repeats = _pairs(_OTHERS, who), _pairs(_REPEATS, who)
    # Of another's level and theirs, and of their earlier one and the later: “higher” is what they give now.
    return {
        key: agreement.figures(took, [(other, one) for one, other in others[key]], [(other, one) for one, other in repeats[key]])
        for key, took in minutes.items()
    }


def _pairs(statement: Any, who: Mapping[str, Any]) -> dict[Key, list[Pair]]:
    found: dict[Key, list[Pair]] = defaultdict(list)
    for *key, one, other, times in db.session.execute(statement, who):
        found[_key(key)] += [(one, other)] * times
    return found


def _key(of: Any) -> Key:
    assessor, course, major, assignment = of
    return assessor, Rubric(course, major, assignment)


_NAMES = sa.select(Person.id, Person.name).where(Person.id.in_(sa.bindparam("ids", expanding=True)))


def names(ids: list[int]) -> dict[int, str]:
    """The names of assessors."""
    return {int(id): str(name) for id, name in db.session.execute(_NAMES, {"ids": ids})} if ids else {}
