"""Connections as the database object hands them out: dropped ones are noticed, and reading needs no transaction."""

import pytest
import sqlalchemy as sa

from portal.kernel import db as kernel_db
from portal.kernel.db import db


@pytest.fixture
def on_postgresql(own_app):
    """Whether the database of `own_app` is PostgreSQL: SQLite has no connection that could drop."""
    return db.engine.dialect.name == "postgresql"


def test_a_page_is_answered_after_the_database_hung_up(own_app, on_postgresql):
    visitor = own_app.test_client()
    assert visitor.get("/").status_code == 200
    if on_postgresql:
        with db.engine.connect() as pooled:
            number = pooled.scalar(sa.text("SELECT pg_backend_pid()"))
        elsewhere = sa.create_engine(db.engine.url)
        with elsewhere.connect() as other:
            assert other.scalar(sa.text("SELECT pg_terminate_backend(:one, 5000)"), {"one": number})
        elsewhere.dispose()
    assert visitor.get("/organisations").status_code == 200


def test_statements_of_a_reading_page_stand_alone_and_those_of_a_change_together(own_app, on_postgresql):
    def begun() -> bool:
        """Whether two statements are told the same moment, as within one transaction."""
        moment = sa.text("SELECT CAST(now() AS text)" if on_postgresql else "SELECT 'always'")
        return len({db.session.scalar(moment) for _ in range(2)}) == 1

    token = kernel_db.each_alone.set(True)
    alone = begun()
    kernel_db.each_alone.reset(token)
    db.session.remove()
    assert (alone, begun()) == (not on_postgresql, True)


def test_a_connection_that_read_alone_begins_a_transaction_when_it_changes_something_next(own_app, on_postgresql):
    for _ in range(3):
        token = kernel_db.each_alone.set(True)
        db.session.execute(sa.text("SELECT 1"))
        db.session.rollback()
        kernel_db.each_alone.reset(token)
        db.session.execute(sa.text("CREATE TABLE IF NOT EXISTS tried (one INTEGER)"))
        db.session.execute(sa.text("INSERT INTO tried VALUES (1)"))
        db.session.rollback()
    assert "tried" not in sa.inspect(db.engine).get_table_names()
