"""The gaps of one organisation and its improvement plan, as they live on from year to year."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from portal.assessments.operations import signing
from portal.assessments.queries.reviewing import Planned
from portal.audit import Event
from portal.demonstration.ledger import Ledger
from portal.demonstration.lives import Life
from portal.demonstration.texts import Desk
from portal.demonstration.years import Pen
from portal.gaps.lifecycle import ACTION, OPEN, ActionState, ActionVerb
from portal.gaps.models import Gap, GapKind, PlannedAction, Severity, Tally
from portal.gaps.operations.register import severity_of
from portal.kernel import clock, words
from portal.kernel.working_days import add_months
from portal.policy import PORTAL, Acting

NOT_HANDED_IN_DUE_AFTER = timedelta(days=30)


class _Action:
    """A planned action on its way; only its lifecycle sets its state."""

    state = ACTION.first

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.was: list[tuple[datetime, ActionState]] = []  # until when it was in which state

    def move(self, verb: ActionVerb, at: datetime) -> tuple[ActionState, ActionState]:
        before = self.state
        self.was.append((at, before))
        self.row["state"] = ACTION.move(self, verb)
        return before, self.state

    def state_at(self, moment: datetime) -> ActionState:
        return next((state for until, state in self.was if moment < until), self.state)


class Shortfalls:
    """What is open now, by standard and expectation."""

    def __init__(self, ledger: Ledger, chance: random.Random, organisation_id: int, kind: str) -> None:
        self.ledger, self.chance = ledger, chance
        self.organisation_id, self.kind = organisation_id, kind
        self.desk = Desk(chance)
        self.open: dict[tuple[str, str], dict[str, Any]] = {}
        self.actions: dict[int, list[_Action]] = {}

    def noticed(self, life: Life, under: Sequence[str], *, by: Acting) -> None:
        """A signature opens (or brings up to date) a gap and its action for each answer under target."""
        for code in under:
            answer = life.answers[code]
            due_on = answer["action_due_on"] or add_months(life.pen.day, signing.GAP_DUE_AFTER)
            gap = self._stands(life, code, answer["level"], due_on, by)
            self._plan(gap, life, code, due_on, by)
        if (life.standard.id, "") in self.open:
            self.close((life.standard.id, ""), life, f"Handed in on {words.day(life.pen.day)}", by)

    def settled(self, life: Life, levels: Mapping[str, int | None], *, by: Acting) -> None:
        """Publication opens a gap for each level that stands under its target, and closes those that no longer do."""
        for code, level in levels.items():
            there, target = self.open.get((life.standard.id, code)), life.profile[code].target
            if level is not None and level < target:
                due_on = there["due_on"] if there else add_months(life.pen.day, signing.GAP_DUE_AFTER)
                self._stands(life, code, level, due_on, by)
            elif there is not None:
                stands = "it does not apply" if level is None else f"level {level} stands, and the target is {target}"
                self.close((life.standard.id, code), life, f"Finding {life.reference} published: {stands}.", by)

    def _stands(self, life: Life, code: str, level: int, due_on: date, by: Acting) -> dict[str, Any]:
        one, gap = life.profile[code], self.open.get((life.standard.id, code))
        facts = {"level": level, "target": one.target, "due_on": due_on,
                 "severity": severity_of(short_by=one.target - level, statutory=one.statutory)}  # fmt: skip
        if gap is None:
            return self._opened(life, GapKind.BELOW_TARGET, code, facts, by)
        self._changed(gap, facts, by, life)
        return gap

    def _opened(self, life: Life, kind: GapKind, code: str, facts: dict[str, Any], by: Acting) -> dict[str, Any]:
        gap = self.ledger.add(
            Gap, reference=self.ledger.reference("GA"), organisation_id=self.organisation_id,
            organisation_kind=self.kind, kind=kind, about=life.reference, standard=life.standard.id,
            pillar=code.rpartition(".")[0], expectation=code, opened_on=life.pen.day, closed_why="", **facts,
        )  # fmt: skip
        self.open[life.standard.id, code] = gap
        self._say(Event.GAP_OPENED, gap, by, life, kind=kind, expectation=code, due_on=facts["due_on"])
        return gap

    def _changed(self, gap: dict[str, Any], facts: dict[str, Any], by: Acting, life: Life) -> None:
        changes = {name: [gap[name], value] for name, value in facts.items() if gap[name] != value}
        if changes:
            gap.update(facts, version=gap["version"] + 1)
            self._say(Event.GAP_CHANGED, gap, by, life, changes=changes)

    def _plan(self, gap: dict[str, Any], life: Life, code: str, due_on: date, by: Acting) -> None:
        answer = life.answers[code]
        if not answer["action"]:
            return
        owner = answer["action_owner"] or "Complaints manager"
        for action in self.actions.get(gap["id"], []):
            if action.row["what"] == answer["action"] and action.state_at(life.pen.last) in OPEN:
                self._set(action, {"owner": owner, "due_on": due_on}, life, by)
                return
        row = self.ledger.add(
            PlannedAction, reference=self.ledger.reference("AC"), organisation_id=self.organisation_id,
            gap_id=gap["id"], what=answer["action"], owner=owner, due_on=due_on,
            changed_at=life.pen.last,
        )  # fmt: skip
        action = _Action(row)
        self.actions.setdefault(gap["id"], []).append(action)
        self.ledger.say(Event.ACTION_PLANNED, self.organisation_id, f"action {row['reference']}", by=by, at=life.pen.last,
                        what=row["what"], owner=row["owner"], due_on=row["due_on"])  # fmt: skip
        self._progress(action, life)

    def _set(self, action: _Action, facts: dict[str, Any], life: Life, by: Acting) -> None:
        changes = {name: [action.row[name], value] for name, value in facts.items() if action.row[name] != value}
        if changes:
            action.row.update(facts, version=action.row["version"] + 1)
            about = f"action {action.row['reference']}"
            self.ledger.say(Event.ACTION_CHANGED, self.organisation_id, about, by=by, at=life.pen.last, changes=changes)

    def _progress(self, action: _Action, life: Life) -> None:
        """What becomes of an action between its planning and today."""
        pen = Pen(self.chance, self.ledger.now)
        pen.last = life.pen.last
        row, today = action.row, self.ledger.now.date()
        begin = pen.day + timedelta(days=self.chance.randint(12, 90))
        if begin >= today or self.chance.random() < 0.03:
            return
        self._act(action, ActionVerb.BEGIN, pen, begin, life)
        if self.chance.random() < 0.04:
            self._act(action, ActionVerb.DROP, pen, begin + timedelta(days=30), life)
            return
        end = max(row["due_on"] + timedelta(days=self.chance.randint(-40, 25)), begin + timedelta(days=5))
        if end < today and self.chance.random() < 0.97:
            self._act(action, ActionVerb.FINISH, pen, end, life)

    def _act(self, action: _Action, verb: ActionVerb, pen: Pen, day: date, life: Life) -> None:
        at = pen.on(day)
        before, after = action.move(verb, at)
        note = self.desk.deal("dropped") if verb is ActionVerb.DROP else self.desk.deal("progress_notes")
        action.row.update(progress=note, changed_at=at, version=action.row["version"] + 1)
        about, by = f"action {action.row['reference']}", life.manager().acting
        if verb is ActionVerb.FINISH:
            action.row["finished_on"] = pen.day
            self.ledger.say(Event.ACTION_FINISHED, self.organisation_id, about, by=by, at=at, note=note)
            return
        told = {"state": [before, after], "note": note}
        self.ledger.say(Event.ACTION_CHANGED, self.organisation_id, about, by=by, at=at, changes=told)

    def close(self, key: tuple[str, str], life: Life, why: str, by: Acting) -> None:
        gap = self.open.pop(key)
        gap.update(closed_on=life.pen.day, closed_why=why, version=gap["version"] + 1)
        self._say(Event.GAP_CLOSED, gap, by, life, why=why)

    def not_submitted(self, life: Life) -> None:
        """The job that closes a period opens this gap, or brings the one of an earlier year up to date."""
        facts = {"level": None, "target": None, "severity": Severity.MODERATE,
                 "due_on": life.pen.day + NOT_HANDED_IN_DUE_AFTER}  # fmt: skip
        gap = self.open.get((life.standard.id, ""))
        if gap is None:
            self._opened(life, GapKind.NOT_SUBMITTED, "", facts, PORTAL)
        else:
            self._changed(gap, facts, PORTAL, life)

    def more_time(self, life: Life, by: Acting) -> None:
        gap = self.open.get((life.standard.id, ""))
        if gap is not None and gap["about"] == life.reference:
            self.close((life.standard.id, ""), life, "more time was given", by)

    def withdrawn(self, life: Life) -> None:
        """What only this assessment brought to light closes with it."""
        for key, gap in list(self.open.items()):
            if gap["about"] == life.reference and gap["expectation"]:
                self.close(key, life, "The assessment that brought it to light was withdrawn", life.lead().acting)

    def organisation_closed(self, life: Life) -> None:
        """A job closes what a closed organisation leaves open."""
        closed_on = life.body.closed_on
        if closed_on is None:
            return
        named = words.listing(life.body.successors) or "no named successor"
        life.pen.last = max(life.pen.last, clock.start_of_day(closed_on + timedelta(days=1)))
        for key in list(self.open):
            self.close(key, life, f"The organisation closed; {named} answers for its duties now.", PORTAL)

    def plan_at(self, life: Life) -> list[Planned]:
        """The plan under the assessment's standard as it stands at its latest moment, as the public page shows it."""
        lines = []
        for (standard, code), gap in sorted(self.open.items()):
            for action in self.actions.get(gap["id"], []) if standard == life.standard.id and code else []:
                row = action.row
                lines.append(Planned(code, gap["level"], gap["target"], row["what"], row["owner"], row["due_on"], action.state_at(life.pen.last), row["reference"]))
        return lines

    def _say(self, event: Event, gap: dict[str, Any], by: Acting, life: Life, **facts: Any) -> None:
        self.ledger.say(event, self.organisation_id, f"gap {gap['reference']}", by=by, at=life.pen.last, **facts)


def count(ledger: Ledger) -> None:
    """The tallies: one row for each key, folded already."""
    tallies: Counter[tuple[Any, ...]] = Counter(
        (gap["organisation_kind"], gap["kind"], gap["pillar"], gap["severity"], gap["opened_on"].replace(day=1))
        for gap in ledger.rows[Gap]
        if gap["closed_on"] is None
    )
    names = ("organisation_kind", "kind", "pillar", "severity", "opened_month")
    for key, change in tallies.items():
        ledger.add(Tally, **dict(zip(names, key, strict=True)), change_by=change)
