"""Each refusal turned into its answer: 403, 404, 409, 413, 422, 429, 503, 507, and the page for what nobody foresaw."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.kernel.db import db
from portal.kernel.errors import (
    Away,
    Incomplete,
    Invalid,
    NoRoom,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
    Step,
    TooLarge,
    TooMany,
    WrongState,
)
from portal.web import problems
from portal.web.gate import UNSAFE

log = logging.getLogger(__name__)

TEMPLATES: dict[type[Refusal], str] = {
    NotAllowed: "403",
    NotFound: "404",
    WrongState: "409",
    Incomplete: "422",
    Invalid: "422",
    Stale: "409-stale",
    TooMany: "429",
    TooLarge: "413",
    NoRoom: "507",
    Away: "503",
}


def answer(refusals: Flask) -> None:
    """Attach a page to every way of refusing."""
    refusals.register_error_handler(Refusal, refused)
    refusals.register_error_handler(CSRFError, expired)
    refusals.register_error_handler(StaleDataError, overtaken)
    refusals.register_error_handler(OperationalError, unreachable)
    refusals.register_error_handler(DataError, unstorable)
    refusals.register_error_handler(OverflowError, unstorable)
    refusals.register_error_handler(HTTPException, by_http)
    refusals.register_error_handler(Exception, unforeseen)


def refused(refusal: Refusal) -> Response:
    if not g.get("keep_despite_refusal"):
        db.session.rollback()
    return _page(TEMPLATES[type(refusal)], refusal.status, refusal)


def expired(_error: CSRFError) -> Response:
    return _page("400-csrf", 400, Refusal())


def overtaken(_error: StaleDataError) -> Response:
    return refused(
        WrongState(
            "Somebody else changed this at the same moment, so your change was not saved.",
            next_steps=[Step("Open it again and repeat your change", request.path)],
        )
    )


def unreachable(error: OperationalError) -> Response:
    log.error("the database did not answer", exc_info=error)
    db.session.rollback()
    return _page("503", 503, Refusal())


def unstorable(error: DataError | OverflowError) -> Response:
    """A value that no column can hold (a null byte, a number of thirty figures): there is no such thing to find,
    and nothing of it can be kept."""
    log.warning("a value that cannot be stored came with %s %s: %s", request.method, request.endpoint, type(error).__name__)
    db.session.rollback()
    return _page("400", 400, Refusal()) if request.method in UNSAFE else _page("404", 404, Refusal())


def by_http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return make_response(error.get_response())
    known = {404: "404", 405: "404", 413: "413", 403: "403", 429: "429"}
    name = known.get(error.code, "500" if error.code >= 500 else "400")
    answered = _page(name, error.code, Refusal())
    if error.code == 405 and getattr(error, "valid_methods", None):
        answered.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]  # a 405 has them
    return answered


def unforeseen(error: Exception) -> Response:
    log.exception("this was not foreseen", exc_info=error)
    db.session.rollback()
    return _page("500", 500, Refusal())


def _page(name: str, status: int, refusal: Refusal) -> Response:
    if problems.wanted():
        return problems.problem(status, refusal.message)
    by_script = request.headers.get("HX-Request") == "true"
    text = render_template(f"refusals/{name}.html", refusal=refusal, action_url=request.path, still_there=by_script)
    answer = make_response(text, status)
    answer.headers.add("Vary", "HX-Request")
    if by_script:
        # Above the form that htmx sent, so that what was typed stays where it is.
        answer.headers.update({"HX-Retarget": "#portal-trouble", "HX-Reselect": "#refusal", "HX-Reswap": "innerHTML"})
    return answer
