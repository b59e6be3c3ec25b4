"""The markings of a work are found by an index, however many works were marked.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_markings_work_id"), "markings", ["work_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_markings_work_id"), table_name="markings")
