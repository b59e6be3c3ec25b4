"""A compliance officer drafts a recommendation, changes it, and sends it to be approved by another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Invalid, Stale, WrongState
from portal.organisations.models import Organisation
from portal.organisations.queries import recipients
from portal.organisations.queries.register import successors_of
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations import checking, queries, wording
from portal.recommendations.lifecycle import DRAFTING, DraftState, DraftVerb
from portal.recommendations.models import NOTE, Recommendation
from portal.recommendations.operations import describing
from portal.recommendations.operations.telling import tell
from portal.recommendations.queries.about import About, about
from portal.recommendations.themes import typed_codes
from portal.recommendations.wording import Draft, Remark

LABELS = checking.LABELS


def draft(organisation: Organisation, *, by: Acting, **typed: Any) -> Recommendation:
    """Draft one, with a value for each of LABELS and, if it is known already what it is about, for each of describing.LABELS.
    It is nobody's to see but the Ombudsman's officers' until it is issued."""
    insist(by, Action.DRAFT_RECOMMENDATION, organisation)
    assert by.id is not None  # a rule that lets nobody in but people
    _refuse_closed(organisation)
    touches = describing.checked(typed.pop("themes", ()), typed.pop("expectations", ()))
    facts = checked(typed)
    now = clock.now()
    one = Recommendation(
        **facts, reference=fresh_reference(Recommendation, "RC"), organisation_id=organisation.id,
        organisation_kind=organisation.kind, state=DRAFTING.first, drafted_by_id=by.id, drafted_by=by.name, drafted_at=now,
        officer_id=by.id, officer=by.name, changed_at=now,
    )  # fmt: skip
    db.session.add(one)
    db.session.flush()
    describing.store(one.id, touches)
    audit.record(Event.RECOMMENDATION_DRAFTED, one, by=by, case=f"{one.case_reference} ({one.number})")
    return one


def change(one: Recommendation, *, version: int, by: Acting, **typed: Any) -> None:
    """Change a draft. Whoever comes second is shown both. What it is about stays as it is where nothing is said of it."""
    insist(by, Action.DRAFT_RECOMMENDATION, one)
    hold(one)
    _refuse_unless_draft(one)
    old = about(one.id)
    themes, expectations = typed.pop("themes", old.themes), typed.pop("expectations", old.expectations)
    if one.version != version:
        fields = [*both(one, typed), *_both_about(old, themes, expectations)]
        raise Stale("Your changes were not saved, so that theirs are not lost.", fields=fields, version=one.version)
    touches = describing.checked(themes, expectations)
    facts = checked(typed, besides=one.id)
    changes = {name: [getattr(one, name), value] for name, value in facts.items() if getattr(one, name) != value}
    changes |= describing.differences(old, touches)
    if not changes:
        return
    for name, value in facts.items():
        setattr(one, name, value)
    describing.store(one.id, touches, old)
    assert by.id is not None  # a rule that lets nobody in but people
    one.drafted_by_id, one.drafted_by = by.id, by.name  # whoever worded it last does not approve it
    one.changed_at = clock.now()
    flag_modified(one, "changed_at")  # its version goes up even where nothing but its themes changed, in the same moment
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
    if one.version != version:
        said = [Both("Why", "", words.clean(reason), "reason")]
        raise Stale("The draft was changed after you opened this page.", fields=said, version=one.version)
    return checked_reason(reason)


def checked_reason(reason: str) -> str:
    """The reason as it is recorded, or Invalid."""
    reason = words.clean(reason)
    if not reason:
        raise Invalid("reason", "Say why")
    if len(reason) > NOTE:
        raise Invalid("reason", f"The reason must be {words.number(NOTE)} characters or fewer")
    return reason


def checked(typed: dict[str, Any], *, besides: int | None = None) -> dict[str, Any]:
    """The facts of a draft as they may be stored, or Invalid for the first that may not be."""
    facts = checking.cleaned(typed)
    for field, wrong in checking.faults(facts):
        raise Invalid(field, wrong)
    refuse_past(facts["due_on"])
    there = queries.same_place(facts["case_reference"], facts["number"])
    if there is not None and there.id != besides:
        raise Invalid("number", f"Case {facts['case_reference']} has a recommendation {facts['number']} already: {there.reference}")
    return facts


def refuse_past(due_on: date) -> None:
    if checking.past(due_on, clock.today()):
        raise Invalid("due_on", checking.IN_THE_FUTURE)


def _refuse_closed(organisation: Organisation) -> None:
    if organisation.closed_on is None or organisation.closed_on > clock.today():
        return
    successors = [(one.name, one.code) for one in successors_of(organisation.id)]
    raise Invalid("organisation", checking.closed(organisation.name, organisation.closed_on, successors))


def _refuse_unless_draft(one: Recommendation) -> None:
    if one.state is not DraftState.DRAFT:
        raise WrongState(f"This recommendation is “{one.state.value}”, so its draft cannot be changed.")


def both(one: Recommendation, typed: dict[str, Any], prefix: str = "") -> list[Both]:
    """What stands and what was typed, of each of LABELS that was typed; `prefix` begins the names of its fields in the form."""
    said = [
        Both(label, str(getattr(one, name)), str(typed[name]), f"{prefix}{name}")
        for name, label in LABELS.items()
        if name in typed and name != "due_on"
    ]
    for part in ("day", "month", "year") if "due_on" in typed else ():
        theirs, yours = str(getattr(one.due_on, part)), str(getattr(typed["due_on"], part))
        said.append(Both(f"{LABELS['due_on']}: {part}", theirs, yours, f"{prefix}due_on-{part}"))
    return said


def _both_about(old: About, themes: Iterable[str], expectations: str | Iterable[str]) -> list[Both]:
    chosen = list(themes)
    fields = [Both(describing.LABELS["themes"], code if code in old.themes else "", code, "themes") for code in chosen]
    label = describing.LABELS["expectations"]
    return [*fields, Both(label, ", ".join(old.expectations), ", ".join(typed_codes(expectations)), "expectations")]


def _tell_officers(one: Recommendation, by: Acting) -> None:
    others = [each for each in recipients.free_staff(one.organisation_id, Role.COMPLIANCE_OFFICER) if each.person_id != by.id]
    tell(
        Letter.RECOMMENDATION_TO_APPROVE, one, others, period=f"version {one.version}", by=by.name, case=one.case_reference,
        due=words.weekday(one.due_on),
    )  # fmt: skip
