"""The learners of the demonstration: who they are, where they work, and when they begin. Most of them do nothing else here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from portal.accreditation.models import TimeAllowed
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration.bodies import Body
from portal.demonstration.featured import FEATURED, LATER
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Recruiter, Someone
from portal.demonstration.years import Pen, learning_began
from portal.kernel import clock
from portal.policy import Role

ONE_DAY = timedelta(days=1)
ROLES = {Role.HANDLER: 0.72, Role.CONTRIBUTOR: 0.16, Role.COMPLAINTS_MANAGER: 0.12}
# Where more or fewer learn than elsewhere, of every three thousand; and of others by their kind.
MANY = {"R0A": 62, "RR8": 38, "hm-revenue-customs": 110, "department-for-work-pensions": 140, "home-office": 60,
        "driver-and-vehicle-licensing-agency": 44, "small-business-commissioner": 2}  # fmt: skip
OF_EVERY = 3000
DRIVE = {"R0A": 1.0, "hm-revenue-customs": 0.68, "small-business-commissioner": 1.0}  # elsewhere by chance
OF_KIND = {"T": 1.0, "I": 0.4, "G": 0.15, "PO": 0.4, "MD": 1.2, "ND": 0.8, "EA": 0.6}
ELSEWHERE = 0.15
WAVES = (2, 5)  # in which one body sends its people
FIRST_ONES, IN_DAYS = 0.14, 160  # of bodies: they learnt before they took part in assessments, some of theirs within so many days
MORE_TIME, EXTRA = 0.09, (25, 25, 25, 50, 50, 100)
SHOWN = frozenset(one.name for one in (*FEATURED, *LATER))  # they begin where a visitor finds them (certificates.py, everything.py)
OF_THE_NAMED = 0.5  # of others who act for a body in assessments and recommendations
SIT_NOW = 7  # have a paper open when the demonstration is built


@dataclass(frozen=True)
class Learner:
    """`ability`: 0 is somebody in the middle. `pace`: how long they read, next to what a lesson says. `drive`: how far their
    organisation sees to it that people go on, from 0 to 1."""

    someone: Someone
    kind: str  # of their organisation
    begins_at: datetime
    drive: float
    ability: float
    pace: float
    extra: int  # per cent of time in papers, from `extra_from` on
    extra_from: datetime
    sits_now: bool = False

    def extra_at(self, moment: datetime) -> int:
        return self.extra if moment >= self.extra_from else 0


def gather(ledger: Ledger, recruiter: Recruiter, bodies: Sequence[Body], chance: random.Random, many: int) -> list[Learner]:
    """So many new people, each in one role in one of the bodies that are open, and some of those who act for these bodies."""
    today = clock.today()
    first = learning_began(today)
    found: list[Learner] = []
    for body, here in _shared_out([body for body in bodies if body.closed_on is None], chance, many):
        drive = DRIVE.get(body.code, chance.betavariate(2.2, 0.7))
        early = body.code in MANY or chance.random() < FIRST_ONES
        since = max(first, body.opened_on or first) if early else body.joined_on
        waves = [since + chance.random() * (today - since) for _ in range(chance.randint(*WAVES))]
        waves += [since + timedelta(days=chance.randrange(IN_DAYS))] if early else []
        for _ in range(here):
            begins_on = min(chance.choice(waves) + timedelta(days=round(chance.expovariate(1 / 9))), today - ONE_DAY)
            appointed_on = max(since, begins_on - timedelta(days=chance.randint(1, 60)))
            [role] = chance.choices(list(ROLES), list(ROLES.values()))
            found.append(_learner(ledger, recruiter.hire(body, role, appointed_on), body, begins_on, drive, chance))
        for someone in body.team.people:
            learns = someone.name not in SHOWN and chance.random() < OF_THE_NAMED
            if someone.role in ROLES and someone.until_on is None and learns:
                begins_on = someone.since_on + chance.random() * (today - ONE_DAY - someone.since_on)
                found.append(_learner(ledger, someone, body, begins_on, drive, chance))
    for place in chance.sample(range(len(found)), min(SIT_NOW, len(found))):
        found[place] = replace(found[place], sits_now=True, begins_at=max(found[place].begins_at, ledger.now - ONE_DAY * chance.randint(20, 45)))
    return found


def _shared_out(bodies: Sequence[Body], chance: random.Random, many: int) -> list[tuple[Body, int]]:
    """How many learn at each body."""
    counts = {body.code: MANY[body.code] * many // OF_EVERY for body in bodies if body.code in MANY}
    others = [body for body in bodies if body.code not in counts]
    weights = [OF_KIND.get(body.kind, ELSEWHERE) * chance.lognormvariate(0, 0.55) for body in others]
    for body in chance.choices(others, weights, k=many - sum(counts.values())):
        counts[body.code] = counts.get(body.code, 0) + 1
    return [(body, counts.get(body.code, 0)) for body in bodies]


def _learner(ledger: Ledger, someone: Someone, body: Body, begins_on: date, drive: float, chance: random.Random) -> Learner:
    begins_on = max(begins_on, someone.since_on + ONE_DAY)
    begins_at = Pen(chance, ledger.now).on(begins_on)
    extra, extra_from = 0, begins_at + timedelta(minutes=chance.randint(30, 1400))
    manager = body.team.holder(Role.COMPLAINTS_MANAGER, begins_on)
    if chance.random() < MORE_TIME and manager.id != someone.id and manager.since_on < begins_on and extra_from < ledger.now:
        extra = chance.choice(EXTRA)
        ledger.add(TimeAllowed, person_id=someone.id, extra=extra, granted_by=manager.name, granted_at=extra_from)
        ledger.say(Event.TIME_ALLOWED, PORTAL_STREAM, f"time allowed to person {someone.id}", by=manager.acting, at=extra_from, extra=extra)
    return Learner(someone, body.kind, begins_at, drive, chance.gauss(0, 1), chance.lognormvariate(0, 0.28), extra, extra_from)
