"""Another officer looks after a recommendation from now on."""

from __future__ import annotations

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.errors import Both, Invalid
from portal.organisations.queries import recipients
from portal.organisations.queries.recipients import Recipient
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import colliding
from portal.recommendations.operations.telling import tell
from portal.recommendations.queries import climbing


def may_take(one: Recommendation) -> list[Recipient]:
    """The officers who could look after it in place of whoever does: those without a conflict of interest."""
    free = recipients.free_staff(one.organisation_id, Role.COMPLIANCE_OFFICER)
    return [officer for officer in free if officer.person_id != one.officer_id]


def hand_over(one: Recommendation, *, to: str, version: int, by: Acting) -> None:
    """Hand it over to the officer with this e-mail address, who is told by letter unless they took it themselves."""
    insist(by, Action.DECIDE_RECOMMENDATION, one)
    colliding.hold_issued(one)
    taker = next((officer for officer in may_take(one) if officer.email == to), None)
    if one.version != version:
        raise colliding.stale(one, [Both("Officer", one.officer, to, "officer")])
    if taker is None:
        raise Invalid("officer", "Choose an officer who does not look after it already")
    before = one.officer
    one.officer_id, one.officer, one.changed_at = taker.person_id, taker.name, clock.now()
    for step in climbing.waiting_of(one.id):
        step.officer_id = taker.person_id
    audit.record(Event.RECOMMENDATION_HANDED_OVER, one, by=by, old=before, new=taker.name)
    if taker.person_id != by.id:
        tell(
            Letter.RECOMMENDATION_HANDED_OVER, one, [taker], period=f"version {one.version}", by=by.name,
            delivery=one.delivery.value, due=words.weekday(one.due_on),
        )  # fmt: skip
