"""The expectations of an assessment, as places to which evidence can be pinned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from portal.assessments.lifecycle import EDITABLE, HANDED_IN, State
from portal.assessments.models import Answer, Assessment, Clarification, Period
from portal.evidence.models import PinKind
from portal.evidence.places import Place
from portal.kernel import clock
from portal.kernel.db import db
from portal.policy import Action
from portal.standards import library

# While a reviewer waits for an answer to a question, evidence may be what answers it; nothing else may change.
ASKED = State.CLARIFICATION_REQUESTED
_QUESTION = sa.exists().where(
    Clarification.assessment_id == Assessment.id,
    Clarification.expectation == Answer.expectation,
    Clarification.answered_at.is_(None),
)

_PLACES = (
    sa.select(
        Answer.assessment_reference,
        Answer.expectation,
        Answer.organisation_id,
        Answer.assigned_to_id,
        Assessment.standard,
        Assessment.standard_version,
        Assessment.state,
        Assessment.closes_on,
        Period.name,
        _QUESTION.label("asked_about"),
    )
    .select_from(Assessment)
    .join(Answer, Answer.assessment_id == Assessment.id)
    .join(Period, Period.id == Assessment.period_id)
    .order_by(Period.starts_on.desc(), Assessment.id, Answer.position)
)
_FOUND = _PLACES.where(Assessment.reference.in_(sa.bindparam("references", expanding=True)))
_HELD = _FOUND.with_for_update(of=Assessment, read=True)
_OFFERED = _PLACES.where(
    Assessment.organisation_id == sa.bindparam("organisation_id"), Assessment.state.in_((*EDITABLE, ASKED))
)


def about(reference: str, expectation: str) -> str:
    """How pins name one expectation of one assessment."""
    return f"{reference}/{expectation}"


class Expectations:
    """How an expectation that evidence is pinned to is found."""

    kind = PinKind.EXPECTATION
    prefix = "AS-"
    heading = "Expectations of your assessment"

    def found(self, abouts: Collection[str], *, held: bool = False) -> Mapping[str, Place]:
        """The places among `abouts` that exist, by reference; one statement."""
        references = sorted({one.partition("/")[0] for one in abouts})
        rows = db.session.execute(_HELD if held else _FOUND, {"references": references})
        return {place.about: place for place in map(_place, rows) if place.about in abouts}

    def offered(self, organisation_id: int) -> Iterable[Place]:
        """Every expectation of the assessments that the organisation is answering now, the newest period first."""
        places = map(_place, db.session.execute(_OFFERED, {"organisation_id": organisation_id}))
        return [place for place in places if place.editable]


def _place(row: Any) -> Place:
    asked = row.state is ASKED and row.asked_about
    editable = asked or (row.state in EDITABLE and clock.today() <= row.closes_on)
    expectation = library.standard(row.standard, row.standard_version).expectation(row.expectation)
    return Place(
        kind=PinKind.EXPECTATION,
        about=about(row.assessment_reference, row.expectation),
        organisation_id=row.organisation_id,
        words=f"{row.expectation} {expectation.title}, {row.name}",
        href=f"/assessments/{row.assessment_reference}/expectations/{row.expectation}",
        editable=editable,
        to_change=Action.ANSWER_CLARIFICATION if asked else Action.ANSWER,
        handed_in=row.state in HANDED_IN,
        assigned_to_id=row.assigned_to_id,
        why_not="" if editable else "The assessment cannot be changed now, so neither can what is pinned to it.",
    )
