"""A certificate nears its end: its holder is told, and begins a new cycle that asks for no more than renewal needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

from portal import audit, outbox
from portal.accreditation.lifecycle import CertificateKind, Status
from portal.accreditation.models import Enrolment
from portal.accreditation.operations import certifying
from portal.accreditation.queries import catalogue, learning
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries.certificates import Held
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import hold, insert_unless_there
from portal.kernel.errors import Step, WrongState
from portal.outbox import Letter
from portal.policy import Acting, Action, insist

REMINDED = (90, 30, 7)  # days before the end


def begin(at: Held, *, by: Acting) -> str:
    """Begin the new cycle in the newest version of the course, or go on with it: the course to go on with."""
    insist(by, Action.LEARN)
    one = at.certificate
    here = [Step("See the certificate", f"/learning/certificates/{one.reference}")]
    if one.kind is CertificateKind.AWARD:
        raise WrongState("An award is renewed by the certificates of its courses.", next_steps=here)
    if (there := learning.enrolment(by.id or 0, one.code)) is not None and there.cycle > one.cycle:
        return one.code
    if at.status is not Status.IN_FORCE:
        raise WrongState(f"This certificate is {at.status.value}, so it cannot be renewed. The reason and whom to ask stand with it.", next_steps=here)
    if not at.may_renew:
        raise WrongState(f"You can renew it from {words.day(at.renewal_opens_on)}.", next_steps=here)
    version = catalogue.newest().get(one.code)
    if version is None:
        raise WrongState("This course is not taught any more, so its certificates end without renewal.", next_steps=[Step("See the other courses", "/learning")])
    if insert_unless_there(Enrolment, ("person_id", "course", "cycle"), person_id=by.id, course=one.code, course_version_id=version.id,
                           cycle=one.cycle + 1, began_at=clock.now()):  # fmt: skip
        audit.record(Event.COURSE_BEGUN, learning.enrolment(by.id or 0, one.code), by=by, version=version.version)
    return one.code


def remind(today: date, since: date | None = None) -> Iterator[Callable[[], int]]:
    """A step for each certificate whose reminder falls after `since` (by default yesterday), until `today`."""
    since = since or today - timedelta(days=1)
    for days in REMINDED:
        for id in queries.ending(since + timedelta(days=days + 1), today + timedelta(days=days)):
            yield partial(_remind, id, days)


def _remind(id: int, days: int) -> int:
    at = queries.whole(id)
    one, person = at.certificate, queries.holder(at.certificate)
    if not at.latest or at.status is not Status.IN_FORCE or at.ended:
        return 0
    if one.kind is CertificateKind.AWARD:
        award = next((award for award in catalogue.awards() if award.code == one.code), None)
        if award is None or certifying.give_award(hold(person), award):
            return 0
    return int(outbox.post(
        Letter.CERTIFICATE_ENDS, to=person.email, name=person.name, about=one.reference, period=f"{days} days",
        facts={"title": one.title, "reference": one.reference, "until": words.day(one.valid_until_on), "days": (one.valid_until_on - clock.today()).days,
               "award": one.kind is CertificateKind.AWARD},
    ))  # fmt: skip
