"""What becomes of each assessment, dealt in believable proportions, and on which days: most sign in the last ten."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from portal.demonstration.texts import Deck
from portal.demonstration.years import Year

if TYPE_CHECKING:
    from portal.demonstration.bodies import Body


class Fate(enum.Enum):
    """Where an assessment stands at the end of its story."""

    NOT_STARTED = "nobody has begun"
    BEGUN = "begun: a few answers, most of last year's still to be confirmed"
    HALF_WAY = "about half of the answers are given"
    NEARLY = "everything but an answer or two"
    WAITING_FOR_TIME = "half-way, and more time asked for"
    GIVEN_TIME = "half-way, with more time than others"
    REFUSED_TIME = "half-way, and more time was refused"
    RETURNED = "returned by the executive lead, and being mended"
    READY = "waits for the signature"
    SIGNED = "waits for a reviewer"
    UNDER_REVIEW = "a reviewer is at work"
    QUESTIONED = "the reviewer waits for an answer"
    REVIEWED = "the draft finding waits for the reply"
    REPLIED = "the organisation has replied"
    ACCEPTED = "accepted without a review of its own, not yet published"
    PUBLISHED = "published after a review"
    PUBLISHED_UNCHECKED = "published, accepted without a review of its own"
    REOPENED = "signed, reopened and being corrected"
    REOPENED_AND_PUBLISHED = "reopened, signed again and published"
    NOT_SUBMITTED = "not handed in"
    NOT_SUBMITTED_THEN_HANDED_IN = "closed as not handed in, given more time, handed in and published"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "the organisation closed or is answered for by a group"


F = Fate
OLDEST = {F.PUBLISHED: 620, F.PUBLISHED_UNCHECKED: 270, F.NOT_SUBMITTED: 55, F.NOT_SUBMITTED_THEN_HANDED_IN: 12,
          F.REOPENED_AND_PUBLISHED: 10, F.WITHDRAWN: 14}  # fmt: skip
LAST = {F.PUBLISHED: 620, F.PUBLISHED_UNCHECKED: 260, F.NOT_SUBMITTED: 30, F.NOT_SUBMITTED_THEN_HANDED_IN: 12,
        F.REOPENED_AND_PUBLISHED: 12, F.WITHDRAWN: 10, F.REVIEWED: 6, F.REPLIED: 6, F.UNDER_REVIEW: 8}  # fmt: skip
CURRENT = {F.NOT_STARTED: 70, F.BEGUN: 140, F.HALF_WAY: 180, F.NEARLY: 110, F.WAITING_FOR_TIME: 25, F.GIVEN_TIME: 20,
           F.REFUSED_TIME: 10, F.RETURNED: 25, F.READY: 90, F.SIGNED: 140, F.UNDER_REVIEW: 60, F.QUESTIONED: 25,
           F.REVIEWED: 25, F.REPLIED: 12, F.ACCEPTED: 8, F.PUBLISHED: 28, F.PUBLISHED_UNCHECKED: 8, F.REOPENED: 10,
           F.WITHDRAWN: 10}  # fmt: skip
SIGNED_DAYS_AGO = {  # in the current year: how long before today an assessment was signed that has come this far
    F.SIGNED: (0, 14), F.UNDER_REVIEW: (12, 40), F.QUESTIONED: (14, 35), F.REVIEWED: (34, 60), F.REPLIED: (36, 60),
    F.ACCEPTED: (25, 40), F.PUBLISHED: (70, 92), F.PUBLISHED_UNCHECKED: (25, 60), F.REOPENED: (20, 60),
    F.WITHDRAWN: (10, 40),
}  # fmt: skip


class Dealer:
    """Deals fates so that each of a year's comes up in its share, and the rare ones at least once."""

    def __init__(self, chance: random.Random, bodies: int) -> None:
        self._decks = [Deck(chance, _cards(shares, bodies)) for shares in (OLDEST, LAST, CURRENT)]

    def deal(self, body: Body, year: Year, today: date) -> Fate | None:
        """None where the body was not asked that year."""
        if body.joined_on > year.opens_on + timedelta(days=20):
            return None
        if body.closed_on is not None and body.closed_on <= year.opens_on:
            return None
        if body.covered_by:
            return {-1: Fate.PUBLISHED, 0: Fate.SUPERSEDED}.get(max(-1, year.index - body.covered_in))
        if body.closed_on is not None and body.closed_on <= year.due_on:
            return Fate.SUPERSEDED
        if body.closed_on is not None:
            return Fate.PUBLISHED
        fate: Fate = self._decks[year.index].deal()
        return fate


def _cards(shares: dict[Fate, int], bodies: int) -> list[Fate]:
    whole = sum(shares.values())
    return [fate for fate, share in shares.items() for _ in range(max(1, round(share * bodies / whole)))]


def signing_day(chance: random.Random, fate: Fate, year: Year, today: date) -> date:
    """When the executive lead signs."""
    if year.current:
        nearest, farthest = SIGNED_DAYS_AGO[fate]
        days = int(chance.triangular(nearest, farthest, nearest)) if fate is Fate.SIGNED else chance.randint(nearest, farthest)
        return _working(today - timedelta(days=days))
    drawn = chance.random()
    if drawn < 0.08:
        return year.due_on + timedelta(days=chance.randint(1, 26))
    if drawn < 0.70:
        return _working(year.due_on - timedelta(days=min(int(chance.expovariate(0.3)), 10)))
    return _working(year.due_on - timedelta(days=chance.randint(11, 70)))


def _working(day: date) -> date:
    """Friday for a day of the weekend: that is when a signature is asked for before it."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def spread(chance: random.Random, first: date, last: date, times: int) -> Sequence[date]:
    """`times` working days from `first` to `last`, in order, denser towards the end."""
    whole = max(0, (last - first).days)
    days = (first + timedelta(days=round(whole * chance.betavariate(2.2, 1.3))) for _ in range(times))
    return sorted(max(first, _working(day)) for day in days)
