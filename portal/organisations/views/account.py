"""A person's own account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal.organisations.forms.people import NameForm
from portal.organisations.operations import account as changing
from portal.organisations.operations import signing_in
from portal.organisations.queries import account
from portal.organisations.views.sign_in import leave
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("account", __name__)


@bp.route("/account")
@gate(Action.USE_OWN_ACCOUNT)
def index() -> Any:
    by = acting()
    return page(
        "organisations/account.html",
        person=account.person(by.id),
        posts=by.posts,
        sessions=account.sessions(by.id),
        this_session=by.session_id,
        codes_left=account.codes_left(by.id),
        must_have_a_second_factor=by.at_the_ombudsman,
    )


@bp.route("/account/name", methods=["GET", "POST"])
@gate(Action.USE_OWN_ACCOUNT)
def name() -> Any:
    form = NameForm(obj=account.person(acting().id))
    if form.validate_on_submit():
        changing.rename(form.name.data, version=form.version.data, by=acting())
        flash("Your name was changed.")
        return redirect(url_for("account.index"), 303)
    return page("organisations/account_name.html", form=form)


@bp.route("/account/sign-out-everywhere", methods=["POST"])
@gate(Action.USE_OWN_ACCOUNT, second_factor=False)
def sign_out_everywhere() -> Any:
    signing_in.sign_out_everywhere(by=acting())
    return leave(url_for("sign_in.ask"))
