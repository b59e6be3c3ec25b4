"""Scenarios: what is chosen leads on, and both sides say what they make of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, redirect, url_for

from portal.accreditation.forms.learning import ChooseForm, GoOnForm
from portal.accreditation.operations import walking
from portal.accreditation.queries.learning import Walked
from portal.accreditation.views import mine
from portal.kernel.content import markdown
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("walking", __name__)
_text = partial(markdown, top=0)


@bp.route("/learning/<course>/scenarios/<scenario>", methods=["GET", "POST"])
@gate(Action.LEARN, mine.walked)
def scenario(at: Walked) -> Any:
    gone = walking.steps(at.scenario, at.walk.path if at.walk else "")
    form = ChooseForm(data={"step": str(len(gone))})
    form.offer(gone[-1].part)
    if form.validate_on_submit():
        try:
            walking.choose(at, form.at_step(), form.chosen(), by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("walking.scenario", course=at.studied.course.id, scenario=at.scenario.slug), 303)
    form.step.data = str(len(gone))
    return page(
        "learning/scenario.html", at=at, course=at.studied.course, scenario=at.scenario, walk=at.walk, gone=gone, form=form,
        again=GoOnForm(formdata=None), text=_text,
    )  # fmt: skip


@bp.route("/learning/<course>/scenarios/<scenario>/begin", methods=["POST"])
@gate(Action.LEARN, mine.walked)
def begin(at: Walked) -> Any:
    if GoOnForm().validate_on_submit():
        walking.begin(at, by=acting())
    return redirect(url_for("walking.scenario", course=at.studied.course.id, scenario=at.scenario.slug), 303)
