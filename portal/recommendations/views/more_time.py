"""More time for a recommendation, for both sides: the organisation asks, an officer answers or gives it unasked."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, redirect, url_for

from portal.kernel.errors import Invalid
from portal.policy import Action, may
from portal.recommendations import queries
from portal.recommendations.forms.deciding import AskForm, GiveForm, RequestForm
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import extending
from portal.recommendations.queries import casework
from portal.recommendations.queries.casework import Days
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("more_time", __name__)


@bp.route("/recommendations/<reference>/more-time", methods=["GET", "POST"])
@gate(Action.READ_RECOMMENDATION, queries.issued, to_change=Action.ASK_FOR_EXTENSION)
def ask(one: Recommendation) -> Any:
    """Its days for both sides, with the form that is of use to whoever looks."""
    days = casework.days_of(one)
    form = AskForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            extending.ask(
                one, until=cast(date, form.until.data), reason=form.reason.data or "", version=form.version.data, by=acting()
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    return _page(one, days, _for_the_officer(one, days) if not form.errors and may(acting(), Action.GRANT_EXTENSION, one) else form)


@bp.route("/recommendations/<reference>/more-time/give", methods=["GET", "POST"])
@gate(Action.GRANT_EXTENSION, queries.issued)
def give(one: Recommendation) -> Any:
    form = GiveForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            extending.give(
                one, until=cast(date, form.until.data), reason=form.reason.data or "", version=form.version.data, by=acting()
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    days = casework.days_of(one)
    return _page(one, days, form if days.waiting is None else _for_the_officer(one, days))


@bp.route("/recommendations/<reference>/more-time/answer", methods=["GET", "POST"])
@gate(Action.GRANT_EXTENSION, queries.issued)
def answer(one: Recommendation) -> Any:
    days = casework.days_of(one)
    form = RequestForm(data=_asked_for(one, days))
    if form.validate_on_submit():
        try:
            _answer(one, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _back(one)
    return _page(one, days, form if days.waiting is not None else _for_the_officer(one, days))


def _answer(one: Recommendation, form: RequestForm) -> None:
    if form.answer.data == "refuse":
        extending.refuse(one, reason=form.reason.data or "", version=form.version.data, by=acting())
        return
    if form.until.data is None:
        raise Invalid("until", "Enter the new due date")
    extending.grant(one, until=form.until.data, reason=form.reason.data or "", version=form.version.data, by=acting())


def _asked_for(one: Recommendation, days: Days) -> dict[str, Any]:
    return {"version": one.version, "until": days.waiting.until if days.waiting is not None else None}


def _for_the_officer(one: Recommendation, days: Days) -> RequestForm | GiveForm:
    """An empty form of the kind that is of use now."""
    kind = RequestForm if days.waiting is not None else GiveForm
    return kind(data=_asked_for(one, days), formdata=None)


def _page(one: Recommendation, days: Days, form: RequestForm | AskForm | GiveForm) -> Any:
    return page("recommendations/more_time.html", form=form, one=one, organisation=queries.organisation_of(one), days=days)


def _back(one: Recommendation) -> Any:
    return redirect(url_for("more_time.ask", reference=one.reference), 303)
