"""Questions on an expectation: the reviewer asks with a due day, the organisation answers."""

from __future__ import annotations

from datetime import date

from portal import audit, outbox
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Assessment, Clarification
from portal.assessments.operations.allocating import insist_holder
from portal.assessments.queries import places
from portal.assessments.queries import reviewing as queries
from portal.audit import Event
from portal.evidence.operations import pinning
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Invalid, NotFound, WrongState
from portal.kernel.working_days import add_working_days
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import Acting, Action, Role, insist


def ask(assessment: Assessment, code: str, *, question: str, due_on: date | None, by: Acting) -> Clarification:
    """Ask the organisation about one expectation; without a day, the answer is due by the period's usual time."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    insist_holder(assessment, by)
    if queries.answer(assessment, code) is None:
        raise NotFound()
    if not question:
        raise Invalid("question", "Write your question")
    context = queries.context(assessment)
    due = due_on or add_working_days(clock.today(), context.clarification_working_days)
    if due <= clock.today():
        raise Invalid("due_on", "The day for the answer must be in the future")
    ASSESSMENT.move(assessment, Verb.ASK)
    assessment.changed_at = clock.now()
    asked = Clarification(
        reference=fresh_reference(Clarification, "QU"),
        assessment_id=assessment.id,
        assessment_reference=assessment.reference,
        organisation_id=assessment.organisation_id,
        expectation=code,
        question=question,
        asked_by_id=by.id,
        asked_at=clock.now(),
        due_on=due,
    )
    db.session.add(asked)
    audit.record(Event.CLARIFICATION_ASKED, asked, by=by, expectation=code, due_on=due)
    audit.record(Event.CLARIFICATION_ASKED, assessment, by=by, expectation=code, due_on=due)
    facts = {
        "organisation": context.organisation,
        "reference": assessment.reference,
        "expectation": code,
        "title": queries.standard_of(assessment).expectation(code).title,
        "question": question,
        "due_on": words.weekday(due),
    }
    for one in recipients.holders(assessment.organisation_id, Role.COMPLAINTS_MANAGER):
        outbox.post(Letter.CLARIFICATION_ASKED, to=one.email, name=one.name, about=asked.reference, facts=facts)
    return asked


def answer(question: Clarification, *, text: str, by: Acting) -> None:
    """Answer a reviewer's question; the last answer gives the review back to the reviewer."""
    insist(by, Action.ANSWER_CLARIFICATION, question)
    assessment = hold(db.session.get_one(Assessment, question.assessment_id))
    hold(question)
    if question.answered_at is not None:
        raise Invalid(
            "answer",
            f"{question.answered_by} answered this on {words.moment(question.answered_at)}: “{question.answer}”. "
            "Your text was not saved. Ask the reviewer if it should be added",
        )
    if assessment.state is not State.CLARIFICATION_REQUESTED:
        raise WrongState(f"The question is no longer open: the assessment is “{assessment.state.value}”.")
    if not text:
        raise Invalid("answer", "Write your answer")
    _settle(question, assessment, text, by.name, by)


def close_unanswered(question: Clarification, *, by: Acting) -> None:
    """Go on without an answer once the day for it has passed; that none came is what stands in its place."""
    insist(by, Action.REVIEW, question)
    assessment = hold(db.session.get_one(Assessment, question.assessment_id))
    hold(question)
    insist_holder(assessment, by)
    if question.answered_at is not None:
        raise WrongState("This question has been answered.")
    if clock.today() <= question.due_on:
        raise WrongState(f"The organisation has until the end of {words.day(question.due_on)} to answer.")
    _settle(question, assessment, f"No answer came by {words.day(question.due_on)}.", by.name, by)


def _settle(question: Clarification, assessment: Assessment, text: str, name: str, by: Acting) -> None:
    question.answer, question.answered_by, question.answered_at = text, name, clock.now()
    audit.record(Event.CLARIFICATION_ANSWERED, question, by=by, expectation=question.expectation)
    db.session.flush()
    open_still = [one for one in queries.questions(assessment) if one.answered_at is None]
    if open_still:
        return
    ASSESSMENT.move(assessment, Verb.CLARIFY)
    # What answers a question is relied on, as what was signed is.
    asked = {places.about(assessment.reference, one.expectation) for one in queries.questions(assessment)}
    pinning.freeze(assessment.organisation_id, sorted(asked))
    assessment.changed_at = clock.now()
    audit.record(Event.CLARIFICATION_ANSWERED, assessment, by=by, expectation=question.expectation)
    reviewer = recipients.person(assessment.first_reviewer_id)
    if reviewer is not None and assessment.first_reviewer_id != by.id:
        facts = {"organisation": queries.context(assessment).organisation, "reference": assessment.reference}
        outbox.post(
            Letter.CLARIFICATION_ANSWERED, to=reviewer.email, name=reviewer.name, about=question.reference, facts=facts
        )
