"""Strict templates: a mistyped name fails. The globals and filters that every page may use."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup

from portal import policy
from portal.config import Settings
from portal.kernel import clock, words
from portal.kernel.content import markdown
from portal.policy import Acting, Action
from portal.web.gate import acting


class Components:
    """The design system: an attribute for each macro of templates/govuk.html."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._app.jinja_env.get_template("govuk.html").module, name)
        setattr(self, name, found)
        return found


def strict(app: Flask, settings: Settings) -> None:
    """Make templates strict and give them the house's words."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    static = Path(app.static_folder or "static")

    @cache
    def static_url(path: str) -> str:
        stamp = hashlib.sha256((static / path).read_bytes()).hexdigest()[:8]
        return f"/static/{path}?{stamp}"

    env.globals.update(
        govuk=Components(app),
        static_url=static_url,
        demonstration=lambda: settings.demonstration,
        demonstration_code=lambda: "",  # the demonstration gives the code that an app would show
        signed_in=acting,
        navigation=navigation,
        may=lambda action, thing=None: policy.may(acting(), policy.Action[action], thing),
        today=clock.today,
        url_for=url_for,
    )
    env.filters.update(
        day=words.day,
        days_to=words.days_from_to,
        moment=words.moment,
        count=words.count,
        number=words.number,
        file_size=words.file_size,
        capital=capital,
        listing=words.listing,
        markdown=markdown,
        paragraphs=paragraphs,
    )


def capital(text: str) -> str:
    """The first letter large and the others as they are: "for the Ombudsman only" keeps its name."""
    return text[:1].upper() + text[1:]


def paragraphs(text: str) -> Markup:
    """Typed text with its line breaks kept and everything in it escaped."""
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    lines = (Markup("<br>").join(part.split("\n")) for part in parts)
    return Markup("").join(Markup('<p class="govuk-body">{}</p>').format(line) for line in lines)


def navigation() -> list[tuple[str, str, bool]]:
    """The links at the top of every page for whoever looks at it: (words, address, whether it is this page)."""
    person = acting()
    links = [("Standards", "/standards"), ("Organisations", "/organisations")]
    if not person.is_authenticated:  # whoever is signed in finds them under Learning
        links.append(("Courses", "/courses"))
    if person.at_the_ombudsman and person.second_factor_at is not None:
        theirs = (
            ("Gaps", "/gaps", Action.SEE_GAP_REGISTER),
            ("Reviews", "/reviews", Action.SEE_REVIEWS),
            ("Recommendations", _recommendations(person), Action.SEE_RECOMMENDATIONS),
            ("More time", "/extensions", Action.GRANT_EXTENSION),
            ("Periods", "/periods", Action.SET_PERIODS),
            ("Marking", "/marking", Action.MARK),
            ("Learning", "/learning", Action.LEARN),
            ("Certificates", "/certificates", Action.DECIDE_CERTIFICATE),
        )
        links = [*((text, href) for text, href, action in theirs if policy.may(person, action)), *links]
    elif person.is_authenticated:
        links = [("Your work", "/work"), *([("Evidence", "/evidence")] if person.bodies else []), ("Learning", "/learning"), *links]
    here = "/evidence" if _in_a_library(request.path) else request.path
    return [(text, href, here == _section(href) or here.startswith(_section(href) + "/")) for text, href in links]


def _recommendations(person: Acting) -> str:
    """Where the Ombudsman's people enter: officers at what waits for them, others at the list."""
    return "/recommendations/board" if policy.may(person, Action.SEE_BOARD) else "/recommendations"


def _section(href: str) -> str:
    """What the address of each page of a section begins with."""
    return href.removesuffix("/board")


def _in_a_library(path: str) -> bool:
    """Whether an address is within an organisation's evidence library: /organisations/RTX/evidence and what is below."""
    return path.startswith("/organisations/") and path.split("/")[3:4] == ["evidence"]
