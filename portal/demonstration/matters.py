"""One recommendation of the demonstration as it goes: its row, its records, and the days that pass over it."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from portal.audit import Event
from portal.demonstration import falling
from portal.demonstration.ledger import Ledger
from portal.demonstration.parties import Officers, Place
from portal.demonstration.people import Someone
from portal.demonstration.texts import file
from portal.demonstration.years import Pen
from portal.gaps.models import GapKind
from portal.kernel import words
from portal.kernel.lifecycle import Lifecycle
from portal.kernel.working_days import next_working_day
from portal.policy import PORTAL, Acting, Role
from portal.recommendations import deadlines
from portal.recommendations.ladder import LADDER, Step
from portal.recommendations.lifecycle import DRAFTING, OPEN, Asked, Delivery, DraftVerb, Ending, Taken
from portal.recommendations.models import LadderStep, Recommendation, Theme, Touched, Wording
from portal.recommendations.types import Type, type_of
from portal.recommendations.wording import Draft, read

ONE_DAY = timedelta(days=1)
MOST_LEVELS = 6
AS_BEFORE = ("drafted_by_id", "drafted_by", "officer_id", "officer", "overruled_why")  # of what takes the place of another
Course = Iterator[date]  # gives the day until which nothing happens, and goes on when that day has come


@dataclass
class Chronicle:
    """What all matters share. Nothing happens after `horizon`."""

    ledger: Ledger
    chance: random.Random
    officers: Officers
    places: Mapping[int, Place]
    horizon: date
    matters: list[Matter] = field(default_factory=list)
    known_addresses: set[int] = field(default_factory=set)  # recommendations whose complainants can still be asked


@dataclass
class Case:
    """One case, and what it is about. `person`: who complained, as texts call them."""

    reference: str
    story: Mapping[str, Any]
    person: str
    severity: int
    serial: int
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def filled(self, text: str, place: Place, amount: str, due_on: date) -> str:
        return text.format(due=words.day(due_on), body=place.called, person=self.person, amount=amount)


class Matter:
    """A recommendation, from its first draft on."""

    def __init__(
        self, chronicle: Chronicle, case: Case, place: Place, card: Mapping[str, Any], drafted_on: date, due_on: date,
        after: Matter | None = None,
    ) -> None:  # fmt: skip
        self.chronicle, self.case, self.place, self.card = chronicle, case, place, card
        self.ledger, self.chance = chronicle.ledger, chronicle.chance
        self.pen = Pen(self.chance, self.ledger.now)
        self.type: Type = type_of(card["type"])
        self.answers: list[dict[str, Any]] = []
        self.steps: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.verdicts: list[dict[str, Any]] = []
        self.more_time: list[dict[str, Any]] = []
        self.pauses: list[dict[str, Any]] = []
        self._agenda: list[tuple[date, int, Callable[[date], None]]] = []
        self._order = itertools.count()
        self.climbed: list[dict[str, Any]] = []
        self.gaps: dict[GapKind, dict[str, Any]] = {}
        self.fell: set[date] = set()  # days on which time alone was seen to
        self.day = drafted_on
        self.amount = self.chance.choice(file("recommendations")["amounts"][case.severity])
        self.gone = False  # to a successor
        self.leaves_step = MOST_LEVELS  # from this level on, nobody decides about a step
        self.row = self._drafted(due_on, after)
        chronicle.matters.append(self)

    # who

    def officer(self) -> Someone:
        """Who looks after it today."""
        there = self.chronicle.officers.on(self.day, self.place.id)
        return next((one for one in there if one.id == self.row["officer_id"]), there[0])

    def another(self, besides: int) -> Someone:
        return self.chance.choice([one for one in self.chronicle.officers.on(self.day, self.place.id) if one.id != besides])

    def manager(self) -> Acting:
        return self.place.acting(Role.COMPLAINTS_MANAGER, self.day)

    def lead(self) -> Acting:
        return self.place.acting(Role.EXECUTIVE_LEAD, self.day)

    # what is kept and said

    @property
    def open(self) -> bool:
        return self.row["issued_on"] is not None and self.row["delivery"] in OPEN

    def now(self) -> datetime:
        return self.pen.on(self.day)

    def add(self, kind: type[Any], /, **facts: Any) -> dict[str, Any]:
        """A row that belongs to it."""
        return self.ledger.add(kind, recommendation_id=self.row["id"], recommendation_reference=self.row["reference"],
                               organisation_id=self.place.id, **facts)  # fmt: skip

    def say(self, event: Event, by: Acting, at: datetime, **facts: Any) -> None:
        self.row["changed_at"] = at
        self.row["version"] += 1
        self.ledger.say(event, self.place.id, f"recommendation {self.row['reference']}", by=by, at=at, **facts)

    def move(self, lifecycle: Lifecycle[Any, Any], verb: Any) -> None:
        """By the table of moves, as everybody's moves."""
        held = SimpleNamespace(**{lifecycle.column: self.row[lifecycle.column]})
        self.row[lifecycle.column] = lifecycle.move(held, verb)

    def next_evidence(self) -> None:
        undone = [step["due_on"] for step in self.steps if step["done_on"] is None]
        self.row["next_evidence_on"] = deadlines.next_evidence(self.row["due_on"], undone, self.day)

    # the days that pass

    def live(self, course: Course, until: date = date.max) -> None:
        """Let it happen, day after day, until nothing more happens, or a day or the horizon is reached."""
        for day in course:
            day = next_working_day(max(day, self.day))
            if day >= until or not self.reach(day) or self.gone:
                break
        self.reach(until)

    def reach(self, day: date) -> bool:
        """Let the days pass until one; False if it lies beyond the horizon. What comes on the way comes in its order."""
        last = min(day, self.chronicle.horizon)
        while True:
            step, fall = self._next_step(last), falling.next_day(self, last)
            first = min(step[0] if step else last, fall or last)
            if self._agenda and self._agenda[0][0] <= first:
                on, _, happens = heapq.heappop(self._agenda)
                self.day = max(self.day, on)
                happens(self.day)
            elif step and step[0] == first:
                self.day = first
                self._climb(step[1])
            elif fall:
                self.day = fall
                self.fell.add(fall)
                self.settle(PORTAL, self.now())
            else:
                break
        self.day = max(self.day, last)
        return day <= self.chronicle.horizon

    def later(self, day: date, happens: Callable[[date], None]) -> None:
        """Something that comes on a day, whatever else happens until then."""
        heapq.heappush(self._agenda, (max(day, self.day), next(self._order), happens))

    def settle(self, by: Acting, at: datetime) -> None:
        falling.settle(self, by, at)

    def _next_step(self, until: date) -> tuple[date, Step] | None:
        """The next step of the ladder that falls by then; none where evidence waits, nor while it is paused."""
        if not self.open or self.row["delivery"] is Delivery.SUBMITTED:
            return None
        due_on, paused = self.row["due_on"], self.row["paused_until"]
        for step in LADDER:
            on = due_on + timedelta(days=step.after)
            if self.day < on <= until and (paused is None or on >= paused):
                return on, step
        return None

    def _climb(self, step: Step) -> None:
        """A step is reached: sent by the portal, or placed before a person, who decides some days later."""
        at = self.now()
        row = self.add(LadderStep, due_on=self.row["due_on"], after_days=step.after, level=step.level, reached_on=self.day,
                       state=Taken.SENT if step.by_itself else Taken.WAITING, officer_id=self.row["officer_id"])  # fmt: skip
        self.climbed.append(row)
        event = Event.LADDER_STEP_SENT if step.by_itself else Event.LADDER_STEP_PLACED
        self.say(event, PORTAL, at, level=step.level, after=step.after)
        if step.by_itself:
            self.row["level"] = step.level
        elif step.level < self.leaves_step:
            day = next_working_day(self.day + timedelta(days=self.chance.choice((1, 2, 3, 4, 6, 9))))
            self.later(day, lambda _: self._take(row))

    def _take(self, step: dict[str, Any]) -> None:
        """An officer takes a step that was placed before them, or puts it aside."""
        if step["state"] is Taken.WAITING:
            taken = self.open and self.row["delivery"] is not Delivery.SUBMITTED and self.chance.random() < 0.85
            self._settle(step, Taken.TAKEN if taken else Taken.ASIDE, self.chance.choice(file("verdicts")["steps_taken" if taken else "steps_aside"]))

    def _settle(self, step: dict[str, Any], state: Taken, note: str) -> None:
        by, at = self.officer(), self.now()
        step.update(state=state, decided_by=by.name, decided_at=at, note=note)
        step["version"] += 1
        if state is Taken.TAKEN:
            self.row["level"] = step["level"]
        event = Event.LADDER_STEP_TAKEN if state is Taken.TAKEN else Event.LADDER_STEP_PUT_ASIDE
        self.say(event, by.acting, at, level=step["level"], after=step["after_days"])

    # its draft

    def _drafted(self, due_on: date, after: Matter | None) -> dict[str, Any]:
        """Its row. What takes the place of another is that one's author's, and its draft is not told of."""
        there = self.chronicle.officers.on(self.day, self.place.id)
        author, at, card = there[self.case.serial % len(there)], self.now(), self.card
        text = self.case.filled(card["text"], self.place, self.amount, due_on)
        row = self.ledger.add(
            Recommendation, reference=self.ledger.reference("RC"), organisation_id=self.place.id, organisation_kind=self.place.kind,
            case_reference=self.case.reference, number=next(self.case.numbers), type=card["type"],
            severity=card.get("severity", self.case.severity), failing=card["failing"], text=text,
            public_text=self.case.filled(card["public_text"], self.place, self.amount, due_on), due_on=due_on, state=DRAFTING.first,
            drafted_by_id=author.id, drafted_by=author.name, drafted_at=at, officer_id=author.id, officer=author.name, changed_at=at,
        )  # fmt: skip
        if after is not None:
            row |= {name: after.row[name] for name in AS_BEFORE} | {"sent_at": at}
        else:
            self.ledger.say(Event.RECOMMENDATION_DRAFTED, self.place.id, f"recommendation {row['reference']}", by=author.acting, at=at,
                            case=f"{row['case_reference']} ({row['number']})")  # fmt: skip
        for theme in self.case.story.get("themes", ()):
            self.ledger.add(Theme, recommendation_id=row["id"], theme=theme)
        for expectation in self.case.story.get("expectations", ()):
            self.ledger.add(Touched, recommendation_id=row["id"], expectation=expectation)
        return row

    def send(self) -> None:
        """Its author sends it to be approved."""
        texts, by, at = file("recommendations"), self.officer(), self.now()
        remarks = read(Draft(self.row["text"], self.row["due_on"])) if self.card.get("remarked") else ()
        self.move(DRAFTING, DraftVerb.SEND)
        self.row.update(sent_at=at, overruled_why=self.chance.choice(texts["overruled"]) if remarks else "", returned_why="")
        self.say(Event.RECOMMENDATION_SENT, by.acting, at, remarks=len(remarks), overruled=self.row["overruled_why"])

    def give_back(self) -> None:
        at, reason = self.now(), self.chance.choice(file("recommendations")["returned"])
        self.move(DRAFTING, DraftVerb.RETURN)
        self.row["returned_why"] = reason
        self.say(Event.RECOMMENDATION_RETURNED, self.another(self.row["drafted_by_id"]).acting, at, reason=reason)

    def discard(self) -> None:
        at, reason = self.now(), self.chance.choice(file("recommendations")["discarded"])
        self.move(DRAFTING, DraftVerb.DISCARD)
        self.say(Event.RECOMMENDATION_DISCARDED, self.officer().acting, at, reason=reason)

    def issue(self, approver: Someone | None = None) -> None:
        """A second officer issues it."""
        row, at = self.row, self.now()
        approver = approver or self.another(row["drafted_by_id"])
        if row["state"] is DRAFTING.first:  # it takes the place of another, and was not sent to anybody
            self.move(DRAFTING, DraftVerb.SEND)
        self.move(DRAFTING, DraftVerb.ISSUE)
        row.update(approved_by_id=approver.id, approved_by=approver.name, issued_at=at, issued_on=self.day,
                   original_due_on=row["due_on"], answer_due_on=deadlines.answer_due(self.day))  # fmt: skip
        self.next_evidence()
        self.add(Wording, number=1, text=row["text"], public_text=row["public_text"], worded_at=at, worded_by=row["drafted_by"])
        self.say(Event.RECOMMENDATION_ISSUED, approver.acting, at, type=row["type"], due_on=row["due_on"])
        self._hand_over_when_its_officer_leaves()

    def _hand_over_when_its_officer_leaves(self) -> None:
        until_on = next((one.until_on for one in self.chronicle.officers.on(self.day, self.place.id) if one.id == self.row["officer_id"]), None)
        if until_on is not None:
            self.later(next_working_day(until_on), lambda _: self._hand_over())

    def _hand_over(self) -> None:
        if self.open:
            old, new, at = self.row["officer"], self.another(self.row["officer_id"]), self.now()
            self.row.update(officer_id=new.id, officer=new.name)
            for step in self.climbed:
                if step["state"] is Taken.WAITING:
                    step["officer_id"] = new.id
            self.say(Event.RECOMMENDATION_HANDED_OVER, new.acting, at, old=old, new=new.name)
            self._hand_over_when_its_officer_leaves()

    def end(self, how: Ending) -> None:
        """What belongs to every end: it answers a request for more time, and no step waits for anybody."""
        for step in self.climbed:
            if step["state"] is Taken.WAITING:
                self._settle(step, Taken.ASIDE, f"No longer needed: the recommendation is “{self.row['delivery'].value}”.")
        for request in self.more_time:
            if request["state"] is Asked.WAITING:
                why, by, at = f"No longer needed: the recommendation is “{self.row['delivery'].value}”.", self.officer(), self.now()
                request.update(state=Asked.REFUSED, decided_by=by.name, decided_at=at, decision=why)
                self.say(Event.EXTENSION_REFUSED, by.acting, at, reason=why)
        self.chronicle.known_addresses.discard(self.row["id"])
        self.row.update(ended_on=self.day, ending=how, next_evidence_on=None, paused_until=None)
        for pause in self.pauses:
            if pause["ended_on"] is None and pause["until_day"] > self.day:
                pause.update(ended_on=self.day, ended_by=self.row["officer"])

