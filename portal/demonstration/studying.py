"""One learner in one course, from its first page to the last paper: read, walked and sat as the rules of the real thing have it."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.accreditation import drawing, marking, sittings
from portal.accreditation.courses.records import Choice, Course, Lesson, Scenario
from portal.accreditation.drawing import Issued
from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.accreditation.models import (
    Attempt,
    AttemptItem,
    CourseVersion,
    CpdEntry,
    Enrolment,
    LessonRead,
    ScenarioTry,
)
from portal.accreditation.operations import walking
from portal.accreditation.operations.learning import LONGEST_ON_A_PAGE
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration.answering import Bank
from portal.demonstration.learners import Learner
from portal.demonstration.ledger import Ledger
from portal.kernel import clock
from portal.policy import PORTAL

NEVER_OPENED = 0.03  # began the course, and no lesson of it
PRE_TESTED = 0.16
SKIPS_WHAT_IS_KNOWN = 0.8
STOPS, STOPS_AT_FIRST, STOPS_WHERE_HARD = 0.012, 0.035, 0.045  # at a lesson: for good
WALKS, WALKS_AGAIN = 0.62, 0.55
NOT_SAT = 0.05  # has read everything, and leaves the examination
GIVES_UP, GIVES_UP_AT_A_PAUSE = 0.12, 0.4  # after a paper that was not passed
RUNS_OUT = 0.025  # of papers, in which the time does
LEFT_OUT = 0.012  # of questions
BEFORE_LEARNING, EACH_TIME = -1.0, 0.5  # ability in a pre-test; and gained by reading again


@dataclass
class Subject:
    """A course that is learnt, and what all who learn it share."""

    course: Course
    version_id: int
    version: str
    bank: Bank
    hard: str  # the lesson at which most stop
    exposed: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, course: Course, version: CourseVersion, chance: random.Random) -> Subject:
        return cls(course, version.id, version.version, Bank(course, chance), chance.choice(course.lessons[2:-2] or course.lessons).slug)


class Studies:
    """What one learner does in one course. `now`: nothing happens after it."""

    def __init__(self, ledger: Ledger, chance: random.Random, subject: Subject, learner: Learner, at: datetime) -> None:
        self._ledger, self._chance, self._subject, self._learner = ledger, chance, subject, learner
        self.at = at
        self.passed_at: datetime | None = None
        self._acting = learner.someone.acting
        self._seen: Counter[str] = Counter()
        self._numbers: Counter[AttemptKind] = Counter()
        self.enrolment: dict[str, Any] = {}

    def go(self) -> Iterator[datetime]:
        """Gives each moment at which a paper is drawn, for papers depend on those that others were given before."""
        if self.at > self._ledger.now:
            return
        self._begin()
        known: frozenset[str] = frozenset()
        if self._chance.random() < PRE_TESTED:
            yield self.at
            known = self._pre_test()
        if self.at < self._ledger.now and self._read(known):
            self._walk()
            if self._chance.random() >= NOT_SAT or self._learner.sits_now:
                yield from self._sit()

    # reading

    def _begin(self) -> None:
        self.enrolment = self._ledger.add(
            Enrolment, person_id=self._learner.someone.id, course=self._subject.course.id, course_version_id=self._subject.version_id, began_at=self.at,
        )  # fmt: skip
        self._ledger.say(Event.COURSE_BEGUN, PORTAL_STREAM, self._about, by=self._acting, at=self.at, version=self._subject.version)

    @property
    def _about(self) -> str:
        return f"enrolment {self.enrolment['id']} in {self._subject.course.id}"

    def _read(self, known: frozenset[str]) -> bool:
        """Lesson after lesson, a few in one go. Whether everything is read that must be before the examination."""
        chance, wanted = self._chance, list(self._subject.course.lessons)
        if chance.random() < SKIPS_WHAT_IS_KNOWN:
            wanted = [lesson for lesson in wanted if lesson.outcome not in known]
        if chance.random() < NEVER_OPENED and not self._learner.sits_now:
            return False
        in_one_go = chance.choice((1, 2, 2, 3, 4))
        for place, lesson in enumerate(wanted):
            if place and place % in_one_go == 0:
                self.at = self._another_day(chance.expovariate(1 / 5))
            stops = STOPS_WHERE_HARD if lesson.slug == self._subject.hard else STOPS if place else STOPS_AT_FIRST
            if not self._read_one(lesson, chance.random() < stops and not self._learner.sits_now):
                return False
        if len(wanted) == len(self._subject.course.lessons):
            self.enrolment["learnt_at"] = self.at
            self._ledger.say(Event.COURSE_LEARNT, PORTAL_STREAM, self._about, by=self._acting, at=self.at, version=self._subject.version)
        return True

    def _read_one(self, lesson: Lesson, stops: bool) -> bool:
        """A lesson to its end, or a part of it where somebody stops or is at it now."""
        last = len(lesson.pages) + 1
        pace = self._learner.pace * self._chance.lognormvariate(0, 0.2)
        a_page = min(LONGEST_ON_A_PAGE, round(lesson.minutes * 60 / last * pace))
        took = timedelta(seconds=a_page * last + self._chance.randint(0, 240))
        if self.at + took > self._ledger.now:
            stops = True
        furthest = self._chance.randint(1, last) if stops else last
        seconds = a_page * (furthest - 1) if stops else a_page * last
        ended = min(self.at + took * (furthest / last), self._ledger.now)
        if self.at > self._ledger.now:
            return False
        self.at = ended
        self._ledger.add(
            LessonRead, enrolment_id=self.enrolment["id"], lesson=lesson.slug, page=furthest, furthest=furthest, seconds=seconds, seen_at=ended,
            finished_at=None if stops else ended,
        )  # fmt: skip
        if not stops:
            self._count(lesson.slug, lesson.title, lesson.minutes, round(seconds / 60))
        return not stops

    def _count(self, what: str, title: str, claimed: int, observed: int) -> None:
        self._ledger.add(
            CpdEntry, person_id=self._learner.someone.id, source=f"{self._subject.course.id} {self._subject.version} {what}",
            title=f"{self._subject.course.title}: {title}", counted_on=clock.london(self.at).date(), claimed=claimed, observed=observed,
        )  # fmt: skip

    def _another_day(self, days: float) -> datetime:
        """A waking moment so many days on, and not the same day."""
        chance = self._chance
        day = self.at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1 + int(days))
        return day + timedelta(minutes=chance.triangular(7 * 60, 20 * 60, 13 * 60))

    # walking

    def _walk(self) -> None:
        for scenario in self._subject.course.scenarios:
            if self._chance.random() < WALKS and self.at < self._ledger.now and not self._learner.sits_now:
                passed = self._walk_once(scenario, 1, self._learner.ability)
                if not passed and self._chance.random() < WALKS_AGAIN:
                    self._walk_once(scenario, 2, self._learner.ability + 1)

    def _walk_once(self, scenario: Scenario, number: int, ability: float) -> bool:
        part, chosen, path = scenario.parts[scenario.start], list[Choice](), list[str]()
        while part.choices:
            draws = [0.05 if one.critical else math.exp(one.points * (0.8 + 0.5 * ability)) for one in part.choices]
            [place] = self._chance.choices(range(len(draws)), draws)
            path.append(f"{part.name} {place}")
            chosen.append(part.choices[place])
            part = scenario.parts[part.choices[place].leads_to]
        began, took = self.at + timedelta(seconds=self._chance.randint(20, 600)), round(scenario.minutes * 60 * self._learner.pace)
        if began > self._ledger.now:
            return True
        over = began + timedelta(seconds=took) <= self._ledger.now
        passed = walking.judged(scenario, chosen)
        self._ledger.add(
            ScenarioTry, enrolment_id=self.enrolment["id"], scenario=scenario.slug, number=number, began_at=began,
            path=", ".join(path if over else path[:1]), finished_at=began + timedelta(seconds=took) if over else None,
            points=sum(one.points for one in chosen) if over else None, passed=passed if over else None,
        )  # fmt: skip
        self.at = began + timedelta(seconds=took)
        if over and passed:
            self._count(f"scenario {scenario.slug}", scenario.title, scenario.minutes, min(scenario.minutes * 2, round(took / 60)))
        return passed or not over

    # sitting

    def _pre_test(self) -> frozenset[str]:
        """The outcomes that it shows to be known."""
        judged = self._paper(AttemptKind.PRE_TEST, self._learner.ability + BEFORE_LEARNING)
        return marking.known(self._subject.course.questions, judged)

    def _sit(self) -> Iterator[datetime]:
        """The examination, until it is passed or given up."""
        chance, paper = self._chance, self._subject.course.paper
        if self._learner.sits_now:
            self.at = self._ledger.now - timedelta(minutes=chance.uniform(2, 16))
        elif chance.random() < 0.7:
            self.at = self._another_day(chance.expovariate(1 / 6))
        else:
            self.at += timedelta(minutes=chance.randint(2, 20))
        failed = 0
        while self.at < self._ledger.now:
            yield self.at
            self._paper(AttemptKind.EXAMINATION, self._learner.ability + failed * EACH_TIME)
            if self.passed_at is not None:
                return
            failed += 1
            pause = failed % paper.attempts == 0
            if chance.random() < (GIVES_UP_AT_A_PAUSE if pause else GIVES_UP):
                return
            self.at = self._another_day(chance.expovariate(1 / 8) + (math.ceil(paper.wait_hours / 24) if pause else 0))

    def _paper(self, kind: AttemptKind, ability: float) -> dict[str, marking.Judged]:
        """Draw one, answer it and mark it. What was judged, by question; nothing while it is open."""
        chance, subject, began = self._chance, self._subject, self.at
        seed = chance.getrandbits(62)
        drawn = drawing.draw(subject.course, seed, self._seen, subject.exposed)
        for one in drawn:
            self._seen[one.question.id] += 1
            subject.exposed[one.question.id] += 1
        self._numbers[kind] += 1
        extra = self._learner.extra_at(began)
        deadline = sittings.deadline(began, subject.course.paper.minutes, extra)
        usual = timedelta(minutes=subject.course.paper.minutes) * (1 + extra / 160)
        runs_out = chance.random() < RUNS_OUT or self._learner.sits_now
        ends = deadline if runs_out else min(began + usual * chance.triangular(0.28, 0.98, 0.6), deadline)
        over = ends <= self._ledger.now
        state = (AttemptState.TIMED_OUT if runs_out else AttemptState.HANDED_IN) if over else AttemptState.OPEN
        row = self._ledger.add(
            Attempt, reference=self._ledger.reference("PA"), enrolment_id=self.enrolment["id"], person_id=self._learner.someone.id,
            course=subject.course.id, course_version_id=subject.version_id, kind=kind, number=self._numbers[kind], state=state, seed=seed, extra=extra,
            began_at=began, deadline_at=deadline, ended_at=ends if over else None, asked=len(drawn),
        )  # fmt: skip
        about = f"paper {row['reference']}"
        self._ledger.say(Event.PAPER_BEGUN, PORTAL_STREAM, about, by=self._acting, at=began, course=row["course"], kind=kind.value, number=row["number"])
        judged = self._answer(row, drawn, ability, ends, runs_out)
        self.at = min(ends, self._ledger.now) if over else ends
        if not over:
            return {}
        found = marking.result(subject.course.paper, judged.values())
        passed = found.passed and kind is AttemptKind.EXAMINATION
        row.update(correct=found.right, critical=found.critical, passed=passed)
        event, by = (Event.PAPER_TIMED_OUT, PORTAL) if runs_out else (Event.PAPER_HANDED_IN, self._acting)
        told = min(ends + timedelta(minutes=chance.uniform(1.1, 6)), self._ledger.now) if runs_out else ends
        self._ledger.say(
            event, PORTAL_STREAM, about, by=by, at=told, course=row["course"], correct=found.right, asked=found.asked, critical=found.critical,
            passed=passed,
        )  # fmt: skip
        if passed:
            self.passed_at = ends
        return judged

    def _answer(self, row: dict[str, Any], drawn: Sequence[Issued], ability: float, ends: datetime, runs_out: bool) -> dict[str, marking.Judged]:
        """The questions of a paper, each with its answer. Whoever runs out of time does not come to the last."""
        chance, over = self._chance, row["ended_at"] is not None
        reached = chance.randint(len(drawn) // 2, len(drawn) - 1) if runs_out else len(drawn)
        judged = {}
        for position, one in enumerate(drawn, start=1):
            at = row["began_at"] + (ends - row["began_at"]) * (position / (reached + 1))
            answered = position <= reached and at <= self._ledger.now and chance.random() >= LEFT_OUT
            answer = self._subject.bank.answer(one.question, one.start, ability) if answered else ""
            found = judged[one.question.id] = marking.judge(one.question, one.start, answer)
            self._ledger.add(
                AttemptItem, attempt_id=row["id"], position=position, question=one.question.id, offered=drawing.as_text(one.offered),
                starts_on=one.start, answer=answer, answered_at=at if answered else None, correct=found.right if over else None,
                critical=found.critical is not None if over else None,
            )  # fmt: skip
        return judged
