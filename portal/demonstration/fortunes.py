"""What becomes of a recommendation of the demonstration, drawn before it is told: in the shares in which it happens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from portal.recommendations.lifecycle import Acceptance, Ending, PauseKind, ResponseState, Said, VerdictKind
from portal.recommendations.types import Type

Choice = TypeVar("Choice")
A, K, E = Acceptance, VerdictKind, Ending
NEVER = 9999  # days
# Of a hundred, how many are done so many days after the day on which they are due; before it, if negative.
DONE = ((90, (-16, -1)), (3.4, (1, 14)), (1.6, (15, 29)), (1.2, (30, 59)), (0.8, (60, 89)), (0.8, (90, 240)), (2.2, (NEVER, NEVER)))
ANSWERS = ((965, A.ACCEPTED), (22, A.IN_PART), (7, A.NOT_ACCEPTED), (6, A.DISPUTED))
LONG = 12  # weeks from which an organisation reports on the way, too


@dataclass(frozen=True)
class Fortune:
    """Days are counted from the event before; `late` from the day on which it is due."""

    answer_after: int
    late: int  # when it is done; NEVER
    verdict_after: int
    answer: Acceptance = A.ACCEPTED
    returned_by_lead: bool = False
    thinks_better_after: int = NEVER  # of whoever refused
    heard_every: int = NEVER
    silent_after: int = NEVER  # reports on the way, after which nothing more is heard
    asks_time: bool = False  # before it is due
    time_decided_after: int = 6
    findings: tuple[VerdictKind, ...] = (K.COMPLIED,)  # the last of them ends it
    more_after: int = 14  # days until what was missing is sent
    given_up_after: int = NEVER  # days after the due day on which an officer finds that it was not complied with
    said: Said | None = None  # what the complainant says, if anything
    pause: PauseKind | None = None
    pause_days: int = 60
    ends: Ending | None = None  # otherwise than by a verdict
    ends_after: int = 30  # days since the answer
    reworded: bool = False
    reopened: bool = False
    logged: int = 0  # calls and letters
    leaves: ResponseState | None = None  # where the answer stays
    leaves_step: int = NEVER  # the level of the ladder from which nobody decides


def share(chance: random.Random, shares: Sequence[tuple[float, Choice]]) -> Choice:
    return chance.choices([one for _, one in shares], [weight for weight, _ in shares])[0]


def drawn(chance: random.Random, type: Type) -> Fortune:
    """As it goes when nothing is arranged."""
    answer = share(chance, ANSWERS)
    late = chance.randint(*share(chance, DONE))
    refused = answer in (A.NOT_ACCEPTED, A.DISPUTED)
    fortune = Fortune(
        answer_after=int(chance.triangular(3, 27, 8)), late=late, verdict_after=int(chance.triangular(3, 35, 10)), answer=answer,
        returned_by_lead=chance.random() < 0.04, thinks_better_after=chance.randint(40, 160) if chance.random() < 0.7 else NEVER,
        heard_every=chance.randint(50, 85) if type.weeks >= LONG else 9 if chance.random() < 0.4 else NEVER,
        silent_after=chance.choice((0, 0, 1)) if late == NEVER else NEVER,
        asks_time=chance.random() < 0.08, time_decided_after=chance.randint(2, 9), findings=_findings(chance, type),
        more_after=chance.randint(8, 30), given_up_after=chance.randint(200, 430) if late == NEVER or refused else NEVER,
        said=_said(chance) if type.asks_complainant else None, logged=chance.choice((0, 0, 0, 0, 1, 1, 2)) + (late > 14),
        reworded=chance.random() < 0.02, reopened=chance.random() < 0.008,
    )  # fmt: skip
    if chance.random() < 0.025:
        fortune = replace(fortune, pause=chance.choice(list(PauseKind)), pause_days=chance.choice((30, 60, 90, 120)))
    if chance.random() < 0.03 and not refused:
        ends = chance.choice((E.WITHDRAWN, E.SUPERSEDED, *(2 * (E.SPLIT,) if type.weeks >= LONG else ())))
        fortune = replace(fortune, ends=ends, ends_after=chance.randint(5, 30))
    return fortune


def _findings(chance: random.Random, type: Type) -> tuple[VerdictKind, ...]:
    drawn = chance.random()
    if drawn < 0.015:
        return (K.OVERTAKEN,)
    last = K.IN_SUBSTANCE if chance.random() < 0.03 else K.COMPLIED
    if drawn < 0.065:
        return (K.MORE_NEEDED, last)
    if drawn < 0.07:
        return (K.MORE_NEEDED, K.MORE_NEEDED, last)
    if drawn < 0.12 and type.weeks >= LONG:
        return (K.PARTLY, last)
    return (last,)


def _said(chance: random.Random) -> Said | None:
    if chance.random() > 0.45:
        return None
    said = share(chance, ((88, Said.YES), (6, Said.PARTLY), (6, Said.NO)))
    assert isinstance(said, Said)
    return said
