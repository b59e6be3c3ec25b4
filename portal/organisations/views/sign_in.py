"""Ask for a link, use it, sign out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.organisations.addresses import place_here
from portal.organisations.forms.signing_in import SignInForm
from portal.organisations.operations import signing_in
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page

bp = Blueprint("sign_in", __name__)

FIRST_PAGE = "/work"

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def browser_named() -> str:
    """What a person calls the browser of this request: Firefox on Windows."""
    agent = request.headers.get("User-Agent", "")[:1000]
    named = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{named} on {system}" if system else named


def start(token: str) -> None:
    """Put a session's token into this browser, and nothing of what was there before."""
    session.clear()
    session["_user_id"] = token
    session["_fresh"] = True


@bp.route("/sign-in", methods=["GET", "POST"])
@gate(Action.SIGN_IN)
def ask() -> Any:
    back = place_here(request.values.get("next"))
    if request.method == "GET" and acting().is_authenticated:
        return redirect(back or FIRST_PAGE, 303)
    form = SignInForm(next=back)
    if form.validate_on_submit():
        signing_in.ask(form.email.data, network=request.remote_addr or "unknown", next=back, by=acting())
        return redirect(url_for("sign_in.sent"), 303)
    return page("organisations/sign_in.html", form=form)


@bp.route("/sign-in/sent")
@gate(Action.SIGN_IN)
def sent() -> Any:
    return page("organisations/sign_in_sent.html")


@bp.route("/sign-in/<token>", methods=["GET", "POST"])
@gate(Action.SIGN_IN)
def claim(token: str) -> Any:
    if request.method == "POST":
        claimed = signing_in.claim(token, browser=browser_named(), by=acting())
        if claimed is not None:
            start(claimed.session_token)
            return redirect(_after(claimed), 303)
    standing = signing_in.standing(token)
    status = 200 if standing is signing_in.Standing.LIVE else 410
    return page("organisations/sign_in_link.html", status=status, standing=standing.name, token=token)


def _after(claimed: signing_in.Claimed) -> str:
    wanted = place_here(claimed.next, FIRST_PAGE)
    return url_for("second_factor.give", next=wanted) if claimed.at_the_ombudsman else wanted


@bp.route("/sign-out", methods=["POST"])
@gate(Action.USE_OWN_ACCOUNT, second_factor=False)
def sign_out() -> Any:
    signing_in.sign_out(by=acting())
    return leave("/")


def leave(onward: str) -> Response:
    """Take everything of a session out of this browser: the cookie, and copies of pages that it may have kept."""
    session.clear()
    answer = redirect(onward, 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
