"""Who learns what, how far they are, and the time that counts as their professional development."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, points_to, primary_key


class Enrolment(Audited, Model):
    """One person in one course, from beginning to certificate; `cycle` counts their renewals. It is theirs wherever they work."""

    __tablename__ = "enrolments"
    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = points_to("people.id", index=False)
    course: Mapped[str] = mapped_column(sa.String(8))
    course_version_id: Mapped[int] = points_to("course_versions.id")
    cycle: Mapped[int] = mapped_column(default=1)
    began_at: Mapped[datetime] = mapped_column(Moment())
    learnt_at: Mapped[datetime | None] = mapped_column(Moment())  # when the last lesson had been read
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course", "cycle"),
        sa.CheckConstraint("cycle >= 1", name="cycle_counts_from_one"),
        sa.CheckConstraint("learnt_at IS NULL OR learnt_at >= began_at", name="learnt_after_it_began"),
    )
    organisation_id = None  # a person's own

    def audited_as(self) -> str:
        return f"enrolment {self.id} in {self.course}"


class LessonRead(Model):
    """How far somebody is in a lesson. The newest of them says where they left."""

    __tablename__ = "lessons_read"
    id: Mapped[int] = primary_key()
    enrolment_id: Mapped[int] = points_to("enrolments.id", index=False)
    lesson: Mapped[str] = mapped_column(sa.String(120))
    page: Mapped[int]  # the one that they opened last, from 1
    furthest: Mapped[int]
    seconds: Mapped[int] = mapped_column(default=0)  # seen to be spent, long silences left out
    seen_at: Mapped[datetime] = mapped_column(Moment())
    finished_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "lesson"),
        sa.CheckConstraint("page BETWEEN 1 AND furthest", name="page_was_reached"),
        sa.CheckConstraint("seconds >= 0", name="time_runs_forward"),
    )


class CpdEntry(Model):
    """A line of somebody's record of professional development. Lines are never changed: a correction is a line against it."""

    __tablename__ = "cpd_entries"
    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = points_to("people.id", index=False)
    source: Mapped[str] = mapped_column(sa.String(200))  # what earned it: "C1 1.0.0 01-what-counts/01-feedback", once
    title: Mapped[str] = mapped_column(sa.String(200))
    counted_on: Mapped[date]
    claimed: Mapped[int]  # minutes, as the course says
    observed: Mapped[int]  # minutes, as the portal saw
    __table_args__ = (
        sa.UniqueConstraint("person_id", "source"),
        sa.Index("ix_cpd_entries_day", "person_id", "counted_on", "id"),
        sa.CheckConstraint("observed >= 0", name="observed_counts"),
    )


class ScenarioTry(Model):
    """One walk through a scenario. `path` is each part and the choice made there ("at-the-desk 0, he-sits-down 2")."""

    __tablename__ = "scenario_tries"
    id: Mapped[int] = primary_key()
    enrolment_id: Mapped[int] = points_to("enrolments.id", index=False)
    scenario: Mapped[str] = mapped_column(sa.String(60))
    number: Mapped[int]
    path: Mapped[str] = mapped_column(sa.Text, default="")
    began_at: Mapped[datetime] = mapped_column(Moment())
    finished_at: Mapped[datetime | None] = mapped_column(Moment())
    points: Mapped[int | None]
    passed: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "scenario", "number"),
        sa.Index(
            "uq_scenario_tries_open", "enrolment_id", "scenario", unique=True,
            sqlite_where=sa.text("finished_at IS NULL"), postgresql_where=sa.text("finished_at IS NULL"),
        ),
        sa.CheckConstraint("(finished_at IS NULL) = (points IS NULL)", name="finished_has_points"),
        sa.CheckConstraint("(finished_at IS NULL) = (passed IS NULL)", name="finished_is_judged"),
    )  # fmt: skip
