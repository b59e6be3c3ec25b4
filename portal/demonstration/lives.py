"""The life of one assessment until it is handed in: opened, answered, sent, returned, signed, closed or withdrawn."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from portal.assessments import carrying, deadlines
from portal.assessments.carrying import LastAnswer
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Answer, Assessment, Extension
from portal.audit import Event
from portal.demonstration import texts
from portal.demonstration.bodies import Body
from portal.demonstration.fates import spread
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Someone
from portal.demonstration.proving import Proofs
from portal.demonstration.texts import Desk
from portal.demonstration.years import Pen, Year
from portal.kernel import clock
from portal.policy import PORTAL, Acting, Role
from portal.standards import diff, library

LEVELS_FROM = ((0.16, 1), (0.42, 2), (0.86, 3))  # a body of this quality stands at this level; above the last at 4
KNOWN_DUTY = 0.15  # what the law asks for is seen to first
MADE_GOOD = 0.96
SLIPS = (0.0, 0.01, 0.18)  # a standard whose words have changed brings more to light than one answered before
ACTION_TAKES = (60, 330)  # days from an answer until its action is due


class Life:
    """One assessment, walked through the moves of its lifecycle one by one."""

    state = ASSESSMENT.first

    def __init__(
        self, ledger: Ledger, chance: random.Random, body: Body, year: Year, reference: str, last: Life | None, proofs: Proofs
    ) -> None:
        self.ledger, self.chance, self.body, self.year, self.last = ledger, chance, body, year, last
        self.proofs = proofs
        self.pen = Pen(chance, ledger.now)
        self.desk = Desk(chance)
        id = library.kind(body.kind).standard
        self.standard = library.standard(id, year.version(id))
        self.profile = {one.code: one for one in self.standard.profile(body.kind)}
        self.answers: dict[str, dict[str, Any]] = {}
        self.stood: dict[str, int | None] = {}  # the levels of the finding, once it is published
        self.snapshots = 0
        self.first_signed_on: date | None = None
        opens = clock.start_of_day(year.opens_on) + timedelta(hours=6, minutes=chance.randint(0, 59))
        self.row = ledger.add(
            Assessment,
            reference=reference,
            organisation_id=body.id,
            organisation_kind=body.kind,
            period_id=year.id,
            standard=id,
            standard_version=self.standard.version,
            state=self.state,
            first_due_on=year.due_on,
            due_on=year.due_on,
            closes_on=year.closes_on,
            changed_at=opens,
        )
        self.pen.last = opens
        self.say(Event.PERIOD_OPENED, by=PORTAL, at=opens, period=year.name,
                 standard=f"{id} {self.standard.version}", due_on=year.due_on)  # fmt: skip

    @property
    def reference(self) -> str:
        return str(self.row["reference"])

    @property
    def handed_in(self) -> bool:
        return self.row["signed_off_at"] is not None

    def manager(self) -> Someone:
        return self.body.team.holder(Role.COMPLAINTS_MANAGER, self.pen.day)

    def lead(self) -> Someone:
        return self.body.team.holder(Role.EXECUTIVE_LEAD, self.pen.day)

    def say(self, event: Event, within: str = "", *, by: Acting, at: datetime, **facts: Any) -> None:
        about = f"assessment {self.reference}" + (f"/{within}" if within else "")
        self.ledger.say(event, self.body.id, about, by=by, at=at, **facts)

    def move(self, verb: Verb) -> None:
        ASSESSMENT.move(self, verb)
        self.row["state"] = self.state
        self.touch()

    def touch(self) -> None:
        self.row["changed_at"] = self.pen.last
        self.row["version"] += 1

    # Before it is handed in.

    def start(self, day: date) -> None:
        at = self.pen.on(day)
        self.move(Verb.START)
        self.lay_out(day)
        self.say(Event.ASSESSMENT_STARTED, by=self.manager().acting, at=at)

    def lay_out(self, day: date) -> None:
        if self.answers:
            return
        last, reworded, stood = {}, frozenset[str](), dict[str, int | None]()
        if self.last is not None:
            stood = self.last.stood
            last = {code: LastAnswer(*(answer[name] for name in LastAnswer.__dataclass_fields__)) for code, answer in self.last.answers.items()}
            reworded = diff.reworded(self.standard.id, self.last.standard.version, self.standard.version)
        for facts in carrying.rows(self.profile.values(), last, reworded, today=day, stood=stood):
            self.answers[facts["expectation"]] = self.ledger.add(
                Answer,
                assessment_id=self.row["id"],
                assessment_reference=self.reference,
                organisation_id=self.body.id,
                **facts,
            )
        self.row["answers_wanted"] = len(self.answers)
        if self.last is not None:
            self.proofs.carry(self.last, self)

    def assign(self, day: date) -> None:
        """Give some expectations to contributors, where there are any."""
        helpers = self.body.team.all(Role.CONTRIBUTOR)
        for number, someone in enumerate(helpers):
            for code in self._of_pillar(number, self.chance.randint(2, 5)):
                at = self.pen.on(day)
                self.answers[code]["assigned_to_id"] = someone.id
                self.say(Event.ANSWER_ASSIGNED, code, by=self.manager().acting, at=at, expectation=code, to=someone.name)

    def _of_pillar(self, number: int, how_many: int) -> list[str]:
        pillar = self.standard.pillars[number % len(self.standard.pillars)].code
        mine = [code for code in self.answers if self.standard.expectation(code).pillar == pillar]
        return mine[:how_many]

    def answer(self, first: date, last: date, how_many: int) -> None:
        """Answer (or confirm) this many of those not yet given, pillar by pillar, on days between two days; then prove them."""
        waiting = [code for code, answer in self.answers.items() if not _given(answer)][:how_many]
        for code, day in zip(waiting, spread(self.chance, first, last, len(waiting)), strict=True):
            self._answer(code, day)
        self.proofs.prove(self)

    def _answer(self, code: str, day: date) -> None:
        answer, at = self.answers[code], self.pen.on(day)
        helper = next((one for one in self.body.team.people if one.id == answer["assigned_to_id"]), None)
        by = helper or self.manager()
        before = dict(answer)
        level = self._level(code, answer["last_level"])
        if answer["carried"] and level == answer["level"] and self.chance.random() < self._keeps(answer["reworded"]):
            answer.update(confirmed=True)
            self._give(answer, by, at)
            self._plan_again(answer)
            self.say(Event.ANSWER_CONFIRMED, code, by=by.acting, at=at, expectation=code)
            return
        self._write(code, level)
        self._give(answer, by, at)
        self.say(Event.ANSWER_SAVED, code, by=by.acting, at=at, expectation=code, changes=changes(before, answer))

    def _keeps(self, reworded: bool) -> float:
        """How likely last year's words are kept: the better a body is, the more it writes afresh."""
        kept = 0.9 * (1 - self.body.quality)
        return kept / 2 if reworded else kept

    def _give(self, answer: dict[str, Any], by: Someone, at: datetime) -> None:
        answer.update(answered_by_id=by.id, answered_by=by.name, answered_at=at, version=answer["version"] + 1)
        self.row["answers_given"] = sum(map(_given, self.answers.values()))
        self.touch()

    def _plan_again(self, answer: dict[str, Any]) -> None:
        if answer["gap"] and answer["action_due_on"] is None:
            answer["action_due_on"] = self.pen.day + timedelta(days=self.chance.randint(*ACTION_TAKES))

    def _level(self, code: str, before: int | None) -> int | None:
        """The level this year: as good as the body is, and from year to year mostly the same or one better."""
        light = self.profile[code].weight.value == "light"
        possible = texts.levels(code, light=light)
        if before is None:
            if light and self.chance.random() < 0.03:
                return None
            drawn = self.body.quality + self.chance.gauss(0, 0.15) + KNOWN_DUTY * self._is_duty(code)
            level = next((level for limit, level in LEVELS_FROM if drawn < limit), 4)
        else:
            level = self._moved(code, before)
        return min(possible, key=lambda one: (abs(one - level), one))

    def _moved(self, code: str, before: int) -> int:
        """A shortfall was planned for and is mostly made good within the year; of the rest a few rise and some slip."""
        target, step = self.profile[code].target, self.chance.random()
        if before < target:
            return target if step < MADE_GOOD else before
        slips = SLIPS[self.year.index] * (0.3 if self._is_duty(code) else 1)
        return before - 1 if step < slips else before + (step > 0.94)

    def _is_duty(self, code: str) -> bool:
        return self.profile[code].statutory

    def _write(self, code: str, level: int | None) -> None:
        answer, one = self.answers[code], self.profile[code]
        blank: dict[str, Any] = {"gap": "", "action": "", "action_owner": "", "action_due_on": None, "confirmed": True}
        if level is None:
            why = self.desk.deal("not_applicable")
            answer.update(blank, level=None, not_applicable_why=why, claim="", proof="", proof_link="", proof_on=None)
            return
        day = self.pen.day
        said = texts.say(self.chance, code, level, light=one.weight.value == "light", organisation=self.body.name, on=day)
        answer.update(blank, level=level, not_applicable_why="", claim=said.claim, proof=said.proof, proof_on=said.proof_on)
        linked = self.chance.random() < 0.45
        answer["proof_link"] = f"https://www.{self.body.code.lower()[:63]}.example/complaints/{code.lower()}" if linked else ""
        if level < one.target:
            due = day + timedelta(days=self.chance.randint(*ACTION_TAKES))
            answer.update(gap=said.gap, action=said.action, action_owner=said.owner, action_due_on=due)

    def rewrite(self, code: str, day: date, *, event_by: Someone | None = None) -> None:
        """Write one answer again in other words, at the level it has."""
        answer, at = self.answers[code], self.pen.on(day)
        before = dict(answer)
        self._write(code, answer["level"])
        self._give(answer, event_by or self.manager(), at)
        made = changes(before, answer)
        if made:
            self.say(Event.ANSWER_SAVED, code, by=(event_by or self.manager()).acting, at=at, expectation=code, changes=made)

    def send(self, day: date) -> None:
        at = self.pen.on(day)
        self.move(Verb.SEND)
        self.row["sent_at"] = at
        self.say(Event.SENT_FOR_SIGN_OFF, by=self.manager().acting, at=at)

    def send_back(self, day: date) -> None:
        at = self.pen.on(day)
        self.move(Verb.RETURN)
        self.say(Event.RETURNED_BY_LEAD, by=self.lead().acting, at=at, comment=self.desk.deal("return_comments"))

    # Time.

    def ask_for_time(self, day: date, *, granted: bool | None, decided_by: Acting) -> date:
        """Ask for more time, and (unless `granted` is None) have it decided two days later. Returns the due day then."""
        card = self._extension_card(granted)
        until = self.row["due_on"] + timedelta(days=self.chance.choice((14, 21, 28)))
        at = self.pen.on(day)
        row = self.ledger.add(
            Extension, reference=self.ledger.reference("EX"), assessment_id=self.row["id"],
            assessment_reference=self.reference, organisation_id=self.body.id, until=until, reason=card["reason"],
            asked_by=self.manager().name, asked_at=at,
        )  # fmt: skip
        about = f"extension {row['reference']}"
        self.say(Event.EXTENSION_ASKED, about, by=self.manager().acting, at=at, until=until, reason=card["reason"])
        if granted is None:
            return date.max
        at = self.pen.on(day + timedelta(days=2))
        row.update(granted=granted, decided_by=decided_by.name, decided_at=at, decision=card["decision"])
        if not granted:
            self.say(Event.EXTENSION_REFUSED, about, by=decided_by, at=at, reason=card["decision"])
            return date.max
        return self._give_time(row, about, decided_by, at)

    def _extension_card(self, granted: bool | None) -> dict[str, str]:
        while True:
            card: dict[str, str] = self.desk.deal("extensions")
            if (card["outcome"] == "granted") is (granted is not False):
                return card

    def _give_time(self, row: dict[str, Any], about: str, by: Acting, at: datetime) -> date:
        before, until = self.row["due_on"], row["until"]
        if self.state is State.NOT_SUBMITTED:
            self.move(Verb.EXTEND)
            self.lay_out(self.pen.day)
        self.row["due_on"], self.row["closes_on"] = deadlines.moved(before, self.row["closes_on"], until)
        self.touch()
        self.say(Event.DUE_DAY_MOVED, by=by, at=at, from_day=before, until=until)
        self.say(Event.EXTENSION_GRANTED, about, by=by, at=at, from_day=before, until=until, reason=row["decision"])
        moved: date = self.row["due_on"]
        return moved

    def close(self) -> None:
        """Not handed in by the last day."""
        day = self.row["closes_on"] + timedelta(days=1)
        at = clock.start_of_day(day) + timedelta(hours=2, minutes=self.chance.randint(0, 30))
        self.pen.last = at
        self.move(Verb.CLOSE)
        self.row["not_submitted_on"] = day
        self.say(Event.NOT_SUBMITTED, by=PORTAL, at=at, closed_on=self.row["closes_on"])

    def supersede(self, day: date, successor: str) -> None:
        at = self.pen.on(day)
        self.move(Verb.SUPERSEDE)
        self.say(Event.SUPERSEDED, by=PORTAL, at=at, successor=successor)


def _given(answer: dict[str, Any]) -> bool:
    return bool(answer["confirmed"] and (answer["level"] is not None or answer["not_applicable_why"]))


TOLD = ("level", "not_applicable_why", "claim", "proof", "proof_link", "proof_on", "gap", "action", "action_owner",
        "action_due_on")  # fmt: skip


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What a save changed: each field with what it became."""
    return {name: after[name] for name in TOLD if before[name] != after[name]}
