"""An assessment as one person may carry it away, and the workbook that this person brought back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from portal.assessments.lifecycle import EDITABLE
from portal.assessments.models import Answer, ReturnedWorkbook
from portal.assessments.queries import answering
from portal.assessments.queries.answering import Answered, Head
from portal.assessments.workbooks import keeping
from portal.assessments.workbooks.reading import Reading
from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.policy import Acting, Action, may


@dataclass(frozen=True)
class Returned:
    """A workbook that was uploaded and is not saved yet."""

    id: int
    reference: str
    name: str
    returned_at: datetime
    content: str

    @property
    def reading(self) -> Reading:
        return keeping.unpacked(self.content)


@dataclass(frozen=True)
class Pack:
    """The answers of an assessment that one person may read. Where some are assigned to them, so is the whole."""

    head: Head
    answers: tuple[Answered, ...]
    assigned_to_id: int | None
    returned: Returned | None = None

    @property
    def organisation_id(self) -> int:
        return self.head.organisation_id

    @property
    def open(self) -> bool:
        """Whether answers can be changed today, by whoever may."""
        return self.head.state in EDITABLE and clock.today() <= self.head.closes_on


_RETURNED = (
    sa.select(
        ReturnedWorkbook.id,
        ReturnedWorkbook.reference,
        ReturnedWorkbook.name,
        ReturnedWorkbook.returned_at,
        ReturnedWorkbook.content,
    )
    .where(
        ReturnedWorkbook.assessment_id == sa.bindparam("assessment_id"),
        ReturnedWorkbook.person_id == sa.bindparam("person_id"),
    )
    .order_by(ReturnedWorkbook.id.desc())
    .limit(at_most(1))
)
_THIS = _RETURNED.where(ReturnedWorkbook.reference == sa.bindparam("reference"))


def pack(reference: str, by: Acting) -> Pack | None:
    """The answers that `by` may read; none of them before the assessment is started."""
    everything = answering.all_answered(reference)
    head = everything[0].head if everything else answering.head(reference)
    if head is None:
        return None
    theirs = tuple(one for one in everything if may(by, Action.READ_ANSWER, one))
    assigned = any(one.assigned_to_id == by.id for one in theirs)
    return Pack(head, theirs, by.id if assigned else None)


def with_newest(found: Pack, by: Acting) -> Pack:
    """With the workbook that this person uploaded last and has not saved."""
    return _with(found, _RETURNED, {}, by)


def returned(reference: str, key: str, by: Acting) -> Pack | None:
    """With the workbook of this key, if it is this person's and still kept."""
    found = pack(reference, by)
    return _with(found, _THIS, {"reference": key}, by) if found else None


def _with(found: Pack, statement: Any, values: dict[str, str], by: Acting) -> Pack:
    row = db.session.execute(
        statement, {"assessment_id": found.head.assessment_id, "person_id": by.id, **values}
    ).first()
    return Pack(found.head, found.answers, found.assigned_to_id, Returned(*row) if row else None)


_ANSWERS = (
    sa.select(Answer)
    .where(Answer.assessment_id == sa.bindparam("assessment_id"))
    .order_by(Answer.position)
    .with_for_update()
    .execution_options(populate_existing=True)
)


def held_answers(assessment_id: int) -> dict[str, Answer]:
    """Every answer of an assessment, kept from others until the transaction ends. The assessment is held before."""
    return {one.expectation: one for one in db.session.scalars(_ANSWERS, {"assessment_id": assessment_id})}
