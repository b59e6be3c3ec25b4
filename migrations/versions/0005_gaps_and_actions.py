"""The register of gaps, the actions that close them, and the tallies.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gap_tallies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_kind", sa.String(length=4), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("below target", "not submitted", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("pillar", sa.String(length=20), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "moderate",
                "serious",
                "a legal duty",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_month", sa.Date(), nullable=False),
        sa.Column("change_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_tallies")),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_kind", sa.String(length=4), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("below target", "not submitted", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("pillar", sa.String(length=20), nullable=False),
        sa.Column("expectation", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "moderate",
                "serious",
                "a legal duty",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_why", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_why = '')", name=op.f("ck_gaps_closed_says_why")),
        sa.CheckConstraint(
            "(kind = 'below target') = (expectation <> '')", name=op.f("ck_gaps_below_target_names_expectation")
        ),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_gaps_closed_after_opened")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_gaps_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
        sa.UniqueConstraint("reference", name=op.f("uq_gaps_reference")),
    )
    op.create_index("ix_gaps_about", "gaps", ["about"], unique=False)
    op.create_index(
        "ix_gaps_open_age",
        "gaps",
        ["opened_on", "id"],
        unique=False,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_index(
        "ix_gaps_open_organisation_kind",
        "gaps",
        ["organisation_kind", "opened_on", "id"],
        unique=False,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_index(
        "ix_gaps_open_pillar",
        "gaps",
        ["pillar", "opened_on", "id"],
        unique=False,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_index("ix_gaps_organisation", "gaps", ["organisation_id", "closed_on", "opened_on"], unique=False)
    op.create_index(
        "uq_gaps_open",
        "gaps",
        ["organisation_id", "kind", "standard", "expectation"],
        unique=True,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_table(
        "actions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "under way",
                "finished",
                "dropped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'finished') = (finished_on IS NOT NULL)", name=op.f("ck_actions_finished_has_a_day")
        ),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name=op.f("fk_actions_gap_id_gaps")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_actions_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
        sa.UniqueConstraint("reference", name=op.f("uq_actions_reference")),
    )
    op.create_index(op.f("ix_actions_gap_id"), "actions", ["gap_id"], unique=False)
    op.create_index("ix_actions_organisation_state", "actions", ["organisation_id", "state", "due_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_actions_organisation_state", table_name="actions")
    op.drop_index(op.f("ix_actions_gap_id"), table_name="actions")
    op.drop_table("actions")
    op.drop_index(
        "uq_gaps_open",
        table_name="gaps",
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.drop_index("ix_gaps_organisation", table_name="gaps")
    op.drop_index(
        "ix_gaps_open_pillar",
        table_name="gaps",
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.drop_index(
        "ix_gaps_open_organisation_kind",
        table_name="gaps",
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.drop_index(
        "ix_gaps_open_age",
        table_name="gaps",
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.drop_index("ix_gaps_about", table_name="gaps")
    op.drop_table("gaps")
    op.drop_table("gap_tallies")
