"""A compliance officer drafts a recommendation, changes it, and sends it to be approved by another."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Invalid, NotFound, Stale, WrongState
from portal.organisations.models import Organisation
from portal.organisations.queries import recipients
from portal.organisations.queries.register import successors_of
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations import queries, wording
from portal.recommendations.lifecycle import DRAFTING, DraftState, DraftVerb
from portal.recommendations.models import CASE, NOTE, WORDS, Recommendation
from portal.recommendations.types import type_of
from portal.recommendations.wording import Draft, Remark

LABELS = {
    "case_reference": "Case reference",
    "number": "Number within the case",
    "type": "Type",
    "severity": "Severity of the injustice",
    "failing": "The failing that was found",
    "text": "Recommendation, as the organisation reads it",
    "public_text": "Recommendation, as everybody reads it",
    "due_on": "Due date",
}
_LONGEST = {"case_reference": CASE, "failing": WORDS, "text": WORDS, "public_text": WORDS}
_TEXTS = ("case_reference", "failing", "text", "public_text")
MOST_OF_A_CASE = 999


def draft(organisation: Organisation, *, by: Acting, **typed: Any) -> Recommendation:
    """Draft one, with a value for each of LABELS. It is nobody's to see but the Ombudsman's officers' until it is issued."""
    insist(by, Action.DRAFT_RECOMMENDATION, organisation)
    assert by.id is not None  # a rule that lets nobody in but people
    _refuse_closed(organisation)
    facts = _checked(typed)
    now = clock.now()
    one = Recommendation(
        **facts, reference=fresh_reference(Recommendation, "RC"), organisation_id=organisation.id,
        organisation_kind=organisation.kind, state=DRAFTING.first, drafted_by_id=by.id, drafted_by=by.name, drafted_at=now,
        officer_id=by.id, officer=by.name, changed_at=now,
    )  # fmt: skip
    db.session.add(one)
    audit.record(Event.RECOMMENDATION_DRAFTED, one, by=by, case=f"{one.case_reference} ({one.number})")
    return one


def change(one: Recommendation, *, version: int, by: Acting, **typed: Any) -> None:
    """Change a draft. Whoever comes second is shown both."""
    insist(by, Action.DRAFT_RECOMMENDATION, one)
    hold(one)
    _refuse_unless_draft(one)
    if one.version != version:
        raise Stale("Your changes were not saved, so that theirs are not lost.", fields=_both(one, typed), version=one.version)
    facts = _checked(typed, besides=one.id)
    changes = {name: [getattr(one, name), value] for name, value in facts.items() if getattr(one, name) != value}
    if not changes:
        return
    for name, value in facts.items():
        setattr(one, name, value)
    one.changed_at = clock.now()
    audit.record(Event.RECOMMENDATION_CHANGED, one, by=by, changes=changes)


def remarks(one: Recommendation) -> tuple[Remark, ...]:
    """What the drafting aid says of a draft."""
    return wording.read(Draft(one.text, one.due_on))


def send(one: Recommendation, *, version: int, overruled_why: str = "", by: Acting) -> None:
    """Send a draft to be approved. Where the drafting aid has remarks, the officer says why it is worded so."""
    insist(by, Action.DRAFT_RECOMMENDATION, one)
    hold(one)
    if not DRAFTING.can(one.state, DraftVerb.SEND):
        raise WrongState(DRAFTING.refusal(one.state, DraftVerb.SEND))
    why = words.clean(overruled_why)
    if one.version != version:
        both = [Both("Why it is worded so", one.overruled_why, why, "overruled_why")]
        raise Stale("The draft was changed after you opened this page. Read it again first.", fields=both, version=one.version)
    if len(why) > NOTE:
        raise Invalid("overruled_why", f"Why it is worded so must be {words.number(NOTE)} characters or fewer")
    found = remarks(one)
    if found and not why:
        raise Invalid("overruled_why", "Say why it is worded so, or change what the drafting aid remarks on")
    refuse_past(one.due_on)
    DRAFTING.move(one, DraftVerb.SEND)
    one.overruled_why, one.sent_at, one.changed_at = (why if found else ""), clock.now(), clock.now()
    audit.record(Event.RECOMMENDATION_SENT, one, by=by, remarks=len(found), overruled=one.overruled_why)
    _tell_officers(one, by)


def discard(one: Recommendation, *, version: int, reason: str, by: Acting) -> None:
    """Give a draft up, for a reason. Its reference is never used again."""
    insist(by, Action.DRAFT_RECOMMENDATION, one)
    hold(one)
    if not DRAFTING.can(one.state, DraftVerb.DISCARD):
        raise WrongState(DRAFTING.refusal(one.state, DraftVerb.DISCARD))
    reason = a_reason(one, version, reason)
    DRAFTING.move(one, DraftVerb.DISCARD)
    one.changed_at = clock.now()
    audit.record(Event.RECOMMENDATION_DISCARDED, one, by=by, reason=reason)


def a_reason(one: Recommendation, version: int, reason: str) -> str:
    """The reason as it is recorded; refused where the draft changed meanwhile, or nothing is said."""
    reason = words.clean(reason)
    if one.version != version:
        raise Stale("The draft was changed after you opened this page.", fields=[Both("Why", "", reason, "reason")], version=one.version)
    if not reason:
        raise Invalid("reason", "Say why")
    if len(reason) > NOTE:
        raise Invalid("reason", f"The reason must be {words.number(NOTE)} characters or fewer")
    return reason


def _checked(typed: dict[str, Any], *, besides: int | None = None) -> dict[str, Any]:
    """The facts of a draft as they may be stored, or Invalid for the first that may not be."""
    facts: dict[str, Any] = {name: words.clean(value) if name in _TEXTS else value for name, value in typed.items()}
    facts["case_reference"] = words.clean_line(facts["case_reference"])
    for name in _TEXTS:
        if not facts[name]:
            noun = f"{LABELS[name][:1].lower()}{LABELS[name][1:]}".removeprefix("the ")
            raise Invalid(name, f"Enter the {noun}")
        if len(facts[name]) > _LONGEST[name]:
            raise Invalid(name, f"{LABELS[name]} must be {words.number(_LONGEST[name])} characters or fewer")
    if not 1 <= facts["number"] <= MOST_OF_A_CASE:
        raise Invalid("number", f"The number must be from 1 to {MOST_OF_A_CASE}")
    if not 1 <= facts["severity"] <= 6:
        raise Invalid("severity", "The severity must be from 1 to 6")
    try:
        type_of(facts["type"])
    except NotFound:
        raise Invalid("type", "Choose the type") from None
    refuse_past(facts["due_on"])
    there = queries.same_place(facts["case_reference"], facts["number"])
    if there is not None and there.id != besides:
        raise Invalid("number", f"Case {facts['case_reference']} has a recommendation {facts['number']} already: {there.reference}")
    return facts


def refuse_past(due_on: date) -> None:
    if due_on <= clock.today():
        raise Invalid("due_on", "The due date must be in the future")


def _refuse_closed(organisation: Organisation) -> None:
    if organisation.closed_on is None or organisation.closed_on > clock.today():
        return
    successors = ", ".join(f"{one.name} ({one.code})" for one in successors_of(organisation.id))
    onward = f"Draft it for whoever took over its duties: {successors}" if successors else "The register names no successor"
    raise Invalid("organisation", f"{organisation.name} closed on {words.day(organisation.closed_on)}. {onward}")


def _refuse_unless_draft(one: Recommendation) -> None:
    if one.state is not DraftState.DRAFT:
        raise WrongState(f"This recommendation is “{one.state.value}”, so its draft cannot be changed.")


def _both(one: Recommendation, typed: dict[str, Any]) -> list[Both]:
    both = [Both(LABELS[name], str(getattr(one, name)), str(typed[name]), name) for name in LABELS if name != "due_on"]
    for part in ("day", "month", "year"):
        theirs, yours = str(getattr(one.due_on, part)), str(getattr(typed["due_on"], part))
        both.append(Both(f"{LABELS['due_on']}: {part}", theirs, yours, f"due_on-{part}"))
    return both


def _tell_officers(one: Recommendation, by: Acting) -> None:
    organisation = queries.organisation_of(one)
    for officer in recipients.free_staff(one.organisation_id, Role.COMPLIANCE_OFFICER):
        if officer.person_id != by.id:
            outbox.post(
                Letter.RECOMMENDATION_TO_APPROVE, to=officer.email, name=officer.name, about=one.reference,
                period=f"version {one.version}",
                facts={"organisation": organisation.name, "reference": one.reference, "by": by.name,
                       "case": one.case_reference, "due": words.weekday(one.due_on)},
            )  # fmt: skip
