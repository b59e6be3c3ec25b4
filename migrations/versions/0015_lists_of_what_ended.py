"""Recommendations that have ended, and those in one state of delivery, are listed from an index alone.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OPEN = sa.text("issued_on IS NOT NULL AND ended_on IS NULL")
ENDED = sa.text("ended_on IS NOT NULL")
NARROWED = ["officer_id", "type", "organisation_kind"]


def upgrade() -> None:
    op.drop_index("ix_recommendations_delivery", table_name="recommendations")
    op.drop_index("ix_recommendations_open_delivery", table_name="recommendations")
    _index("ix_recommendations_open_delivery", ["delivery", "due_on", "id", "next_evidence_on", *NARROWED], OPEN)
    _index("ix_recommendations_ended", ["due_on", "id", *NARROWED], ENDED)
    _index("ix_recommendations_ended_delivery", ["delivery", "due_on", "id", *NARROWED], ENDED)


def downgrade() -> None:
    for name in ("ix_recommendations_ended_delivery", "ix_recommendations_ended", "ix_recommendations_open_delivery"):
        op.drop_index(name, table_name="recommendations")
    _index("ix_recommendations_open_delivery", ["delivery", "due_on", "id"], OPEN)
    op.create_index("ix_recommendations_delivery", "recommendations", ["delivery", "state", "due_on", "id"])


def _index(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "recommendations", columns, sqlite_where=where, postgresql_where=where)
