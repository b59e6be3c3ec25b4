"""releases.yaml: which versions of a course were published, written by the publish command and by nobody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from portal.accreditation.courses.reading import RELEASES
from portal.accreditation.courses.records import Course, Version
from portal.kernel.content import Day, Record, Text, read


class Release(Record):
    """One published version."""

    version: Annotated[str, Field(pattern=r"^\d{1,3}\.\d{1,3}\.\d{1,3}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    on: Day
    note: Annotated[Text, Field(max_length=500)]


class ReleasesFile(Record):
    """releases.yaml, oldest first."""

    releases: Annotated[tuple[Release, ...], Field(min_length=1)]


def releases_of(folder: Path) -> tuple[Release, ...]:
    """Every release of the course in `folder`, oldest first. Raises ContentError for what cannot be read."""
    path = folder / RELEASES
    return read(path, ReleasesFile, root=folder.parent).releases if path.exists() else ()


def add(folder: Path, version: str, sha256: str, on: date, note: str) -> None:
    """Write one more release below the others."""
    path = folder / RELEASES
    line = f'  - version: "{version}"\n    sha256: {sha256}\n    on: {on.isoformat()}\n    note: >-\n      {note}\n'
    path.write_text((path.read_text(encoding="utf-8") if path.exists() else "releases:\n") + line, encoding="utf-8")


def least(before: Course, now: Course) -> Version:
    """The smallest version that `now` may have after `before`, by what changed (docs/writing-courses.md has the table)."""
    major, minor, patch = before.version
    if _rules(before) != _rules(now):
        return major + 1, 0, 0
    return (major, minor + 1, 0) if _marks(before) != _marks(now) else (major, minor, patch + 1)


def _rules(course: Course) -> object:
    """What somebody who began under it relies on."""
    return (
        course.outcomes, course.paper, course.valid_months, course.renewal,
        [(one.slug, one.pass_mark) for one in course.scenarios],
        [(one.slug, one.pass_mark, one.least_level, one.assessors, one.resubmissions) for one in course.assignments],
    )  # fmt: skip


def _marks(course: Course) -> object:
    """What a mark, or what is read, depends on beyond the wording."""
    return (
        {one.id: (one.kind, one.outcome, one.between, one.rule, [(o.right, o.critical, o.goes_with) for o in one.options], one.strays)
         for one in course.questions.values()},
        [(lesson.slug, len(lesson.pages)) for lesson in course.lessons],
        [(one.slug, {name: [(c.points, c.critical, c.leads_to) for c in part.choices] for name, part in one.parts.items()}) for one in course.scenarios],
        [(one.slug, [(c.title, c.weight) for c in one.criteria], sorted(one.must_not)) for one in course.assignments],
    )  # fmt: skip
