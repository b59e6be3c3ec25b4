"""An organisation says that it takes part, or that it no longer does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for

from portal.kernel.errors import Invalid
from portal.organisations.forms.register import JoinForm, LeaveForm
from portal.organisations.models import Organisation
from portal.organisations.operations import joining
from portal.organisations.queries import organisation
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("taking_part", __name__, url_prefix="/organisations/<code>/taking-part")


@bp.route("")
@gate(Action.SEE_ORGANISATION, organisation)
def show(body: Organisation) -> Any:
    return _page(body, JoinForm(), LeaveForm())


@bp.route("/join", methods=["POST"])
@gate(Action.TAKE_PART, organisation)
def join(body: Organisation) -> Any:
    form = JoinForm()
    if form.validate_on_submit():
        joining.join(body, by=acting())
        return redirect(url_for("taking_part.show", code=body.code), 303)
    return _page(body, form, LeaveForm(formdata=None))


@bp.route("/leave", methods=["POST"])
@gate(Action.TAKE_PART, organisation)
def leave(body: Organisation) -> Any:
    form = LeaveForm()
    if form.validate_on_submit():
        try:
            joining.leave(body, reason=form.reason.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("taking_part.show", code=body.code), 303)
    return _page(body, JoinForm(formdata=None), form)


def _page(body: Organisation, join_form: JoinForm, leave_form: LeaveForm) -> Any:
    return page("organisations/taking_part.html", body=body, join_form=join_form, leave_form=leave_form)
