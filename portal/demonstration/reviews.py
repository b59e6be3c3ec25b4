"""The life of one assessment once it is handed in: given to a reviewer, tested, shared, replied to, published."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.assessments import settling
from portal.assessments.lifecycle import Verb
from portal.assessments.models import Clarification, Finding, PlanState, Reliability, Reply, View
from portal.assessments.settling import Opinion
from portal.audit import Event
from portal.demonstration.lives import Life
from portal.demonstration.people import Someone
from portal.kernel.working_days import add_working_days

VIEWS = {View.AGREE: 85, View.LOWER: 10, View.HIGHER: 2, View.CANNOT_TELL: 3}


class Review:
    """What the Ombudsman's reviewers do with one assessment."""

    def __init__(self, life: Life, reviewers: Sequence[Someone], chance: random.Random) -> None:
        self.life, self.chance = life, chance
        self.first, self.second = chance.sample(list(reviewers), 2)
        self.views: dict[tuple[str, bool], dict[str, Any]] = {}
        self.replied: dict[str, Any] | None = None
        self.asked: list[dict[str, Any]] = []

    def by(self, first: Someone, second: Someone) -> Review:
        self.first, self.second = first, second
        return self

    def allocate(self, day: date, by: Someone) -> None:
        at = self.life.pen.on(day)
        self.life.row["first_reviewer_id"] = self.first.id
        self.life.touch()
        self.life.say(Event.REVIEW_ALLOCATED, by=by.acting, at=at, reviewer=self.first.name)

    def claim(self, day: date) -> None:
        at = self.life.pen.on(day)
        self.life.move(Verb.CLAIM)
        self.life.row["first_reviewer_id"] = self.first.id
        self.life.say(Event.REVIEW_CLAIMED, by=self.first.acting, at=at, reviewer=self.first.name)

    def release(self, day: date) -> None:
        at = self.life.pen.on(day)
        self.life.move(Verb.RELEASE)
        self.life.row["first_reviewer_id"] = None
        self.life.say(Event.REVIEW_RELEASED, by=self.first.acting, at=at, reason=self.life.desk.deal("released"))

    def look(self, day: date, *, share: float = 1.0, lowered: int = 0, second: bool = True) -> None:
        """Give a view on a share of the expectations; `lowered` of them at least are lowered, and seen by another."""
        codes = list(self.life.answers)[: round(len(self.life.answers) * share)]
        may_fall = [code for code in codes if (self.life.answers[code]["level"] or 0) > 1]
        must_fall = set(self.chance.sample(may_fall, min(lowered, len(may_fall))))
        for number, code in enumerate(codes):
            self._view(code, day + timedelta(days=number // 9), must_fall=code in must_fall)
        waiting = [code for code in codes if self._lowered(code)]
        if second:
            for code in waiting:
                self._second_view(code, self.life.pen.day + timedelta(days=1))

    def _view(self, code: str, day: date, *, must_fall: bool) -> None:
        claimed = self.life.answers[code]["level"]
        view = View.LOWER if must_fall else self.chance.choices(list(VIEWS), list(VIEWS.values()))[0]
        if (view is View.LOWER and (claimed or 0) < 2) or (view is View.HIGHER and claimed not in (1, 2, 3)):
            view = View.AGREE
        level = {View.AGREE: claimed, View.CANNOT_TELL: None}.get(view, (claimed or 0) + (1 if view is View.HIGHER else -1))
        self._record(code, day, view, level, self.life.desk.deal("views", view.name.lower()), second=False)

    def _second_view(self, code: str, day: date) -> None:
        claimed, agrees = self.life.answers[code]["level"], self.chance.random() < 0.3
        view, level = (View.AGREE, claimed) if agrees else (View.LOWER, claimed - 1)
        reason = self.life.desk.deal("views", "agree") if agrees else self.life.desk.deal("second")
        self._record(code, day, view, level, reason, second=True)

    def _record(self, code: str, day: date, view: View, level: int | None, reason: str, *, second: bool) -> None:
        by, at = self.second if second else self.first, self.life.pen.on(day)
        self.views[code, second] = self.life.ledger.add(
            Finding, assessment_id=self.life.row["id"], assessment_reference=self.life.reference,
            organisation_id=self.life.body.id, expectation=code, second=second, view=view,
            claimed=self.life.answers[code]["level"], level=level, reason=reason, reviewer_id=by.id, recorded_at=at,
        )  # fmt: skip
        event = Event.SECOND_VIEW_RECORDED if second else Event.FINDING_RECORDED
        said = view.value if level is None else f"{view.value}: level {level}"
        self.life.say(event, f"{code}/view-{2 if second else 1}", by=by.acting, at=at, expectation=code, view=said)
        self.life.proofs.mark(self.life, code, view, by, at)
        if second and self.life.row["second_reviewer_id"] is None:
            self.life.row["second_reviewer_id"] = by.id
            self.life.touch()
            self.life.say(event, by=by.acting, at=at, expectation=code, view="by a second reviewer")

    def _lowered(self, code: str) -> bool:
        return self.views[code, False]["view"] is View.LOWER

    def settled(self, code: str) -> int | None:
        """The level that stands after all views."""
        level: int | None = self.life.answers[code]["level"]
        return settling.settle(level, self._opinion(code, False), self._opinion(code, True)).level

    def _opinion(self, code: str, second: bool) -> Opinion | None:
        view = self.views.get((code, second))
        return Opinion(view["level"], view["view"] is View.AGREE) if view else None

    def ask(self, day: date, *, answered: bool, times: int = 1) -> None:
        """Ask questions, of which the last stays open unless `answered`."""
        life, asked = self.life, []
        for code in self.chance.sample(list(life.answers), times):
            card, at = life.desk.deal("clarifications"), life.pen.on(day)
            life.move(Verb.ASK)
            due_on = add_working_days(life.pen.day, life.year.question_days)
            row = life.ledger.add(
                Clarification, reference=life.ledger.reference("QU"), assessment_id=life.row["id"],
                assessment_reference=life.reference, organisation_id=life.body.id, expectation=code,
                question=card["question"], asked_by_id=self.first.id, asked_at=at, due_on=due_on,
            )  # fmt: skip
            for within in (f"question {row['reference']}", ""):
                life.say(Event.CLARIFICATION_ASKED, within, by=self.first.acting, at=at, expectation=code, due_on=due_on)
            asked.append((row, card))
            self.asked.append(row)
        for number, (row, card) in enumerate(asked, start=1):
            last = number == len(asked)
            if last and not answered:
                return
            at = life.pen.on(day + timedelta(days=self.chance.randint(2, 9)))
            row.update(answer=card["reply"], answered_by=life.manager().name, answered_at=at)
            if last:
                life.move(Verb.CLARIFY)
            for within in (f"question {row['reference']}", "") if last else (f"question {row['reference']}",):
                life.say(Event.CLARIFICATION_ANSWERED, within, by=life.manager().acting, at=at, expectation=row["expectation"])

    def rate(self, day: date) -> None:
        """How far the self-assessment can be relied on, which follows from how often the reviewer differed."""
        differed = sum(view["view"] in (View.LOWER, View.CANNOT_TELL) for (_, second), view in self.views.items() if not second)
        rated = Reliability.HIGH if differed <= 1 else Reliability.MODERATE if differed <= 5 else Reliability.LOW
        at = self.life.pen.on(day)
        self.life.row.update(reliability=rated, reliability_reason=self.life.desk.deal("reliability", rated.name.lower()))
        self.life.touch()
        self.life.say(Event.RELIABILITY_RATED, by=self.first.acting, at=at, reliability=rated)

    def share(self, day: date) -> date:
        """Share the draft finding. Returns the last day for a reply."""
        life = self.life
        self.rate(day)
        at = life.pen.on(day)
        life.move(Verb.CONCLUDE)
        due_on = add_working_days(life.pen.day, life.year.reply_days)
        life.row.update(reviewed_at=at, checked=True, reply_due_on=due_on)
        life.say(Event.FINDING_SHARED, by=self.first.acting, at=at, reply_due_on=due_on)
        return due_on

    def reply(self, day: date, *, answered: bool = True) -> None:
        life, card = self.life, self.life.desk.deal("right_of_reply")
        at = life.pen.on(day)
        late = life.pen.day > life.row["reply_due_on"]
        row = life.ledger.add(
            Reply, assessment_id=life.row["id"], assessment_reference=life.reference, organisation_id=life.body.id,
            text=card["text"], replied_by=life.lead().name, replied_at=at, late=late,
        )  # fmt: skip
        self.replied = row
        life.say(Event.FINDING_REPLIED, "reply", by=life.lead().acting, at=at, late=late)
        if answered:
            at = life.pen.on(day + timedelta(days=3))
            row.update(answer=card["answer"], answered_at=at)
            life.say(Event.REPLY_ANSWERED, "reply", by=self.first.acting, at=at)

    def drawn(self, pool: Pool) -> None:
        """Part of a bulk acceptance: accepted without a review of its own, or kept for one by the sample."""
        life, at = self.life, self.life.pen.on(pool.day)
        if life.reference in pool.sample:
            life.row["sampled"] = True
            life.touch()
        else:
            life.move(Verb.ACCEPT)
            life.row.update(reviewed_at=at, reply_due_on=life.pen.day)
        life.say(Event.ACCEPTED_IN_BULK, by=pool.by.acting, at=at, sample_of=pool.of, sample_size=len(pool.sample), seed=pool.seed)

    def decide_plan(self, day: date, *, agreed: bool) -> None:
        """Agree the improvement plan, or send it back."""
        life = self.life
        if life.row["plan"] is not PlanState.PROPOSED:
            return
        at = life.pen.on(day)
        if agreed:
            life.row["plan"] = PlanState.AGREED
            life.touch()
            life.say(Event.PLAN_AGREED, by=self.first.acting, at=at)
            return
        life.row.update(plan=PlanState.RETURNED, plan_reason=life.desk.deal("plan_return_reasons"))
        life.touch()
        life.say(Event.PLAN_RETURNED, by=self.first.acting, at=at, reason=life.row["plan_reason"])


@dataclass(frozen=True)
class Pool:
    """One bulk acceptance: which assessments it was drawn from, and which of them stay for review."""

    day: date
    by: Someone
    of: int
    sample: frozenset[str]
    seed: str
