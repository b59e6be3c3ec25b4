"""The executive lead of the demonstration signs, withdraws; the Ombudsman reopens: by the rules of the real ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from portal.assessments import deadlines, quality, snapshots
from portal.assessments.lifecycle import Verb
from portal.assessments.models import PlanState, Snapshot
from portal.assessments.operations import signing
from portal.audit import Event
from portal.demonstration import practices
from portal.demonstration.lives import Life
from portal.demonstration.people import Someone
from portal.demonstration.shortfalls import Shortfalls

TO_HAND_IN_AGAIN = timedelta(days=21)


def sign(life: Life, gaps: Shortfalls, day: date) -> None:
    """Sign: the facts, the frozen copy with its receipt, the gaps and the plan."""
    at, lead, row = life.pen.on(day), life.lead(), life.row
    alone = life.body.team.of_one
    life.move(Verb.SIGN)
    life.first_signed_on = life.first_signed_on or life.pen.day
    answers = [SimpleNamespace(**answer) for answer in life.answers.values()]
    under = [code for code, answer in life.answers.items() if answer["level"] is not None and answer["level"] < answer["target"]]
    claims = {code: answer["claim"] for code, answer in life.last.answers.items()} if life.last else {}
    row.update(
        signed_off_at=at,
        signed_off_on=life.pen.day,
        signatory_id=lead.id,
        signatory=lead.signature,
        signed_alone=alone,
        governing_body_response=life.desk.deal("practice_responses" if life.body.kind == practices.KIND else "governing_body_responses"),
        late=deadlines.overdue(row["due_on"], life.first_signed_on),
        queried=len(quality.RULES.queries(answers, today=life.pen.day, last_claims=claims, pinned=life.proofs.pinned(life))),
        plan=PlanState.PROPOSED if under else PlanState.NONE_NEEDED,
    )
    text = snapshots.content(_head(life, at), answers, life.proofs.freeze(life, at))
    sha256 = snapshots.sha256(text)
    life.ledger.add(Snapshot, assessment_id=row["id"], number=life.snapshots, taken_at=at, content=text, sha256=sha256)
    life.say(Event.SIGNED_OFF, by=lead.acting, at=at, sha256=sha256, signatory=lead.signature, late=row["late"])
    gaps.noticed(life, under, by=lead.acting)


def _head(life: Life, at: datetime) -> dict[str, Any]:
    """What stands above the answers of a signed copy."""
    body, standard, row = life.body, life.standard, life.row
    life.snapshots += 1
    said = [one.format(organisation=body.name) for one in (signing.DECLARATION, signing.ALONE)[: 1 + row["signed_alone"]]]
    return {
        "format": signing.FORMAT,
        "assessment": life.reference,
        "number": life.snapshots,
        "organisation": {"code": body.code, "name": body.name, "kind": body.kind},
        "period": life.year.name,
        "standard": {"id": standard.id, "version": standard.version, "title": standard.title, "sha256": standard.sha256},
        "due_on": row["due_on"],
        "late": row["late"],
        "signatory": row["signatory"],
        "signed_alone": row["signed_alone"],
        "signed_at": at,
        "declaration": said,
        "governing_body_response": row["governing_body_response"],
        "subject_to_board_on": None,
    }


def withdraw(life: Life, gaps: Shortfalls, day: date) -> None:
    at, why = life.pen.on(day), life.desk.deal("withdrawn_reasons")
    life.move(Verb.WITHDRAW)
    life.row.update(withdrawn_why=why, **_UNSIGNED)
    life.say(Event.WITHDRAWN, by=life.lead().acting, at=at, reason=why)
    gaps.withdrawn(life)


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
    "signed_off_at": None, "signed_off_on": None, "signatory_id": None, "signatory": "", "signed_alone": False, "late": False,
    "plan": PlanState.NONE_NEEDED, "plan_reason": "",
}  # fmt: skip
