"""An assessment that was handed in is given back to the organisation, before it is published."""

from __future__ import annotations

from datetime import date

from portal import audit, outbox
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Assessment, PlanState
from portal.assessments.queries import reviewing as queries
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import hold
from portal.kernel.errors import Invalid
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist


def reopen(assessment: Assessment, *, reason: str, until: date, by: Acting) -> None:
    """Back to the organisation, with a reason and a day by which to hand it in again. The signed copy is kept."""
    insist(by, Action.REOPEN, assessment)
    hold(assessment)
    if not reason:
        raise Invalid("reason", "Say why the assessment is reopened")
    if until <= clock.today():
        raise Invalid("until", "The day by which to hand it in again must be in the future")
    ASSESSMENT.move(assessment, Verb.REOPEN)
    _unsign(assessment)
    _unreview(assessment)
    # A day that had passed would make it late, or close it, before anybody could do anything.
    assessment.due_on = max(assessment.due_on, until)
    assessment.closes_on = max(assessment.closes_on, assessment.due_on)
    assessment.changed_at = clock.now()
    audit.record(Event.REOPENED, assessment, by=by, reason=reason)
    facts = {
        "organisation": queries.context(assessment).organisation,
        "reference": assessment.reference,
        "reason": reason,
        "until": words.weekday(assessment.due_on),
    }
    occasion = clock.now().isoformat()
    for one in recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD):
        outbox.post(Letter.REOPENED, to=one.email, name=one.name, about=assessment.reference, period=occasion, facts=facts)


def _unsign(assessment: Assessment) -> None:
    assessment.sent_at = assessment.signed_off_at = assessment.signed_off_on = assessment.signatory_id = None
    assessment.signatory = ""
    assessment.signed_alone = assessment.late = False
    assessment.plan, assessment.plan_reason = PlanState.NONE_NEEDED, ""


def _unreview(assessment: Assessment) -> None:
    """The first reviewer keeps it, for when it comes back; what they found is history (queries.reviewing)."""
    assessment.second_reviewer_id = None
    assessment.sampled = assessment.checked = False
    assessment.reliability, assessment.reliability_reason = None, ""
    assessment.reviewed_at = assessment.reply_due_on = None
