"""The pages about the portal itself: accessibility, cookies, privacy."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app

from portal.policy import Action
from portal.web.freshness import unless_unchanged
from portal.web.gate import gate
from portal.web.pages import page

bp = Blueprint("about", __name__)


@bp.route("/accessibility")
@gate(Action.READ_PUBLIC_PAGES)
def accessibility() -> Any:
    return unless_unchanged(lambda: page("home/accessibility.html"), "accessibility")


@bp.route("/cookies")
@gate(Action.READ_PUBLIC_PAGES)
def cookies() -> Any:
    name = current_app.config["SESSION_COOKIE_NAME"]
    return unless_unchanged(lambda: page("home/cookies.html", cookie=name), "cookies", name)


@bp.route("/privacy")
@gate(Action.READ_PUBLIC_PAGES)
def privacy() -> Any:
    return unless_unchanged(lambda: page("home/privacy.html"), "privacy")
