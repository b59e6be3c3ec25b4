"""Three years and more of learning: who learns what, one moment after the other, so that each paper depends on those before it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.accreditation import pathways
from portal.accreditation.courses.records import Award
from portal.accreditation.operations import renewing
from portal.accreditation.queries import catalogue
from portal.demonstration import desk, learners, marking
from portal.demonstration.bodies import Body
from portal.demonstration.desk import Desk
from portal.demonstration.earning import Earned, Wallet
from portal.demonstration.learners import Learner
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Recruiter, Someone
from portal.demonstration.studying import Studies, Subject
from portal.kernel import clock
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import Role

STAYS = 0.62, 0.37  # within the courses of one award: at least, and with all the drive there can be
GOES_ON = {Role.HANDLER: 0.62, Role.COMPLAINTS_MANAGER: 0.85, Role.CONTRIBUTOR: 0.1}  # to the next award
EACH_FURTHER = 0.75
AFTER = (4, 110)  # days
RENEWS = 0.75
EARLY = 0.8  # of those who renew, before the end; others when they notice


@dataclass(frozen=True)
class School:
    """What all learners share."""

    subjects: Mapping[str, Subject]
    awards: Sequence[Award]
    desk: Desk
    earned: list[Earned]


def practised(ledger: Ledger, assessors: Sequence[Someone]) -> None:
    """What assessors did before they marked: they practised on every assignment that there is."""
    for there in catalogue.all_published():
        for assignment in there.course.assignments:
            desk.practise(ledger, assessors, there.version, assignment)


def learn(ledger: Ledger, recruiter: Recruiter, bodies: Sequence[Body], assessors: Sequence[Someone], seed: int, many: int) -> list[Earned]:
    """Everything that they did until now. Returns the certificates that they earned."""
    chance = random.Random(f"{seed} learning")
    subjects = {there.course.id: Subject.of(there.course, there.version, chance) for there in catalogue.all_published()}
    school = School(subjects, catalogue.awards(), Desk(ledger, chance, assessors[marking.TOLD:]), [])
    ombudsman = next(body.id for body in bodies if body.code == OMBUDSMAN_CODE)
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    for order, one in enumerate(learners.gather(ledger, recruiter, bodies, chance, many)):
        colleague = one.someone.organisation_id == ombudsman  # assessors do not mark their own office
        heapq.heappush(waiting, (one.begins_at, order, _way(ledger, chance, school, one, writes=not colleague)))
    while waiting:
        _, order, way = waiting[0]
        following = next(way, None)
        if following is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, (following, order, way))
    return school.earned


def _way(ledger: Ledger, chance: random.Random, school: School, learner: Learner, *, writes: bool) -> Iterator[datetime]:
    """One learner's courses, one after the other in the order of the awards; and then what they renew."""
    wallet, at = Wallet(learner.someone, school.awards, school.earned), learner.begins_at
    studies: dict[str, Studies] = {}
    for subject in _chosen(chance, school, learner, writes=writes):
        one = studies[subject.course.id] = Studies(ledger, chance, subject, learner, at, wallet, school.desk)
        yield from one.go()
        if one.whole_at is None:
            break
        at = one.whole_at + timedelta(days=chance.randint(*AFTER))
    yield from _renewed(chance, wallet, studies)
    wallet.wait(ledger.now)


def _chosen(chance: random.Random, school: School, learner: Learner, *, writes: bool) -> Iterator[Subject]:
    """The courses of their pathway for as long as they go on."""
    roles, where = pathways.roles([learner.someone.role]), pathways.settings([learner.kind])
    begun, further = False, 0
    for award in school.awards:
        theirs = [one for id in award.courses if (one := school.subjects.get(id)) and pathways.belongs(one.course, roles, where)]
        theirs = [one for one in theirs if writes or not one.course.assignments]
        for place, one in enumerate(theirs):
            least, more = STAYS
            goes_on = least + more * learner.drive if place else GOES_ON[learner.someone.role] * EACH_FURTHER ** (further - 1)
            if begun and chance.random() >= goes_on:
                return
            begun = True
            yield one
        further += bool(theirs)


def _renewed(chance: random.Random, wallet: Wallet, studies: Mapping[str, Studies]) -> Iterator[datetime]:
    """Near its end a certificate is renewed, or left."""
    for held in wallet.to_renew():
        if chance.random() >= RENEWS:
            continue
        opens = clock.start_of_day(held.until - timedelta(days=renewing.REMINDED[0]))
        days = chance.uniform(0, 85) if chance.random() < EARLY else chance.uniform(95, 160)
        one = studies[held.code].again(held.cycle + 1, opens + timedelta(days=days, hours=chance.uniform(8, 18)))
        yield from one.go()
