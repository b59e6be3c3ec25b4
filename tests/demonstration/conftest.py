"""The demonstration as it is served, built once for everything that looks at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import create_app
from portal.config import Settings
from portal.demonstration import building
from portal.kernel import clock
from portal.kernel.db import db
from tests import databases
from tests.conftest import MONDAY

LEARN = 240  # people; the demonstration that is served has many more


@contextmanager
def built_at(moment: datetime, learn: int, folder: Path) -> Iterator[Flask]:
    """The demonstration as it is served at that moment, in a database of its own."""
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), folder) as url, clock.at(moment):
        settings = Settings(instance=folder / "instance", database_url=url, base_url="http://localhost", demonstration=True)
        app = create_app(settings)
        with app.app_context():
            databases.migrate()
            building.build_if_empty(learn)
            db.session.commit()
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The one that most tests look at."""
    with built_at(MONDAY, LEARN, tmp_path_factory.mktemp("demonstration")) as app:
        yield app


@pytest.fixture
def nothing_held(built: Flask) -> Iterator[None]:
    yield
    db.session.rollback()


def rows(statement: Any) -> list[Any]:
    return list(db.session.execute(statement))
