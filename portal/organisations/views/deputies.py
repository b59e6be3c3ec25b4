"""Name a deputy, and end their time early."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect

from portal.kernel import clock, words
from portal.kernel.errors import Invalid
from portal.organisations.forms.people import DeputyForm
from portal.organisations.models import Membership
from portal.organisations.operations import deputies
from portal.organisations.queries import people
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("deputies", __name__)

SOMEBODY_ELSE = "invite"


@bp.route("/organisations/<code>/people/<reference>/deputy", methods=["GET", "POST"])
@gate(Action.NAME_A_DEPUTY, people.membership)
def name(membership: Membership) -> Any:
    about = people.about(membership)
    form = DeputyForm()
    colleagues = [(str(id), name) for id, name in people.possible_deputies(membership)]
    form.deputy.offer([*colleagues, (SOMEBODY_ELSE, "Somebody else, whom we invite")])
    if form.validate_on_submit():
        try:
            _name(membership, form)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash("The deputy was named, and told by email.")
            return redirect(about.here, 303)
    latest = words.day(deputies.last_day_allowed(clock.today()))
    return page("organisations/deputy.html", form=form, about=about, latest=latest)


def _name(membership: Membership, form: DeputyForm) -> None:
    until_on = form.until_on.data
    assert until_on is not None  # the form requires it
    if form.deputy.data != SOMEBODY_ELSE:
        deputies.name(membership, int(form.deputy.data or 0), until_on=until_on, by=acting())
        return
    if not form.name.data:
        raise Invalid("name", "Enter their full name")
    if not form.email.data:
        raise Invalid("email", "Enter their email address")
    deputies.invite(membership, email=form.email.data, name=form.name.data, until_on=until_on, by=acting())


@bp.route("/organisations/<code>/people/<reference>/end-deputy", methods=["POST"])
@gate(Action.NAME_A_DEPUTY, people.membership)
def end(membership: Membership) -> Any:
    about = people.about(membership)
    deputies.end(membership, by=acting())
    flash(f"{about.person.name} is no longer a deputy, and was told.")
    return redirect(about.here, 303)
