"""An organisation gives one of its people more time in papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect

from portal.accreditation.forms.allowing_time import AllowTimeForm
from portal.accreditation.operations import allowing_time
from portal.accreditation.queries import examining
from portal.organisations.models import Membership
from portal.organisations.queries import people
from portal.organisations.queries.people import about
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("allowing_time", __name__)


@bp.route("/organisations/<code>/people/<reference>/extra-time", methods=["GET", "POST"])
@gate(Action.ALLOW_TIME, people.membership)
def allow(member: Membership) -> Any:
    form = AllowTimeForm(data={"extra": str(examining.extra(member.person_id))})
    of = about(member)
    if form.validate_on_submit():
        allowing_time.allow(member, int(form.extra.data or 0), by=acting())
        flash(f"{of.person.name} has the time that you chose, in every paper from now on.")
        return redirect(of.here, 303)
    return page("learning/extra_time.html", form=form, about=of, action=f"{of.here}/{member.reference}/extra-time")
