"""Workbooks that came back and wait to be looked at.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_workbooks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_returned_workbooks_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_returned_workbooks_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_workbooks")),
        sa.UniqueConstraint("reference", name=op.f("uq_returned_workbooks_reference")),
    )
    op.create_index(op.f("ix_returned_workbooks_assessment_id"), "returned_workbooks", ["assessment_id"])
    op.create_index(op.f("ix_returned_workbooks_returned_at"), "returned_workbooks", ["returned_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_returned_workbooks_returned_at"), table_name="returned_workbooks")
    op.drop_index(op.f("ix_returned_workbooks_assessment_id"), table_name="returned_workbooks")
    op.drop_table("returned_workbooks")
