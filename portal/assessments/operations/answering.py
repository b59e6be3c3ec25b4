"""An expectation is answered, last year's answer confirmed; two people at once lose nothing."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.assessments.fields import LABELS, checked, said
from portal.assessments.models import Answer, Assessment
from portal.assessments.operations.doors import refuse_unless_editable
from portal.assessments.queries import answering as queries
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.errors import Both, Stale
from portal.policy import Acting, Action, insist

# By the table: the record of the answer tells of the count, and the version of the assessment is for its own facts.
_ROW: Any = Assessment.__table__
_COUNT = (
    sa.update(_ROW)
    .where(_ROW.c.id == sa.bindparam("assessment_id"))
    .values(answers_given=_ROW.c.answers_given + sa.bindparam("change"), changed_at=sa.bindparam("now"))
)


def save(answer: Answer, *, version: int, by: Acting, **fields: Any) -> Answer:
    """Store what was typed over the answer as it was shown in `version`; fields not named stay as they are.

    A draft may be incomplete. Raises Stale with both texts where somebody else's change came first, Invalid where a
    value cannot be stored. Sending again what is stored already changes nothing and is no collision.
    """
    insist(by, Action.ANSWER, answer)
    answer, assessment = queries.held(answer)
    # Said again of the row as it is now: it may have been given to somebody else since it was read.
    insist(by, Action.ANSWER, answer)
    refuse_unless_editable(assessment)
    typed = checked(fields)
    changes = {name: value for name, value in typed.items() if getattr(answer, name) != value}
    if not changes:
        return answer
    if answer.version != version:
        raise stale(answer, typed, by)
    given = answer.given
    for name, value in changes.items():
        setattr(answer, name, value)
    _given_by(answer, assessment, by, before=given)
    db.session.flush()
    audit.record(Event.ANSWER_SAVED, answer, by=by, expectation=answer.expectation, changes=changes)
    return answer


def confirm(answer: Answer, *, version: int, by: Acting) -> Answer:
    """Say that last year's answer is still true. Confirming twice changes nothing."""
    insist(by, Action.ANSWER, answer)
    answer, assessment = queries.held(answer)
    insist(by, Action.ANSWER, answer)
    refuse_unless_editable(assessment)
    if answer.confirmed:
        return answer
    if answer.version != version:
        raise stale(answer, {}, by)
    given = answer.given
    _given_by(answer, assessment, by, before=given)
    db.session.flush()
    audit.record(Event.ANSWER_CONFIRMED, answer, by=by, expectation=answer.expectation)
    return answer


def _given_by(answer: Answer, assessment: Assessment, by: Acting, *, before: bool) -> None:
    answer.confirmed = True
    answer.answered_by_id, answer.answered_by, answer.answered_at = by.id, by.name, clock.now()
    if answer.given is not before:
        change = 1 if answer.given else -1
        db.session.execute(_COUNT, {"assessment_id": assessment.id, "change": change, "now": clock.now()})


def stale(answer: Answer, typed: dict[str, Any], by: Acting) -> Stale:
    """Both texts of every field that differs."""
    when = f" at {words.time(answer.answered_at)} on {words.day(answer.answered_at)}" if answer.answered_at else ""
    own = answer.answered_by_id == by.id
    who = "you, in another window" if own else answer.answered_by
    both = [
        Both(LABELS[name], said(name, getattr(answer, name)), said(name, value), name)
        for name, value in typed.items()
        if getattr(answer, name) != value
    ]
    return Stale(
        "This answer was changed after you opened it here. "
        f"What is written here is not saved, so that {'what you saved there' if own else 'theirs'} is not lost.",
        fields=both,
        version=answer.version,
        who=f"{who}{when}",
        own=own,
    )
