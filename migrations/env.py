"""How Alembic reaches the portal's own database: through the application at hand."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def differs_for_real(_context, _column, _metadata_column, seen, wanted):
    """SQLite stores a moment and a big number as it likes; only a change of family is a change."""
    if database.engine.dialect.name == "sqlite":
        return False
    return None


with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=differs_for_real,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
