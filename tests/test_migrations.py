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


GAP = """INSERT INTO gaps (id, reference, organisation_id, organisation_kind, kind, about, standard, pillar, expectation, {more} level,
    target, severity, opened_on, due_on, closed_on, closed_why, version) VALUES ({id}, 'GA-{id}', 1, 'T', {kind}, {about}, 1, 3,
    'moderate', '2026-01-01', '2026-06-01', NULL, '', 1)"""
ACTION = """INSERT INTO actions (id, reference, organisation_id, gap_id, what, owner, due_on, state, progress, changed_at, version)
    VALUES ({0}, 'AC-{0}', 1, {0}, 'Train', 'Manager', '2026-06-01', 'planned', '', '2026-01-01 00:00:00', 1)"""


def test_gaps_and_their_actions_go_through_the_version_that_adds_kinds_and_back(bare: Flask) -> None:
    """SQLite makes these tables anew: whatever is in them, and what points to them, stays."""
    upgrade(directory=MIGRATIONS, revision="0013")
    body = "INSERT INTO organisations (id, code, name, sort_name, kind, region_code, board_code, version) VALUES (1, 'RTX', 'N', 'n', 'T', '', '', 1)"
    changed(body, GAP.format(id=1, more="", kind="'below target'", about="'AS-1', 'NHS', 'NHS-1', 'NHS-1.1'"), ACTION.format(1),
            "INSERT INTO gap_tallies VALUES (1, 'T', 'below target', 'NHS-1', 'moderate', '2026-01-01', 1)")
    before = {table: rows_of(table) for table in ("gaps", "actions", "gap_tallies")}
    upgrade(directory=MIGRATIONS, revision="0014")
    assert rows_of("gaps") == [{**row, "recommendation": ""} for row in before["gaps"]]
    assert rows_of("actions") == before["actions"]
    assert rows_of("gap_tallies") == before["gap_tallies"]
    with pytest.raises(sa.exc.IntegrityError):
        changed("DELETE FROM gaps")  # the actions still point to their gaps
    changed(GAP.format(id=2, more="recommendation,", kind="'recommendation refused'", about="'RC-1', '', 'recommendations', '', 'RC-1'"),
            ACTION.format(2), "INSERT INTO gap_tallies VALUES (2, 'T', 'recommendation refused', 'recommendations', 'moderate', '2026-01-01', 1)")
    downgrade(directory=MIGRATIONS, revision="0013")
    assert {table: rows_of(table) for table in before} == before


def changed(*statements: str) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows_of(table: str) -> list[dict[str, Any]]:
    with db.engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").mappings()]


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
