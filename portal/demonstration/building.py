"""The demonstration is built once, in an empty database: the same each time for a day, and always about today."""

from __future__ import annotations

import random
import time
from datetime import timedelta

import sqlalchemy as sa

from portal.demonstration import bodies, queries, shortfalls, years
from portal.demonstration.bodies import Body
from portal.demonstration.fates import Dealer, Fate
from portal.demonstration.featured import FATES
from portal.demonstration.ledger import Ledger
from portal.demonstration.lives import Life
from portal.demonstration.people import Recruiter
from portal.demonstration.shortfalls import Shortfalls
from portal.demonstration.stories import Office, Story
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.organisations.models import Organisation, Person
from portal.organisations.operations import importing
from portal.organisations.remit import OMBUDSMAN_CODE

SEED = 1967  # the year of the Act that made the Ombudsman
ON_THE_REGISTER_BEFORE = timedelta(days=60)  # before the first period opened


def build_if_empty() -> str:
    """Build everything unless there are people already. Says what was done; the caller commits."""
    if db.session.scalar(sa.select(sa.exists().where(Person.id.is_not(None)))):
        return "The demonstration is there already; what was entered since is kept."
    began = time.monotonic()
    register_first()
    ledger, taking_part = tell_everything()
    shortfalls.count(ledger)
    bodies.mark_joined(taking_part)
    ledger.write()
    db.session.flush()
    told = words.count(len(taking_part), "organisation", "organisations")
    return f"The demonstration is built: three years of {told}, all of it invented ({time.monotonic() - began:.0f} seconds)."


def register_first() -> None:
    """Put the shipped register in place on a day before the first year, so that the record reads in order."""
    if db.session.scalar(sa.select(sa.exists().where(Organisation.id.is_not(None)))):
        return
    with clock.at(years.first_opening(clock.today()) - ON_THE_REGISTER_BEFORE):
        importing.load_shipped()
        db.session.commit()


def tell_everything() -> tuple[Ledger, list[Body]]:
    """Every row and every record, in memory."""
    today, chance = clock.today(), random.Random(SEED)
    ledger = Ledger(chance, clock.now())
    three = years.three_years(ledger, today)
    taking_part = bodies.taking_part(ledger, Recruiter(ledger, chance), three, chance)
    office = Office.of(next(body.team for body in taking_part if body.code == OMBUDSMAN_CODE))
    dealer = Dealer(chance, len(taking_part))
    for body in taking_part:
        gaps, last = Shortfalls(ledger, chance, body.id, body.kind), None
        for year in three:
            fate = dealer.deal(body, year, today)
            if year.index == 2 and body.code in FATES:
                fate = FATES[body.code]
            if year.index == 1 and body.code in FATES:
                fate = Fate.PUBLISHED
            if fate is None:
                continue
            life = Life(ledger, chance, body, year, last)
            Story(life, fate, gaps, office, chance, today).tell()
            last = life if life.handed_in else last
        if body.closed_on is not None and last is not None:
            gaps.organisation_closed(last, body.closed_on, body.successors)
    return ledger, taking_part


def featured() -> list[str]:
    """The people to begin with, a line each, for the terminal."""
    return [f"{one.name}, {one.role.value}, {one.organisation}: {one.tries}" for one in queries.featured()]
