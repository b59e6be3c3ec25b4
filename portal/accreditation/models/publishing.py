"""Versions of courses as they were published, word for word and for good."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, points_to, primary_key


class CourseVersion(Audited, Model):
    """One published version. Its files never change; it may be closed to people who have not begun it."""

    __tablename__ = "course_versions"
    id: Mapped[int] = primary_key()
    course: Mapped[str] = mapped_column(sa.String(8))
    major: Mapped[int]
    minor: Mapped[int]
    patch: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(120))
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of its files, as courses/hashing.py says
    note: Mapped[str] = mapped_column(sa.String(500))  # what is new in it, for those who learn
    published_at: Mapped[datetime] = mapped_column(Moment())
    published_by: Mapped[str] = mapped_column(sa.String(200))
    closed_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("course", "major", "minor", "patch"),
        sa.CheckConstraint("major >= 0 AND minor >= 0 AND patch >= 0", name="version_is_counted"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )
    organisation_id = None  # of the portal as a whole

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def audited_as(self) -> str:
        return f"course {self.course} {self.version}"


class CourseFile(Model):
    """One file of a version, as its author wrote it."""

    __tablename__ = "course_files"
    id: Mapped[int] = primary_key()
    course_version_id: Mapped[int] = points_to("course_versions.id", index=False)
    path: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    __table_args__ = (sa.UniqueConstraint("course_version_id", "path"),)


class CourseFigures(Model):
    """What was summed of a course in the night: how its questions do, where people stop, and whether its papers are fair."""

    __tablename__ = "course_figures"
    id: Mapped[int] = primary_key()
    course: Mapped[str] = mapped_column(sa.String(8), unique=True)
    course_version_id: Mapped[int] = points_to("course_versions.id")  # in whose words its questions then stood
    counted_at: Mapped[datetime] = mapped_column(Moment())
    content: Mapped[str] = mapped_column(sa.Text)  # JSON, as queries/figures.py says
