"""A second officer reads a draft, and issues it or returns it. Nobody issues what they drafted."""

from __future__ import annotations

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Stale, WrongState
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import DRAFTING, DraftVerb
from portal.recommendations.models import Recommendation, Wording
from portal.recommendations.operations.drafting import a_reason, refuse_past
from portal.recommendations.operations.telling import tell, tell_organisation


def issue(one: Recommendation, *, version: int, by: Acting) -> None:
    """Issue it: from now on its reference and its public text are there for everybody, and the organisation is told."""
    _insist(one, DraftVerb.ISSUE, by)
    if one.version != version:
        raise Stale("The draft was changed after you opened this page. Read it again first.", fields=[], version=one.version)
    refuse_past(one.due_on)
    put_out(one, worded_by=one.drafted_by, by=by)
    tell_organisation(Letter.RECOMMENDATION_ISSUED, one, case=one.case_reference, text=one.text, due=words.weekday(one.due_on))


def put_out(one: Recommendation, *, worded_by: str, by: Acting) -> None:
    """Everything that a recommendation has from the day on which it is issued: who approved it, its days, its first wording.
    Whoever calls has insisted, and tells the organisation."""
    DRAFTING.move(one, DraftVerb.ISSUE)
    now, today = clock.now(), clock.today()
    one.approved_by_id, one.approved_by, one.issued_at, one.issued_on, one.changed_at = by.id, by.name, now, today, now
    one.original_due_on, one.answer_due_on = one.due_on, deadlines.answer_due(today)
    one.next_evidence_on = deadlines.next_evidence(one.due_on, (), today)
    db.session.add(one)
    db.session.flush()
    db.session.add(Wording(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id, number=1,
        text=one.text, public_text=one.public_text, worded_at=now, worded_by=worded_by,
    ))  # fmt: skip
    audit.record(Event.RECOMMENDATION_ISSUED, one, by=by, type=one.type, due_on=one.due_on)


def give_back(one: Recommendation, *, version: int, reason: str, by: Acting) -> None:
    """Return it to its author, with the reason."""
    _insist(one, DraftVerb.RETURN, by)
    reason = a_reason(one, version, reason)
    DRAFTING.move(one, DraftVerb.RETURN)
    one.returned_why, one.changed_at = reason, clock.now()
    audit.record(Event.RECOMMENDATION_RETURNED, one, by=by, reason=reason)
    author = recipients.person(one.drafted_by_id)
    tell(Letter.RECOMMENDATION_RETURNED, one, [author], period=f"version {one.version}", by=by.name, reason=reason)


def _insist(one: Recommendation, verb: DraftVerb, by: Acting) -> None:
    insist(by, Action.ISSUE_RECOMMENDATION, one)
    hold(one)
    if not DRAFTING.can(one.state, verb):
        raise WrongState(DRAFTING.refusal(one.state, verb))
