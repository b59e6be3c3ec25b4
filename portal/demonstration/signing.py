"""The executive lead of the demonstration signs, withdraws; the Ombudsman reopens: by the rules of the real ones."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from portal import audit
from portal.assessments.lifecycle import Verb
from portal.assessments.models import PlanState, Snapshot
from portal.audit import Event
from portal.demonstration.lives import Life
from portal.demonstration.people import Someone
from portal.demonstration.shortfalls import Shortfalls

TO_HAND_IN_AGAIN = timedelta(days=21)


def sign(life: Life, gaps: Shortfalls, day: date) -> None:
    """Sign: the facts, the frozen copy with its receipt, the gaps and the plan."""
    at, lead = life.pen.on(day), life.lead()
    life.move(Verb.SIGN)
    under = [code for code, answer in life.answers.items() if answer["level"] is not None and answer["level"] < answer["target"]]
    life.row.update(
        signed_off_at=at,
        signed_off_on=life.pen.day,
        signatory_id=lead.id,
        signatory=lead.signature,
        governing_body_response=life.desk.deal("governing_body_responses"),
        late=life.pen.day > life.row["due_on"],
        plan=PlanState.PROPOSED if under else PlanState.NONE_NEEDED,
    )
    text = audit.canonical({"reference": life.reference})
    sha256 = hashlib.sha256(f"{text}{life.snapshots}".encode()).hexdigest()
    life.snapshots += 1
    life.ledger.add(Snapshot, assessment_id=life.row["id"], number=life.snapshots, taken_at=at, content=text, sha256=sha256)
    life.say(Event.SIGNED_OFF, by=lead.acting, at=at, sha256=sha256, signatory=lead.signature, late=life.row["late"])
    gaps.handed_in(life, "handed in")
    levels = {code: answer["level"] for code, answer in life.answers.items()}
    gaps.found(life, levels, by=lead.acting, plan_by=lead.acting, why=lambda code, level: "The level now meets the target.")


def withdraw(life: Life, day: date) -> None:
    at, why = life.pen.on(day), life.desk.deal("withdrawn_reasons")
    life.move(Verb.WITHDRAW)
    life.row.update(withdrawn_why=why, **_UNSIGNED)
    life.say(Event.WITHDRAWN, by=life.lead().acting, at=at, reason=why)


def reopen(life: Life, day: date, by: Someone) -> None:
    """Back to the organisation; the first reviewer keeps it for when it comes back."""
    at, why = life.pen.on(day), life.desk.deal("reopened")
    life.move(Verb.REOPEN)
    until = life.pen.day + TO_HAND_IN_AGAIN
    due_on = max(life.row["due_on"], until)
    life.row.update(
        **_UNSIGNED, sent_at=None, second_reviewer_id=None, sampled=False, checked=False, reliability=None,
        reliability_reason="", reviewed_at=None, reply_due_on=None, due_on=due_on, closes_on=max(life.row["closes_on"], due_on),
    )  # fmt: skip
    life.say(Event.REOPENED, by=by.acting, at=at, reason=why)


_UNSIGNED = {
    "signed_off_at": None, "signed_off_on": None, "signatory_id": None, "signatory": "", "late": False,
    "plan": PlanState.NONE_NEEDED, "plan_reason": "",
}  # fmt: skip
