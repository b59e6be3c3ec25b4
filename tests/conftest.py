"""One application for the run, a savepoint for each test, the clock in the test's hands, warnings as errors."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g, request_started
from hypothesis import settings as hypothesis

from portal import create_app
from portal.config import Settings
from portal.kernel import clock
from portal.kernel.db import Session, db
from portal.web import freshness
from tests import databases, servers
from tests.browser import Browser
from tests.people import Cast

# The same examples every time: a run says something about the change before it, not about luck.
hypothesis.register_profile("steady", derandomize=True, deadline=None)
hypothesis.load_profile("steady")

MONDAY = dt.datetime(2026, 6, 1, 9, 30, tzinfo=dt.UTC)  # when every test begins, unless it says otherwise


@request_started.connect
def _each_request_begins_with_nothing(_app: Flask, **_: Any) -> None:
    """The tests hold an application context open, so what one request remembers in `g` (who is signed in, the
    token of its forms) would reach the next one, which may be another person's."""
    vars(g._get_current_object()).clear()


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of the kind under test: PORTAL_TEST_DATABASE is sqlite (default) or postgresql."""
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="session")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    settings = Settings(
        instance=tmp_path_factory.mktemp("instance"),
        database_url=database_url,
        secret_key="a key for tests alone",
        base_url="http://localhost",
    )
    app = create_app(settings)
    with app.app_context():
        databases.migrate()
        yield app
        db.engine.dispose()


@pytest.fixture(autouse=True)
def the_clock() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


@pytest.fixture(autouse=True)
def _no_page_of_an_earlier_test() -> None:
    """What a test wrote is rolled back without a record, so the next one may have other words under the same stamp."""
    freshness.kept.forget()


@pytest.fixture
def database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Connection]:
    """The database within one transaction that is rolled back: commits inside a test end a savepoint only."""
    with db.engine.connect() as connection:
        whole = connection.begin()
        monkeypatch.setattr(Session, "get_bind", lambda *_, **__: connection)
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        yield connection
        db.session.remove()
        whole.rollback()


@pytest.fixture
def cast(database: sa.Connection) -> Cast:
    """The people of tests/people.py, in the database."""
    return Cast.arrive()


@pytest.fixture
def browser(app: Flask, cast: Cast) -> Any:
    """`browser(person)` is a browser in which that person is signed in; `browser()` is a visitor's."""

    def browse(person: Any = None, **options: Any) -> Browser:
        return Browser(app, cast.sign_in(person) if person else None, **options)

    return browse


@pytest.fixture
def queries(database: sa.Connection) -> Iterator[Any]:
    """`with queries() as seen:` collects the SELECTs and changes sent to the database."""
    listening: list[list[str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        for seen in listening:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
                seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)

    class Listening(list[str]):
        def __enter__(self) -> Listening:
            listening.append(self)
            return self

        def __exit__(self, *_: Any) -> None:
            listening.remove(self)

    yield Listening
    sa.event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def own_app(tmp_path: Path) -> Iterator[Flask]:
    """An application with a database of its own, committed for real: for tests with several connections."""
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), tmp_path) as url:
        settings = Settings(instance=tmp_path / "instance", database_url=url, base_url="http://localhost")
        app = create_app(settings)
        with app.app_context():
            databases.migrate()
            yield app
            db.session.remove()
            db.engine.dispose()
        shutil.rmtree(tmp_path / "instance", ignore_errors=True)


@pytest.fixture(scope="session")
def clamd() -> Iterator[str]:
    """The address of a real clamd, started once for all the tests that need it."""
    with servers.a_scanner() as address:
        yield address


@pytest.fixture(scope="session")
def s3() -> Iterator[servers.S3]:
    """A real S3-compatible server, started once for all the tests that need it."""
    with servers.an_s3_server() as server:
        yield server
