"""Some of the featured people have passed the first course, each by reading and sitting it, and stand where a certificate can stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from portal.accreditation.courses.records import CHOSEN, Question, QuestionKind, Scenario
from portal.accreditation.lifecycle import AttemptKind, StatusVerb
from portal.accreditation.models import AttemptItem
from portal.accreditation.operations import deciding, examining, learning, walking
from portal.accreditation.queries import catalogue, certificates
from portal.accreditation.queries import examining as papers
from portal.accreditation.queries import learning as queries
from portal.demonstration.featured import FIRST_REVIEWER
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import add_months
from portal.organisations.models import Person
from portal.organisations.queries.people import person_of_id
from portal.policy import Acting

COURSE = "C1"
READS, SITS = timedelta(hours=10), timedelta(hours=11)  # of the day


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
    """Everything that they did for it. The course must be published; without it nothing is done."""
    there = catalogue.published(COURSE)
    if there is None:
        return
    reviewer = _person(FIRST_REVIEWER.name)
    judge = person_of_id(reviewer.id) if reviewer else None
    for one in HOLDERS:
        person = _person(one.name)
        if person is None or judge is None:
            continue
        given = add_months(today + timedelta(days=one.ends_in), -there.course.valid_months)
        _pass(Acting(person.id, person.name, person.email), there, clock.start_of_day(given))
        for days, (verb, reason) in enumerate(one.decided, start=1):
            with clock.at(clock.start_of_day(today) - timedelta(days=20) + timedelta(days=7 * days)):
                held = certificates.held_by(person.id)[0]
                deciding.decide(held, verb, reason, seen=len(held.decisions), by=judge)
                db.session.flush()


def _person(name: str) -> Person | None:
    return db.session.scalar(sa.select(Person).where(Person.name == name).order_by(Person.id))


def _pass(by: Acting, there: catalogue.Published, day: datetime) -> None:
    with clock.at(day + READS):
        learning.begin(there.version, by=by)
        for lesson in there.course.lessons:
            module, _, name = lesson.slug.partition("/")
            for page in range(1, len(lesson.pages) + 2):
                at = queries.opened(by.id or 0, COURSE, module, name, page)
                assert at is not None
                if at.is_check:
                    learning.answer(at, [0], clock.now() - timedelta(seconds=60), by=by)
                else:
                    learning.turn(at, clock.now() - timedelta(seconds=90), by=by)
                db.session.flush()
        for scenario in there.course.scenarios:
            _walk(by, scenario)
    with clock.at(day + SITS):
        examined = papers.examined(by.id or 0, COURSE)
        assert examined is not None
        begun = examining.begin(examined, AttemptKind.EXAMINATION, by=by)
    with clock.at(day + SITS + timedelta(minutes=19)):
        sitting = papers.whole(begun)
        for item in sitting.items:
            examining.save(papers.Asked(sitting, item), _right(sitting.question(item), item), by=by)
        examining.hand_in(sitting, by=by)
        db.session.flush()


def _walk(by: Acting, scenario: Scenario) -> None:
    for choice in (None, *_best(scenario, scenario.start)[1]):
        at = queries.walked(by.id or 0, COURSE, scenario.slug)
        assert at is not None
        if choice is None or at.walk is None:
            walking.begin(at, by=by)
        else:
            walking.choose(at, len(walking.steps(at.scenario, at.walk.path)), choice, by=by)
        db.session.flush()


def _best(scenario: Scenario, part: str) -> tuple[int, tuple[int, ...]]:
    """The points of the best path from here without harm, and its choices."""
    found = [
        (points + choice.points, (number, *path))
        for number, choice in enumerate(scenario.parts[part].choices) if not choice.critical
        for points, path in [_best(scenario, choice.leads_to)]
    ]  # fmt: skip
    return max(found, default=(0, ()))


def _right(question: Question, item: AttemptItem) -> str:
    """The right answer, as it is stored."""
    return ",".join(_parts(question, item))


def _parts(question: Question, item: AttemptItem) -> Iterator[str]:
    if question.kind in CHOSEN:
        yield from (str(place) for place, option in enumerate(question.options) if option.right)
    elif question.kind is QuestionKind.DATE and question.rule and item.starts_on:
        yield question.rule.of(item.starts_on).isoformat()
    elif question.kind is QuestionKind.MATCH:
        yield from (f"{place}:{question.sides.index(option.goes_with)}" for place, option in enumerate(question.options))
    elif question.kind is QuestionKind.ORDER:
        yield from (f"{place}:{place}" for place in range(len(question.options)))
    else:
        yield next(option.text for option in question.options if option.right)
