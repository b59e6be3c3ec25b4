"""The organisation answers: its manager prepares it with the steps it promises, its executive lead signs or returns it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Invalid, NotAllowed, Stale, Step, WrongState
from portal.organisations.operations import second_factor
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import (
    ACCEPTANCE,
    OPEN,
    RESPONDING,
    Acceptance,
    AcceptanceVerb,
    ResponseState,
    ResponseVerb,
)
from portal.recommendations.models import WORDS, PromisedStep, Recommendation, Response
from portal.recommendations.operations import colliding, falling_short
from portal.recommendations.operations.telling import tell
from portal.recommendations.queries import promising as queries
from portal.standards import library

MOST_STEPS = 20
OWNER = 200
FORMAT = "recommendation-answer/1"
VERBS = {
    Acceptance.ACCEPTED: AcceptanceVerb.ACCEPT,
    Acceptance.IN_PART: AcceptanceVerb.ACCEPT_IN_PART,
    Acceptance.NOT_ACCEPTED: AcceptanceVerb.REFUSE,
    Acceptance.DISPUTED: AcceptanceVerb.DISPUTE,
}
PROMISES = (Acceptance.ACCEPTED, Acceptance.IN_PART)
DECLARATION = "This is the answer of {organisation}, and I sign it on its behalf. What it promises will be done."


@dataclass(frozen=True)
class Promise:
    """One step as it is typed: what, by whom (a job title) and by when."""

    what: str
    owner: str
    due_on: date | None


def prepare(
    one: Recommendation, *, answer: Acceptance, reasons: str, not_accepted: str, promises: Sequence[Promise], version: int, by: Acting
) -> Response:
    """Prepare the answer, or change the one that is being prepared. `version`: of that answer as it was shown, 0 for none."""
    insist(by, Action.ANSWER_RECOMMENDATION, one)
    colliding.hold_issued(one)
    _refuse_ended(one)
    if not ACCEPTANCE.can(one.acceptance, VERBS[answer]):
        raise WrongState(ACCEPTANCE.refusal(one.acceptance, VERBS[answer]))
    there = queries.unsigned(one.id)
    _refuse_unless_prepared(one, there)
    if there is not None and there.version != version:
        raise Stale("Your answer was not saved, so that theirs is not lost.",
                    fields=_both(there, answer, reasons, not_accepted, promises), version=there.version)  # fmt: skip
    reasons, not_accepted = _said(answer, reasons, not_accepted)
    steps = _checked(one, answer, promises)
    now = clock.now()
    facts = {"answer": answer, "reasons": reasons, "not_accepted": not_accepted, "prepared_by_id": by.id, "prepared_by": by.name,
             "prepared_at": now}  # fmt: skip
    if there is None:
        there = Response(
            **facts, recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
            number=queries.next_number(one.id), state=RESPONDING.first,
        )  # fmt: skip
        db.session.add(there)
        db.session.flush()
    else:
        for name, value in facts.items():
            setattr(there, name, value)
    _promised(one, there, steps)
    audit.record(Event.RESPONSE_PREPARED, one, by=by, answer=answer, steps=len(steps))
    return there


def send(one: Recommendation, response: Response, *, version: int, by: Acting) -> None:
    """Send it to be signed."""
    insist(by, Action.ANSWER_RECOMMENDATION, one)
    _held(one, response, version)
    RESPONDING.move(response, ResponseVerb.SEND)
    response.returned_why = ""
    audit.record(Event.RESPONSE_SENT, one, by=by)
    _tell(Letter.RESPONSE_TO_SIGN, one, response, recipients.holders(one.organisation_id, Role.EXECUTIVE_LEAD), by=by.name)


def give_back(one: Recommendation, response: Response, *, version: int, comment: str, by: Acting) -> None:
    """Return it to be worked on, with a comment."""
    insist(by, Action.SIGN_RESPONSE, one)
    comment = words.clean(comment)
    _held(one, response, version, Both("Your comment", "", comment, "comment"))
    if not comment:
        raise Invalid("comment", "Say what should be looked at again")
    if len(comment) > WORDS:
        raise Invalid("comment", f"The comment must be {words.number(WORDS)} characters or fewer")
    RESPONDING.move(response, ResponseVerb.RETURN)
    response.returned_why = comment
    audit.record(Event.RESPONSE_RETURNED, one, by=by, reason=comment)
    managers = recipients.holders(one.organisation_id, Role.COMPLAINTS_MANAGER)
    _tell(Letter.RESPONSE_RETURNED, one, response, managers, by=by.name, comment=comment)


def sign(one: Recommendation, response: Response, *, version: int, code: str, declared: bool, by: Acting) -> None:
    """Sign it with a code of the second factor: from now on neither it nor its steps change, and everybody reads the answer."""
    insist(by, Action.SIGN_RESPONSE, one)
    _held(one, response, version)
    if not RESPONDING.can(response.state, ResponseVerb.SIGN):
        raise WrongState(RESPONDING.refusal(response.state, ResponseVerb.SIGN))
    if not declared:
        raise Invalid("declared", "Tick the box to make the declaration")
    if another_must_sign(one, response, by):
        raise NotAllowed("You prepared this answer, so somebody else must sign it: another executive lead, or a deputy.")
    steps = queries.steps_of_response(response.id)
    _refuse_passed(steps)
    second_factor.confirm(by, code)
    ACCEPTANCE.move(one, VERBS[response.answer])
    RESPONDING.move(response, ResponseVerb.SIGN)
    now, today = clock.now(), clock.today()
    response.signatory_id, response.signatory, response.signed_at, response.signed_on = by.id, by.name, now, today
    response.sha256 = hashlib.sha256(sealed(one, response, steps).encode()).hexdigest()
    one.answered_on, one.changed_at = today, now
    one.next_evidence_on = deadlines.next_evidence(one.due_on, queries.days_to_keep(one.id), today)
    audit.record(
        Event.RESPONSE_SIGNED, one, by=by, answer=response.answer, sha256=response.sha256, signatory=by.name, steps=len(steps)
    )
    falling_short.settle(one, by=by)
    managers = recipients.holders(one.organisation_id, Role.COMPLAINTS_MANAGER)
    _tell(Letter.RESPONSE_SIGNED, one, response, managers, by=by.name, sha256=response.sha256)
    _tell(Letter.RESPONSE_SIGNED, one, response, [recipients.person(one.officer_id)], by=by.name, sha256=response.sha256)


def another_must_sign(one: Recommendation, response: Response, by: Acting) -> bool:
    """Whether this person prepared it, and the organisation is one where somebody else is there to sign."""
    return response.prepared_by_id == by.id and not library.kind(one.organisation_kind).small


def sealed(one: Recommendation, response: Response, steps: Sequence[PromisedStep]) -> str:
    """What was signed, as the one text that is hashed: canonical JSON of facts that never change afterwards."""
    return audit.canonical(
        {
            "format": FORMAT,
            "recommendation": one.reference,
            "number": response.number,
            "answer": response.answer,
            "reasons": response.reasons,
            "not_accepted": response.not_accepted,
            "steps": [{"reference": step.reference, "what": step.what, "owner": step.owner, "due_on": step.due_on}
                      for step in sorted(steps, key=lambda step: step.id)],
            "signatory": response.signatory,
            "signed_at": response.signed_at,
        }
    )  # fmt: skip


def _held(one: Recommendation, response: Response, version: int, *typed: Both) -> None:
    hold(one)
    _refuse_ended(one)
    hold(response)
    if response.version != version:
        raise Stale("The answer was changed after you opened this page. Read it again first.", fields=list(typed),
                    version=response.version)  # fmt: skip


def _refuse_ended(one: Recommendation) -> None:
    if one.delivery not in OPEN:
        raise WrongState(
            f"This recommendation has ended: it is “{one.delivery.value}”, so it is not answered any more.",
            next_steps=[Step("Read it", f"/recommendations/{one.reference}")],
        )


def _refuse_unless_prepared(one: Recommendation, there: Response | None) -> None:
    if there is not None and there.state is not ResponseState.PREPARED:
        raise WrongState(
            "The answer waits for a signature, so it cannot be changed. The executive lead can return it.",
            next_steps=[Step("Read the answer", f"/recommendations/{one.reference}/answer/read")],
        )


def _said(answer: Acceptance, reasons: str, not_accepted: str) -> tuple[str, str]:
    reasons = words.clean(reasons)
    not_accepted = words.clean(not_accepted) if answer is Acceptance.IN_PART else ""
    for name, label, text in (("reasons", "The reasons", reasons), ("not_accepted", "What is not accepted", not_accepted)):
        if len(text) > WORDS:
            raise Invalid(name, f"{label} must be {words.number(WORDS)} characters or fewer")
    if answer is Acceptance.IN_PART and not not_accepted:
        raise Invalid("not_accepted", "Say which part is not accepted, and why")
    if answer is not Acceptance.ACCEPTED and not reasons:
        raise Invalid("reasons", "Give the reasons for your answer")
    return reasons, not_accepted


def _checked(one: Recommendation, answer: Acceptance, promises: Sequence[Promise]) -> list[tuple[int, str, str, date]]:
    """The steps that are to stand, each with the row of the form that it was typed in; rows left empty are none."""
    typed = [(row, words.clean(each.what), words.clean_line(each.owner), each.due_on) for row, each in enumerate(promises, start=1)]
    filled = [each for each in typed if each[1] or each[2] or each[3]]
    if answer not in PROMISES:
        return []
    if not filled:
        raise Invalid("what_1", "Say what will be done, who does it and by when: at least one step")
    if len(filled) > MOST_STEPS:
        raise Invalid(f"what_{filled[MOST_STEPS][0]}", f"There can be {MOST_STEPS} steps. Say the rest with one of them")
    steps = []
    for row, what, owner, due_on in filled:
        if not what:
            raise Invalid(f"what_{row}", f"Say what step {row} is")
        if len(what) > WORDS:
            raise Invalid(f"what_{row}", f"Step {row} must be {words.number(WORDS)} characters or fewer")
        if not owner:
            raise Invalid(f"owner_{row}", f"Say who does step {row}, by job title")
        if len(owner) > OWNER:
            raise Invalid(f"owner_{row}", f"Who does step {row} must be {OWNER} characters or fewer")
        if due_on is None:
            raise Invalid(f"due_{row}", f"Say by when step {row} is done")
        if due_on <= clock.today():
            raise Invalid(f"due_{row}", f"The day of step {row} must be in the future")
        if due_on > max(one.due_on, clock.today()) and one.due_on > clock.today():
            late = f"The recommendation is due on {words.day(one.due_on)}, before the day of step {row}"
            raise Invalid(f"due_{row}", f"{late}. Name an earlier day, or ask for more time first")
        steps.append((row, what, owner, due_on))
    return steps


def _promised(one: Recommendation, response: Response, steps: Sequence[tuple[int, str, str, date]]) -> None:
    """The steps of an answer that is being prepared, as they are now; what was signed is another answer's."""
    there = list(queries.steps_of_response(response.id))
    first = queries.last_position(one.id, besides=response.id) + 1
    for position, (_, what, owner, due_on) in enumerate(steps, start=first):
        if there:
            row = there.pop(0)
            row.position, row.what, row.owner, row.due_on = position, what, owner, due_on
        else:
            db.session.add(PromisedStep(
                reference=fresh_reference(PromisedStep, "PS"), recommendation_id=one.id, recommendation_reference=one.reference,
                organisation_id=one.organisation_id, response_id=response.id, position=position, what=what, owner=owner, due_on=due_on,
            ))  # fmt: skip
    for surplus in there:
        db.session.delete(surplus)
    db.session.flush()


def _refuse_passed(steps: Sequence[PromisedStep]) -> None:
    passed = [step for step in steps if step.due_on <= clock.today()]
    if passed:
        raise WrongState(
            f"The day of step {passed[0].position}, {words.day(passed[0].due_on)}, has passed. Return the answer, so that another "
            "day can be named."
        )


def _both(there: Response, answer: Acceptance, reasons: str, not_accepted: str, promises: Sequence[Promise]) -> list[Both]:
    both = [
        Both("Your answer", there.answer.value, answer.value, "answer"),
        Both("Reasons", there.reasons, reasons, "reasons"),
        Both("What is not accepted, and why", there.not_accepted, not_accepted, "not_accepted"),
    ]
    steps = list(queries.steps_of_response(there.id))
    for row, each in enumerate(promises, start=1):
        stored = steps[row - 1] if row <= len(steps) else None
        both.append(Both(f"Step {row}", stored.what if stored else "", each.what, f"what_{row}"))
        both.append(Both(f"Who does step {row}", stored.owner if stored else "", each.owner, f"owner_{row}"))
        for part in ("day", "month", "year"):
            theirs, yours = (str(getattr(day, part)) if day else "" for day in (stored.due_on if stored else None, each.due_on))
            both.append(Both(f"Step {row}: {part}", theirs, yours, f"due_{row}-{part}"))
    return both


def _tell(letter: Letter, one: Recommendation, response: Response, to: Sequence[recipients.Recipient | None], **facts: str) -> None:
    occasion = f"answer {response.number}, version {response.version}"
    tell(letter, one, to, period=occasion, answer=response.answer.value, due=words.weekday(one.due_on), **facts)
