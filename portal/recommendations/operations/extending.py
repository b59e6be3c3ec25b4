"""More time for a recommendation: asked for, given or refused with a reason. Both days stay for ever."""

from __future__ import annotations

from datetime import date

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, NotFound, Stale, Step, WrongState
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations.lifecycle import ASKING, Asked, AskedVerb
from portal.recommendations.models import NOTE, MoreTime, Recommendation
from portal.recommendations.operations import colliding, falling_short
from portal.recommendations.operations.telling import tell, tell_organisation
from portal.recommendations.queries import casework


def ask(one: Recommendation, *, until: date, reason: str, version: int, by: Acting) -> MoreTime:
    """Ask for more time; one request at a time. Until it is decided, the days stay as they are."""
    insist(by, Action.ASK_FOR_EXTENSION, one)
    reason = words.clean(reason)
    _hold_as_shown(one, until, reason, version)
    colliding.insist_open(one, "More time is no longer needed")
    if _waiting(one) is not None:
        raise WrongState(
            "Your organisation has asked for more time already, and the answer is still to come.",
            next_steps=[Step("See the request", f"/recommendations/{one.reference}/more-time")],
        )
    _insist_possible(one, until, reason)
    request = _written(one, until, reason, by)
    audit.record(Event.EXTENSION_ASKED, request, by=by, until=until, reason=reason)
    _tell_the_ombudsman(one, request, by)
    return request


def grant(one: Recommendation, *, until: date, reason: str, version: int, by: Acting) -> MoreTime:
    """Grant the request that waits, until the day asked for or another one."""
    reason = words.clean(reason)
    request = _held_request(one, until, reason, version, by)
    colliding.insist_open(one, "More time is no longer needed")
    _insist_possible(one, until, reason)
    request.until = until
    _decide(request, AskedVerb.GRANT, reason, by)
    _give(one, request, by)
    return request


def refuse(one: Recommendation, *, reason: str, version: int, by: Acting) -> MoreTime:
    """Refuse the request that waits. The days stay as they are."""
    reason = words.clean(reason)
    request = _held_request(one, None, reason, version, by)
    _insist_reason(reason)
    _decide(request, AskedVerb.REFUSE, reason, by)
    one.changed_at = clock.now()
    audit.record(Event.EXTENSION_REFUSED, request, by=by, reason=reason)
    _tell_the_organisation(one, request)
    return request


def give(one: Recommendation, *, until: date, reason: str, version: int, by: Acting) -> MoreTime:
    """Give more time that nobody asked for."""
    insist(by, Action.GRANT_EXTENSION, one)
    reason = words.clean(reason)
    _hold_as_shown(one, until, reason, version)
    colliding.insist_open(one, "More time is no longer needed")
    if _waiting(one) is not None:
        raise WrongState(
            "The organisation has asked for more time. Decide its request instead.",
            next_steps=[Step("Decide the request", f"/recommendations/{one.reference}/more-time")],
        )
    _insist_possible(one, until, reason)
    request = _written(one, until, reason, by)
    _decide(request, AskedVerb.GRANT, reason, by)
    _give(one, request, by)
    return request


def lapse(one: Recommendation, *, why: str, by: Acting) -> None:
    """Answer the request that waits, where the recommendation has come to its end: no letter, for another tells of that."""
    request = _waiting(one)
    if request is not None:
        _decide(request, AskedVerb.REFUSE, why, by)
        audit.record(Event.EXTENSION_REFUSED, request, by=by, reason=why)


def _waiting(one: Recommendation) -> MoreTime | None:
    return next((each for each in casework.more_time_of(one) if each.state is Asked.WAITING), None)


def _hold_as_shown(one: Recommendation, until: date | None, reason: str, version: int) -> None:
    """Hold it as whoever acts saw it; otherwise both texts are shown."""
    colliding.hold_issued(one)
    if one.version != version:
        raise _stale(one, until, reason)


def _held_request(one: Recommendation, until: date | None, reason: str, version: int, by: Acting) -> MoreTime:
    """The request that waits; whoever comes second is told what was answered."""
    insist(by, Action.GRANT_EXTENSION, one)
    _hold_as_shown(one, until, reason, version)
    request = _waiting(one)
    if request is None:
        last = next(iter(casework.more_time_of(one)), None)
        if last is None:
            raise NotFound()
        raise WrongState(f"{last.decided_by} has decided this request already: it was {last.state.value}.")
    return hold(request)


def _insist_reason(reason: str) -> None:
    if not reason:
        raise Invalid("reason", "Say why")
    if len(reason) > NOTE:
        raise Invalid("reason", f"The reason must be {words.number(NOTE)} characters or fewer")


def _insist_possible(one: Recommendation, until: date, reason: str) -> None:
    _insist_reason(reason)
    after = max(one.due_on, clock.today())
    if until <= after:
        raise Invalid("until", f"Choose a day after {words.day(after)}")


def _written(one: Recommendation, until: date, reason: str, by: Acting) -> MoreTime:
    request = MoreTime(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
        number=len(casework.more_time_of(one)) + 1, from_day=one.due_on, until=until, reason=reason, asked_by=by.name,
        asked_at=clock.now(), state=ASKING.first,
    )  # fmt: skip
    one.changed_at = clock.now()
    db.session.add(request)
    return request


def _decide(request: MoreTime, verb: AskedVerb, reason: str, by: Acting) -> None:
    ASKING.move(request, verb)
    request.decision, request.decided_by, request.decided_at = reason, by.name, clock.now()


def _give(one: Recommendation, request: MoreTime, by: Acting) -> None:
    """Move the due day; `original_due_on` stays. The ladder begins anew from the new day."""
    before, one.due_on = one.due_on, request.until
    one.level, one.changed_at = 0, clock.now()
    one.next_evidence_on = casework.next_evidence(one, clock.today())
    audit.record(Event.EXTENSION_GRANTED, request, by=by, from_day=before, until=request.until, reason=request.decision)
    falling_short.settle(one, by=by)
    _tell_the_organisation(one, request)


def _stale(one: Recommendation, until: date | None, reason: str) -> Stale:
    last = next(iter(casework.more_time_of(one)), None)
    theirs = (last.decision or last.reason) if last is not None else ""
    days = colliding.both_days("New due date", "until", last.until if last is not None else one.due_on, until) if until else []
    answer = [Both("Answer", last.state.value if last is not None else "", "refuse" if until is None else "grant", "answer")]
    return colliding.stale(one, [*answer, *days, Both("Why", theirs, reason, "reason")])


def _tell_the_ombudsman(one: Recommendation, request: MoreTime, by: Acting) -> None:
    """Whoever looks after it; every officer, or the administrators, where they do not or may not any more."""
    free = recipients.free_staff(one.organisation_id, Role.COMPLIANCE_OFFICER)
    to = [officer for officer in free if officer.person_id == one.officer_id] or free
    tell(
        Letter.MORE_TIME_ASKED, one, to or recipients.free_staff(one.organisation_id, Role.ADMINISTRATOR),
        period=f"request {request.number}", asked_by=by.name, due=words.day(one.due_on), until=words.day(request.until),
        reason=request.reason,
    )  # fmt: skip


def _tell_the_organisation(one: Recommendation, request: MoreTime) -> None:
    tell_organisation(
        Letter.MORE_TIME_DECIDED, one, period=f"request {request.number}", granted=request.state is Asked.GRANTED,
        due=words.weekday(one.due_on), evidence=words.weekday(one.next_evidence_on or one.due_on), reason=request.decision,
    )  # fmt: skip
