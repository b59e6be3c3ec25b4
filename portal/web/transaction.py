"""One request, one transaction; a GET changes nothing. With jobs/runner.py the only place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, g, request

from portal.kernel import db as kernel_db
from portal.kernel.db import db
from portal.web.gate import UNSAFE


def keep_despite_refusal() -> None:
    """Keep what this request wrote even if it is refused: the count of failed attempts must survive the refusal."""
    g.keep_despite_refusal = True


def let_go() -> None:
    """End the transaction under way, in which nothing was changed yet, so that nobody waits while something long is
    done with no database. The next statement begins another; rows read before are not to be changed after."""
    db.session.rollback()


@contextmanager
def by_itself() -> Iterator[None]:
    """A transaction of its own, before that of the request begins: what is done within is kept whatever becomes of the
    request, though it may only read. It counts what came; nothing else belongs here."""
    tokens = kernel_db.writing.set(True), kernel_db.each_alone.set(False)
    db.session.rollback()
    try:
        yield
        db.session.commit()
    finally:
        db.session.rollback()
        kernel_db.writing.reset(tokens[0])
        kernel_db.each_alone.reset(tokens[1])


def one_transaction(app: Flask) -> None:
    """Commit after an unsafe method that was answered below 400; roll back everything else."""

    @app.before_request
    def _begin() -> None:
        changes = request.method in UNSAFE
        g.tokens = kernel_db.writing.set(changes), kernel_db.each_alone.set(not changes)

    @app.after_request
    def _end(response: Response) -> Response:
        if request.method in UNSAFE and (response.status_code < 400 or g.get("keep_despite_refusal")):
            db.session.commit()
        else:
            db.session.rollback()
        return response

    @app.teardown_request
    def _forget(_error: BaseException | None) -> None:
        writing, each_alone = g.pop("tokens", (None, None))
        if writing is not None and each_alone is not None:
            kernel_db.writing.reset(writing)
            kernel_db.each_alone.reset(each_alone)
