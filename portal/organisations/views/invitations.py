"""The page an invitation leads to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from portal.kernel.errors import NotFound
from portal.organisations.operations import inviting
from portal.organisations.queries import people
from portal.organisations.views.sign_in import FIRST_PAGE, browser_named, start
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("invitations", __name__)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
@gate(Action.SIGN_IN)
def accept(token: str) -> Any:
    if request.method == "POST":
        accepted = inviting.accept(token, browser=browser_named(), by=acting())
        if accepted.session_token is not None:
            start(accepted.session_token)
        return redirect(url_for("second_factor.give") if accepted.at_the_ombudsman else FIRST_PAGE, 303)
    invitation = inviting.with_token(token)
    if invitation is None:
        raise NotFound()
    standing = inviting.standing(invitation)
    return page(
        "organisations/invitation.html",
        status=200 if standing is inviting.Standing.OPEN else 410,
        invitation=invitation,
        standing=standing,
        offered=people.offered_with(invitation),
        organisation=people.name_of(invitation.organisation_id),
        token=token,
    )
