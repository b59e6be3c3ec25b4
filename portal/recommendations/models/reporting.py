"""What an organisation reported, and the lines of the checklist that somebody saw to be met."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, points_to, primary_key


class ProgressReport(Audited, Model):
    """What changed, how we know, and what is left. `finished`: the organisation says that it is done, and on which day."""

    __tablename__ = "progress_reports"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    number: Mapped[int]
    changed: Mapped[str] = mapped_column(sa.Text)
    how_we_know: Mapped[str] = mapped_column(sa.Text)
    left_to_do: Mapped[str] = mapped_column(sa.Text, default="")
    finished: Mapped[bool] = mapped_column(default=False)
    done_on: Mapped[date | None]
    explained: Mapped[str] = mapped_column(sa.Text, default="")  # why what looks like personal data is in it
    reported_at: Mapped[datetime] = mapped_column(Moment())
    reported_on: Mapped[date]
    reported_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    reported_by: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "number"),
        sa.CheckConstraint("changed <> '' AND how_we_know <> ''", name="says_something"),
        sa.CheckConstraint("finished = (done_on IS NOT NULL)", name="finished_has_a_day"),
        sa.CheckConstraint("finished OR left_to_do <> ''", name="unfinished_says_what_is_left"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class LineSeen(Audited, Model):
    """Somebody saw the document that meets one line of the checklist, which need not be uploaded: a letter of apology."""

    __tablename__ = "checklist_lines_seen"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    report_id: Mapped[int] = points_to("progress_reports.id")
    line: Mapped[int]  # of the type's checklist, from 1
    seen_by: Mapped[str] = mapped_column(sa.String(200))  # a job title
    seen_on: Mapped[date]
    __table_args__ = (
        sa.UniqueConstraint("report_id", "line"),
        sa.Index("ix_checklist_lines_seen_recommendation", "recommendation_id", "line"),
        sa.CheckConstraint("line >= 1", name="counted_from_one"),
        sa.CheckConstraint("seen_by <> ''", name="says_by_whom"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"
