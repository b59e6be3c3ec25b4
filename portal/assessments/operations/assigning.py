"""Expectations are given to a colleague to answer, or taken back."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from portal import audit, outbox
from portal.assessments.models import Answer, Assessment
from portal.assessments.operations.doors import refuse_unless_editable
from portal.assessments.queries import answering as queries
from portal.assessments.queries import colleagues
from portal.assessments.queries.colleagues import Colleague
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.standards import library


def assign(assessment: Assessment, expectations: Collection[str], person_id: int | None, *, by: Acting) -> int:
    """Give expectations to a colleague; None takes them back. How many changed hands.

    A pillar is its expectations. The colleague must hold a role in the organisation today.
    """
    insist(by, Action.ASSIGN, assessment)
    hold(assessment)
    refuse_unless_editable(assessment)
    colleague = None
    if person_id is not None:
        colleague = next((one for one in colleagues.of(assessment.organisation_id) if one.id == person_id), None)
        if colleague is None:
            raise Invalid("person", "Choose somebody who acts for this organisation")
    if not expectations:
        raise Invalid("expectations", "Choose at least one expectation")
    moving = [
        one
        for one in db.session.scalars(
            sa.select(Answer)
            .where(Answer.assessment_id == assessment.id, Answer.expectation.in_(sorted(expectations)))
            .order_by(Answer.position)
            .execution_options(populate_existing=True)
        )
        if one.assigned_to_id != person_id
    ]
    if not moving:
        return 0
    # In bulk, so that the version stays: whoever is writing one of these answers now has not been overtaken.
    db.session.execute(
        sa.update(Answer).where(Answer.id.in_([one.id for one in moving])).values(assigned_to_id=person_id)
    )
    for one in moving:
        audit.record(
            Event.ANSWER_ASSIGNED, one, by=by, expectation=one.expectation, to=colleague.name if colleague else ""
        )
    if colleague is not None and colleague.id != by.id:
        _tell(assessment, colleague, by)
    return len(moving)


def _tell(assessment: Assessment, colleague: Colleague, by: Acting) -> None:
    """One letter a day at most to each person; the task list it leads to always holds all."""
    standard = library.standard(assessment.standard, assessment.standard_version)
    codes = queries.assigned_codes(assessment.id, colleague.id)
    outbox.post(
        Letter.ANSWERS_ASSIGNED,
        to=colleague.email,
        name=colleague.name,
        about=assessment.reference,
        period=clock.today(),
        facts={
            "by": by.name,
            "reference": assessment.reference,
            "standard": standard.title,
            "due": words.weekday(assessment.due_on),
            "expectations": [f"{code} {standard.expectation(code).title}" for code in codes],
        },
    )
