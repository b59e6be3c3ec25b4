"""Publishing a finding, answering the reply to it, accepting assessments together, and reopening one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal.assessments.forms.reviewing import (
    AnswerForm,
    BulkForm,
    ConfirmBulkForm,
    LoneButton,
    PublishTogetherForm,
    ReopenForm,
)
from portal.assessments.lifecycle import ASSESSMENT, Verb
from portal.assessments.models import Assessment
from portal.assessments.operations import accepting, publishing, publishing_together, reopening, replying
from portal.assessments.operations.accepting import Choice
from portal.assessments.queries import publishable
from portal.assessments.queries import reviewing as queries
from portal.assessments.views.reviews import sees_whole_view
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.working_days import add_working_days
from portal.organisations.kinds import KINDS
from portal.policy import Action
from portal.standards import library
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("publishing", __name__)
USUAL_DAYS_TO_MEND = 10


@bp.route("/reviews/<reference>/publish", methods=["GET", "POST"])
@gate(Action.PUBLISH, queries.handed_in)
def publish(assessment: Assessment) -> Any:
    form = LoneButton()
    if form.validate_on_submit():
        publishing.publish(assessment, by=acting())
        return redirect(url_for("reviews.show", reference=assessment.reference), 303)
    return _publish(assessment, AnswerForm(formdata=None))


@bp.route("/reviews/<reference>/answer-reply", methods=["POST"])
@gate(Action.REVIEW, queries.handed_in)
def answer_reply(assessment: Assessment) -> Any:
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            replying.answer(assessment, text=form.answer.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("publishing.publish", reference=assessment.reference), 303)
    return _publish(assessment, form)


def _publish(assessment: Assessment, form: AnswerForm) -> Any:
    judged, reply = queries.judged(assessment), queries.reply(assessment)
    standard = queries.standard_of(assessment)
    return page(
        "reviews/publish.html",
        assessment=assessment,
        context=queries.context(assessment),
        standard=standard,
        judged=judged,
        shows_whole=sees_whole_view(assessment, judged, acting()),
        reply=reply,
        form=form,
        opens=publishing.may_publish_from(assessment, reply),
        outcome=publishing.outcome_of(assessment, judged, standard),
        possible=ASSESSMENT.can(assessment.state, Verb.PUBLISH),
    )


@bp.route("/reviews/accept-in-bulk", methods=["GET", "POST"])
@gate(Action.ACCEPT_IN_BULK)
def accept() -> Any:
    by = acting()
    if request.method == "POST":
        confirmed = ConfirmBulkForm()
        if not confirmed.validate():
            return _bulk(_bulk_form(None), changed=False)
        choice = _choice(confirmed.kind.data, confirmed.standard.data, confirmed.unqueried.data == "y", confirmed.percent.data)
        drawn = accepting.drawing(choice, by=by)
        if not drawn.references or drawn.seed != confirmed.seed.data:
            return _bulk(_bulk_form(choice), changed=True, status=409)
        accepted, sampled = accepting.accept(drawn, by=by)
        return page("reviews/accepted.html", drawn=drawn, accepted=accepted, sampled=sampled)
    return _bulk(_bulk_form(None), changed=False)


def _choice(kind: str | None, standard: str | None, unqueried: bool, percent: str | int | None) -> Choice:
    known = str(percent or "")
    return Choice(
        kind=kind if kind in KINDS else "",
        standard=standard if standard and standard in library.load().standards else "",
        unqueried=unqueried,
        percent=int(known) if known.isdecimal() and len(known) < 4 else 0,
    )


def _bulk_form(choice: Choice | None) -> BulkForm:
    """The form as the address fills it, or as the choice does."""
    asked = request.args if request.method == "GET" and "percent" in request.args else None
    shown = choice or Choice()
    form = BulkForm(
        asked, kind=shown.kind, standard=shown.standard, unqueried=shown.unqueried, percent=shown.percent
    )
    form.kind.choices = [("", "All kinds"), *KINDS.items()]
    form.standard.choices = [("", "All standards"), *((id, library.latest(id).title) for id in library.load().standards)]
    return form


def _bulk(form: BulkForm, *, changed: bool, status: int | None = None) -> Any:
    drawn = None
    if (request.method == "POST" or "percent" in request.args) and form.validate():
        choice = _choice(form.kind.data, form.standard.data, bool(form.unqueried.data), form.percent.data)
        drawn = accepting.drawing(choice, by=acting())
    confirm = None
    if drawn is not None:
        chosen = drawn.choice
        confirm = ConfirmBulkForm(
            formdata=None, kind=chosen.kind, standard=chosen.standard, unqueried="y" if chosen.unqueried else "",
            percent=str(chosen.percent), seed=drawn.seed,
        )  # fmt: skip
    return page("reviews/accept_in_bulk.html", form=form, drawn=drawn, confirm=confirm, changed=changed, status=status)


@bp.route("/reviews/publish-in-bulk", methods=["GET", "POST"])
@gate(Action.PUBLISH)
def publish_together() -> Any:
    form = PublishTogetherForm()
    if form.validate_on_submit():
        references = (form.references.data or "").replace("\x00", "").split()
        told = publishing_together.publish(references, by=acting())
        return page("reviews/published_together.html", told=told)
    after = request.args.get("after", "")
    found = publishable.reviewed(after)
    sorted_out = publishing_together.sort(found.lines, by=acting())
    listed = " ".join(line.reference for line in sorted_out.ready)
    return page(
        "reviews/publish_in_bulk.html",
        form=PublishTogetherForm(formdata=None, references=listed),
        refused=form.errors,
        ready=sorted_out.ready,
        waiting=sorted_out.waiting,
        first_page=not after,
        next_page=url_for("publishing.publish_together", after=found.next) if found.next else None,
        status=422 if form.errors else None,
    )


@bp.route("/reviews/<reference>/reopen", methods=["GET", "POST"])
@gate(Action.REOPEN, queries.handed_in)
def reopen(assessment: Assessment) -> Any:
    form = ReopenForm(until=add_working_days(clock.today(), USUAL_DAYS_TO_MEND))
    if form.validate_on_submit():
        try:
            assert form.until.data is not None  # the form asks for a day
            reopening.reopen(assessment, reason=form.reason.data or "", until=form.until.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("reviews.index"), 303)
    return page("reviews/reopen.html", form=form, assessment=assessment, context=queries.context(assessment))
