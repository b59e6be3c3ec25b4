"""One expectation under review: claim, proof and last year side by side, the reviewer's view, and the blind second view."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, redirect, url_for

from portal.assessments import sampling
from portal.assessments.forms.reviewing import LoneButton, QuestionForm, ViewForm
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Clarification, View
from portal.assessments.operations import clarifying, reviewing
from portal.assessments.queries import reviewing as queries
from portal.assessments.queries import seconding
from portal.assessments.queries.pinned import pinned
from portal.assessments.queries.reviewing import Judged
from portal.assessments.views.reviews import sees_first_view
from portal.evidence.queries import pins
from portal.kernel import clock
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.working_days import add_working_days
from portal.policy import Action
from portal.standards import diff
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("judging", __name__)


@dataclass(frozen=True)
class Paper:
    """One expectation of an assessment under review, with the others around it."""

    assessment: Assessment
    judged: tuple[Judged, ...]
    line: Judged

    @property
    def organisation_id(self) -> int:
        return self.assessment.organisation_id

    @property
    def first_reviewer_id(self) -> int | None:
        return self.assessment.first_reviewer_id

    def beside(self, step: int) -> str | None:
        """The code of the expectation before or after."""
        at = self.judged.index(self.line) + step
        return self.judged[at].code if 0 <= at < len(self.judged) else None


def paper(reference: str, code: str) -> Paper | None:
    assessment = queries.handed_in(reference)
    judged = queries.judged(assessment) if assessment else ()
    line = next((one for one in judged if one.code == code), None)
    return Paper(assessment, judged, line) if assessment and line else None


def address(paper: Paper, code: str | None = None) -> str:
    return url_for("judging.expectation", reference=paper.assessment.reference, code=code or paper.line.code)


def evidence(paper: Paper) -> dict[str, Any]:
    """What the Ombudsman may see of the evidence for one expectation, and one's own marks on it: others' stay theirs."""
    shown = pinned(paper.assessment, [paper.line.code], released_only=True).get(paper.line.code, ())
    return {"pins": shown, "marks": pins.marks_on([one.id for one in shown], by=acting().id) if shown else {}}


@bp.route("/reviews/<reference>/expectations/<code>", methods=["GET", "POST"])
@gate(Action.READ_REVIEW, paper, to_change=Action.REVIEW)
def expectation(paper: Paper) -> Any:
    form = ViewForm(**_shown(paper.line))
    if form.validate_on_submit():
        try:
            reviewing.record_view(
                paper.assessment, paper.line.code, view=form.chosen, level=form.level_found,
                reason=form.reason.data or "", version=form.version.data, by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            after = paper.beside(1)
            on = address(paper, after) if after else url_for("reviews.show", reference=paper.assessment.reference)
            return redirect(on, 303)
    return _page(paper, form, QuestionForm(formdata=None))


@bp.route("/reviews/<reference>/expectations/<code>/question", methods=["POST"])
@gate(Action.REVIEW, paper)
def ask(paper: Paper) -> Any:
    form = QuestionForm()
    if form.validate_on_submit():
        try:
            clarifying.ask(
                paper.assessment, paper.line.code, question=form.question.data or "", due_on=form.due_on.data, by=acting()
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(address(paper), 303)
    return _page(paper, ViewForm(formdata=None, **_shown(paper.line)), form)


def _shown(line: Judged) -> dict[str, Any]:
    first = line.first
    if first is None:
        return {"version": 0}
    level = str(first.level) if first.level and first.view is not View.AGREE else None
    return {"version": first.version, "view": first.view.value, "level": level, "reason": first.reason}


def _page(paper: Paper, form: ViewForm, question: QuestionForm) -> Any:
    assessment, line, by = paper.assessment, paper.line, acting()
    context, last = queries.context(assessment), queries.last_year(assessment)
    asked = queries.asked_by_rules(assessment, [one.answer for one in paper.judged], last)
    mine = assessment.first_reviewer_id == by.id
    before = last.get(line.code)
    return page(
        "reviews/expectation.html",
        assessment=assessment,
        context=context,
        standard=queries.standard_of(assessment),
        expectation=queries.standard_of(assessment).expectation(line.code),
        line=line,
        before=before,
        claim_changes=diff.marked(before.claim, line.answer.claim) if before and before.claim != line.answer.claim else None,
        asked=asked.get(line.code, ()),
        **evidence(paper),
        questions=[one for one in queries.questions(assessment) if one.expectation == line.code],
        form=form,
        question=question,
        lone=LoneButton(formdata=None),
        usual_due=add_working_days(clock.today(), context.clarification_working_days),
        mine=mine,
        open=mine and assessment.state in (State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED, State.REVIEWED),
        may_ask=mine and assessment.state in (State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED),
        sees_first=sees_first_view(assessment, line, by),
        number=paper.judged.index(line) + 1,
        of=len(paper.judged),
        previous=paper.beside(-1),
        next=paper.beside(1),
    )


@bp.route("/reviews/<reference>/questions/<question>/close", methods=["POST"])
@gate(Action.REVIEW, lambda reference, question: question_of(reference, question))
def close_question(question: Clarification) -> Any:
    clarifying.close_unanswered(question, by=acting())
    return redirect(
        url_for("judging.expectation", reference=question.assessment_reference, code=question.expectation), 303
    )


def question_of(reference: str, question: str) -> Clarification | None:
    assessment = queries.handed_in(reference)
    asked = queries.questions(assessment) if assessment else ()
    return next((one for one in asked if one.reference == question), None)


# The blind second view.


def to_second(assessment: Assessment, judged: tuple[Judged, ...]) -> tuple[Judged, ...]:
    """What a second reviewer looks at: every lowered level, and a few drawn among the others, so that being on the
    list says nothing of what the first reviewer found."""
    lowered = {one.code for one in judged if one.lowered}
    if not lowered:
        return ()
    others = [one.code for one in judged if one.code not in lowered and one.answer.level is not None]
    # By a seed that nobody knows: by one that could be looked up, the lowered levels could be worked out.
    seed = hmac.new(str(current_app.secret_key).encode(), f"second views {assessment.reference}".encode(), "sha256")
    drawn = set(sampling.draw(others, seconding.COMPANIONS, seed.hexdigest()))
    given = {one.code for one in judged if one.second is not None}
    return tuple(one for one in judged if one.code in lowered | drawn | given)


@bp.route("/reviews/<reference>/second")
@gate(Action.REVIEW_SECOND, queries.handed_in)
def second(assessment: Assessment) -> Any:
    judged, by = queries.judged(assessment), acting()
    lines = to_second(assessment, judged)
    return page(
        "reviews/second.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        lines=lines,
        shown={one.code for one in lines if sees_first_view(assessment, one, by)},
    )


@bp.route("/reviews/<reference>/second/<code>", methods=["GET", "POST"])
@gate(Action.REVIEW_SECOND, paper)
def second_view(paper: Paper) -> Any:
    assessment, line, by = paper.assessment, paper.line, acting()
    if line not in to_second(assessment, paper.judged):
        raise NotFound()
    form = ViewForm(version=0)
    if form.validate_on_submit():
        try:
            reviewing.record_second_view(
                assessment, line.code, view=form.chosen, level=form.level_found, reason=form.reason.data or "", by=by
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("judging.second_view", reference=assessment.reference, code=line.code), 303)
    last = queries.last_year(assessment)
    asked = queries.asked_by_rules(assessment, [one.answer for one in paper.judged], last)
    return page(
        "reviews/second_view.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=queries.standard_of(assessment),
        expectation=queries.standard_of(assessment).expectation(line.code),
        line=line,
        before=last.get(line.code),
        asked=asked.get(line.code, ()),
        **evidence(paper),
        form=form,
        sees_first=line.second is not None and sees_first_view(assessment, line, by),
    )


