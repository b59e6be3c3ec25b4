"""Each fate as a story: what happens to one assessment, day after day, until it stands where its fate says."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.assessments.lifecycle import State
from portal.demonstration import featured, letters, publishing, signing
from portal.demonstration.bodies import COVERED_AFTER
from portal.demonstration.fates import Fate, signing_day
from portal.demonstration.lives import Life
from portal.demonstration.people import Someone, Team
from portal.demonstration.reviews import Pool, Review
from portal.demonstration.shortfalls import Shortfalls
from portal.policy import Acting, Role

ONE_DAY = timedelta(days=1)
F = Fate


@dataclass(frozen=True)
class Office:
    """The Ombudsman's people, as the stories need them."""

    reviewers: Sequence[Someone]
    officers: Sequence[Someone]
    conflicts: Mapping[int, frozenset[int]]  # the organisations that each reviewer keeps out of

    @classmethod
    def of(cls, team: Team, conflicts: Mapping[int, frozenset[int]]) -> Office:
        return cls(team.all(Role.STANDARDS_REVIEWER), team.all(Role.COMPLIANCE_OFFICER), conflicts)

    def free_for(self, organisation_id: int) -> list[Someone]:
        """The reviewers who have no conflict with the organisation."""
        return [one for one in self.reviewers if organisation_id not in self.conflicts.get(one.id, frozenset())]

    def seen(self) -> tuple[Someone, Someone]:
        """The two reviewers whom a visitor can be from the first page."""
        named = {one.name: one for one in self.reviewers}
        return named[featured.FIRST_REVIEWER.name], named[featured.SECOND_REVIEWER.name]


class Story:
    """One assessment, and what is around it."""

    def __init__(
        self, life: Life, fate: Fate, gaps: Shortfalls, office: Office, pool: Pool | None, chance: random.Random, today: date
    ) -> None:
        self.life, self.fate, self.gaps, self.office, self.pool = life, fate, gaps, office, pool
        self.chance, self.today = chance, today
        self.year, self.row = life.year, life.row
        self.review = Review(life, office.free_for(life.body.id), chance)

    def tell(self) -> None:
        if self.fate is F.NOT_STARTED:
            return
        if self.fate is F.SUPERSEDED:
            self._superseded()
            return
        if self.fate is F.NOT_SUBMITTED:
            self._not_submitted()
            return
        (self._current if self.year.current else self._past)()
        if self.year.current:
            letters.post_what_waits(self.life, self.review)

    def _superseded(self) -> None:
        life, body = self.life, self.life.body
        day = body.closed_on or self.year.opens_on + COVERED_AFTER + ONE_DAY
        if day > self.year.opens_on + timedelta(days=20):
            life.start(self.year.opens_on + timedelta(days=9))
            life.answer(self.year.opens_on + timedelta(days=10), day - ONE_DAY, 8)
        successor = body.covered_by or " and ".join(body.successors) or "no named successor"
        life.supersede(day, successor)

    def _not_submitted(self) -> None:
        if self.chance.random() < 0.7:
            start = self.year.opens_on + timedelta(days=self.chance.randint(20, 100))
            self.life.start(start)
            self.life.answer(start, self.row["closes_on"] - ONE_DAY, self.chance.randint(0, 18))
        self.life.close()
        self.gaps.not_submitted(self.life)

    # A year that is over.

    def _past(self) -> None:
        if self.fate is F.NOT_SUBMITTED_THEN_HANDED_IN:
            sign_on = self._closed_first()
        else:
            sign_on = self._signing_day()
            if sign_on > self.year.due_on and self.chance.random() < 0.4:
                self.life.ask_for_time(self.year.due_on - timedelta(days=6), granted=self.chance.random() < 0.75, decided_by=self._officer())
        self._answer_and_sign(sign_on)
        if self.fate is F.WITHDRAWN:
            signing.withdraw(self.life, self.gaps, self.life.pen.day + timedelta(days=4))
            return
        if self.fate is F.REOPENED_AND_PUBLISHED:
            self._reopened(self.life.pen.day + timedelta(days=12))
            self._sign(self.life.pen.day + timedelta(days=9))
        if self.pool is not None and self._drawn(self.pool):
            return
        self._reviewed(stop=None if self.fate not in (F.REVIEWED, F.REPLIED, F.UNDER_REVIEW) else self.fate)

    def _closed_first(self) -> date:
        life = self.life
        life.start(self.year.opens_on + timedelta(days=70))
        life.answer(life.pen.day, self.year.closes_on - ONE_DAY, 11)
        life.close()
        self.gaps.not_submitted(life)
        day = self.year.closes_on + timedelta(days=6)
        officer = self._officer()
        due = life.ask_for_time(day, granted=True, decided_by=officer)
        self.gaps.more_time(life, officer)
        return max(due - timedelta(days=2), life.pen.day + timedelta(days=4))

    def _officer(self) -> Acting:
        officer: Someone = self.chance.choice(self.office.officers)
        return officer.acting

    def _answer_and_sign(self, sign_on: date) -> None:
        life = self.life
        if not life.answers:
            weeks = min(60, max(12, (sign_on - self.year.opens_on).days - 3))
            life.start(max(self.year.opens_on + ONE_DAY, sign_on - timedelta(days=self.chance.randint(10, weeks))))
            life.assign(life.pen.day + ONE_DAY)
        life.answer(life.pen.day, sign_on - timedelta(days=2), 99)
        if self.chance.random() < 0.18 and not life.body.team.of_one:
            life.send(sign_on - timedelta(days=2))
            life.send_back(sign_on - timedelta(days=2))
            for code in self.chance.sample(list(life.answers), 2):
                life.rewrite(code, sign_on - ONE_DAY)
        life.send(sign_on - ONE_DAY)
        self._sign(sign_on)

    def _sign(self, day: date) -> None:
        if self.life.state is State.IN_PROGRESS:
            self.life.send(day)
        signing.sign(self.life, self.gaps, day)

    def _reopened(self, day: date) -> None:
        if self.chance.random() < 0.5:
            self.review.claim(day - timedelta(days=3))
        signing.reopen(self.life, day, self.review.first)
        for code in self.chance.sample(list(self.life.answers), 3):
            self.life.rewrite(code, day + timedelta(days=5))

    def _signing_day(self) -> date:
        """Whatever belongs to a bulk acceptance is signed before it."""
        day = signing_day(self.chance, self.fate, self.year, self.today)
        return min(day, self.pool.day - timedelta(days=3)) if self.pool else day

    def _drawn(self, pool: Pool) -> bool:
        """Whether the bulk acceptance settled it; the sample goes on to a review of its own."""
        self.review.drawn(pool)
        if self.row["sampled"]:
            return False
        self.review.first = pool.by
        if self.fate is F.PUBLISHED_UNCHECKED:
            self._publish(self.life.pen.day + timedelta(days=self.chance.randint(5, 16)))
        return True

    def _publish(self, day: date) -> None:
        decided = self.chance.random()
        if decided < 0.92:
            self.review.decide_plan(self.life.pen.day, agreed=decided < 0.8 and self.life.body.code not in featured.RETURNED_PLANS)
        publishing.publish(self.life, self.review, self.gaps, day)

    def _reviewed(self, stop: Fate | None) -> None:
        """A review, from its claim to publication, or until where it stops."""
        life, review, chance = self.life, self.review, self.chance
        begin = life.pen.day + timedelta(days=chance.randint(4, 30))
        if stop is F.UNDER_REVIEW and self.year.index == 1:
            begin = self.today - timedelta(days=chance.randint(20, 45))
        if stop in (F.REVIEWED, F.REPLIED) and self.year.index == 1:
            begin = self.today - timedelta(days=chance.randint(30, 34))
        if chance.random() < 0.5:
            review.allocate(begin - ONE_DAY, self.office.reviewers[0])
        review.claim(begin)
        if chance.random() < 0.04:
            review.release(begin + ONE_DAY)
            review.claim(begin + timedelta(days=3))
        if stop is F.UNDER_REVIEW:
            review.look(begin + ONE_DAY, share=chance.uniform(0.2, 0.9), lowered=1, second=False)
            return
        review.look(begin + ONE_DAY)
        if chance.random() < 0.35:
            review.ask(life.pen.day, answered=True, times=chance.choice((1, 1, 2)))
        reply_due = review.share(life.pen.day + timedelta(days=chance.randint(1, 4)))
        if stop is F.REVIEWED:
            return
        if stop is F.REPLIED or chance.random() < 0.55:
            review.reply(reply_due - timedelta(days=chance.randint(0, 6)), answered=stop is None)
        if stop is None:
            self._publish(max(reply_due, life.pen.day) + timedelta(days=chance.randint(1, 12)))

    # The year that goes on.

    def _current(self) -> None:
        if self.fate in _ANSWERING:
            self._answering()
            return
        if self.fate is F.READY:
            self._answer_all(self.today - timedelta(days=2))
            self.life.send(self.today - ONE_DAY)
            return
        self._answer_and_sign(self._signing_day())
        match self.fate:
            case F.SIGNED:
                if self.chance.random() < 0.3 and self.life.pen.day < self.today:
                    self.review.allocate(self.life.pen.day + ONE_DAY, self.office.reviewers[0])
            case F.WITHDRAWN:
                signing.withdraw(self.life, self.gaps, self.life.pen.day + timedelta(days=3))
            case F.REOPENED:
                self._reopened(self.life.pen.day + timedelta(days=7))
            case F.ACCEPTED | F.PUBLISHED_UNCHECKED if self.pool is not None:
                self._drawn(self.pool)
            case F.UNDER_REVIEW | F.QUESTIONED:
                self._at_work()
            case F.REVIEWED | F.REPLIED:
                self._shared()
            case F.PUBLISHED:
                self._reviewed(stop=None)

    def _answering(self) -> None:
        life, wanted = self.life, len(self.life.profile)
        start = self.year.opens_on + timedelta(days=self.chance.randint(8, 80))
        life.start(start)
        if self.fate is not F.BEGUN:
            life.assign(start + ONE_DAY)
        share = {F.BEGUN: self.chance.uniform(0.04, 0.3), F.NEARLY: 1.0, F.RETURNED: 1.0}.get(self.fate, self.chance.uniform(0.4, 0.75))
        how_many = wanted - 1 if self.fate is F.NEARLY else round(wanted * share)
        life.answer(start, self.today - timedelta(days=self.chance.randint(0, 3)), how_many)
        if self.fate is F.RETURNED:
            life.send(self.today - ONE_DAY)
            life.send_back(self.today - ONE_DAY)
            life.rewrite(self.chance.choice(list(life.answers)), self.today)
        if self.fate in _TIME:
            day = self.today - timedelta(days=self.chance.randint(3, 8))
            life.pen.last = min(life.pen.last, self.gaps.ledger.now - timedelta(days=9))
            life.ask_for_time(day, granted=_TIME[self.fate], decided_by=self._officer())

    def _answer_all(self, last: date) -> None:
        life = self.life
        life.start(self.year.opens_on + timedelta(days=self.chance.randint(8, 60)))
        life.assign(life.pen.day + ONE_DAY)
        life.answer(life.pen.day, last, 99)

    def _at_work(self) -> None:
        life, review = self.life, self.review
        shown = self.chance.random() < 0.5 or life.body.code in featured.FATES
        if shown:
            review.by(*self.office.seen())
        review.claim(life.pen.day + timedelta(days=self.chance.randint(1, 5)))
        review.look(life.pen.day + ONE_DAY, share=self.chance.uniform(0.5, 1.0), lowered=2 if shown else 1, second=False)
        if self.fate is F.QUESTIONED:
            review.ask(min(life.pen.day + ONE_DAY, self.today), answered=False, times=self.chance.choice((1, 2)))

    def _shared(self) -> None:
        life, review = self.life, self.review
        review.claim(life.pen.day + timedelta(days=self.chance.randint(2, 8)))
        review.look(life.pen.day + ONE_DAY, lowered=1)
        review.share(max(life.pen.day, self.today - timedelta(days=self.chance.randint(2, 9))))
        if self.fate is F.REPLIED:
            review.reply(self.today - ONE_DAY, answered=False)


_TIME: dict[Fate, bool | None] = {F.WAITING_FOR_TIME: None, F.GIVEN_TIME: True, F.REFUSED_TIME: False}
_ANSWERING = frozenset({F.BEGUN, F.HALF_WAY, F.NEARLY, F.RETURNED, *_TIME})
