"""One request, one transaction; a GET changes nothing. With jobs/runner.py the only place that commits."""

from __future__ import annotations

from flask import Flask, Response, g, request

from portal.kernel import db as kernel_db
from portal.kernel.db import db
from portal.web.gate import UNSAFE


def keep_despite_refusal() -> None:
    """Keep what this request wrote even if it is refused: the count of failed attempts must survive the refusal."""
    g.keep_despite_refusal = True


def one_transaction(app: Flask) -> None:
    """Commit after an unsafe method that was answered below 400; roll back everything else."""

    @app.before_request
    def _begin() -> None:
        g.writing = kernel_db.writing.set(request.method in UNSAFE)

    @app.after_request
    def _end(response: Response) -> Response:
        if request.method in UNSAFE and (response.status_code < 400 or g.get("keep_despite_refusal")):
            db.session.commit()
        else:
            db.session.rollback()
        return response

    @app.teardown_request
    def _forget(_error: BaseException | None) -> None:
        token = g.pop("writing", None)
        if token is not None:
            kernel_db.writing.reset(token)
