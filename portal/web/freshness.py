"""Public pages that a browser asks for again are answered "not changed" from a stamp, before they are made."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Response, current_app, request, session

from portal.config import Settings
from portal.web.gate import acting

MADE_OF = ("templates/**/*.html", "portal/**/*.py", "portal/**/*.yaml", "static/**/*.css", "static/**/*.js")


KEPT_BYTES = 2 * 1024 * 1024


class Kept:
    """Pages as they were made for visitors, by their tag; what was not asked for longest goes first."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self.most, self._size, self._lock = most, 0, Lock()
        self._pages: OrderedDict[str, bytes] = OrderedDict()

    def get(self, tag: str) -> bytes | None:
        with self._lock:
            if tag in self._pages:
                self._pages.move_to_end(tag)
            return self._pages.get(tag)

    def put(self, tag: str, page: bytes) -> None:
        with self._lock:
            if tag in self._pages or len(page) > self.most // 8:
                return
            self._pages[tag] = page
            self._size += len(page)
            while self._size > self.most:
                self._size -= len(self._pages.popitem(last=False)[1])

    def forget(self) -> None:
        with self._lock:
            self._pages.clear()
            self._size = 0


kept = Kept()


def unless_unchanged(make: Callable[[], Response], *stamp: Any) -> Response:
    """The answer of `make`, or 304 where the browser holds the page as it was made from the same `stamp`.

    The stamp must name everything the page shows except its address, who is signed in and the portal itself, which
    are added here. Visitors' pages may be kept by anyone, and are kept here; a signed-in person's show their name, so
    only by their own browser.
    """
    if session.get("_flashes"):  # a message shown once is on no later page
        return make()
    person = acting()
    asked = (request.full_path, request.headers.get("HX-Request", ""), request.headers.get("HX-Target", ""))
    tag = _tag((_build(current_app.root_path), _demonstration(), asked, person, stamp))
    answer = Response(status=304) if request.if_none_match.contains(tag) else _made(make, tag)
    if answer.status_code in (200, 304):
        answer.set_etag(tag)
        answer.headers["Cache-Control"] = (
            f"{'private' if person.is_authenticated else 'public'}, max-age=0, must-revalidate"
        )
        answer.vary.update(("HX-Request", "Cookie"))
    return answer


def _made(make: Callable[[], Response], tag: str) -> Response:
    """The page as it was made for an earlier visitor, or made now."""
    if acting().is_authenticated:
        return make()
    page = kept.get(tag)
    if page is not None:
        return Response(page, mimetype="text/html")
    answer = make()
    if answer.status_code == 200 and not session.modified:  # no token of one visitor's session reaches another
        kept.put(tag, answer.get_data())
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
