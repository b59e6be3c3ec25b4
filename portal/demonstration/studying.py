"""One learner in one course, from its first page to the last paper: read, walked and sat as the rules of the real thing have it."""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from portal.accreditation import drawing, marking, sittings, works
from portal.accreditation.courses.records import Assignment, Choice, Course, Lesson, Need, Scenario, Script
from portal.accreditation.drawing import Issued
from portal.accreditation.lifecycle import AttemptKind, AttemptState, WorkState
from portal.accreditation.models import (
    Attempt,
    AttemptItem,
    CourseVersion,
    CpdEntry,
    Enrolment,
    LessonRead,
    ScenarioTry,
    Work,
    WorkText,
)
from portal.accreditation.operations import walking
from portal.accreditation.operations.learning import LONGEST_ON_A_PAGE
from portal.accreditation.queries import certificates
from portal.accreditation.queries.examining import NEWEST
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration import desk as desks
from portal.demonstration.answering import Bank
from portal.demonstration.desk import Desk, Task
from portal.demonstration.earning import Wallet
from portal.demonstration.learners import Learner
from portal.demonstration.ledger import Ledger
from portal.kernel import clock
from portal.policy import PORTAL

NEVER_OPENED = 0.03  # began the course, and no lesson of it
PRE_TESTED = 0.16
SKIPS_WHAT_IS_KNOWN = 0.8
STOPS, STOPS_AT_FIRST, STOPS_WHERE_HARD = 0.012, 0.035, 0.045  # at a lesson: for good
WALKS, WALKS_AGAIN, WALKS_THE_REST = 0.62, 0.55, 0.94
BEGINS_TO_WRITE, HANDS_IN, WRITES_AGAIN, WRITES_AFTER_THE_PAUSE = 0.86, 0.95, 0.85, 0.35
GOOD = 0.6  # how much a work is that of somebody in the middle
EVERYTHING: tuple[Need, ...] = ("paper", "scenarios", "assignments")
NOT_SAT = 0.05  # has read everything, and leaves the examination
GIVES_UP, GIVES_UP_AT_A_PAUSE = 0.12, 0.4  # after a paper that was not passed
MOST_SLACK = 2.8  # by how much more often people stop and give up where nobody asks after them
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
    standards: str
    exposed: Counter[str] = field(default_factory=Counter)  # how often each question stands in the newest papers
    newest: deque[list[Issued]] = field(default_factory=deque)

    def draw(self, seed: int, seen: Counter[str]) -> list[Issued]:
        """A paper as the portal draws it, and counts it from then on."""
        drawn = drawing.draw(self.course, seed, seen, self.exposed)
        self.exposed.update(one.question.id for one in drawn)
        self.newest.append(drawn)
        if len(self.newest) > NEWEST:
            self.exposed.subtract(one.question.id for one in self.newest.popleft())
        return drawn

    @classmethod
    def of(cls, course: Course, version: CourseVersion, chance: random.Random) -> Subject:
        return cls(course, version.id, version.version, Bank(course, chance), chance.choice(course.lessons[2:-2] or course.lessons).slug, certificates.standards_of(course))


class Studies:
    """What one learner does in one course. `now`: nothing happens after it."""

    def __init__(
        self, ledger: Ledger, chance: random.Random, subject: Subject, learner: Learner, at: datetime, wallet: Wallet, desk: Desk, cycle: int = 1
    ) -> None:
        self._ledger, self._chance, self._subject, self._learner = ledger, chance, subject, learner
        self._wallet, self._desk, self._cycle = wallet, desk, cycle
        self.at = at
        self.passed_at: datetime | None = None
        self.whole_at: datetime | None = None  # when its certificate was given
        self._score = 0
        self._left_open = False  # a scenario, in which they are now
        self._acting = learner.someone.acting
        self._slack = MOST_SLACK * (1 - learner.drive)
        self._seen: Counter[str] = Counter()
        self._numbers: Counter[AttemptKind] = Counter()
        self._walks: Counter[str] = Counter()
        self._walked: set[str] = set()
        self._written: set[str] = set()
        self._counted: set[str] = set()
        self.enrolment: dict[str, Any] = {}

    def again(self, cycle: int, at: datetime) -> Studies:
        """The same course in its next cycle."""
        one = Studies(self._ledger, self._chance, self._subject, self._learner, at, self._wallet, self._desk, cycle)
        one._seen, one._counted = self._seen, self._counted
        return one

    def go(self) -> Iterator[datetime]:
        """Gives each moment at which a paper is drawn or a work handed in, for both depend on those of others before."""
        if self.at > self._ledger.now:
            return
        self._begin()
        yield from self._learn() if self._cycle == 1 else self._renew()

    def _renew(self) -> Iterator[datetime]:
        """What the renewal asks for, and nothing else."""
        needs = self._subject.course.renewal
        if "scenarios" in needs:
            self._walk_the_rest()
        if "paper" in needs:
            yield from self._sit()
        if "assignments" in needs and (self.passed_at or "paper" not in needs):
            yield from self._write()
        self._end(needs)

    def _learn(self) -> Iterator[datetime]:
        known: frozenset[str] = frozenset()
        if self._chance.random() < PRE_TESTED:
            yield self.at
            known = self._pre_test()
        if self.at < self._ledger.now and self._read(known):
            self._walk()
            if self._chance.random() >= NOT_SAT * self._slack or self._learner.sits_now:
                yield from self._sit()
        if self.passed_at is not None:
            self._walk_the_rest()
            yield from self._write()
            self._end(EVERYTHING)

    def _end(self, needs: Collection[Need]) -> None:
        """The certificate, if every part is passed that it needs."""
        course = self._subject.course
        passed = {"paper": self.passed_at is not None, "scenarios": len(self._walked) == len(course.scenarios),
                  "assignments": len(self._written) == len(course.assignments)}  # fmt: skip
        if self.at > self._ledger.now or not all(passed[need] for need in needs):
            return
        self.whole_at = self.at
        by = PORTAL if "assignments" in needs and course.assignments else self._acting
        self._wallet.whole(course.id, course.valid_months, self._cycle, self.at, by, {
            "enrolment_id": self.enrolment["id"], "course_version_id": self._subject.version_id, "award_edition_id": None, "title": course.title,
            "content_sha256": course.sha256, "standards": self._subject.standards, "score": self._score if "paper" in needs else None,
        })  # fmt: skip

    # reading

    def _begin(self) -> None:
        self.enrolment = self._ledger.add(
            Enrolment, person_id=self._learner.someone.id, course=self._subject.course.id, course_version_id=self._subject.version_id, cycle=self._cycle,
            began_at=self.at,
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
        if chance.random() < NEVER_OPENED * self._slack and not self._learner.sits_now:
            return False
        in_one_go = chance.choice((1, 2, 2, 3, 4))
        for place, lesson in enumerate(wanted):
            if place and place % in_one_go == 0:
                self.at = self._another_day(chance.expovariate(1 / 5))
            stops = STOPS_WHERE_HARD if lesson.slug == self._subject.hard else STOPS if place else STOPS_AT_FIRST
            if not self._read_one(lesson, chance.random() < stops * self._slack and not self._learner.sits_now):
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
        if what in self._counted:  # in an earlier cycle
            return
        self._counted.add(what)
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
            if self._chance.random() < WALKS and not self._learner.sits_now and not self._walk_once(scenario) and self._chance.random() < WALKS_AGAIN:
                self._walk_once(scenario)

    def _walk_the_rest(self) -> None:
        """Those that are not passed yet, as often as it takes, or until somebody leaves it."""
        for scenario in self._subject.course.scenarios:
            while scenario.slug not in self._walked and self.at < self._ledger.now and self._chance.random() < WALKS_THE_REST:
                self._walk_once(scenario)

    def _walk_once(self, scenario: Scenario) -> bool:
        """Whether it was passed; each time somebody knows it better."""
        if self.at >= self._ledger.now or self._left_open:
            return False
        ability = self._learner.ability + self._walks[scenario.slug]
        part, chosen, path = scenario.parts[scenario.start], list[Choice](), list[str]()
        while part.choices:
            draws = [0.05 if one.critical else math.exp(one.points * (0.8 + 0.5 * ability)) for one in part.choices]
            [place] = self._chance.choices(range(len(draws)), draws)
            path.append(f"{part.name} {place}")
            chosen.append(part.choices[place])
            part = scenario.parts[part.choices[place].leads_to]
        began, took = self.at + timedelta(seconds=self._chance.randint(20, 600)), round(scenario.minutes * 60 * self._learner.pace)
        if began > self._ledger.now:
            return False
        self._walks[scenario.slug] += 1
        over = began + timedelta(seconds=took) <= self._ledger.now
        passed = walking.judged(scenario, chosen)
        self._ledger.add(
            ScenarioTry, enrolment_id=self.enrolment["id"], scenario=scenario.slug, number=self._walks[scenario.slug], began_at=began,
            path=", ".join(path if over else path[:1]), finished_at=began + timedelta(seconds=took) if over else None,
            points=sum(one.points for one in chosen) if over else None, passed=passed if over else None,
        )  # fmt: skip
        self.at = began + timedelta(seconds=took)
        if over and passed:
            self._walked.add(scenario.slug)
            self._count(f"scenario {scenario.slug}", scenario.title, scenario.minutes, min(scenario.minutes * 2, round(took / 60)))
        self._left_open = not over
        return passed and over

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
            if chance.random() < (GIVES_UP_AT_A_PAUSE if pause else GIVES_UP) * self._slack:
                return
            self.at = self._another_day(chance.expovariate(1 / 8) + (math.ceil(paper.wait_hours / 24) if pause else 0))

    def _paper(self, kind: AttemptKind, ability: float) -> dict[str, marking.Judged]:
        """Draw one, answer it and mark it. What was judged, by question; nothing while it is open."""
        chance, subject, began = self._chance, self._subject, self.at
        seed = chance.getrandbits(62)
        drawn = subject.draw(seed, self._seen)
        self._seen.update(one.question.id for one in drawn)
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
            self.passed_at, self._score = ends, found.right * 100 // found.asked
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

    # writing

    def _write(self) -> Iterator[datetime]:
        """Each assignment: written, handed in, marked, and written again where it was not passed."""
        for assignment in self._subject.course.assignments:
            yield from self._write_one(assignment)

    def _write_one(self, assignment: Assignment) -> Iterator[datetime]:
        chance, likely = self._chance, BEGINS_TO_WRITE
        for number in range(1, 9):
            if chance.random() >= likely:
                return
            self.at = max(self._another_day(chance.expovariate(1 / 9)), self._desk.opens_at)
            if self.at >= self._ledger.now:
                return
            script = self._script(assignment, number)
            text, work = desks.own_words(assignment, script, chance), self._begun(assignment, number)
            began, self.at = self.at, self._another_day(chance.expovariate(1 / 4))
            if self.at >= self._ledger.now or chance.random() >= HANDS_IN:
                saved = min(self.at, self._ledger.now)
                half = text[: round(len(text) * chance.uniform(0.2, 0.8))].rpartition("\n\n")[0]
                self._ledger.add(WorkText, work_id=work["id"], text=half, saved_at=saved, seconds=chance.randint(8, 50) * 60)
                return
            yield self.at
            self._hand_in(assignment, work, text, began)
            passed_at = self._desk.mark(Task(work, assignment, script, text, self._acting))
            if passed_at is not None:
                self.at = passed_at
                self._written.add(assignment.slug)
                return
            if work["decided_at"] is None:
                self.at = self._ledger.now
                return
            self.at = work["decided_at"]
            pause = number > assignment.resubmissions
            self.at += works.AGAIN_AFTER if pause else timedelta()
            likely = WRITES_AFTER_THE_PAUSE if pause else WRITES_AGAIN

    def _script(self, assignment: Assignment, number: int) -> Script:
        """The one of the panel's scripts that is most like what they write: more often a good one each time."""
        good = [one for one in desks.fit(assignment) if desks.passes(assignment, one)]
        poor = [one for one in desks.fit(assignment) if one not in good]
        likely = 1 / (1 + math.exp(-(self._learner.ability + GOOD + 0.9 * number)))
        return self._chance.choice(good if self._chance.random() < likely else poor)

    def _begun(self, assignment: Assignment, number: int) -> dict[str, Any]:
        work = self._ledger.add(
            Work, reference=self._ledger.reference("WK"), enrolment_id=self.enrolment["id"], person_id=self._learner.someone.id,
            course=self._subject.course.id, course_version_id=self._subject.version_id, assignment=assignment.slug, number=number, began_at=self.at,
        )  # fmt: skip
        self._ledger.say(Event.WORK_BEGUN, PORTAL_STREAM, f"work {work['reference']}", by=self._acting, at=self.at, course=work["course"],
                         assignment=assignment.slug, number=number)  # fmt: skip
        return work

    def _hand_in(self, assignment: Assignment, work: dict[str, Any], text: str, began: datetime) -> None:
        many, seconds = works.count(text), round(assignment.minutes * 60 * self._learner.pace)
        seconds = min(seconds, round((self.at - began).total_seconds()))
        work.update(state=WorkState.HANDED_IN, handed_in_at=self.at, words=many, mark_by=works.marked_by(self.at))
        self._ledger.add(WorkText, work_id=work["id"], text=text, saved_at=self.at - timedelta(minutes=2), seconds=seconds)
        self._count(f"assignment {assignment.slug}", assignment.title, assignment.minutes, min(assignment.minutes * 2, round(seconds / 60)))
        self._ledger.say(
            Event.WORK_HANDED_IN, PORTAL_STREAM, f"work {work['reference']}", by=self._acting, at=self.at, course=work["course"], assignment=assignment.slug,
            number=work["number"], words=many, confirmed=0, mark_by=work["mark_by"],
        )  # fmt: skip
