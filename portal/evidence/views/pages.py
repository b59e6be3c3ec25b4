"""One page of a PDF as a picture with its words beneath, so that a pin opens at its page in any browser.

Nothing is cached here: a browser keeps the picture and asks each time whether it may still show it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request

from portal.evidence import reading
from portal.evidence.queries import items as queries
from portal.evidence.queries.items import SeenContent, SeenPin
from portal.files.stores import store
from portal.kernel.errors import NotFound, TooMany, WrongState
from portal.policy import Action
from portal.web.gate import acting, gate
from portal.web.pages import page as shown

bp = Blueprint("evidence_pages", __name__)

WIDTH = 1400  # pixels: sharp on a telephone and wide enough to be enlarged
LAST = 9999
PATIENCE = 10  # seconds to wait for one's turn
AT_ONCE = threading.BoundedSemaphore(2)  # documents read at once in this process; its other threads answer other people


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for one's turn to read a document, and not for ever."""
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise TooMany("Many people are reading documents at this moment. Try again in a minute, or download the file.")
    try:
        yield
    finally:
        AT_ONCE.release()


@dataclass(frozen=True)
class SeenPage:
    """One page of one version, if whoever asks may see that version."""

    content: SeenContent
    page: int

    @property
    def organisation_id(self) -> int:
        return self.content.organisation_id

    @property
    def handed_in_by_id(self) -> int | None:
        return self.content.handed_in_by_id

    @property
    def shown_to(self) -> frozenset[int | None]:
        return self.content.shown_to

    @property
    def sha256(self) -> str:
        return self.content.version.row.sha256

    @property
    def pins(self) -> tuple[SeenPin, ...]:
        """What is pinned to this page."""
        mine = (pin for pin in self.content.seen.pins if pin.number == self.content.version.number)
        return tuple(pin for pin in mine if pin.row.page == self.page)


def one_page(reference: str, number: int, page: int) -> SeenPage | None:
    content = queries.content(reference, number, acting())
    return SeenPage(content, page) if content is not None and 1 <= page <= LAST else None


def _refuse_without_pages(one: SeenPage) -> None:
    version = one.content.version
    if version.file is None or version.file.kind != "pdf":
        raise NotFound()
    if not version.standing.opens:
        raise WrongState(version.standing.help)


@bp.route("/evidence/<reference>/versions/<int:number>/pages/<int:page>")
@gate(Action.OPEN_EVIDENCE, one_page)
def page(one: SeenPage) -> Any:
    _refuse_without_pages(one)
    pages, words, fault = 0, "", ""
    try:
        with _turn(), store().path_of(one.sha256) as path:
            pages, words = reading.page_words(path, one.page)
    except reading.Unreadable as unreadable:
        fault = str(unreadable)
    if pages and one.page > pages:
        fault = f"The file ends on page {pages}."
    here = one.content.version.address
    return shown(
        "evidence/page.html",
        one=one,
        seen=one.content.seen,
        version=one.content.version,
        pages=pages,
        words=words,
        fault=fault,
        previous=f"{here}/pages/{min(one.page - 1, pages)}" if one.page > 1 and pages else None,
        next=f"{here}/pages/{one.page + 1}" if one.page < pages else None,
    )


@bp.route("/evidence/<reference>/versions/<int:number>/pages/<int:page>.png")
@gate(Action.OPEN_EVIDENCE, one_page)
def picture(one: SeenPage) -> Any:
    _refuse_without_pages(one)
    tag = f"{one.sha256[:32]}-{one.page}-{WIDTH}"
    answer = Response(status=304) if request.if_none_match.contains(tag) else Response(_drawn(one), mimetype="image/png")
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _drawn(one: SeenPage) -> bytes:
    try:
        with _turn(), store().path_of(one.sha256) as path:
            return reading.page_image(path, one.page, WIDTH)
    except reading.Unreadable:
        raise NotFound() from None
