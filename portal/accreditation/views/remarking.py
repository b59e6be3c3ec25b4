"""Authors have papers marked again by a corrected version, and decide about passes that it would not give."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal.accreditation.forms.remarking import DecisionForm, RemarkForm
from portal.accreditation.operations import remarking
from portal.accreditation.queries import catalogue, certificates
from portal.accreditation.queries import remarking as queries
from portal.accreditation.queries.remarking import Waiting
from portal.accreditation.views.exchanging import Kept, kept
from portal.kernel import words
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("remarking", __name__)


def waits(course: str, paper: str) -> Waiting | None:
    found = queries.waiting(paper)
    return found if found and found.remark.course == course.upper() else None


@bp.route("/authoring/<course>/remarks", methods=["GET", "POST"])
@gate(Action.REMARK, kept)
def index(at: Kept) -> Any:
    newest = catalogue.versions(at.course.id)[0]
    form = RemarkForm()
    if form.validate_on_submit():
        made = remarking.remark(newest, form.because.data or "", by=acting())
        flash(f"The papers are marked again, as {made.reference}." if made else "Nothing was to be marked again.")
        return redirect(url_for("remarking.index", course=at.course.id), 303)
    return page(
        "authoring/remarks.html", course=at.course, newest=newest, affected=remarking.affected(newest), lines=queries.lines(at.course.id), form=form,
        most=queries.MOST,
    )  # fmt: skip


@bp.route("/authoring/<course>/remarks/<paper>", methods=["GET", "POST"])
@gate(Action.REMARK, waits)
def decide(at: Waiting) -> Any:
    form = DecisionForm()
    course = at.sitting.course
    if form.validate_on_submit():
        stands = form.stands.data == "yes"
        fallen = remarking.decide(at, stands=stands, reason=words.clean_line(form.reason.data or ""), by=acting())
        revoked = f" {words.count(len(fallen), 'certificate is', 'certificates are').capitalize()} revoked with it." if fallen else ""
        flash("The pass stands." if stands else f"The pass does not stand.{revoked} The person is told by letter.")
        return redirect(url_for("remarking.index", course=course.id), 303)
    return page("authoring/remark_decide.html", at=at, course=course, form=form, fall=certificates.standing_on(at.sitting.attempt), again=queries.may_sit_again(at.sitting.attempt))
