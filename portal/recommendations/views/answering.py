"""The organisation's answer: prepared with the steps it promises, read as a whole, signed or returned, and its receipt."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for

from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.queries.account import has_second_factor
from portal.policy import Action, may
from portal.recommendations import queries as recommendations
from portal.recommendations.forms.answering import PressForm, ReturnAnswerForm, SignAnswerForm, answer_form
from portal.recommendations.lifecycle import ACCEPTANCE, OPEN, Acceptance, ResponseState
from portal.recommendations.operations import answering
from portal.recommendations.queries import promising as queries
from portal.recommendations.queries.promising import Answering
from portal.recommendations.types import type_of
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("answering", __name__)
ROOM = 1  # steps there is room for at first


@bp.route("/recommendations/<reference>/answer", methods=["GET", "POST"])
@gate(Action.READ_RECOMMENDATION, queries.answering, to_change=Action.ANSWER_RECOMMENDATION)
def answer(at: Answering) -> Any:
    if request.method == "GET" and not (_can_be_prepared(at) and may(acting(), Action.ANSWER_RECOMMENDATION, at)):
        return redirect(url_for("answering.read", reference=at.one.reference), 303)
    open_one = at.response if at.response is not None and at.response.state is ResponseState.PREPARED else None
    steps = queries.steps_of_response(open_one.id) if open_one else ()
    form = answer_form(_room(len(steps)))(data=_facts(open_one))
    form.rows.data = _room(len(steps))
    if not form.is_submitted():
        form.fill(steps)
    elif "more" not in request.form and form.validate_on_submit():
        try:
            answering.prepare(
                at.one, answer=Acceptance(form.answer.data), reasons=form.reasons.data or "", not_accepted=form.not_accepted.data or "",
                promises=form.promises(), version=form.version.data, by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("answering.read", reference=at.one.reference), 303)
    return page(
        "recommendations/answer.html", form=form, one=at.one, organisation=recommendations.organisation_of(at.one),
        type=type_of(at.one.type), returned=open_one.returned_why if open_one else "", most=answering.MOST_STEPS,
    )  # fmt: skip


def _room(there: int) -> int:
    """For how many steps the page has room: what was there, and one more whenever that is asked for."""
    typed = request.form.get("rows", "")
    shown = int(typed) if typed.isdecimal() and len(typed) < 3 else 0
    return min(max(ROOM, there + 1, shown + ("more" in request.form)), answering.MOST_STEPS)


def _facts(response: Any) -> dict[str, Any]:
    if response is None:
        return {"version": 0}
    return {"version": response.version, "answer": response.answer.value, "reasons": response.reasons,
            "not_accepted": response.not_accepted}  # fmt: skip


def _can_be_prepared(at: Answering) -> bool:
    waits = at.response is not None and at.response.state is ResponseState.WAITING
    return not waits and at.one.delivery in OPEN and bool(ACCEPTANCE.offers(at.one.acceptance))


@bp.route("/recommendations/<reference>/answer/read")
@gate(Action.READ_RECOMMENDATION, queries.answering)
def read(at: Answering) -> Any:
    """The newest answer as a whole, and what can be done with it now."""
    at = _read_by(at)
    return _page(at, SignAnswerForm(data=_version(at)), ReturnAnswerForm(data=_version(at)))


def _read_by(at: Answering) -> Answering:
    """What is being prepared is the organisation's own: the Ombudsman reads what was signed."""
    own = may(acting(), Action.ANSWER_RECOMMENDATION, at) or any(one.organisation_id == at.organisation_id for one in acting().posts)
    if at.response is None or (at.response.state is not ResponseState.SIGNED and not own):
        steps = [Step("Read the recommendation", f"/recommendations/{at.one.reference}")]
        raise WrongState("This recommendation has no signed answer yet.", next_steps=steps)
    return at


def _version(at: Answering) -> dict[str, Any]:
    return {"version": at.response.version if at.response else 0}


def _page(at: Answering, signing: SignAnswerForm, back: ReturnAnswerForm) -> Any:
    response = at.response
    assert response is not None  # whoever reads was shown one
    organisation = recommendations.organisation_of(at.one)
    may_sign = response.state is ResponseState.WAITING and may(acting(), Action.SIGN_RESPONSE, at)
    return page(
        "recommendations/read_answer.html", one=at.one, response=response, organisation=organisation, form=signing if signing.errors else back,
        signing=signing, back=back, sending=PressForm(data=_version(at), formdata=None), steps=queries.steps_of_response(response.id),
        may_sign=may_sign, has_factor=may_sign and has_second_factor(acting().id),
        another_must_sign=may_sign and answering.another_must_sign(at.one, response, acting()),
        declaration=answering.DECLARATION.format(organisation=organisation.name),
    )  # fmt: skip


@bp.route("/recommendations/<reference>/answer/send", methods=["POST"])
@gate(Action.ANSWER_RECOMMENDATION, queries.answering)
def send(at: Answering) -> Any:
    form = PressForm()
    if at.response is None or not form.validate_on_submit():
        raise WrongState("There is no answer to send yet. Prepare it first.")
    answering.send(at.one, at.response, version=form.version.data, by=acting())
    return redirect(url_for("answering.read", reference=at.one.reference), 303)


@bp.route("/recommendations/<reference>/answer/return", methods=["POST"])
@gate(Action.SIGN_RESPONSE, queries.answering)
def give_back(at: Answering) -> Any:
    form = ReturnAnswerForm()
    at = _read_by(at)
    if form.validate_on_submit():
        try:
            answering.give_back(at.one, _there(at), version=form.version.data, comment=form.comment.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("answering.read", reference=at.one.reference), 303)
    return _page(at, SignAnswerForm(data=_version(at), formdata=None), form)


@bp.route("/recommendations/<reference>/answer/sign", methods=["POST"])
@gate(Action.SIGN_RESPONSE, queries.answering)
def sign(at: Answering) -> Any:
    form = SignAnswerForm()
    at = _read_by(at)
    if form.validate_on_submit():
        try:
            answering.sign(
                at.one, _there(at), version=form.version.data, code=form.code.data or "", declared=form.declared.data, by=acting()
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("answering.read", reference=at.one.reference), 303)
    form.code.data = ""  # a code is typed anew each time
    return _page(at, form, ReturnAnswerForm(data=_version(at), formdata=None))


def _there(at: Answering) -> Any:
    assert at.response is not None  # _read_by refuses where there is none
    return at.response


@bp.route("/recommendations/<reference>/answer/<int:number>.json")
@gate(Action.READ_RECOMMENDATION, queries.signed)
def receipt(at: Answering) -> Response:
    """What was signed, byte for byte: `sha256sum` of this file is the receipt."""
    response = _there(at)
    told = Response(answering.sealed(at.one, response, queries.steps_of_response(response.id)).encode(), mimetype="application/json")
    told.headers["Content-Disposition"] = f'attachment; filename="{at.one.reference}-answer-{response.number}.json"'
    return told
