"""Answers and the steps they promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import at_most, db
from portal.recommendations.lifecycle import DraftState, ResponseState
from portal.recommendations.models import PromisedStep, Recommendation, Response

_OF: Any = sa.bindparam("recommendation_id")
_UNSIGNED = sa.select(Response).where(Response.recommendation_id == _OF, Response.state != ResponseState.SIGNED)
_LAST = sa.select(sa.func.max(Response.number)).where(Response.recommendation_id == _OF)
_STEPS = sa.select(PromisedStep).where(PromisedStep.response_id == sa.bindparam("response_id")).order_by(PromisedStep.position)
_LAST_POSITION = sa.select(sa.func.max(PromisedStep.position)).where(
    PromisedStep.recommendation_id == _OF, PromisedStep.response_id != sa.bindparam("besides")
)
_TO_KEEP = (
    sa.select(PromisedStep.due_on)
    .join(Response, Response.id == PromisedStep.response_id)
    .where(PromisedStep.recommendation_id == _OF, PromisedStep.done_on.is_(None), Response.state == ResponseState.SIGNED)
)

_PROMISED = (
    sa.select(PromisedStep)
    .join(Response, Response.id == PromisedStep.response_id)
    .where(PromisedStep.recommendation_id == _OF, Response.state == ResponseState.SIGNED)
    .order_by(PromisedStep.position, PromisedStep.id)
    .execution_options(populate_existing=True)
)


def unsigned(recommendation_id: int) -> Response | None:
    """The answer that is being prepared or waits for a signature."""
    return db.session.scalar(_UNSIGNED, {"recommendation_id": recommendation_id})


def next_number(recommendation_id: int) -> int:
    return (db.session.scalar(_LAST, {"recommendation_id": recommendation_id}) or 0) + 1


def steps_of_response(response_id: int) -> Sequence[PromisedStep]:
    return db.session.scalars(_STEPS, {"response_id": response_id}).all()


def promised(recommendation_id: int) -> Sequence[PromisedStep]:
    """The steps of every signed answer, in the order in which the organisation wants them read. What an answer that is not
    signed would promise is no promise yet."""
    return db.session.scalars(_PROMISED, {"recommendation_id": recommendation_id}).all()


def last_position(recommendation_id: int, *, besides: int) -> int:
    """Where the steps of other answers end."""
    return db.session.scalar(_LAST_POSITION, {"recommendation_id": recommendation_id, "besides": besides}) or 0


def days_to_keep(recommendation_id: int) -> Sequence[date]:
    """The days of what was promised in a signed answer and is not done."""
    db.session.flush()
    return db.session.scalars(_TO_KEEP, {"recommendation_id": recommendation_id}).all()


_KEPT = (
    sa.select(PromisedStep)
    .join(Response, Response.id == PromisedStep.response_id)
    .where(PromisedStep.recommendation_id == _OF, PromisedStep.done_on.is_(None), Response.state == ResponseState.SIGNED)
    .order_by(PromisedStep.position, PromisedStep.id)
)


def to_keep(recommendation_id: int) -> Sequence[PromisedStep]:
    """What was promised in a signed answer and is not done."""
    return db.session.scalars(_KEPT, {"recommendation_id": recommendation_id}).all()


@dataclass(frozen=True)
class Answering:
    """A recommendation with the newest answer to it, as the pages about answering need it."""

    one: Recommendation
    response: Response | None

    @property
    def organisation_id(self) -> int:
        return self.one.organisation_id


_NEWEST = (
    sa.select(Recommendation, Response)
    .outerjoin(Response, Response.recommendation_id == Recommendation.id)
    .where(Recommendation.reference == sa.bindparam("reference"), Recommendation.state == DraftState.ISSUED)
    .order_by(Response.number.desc())
    .limit(at_most(1))
)
_NUMBERED = (
    sa.select(Recommendation, Response)
    .join(Response, Response.recommendation_id == Recommendation.id)
    .where(
        Recommendation.reference == sa.bindparam("reference"),
        Response.number == sa.bindparam("number"),
        Response.state == ResponseState.SIGNED,
    )
)


def answering(reference: str) -> Answering | None:
    row: Any = db.session.execute(_NEWEST, {"reference": reference}).first()
    return Answering(*row) if row else None


def signed(reference: str, number: int) -> Answering | None:
    """One signed answer."""
    row: Any = db.session.execute(_NUMBERED, {"reference": reference, "number": number}).first()
    return Answering(*row) if row else None
