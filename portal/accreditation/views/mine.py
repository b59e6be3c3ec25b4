"""What a page of learning is about: always of the person whose request this is, so that nobody meets another's."""

from __future__ import annotations

from portal.accreditation.queries import examining, learning, works
from portal.accreditation.queries.examining import Asked, Examined, Sitting
from portal.accreditation.queries.learning import Opened, Studied, Walked
from portal.accreditation.queries.works import Assigned, Handed
from portal.web.gate import acting


def _me() -> int:
    return acting().id or 0


def studied(course: str) -> Studied | None:
    return learning.studied(_me(), course)


def opened(course: str, module: str, lesson: str, page: int) -> Opened | None:
    return learning.opened(_me(), course, module, lesson, page)


def walked(course: str, scenario: str) -> Walked | None:
    return learning.walked(_me(), course, scenario)


def picture(course: str, name: str) -> tuple[str, bytes] | None:
    return learning.picture(_me(), course, name)


def examined(course: str) -> Examined | None:
    return examining.examined(_me(), course)


def sitting(reference: str) -> Sitting | None:
    return examining.sitting(_me(), reference)


def asked(reference: str, position: int) -> Asked | None:
    return examining.asked(_me(), reference, position)


def assigned(course: str, assignment: str) -> Assigned | None:
    return works.assigned(_me(), course, assignment)


def handed(reference: str) -> Handed | None:
    return works.handed(_me(), reference)
