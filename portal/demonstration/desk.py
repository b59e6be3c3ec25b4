"""Assessors at their desk: works of the many, each marked by two of them or three, a few appealed against, one in ten seen twice unknowingly."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app

from portal.accreditation import settling, taking, works
from portal.accreditation.courses.records import Assignment, Marked, Script
from portal.accreditation.lifecycle import AppealState, Place, WorkState
from portal.accreditation.models import (
    Appeal,
    CourseVersion,
    Marking,
    MarkingSheet,
    MustNotFound,
    PracticeMarking,
    WorkMark,
)
from portal.accreditation.settling import Given
from portal.audit import PORTAL_STREAM, Event
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Someone
from portal.demonstration.texts import file
from portal.kernel import clock
from portal.kernel.working_days import next_working_day
from portal.policy import Acting

OPENS, A_WORK, A_DAY = timedelta(hours=8, minutes=40), timedelta(minutes=54), 9  # of a day at the desk
FIRST_WITHIN, SECOND_WITHIN, THIRD_WITHIN = 7, 2.5, 2  # days: nothing waits longer than the works of marking.py
LIKE_THE_PANEL, LIKE_ONESELF = 0.88, 0.92  # of levels; most others lie one beside
SEEN = 0.97  # of what must not be in a work
APPEALED, CHANGED = 0.13, 0.35
OFTEN_COMMENTS = 0.45
QUOTED = re.compile(r'"([^"]+)"')


@dataclass
class Assessor:
    """One of them, what they have marked, and how generous they are."""

    someone: Someone
    leans: float
    taken: int = 0
    repeats: int = 0
    done: list[tuple[dict[str, Any], datetime, Task, Given]] = field(default_factory=list)  # with the moment at which the work was decided
    slots: Counter[date] = field(default_factory=Counter)


@dataclass(frozen=True)
class Task:
    """A work as it lies on the desk: `text` was written by its learner, after one of the scripts that the panel marked."""

    work: dict[str, Any]
    assignment: Assignment
    script: Script
    text: str
    learner: Acting

    @property
    def about(self) -> str:
        return f"work {self.work['reference']}"


def passes(assignment: Assignment, script: Script) -> bool:
    """Whether the panel passed it."""
    return settling.alone(assignment, panel(assignment, script)).passed


def panel(assignment: Assignment, script: Script) -> Given:
    return Given({one.title: marked.level for one, marked in zip(assignment.criteria, script.marks, strict=True)}, frozenset(script.broken))


def quote(script: Script, code: str, text: str) -> str:
    """The words of a text that show what must not be in it, as the panel quoted them."""
    return next(iter(QUOTED.findall(script.broken[code])), text[:60])


def fit(assignment: Assignment) -> list[Script]:
    """The scripts that are long enough to be handed in; the panel also marked one or two that are not."""
    return [one for one in assignment.scripts if works.count(typed(one)) >= assignment.words[0]]


def typed(script: Script) -> str:
    """The text of a script as a learner would type it: a paragraph, and a line of a list, without a break within it."""
    return re.sub(r"(?<=\S)\n(?!\n|- |\d|\|| )\s*", " ", script.text.replace("### ", ""))


def why(marked: Marked, place: Place) -> str:
    """What one assessor says of a level, of what the panel said: two of them see the same in a work, and say different things."""
    said = re.split(r"(?<=[.!?]) (?=[A-Z])", " ".join(marked.why.split()))
    half = (len(said) + 1) // 2
    return " ".join(said[half:] or said if place is Place.SECOND else said[:half] if place is Place.FIRST else said)


def own_words(assignment: Assignment, script: Script, chance: random.Random) -> str:
    """A script as somebody might hand it in: some sentences, which the panel did not quote, are left out, and it is not too long."""
    text, (fewest, most) = typed(script), assignment.words
    quoted = QUOTED.findall(" ".join(" ".join([*(marked.why for marked in script.marks), *script.broken.values()]).split()))
    may_go = [one for one in _sentences(text) if not any(words in one for words in quoted)]
    chance.shuffle(may_go)
    go = chance.randint(1, 5)
    for number, one in enumerate(may_go):
        many = works.count(text)
        if (number < go or many > most) and many - works.count(one) >= fewest:
            text = text.replace(f" {one}", "", 1)
    return text


def _sentences(text: str) -> list[str]:
    """Those that are whole within one line and follow another, so that what is left reads on."""
    return [one for line in text.splitlines() for one in re.split(r"(?<=[.!?]) (?=[A-Z])", line)[1:] if one.endswith((".", "!", "?"))]


def practise(ledger: Ledger, assessors: Sequence[Someone], version: CourseVersion, assignment: Assignment) -> None:
    """Each assessor has marked the five scripts as the panel did, before they mark what learners write."""
    for place, one in enumerate(assessors):
        at = clock.start_of_day(next_working_day(one.since_on + timedelta(days=2 + place % 3))) + timedelta(hours=9)
        for number, script in enumerate(assignment.scripts):
            given = panel(assignment, script)
            ledger.add(
                PracticeMarking, assessor_id=one.id, course_version_id=version.id, assignment=assignment.slug, round=1, script=script.slug,
                levels=",".join(map(str, given.levels.values())), must_nots=",".join(sorted(given.must_nots)), agreed=True,
                marked_at=max(at, version.published_at) + timedelta(minutes=35 * number),
            )  # fmt: skip


class Desk:
    """Marks works in the order in which they are handed in."""

    def __init__(self, ledger: Ledger, chance: random.Random, assessors: Sequence[Someone]) -> None:
        self._ledger, self._chance = ledger, chance
        self._assessors = [Assessor(one, chance.gauss(0, 0.12)) for one in assessors]
        self._key = str(current_app.config["SECRET_KEY"])
        self.opens_at = clock.start_of_day(max(one.since_on for one in assessors)) + timedelta(days=14)

    def mark(self, task: Task) -> datetime | None:
        """The moment from which it is passed, be it on appeal; None where it is not, or waits. Its row is as it is then."""
        work, took = task.work, self._chance.uniform(1, FIRST_WITHIN)
        first = self._slot(work["handed_in_at"] + timedelta(days=took))
        second = self._slot(work["handed_in_at"] + timedelta(days=took + self._chance.uniform(0.6, SECOND_WITHIN)), first[0])
        given = list[tuple[dict[str, Any], Given, Assessor]]()
        pairs = sorted((first, second), key=lambda one: one[1])[: task.assignment.assessors]
        for place, (who, at) in zip((Place.FIRST, Place.SECOND), pairs, strict=False):
            made = self._marked(task, who, place, at)
            if made is None:
                return None
            given.append((*made, who))
        given.sort(key=lambda one: one[0]["finished_at"])
        moment: datetime = given[-1][0]["finished_at"]
        reasons = settling.differences(task.assignment, given[0][1], given[1][1]) if len(given) == 2 else frozenset()
        if reasons:
            work["state"] = WorkState.DIFFERING
            self._ledger.say(
                Event.THIRD_ASSESSOR_ASKED, PORTAL_STREAM, task.about, by=given[-1][2].someone.acting, at=moment, course=work["course"],
                assignment=work["assignment"], why=sorted(reason.value for reason in reasons),
            )  # fmt: skip
            who, at = self._slot(moment + timedelta(days=self._chance.uniform(1, THIRD_WITHIN)), first[0], second[0])
            made = self._marked(task, who, Place.THIRD, at)
            if made is None:
                return None
            given.append((*made, who))
            moment = made[0]["finished_at"]
        found = settling.settled(task.assignment, [one for _, one, _ in given])
        work.update(state=WorkState.PASSED if found.passed else WorkState.NOT_PASSED, decided_at=moment, points=found.points)
        self._ledger.say(
            Event.WORK_MARKED, PORTAL_STREAM, task.about, by=given[-1][2].someone.acting, at=moment, course=work["course"], assignment=work["assignment"],
            points=found.points, passed=found.passed, must_nots=sorted(found.must_nots), markings=len(given),
        )  # fmt: skip
        for row, one, assessor in given:
            assessor.done.append((row, moment, task, one))
        if found.passed:
            return moment
        if not task.script.broken and self._chance.random() < APPEALED:
            return self._appeal(task, [assessor for _, _, assessor in given])
        return None

    def _slot(self, after: datetime, *but: Assessor) -> tuple[Assessor, datetime]:
        """Who is free first, and when."""
        day = next_working_day(clock.london(after).date())
        free = [one for one in self._assessors if one not in but]
        while True:
            who = min(free, key=lambda one: (one.slots[day], self._chance.random()))
            if who.slots[day] < A_DAY:
                return who, self._place(who, day)
            day = next_working_day(day + timedelta(days=1))

    def _place(self, who: Assessor, day: date) -> datetime:
        who.slots[day] += 1
        return clock.start_of_day(day) + OPENS + A_WORK * (who.slots[day] - 1) + timedelta(seconds=self._chance.randint(0, 500))

    def _marked(self, task: Task, who: Assessor, place: Place, at: datetime) -> tuple[dict[str, Any], Given] | None:
        """One marking, after the hidden repeat whose turn it was; None where it is still to come."""
        if taking.is_repeat(self._key, who.someone.id, who.taken, who.repeats):
            self._repeat(who, at)
        return self._write(task, who, place, at, panel(task.assignment, task.script), LIKE_THE_PANEL)

    def _repeat(self, who: Assessor, before: datetime) -> None:
        among = [one for one in who.done if one[1] <= before - taking.AFTER]
        day = next_working_day(clock.london(before).date())
        if not among or who.slots[day] >= A_DAY:
            return
        row, _, task, given = taking.chosen(self._key, who.someone.id, who.repeats, among)
        made = self._write(task, who, Place.REPEAT, self._place(who, day), given, LIKE_ONESELF, of=row["id"])
        if made is not None:
            who.repeats += 1
            who.done = [one for one in who.done if one[0] is not row]

    def _write(
        self, task: Task, who: Assessor, place: Place, at: datetime, like: Given, likely: float, of: int | None = None
    ) -> tuple[dict[str, Any], Given] | None:
        chance, ledger, by = self._chance, self._ledger, who.someone.acting
        took = timedelta(minutes=min(44, max(12, chance.gauss(28, 7))))
        if at + took > ledger.now:
            return None
        who.taken += 1
        row = ledger.add(
            Marking, reference=ledger.reference("MK"), work_id=task.work["id"], learner_id=task.work["person_id"], assessor_id=who.someone.id, place=place,
            repeat_of_id=of, taken_at=at, finished_at=at + took,
        )  # fmt: skip
        levels = {title: self._level(level, likely, who.leans) for title, level in like.levels.items()}
        found = frozenset(code for code in sorted(like.must_nots) if chance.random() < SEEN)
        comments, often = dict[str, str](), 1 if place is Place.FIRST else OFTEN_COMMENTS
        for criterion, marked in zip(task.assignment.criteria, task.script.marks, strict=True):
            said = levels[criterion.title] < 2 or chance.random() < often
            comments[criterion.title] = why(marked, place) if said else ""
            ledger.add(WorkMark, marking_id=row["id"], criterion=criterion.title, level=levels[criterion.title], comment=comments[criterion.title])
        for code in sorted(found):
            ledger.add(MustNotFound, marking_id=row["id"], code=code, quote=quote(task.script, code, task.text))
        given = Given(levels, found)
        ledger.add(MarkingSheet, marking_id=row["id"], feedback=chance.choice(file("assessors")["feedback"][_about(task.assignment, given)]), saved_at=at + took - timedelta(minutes=1))
        about = f"marking {row['reference']}"
        ledger.say(Event.MARKING_TAKEN, PORTAL_STREAM, about, by=by, at=at, work=task.work["reference"], place=place.value)
        ledger.say(Event.MARKING_FINISHED, PORTAL_STREAM, about, by=by, at=at + took, work=task.work["reference"], place=place.value, levels=levels, must_nots=sorted(found))
        return row, given

    def _level(self, level: int, likely: float, leans: float) -> int:
        if self._chance.random() < likely:
            return level
        return max(0, min(4, level + (1 if self._chance.random() < 0.5 + leans else -1)))

    def _appeal(self, task: Task, marked_by: Sequence[Assessor]) -> datetime | None:
        """The learner asks that somebody else looks at the marks, and somebody else does. The moment from which it is passed, if it is then."""
        work, chance, ledger = task.work, self._chance, self._ledger
        asked_at = work["decided_at"] + timedelta(days=chance.uniform(1, 15))
        if asked_at > ledger.now:
            return None
        texts = chance.choice(file("assessors")["appeals"])
        row = ledger.add(
            Appeal, reference=ledger.reference("AP"), work_id=work["id"], work_reference=work["reference"], grounds=texts["grounds"],
            asked_at=asked_at, decide_by=works.appeal_decided_by(asked_at), points_before=work["points"], passed_before=False,
        )  # fmt: skip
        ledger.say(Event.APPEAL_ASKED, PORTAL_STREAM, task.about, by=task.learner, at=asked_at, work=work["reference"], decide_by=row["decide_by"])
        who, at = self._slot(asked_at + timedelta(days=chance.uniform(2, 12)), *marked_by)
        changes = chance.random() < CHANGED
        like = panel(task.assignment, task.script)
        better = Given({title: min(4, level + 1) for title, level in like.levels.items()}, like.must_nots)
        taken = who.taken
        made = self._write(task, who, Place.APPEAL, at, better if changes else like, 1)
        who.taken = taken  # appeals are no part of what is counted for repeats
        if made is None:
            return None
        marking, given = made
        decided_at: datetime = marking["finished_at"]
        reasons = texts["changed" if changes else "stands"]
        next(one for one in reversed(ledger.rows[MarkingSheet]) if one["marking_id"] == marking["id"])["feedback"] = reasons
        row.update(state=AppealState.CHANGED if changes else AppealState.STANDS, marking_id=marking["id"], decided_at=decided_at, reasons=reasons)
        ledger.say(Event.MARKING_TAKEN, PORTAL_STREAM, task.about, by=who.someone.acting, at=at, work=work["reference"], place=Place.APPEAL.value)
        if changes:
            work["points"], passed = settling.after_appeal(task.assignment, work["points"], False, given)
            if passed:
                work["state"] = WorkState.PASSED
        ledger.say(
            Event.APPEAL_DECIDED, PORTAL_STREAM, task.about, by=who.someone.acting, at=decided_at, work=work["reference"],
            outcome=row["state"].value, points=work["points"], passed=work["state"] is WorkState.PASSED,
        )  # fmt: skip
        return decided_at if work["state"] is WorkState.PASSED else None


def _about(assignment: Assignment, given: Given) -> str:
    """What is to be said of a work as a whole, so marked."""
    if settling.alone(assignment, given).passed:
        return "passed"
    if not given.must_nots:
        return "failed"
    return "only_must_not" if settling.alone(assignment, Given(given.levels)).passed else "must_not"
