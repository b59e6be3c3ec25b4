"""The complainant's page, which anybody with the link can open once; and what officers note about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.errors import Invalid, NotFound
from portal.policy import Action
from portal.recommendations import queries as recommendations
from portal.recommendations.forms.asking import AddressForm, SettleForm, YourViewForm
from portal.recommendations.lifecycle import Said
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import asking
from portal.recommendations.queries import asking as queries
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("asking", __name__)
# Not "no-referrer": with that, browsers say of a form that it came from nowhere ("Origin: null"), and web/headers.py refuses it.
OUT_OF_SIGHT = {"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "strict-origin"}


@bp.route("/your-view/<token>", methods=["GET", "POST"])
@gate(Action.READ_PUBLIC_PAGES, to_change=Action.ANSWER_AS_COMPLAINANT)
def your_view(token: str) -> Any:
    if request.method == "POST":
        asking.knock(network=request.remote_addr or "", by=acting())
    question = queries.question(token)
    if question is None:
        raise NotFound()
    asking.refuse_unless_open(question)
    form = YourViewForm()
    if form.validate_on_submit():
        try:
            asking.answer(token, arrived=Said(form.arrived.data), matches=Said(form.matches.data), said=form.said.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("asking.thanks"), 303)
    return page("recommendations/your_view.html", form=form, token=token, question=question, public_text=queries.public_text(question))


@bp.after_request
def _kept_out_of_sight(answer: Response) -> Response:
    """Whatever a link is answered: no search engine lists it, no cache keeps it, and no other page is told its address."""
    if request.endpoint in ("asking.your_view", "asking.thanks"):
        answer.headers.update(OUT_OF_SIGHT)
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
