"""Uploads: an endpoint that takes files says so at its gate; whoever may not pass is refused before a byte is read."""

from __future__ import annotations

import contextlib
from typing import IO, Any

import flask
from flask import Flask, Response, g, request

from portal.files import receiving
from portal.files.stores import CHUNK
from portal.kernel.db import db, only_reading
from portal.kernel.errors import TooLarge
from portal.web.gate import UNSAFE, Gate, acting, passed


class Request(flask.Request):
    """A request whose files go where the endpoint's gate lets them go."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if "arrivals" in g:
            return receiving.arrivals().stream(filename)
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def admit(app: Flask) -> None:
    """Ask the gate before the body is read, and read it before the transaction begins: on SQLite, whoever writes
    keeps others from writing, and a body may take minutes. The gate is asked again when the view is reached."""
    app.request_class = Request

    @app.before_request
    def _admit() -> Any:
        kept = _gate_that_takes_uploads()
        if kept is None:
            return None
        with only_reading():
            try:
                turned_away, _ = passed(kept, request.view_args or {})
            finally:
                db.session.rollback()
        if turned_away is not None:
            return turned_away
        g.pop("_login_user", None)  # a role that ends while the files come in has ended when they are here
        _read_body()
        return None

    @app.after_request
    def _hear_out(response: Response) -> Response:
        """A browser shows an answer once it has sent everything; the connection of whoever may not even sign in is
        closed on them. No transaction waits meanwhile: what is refused changed nothing."""
        unread = request.method in UNSAFE and response.status_code >= 400 and "form" not in request.__dict__
        if unread and not g.get("keep_despite_refusal") and acting().is_authenticated:
            db.session.rollback()
            _throw_away()
        return response

    app.teardown_request(receiving.clear)
    app.teardown_appcontext(receiving.clear)


def lay_down(app: Flask) -> None:
    """Put what came into the store once the form's token proved good, and still before the transaction begins."""

    @app.before_request
    def _lay_down() -> None:
        if _gate_that_takes_uploads() is not None:
            receiving.arrivals().lay_down()


def _gate_that_takes_uploads() -> Gate | None:
    view = flask.current_app.view_functions.get(request.endpoint or "")
    kept: Gate | None = getattr(view, "gate", None)
    return kept if kept is not None and kept.uploads and request.method in UNSAFE else None


def _throw_away() -> None:
    """Read what is left of the body, for as long as somebody could be sending something that is merely too large."""
    body, left = request.environ["wsgi.input"], 2 * receiving.LARGEST_REQUEST
    if request.content_length is None and not request.environ.get("wsgi.input_terminated"):
        return
    left = min(left, request.content_length or left)
    with contextlib.suppress(OSError):
        while left > 0 and (block := body.read(min(CHUNK, left))):
            left -= len(block)


def _read_body() -> None:
    most = receiving.LARGEST_REQUEST
    if (request.content_length or 0) > most:
        raise TooLarge(
            f"You can hand in {most // 1024**2} MB at a time, and {receiving.LARGEST // 1024**2} MB in one file. Nothing was saved."
        )
    request.max_content_length = most
    receiving.arrivals()
    request.form  # noqa: B018  # reads the body to its end
