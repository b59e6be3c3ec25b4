"""What a page of learning or marking is about: always of the person whose request this is, so that nobody meets another's."""

from __future__ import annotations

from portal.accreditation.models import Tie
from portal.accreditation.queries import appeals, assessing, certificates, examining, learning, practising, tying, works
from portal.accreditation.queries.appeals import Appealed
from portal.accreditation.queries.assessing import Held as Taken
from portal.accreditation.queries.certificates import Held
from portal.accreditation.queries.examining import Asked, Examined, Sitting
from portal.accreditation.queries.learning import Opened, Studied, Walked
from portal.accreditation.queries.practising import Practice, Practised, Rubric
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


def held(reference: str) -> Held | None:
    return certificates.held(_me(), reference)


def assigned(course: str, assignment: str) -> Assigned | None:
    return works.assigned(_me(), course, assignment)


def handed(reference: str) -> Handed | None:
    return works.handed(_me(), reference)


def taken(reference: str) -> Taken | None:
    return assessing.held(_me(), reference)


def practice(course: str, major: int, assignment: str) -> Practice | None:
    return practising.practice(_me(), Rubric(course.upper(), major, assignment))


def practised(course: str, major: int, assignment: str, round: int, script: str) -> Practised | None:
    return practising.practised(_me(), Rubric(course.upper(), major, assignment), round, script)


def appealed(reference: str) -> Appealed | None:
    return appeals.appealed(acting(), reference)


def tie(id: int) -> Tie | None:
    return tying.tie(_me(), id)
