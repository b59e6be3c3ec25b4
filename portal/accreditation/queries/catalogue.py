"""Which versions of which courses are published, and their content, which each process reads once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import sqlalchemy as sa
from flask import current_app

from portal.accreditation.courses import checking, reading
from portal.accreditation.courses.records import Award, Course
from portal.accreditation.models import CourseFile, CourseVersion
from portal.kernel.db import db

V = CourseVersion
_ORDER = (V.major.desc(), V.minor.desc(), V.patch.desc())
KEPT = 64  # courses in one process

_OF_A_COURSE = sa.select(V).where(V.course == sa.bindparam("course")).order_by(*_ORDER)
_OPEN = sa.select(V).where(V.closed_at.is_(None)).order_by(V.course, *_ORDER)
_ALL = sa.select(V).order_by(V.course, *_ORDER)
_FILES = sa.select(CourseFile.path, CourseFile.content).where(CourseFile.course_version_id == sa.bindparam("id"))


@dataclass(frozen=True)
class Published:
    """The newest version of a course that is open to people who have not begun it."""

    version: CourseVersion
    course: Course


def versions(course: str) -> Sequence[CourseVersion]:
    """Every published version of a course, newest first."""
    return db.session.scalars(_OF_A_COURSE, {"course": course}).all()


def newest() -> dict[str, CourseVersion]:
    """The newest version of each course that is open to people who have not begun it, by the course's id."""
    found: dict[str, CourseVersion] = {}
    for one in db.session.scalars(_OPEN):
        found.setdefault(one.course, one)
    return found


def majors() -> dict[tuple[str, int], CourseVersion]:
    """The newest version of each major version of each course, also of those that nobody can begin any more."""
    found: dict[tuple[str, int], CourseVersion] = {}
    for one in db.session.scalars(_ALL):
        found.setdefault((one.course, one.major), one)
    return found


def published(course: str) -> Published | None:
    """A course by its id in any case; None where nobody can begin it."""
    one = newest().get(course.upper())
    return Published(one, content(one)) if one else None


def all_published() -> list[Published]:
    """Every course that people can begin, by its id."""
    return [Published(one, content(one)) for _, one in sorted(newest().items())]


def version(id: int) -> CourseVersion:
    return db.session.get_one(CourseVersion, id)


def content(one: CourseVersion) -> Course:
    """The course of a version. Its files never change, so that each process reads them once."""
    return _content(one.id, one.sha256)


@lru_cache(maxsize=KEPT)
def _content(id: int, sha256: str) -> Course:
    made = reading.course(files(id), f"version {id}")
    if made.sha256 != sha256:
        raise RuntimeError(f"The files of course version {id} are not as they were published.")
    return made


def files(id: int) -> reading.Files:
    return {row.path: row.content for row in db.session.execute(_FILES, {"id": id})}


def picture(id: int, path: str) -> bytes | None:
    """A picture of a version, or None."""
    wanted = sa.select(CourseFile.content).where(CourseFile.course_version_id == id, CourseFile.path == path)
    return db.session.scalar(wanted) if path.startswith("images/") else None


def awards() -> tuple[Award, ...]:
    """What the courses make together, those of an award before the award that is made of it."""
    return _awards(Path(current_app.root_path) / "courses")


@cache
def _awards(folder: Path) -> tuple[Award, ...]:
    return checking.awards(folder)
