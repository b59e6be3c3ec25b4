"""What was handed in: one row for each content, with what the scanner and the weekly check say of it.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting for the scanner",
                "scanned, nothing found",
                "malware was found",
                "not scanned",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scanner", sa.String(length=100), nullable=False),
        sa.Column("malware", sa.String(length=200), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fault",
            sa.Enum("", "altered", "missing", name="fault", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_files_hash_is_whole")),
        sa.CheckConstraint("size > 0", name=op.f("ck_files_not_empty")),
        sa.CheckConstraint(
            "(state = 'malware was found') = (malware <> '')", name=op.f("ck_files_infected_names_malware")
        ),
        sa.CheckConstraint(
            "(state IN ('scanned, nothing found', 'malware was found')) = (scanned_at IS NOT NULL)",
            name=op.f("ck_files_scanned_says_when"),
        ),
        sa.CheckConstraint("(scanned_at IS NULL) = (scanner = '')", name=op.f("ck_files_scanned_says_by_what")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("sha256", name=op.f("uq_files_sha256")),
    )
    op.create_index("ix_files_checked", "files", ["checked_at", "id"], unique=False)
    op.create_index("ix_files_state", "files", ["state", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_files_state", table_name="files")
    op.drop_index("ix_files_checked", table_name="files")
    op.drop_table("files")
