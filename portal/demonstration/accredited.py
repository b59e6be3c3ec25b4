"""How many posts organisations say that they have, what they published of those that are accredited, and the gaps that opened below the target."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.accreditation import posts as figures
from portal.accreditation.lifecycle import CertificateKind
from portal.accreditation.models import PublishedFigure, StatedPosts
from portal.accreditation.operations import posts
from portal.accreditation.queries import posts as queries
from portal.accreditation.queries.posts import FRONTLINE
from portal.audit import Event
from portal.demonstration.bodies import Body
from portal.demonstration.earning import Earned
from portal.demonstration.ledger import Ledger
from portal.demonstration.years import Pen
from portal.kernel import clock
from portal.kernel.working_days import add_months
from portal.organisations.models import Membership
from portal.policy import PORTAL, Role
from portal.standards import library

MONTHS = 14  # at most, for which figures were published
STATES, PUBLISHES = 0.8, 0.85
FEWEST = 3  # frontline people, for an organisation to say how many posts it has
MORE_POSTS = 0.82, 1.04  # than people who hold them here
REACHES = 0.86  # of its posts, where an organisation reaches its target
SHARED, REACH = 0.62, 0.75  # posts next to people, where many share one; and how many of such organisations reach their target
NIGHT = timedelta(hours=3)  # when the portal looks whether a target is reached


@dataclass(frozen=True)
class Standing:
    """What an organisation shows whoever looks at it; its posts are so many where nobody learns."""

    posts: int
    reaches: bool = False


STANDINGS = {"R0A": Standing(15, reaches=True), "hm-revenue-customs": Standing(40), "small-business-commissioner": Standing(4)}


@dataclass(frozen=True)
class Stated:
    """An organisation that said how many posts it has. `spans`: from when until when each of its people held an award."""

    body: Body
    posts: int
    on: date
    spans: Sequence[tuple[int, date, date]]

    def accredited(self, day: date) -> int:
        return len({person for person, first, last in self.spans if first <= day <= last})

    def turns(self, today: date) -> Iterator[date]:
        """The days on which it came to stand otherwise to its target, the one on which it was said first."""
        target, before = library.kind(self.body.kind).accredited, None
        days = {first for _, first, _ in self.spans} | {last + timedelta(days=1) for _, _, last in self.spans} | {self.on}
        for day in sorted(day for day in days if self.on <= day <= today):
            figure = figures.counted(self.accredited(day), self.posts)
            stands = (figure.reaches(target), figure.reaches(target // 2))
            if stands != before:
                yield day
            before = stands


def tell(ledger: Ledger, taking_part: Sequence[Body], earned: Sequence[Earned], seed: int, today: date) -> list[Stated]:
    """The posts as they were stated, and the figures that were published."""
    chance, people, found = random.Random(f"{seed} posts"), _frontline(ledger), list[Stated]()
    spans = defaultdict[int, list[tuple[int, date, date]]](list)
    for one in earned:
        if one.kind is CertificateKind.AWARD and one.someone.role in FRONTLINE:
            spans[one.someone.organisation_id].append((one.someone.id, one.since, one.until))
    for body in taking_part:
        many, standing = people[body.id], STANDINGS.get(body.code)
        if body.closed_on is not None or body.covered_by or (standing is None and (many < FEWEST or chance.random() >= STATES)):
            continue
        theirs = spans[body.id]
        count = max(1, round(many * chance.uniform(*MORE_POSTS)))
        reaches = round(len({person for person, first, last in theirs if first <= today <= last}) / REACHES)
        if standing is not None:
            count = (reaches or standing.posts) if standing.reaches else count if many > standing.posts * 2 else standing.posts
        elif reaches >= many * SHARED and chance.random() < REACH:
            count = reaches
        months = MONTHS if standing else chance.randint(2, MONTHS)
        on = max(add_months(today.replace(day=1), -months) + timedelta(days=chance.randint(0, 9)), body.joined_on + timedelta(days=20))
        if on < today:
            found.append(Stated(body, count, on, theirs))
            _say(ledger, chance, found[-1], today, publishes=standing is not None or chance.random() < PUBLISHES)
    return found


def _frontline(ledger: Ledger) -> Mapping[int, int]:
    """How many people hold such a post now, by their organisation."""
    people = defaultdict[int, set[int]](set)
    for row in ledger.rows[Membership]:
        if row["role"] in FRONTLINE and row["until_on"] is None:
            people[row["organisation_id"]].add(row["person_id"])
    return defaultdict(int, {id: len(found) for id, found in people.items()})


def _say(ledger: Ledger, chance: random.Random, one: Stated, today: date, *, publishes: bool) -> None:
    body, pen, about, before = one.body, Pen(chance, ledger.now), f"organisation {one.body.code}", figures.START
    lead = body.team.holder(Role.EXECUTIVE_LEAD, today)
    at = pen.on(one.on)
    ledger.add(StatedPosts, organisation_id=body.id, code=body.code, number=1, posts=one.posts, stated_at=at, stated_by=lead.name)
    ledger.say(Event.POSTS_STATED, body.id, about, by=lead.acting, at=at, posts=one.posts, before=None)
    month = add_months(one.on.replace(day=1), 1)
    while publishes and month + timedelta(days=6) < today:
        day = month + timedelta(days=chance.randint(1, 6))
        said, at = figures.published(figures.counted(one.accredited(day), one.posts)), pen.on(day)
        facts = {"month": month, "accredited": said.accredited if said else None, "posts": said.posts if said else None,
                 "sha256": figures.digest(before, body.code, month, said, at, lead.name)}  # fmt: skip
        ledger.add(PublishedFigure, organisation_id=body.id, code=body.code, published_at=at, published_by=lead.name, before=before, **facts)
        ledger.say(Event.FIGURE_PUBLISHED, body.id, about, by=lead.acting, at=at, **facts)
        before, month = str(facts["sha256"]), add_months(month, 1)


def settle(stated: Sequence[Stated], today: date) -> None:
    """Open and close the gaps of those below their target, on the nights on which it happened."""
    turns = sorted((day, place) for place, one in enumerate(stated) for day in one.turns(today))
    for day, place in turns:
        with clock.at(min(clock.start_of_day(day + timedelta(days=1)) + NIGHT, clock.now())):
            posts.settle(queries.body(stated[place].body.id), by=PORTAL)
    for step in posts.settle_all():
        step()
