"""What waits for an officer is counted from an index of the steps themselves.

SQLite cannot add a column that must be filled, so there the table is made anew; nothing points to it.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WAITS = sa.text("state = 'waits for a person'")
STATES = ("sent by the portal", "waits for a person", "taken", "put aside")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
THEIRS = "(SELECT recommendations.officer_id FROM recommendations WHERE recommendations.id = ladder_steps.recommendation_id)"
COLUMNS = (
    "id, recommendation_id, recommendation_reference, organisation_id, due_on, after_days, level, state, reached_on, told_on, "
    "decided_by, decided_at, note, version"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(with_officer=True)
    else:
        op.add_column("ladder_steps", sa.Column("officer_id", NUMBER, nullable=True))
        op.execute(f"UPDATE ladder_steps SET officer_id = {THEIRS}")
        op.alter_column("ladder_steps", "officer_id", nullable=False)
        op.create_foreign_key(op.f("fk_ladder_steps_officer_id_people"), "ladder_steps", "people", ["officer_id"], ["id"])
    op.create_index(
        "ix_ladder_steps_waiting_officer", "ladder_steps", ["officer_id", "level", "reached_on", "id"], sqlite_where=WAITS, postgresql_where=WAITS
    )


def downgrade() -> None:
    op.drop_index("ix_ladder_steps_waiting_officer", table_name="ladder_steps")
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(with_officer=False)
    else:
        op.drop_constraint(op.f("fk_ladder_steps_officer_id_people"), "ladder_steps", type_="foreignkey")
        op.drop_column("ladder_steps", "officer_id")


def _made_anew(*, with_officer: bool) -> None:
    named: list[sa.Column[int]] = [sa.Column("officer_id", NUMBER, nullable=False)] if with_officer else []
    points = [sa.ForeignKeyConstraint(["officer_id"], ["people.id"], name=op.f("fk_ladder_steps_officer_id_people"))] if with_officer else []
    op.create_table(
        "ladder_steps_anew",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("recommendation_id", NUMBER, nullable=False),
        sa.Column("recommendation_reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", NUMBER, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("after_days", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="state", native_enum=False, create_constraint=False, length=40), nullable=False),
        *named,
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name=op.f("ck_ladder_steps_decided_says_by_whom")),
        sa.CheckConstraint("(state = 'sent by the portal') = (level <= 2)", name=op.f("ck_ladder_steps_portal_sends_the_first_two")),
        sa.CheckConstraint("(state IN ('taken', 'put aside')) = (decided_at IS NOT NULL)", name=op.f("ck_ladder_steps_decided_says_when")),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_ladder_steps_level_of_the_ladder")),
        sa.CheckConstraint(sa.column("state").in_(STATES), name=op.f("ck_ladder_steps_state")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_ladder_steps_organisation_id_organisations")),
        sa.ForeignKeyConstraint(["recommendation_id"], ["recommendations.id"], name=op.f("fk_ladder_steps_recommendation_id_recommendations")),
        *points,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_steps")),
        sa.UniqueConstraint("recommendation_id", "due_on", "after_days", name=op.f("uq_ladder_steps_recommendation_id_due_on_after_days")),
    )
    op.execute(
        f"INSERT INTO ladder_steps_anew ({COLUMNS}{', officer_id' if with_officer else ''}) "
        f"SELECT {COLUMNS}{f', {THEIRS}' if with_officer else ''} FROM ladder_steps"
    )
    op.drop_table("ladder_steps")
    op.rename_table("ladder_steps_anew", "ladder_steps")
    op.create_index("ix_ladder_steps_waiting", "ladder_steps", ["level", "reached_on", "id"], sqlite_where=WAITS)
