"""The numbered versions lead from nothing to exactly what the models say, and back to nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from portal import ROOT, create_app
from portal.config import Settings
from portal.kernel.db import db
from tests import databases

MIGRATIONS = str(ROOT / "migrations")
REVISIONS = [one.revision for one in ScriptDirectory(MIGRATIONS).walk_revisions()]  # newest first


@contextmanager
def an_app(folder: Path) -> Iterator[Flask]:
    """An application on an empty database of its own, of the kind under test."""
    folder.mkdir()
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), folder) as url:
        app = create_app(Settings(instance=folder / "instance", database_url=url, base_url="http://localhost"))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Flask]:
    with an_app(tmp_path / "bare") as app:
        yield app


def reflected() -> dict[str, Any]:
    """Everything the database says of itself, table by table, in words that can be compared."""
    inspector = sa.inspect(db.engine)
    return {
        table: {
            "columns": {
                one["name"]: (str(one["type"]), one["nullable"], one["default"], bool(one.get("autoincrement")))
                for one in inspector.get_columns(table)
            },
            "key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(inspector.get_foreign_keys(table), key=lambda one: str(one["name"])),
            "indexes": sorted(str(plain(one)) for one in inspector.get_indexes(table)),
            "unique": sorted(str(sorted(plain(one).items())) for one in inspector.get_unique_constraints(table)),
            "checks": {
                one["name"]: re.sub(r"\s+", " ", one["sqltext"]) for one in inspector.get_check_constraints(table)
            },
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def plain(described: Any) -> dict[str, Any]:
    """A description without the objects in it, which are never equal."""
    return {
        name: {kind: str(value) for kind, value in told.items()} if isinstance(told, dict) else told
        for name, told in described.items()
    }


def test_the_versions_lead_to_what_the_models_say(bare: Flask) -> None:
    upgrade(directory=MIGRATIONS)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": connection.dialect.name != "sqlite"})
        assert compare_metadata(context, db.metadata) == []


def test_the_versions_make_the_same_tables_as_the_models(tmp_path: Path) -> None:
    """Down to every CHECK constraint, of which Alembic's own comparison knows nothing."""
    with an_app(tmp_path / "by-versions"):
        upgrade(directory=MIGRATIONS)
        by_versions = reflected()
    with an_app(tmp_path / "by-models"):
        db.create_all()
        by_models = reflected()
    assert sorted(by_versions) == sorted(by_models)
    for table, told in by_models.items():
        assert by_versions[table] == told, table


def test_every_version_has_a_way_back(bare: Flask) -> None:
    seen = []
    upgrade(directory=MIGRATIONS)
    for _ in REVISIONS:
        seen.append(reflected())
        downgrade(directory=MIGRATIONS, revision="-1")
    assert sa.inspect(db.engine).get_table_names() == ["alembic_version"]
    for then in reversed(seen):  # and forward again, to where each began
        upgrade(directory=MIGRATIONS, revision="+1")
        assert reflected() == then


def test_there_is_one_newest_version_and_it_is_written_down() -> None:
    heads = ScriptDirectory(MIGRATIONS).get_heads()
    assert len(heads) == 1, f"two versions claim to be the newest, so one must follow the other: {heads}"
    assert (ROOT / "migrations" / "HEAD").read_text().strip() == heads[0]


def test_the_versions_are_numbered_in_the_order_in_which_they_run() -> None:
    assert sorted(REVISIONS, reverse=True) == REVISIONS
    names = sorted(path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    assert [name[:4] for name in names] == list(reversed(REVISIONS))


def test_a_database_that_is_up_to_date_is_left_alone(bare: Flask) -> None:
    upgrade(directory=MIGRATIONS)
    before = reflected()
    upgrade(directory=MIGRATIONS)
    assert reflected() == before
