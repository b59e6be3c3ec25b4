"""Appeals against marks, for whoever may decide them: nobody who marked the work, nor anybody who is tied to whoever wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal.accreditation import impartial
from portal.accreditation.impartial import Bar
from portal.accreditation.lifecycle import Place
from portal.accreditation.models import Appeal, Marking, Work
from portal.accreditation.queries import assessing, catalogue, works
from portal.accreditation.queries.works import Handed
from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Person
from portal.policy import Acting

A, M, W = Appeal, Marking, Work
MOST = 200


@dataclass(frozen=True)
class Open:
    """An appeal as the list shows it. `bar`: what keeps this person from deciding it; `taken_by`: whoever looks at it now."""

    reference: str
    title: str
    course: str
    decide_by: date
    taken_by: str
    mine: bool
    bar: Bar | None

    @property
    def late(self) -> bool:
        return self.decide_by < clock.today()


@dataclass(frozen=True)
class Appealed:
    """An appeal with the work, and with what its assessors found, none of whom is named."""

    appeal: Appeal
    handed: Handed
    bar: Bar | None
    marking: Marking | None  # of whoever has taken it
    organisation_id = None


_OPEN = (
    sa.select(A.reference, A.decide_by, W.id, W.person_id, W.course_version_id, W.assignment, M.assessor_id, Person.name)
    .join(W, W.id == A.work_id).outerjoin(M, M.id == A.marking_id).outerjoin(Person, Person.id == M.assessor_id)
    .where(A.decided_at.is_(None)).order_by(A.decide_by, A.id).limit(at_most(MOST))
)  # fmt: skip
_MARKED = sa.select(M.work_id).where(
    M.assessor_id == sa.bindparam("person"), M.work_id.in_(sa.bindparam("works", expanding=True)), M.put_back_at.is_(None), M.place != Place.APPEAL
)  # fmt: skip
_ONE = sa.select(A, W, M).join(W, W.id == A.work_id).outerjoin(M, M.id == A.marking_id).where(A.reference == sa.bindparam("reference"))
_OF_MARKING = sa.select(A).where(A.marking_id == sa.bindparam("id"))


def to_decide(by: Acting) -> list[Open]:
    """Every appeal that waits for a decision, the one that is due first at the head."""
    rows = db.session.execute(_OPEN).all()
    barred = _bars(by, {row.id: row.person_id for row in rows})
    found = []
    for row in rows:
        course = catalogue.content(catalogue.version(row.course_version_id))
        title = course.assignment(row.assignment).title
        found.append(Open(row.reference, title, course.title, row.decide_by, row.name or "", row.assessor_id == by.id, barred[row.id]))
    return found


def _bars(by: Acting, writers: Mapping[int, int]) -> dict[int, Bar | None]:
    """What keeps this person from each work, whose writers are given by it."""
    if not writers:
        return {}
    me, together = assessing.assessor(by), assessing.colleagues()
    marked = set(db.session.scalars(_MARKED, {"person": by.id, "works": list(writers)}))
    known = assessing.writers(set(writers.values()))
    return {work: impartial.bar(me, known[person], colleagues=together, marked=work in marked) for work, person in writers.items()}


def appealed(by: Acting, reference: str) -> Appealed | None:
    """An appeal as this person may look at it."""
    row = db.session.execute(_ONE, {"reference": reference.upper()}).first()
    if row is None:
        return None
    appeal, work, marking = row
    return Appealed(appeal, works.whole(work), _bars(by, {work.id: work.person_id})[work.id], marking)


def of_marking(marking: Marking) -> Appeal | None:
    """The appeal that this marking is to decide."""
    return db.session.scalar(_OF_MARKING, {"id": marking.id})


def marking_of(appeal: Appeal) -> Marking | None:
    """The marking of whoever has taken it."""
    return db.session.get(Marking, appeal.marking_id) if appeal.marking_id else None
