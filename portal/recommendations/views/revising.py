"""What becomes of the words and the identity of what was issued: reworded, split, merged, superseded, withdrawn, transferred."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, redirect, request, url_for

from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.policy import Action, may
from portal.recommendations import queries
from portal.recommendations.forms.revising import (
    MergeForm,
    RewordForm,
    SplitForm,
    SupersedeForm,
    TransferForm,
    WithdrawForm,
    order_form,
)
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import reordering, replacing, rewording
from portal.recommendations.operations.standing import refuse_unless_open, refuse_unless_settled
from portal.recommendations.operations.succeeding import SAYS, refuse_closed
from portal.recommendations.queries.lineage import by_references, mergeable_with
from portal.recommendations.queries.promising import promised
from portal.recommendations.queries.wordings import wordings as wordings_of
from portal.recommendations.views.drafting import read_along
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("revising", __name__)


@bp.route("/recommendations/<reference>/wordings")
@gate(Action.READ_PUBLIC_PAGES, queries.issued)
def wordings(one: Recommendation) -> Any:
    """Every wording: the public texts for everybody, all of it for the organisation and the Ombudsman."""
    in_full = may(acting(), Action.READ_RECOMMENDATION, one)
    return page("recommendations/wordings.html", one=one, wordings=wordings_of(one.id), in_full=in_full)


@bp.route("/recommendations/<reference>/reword", methods=["GET", "POST"])
@gate(Action.REVISE_RECOMMENDATION, queries.issued)
def reword(one: Recommendation) -> Any:
    refuse_unless_open(one)
    form = RewordForm(obj=one)
    if form.validate_on_submit():
        try:
            rewording.reword(
                one, version=form.version.data, text=form.text.data or "", public_text=form.public_text.data or "",
                reason=form.reason.data or "", by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("revising.wordings", reference=one.reference), 303)
    return _page("reword", one, form, **read_along(form.text.data, one.due_on))


@bp.route("/recommendations/<reference>/split", methods=["GET", "POST"])
@gate(Action.REPLACE_RECOMMENDATION, queries.issued)
def split(one: Recommendation) -> Any:
    _ready(one)
    refuse_closed(one)
    as_it_is = {name: getattr(one, name) for name in ("type", "text", "public_text", "due_on")}
    form = SplitForm(data={"version": one.version, "parts": [as_it_is, {"type": one.type, "due_on": one.due_on}]})
    if "another" in request.form:
        form.add()
    elif "leave_out" in request.form:
        form.leave_out(request.form["leave_out"])
    elif form.validate_on_submit():
        try:
            replacing.split(one, form.said(), reason=form.reason.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _to(one)
    form.offer()
    return _page("split", one, form, most=replacing.MOST_PARTS)


@bp.route("/recommendations/<reference>/merge", methods=["GET", "POST"])
@gate(Action.REPLACE_RECOMMENDATION, queries.issued)
def merge(one: Recommendation) -> Any:
    _ready(one)
    refuse_closed(one)
    form = MergeForm(data=_as_it_is(one))
    offered = [other for other in mergeable_with(one) if may(acting(), Action.REPLACE_RECOMMENDATION, other)]
    form.offer_others(offered)
    if form.validate_on_submit():
        try:
            chosen = form.chosen()
            found = by_references(chosen)
            if len(found) < len(chosen):
                raise Invalid("others", "Choose from the recommendations offered")
            shown = [(one, form.version.data), *((found[reference], version) for reference, version in chosen.items())]
            new = replacing.merge(shown, reason=form.reason.data or "", by=acting(), **form.facts())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _to(new)
    hints = {f"{other.reference}.{other.version}": other.public_text for other in offered}
    return _page("merge", one, form, offered=offered, hints=hints, **read_along(form.text.data, form.due_on.data))


@bp.route("/recommendations/<reference>/supersede", methods=["GET", "POST"])
@gate(Action.REPLACE_RECOMMENDATION, queries.issued)
def supersede(one: Recommendation) -> Any:
    _ready(one)
    refuse_closed(one)
    form = SupersedeForm(data=_as_it_is(one))
    form.offer()
    if form.validate_on_submit():
        try:
            new = replacing.supersede(one, reason=form.reason.data or "", version=form.version.data, by=acting(), **form.facts())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _to(new)
    return _page("supersede", one, form, **read_along(form.text.data, form.due_on.data))


@bp.route("/recommendations/<reference>/withdraw", methods=["GET", "POST"])
@gate(Action.REPLACE_RECOMMENDATION, queries.issued)
def withdraw(one: Recommendation) -> Any:
    _ready(one)
    form = WithdrawForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            replacing.withdraw(one, reason=form.reason.data or "", version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _to(one)
    return _page("withdraw", one, form)


@bp.route("/recommendations/<reference>/transfer", methods=["GET", "POST"])
@gate(Action.REPLACE_RECOMMENDATION, queries.issued)
def transfer(one: Recommendation) -> Any:
    _ready(one)
    heirs = {heir.code: heir for heir in replacing.heirs(queries.organisation_of(one))}
    only = next(iter(heirs)) if len(heirs) == 1 else None
    form = TransferForm(data={"version": one.version, "successor": only, "due_on": one.due_on if one.due_on > clock.today() else None})
    form.offer(list(heirs.values()))
    if form.validate_on_submit():
        try:
            new = replacing.transfer(
                one, heirs[form.successor.data or ""], due_on=cast(date, form.due_on.data), reason=form.reason.data or "",
                version=form.version.data, by=acting(),
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _to(new)
    return _page("transfer", one, form)


@bp.route("/recommendations/<reference>/order", methods=["GET", "POST"])
@gate(Action.ANSWER_RECOMMENDATION, queries.issued)
def order(one: Recommendation) -> Any:
    """The organisation's page: in which order its steps are read."""
    refuse_unless_open(one)
    steps = promised(one.id)
    form = order_form(steps)(data={"version": one.version} | {step.reference: step.position for step in steps})
    if form.validate_on_submit():
        try:
            reordering.reorder(one, form.order(), version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _to(one)
    return _page("order", one, form, steps=steps)


def _ready(one: Recommendation) -> None:
    """Nobody fills in a page for what cannot be done any more."""
    refuse_unless_open(one)
    refuse_unless_settled(one)


def _as_it_is(one: Recommendation) -> dict[str, Any]:
    return {"version": one.version} | {name: getattr(one, name) for name in SAYS}


def _page(name: str, one: Recommendation, form: Any, **words: Any) -> Any:
    return page(f"recommendations/{name}.html", form=form, one=one, organisation=queries.organisation_of(one), **words)


def _to(one: Recommendation) -> Any:
    return redirect(url_for("recommendations.show", reference=one.reference), 303)
