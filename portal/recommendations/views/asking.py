"""The complainant's page, which anybody with the link can open once; and what officers note about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.recommendations import queries as recommendations
from portal.recommendations.forms.asking import AddressForm, SettleForm, YourViewForm
from portal.recommendations.lifecycle import Said
from portal.recommendations.models import ComplainantQuestion, Recommendation
from portal.recommendations.operations import asking
from portal.recommendations.queries import asking as queries
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("asking", __name__)


@bp.route("/your-view/<token>", methods=["GET", "POST"])
@gate(Action.READ_PUBLIC_PAGES, queries.question, to_change=Action.ANSWER_AS_COMPLAINANT)
def your_view(question: ComplainantQuestion) -> Any:
    asking.refuse_unless_open(question)
    token = (request.view_args or {})["token"]
    form = YourViewForm()
    if form.validate_on_submit():
        try:
            asking.answer(
                token, arrived=Said(form.arrived.data), matches=Said(form.matches.data), said=form.said.data or "",
                network=request.remote_addr or "", by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("asking.thanks"), 303)
    shown = page("recommendations/your_view.html", form=form, token=token, question=question, public_text=queries.public_text(question))
    return _kept_out_of_sight(shown)


def _kept_out_of_sight(answer: Response) -> Response:
    """No search engine lists it, no cache keeps it, and no other site is told its address."""
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.route("/your-view/thank-you")
@gate(Action.READ_PUBLIC_PAGES)
def thanks() -> Any:
    return page("recommendations/thank_you.html")


@bp.route("/recommendations/<reference>/complainant", methods=["GET", "POST"])
@gate(Action.NOTE_COMPLAINANT, recommendations.issued)
def complainant(one: Recommendation) -> Any:
    """Where they can be asked, and what they said."""
    form = AddressForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            asking.note_address(one, address=form.address.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("asking.complainant", reference=one.reference), 303)
    return _complainant(one, form, SettleForm(data={"version": one.version}, formdata=None))


def _complainant(one: Recommendation, form: AddressForm, settling: SettleForm) -> Any:
    return page(
        "recommendations/complainant.html", one=one, organisation=recommendations.organisation_of(one),
        form=settling if settling.errors else form, noting=form, settling=settling, said=queries.said_about(one.id),
        noted_at=queries.noted_at(one.id),
    )  # fmt: skip


@bp.route("/recommendations/<reference>/complainant/settle", methods=["POST"])
@gate(Action.NOTE_COMPLAINANT, recommendations.issued)
def settle(one: Recommendation) -> Any:
    form = SettleForm()
    if form.validate_on_submit():
        try:
            asking.settle(one, why=form.why.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("asking.complainant", reference=one.reference), 303)
    return _complainant(one, AddressForm(data={"version": one.version}, formdata=None), form)
