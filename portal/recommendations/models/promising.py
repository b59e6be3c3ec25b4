"""What an organisation answered, and the steps that it promised."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key
from portal.recommendations.lifecycle import Acceptance, ResponseState


class Response(Audited, Model):
    """One answer of an organisation to a recommendation: prepared, read and signed by its executive lead; then never changed."""

    __tablename__ = "responses"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    number: Mapped[int]
    answer: Mapped[Acceptance] = mapped_column(one_of(Acceptance, "answer"))
    reasons: Mapped[str] = mapped_column(sa.Text, default="")
    not_accepted: Mapped[str] = mapped_column(sa.Text, default="")  # the part that is not, and why
    state: Mapped[ResponseState] = mapped_column(one_of(ResponseState, "state"), default=ResponseState.PREPARED)
    prepared_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    prepared_by: Mapped[str] = mapped_column(sa.String(200))
    prepared_at: Mapped[datetime] = mapped_column(Moment())
    returned_why: Mapped[str] = mapped_column(sa.Text, default="")
    signatory_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    signatory: Mapped[str] = mapped_column(sa.String(200), default="")
    signed_at: Mapped[datetime | None] = mapped_column(Moment())
    signed_on: Mapped[date | None]
    sha256: Mapped[str] = mapped_column(sa.String(64), default="")  # of everything that was signed, the steps too
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "number"),
        sa.Index(
            "uq_responses_unsigned", "recommendation_id", unique=True,
            sqlite_where=sa.text("state <> 'signed'"), postgresql_where=sa.text("state <> 'signed'"),
        ),
        sa.CheckConstraint("answer <> 'awaiting response'", name="is_an_answer"),
        sa.CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name="signed_says_when"),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_on IS NULL)", name="signed_has_a_day"),
        sa.CheckConstraint("(state = 'signed') = (signatory <> '')", name="signed_says_by_whom"),
        sa.CheckConstraint("(state = 'signed') = (sha256 <> '')", name="signed_is_sealed"),
        sa.CheckConstraint("(answer = 'accepted in part') = (not_accepted <> '')", name="in_part_says_which"),
        sa.CheckConstraint("answer = 'accepted' OR reasons <> ''", name="refused_says_why"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class PromisedStep(Audited, Model):
    """One thing that the organisation promised to do, by whom and by when. It is never made somebody else's."""

    __tablename__ = "promised_steps"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    recommendation_id: Mapped[int] = points_to("recommendations.id")
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    response_id: Mapped[int] = points_to("responses.id")
    position: Mapped[int]
    what: Mapped[str] = mapped_column(sa.Text)
    owner: Mapped[str] = mapped_column(sa.String(200))  # a job title
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("what <> '' AND owner <> ''", name="says_what_and_who"),
        sa.CheckConstraint("position >= 1", name="counted_from_one"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"
