"""The officer's page of one step of the ladder: the letter that was drafted, whom it goes to, and the way to put it aside."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.recommendations import queries
from portal.recommendations.drafted_letters import letters
from portal.recommendations.forms.escalating import AsideForm, DecisionForm, LetterForm
from portal.recommendations.ladder import days_late
from portal.recommendations.lifecycle import LastStep, Taken
from portal.recommendations.models import LadderStep
from portal.recommendations.operations import escalating
from portal.recommendations.queries import climbing
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("ladder", __name__)


@bp.route("/recommendations/<reference>/ladder/<int:level>", methods=["GET", "POST"])
@gate(Action.DECIDE_RECOMMENDATION, climbing.placed)
def show(step: LadderStep) -> Any:
    form = _form(step)
    if form.validate_on_submit():
        try:
            _take(step, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(step)
    return _page(step, form, AsideForm(data={"version": step.version}, formdata=None))


@bp.route("/recommendations/<reference>/ladder/<int:level>/put-aside", methods=["POST"])
@gate(Action.DECIDE_RECOMMENDATION, climbing.placed)
def put_aside(step: LadderStep) -> Any:
    form = AsideForm(data={"version": step.version})
    if form.validate_on_submit():
        try:
            escalating.put_aside(step, version=form.version.data, reason=form.reason.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(step)
    return _page(step, _form(step, formdata=None), form)


def _form(step: LadderStep, **rest: Any) -> LetterForm | DecisionForm:
    drafted = {"version": step.version, "text": escalating.drafted(climbing.recommendation_of(step), step)}
    return (DecisionForm if step.level == escalating.AT_THE_TOP else LetterForm)(data=drafted, **rest)


def _take(step: LadderStep, form: LetterForm | DecisionForm) -> None:
    if isinstance(form, DecisionForm):
        decision = LastStep(form.decision.data)
        escalating.conclude(step, version=form.version.data, decision=decision, text=form.text.data or "", by=acting())
        return
    escalating.send(
        step, version=form.version.data, text=form.text.data or "", name=form.name.data or "", address=form.address.data or "", by=acting()
    )


def _back(step: LadderStep) -> Any:
    return redirect(url_for("ladder.show", reference=step.recommendation_reference, level=step.level), 303)


def _page(step: LadderStep, form: LetterForm | DecisionForm, why: AsideForm) -> Any:
    one = climbing.recommendation_of(step)
    return page(
        "recommendations/ladder_step.html", form=why if why.errors else form, taking=form, why=why, step=step, one=one,
        organisation=queries.organisation_of(one), letter=letters()[step.level], waits=step.state is Taken.WAITING,
        why_not=escalating.why_not(one, step), late=days_late, leads=escalating.leads(one),
        copies=escalating.copies(one) if step.level == escalating.TO_THE_CHIEF else [],
    )  # fmt: skip
