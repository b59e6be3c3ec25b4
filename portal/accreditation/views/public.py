"""What anybody may read of the courses: what they teach, how they are examined, and which expectations they cover."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from portal.accreditation.courses.records import Course
from portal.accreditation.coverage import ENOUGH, coverage
from portal.accreditation.queries import catalogue
from portal.kernel.content import markdown
from portal.kernel.errors import NotFound
from portal.policy import Action
from portal.standards import library
from portal.standards.records import Standard
from portal.web.freshness import unless_unchanged
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("courses", __name__, url_prefix="/courses")


def _standards(course: Course | None = None) -> list[Standard]:
    known = library.load()
    return [known.latest(id) for id in known.standards if known.versions(id) and (course is None or id in course.standards)]


@bp.route("")
@gate(Action.READ_PUBLIC_PAGES)
def index() -> Any:
    found = catalogue.all_published()
    awards = catalogue.awards()

    def make() -> Any:
        return page("courses/index.html", courses=[one.course for one in found], awards=awards, titles={one.code: one.title for one in awards})

    return unless_unchanged(make, *(one.course.sha256 for one in found), awards)


@bp.route("/coverage")
@gate(Action.READ_PUBLIC_PAGES)
def covered() -> Any:
    courses = [one.course for one in catalogue.all_published()]
    standards = [one for one in _standards() if any(one.id in course.standards for course in courses)]

    def make() -> Any:
        return page("courses/coverage.html", courses=courses, found=[coverage(one, courses) for one in standards], enough=ENOUGH)

    return unless_unchanged(make, *(one.sha256 for one in courses), *(one.sha256 for one in standards))


@bp.route("/<course>")
@gate(Action.READ_PUBLIC_PAGES)
def course(course: str) -> Any:
    at = catalogue.published(course)
    if at is None:
        raise NotFound()
    expectations = {one.code: (standard, one) for standard in _standards(at.course) for one in standard.expectations}

    def make() -> Any:
        return page(
            "courses/course.html", at=at, course=at.course, expectations=expectations, sources=markdown(at.course.sources, top=2),
            awards=[one for one in catalogue.awards() if at.course.id in one.needs],
        )  # fmt: skip

    return unless_unchanged(make, at.course.sha256, at.version.version, *(one.sha256 for one in _standards(at.course)))
