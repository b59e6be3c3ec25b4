"""A certificate that is revoked because a pass does not stand says which paper that was.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("certificate_decisions", sa.Column("paper", sa.String(length=12), nullable=True))


def downgrade() -> None:
    op.drop_column("certificate_decisions", "paper")
