"""Papers that were marked again by a corrected version of their course, as they were before and came to after. Rows are never changed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, points_to, primary_key


class Remark(Audited, Model):
    """One time that papers were marked again, by which version and why."""

    __tablename__ = "remarks"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    course: Mapped[str] = mapped_column(sa.String(8))
    course_version_id: Mapped[int] = points_to("course_versions.id")
    because: Mapped[str] = mapped_column(sa.String(500))
    made_at: Mapped[datetime] = mapped_column(Moment())
    made_by: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (
        sa.Index("ix_remarks_course", "course", "made_at"),
        sa.CheckConstraint("because <> ''", name="has_a_reason"),
    )
    organisation_id = None

    def audited_as(self) -> str:
        return f"re-mark {self.reference}"


class RemarkedPaper(Model):
    """One paper in a re-mark. Whoever had passed keeps the pass, whatever it came to, until a person decides."""

    __tablename__ = "remarked_papers"
    id: Mapped[int] = primary_key()
    remark_id: Mapped[int] = points_to("remarks.id", index=False)
    attempt_id: Mapped[int] = points_to("paper_attempts.id")
    correct_before: Mapped[int]
    critical_before: Mapped[int]
    passed_before: Mapped[bool]
    correct_after: Mapped[int]
    critical_after: Mapped[int]
    passed_after: Mapped[bool]
    __table_args__ = (
        sa.UniqueConstraint("remark_id", "attempt_id"),
        sa.CheckConstraint("NOT passed_after OR critical_after = 0", name="nothing_critical_passes"),
        sa.CheckConstraint("correct_before >= 0 AND correct_after >= 0", name="right_is_counted"),
        sa.CheckConstraint("critical_before >= 0 AND critical_after >= 0", name="critical_is_counted"),
    )

    @property
    def gained(self) -> bool:
        return self.passed_after and not self.passed_before

    @property
    def would_lose(self) -> bool:
        return self.passed_before and not self.passed_after


class PassDecision(Audited, Model):
    """A person decided whether a pass stands that another marking would not give."""

    __tablename__ = "pass_decisions"
    id: Mapped[int] = primary_key()
    remarked_paper_id: Mapped[int] = points_to("remarked_papers.id", index=False, unique=True)
    paper: Mapped[str] = mapped_column(sa.String(12))  # its reference
    stands: Mapped[bool]
    reason: Mapped[str] = mapped_column(sa.String(1000))
    decided_at: Mapped[datetime] = mapped_column(Moment())
    decided_by: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (sa.CheckConstraint("reason <> ''", name="has_a_reason"),)
    organisation_id = None

    def audited_as(self) -> str:
        return f"paper {self.paper}"
