"""An officer decides what the evidence shows, or reopens what was decided. A verdict is never changed: a later one stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.errors import Both, Invalid, Stale, Step, WrongState
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.recommendations.ladder import days_late
from portal.recommendations.lifecycle import DELIVERY, Delivery, DeliveryVerb, Ending, VerdictKind
from portal.recommendations.models import NOTE, Recommendation, Verdict
from portal.recommendations.operations import colliding, falling_short
from portal.recommendations.operations.ending import end
from portal.recommendations.operations.telling import tell_organisation
from portal.recommendations.queries import casework

K, V = VerdictKind, DeliveryVerb
COMPLIED = (K.COMPLIED, K.IN_SUBSTANCE)
MORE = (K.MORE_NEEDED, K.PARTLY)
# Whoever finds one of these closes the matter, so what the complainant said must be settled first.
CLOSES_FOR_GOOD = (*COMPLIED, K.OVERTAKEN)
_VERBS = {
    K.IN_SUBSTANCE: V.COMPLY_IN_SUBSTANCE,
    K.MORE_NEEDED: V.ASK_FOR_MORE,
    K.PARTLY: V.ASK_FOR_MORE,
    K.NOT_COMPLIED: V.FIND_NOT_COMPLIED,
    K.OVERTAKEN: V.OVERTAKE,
}
LABELS = {"reason": "Reason", "effect": "What became better by it", "complainant_why": "How what the complainant said was settled"}


@dataclass(frozen=True)
class _Facts:
    """A verdict as it was typed, without what does not belong to its kind."""

    kind: VerdictKind
    reason: str
    effect: str
    complainant_why: str
    complied_on: date | None
    due_on: date | None
    steps_done: int | None
    steps_of: int | None


def possible(delivery: Delivery) -> tuple[VerdictKind, ...]:
    """What can be found from where the delivery is."""
    return tuple(kind for kind in VerdictKind if DELIVERY.can(delivery, _VERBS.get(kind, V.COMPLY_ON_TIME)))


def decide(
    one: Recommendation,
    *,
    version: int,
    kind: VerdictKind,
    reason: str,
    complied_on: date | None = None,
    steps_done: int | None = None,
    steps_of: int | None = None,
    due_on: date | None = None,
    effect: str = "",
    complainant_why: str = "",
    by: Acting,
) -> Verdict:
    """Decide. `due_on`: until when more is to come. `steps_of` counts only where no steps were promised.

    Whether it was done on time or late is told by the due day as it stands after every extension.
    """
    insist(by, Action.DECIDE_RECOMMENDATION, one)
    facts = _Facts(
        kind, words.clean(reason), words.clean(effect), words.clean(complainant_why),
        complied_on if kind in COMPLIED else None, due_on if kind in MORE else None,
        steps_done if kind is K.PARTLY else None, steps_of if kind is K.PARTLY else None,
    )  # fmt: skip
    colliding.hold_issued(one)
    last = casework.last_verdict(one)
    if one.version != version:
        raise _stale(one, last, facts)
    verb = _VERBS.get(kind) or (V.COMPLY_LATE if complied_on is not None and complied_on > one.due_on else V.COMPLY_ON_TIME)
    if not DELIVERY.can(one.delivery, verb):
        raise WrongState(DELIVERY.refusal(one.delivery, verb), next_steps=[Step("See where it stands", _here(one))])
    steps = _checked(one, facts)
    number = last.number + 1 if last is not None else 1
    DELIVERY.move(one, verb)
    _change(one, facts, by)
    verdict = _written(one, number, facts, steps, by)
    audit.record(
        Event.VERDICT_GIVEN, one, by=by, number=number, kind=kind, reason=facts.reason, complied_on=facts.complied_on,
        due_on=one.due_on, original_due_on=one.original_due_on, evidence_due_on=facts.due_on, steps=_of(steps),
    )  # fmt: skip
    _tell(one, verdict)
    return verdict


def reopen(one: Recommendation, *, reason: str, next_evidence_on: date, version: int, by: Acting) -> None:
    """Reopen what an officer decided. The verdict stays where it stands; the delivery is in progress again."""
    insist(by, Action.DECIDE_RECOMMENDATION, one)
    reason = words.clean(reason)
    colliding.hold_issued(one)
    if one.version != version:
        days = colliding.both_days("Next evidence due", "next_evidence_on", one.next_evidence_on, next_evidence_on)
        raise colliding.stale(one, [Both("Why", "", reason, "reason"), *days])
    if one.ending is not None and one.ending is not Ending.DECIDED:
        raise WrongState(
            f"It was not decided but {one.ending.value}, so it cannot be reopened. What goes on of it is named on its page.",
            next_steps=[Step("See the recommendation", f"/recommendations/{one.reference}")],
        )
    if not DELIVERY.can(one.delivery, V.REOPEN):
        raise WrongState(DELIVERY.refusal(one.delivery, V.REOPEN), next_steps=[Step("See where it stands", _here(one))])
    _insist_text("reason", reason, "Say why")
    _insist_future("next_evidence_on", next_evidence_on)
    DELIVERY.move(one, V.REOPEN)
    one.ended_on = one.ending = one.complied_on = None
    one.next_evidence_on, one.changed_at = next_evidence_on, clock.now()
    audit.record(Event.RECOMMENDATION_REOPENED, one, by=by, reason=reason, evidence_due_on=next_evidence_on)
    falling_short.settle(one, by=by)
    evidence = words.weekday(next_evidence_on)
    tell_organisation(Letter.RECOMMENDATION_REOPENED, one, period=f"version {one.version}", reason=reason, evidence=evidence)


def _checked(one: Recommendation, facts: _Facts) -> tuple[int, int] | None:
    """How many steps of how many are done; Invalid for the first thing that may not be so."""
    _insist_text("reason", facts.reason, "Give the reason")
    for name in ("effect", "complainant_why"):
        _insist_text(name, getattr(facts, name), "")
    if facts.kind in COMPLIED:
        _insist_done(one, facts.complied_on)
    if facts.kind in MORE:
        _insist_future("due_on", facts.due_on)
    if one.objected and facts.kind in CLOSES_FOR_GOOD and not facts.complainant_why:
        raise Invalid("complainant_why", "The complainant says that it did not happen. Say how that was settled")
    if facts.kind is not K.PARTLY:
        return None
    promised = len(casework.steps_of(one))
    of = promised or facts.steps_of
    if of is None or not 1 <= of <= 999:
        raise Invalid("steps_of", "Enter how many steps there are, from 1 to 999")
    if facts.steps_done is None or not 0 <= facts.steps_done < of:
        raise Invalid("steps_done", f"Enter how many of the {of} steps are done, from 0 to {of - 1}")
    return facts.steps_done, of


def _insist_text(name: str, text: str, missing: str) -> None:
    if missing and not text:
        raise Invalid(name, missing)
    if len(text) > NOTE:
        raise Invalid(name, f"{LABELS[name]} must be {words.number(NOTE)} characters or fewer")


def _insist_done(one: Recommendation, on: date | None) -> None:
    if on is None:
        raise Invalid("complied_on", "Enter the day on which it was done")
    if one.issued_on is not None and on < one.issued_on:
        raise Invalid("complied_on", f"The day must not be before {words.day(one.issued_on)}, when it was issued")
    if on > clock.today():
        raise Invalid("complied_on", "The day on which it was done must be today or in the past")


def _insist_future(name: str, on: date | None) -> None:
    if on is None or on <= clock.today():
        raise Invalid(name, "Enter a day in the future, by when evidence is to come")


def _change(one: Recommendation, facts: _Facts, by: Acting) -> None:
    """Set what belongs to where the delivery is now."""
    one.changed_at = clock.now()
    if facts.complainant_why and one.objected:
        one.objected = False
        audit.record(Event.OBJECTION_SETTLED, one, by=by, reason=facts.complainant_why)
    if facts.kind in MORE:
        one.next_evidence_on = facts.due_on
        falling_short.settle(one, by=by)
        return
    one.complied_on = facts.complied_on
    end(one, Ending.DECIDED, why=f"No longer needed: the recommendation is “{one.delivery.value}”.", by=by)


def _written(one: Recommendation, number: int, facts: _Facts, steps: tuple[int, int] | None, by: Acting) -> Verdict:
    verdict = Verdict(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id, number=number,
        kind=facts.kind, complied_on=facts.complied_on, due_on=facts.due_on, steps_done=steps[0] if steps else None,
        steps_of=steps[1] if steps else None, reason=facts.reason, effect=facts.effect, complainant_why=facts.complainant_why,
        decided_by_id=by.id, decided_by=by.name, decided_at=clock.now(), decided_on=clock.today(),
    )  # fmt: skip
    db.session.add(verdict)
    return verdict


def _of(steps: tuple[int, int] | None) -> str:
    return f"{steps[0]} of {steps[1]}" if steps else ""


def _here(one: Recommendation) -> str:
    return f"/recommendations/{one.reference}/decide"


def _stale(one: Recommendation, last: Verdict | None, facts: _Facts) -> Stale:
    """What stands there now beside what was typed: two officers who decide at once are shown both."""

    def theirs(name: str) -> str:
        value = getattr(last, name, None)
        return "" if value is None else str(value)

    def yours(value: object) -> str:
        return "" if value is None else str(value)

    return colliding.stale(one, [
        Both("Verdict", last.kind.value if last is not None else "", facts.kind.value, "kind"),
        *(Both(label, theirs(name), getattr(facts, name), name) for name, label in LABELS.items()),
        *colliding.both_days("Done on", "complied_on", last.complied_on if last is not None else None, facts.complied_on),
        *colliding.both_days("More is due by", "due_on", last.due_on if last is not None else None, facts.due_on),
        Both("Steps done", theirs("steps_done"), yours(facts.steps_done), "steps_done"),
        Both("Steps in all", theirs("steps_of"), yours(facts.steps_of), "steps_of"),
    ])  # fmt: skip


def _tell(one: Recommendation, verdict: Verdict) -> None:
    """The organisation is told the verdict first, then what to do next."""
    late = days_late(one.due_on, verdict.complied_on) if verdict.complied_on is not None else 0
    tell_organisation(
        Letter.VERDICT_GIVEN, one, period=f"verdict {verdict.number}", kind=verdict.kind.value, reason=verdict.reason,
        complied_on=words.day(verdict.complied_on) if verdict.complied_on is not None else "",
        late=words.count(late, "day", "days") if late else "",
        evidence=words.weekday(verdict.due_on) if verdict.due_on is not None else "",
        steps=_of((verdict.steps_done, verdict.steps_of or 0) if verdict.steps_done is not None else None),
    )  # fmt: skip
