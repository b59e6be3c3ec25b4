"""The right of reply: the organisation answers the draft finding, and the Ombudsman answers the reply."""

from __future__ import annotations

from portal import audit, outbox
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Reply
from portal.assessments.queries import reviewing as queries
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, insist


def reply(assessment: Assessment, *, text: str, nothing_to_add: bool, by: Acting) -> Reply:
    """Reply to the draft finding, or say that there is nothing to add. After the window it is kept and marked late."""
    insist(by, Action.REPLY_TO_FINDING, assessment)
    hold(assessment)
    if assessment.state is not State.REVIEWED or assessment.reply_due_on is None or not assessment.checked:
        published = assessment.published_on
        raise WrongState(
            f"The finding was published on {words.day(published)}, so it can no longer be replied to here."
            if published
            else f"There is no draft finding to reply to: the assessment is “{assessment.state.value}”.",
            next_steps=[Step("See where the assessment is", f"/assessments/{assessment.reference}")],
        )
    if bool(text) == nothing_to_add:
        raise Invalid("text", "Write your reply, or say that you have nothing to add" if not text else
                      "You wrote a reply and also said that you have nothing to add: choose one")  # fmt: skip
    there = queries.reply(assessment)
    if there is not None:
        raise Invalid(
            "text",
            f"{there.replied_by} replied on {words.moment(there.replied_at)}. One reply is kept, so yours was not saved",
        )
    late = clock.today() > assessment.reply_due_on
    given = Reply(
        assessment_id=assessment.id,
        assessment_reference=assessment.reference,
        organisation_id=assessment.organisation_id,
        text=text,
        replied_by=by.name,
        replied_at=clock.now(),
        late=late,
    )
    db.session.add(given)
    audit.record(Event.FINDING_REPLIED, given, by=by, late=late)
    reviewer = recipients.person(assessment.first_reviewer_id)
    if reviewer is not None:
        facts = {
            "organisation": queries.context(assessment).organisation,
            "reference": assessment.reference,
            "nothing_to_add": nothing_to_add,
            "late": late,
        }
        about = assessment.reference
        occasion = clock.now().isoformat()
        outbox.post(Letter.FINDING_REPLIED, to=reviewer.email, name=reviewer.name, about=about, period=occasion, facts=facts)
    return given


def answer(assessment: Assessment, *, text: str, by: Acting) -> None:
    """Answer the organisation's reply; the two are published together."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    given = queries.reply(assessment)
    if given is None or assessment.state is not State.REVIEWED:
        raise WrongState(
            "There is no reply to answer."
            if given is None
            else f"The reply cannot be answered now: the assessment is “{assessment.state.value}”."
        )
    hold(given)
    if given.answered_at is not None:
        raise Invalid("answer", f"The reply was answered on {words.moment(given.answered_at)}: “{given.answer}”")
    if not text:
        raise Invalid("answer", "Write your answer to the reply")
    given.answer, given.answered_at = text, clock.now()
    audit.record(Event.REPLY_ANSWERED, given, by=by)
