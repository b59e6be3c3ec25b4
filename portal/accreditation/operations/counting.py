"""What authors see of a course is counted in the night and kept, for it sums over every answer that was ever given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import sqlalchemy as sa

from portal.accreditation import fairness
from portal.accreditation.models import CourseFigures
from portal.accreditation.queries import catalogue
from portal.accreditation.queries import figures as queries
from portal.accreditation.queries.figures import Counted
from portal.kernel import clock
from portal.kernel.db import db, insert_unless_there

_KEEP = sa.update(CourseFigures).where(CourseFigures.course == sa.bindparam("of"))


def count_all() -> Iterator[Callable[[], int]]:
    """A step for each course that people can begin."""
    for course in sorted(catalogue.newest()):
        yield partial(_count, course)


def _count(course: str) -> int:
    at = catalogue.published(course)
    if at is None:
        return 0
    held = [fairness.compared(id, strata) for id, strata in queries.strata(at.course).items()]
    found = Counted(
        clock.now(), queries.began(at.course), queries.lessons(at.course), queries.of_questions(at.course), [one for one in held if one],
        queries.groups(at.course),
    )  # fmt: skip
    facts = {"course_version_id": at.version.id, "counted_at": found.at, "content": found.as_text()}
    if not insert_unless_there(CourseFigures, ("course",), course=course, **facts):
        db.session.execute(_KEEP.values(facts), {"of": course})
    return 1
