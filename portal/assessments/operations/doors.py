"""Whether an assessment may still be answered today; every refusal says where it is and what to do."""

from __future__ import annotations

from portal.assessments.lifecycle import EDITABLE
from portal.assessments.models import Assessment
from portal.kernel import clock, words
from portal.kernel.errors import Step, WrongState


def refuse_if_closed(assessment: Assessment) -> None:
    """Raise WrongState after the last day, with the way to ask for more time."""
    if clock.today() > assessment.closes_on:
        raise WrongState(
            f"This assessment closed on {words.day(assessment.closes_on)}, so nothing in it can be changed now.",
            next_steps=[
                Step("Ask for more time", f"/assessments/{assessment.reference}/extension"),
                Step("Read the assessment", f"/assessments/{assessment.reference}"),
            ],
        )


def refuse_unless_editable(assessment: Assessment) -> None:
    """Raise WrongState where answers cannot be changed, saying where the assessment is now."""
    if assessment.state not in EDITABLE:
        raise WrongState(
            f"Answers cannot be changed now: the assessment is “{assessment.state.value}”.",
            next_steps=[Step("See where the assessment is", f"/assessments/{assessment.reference}")],
        )
    refuse_if_closed(assessment)
