"""One piece of evidence: what it is, where its file stands, its versions, where it is used, and what happened."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal import audit
from portal.evidence import history
from portal.evidence.ageing import ageing
from portal.evidence.forms.handing_in import DescriptionForm, ReasonForm, VersionForm
from portal.evidence.operations import changing, withdrawing
from portal.evidence.operations.replacing import refuse_withdrawn
from portal.evidence.queries import items as queries
from portal.evidence.queries.items import Seen
from portal.kernel import clock
from portal.kernel.errors import Invalid, WrongState
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("evidence", __name__)


def seen(reference: str) -> Seen | None:
    """The evidence as whoever asks may see it."""
    return queries.seen(reference, acting())


@bp.route("/evidence/<reference>")
@gate(Action.READ_EVIDENCE, seen)
def show(one: Seen) -> Any:
    return page(
        "evidence/show.html",
        fragment="evidence/_standing.html",
        one=one,
        ageing=ageing(one.item.review_on, one.item.covers_until, clock.today()) if one.own else (),
        history=history.told(audit.trail(one.organisation_id, one.item.audited_as())) if one.own else [],
    )


def _done(one: Seen, said: str) -> Any:
    flash(said)
    return redirect(url_for("evidence.show", reference=one.item.reference), 303)


@bp.route("/evidence/<reference>/change", methods=["GET", "POST"])
@gate(Action.CHANGE_EVIDENCE, seen)
def change(one: Seen) -> Any:
    refuse_withdrawn(one.item)
    form = DescriptionForm.of(one.item)
    if form.validate_on_submit():
        try:
            changed = changing.describe(one.item, form.described(), version=form.version.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(one, "Saved." if changed else "Nothing was changed: it says so already.")
    return page("evidence/change.html", form=form, one=one)


@bp.route("/evidence/<reference>/withdraw", methods=["GET", "POST"])
@gate(Action.CHANGE_EVIDENCE, seen)
def withdraw(one: Seen) -> Any:
    refuse_withdrawn(one.item)
    form = ReasonForm(obj=one.item)
    if form.validate_on_submit():
        try:
            withdrawing.withdraw(one.item, version=form.version.data, reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(one, "Withdrawn. It is offered for no new pin, and what was signed with it stays.")
    return page("evidence/withdraw.html", form=form, one=one)


@bp.route("/evidence/<reference>/restore", methods=["POST"])
@gate(Action.CHANGE_EVIDENCE, seen)
def restore(one: Seen) -> Any:
    withdrawing.restore(one.item, version=VersionForm().version.data, by=acting())
    return _done(one, "Restored. It is in use again.")


@bp.route("/evidence/<reference>/keep", methods=["GET", "POST"])
@gate(Action.HOLD_EVIDENCE, seen)
def keep(one: Seen) -> Any:
    if one.item.on_hold:
        raise WrongState(f"“{one.item.title}” is kept already: {one.item.hold_why}")
    form = ReasonForm(obj=one.item)
    if form.validate_on_submit():
        try:
            withdrawing.keep(one.item, version=form.version.data, reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _done(one, "It is kept from now on, whatever its age.")
    return page("evidence/keep.html", form=form, one=one)


@bp.route("/evidence/<reference>/let-go", methods=["POST"])
@gate(Action.HOLD_EVIDENCE, seen)
def let_go(one: Seen) -> Any:
    withdrawing.let_go(one.item, version=VersionForm().version.data, by=acting())
    return _done(one, "Its days count again.")


