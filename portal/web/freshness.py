"""Public pages that a browser asks for again are answered "not changed" from a stamp, before they are made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Response, current_app, request, session

from portal.config import Settings
from portal.web.gate import acting

MADE_OF = ("templates/**/*.html", "portal/**/*.py", "portal/**/*.yaml", "static/**/*.css", "static/**/*.js")


def unless_unchanged(make: Callable[[], Response], *stamp: Any) -> Response:
    """The answer of `make`, or 304 where the browser holds the page as it was made from the same `stamp`.

    The stamp must name everything the page shows except who is signed in and the portal itself, which are added here.
    Visitors' pages may be kept by anyone; a signed-in person's show their name, so only by their own browser.
    """
    if session.get("_flashes"):  # a message shown once is on no later page
        return make()
    person = acting()
    tag = _tag((_build(current_app.root_path), _demonstration(), request.headers.get("HX-Target", ""), person, stamp))
    answer = Response(status=304) if request.if_none_match.contains(tag) else make()
    if answer.status_code in (200, 304):
        answer.set_etag(tag)
        answer.headers["Cache-Control"] = (
            f"{'private' if person.is_authenticated else 'public'}, max-age=0, must-revalidate"
        )
        answer.vary.update(("HX-Request", "Cookie"))
    return answer


def _tag(facts: tuple[Any, ...]) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]


def _demonstration() -> bool:
    settings: Settings = current_app.extensions["settings"]
    return settings.demonstration


@cache
def _build(root: str) -> str:
    """Changes when the portal itself does: by content, so that every process of one version says the same."""
    made = hashlib.sha256()
    for path in sorted(path for pattern in MADE_OF for path in Path(root).glob(pattern)):
        made.update(path.read_bytes())
    return made.hexdigest()[:16]
