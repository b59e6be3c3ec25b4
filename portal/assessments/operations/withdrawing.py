"""The executive lead withdraws an assessment, with a reason; what was signed stays on record."""

from __future__ import annotations

from portal import audit
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Assessment, PlanState
from portal.audit import Event
from portal.gaps.operations import register
from portal.gaps.queries import plan as gaps
from portal.kernel import clock
from portal.kernel.db import hold
from portal.kernel.errors import Both, Invalid, Stale, Step, WrongState
from portal.policy import Acting, Action, insist


def withdraw(assessment: Assessment, *, reason: str, version: int | None = None, by: Acting) -> None:
    """Take it back for good. The gaps that it alone brought to light close with it."""
    insist(by, Action.WITHDRAW, assessment)
    hold(assessment)
    if not ASSESSMENT.can(assessment.state, Verb.WITHDRAW):
        raise WrongState(
            ASSESSMENT.refusal(assessment.state, Verb.WITHDRAW),
            next_steps=[Step("See where the assessment is", f"/assessments/{assessment.reference}")],
        )
    if version is not None and assessment.version != version:
        both = [Both("Your reason", "", reason, "reason")]
        raise Stale("The assessment was changed after you opened this page.", fields=both, version=assessment.version)
    if not reason:
        raise Invalid("reason", "Say why the assessment is withdrawn")
    ASSESSMENT.move(assessment, Verb.WITHDRAW)
    assessment.withdrawn_why = reason
    assessment.changed_at = clock.now()
    assessment.signed_off_at = assessment.signed_off_on = assessment.signatory_id = None
    assessment.signatory = ""
    assessment.signed_alone = assessment.late = False
    assessment.plan = PlanState.NONE_NEEDED
    audit.record(Event.WITHDRAWN, assessment, by=by, reason=reason)
    for gap in gaps.open_gaps(assessment.organisation_id, assessment.standard):
        if gap.about == assessment.reference and gap.expectation:
            register.close_gap(gap, "The assessment that brought it to light was withdrawn", by=by)
