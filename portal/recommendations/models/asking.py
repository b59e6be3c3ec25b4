"""The complainant, of whom nothing is stored but an address until it was used; what they were asked, and what they said."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key
from portal.recommendations.lifecycle import Said


class ComplainantAddress(Model):
    """Where the complainant can be asked once. The row is deleted when they were asked, or the recommendation has ended."""

    __tablename__ = "complainant_addresses"
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False, primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(320))
    noted_at: Mapped[datetime] = mapped_column(Moment())


class ComplainantQuestion(Audited, Model):
    """One link that was sent, and what was said by it. Only the hash of the link's token is stored."""

    __tablename__ = "complainant_questions"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id")
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    report_id: Mapped[int | None] = points_to("progress_reports.id", nullable=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_on: Mapped[date]
    expires_on: Mapped[date]  # the last day on which it can be answered
    answered_at: Mapped[datetime | None] = mapped_column(Moment())
    arrived: Mapped[Said | None] = mapped_column(one_of(Said, "arrived"))
    matches: Mapped[Said | None] = mapped_column(one_of(Said, "matches"))
    words: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (arrived IS NULL)", name="answered_is_whole"),
        sa.CheckConstraint("(answered_at IS NULL) = (matches IS NULL)", name="answered_both"),
        sa.CheckConstraint("expires_on >= asked_on", name="can_be_answered"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"
