"""The ladder stands still until a day, for a reason: proceedings, a complainant who cannot be reached, a dispute."""

from __future__ import annotations

from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db
from portal.kernel.errors import Both, Invalid, WrongState
from portal.policy import Acting, Action, insist
from portal.recommendations.lifecycle import PauseKind
from portal.recommendations.models import NOTE, Pause, Recommendation
from portal.recommendations.operations import colliding
from portal.recommendations.queries import casework


def pause(one: Recommendation, *, kind: PauseKind, reason: str, until: date, version: int, by: Acting) -> Pause:
    """Take no step of the ladder before a day. A pause that still runs ends where this one begins."""
    insist(by, Action.DECIDE_RECOMMENDATION, one)
    reason = words.clean(reason)
    colliding.hold_issued(one)
    last = next(iter(casework.pauses_of(one)), None)
    if one.version != version:
        raise colliding.stale(one, [
            Both("Kind of reason", last.kind.value if last else "", kind.value, "kind"),
            *colliding.both_days("Until", "until", one.paused_until, until),
            Both("Why", last.reason if last else "", reason, "reason"),
        ])  # fmt: skip
    colliding.insist_open(one, "There is nothing to pause")
    _insist_reason(reason)
    if until <= clock.today():
        raise Invalid("until", "The day must be in the future")
    _end_running(one, by)
    begun = Pause(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
        kind=kind, reason=reason, from_day=clock.today(), until=until, by=by.name,
    )  # fmt: skip
    db.session.add(begun)
    one.paused_until, one.changed_at = until, clock.now()
    audit.record(Event.LADDER_PAUSED, one, by=by, kind=kind, until=until, reason=reason)
    return begun


def resume(one: Recommendation, *, reason: str, version: int, by: Acting) -> None:
    """End a pause earlier than was meant."""
    insist(by, Action.DECIDE_RECOMMENDATION, one)
    reason = words.clean(reason)
    colliding.hold_issued(one)
    if one.version != version:
        raise colliding.stale(one, [Both("Why", "", reason, "reason")])
    if not paused(one):
        raise WrongState("It is not paused now: reminders and further steps are taken on their days.")
    _insist_reason(reason)
    _end_running(one, by)
    one.paused_until, one.changed_at = None, clock.now()
    audit.record(Event.LADDER_RESUMED, one, by=by, reason=reason)


def paused(one: Recommendation) -> bool:
    """Whether no step is taken today."""
    return one.paused_until is not None and one.paused_until > clock.today()


def lapse(one: Recommendation, *, by: Acting) -> None:
    """End the pause that runs, where the recommendation has come to its end; the caller records why."""
    if paused(one):
        _end_running(one, by)
    one.paused_until = None


def _end_running(one: Recommendation, by: Acting) -> None:
    for each in casework.pauses_of(one):
        if each.ended_on is None and each.until > clock.today():
            each.ended_on, each.ended_by = clock.today(), by.name


def _insist_reason(reason: str) -> None:
    if not reason:
        raise Invalid("reason", "Say why")
    if len(reason) > NOTE:
        raise Invalid("reason", f"The reason must be {words.number(NOTE)} characters or fewer")
