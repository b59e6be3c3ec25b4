"""Give, set up, replace and remove the second factor."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for

from portal.kernel.errors import Invalid
from portal.organisations import codes
from portal.organisations.addresses import place_here
from portal.organisations.forms.signing_in import CodeForm, SetUpForm
from portal.organisations.models import Person
from portal.organisations.operations import second_factor
from portal.organisations.queries import account
from portal.organisations.views.sign_in import FIRST_PAGE
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("second_factor", __name__)


def _back() -> str:
    return place_here(request.values.get("next"))


@bp.route("/second-factor", methods=["GET", "POST"])
@gate(Action.USE_OWN_ACCOUNT, second_factor=False)
def give() -> Any:
    back = _back()
    if account.person(acting().id).totp_confirmed_at is None:
        return redirect(url_for("second_factor.set_up", next=back or None), 303)
    form = CodeForm(next=back)
    if form.validate_on_submit():
        try:
            second_factor.give(form.code.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(back or FIRST_PAGE, 303)
    return page("organisations/second_factor.html", form=form)


@bp.route("/second-factor/set-up", methods=["GET", "POST"])
@gate(Action.USE_OWN_ACCOUNT, second_factor=False)
def set_up() -> Any:
    person, back = account.person(acting().id), _back()
    replacing = person.totp_confirmed_at is not None
    secret = _secret_for(person)
    form = SetUpForm(next=back)
    if form.validate_on_submit():
        try:
            fresh = second_factor.set_up(secret, code=form.code.data, current=form.current.data or "", by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _shown_once(fresh, back)
    picture = codes.picture(secret, person.email)
    return page(
        "organisations/second_factor_set_up.html",
        form=form,
        picture=picture,
        secret=codes.in_fours(secret),
        replacing=replacing,
    )


def _secret_for(person: Person) -> str:
    """The secret offered to this session until the person's second factor changes: nothing is kept by looking at it."""
    return codes.secret_from(str(current_app.secret_key), f"{person.reference} {acting().session_id} {person.version}")


def _shown_once(fresh: list[str], back: str) -> Response:
    answer = page("organisations/recovery_codes.html", codes=fresh, onward=back or FIRST_PAGE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/second-factor/recovery-codes", methods=["GET", "POST"])
@gate(Action.USE_OWN_ACCOUNT)
def recovery_codes() -> Any:
    form = CodeForm()
    if form.validate_on_submit():
        try:
            fresh = second_factor.make_recovery_codes(form.code.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _shown_once(fresh, url_for("account.index"))
    return page("organisations/recovery_codes_make.html", form=form, left=account.codes_left(acting().id))


@bp.route("/second-factor/remove", methods=["GET", "POST"])
@gate(Action.USE_OWN_ACCOUNT)
def remove() -> Any:
    form = CodeForm()
    if form.validate_on_submit():
        try:
            second_factor.remove(form.code.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash("Your second factor was removed.")
            return redirect(url_for("account.index"), 303)
    return page("organisations/second_factor_remove.html", form=form)
