"""The draft finding is shared with the organisation, which may reply before it is published."""

from __future__ import annotations

from collections.abc import Iterable

from portal import audit, outbox
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Assessment, Clarification
from portal.assessments.operations.allocating import insist_holder
from portal.assessments.queries import reviewing as queries
from portal.assessments.queries.reviewing import Judged
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import hold
from portal.kernel.errors import Incomplete, Step
from portal.kernel.working_days import add_working_days
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist


def missing(assessment: Assessment, judged: Iterable[Judged], questions: Iterable[Clarification]) -> tuple[Step, ...]:
    """What stands between a review and its draft finding, each with the page where it is done."""
    at = f"/reviews/{assessment.reference}"
    steps = []
    for line in judged:
        page = f"{at}/expectations/{line.code}"
        if line.first is None and line.answer.given:
            steps.append(Step(f"{line.code} has no view", page))
        if line.settled.waits_for_a_second_view:
            steps.append(Step(f"{line.code} waits for a second reviewer's view", f"{at}/second"))
    for one in questions:
        if one.answered_at is None:
            steps.append(Step(f"The question on {one.expectation} is not answered yet", f"{at}/expectations/{one.expectation}"))
    if assessment.reliability is None:
        steps.append(Step("The reliability is not rated", f"{at}/reliability"))
    return tuple(steps)


def share(assessment: Assessment, *, by: Acting) -> None:
    """Share the draft finding; the organisation may reply until the last day of its window."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    insist_holder(assessment, by)
    if ASSESSMENT.can(assessment.state, Verb.CONCLUDE) or ASSESSMENT.can(assessment.state, Verb.CLARIFY):
        steps = missing(assessment, queries.judged(assessment), queries.questions(assessment))
        if steps:
            raise Incomplete("The draft finding cannot be shared yet.", steps)
    context = queries.context(assessment)
    ASSESSMENT.move(assessment, Verb.CONCLUDE)
    due = add_working_days(clock.today(), context.reply_working_days)
    assessment.checked = True
    assessment.reviewed_at = assessment.changed_at = clock.now()
    assessment.reply_due_on = due
    audit.record(Event.FINDING_SHARED, assessment, by=by, reply_due_on=due)
    facts = {"organisation": context.organisation, "reference": assessment.reference, "reply_due_on": words.weekday(due)}
    occasion = clock.now().isoformat()
    for one in recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD):
        outbox.post(
            Letter.FINDING_SHARED, to=one.email, name=one.name, about=assessment.reference, period=occasion, facts=facts
        )
