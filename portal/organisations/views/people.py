"""Who acts for an organisation: the list, invitations sent, roles changed and ended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal.kernel import clock, words
from portal.kernel.errors import Invalid
from portal.organisations.forms.people import EndForm, InviteForm, ReasonForm, RoleForm, capitalised
from portal.organisations.models import Invitation, Membership, Organisation
from portal.organisations.operations import deputies, inviting, memberships, second_factor
from portal.organisations.queries import organisation, people
from portal.policy import Action, Role
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("people", __name__)


@bp.route("/organisations/<code>/people")
@gate(Action.SEE_PEOPLE, organisation)
def index(body: Organisation) -> Any:
    return page(
        "organisations/people.html",
        body=body,
        colleagues=people.colleagues(body.id),
        invited=people.invited(body.id),
        can_have_a_deputy=deputies.CAN_HAVE_ONE,
        me=acting().id,
        now=clock.now(),
    )


@bp.route("/organisations/<code>/people/invite", methods=["GET", "POST"])
@gate(Action.MANAGE_PEOPLE, organisation)
def invite(body: Organisation) -> Any:
    form = InviteForm()
    form.offer(memberships.roles_to_give(body, acting()))
    if form.validate_on_submit():
        try:
            inviting.invite(
                body,
                email=form.email.data,
                name=form.name.data,
                roles=form.chosen(),
                job_title=form.job_title.data or "",
                by=acting(),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(f"We have written to {form.email.data}. The invitation stands for {inviting.STANDS.days} days.")
            return redirect(url_for("people.index", code=body.code), 303)
    return page("organisations/invite.html", form=form, body=body)


@bp.route("/organisations/<code>/people/invitations/<reference>/resend", methods=["POST"])
@gate(Action.MANAGE_PEOPLE, people.invitation)
def resend(invitation: Invitation) -> Any:
    inviting.resend(invitation, by=acting())
    flash(f"We have written to {invitation.email} again. The link sent before no longer works.")
    return _back_to(invitation.organisation_id)


@bp.route("/organisations/<code>/people/invitations/<reference>/withdraw", methods=["POST"])
@gate(Action.MANAGE_PEOPLE, people.invitation)
def withdraw(invitation: Invitation) -> Any:
    inviting.withdraw(invitation, by=acting())
    flash(f"The invitation to {invitation.email} was withdrawn.")
    return _back_to(invitation.organisation_id)


def _back_to(organisation_id: int) -> Any:
    return redirect(url_for("people.index", code=people.code_of(organisation_id)), 303)


@bp.route("/organisations/<code>/people/<reference>/role", methods=["GET", "POST"])
@gate(Action.MANAGE_PEOPLE, people.membership)
def role(membership: Membership) -> Any:
    about = people.about(membership)
    form = RoleForm()
    offered = [one for one in memberships.roles_to_give(about.organisation, acting()) if one is not membership.role]
    form.role.offer([(one.name, capitalised(one.value)) for one in offered])
    if form.validate_on_submit():
        try:
            memberships.change_role(membership, Role[form.role.data or ""], by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(f"{about.person.name} has a new role.")
            return redirect(about.here, 303)
    return page("organisations/role.html", form=form, about=about)


@bp.route("/organisations/<code>/people/<reference>/end", methods=["GET", "POST"])
@gate(Action.MANAGE_PEOPLE, people.membership)
def end(membership: Membership) -> Any:
    about = people.about(membership)
    form = EndForm()
    form.scope.offer(
        [
            ("role", f"Only the role of {membership.role.value}"),
            ("everything", f"Everything they do for {about.organisation.name}"),
        ]
    )
    if form.validate_on_submit():
        memberships.end(membership, reason=form.reason.data, everything=form.scope.data == "everything", by=acting())
        flash(f"The change was made, and {about.person.name} was told.")
        return redirect(about.here, 303)
    return page("organisations/role_end.html", form=form, about=about, today_in_words=words.day(clock.today()))


@bp.route("/organisations/<code>/people/<reference>/second-factor", methods=["GET", "POST"])
@gate(Action.APPOINT_STAFF, people.membership)
def reset_second_factor(membership: Membership) -> Any:
    about = people.about(membership)
    form = ReasonForm()
    if form.validate_on_submit():
        second_factor.reset(about.person, reason=form.reason.data, by=acting())
        flash(f"{about.person.name} has no second factor now and can set up a new one.")
        return redirect(about.here, 303)
    return page("organisations/second_factor_reset.html", form=form, about=about)
