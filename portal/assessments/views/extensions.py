"""More time: the organisation's page to ask for it, and the Ombudsman's pages to decide."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, Response, redirect, request, url_for

from portal.assessments import deadlines
from portal.assessments.forms.periods import AskForm, DecideForm, GiveForm
from portal.assessments.models import Assessment, Extension
from portal.assessments.operations import extending
from portal.assessments.queries import extensions as requests
from portal.assessments.queries import periods as queries
from portal.kernel.db import db
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("extensions", __name__)


@bp.route("/assessments/<reference>/extension", methods=["GET", "POST"])
@gate(Action.SEE_EXTENSIONS, queries.assessment, to_change=Action.ASK_FOR_EXTENSION)
def ask(assessment: Assessment) -> Any:
    form = AskForm()
    if form.validate_on_submit():
        try:
            extending.ask(assessment, until=cast(date, form.until.data), reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("extensions.ask", reference=assessment.reference), 303)
    return page(
        "assessments/extension.html",
        form=form,
        assessment=assessment,
        about=queries.about(assessment.id),
        extensions=requests.extensions_of(assessment.id),
        possible=assessment.state in extending.MAY_GET_MORE_TIME,
        latest=deadlines.latest_extension(assessment.first_due_on),
    )


@bp.route("/assessments/<reference>/extension/grant", methods=["GET", "POST"])
@gate(Action.GRANT_EXTENSION, queries.assessment)
def give(assessment: Assessment) -> Any:
    form = GiveForm()
    if form.validate_on_submit():
        try:
            extending.give(assessment, until=cast(date, form.until.data), reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("extensions.ask", reference=assessment.reference), 303)
    return page(
        "assessments/extension_grant.html",
        form=form,
        assessment=assessment,
        about=queries.about(assessment.id),
        latest=deadlines.latest_extension(assessment.first_due_on),
    )


@bp.route("/extensions")
@gate(Action.GRANT_EXTENSION)
def index() -> Response:
    after = request.args.get("after", "")
    rows, more = requests.waiting(int(after) if after.isascii() and after.isdigit() and len(after) < 16 else 0)
    kinds = {one: kind.name for one, kind in library.load().kinds.items()}
    return page("assessments/extensions.html", rows=rows, more=more, kinds=kinds)


@bp.route("/extensions/<reference>", methods=["GET", "POST"])
@gate(Action.GRANT_EXTENSION, requests.extension)
def decide(extension: Extension) -> Any:
    assessment = db.session.get_one(Assessment, extension.assessment_id)
    form = DecideForm(until=extension.until)
    if form.validate_on_submit():
        try:
            _decide(extension, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("extensions.index"), 303)
    return page(
        "assessments/extension_decide.html",
        form=form,
        extension=extension,
        assessment=assessment,
        about=queries.about(assessment.id),
        latest=deadlines.latest_extension(assessment.first_due_on),
    )


def _decide(extension: Extension, form: DecideForm) -> None:
    if form.answer.data == "refuse":
        extending.refuse(extension, reason=form.reason.data, by=acting())
        return
    if form.until.data is None:
        raise Invalid("until", "Enter the new day to hand in by")
    extending.grant(extension, until=form.until.data, reason=form.reason.data, by=acting())
