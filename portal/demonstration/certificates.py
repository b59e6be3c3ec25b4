"""Some of the featured people have passed the first course, each by reading and sitting it, and stand where a certificate can stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from portal.accreditation.lifecycle import StatusVerb
from portal.accreditation.operations import deciding, learning
from portal.accreditation.queries import catalogue, certificates
from portal.demonstration import passing
from portal.demonstration.featured import FIRST_REVIEWER
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import add_months, next_working_day
from portal.organisations.models import Person
from portal.policy import Acting

COURSE = "C1"
READS, SITS, DECIDES = timedelta(hours=8), timedelta(hours=16), timedelta(hours=11)  # of the day


@dataclass(frozen=True)
class Holder:
    """Somebody whose certificate ends so many days from today, and what was decided about it, with the reason."""

    name: str
    ends_in: int
    decided: tuple[tuple[StatusVerb, str], ...] = ()


HOLDERS = (
    Holder("Maya Okafor", 25),
    Holder("Tomasz Nowak", -40),
    Holder("Kwame Mensah", 900),
    Holder("Sunita Rao", 700, ((StatusVerb.SUSPEND, "Two papers from one computer agree in every wrong answer. We are asking both people."),)),
    Holder("Bridget Hylton", 500, ((StatusVerb.SUSPEND, "We were told that somebody else sat the paper."),
                                   (StatusVerb.REVOKE, "Another person sat the paper, as both have confirmed."))),
)  # fmt: skip


def earn(today: date) -> None:
    """Everything that they did for it."""
    there, judge = catalogue.published(COURSE), reviewer()
    assert there is not None
    for one in HOLDERS:
        person = _person(one.name)
        given = next_working_day(add_months(today + timedelta(days=one.ends_in), -there.course.valid_months))
        _pass(Acting(person.id, person.name, person.email), there, clock.start_of_day(given))
        for days, (verb, reason) in enumerate(one.decided, start=1):
            with clock.at(clock.start_of_day(next_working_day(today - timedelta(days=20 - 7 * days))) + DECIDES):
                held = certificates.held_by(person.id)[0]
                deciding.decide(held, verb, reason, seen=len(held.decisions), by=judge)
                db.session.flush()


def reviewer() -> Acting:
    """Who decided about certificates."""
    return passing.acting(_person(FIRST_REVIEWER.name).id)


def _person(name: str) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.name == name)).one()


def _pass(by: Acting, there: catalogue.Published, day: datetime) -> None:
    steps = iter(day + READS + passing.A_LESSON * number for number in range(len(there.course.lessons) + len(there.course.scenarios)))
    with clock.at(day + READS):
        learning.begin(there.version, by=by)
    for lesson in there.course.lessons:
        with clock.at(next(steps)):
            passing.read(by, there.course, lesson)
    for scenario in there.course.scenarios:
        with clock.at(next(steps)):
            passing.walk(by, there.course, scenario)
    passing.sit(by, there.course, day + SITS)
