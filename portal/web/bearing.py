"""Other systems: who the token speaks for that a request shows. Cookies count for nothing here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, abort, current_app, g, request

from portal.policy import Acting
from portal.web.problems import problem

LONGEST = 200
WITHOUT = "Show a token of this portal in the header Authorization: Bearer <token>. The Ombudsman’s administrator makes tokens, at /tokens."
NOT_GOOD = (
    "This token is not good: it is mistyped, has ended or was revoked, or its officer no longer holds their role. "
    "Ask the Ombudsman’s administrator for another."
)


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for, what it lets them do, and what it is called."""

    person: Acting
    scopes: frozenset[str]
    token: str


Finder = Callable[[str], Bearer | None]


def found_by(app: Flask, find: Finder) -> None:
    """Have tokens looked up by `find`, which may raise TooMany."""
    app.extensions["bearers"] = find


def identified() -> Bearer:
    """Who asks, by the token of the request under way. Whoever shows none that is good learns nothing else."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        abort(problem(401, WITHOUT))
    found = cast(Finder, current_app.extensions["bearers"])(token.strip()) if len(token) <= LONGEST else None
    if found is None:
        abort(problem(401, NOT_GOOD))
    g.bearer = found
    return found
