"""The demonstration is built once, in an empty database: the same each time for a day, and always about today."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal import ROOT, audit
from portal.accreditation.operations import counting, publishing
from portal.assessments import sampling
from portal.assessments.operations import accepting
from portal.audit import Entry, Event
from portal.demonstration import (
    accredited,
    bodies,
    certificates,
    conflicts,
    earning,
    everything,
    featured,
    learning,
    letters,
    marking,
    practices,
    proving,
    queries,
    recommending,
    shortfalls,
    years,
)
from portal.demonstration.accredited import Stated
from portal.demonstration.bodies import Body
from portal.demonstration.fates import Dealer, Fate
from portal.demonstration.featured import FATES
from portal.demonstration.ledger import Ledger
from portal.demonstration.lives import Life
from portal.demonstration.papers import Shelf
from portal.demonstration.people import Recruiter
from portal.demonstration.proving import Proofs
from portal.demonstration.reviews import Pool
from portal.demonstration.shortfalls import Shortfalls
from portal.demonstration.stories import Office, Story
from portal.demonstration.years import Year
from portal.files import receiving
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.organisations.models import Organisation, Person
from portal.organisations.operations import importing
from portal.organisations.remit import OMBUDSMAN_CODE

LEARNERS = 3200
LEARNT_SINCE = timedelta(days=760)
SEED = 1967  # the year of the Act that made the Ombudsman
STANDS = {**practices.OF_ONE_PERSON, **FATES}
PROVED = frozenset({Fate.UNDER_REVIEW, Fate.QUESTIONED, Fate.REVIEWED, Fate.REPLIED})  # whoever stands there this year has evidence
DRAWN = frozenset({Fate.ACCEPTED, Fate.PUBLISHED_UNCHECKED})
ACCEPTED_AFTER, ACCEPTED_AGO = timedelta(days=45), timedelta(days=20)  # the bulk acceptance of a year
COURSES_BEFORE = timedelta(days=20)  # the first learner
OFFICE_OPENS = timedelta(hours=7)


def build_if_empty(learn: int = LEARNERS) -> str:
    """Build everything unless there are people already, so many learners included. Says what was done, which is committed."""
    if db.session.scalar(sa.select(sa.exists().where(Person.id.is_not(None)))):
        return "The demonstration is there already; what was entered since is kept."
    began = time.monotonic()
    ledger, taking_part, shelf, stated = tell_everything(register_first(), learn)
    shortfalls.count(ledger)
    with receiving.clearing():
        shelf.put_away()
        bodies.mark_joined(taking_part)
        ledger.insert()
        _tell_by_operations(ledger, stated)
        letters.in_order()
        for step in counting.count_all():
            step()
        ledger.take(audit.handed_over(db.session()))
        ledger.seal()
        db.session.commit()
    told = words.count(len(taking_part), "organisation", "organisations")
    return f"The demonstration is built: three years of {told}, all of it invented ({time.monotonic() - began:.0f} seconds)."


def _tell_by_operations(ledger: Ledger, stated: Sequence[Stated]) -> None:
    """What a few people did: slower to tell, and exactly as it would have been."""
    everything.earn(clock.today())
    certificates.earn(clock.today())
    earning.decide(ledger, SEED, certificates.reviewer())
    marking.tell(ledger.now)
    accredited.settle(stated, clock.today())


def register_first() -> list[Entry]:
    """Put the shipped register and the practices in place on a day before everything else, so that the record reads in order;
    and the shipped courses on a day before anybody learns.

    Returns what the record will say of it, which comes on the days on which organisations were opened and closed.
    """
    with clock.at(recommending.first_day(clock.today()) - recommending.ON_THE_REGISTER_BEFORE):
        if not db.session.scalar(sa.select(sa.exists().where(Organisation.id.is_not(None)))):
            importing.load_shipped()
        practices.register()
    with clock.at(years.learning_began(clock.today()) - COURSES_BEFORE):
        publishing.load_shipped(ROOT / "courses")
    days = {row.id: row for row in db.session.execute(sa.select(Organisation.id, Organisation.opened_on, Organisation.closed_on))}
    return [_on_its_day(entry, days.get(entry.organisation_id)) for entry in audit.handed_over(db.session())]


def _on_its_day(entry: Entry, row: Any) -> Entry:
    """What became known of an organisation after that day is told on the day on which it happened."""
    day = None if row is None else row.opened_on if entry.event is Event.ORGANISATION_ADDED else row.closed_on
    at = clock.start_of_day(day) + OFFICE_OPENS if day else entry.at
    return dataclasses.replace(entry, at=min(max(entry.at, at), clock.now()))


@dataclass(frozen=True)
class Part:
    """One body's assessment in one year, before it is told."""

    body: Body
    year: Year
    fate: Fate
    reference: str


def tell_everything(of_what_was_first: Sequence[Entry] = (), learn: int = 0) -> tuple[Ledger, list[Body], Shelf, list[Stated]]:
    """Every row and every record, in memory."""
    today, chance = clock.today(), random.Random(SEED)
    ledger = Ledger(chance, clock.now())
    ledger.take(of_what_was_first)
    shelf = Shelf(ledger)
    three = years.three_years(ledger, today)
    recruiter = Recruiter(ledger, chance)
    taking_part = bodies.taking_part(ledger, recruiter, three, chance)
    team = next(body.team for body in taking_part if body.code == OMBUDSMAN_CODE)
    office = Office.of(team, conflicts.declared(ledger, team, taking_part, chance))
    parts = _dealt(ledger, chance, taking_part, three, today)
    pools = {year.index: _pool(year, parts, office, chance, today) for year in three}
    for body in taking_part:
        gaps, last = Shortfalls(ledger, chance, body.id, body.kind), None
        proofs = _proofs(ledger, shelf, body, [part for part in parts if part.body is body])
        for part in (one for one in parts if one.body is body):
            life = Life(ledger, chance, body, part.year.of_kind(body.kind), part.reference, last, proofs)
            pool = pools[part.year.index] if part.fate in DRAWN else None
            Story(life, part.fate, gaps, office, pool, chance, today).tell()
            last = life if life.handed_in else last
        if last is not None:
            gaps.organisation_closed(last)
    recommending.recommend(ledger, taking_part, office, recruiter, SEED, today)
    assessors = marking.hire(recruiter, next(body for body in taking_part if body.code == OMBUDSMAN_CODE), today)
    learning.practised(ledger, assessors)
    someone = featured.EVERYTHING
    recruiter.hire(next(body for body in taking_part if body.code == someone.code), someone.role, today - LEARNT_SINCE, job_title=someone.job_title, name=someone.name)
    earned = learning.learn(ledger, recruiter, taking_part, assessors, SEED, learn) if learn else []
    earning.tell(ledger, earned)
    return ledger, taking_part, shelf, accredited.tell(ledger, taking_part, earned, SEED, today)


def _proofs(ledger: Ledger, shelf: Shelf, body: Body, parts: Sequence[Part]) -> Proofs:
    """The evidence of a body: of those whom a visitor can be first, of two years; of others whose review goes on, of this one."""
    shown = body.code in STANDS
    proved = any(part.year.current and part.fate in PROVED for part in parts)
    return Proofs(ledger, shelf, body, cards=proving.cards_for(body, shown=shown) if shown or proved else {},
                   first_year=1 if shown else 2, seed=SEED)  # fmt: skip


def _dealt(ledger: Ledger, chance: random.Random, taking_part: Sequence[Body], three: Sequence[Year], today: date) -> list[Part]:
    """What becomes of each body's assessment in each year; the featured ones stand where their person needs them."""
    dealer, parts = Dealer(chance, len(taking_part)), []
    for body in taking_part:
        for year in three:
            fate = dealer.deal(body, year, today)
            if body.code in STANDS and year.index > 0:
                fate = STANDS[body.code] if year.current else Fate.PUBLISHED
            if fate is not None:
                parts.append(Part(body, year, fate, ledger.reference("AS")))
    return parts


def _pool(year: Year, parts: Sequence[Part], office: Office, chance: random.Random, today: date) -> Pool:
    """The bulk acceptance of a year, with the sample that anybody can draw again from its seed."""
    references = [part.reference for part in parts if part.year is year and part.fate in DRAWN]
    seed = f"{chance.getrandbits(64):016x}"
    sample = sampling.draw(references, sampling.size(len(references), accepting.USUAL_PERCENT), seed)
    day = today - ACCEPTED_AGO if year.current else year.due_on + ACCEPTED_AFTER
    return Pool(day, office.reviewers[year.index + 2], len(references), frozenset(sample), seed)


def to_begin_with() -> list[str]:
    """The people to begin with, a line each, for the terminal."""
    return [f"{one.name}, {one.role.value}, {one.organisation}: {one.tries}" for one in queries.featured()]
