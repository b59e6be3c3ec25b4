"""Conflicts of interest of the Ombudsman's staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for

from portal.kernel import words
from portal.kernel.errors import Invalid, NotFound
from portal.organisations.forms.people import ConflictForm
from portal.organisations.models import Conflict
from portal.organisations.operations import conflicts
from portal.organisations.queries import account, organisation
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("conflicts", __name__)


@bp.route("/conflicts")
@gate(Action.DECLARE_CONFLICT)
def index() -> Any:
    declared = account.conflicts(acting().id)
    return page("organisations/conflicts.html", declared=declared)


@bp.route("/conflicts/declare", methods=["GET", "POST"])
@gate(Action.DECLARE_CONFLICT)
def declare() -> Any:
    asked = words.clean_line(request.values.get("q", ""))[:200]
    found = account.organisations_like(asked)
    form = ConflictForm()
    form.organisation.offer([(code, f"{name} ({code})") for code, name in found])
    if form.validate_on_submit():
        body = organisation(form.organisation.data or "")
        if body is None:
            raise NotFound()
        try:
            conflicts.declare(body, reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(f"You are kept out of reviews of {body.name} from now on.")
            return redirect(url_for("conflicts.index"), 303)
    return page("organisations/conflict_declare.html", form=form, asked=asked, found=found)


def _own(reference: str) -> Conflict | None:
    found = account.conflict(reference)
    return found if found is not None and found.person_id == acting().id else None


@bp.route("/conflicts/<reference>/end", methods=["POST"])
@gate(Action.DECLARE_CONFLICT, _own)
def end(conflict: Conflict) -> Any:
    conflicts.end(conflict, by=acting())
    flash("The conflict of interest was ended.")
    return redirect(url_for("conflicts.index"), 303)
