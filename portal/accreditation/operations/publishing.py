"""A course is published: its words are kept for good, and whoever begins it from now on begins this version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from portal import audit
from portal.accreditation.courses import reading, releases
from portal.accreditation.courses.records import Course, Version
from portal.accreditation.models import CourseFile, CourseVersion
from portal.accreditation.operations import following
from portal.accreditation.queries import catalogue
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.content import ContentError, Fault
from portal.kernel.db import db
from portal.kernel.errors import Invalid
from portal.policy import PORTAL, Acting, Action, insist

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Loaded:
    """What became of the courses that ship with the portal."""

    published: tuple[str, ...]
    faults: tuple[Fault, ...]

    def in_words(self) -> str:
        told = [f"Published {words.listing(list(self.published))}."] if self.published else []
        if self.faults:
            told.append("Some courses on disk cannot be used, and those published before stay in use:")
            told += [f"  {fault}" for fault in self.faults]
        return "\n".join(told) or "Every course on disk is published already."


def spelt(version: Version) -> str:
    return ".".join(map(str, version))


def publish(folder: Path, note: str, *, by: Acting) -> CourseVersion:
    """Publish the course in `folder` as it stands. The same words twice are one version.

    Raises ContentError for a course with faults, and Invalid for a version that is not high enough."""
    insist(by, Action.PUBLISH_COURSE)
    note = words.clean_line(note)
    if not note:
        raise Invalid("note", "Say in one line what is new in this version")
    if len(note) > LONGEST_NOTE:
        raise Invalid("note", f"What is new must be {LONGEST_NOTE} characters or fewer")
    files = reading.files_of(folder)
    course = reading.course(files, folder.name)
    if folder.name != course.id:
        raise Invalid("id", f"The folder is called {folder.name} and the course {course.id}. Make them agree")
    there = catalogue.versions(course.id)
    if there and there[0].sha256 == course.sha256:
        return there[0]
    if there:
        _refuse_too_small(there[0], course)
    made = _kept(course, files, note, by)
    if course.sha256 not in {one.sha256 for one in releases.releases_of(folder)}:
        releases.add(folder, spelt(course.version), course.sha256, clock.today(), note)
    return made


def _refuse_too_small(last: CourseVersion, course: Course) -> None:
    least = releases.least(catalogue.content(last), course)
    if course.version < least:
        raise Invalid(
            "version", f"{course.id} {spelt(course.version)} changes more than its number says. After {last.version} "
            f"write version: \"{spelt(least)}\" or higher",
        )  # fmt: skip


def _kept(course: Course, files: reading.Files, note: str, by: Acting) -> CourseVersion:
    major, minor, patch = course.version
    made = CourseVersion(
        course=course.id, major=major, minor=minor, patch=patch, title=course.title, sha256=course.sha256, note=note,
        published_at=clock.now(), published_by=by.name,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    db.session.execute(sa.insert(CourseFile), [{"course_version_id": made.id, "path": path, "content": files[path]} for path in sorted(files)])
    audit.record(Event.COURSE_PUBLISHED, made, by=by, version=made.version, sha256=made.sha256, note=note)
    following.follow(made, by=by)
    return made


def close(one: CourseVersion, *, by: Acting) -> None:
    """Close a version to people who have not begun it; those who have go on to the end."""
    insist(by, Action.PUBLISH_COURSE)
    if one.closed_at is None:
        one.closed_at = clock.now()
        audit.record(Event.COURSE_CLOSED, one, by=by, version=one.version)


def load_shipped(folder: Path) -> Loaded:
    """Publish each course in `folder` whose words are those of its newest release and are not published here yet.

    A course that cannot be read, or was changed after its release, stays as it was published before, and is named."""
    published: list[str] = []
    faults: list[Fault] = []
    for one in sorted(path for path in folder.iterdir() if path.is_dir()):
        try:
            made = _released(one)
        except ContentError as error:
            faults.extend(error.faults)
        else:
            published += [made] if made else []
    return Loaded(tuple(published), tuple(faults))


def _released(folder: Path) -> str:
    last = releases.releases_of(folder)[-1:]
    if not last or last[0].sha256 in {one.sha256 for one in catalogue.versions(folder.name)}:
        return ""
    files = reading.files_of(folder)
    course = reading.course(files, folder.name)
    if course.sha256 != last[0].sha256:
        raise ContentError([Fault(folder.name, 0, "", "was changed after its newest release. Publish it: portal course publish " + folder.name)])
    made = _kept(course, files, last[0].note, PORTAL)
    return f"{made.course} {made.version}"
