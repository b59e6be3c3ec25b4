"""Papers as they were drawn for one person, and what they answered."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key


class Attempt(Audited, Model):
    """One sitting of one paper. The version of the course, the seed and the deadline are fixed when it begins."""

    __tablename__ = "paper_attempts"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    enrolment_id: Mapped[int] = points_to("enrolments.id", index=False)
    person_id: Mapped[int] = points_to("people.id", index=False)
    course: Mapped[str] = mapped_column(sa.String(8))
    course_version_id: Mapped[int] = points_to("course_versions.id", index=False)
    kind: Mapped[AttemptKind] = mapped_column(one_of(AttemptKind, "kind"))
    number: Mapped[int]  # of this kind, within the enrolment
    state: Mapped[AttemptState] = mapped_column(one_of(AttemptState, "state"), default=AttemptState.OPEN)
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    extra: Mapped[int]  # per cent of time that this person is given
    began_at: Mapped[datetime] = mapped_column(Moment())
    deadline_at: Mapped[datetime] = mapped_column(Moment())
    ended_at: Mapped[datetime | None] = mapped_column(Moment())
    asked: Mapped[int]
    correct: Mapped[int | None]
    critical: Mapped[int | None]  # answers that must never be given
    passed: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "kind", "number"),
        sa.Index("ix_paper_attempts_version", "course_version_id", "id"),
        sa.Index(
            "uq_paper_attempts_open", "person_id", "course", unique=True,
            sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_paper_attempts_due", "deadline_at", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("deadline_at > began_at", name="ends_after_it_begins"),
        sa.CheckConstraint("extra BETWEEN 0 AND 300", name="extra_is_bounded"),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="over_has_a_moment"),
        sa.CheckConstraint("(ended_at IS NULL) = (correct IS NULL)", name="over_is_marked"),
        sa.CheckConstraint("(ended_at IS NULL) = (critical IS NULL)", name="over_is_looked_through"),
        sa.CheckConstraint("(ended_at IS NULL) = (passed IS NULL)", name="over_is_judged"),
        sa.CheckConstraint("correct IS NULL OR correct BETWEEN 0 AND asked", name="correct_of_those_asked"),
        sa.CheckConstraint("passed IS NULL OR NOT passed OR critical = 0", name="nothing_critical_passes"),
    )  # fmt: skip
    organisation_id = None  # a person's own

    def audited_as(self) -> str:
        return f"paper {self.reference}"


class AttemptItem(Model):
    """One question of a paper as it was issued, and the answer, written as portal/accreditation/marking.py says."""

    __tablename__ = "paper_items"
    id: Mapped[int] = primary_key()
    attempt_id: Mapped[int] = points_to("paper_attempts.id", index=False)
    position: Mapped[int]
    question: Mapped[str] = mapped_column(sa.String(60))
    offered: Mapped[str] = mapped_column(sa.String(60))
    starts_on: Mapped[date | None]
    answer: Mapped[str] = mapped_column(sa.String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment())
    late: Mapped[bool] = mapped_column(default=False)  # taken by the grace of a slow line
    correct: Mapped[bool | None]
    critical: Mapped[bool | None]
    __table_args__ = (
        sa.UniqueConstraint("attempt_id", "position"),
        sa.UniqueConstraint("attempt_id", "question"),
        sa.CheckConstraint("position >= 1", name="counted_from_one"),
        sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name="answered_has_a_moment"),
        sa.CheckConstraint("(correct IS NULL) = (critical IS NULL)", name="marked_whole"),
    )


class TimeAllowed(Audited, Model):
    """How much more time one person has in every paper, in per cent. Why stays between them and whoever granted it."""

    __tablename__ = "time_allowed"
    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = points_to("people.id", index=False, unique=True)
    extra: Mapped[int]
    granted_by: Mapped[str] = mapped_column(sa.String(200))
    granted_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.CheckConstraint("extra BETWEEN 0 AND 300", name="extra_is_bounded"),)
    organisation_id = None

    def audited_as(self) -> str:
        return f"time allowed to person {self.person_id}"
