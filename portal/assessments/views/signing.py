"""One page to read and sign or return an assessment, its receipt, and the page on which it is withdrawn."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, url_for

from portal.assessments import summary
from portal.assessments.forms.signing import ReturnForm, SignForm, WithdrawForm
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Assessment
from portal.assessments.operations import signing, withdrawing
from portal.assessments.queries import answering
from portal.assessments.queries import signing as queries
from portal.gaps.queries import plan
from portal.kernel import clock
from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.queries.account import has_second_factor
from portal.policy import Action, may
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("signing", __name__)


@bp.route("/assessments/<reference>/sign-off", methods=["GET", "POST"])
@gate(Action.READ_ANSWER, queries.assessment, to_change=Action.SIGN_OFF)
def sign_off(assessment: Assessment) -> Any:
    form = SignForm(obj=assessment)
    if form.validate_on_submit():
        try:
            signing.sign(
                assessment,
                version=form.version.data,
                code=form.code.data or "",
                declared=form.declared.data,
                alone=form.alone.data,
                governing_body_response=form.governing_body_response.data or "",
                board_on=form.board_on.data,
                by=acting(),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("signing.receipt", reference=assessment.reference), 303)
    form.code.data = ""  # a code is typed anew each time
    return _sign_off_page(assessment, form, ReturnForm(formdata=None, obj=assessment))


@bp.route("/assessments/<reference>/return", methods=["GET", "POST"])
@gate(Action.READ_ANSWER, queries.assessment, to_change=Action.SIGN_OFF)
def send_back(assessment: Assessment) -> Any:
    form = ReturnForm(obj=assessment)
    if form.validate_on_submit():
        try:
            signing.return_to_manager(assessment, comment=form.comment.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("signing.sign_off", reference=assessment.reference), 303)
    return _sign_off_page(assessment, SignForm(formdata=None, obj=assessment), form)


def _sign_off_page(assessment: Assessment, form: SignForm, back: ReturnForm) -> Response:
    answers = answering.all_answered(assessment.reference)
    if not answers:
        raise WrongState("This assessment has not been started, so there is nothing to read or sign yet.")
    standard = library.standard(assessment.standard, assessment.standard_version)
    by, today = acting(), clock.today()
    name = answers[0].head.organisation
    answered_by = queries.answered_by(assessment.id)
    small = library.kind(assessment.organisation_kind).small
    ready = assessment.state is State.READY_FOR_SIGN_OFF and may(by, Action.SIGN_OFF, assessment)
    own = signing.answered_it(answered_by, by)
    return page(
        "assessments/sign_off.html",
        form=form,
        back=back,
        assessment=assessment,
        head=answers[0].head,
        standard=standard,
        summary=summary.of(answers, standard),
        overdue=[one for one in plan.next_actions([assessment.organisation_id], today) if one.due_on < today],
        questions=queries.open_questions(assessment.id),
        reopened=queries.last_reopening(assessment),
        ready=ready,
        has_factor=ready and has_second_factor(by.id),
        another_must_sign=ready and own and not small,
        alone=signing.signs_alone(assessment, answered_by, by),
        declaration=signing.DECLARATION.format(organisation=name),
        alone_declaration=signing.ALONE.format(organisation=name),
        closed=today > assessment.closes_on,
    )


@bp.route("/assessments/<reference>/receipt")
@gate(Action.READ_ANSWER, queries.receipted)
def receipt(signed: queries.Receipted) -> Response:
    signatures = queries.signatures(signed.assessment_id)
    if not signatures:
        raise WrongState(
            "This assessment has not been signed, so there is no receipt yet.",
            next_steps=[Step("Open the assessment", f"/assessments/{signed.reference}")],
        )
    return page("assessments/receipt.html", signed=signed, signatures=signatures, base=f"/assessments/{signed.reference}")


@bp.route("/assessments/<reference>/receipt/<int:number>.json")
@gate(Action.READ_ANSWER, queries.filed)
def snapshot(filed: queries.Filed) -> Response:
    return as_file(filed)


def as_file(filed: queries.Filed) -> Response:
    """What was signed, byte for byte: `sha256sum` of this file is the receipt."""
    name = f"{filed.reference}-signature-{filed.number}.json"
    answer = Response(filed.content.encode(), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.route("/assessments/<reference>/withdraw", methods=["GET", "POST"])
@gate(Action.WITHDRAW, queries.assessment)
def withdraw(assessment: Assessment) -> Any:
    form = WithdrawForm(obj=assessment)
    if form.validate_on_submit():
        try:
            withdrawing.withdraw(assessment, reason=form.reason.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect("/work", 303)
    elif not form.is_submitted() and not ASSESSMENT.can(assessment.state, Verb.WITHDRAW):
        raise WrongState(ASSESSMENT.refusal(assessment.state, Verb.WITHDRAW))
    return page("assessments/withdraw.html", form=form, assessment=assessment)
