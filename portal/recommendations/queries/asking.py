"""What complainants were asked, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.kernel.db import db
from portal.kernel.references import hashed
from portal.recommendations.lifecycle import Said
from portal.recommendations.models import ComplainantAddress, ComplainantQuestion, Recommendation

_QUESTION = sa.select(ComplainantQuestion).where(ComplainantQuestion.token_hash == sa.bindparam("token_hash"))
_PUBLIC = sa.select(Recommendation.public_text).where(Recommendation.id == sa.bindparam("id"))
_OF: Any = sa.bindparam("recommendation_id")
_SAID = (
    sa.select(
        ComplainantQuestion.asked_on, ComplainantQuestion.expires_on, ComplainantQuestion.answered_at, ComplainantQuestion.arrived,
        ComplainantQuestion.matches, ComplainantQuestion.words,
    )
    .where(ComplainantQuestion.recommendation_id == _OF)
    .order_by(ComplainantQuestion.id.desc())
)  # fmt: skip
_NOTED = sa.select(ComplainantAddress.noted_at).where(ComplainantAddress.recommendation_id == _OF)


def question(token: str) -> ComplainantQuestion | None:
    """What the link with this token asks."""
    return db.session.scalar(_QUESTION, {"token_hash": hashed(token)})


def public_text(one: ComplainantQuestion) -> str:
    """All that the link reveals."""
    return db.session.scalars(_PUBLIC, {"id": one.recommendation_id}).one()


@dataclass(frozen=True)
class SaidBy:
    """One question that a complainant was sent, with the answer if one came."""

    asked_on: date
    expires_on: date
    answered_at: datetime | None
    arrived: Said | None
    matches: Said | None
    words: str


def said_about(recommendation_id: int) -> list[SaidBy]:
    """Every question and answer, the newest first. For the Ombudsman only."""
    return [SaidBy(*row) for row in db.session.execute(_SAID, {"recommendation_id": recommendation_id})]


def noted_at(recommendation_id: int) -> datetime | None:
    """When an address was noted at which the complainant can still be asked."""
    return db.session.scalar(_NOTED, {"recommendation_id": recommendation_id})
