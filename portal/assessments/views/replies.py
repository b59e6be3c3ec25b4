"""What the organisation answers: the reviewer's questions, and the draft finding."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from portal.assessments.forms.reviewing import AnswerForm, LoneButton, ReplyForm
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Clarification, PlanState
from portal.assessments.operations import clarifying, replying, reviewing
from portal.assessments.queries import reviewing as queries
from portal.assessments.views.judging import question_of
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("replies", __name__)


@bp.route("/assessments/<reference>/questions")
@gate(Action.ANSWER_CLARIFICATION, queries.handed_in)
def questions(assessment: Assessment) -> Any:
    return _questions(assessment, None, None)


@bp.route("/assessments/<reference>/questions/<question>", methods=["GET", "POST"])
@gate(Action.ANSWER_CLARIFICATION, question_of)
def answer(question: Clarification) -> Any:
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            clarifying.answer(question, text=form.answer.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("replies.questions", reference=question.assessment_reference), 303)
    assessment = queries.handed_in(question.assessment_reference)
    assert assessment is not None
    return _questions(assessment, question, form)


def _questions(assessment: Assessment, answering: Clarification | None, form: AnswerForm | None) -> Any:
    return page(
        "assessments/questions.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        questions=queries.questions(assessment),
        answering=answering,
        form=form or AnswerForm(formdata=None),
    )


@bp.route("/assessments/<reference>/reply", methods=["GET", "POST"])
@gate(Action.REPLY_TO_FINDING, queries.handed_in)
def reply(assessment: Assessment) -> Any:
    form = ReplyForm()
    if form.validate_on_submit():
        try:
            replying.reply(
                assessment, text=form.text.data or "", nothing_to_add=bool(form.nothing_to_add.data), by=acting()
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("replies.reply", reference=assessment.reference), 303)
    shared = assessment.state in (State.REVIEWED, State.PUBLISHED)
    return page(
        "assessments/reply.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        judged=queries.judged(assessment) if shared else (),
        reply=queries.reply(assessment) if shared else None,
        open=assessment.state is State.REVIEWED and assessment.checked,
        over=assessment.reply_due_on is not None and clock.today() > assessment.reply_due_on,
        form=form,
    )


@bp.route("/assessments/<reference>/plan", methods=["GET", "POST"])
@gate(Action.WORK_ON_PLAN, queries.handed_in)
def plan(assessment: Assessment) -> Any:
    form = LoneButton()
    if form.validate_on_submit():
        reviewing.propose_again(assessment, by=acting())
        return redirect(url_for("replies.plan", reference=assessment.reference), 303)
    return page(
        "assessments/plan_returned.html",
        form=form,
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        plan=queries.plan(assessment),
        PlanState=PlanState,
    )
