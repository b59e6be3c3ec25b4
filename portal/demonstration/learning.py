"""Three years and more of learning: who learns what, one moment after the other, so that each paper depends on those before it."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from portal.accreditation.queries import catalogue
from portal.demonstration import learners
from portal.demonstration.bodies import Body
from portal.demonstration.learners import Learner
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Recruiter
from portal.demonstration.studying import Studies, Subject
from portal.policy import Role

FIRST, SECOND = "C1", "C3"  # the courses that they learn, the second by some who passed the first
GOES_ON = {Role.HANDLER: 0.62, Role.COMPLAINTS_MANAGER: 0.8, Role.CONTRIBUTOR: 0.1}
AFTER = (6, 220)  # days


def learn(ledger: Ledger, recruiter: Recruiter, bodies: Sequence[Body], seed: int, many: int) -> None:
    """Everything that they did until now."""
    chance = random.Random(f"{seed} learning")
    subjects = {id: Subject.of(there.course, there.version, chance) for id in (FIRST, SECOND) if (there := catalogue.published(id))}
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    for order, one in enumerate(learners.gather(ledger, recruiter, bodies, chance, many)):
        heapq.heappush(waiting, (one.begins_at, order, _way(ledger, chance, subjects, one)))
    while waiting:
        _, order, way = waiting[0]
        following = next(way, None)
        if following is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, (following, order, way))


def _way(ledger: Ledger, chance: random.Random, subjects: dict[str, Subject], learner: Learner) -> Iterator[datetime]:
    """One learner's courses, one after the other."""
    first = Studies(ledger, chance, subjects[FIRST], learner, learner.begins_at)
    yield from first.go()
    if first.passed_at is not None and chance.random() < GOES_ON[learner.someone.role]:
        after = first.passed_at + timedelta(days=chance.randint(*AFTER))
        yield from Studies(ledger, chance, subjects[SECOND], learner, after).go()
