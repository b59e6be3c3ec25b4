"""The Ombudsman's administrator makes and revokes the tokens of other systems."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for

from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.policy import Action
from portal.recommendations.forms.drafting import ReasonForm
from portal.recommendations.forms.tokens import TokenForm
from portal.recommendations.models import ApiToken
from portal.recommendations.operations import tokens
from portal.recommendations.queries import tokens as queries
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("tokens", __name__)


@bp.route("/tokens")
@gate(Action.MANAGE_TOKENS)
def index() -> Any:
    return page("recommendations/tokens.html", tokens=queries.listed(), scopes=tokens.SCOPES)


@bp.route("/tokens/new", methods=["GET", "POST"])
@gate(Action.MANAGE_TOKENS)
def new() -> Any:
    form = TokenForm(ends_on=clock.today() + tokens.LASTS_AT_MOST)
    form.officer.offer(queries.officers())
    if form.validate_on_submit():
        try:
            one, secret = tokens.make(**form.facts(), by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            answer = page("recommendations/token_made.html", one=one, secret=secret)
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return page("recommendations/token.html", form=form)


@bp.route("/tokens/<reference>/revoke", methods=["GET", "POST"])
@gate(Action.MANAGE_TOKENS, queries.token)
def revoke(one: ApiToken) -> Any:
    form = ReasonForm(data={"version": one.version})
    if form.validate_on_submit():
        try:
            tokens.revoke(one, version=form.version.data, reason=form.reason.data, by=acting())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(f"The token “{one.name}” was revoked.")
            return redirect(url_for("tokens.index"), 303)
    return page("recommendations/token_revoke.html", one=one, form=form)
