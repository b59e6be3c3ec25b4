"""The complaints manager sends the assessment for sign-off once nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable

from portal import audit, outbox
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Assessment
from portal.assessments.operations.doors import refuse_if_closed
from portal.assessments.queries import answering as queries
from portal.assessments.queries import colleagues
from portal.assessments.queries.colleagues import Colleague
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import hold
from portal.kernel.errors import Incomplete, Step, WrongState
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.standards import library


def send(assessment: Assessment, *, by: Acting) -> None:
    """Send for sign-off; Incomplete names and links each thing that is missing."""
    insist(by, Action.SEND_FOR_SIGN_OFF, assessment)
    hold(assessment)
    refuse_if_closed(assessment)
    if not ASSESSMENT.can(assessment.state, Verb.SEND):
        raise WrongState(
            ASSESSMENT.refusal(assessment.state, Verb.SEND),
            next_steps=[Step("See where the assessment is", f"/assessments/{assessment.reference}")],
        )
    leads = colleagues.leads(assessment.organisation_id)
    gone = missing(queries.all_answered(assessment.reference), leads)
    if gone:
        raise Incomplete(f"{words.count(len(gone), 'thing is', 'things are')} missing before this can be signed.", gone)
    ASSESSMENT.move(assessment, Verb.SEND)
    assessment.sent_at = assessment.changed_at = clock.now()
    audit.record(Event.SENT_FOR_SIGN_OFF, assessment, by=by)
    for lead in leads:
        outbox.post(
            Letter.READY_FOR_SIGN_OFF,
            to=lead.email,
            name=lead.name,
            about=assessment.reference,
            period=assessment.sent_at.isoformat(timespec="seconds"),
            facts={
                "by": by.name,
                "reference": assessment.reference,
                "standard": library.standard(assessment.standard, assessment.standard_version).title,
                "due": words.weekday(assessment.due_on),
            },
        )


def missing(answers: Iterable[queries.Answered], leads: Iterable[Colleague]) -> list[Step]:
    """What stands between an assessment and its signature, each with a link to where it is mended."""
    answers = tuple(answers)
    steps = [
        Step(f"{one.expectation}: {words_for}", f"/assessments/{one.head.reference}/expectations/{one.expectation}#{field}")
        for one in answers
        for words_for, field in lacking(one)
    ]
    if not answers:
        steps.append(Step("No expectation has been answered yet"))
    if not any(True for _ in leads):
        code = answers[0].head.organisation_code if answers else ""
        steps.append(Step("Nobody here can sign yet: invite an executive lead", f"/organisations/{code}/people"))
    return steps


def lacking(one: queries.Answered) -> list[tuple[str, str]]:
    """What one answer lacks, in words, with the field of its page that they belong to."""
    if not one.confirmed:
        return [("last year’s answer is not yet confirmed", "still-true")]
    if not one.given:
        return [("not answered yet", "level")]
    if one.level is None or one.level >= one.target:
        return []
    needed = (
        (one.gap, "say what falls short", "gap"),
        (one.action, "say what you will do about it", "action"),
        (one.action_owner, "say who will do it", "action_owner"),
        (one.action_due_on, "say by when", "action_due_on"),
    )
    return [(said, field) for value, said, field in needed if not value]
