"""The learners of the demonstration, beside its named people: who they are, where they work, and when they begin."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from portal.accreditation.models import TimeAllowed
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration.bodies import Body
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import PRACTICE, Recruiter, Someone
from portal.demonstration.years import Pen
from portal.kernel import clock
from portal.kernel.working_days import add_months
from portal.policy import Role

MONTHS = 40  # since the first of them began
ROLES = {Role.HANDLER: 0.72, Role.CONTRIBUTOR: 0.16, Role.COMPLAINTS_MANAGER: 0.12}
# Where more or fewer learn than elsewhere, of every three thousand; and of others by their kind.
MANY = {"R0A": 62, "RR8": 38, "hm-revenue-customs": 110, "department-for-work-pensions": 140, "home-office": 60,
        "driver-and-vehicle-licensing-agency": 44}  # fmt: skip
OF_EVERY = 3000
OF_KIND = {"T": 1.0, "I": 0.45, "G": 0.12, "PO": 0.4}
WAVES = (2, 5)  # in which one body sends its people
FIRST_ONES = 0.08  # of bodies: they learnt before they took part in assessments
MORE_TIME, EXTRA = 0.09, (25, 25, 25, 50, 50, 100)
SIT_NOW = 7  # have a paper open when the demonstration is built


@dataclass(frozen=True)
class Learner:
    """`ability`: 0 is somebody in the middle. `pace`: how long they read, next to what a lesson says."""

    someone: Someone
    begins_at: datetime
    ability: float
    pace: float
    extra: int  # per cent of time in papers, from `extra_from` on
    extra_from: datetime
    sits_now: bool = False

    def extra_at(self, moment: datetime) -> int:
        return self.extra if moment >= self.extra_from else 0


def gather(ledger: Ledger, recruiter: Recruiter, bodies: Sequence[Body], chance: random.Random, many: int) -> list[Learner]:
    """So many people, each in one role in one of the bodies that are open."""
    today = clock.today()
    first = add_months(today, -MONTHS)
    found: list[Learner] = []
    for body, here in _shared_out([body for body in bodies if body.closed_on is None], chance, many):
        early = body.code in MANY or chance.random() < FIRST_ONES
        since = max(first, body.opened_on or first) if early else body.joined_on
        waves = [since + chance.random() * (today - since) for _ in range(chance.randint(*WAVES))]
        found += [_learner(ledger, recruiter, body, since, chance.choice(waves), chance, today) for _ in range(here)]
    for place in chance.sample(range(len(found)), min(SIT_NOW, len(found))):
        found[place] = replace(found[place], sits_now=True, begins_at=max(found[place].begins_at, ledger.now - timedelta(days=chance.randint(20, 45))))
    return found


def _shared_out(bodies: Sequence[Body], chance: random.Random, many: int) -> list[tuple[Body, int]]:
    """How many learn at each body."""
    counts = {body.code: MANY[body.code] * many // OF_EVERY for body in bodies if body.code in MANY}
    others = [body for body in bodies if body.code not in counts]
    weights = [OF_KIND.get(body.kind, 1.0) * chance.lognormvariate(0, 0.55) for body in others]
    for body in chance.choices(others, weights, k=many - sum(counts.values())):
        counts[body.code] = counts.get(body.code, 0) + 1
    return [(body, counts[body.code]) for body in bodies if counts.get(body.code)]


def _learner(ledger: Ledger, recruiter: Recruiter, body: Body, since: date, wave: date, chance: random.Random, today: date) -> Learner:
    begins_on = min(wave + timedelta(days=round(chance.expovariate(1 / 9))), today - timedelta(days=1))
    appointed_on = max(since, begins_on - timedelta(days=chance.randint(1, 60)))
    [role] = chance.choices(list(ROLES), list(ROLES.values()))
    someone = recruiter.hire(body, role, appointed_on)
    begins_at = Pen(chance, ledger.now).on(max(begins_on, appointed_on))
    extra, extra_from = 0, begins_at
    manager = body.team.holder(Role.COMPLAINTS_MANAGER, begins_on) if body.team.people else None
    if manager and chance.random() < MORE_TIME and begins_on > manager.since_on and body.kind != PRACTICE:
        extra = chance.choice(EXTRA)
        extra_from = begins_at + timedelta(minutes=chance.randint(30, 1400))
        if extra_from > ledger.now:
            extra = 0
        else:
            ledger.add(TimeAllowed, person_id=someone.id, extra=extra, granted_by=manager.name, granted_at=extra_from)
            ledger.say(Event.TIME_ALLOWED, PORTAL_STREAM, f"time allowed to person {someone.id}", by=manager.acting, at=extra_from, extra=extra)
    return Learner(someone, begins_at, chance.gauss(0, 0.85), chance.lognormvariate(0, 0.28), extra, extra_from)
