"""Gaps about recommendations: what is overdue, refused or stalled.

SQLite cannot change a CHECK, so there both tables are made anew; the actions stand aside meanwhile, for they point to
their gaps. The way back forgets the gaps about recommendations: what they were about stays where it is.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = ("below target", "not submitted")
ADDED = ("overdue promise", "recommendation refused", "stalled recommendation")
OPEN = sa.text("closed_on IS NULL")
KEY = ["organisation_id", "kind", "standard", "expectation"]
CHECKS = {
    "ck_gaps_promise_names_recommendation": "(kind IN ('overdue promise', 'recommendation refused', 'stalled recommendation')) = (recommendation <> '')",
    "ck_gaps_standard_or_recommendation": "(standard = '') = (recommendation <> '')",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _made_anew((*BEFORE, *ADDED), about_recommendations=True)
        return
    for table in ("gaps", "gap_tallies"):
        _choices(table, (*BEFORE, *ADDED))
    op.add_column("gaps", sa.Column("recommendation", sa.String(length=12), nullable=False, server_default=""))
    op.alter_column("gaps", "recommendation", server_default=None)
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(name), "gaps", rule)
    op.drop_index("uq_gaps_open", table_name="gaps")
    op.create_index("uq_gaps_open", "gaps", [*KEY, "recommendation"], unique=True, postgresql_where=OPEN)


def downgrade() -> None:
    op.execute("DELETE FROM actions WHERE gap_id IN (SELECT id FROM gaps WHERE recommendation <> '')")
    op.execute("DELETE FROM gaps WHERE recommendation <> ''")
    op.execute(sa.text("DELETE FROM gap_tallies WHERE kind IN :added").bindparams(sa.bindparam("added", list(ADDED), expanding=True)))
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(BEFORE, about_recommendations=False)
        return
    op.drop_index("uq_gaps_open", table_name="gaps")
    op.create_index("uq_gaps_open", "gaps", KEY, unique=True, postgresql_where=OPEN)
    for name in CHECKS:
        op.drop_constraint(op.f(name), "gaps", type_="check")
    op.drop_column("gaps", "recommendation")
    for table in ("gaps", "gap_tallies"):
        _choices(table, BEFORE)


def _choices(table: str, kinds: tuple[str, ...]) -> None:
    """Which kinds the column takes."""
    op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
    op.create_check_constraint(op.f(f"ck_{table}_kind"), table, sa.column("kind").in_(kinds))


def _made_anew(kinds: tuple[str, ...], *, about_recommendations: bool) -> None:
    op.execute("CREATE TEMPORARY TABLE actions_aside AS SELECT * FROM actions")
    op.execute("DELETE FROM actions")
    _tallies(kinds)
    _gaps(kinds, about_recommendations=about_recommendations)
    op.execute("INSERT INTO actions SELECT * FROM actions_aside")
    op.execute("DROP TABLE actions_aside")


def _tallies(kinds: tuple[str, ...]) -> None:
    op.create_table(
        "gap_tallies_anew",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_kind", sa.String(length=4), nullable=False),
        sa.Column("kind", _one_of("kind", *kinds), nullable=False),
        sa.Column("pillar", sa.String(length=20), nullable=False),
        sa.Column("severity", _one_of("severity", "moderate", "serious", "a legal duty"), nullable=False),
        sa.Column("opened_month", sa.Date(), nullable=False),
        sa.Column("change_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_tallies")),
        *_pinned("gap_tallies", kinds),
    )
    _moved("gap_tallies", "id, organisation_kind, kind, pillar, severity, opened_month, change_by")


def _gaps(kinds: tuple[str, ...], *, about_recommendations: bool) -> None:
    named = [sa.Column("recommendation", sa.String(length=12), nullable=False)] if about_recommendations else []
    rules = CHECKS if about_recommendations else {}
    op.create_table(
        "gaps_anew",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_kind", sa.String(length=4), nullable=False),
        sa.Column("kind", _one_of("kind", *kinds), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("pillar", sa.String(length=20), nullable=False),
        sa.Column("expectation", sa.String(length=20), nullable=False),
        *named,
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("severity", _one_of("severity", "moderate", "serious", "a legal duty"), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_why", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_why = '')", name=op.f("ck_gaps_closed_says_why")),
        sa.CheckConstraint("(kind = 'below target') = (expectation <> '')", name=op.f("ck_gaps_below_target_names_expectation")),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_gaps_closed_after_opened")),
        *(sa.CheckConstraint(rule, name=op.f(name)) for name, rule in rules.items()),
        *_pinned("gaps", kinds),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_gaps_organisation_id_organisations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gaps")),
        sa.UniqueConstraint("reference", name=op.f("uq_gaps_reference")),
    )
    columns = "id, reference, organisation_id, organisation_kind, kind, about, standard, pillar, expectation, level, target, severity, opened_on, due_on, closed_on, closed_why, version"
    _moved("gaps", columns, **({"recommendation": "''"} if about_recommendations else {}))
    op.create_index("ix_gaps_about", "gaps", ["about"])
    op.create_index("ix_gaps_open_age", "gaps", ["opened_on", "id"], sqlite_where=OPEN)
    op.create_index("ix_gaps_open_organisation_kind", "gaps", ["organisation_kind", "opened_on", "id"], sqlite_where=OPEN)
    op.create_index("ix_gaps_open_pillar", "gaps", ["pillar", "opened_on", "id"], sqlite_where=OPEN)
    op.create_index("ix_gaps_organisation", "gaps", ["organisation_id", "closed_on", "opened_on"])
    key = [*KEY, "recommendation"] if about_recommendations else KEY
    op.create_index("uq_gaps_open", "gaps", key, unique=True, sqlite_where=OPEN)


def _one_of(name: str, *choices: str) -> sa.Enum:
    return sa.Enum(*choices, name=name, native_enum=False, create_constraint=False, length=40)


def _pinned(table: str, kinds: tuple[str, ...]) -> list[sa.CheckConstraint]:
    """The columns that take one of a few words, under the names that the table will have."""
    return [
        sa.CheckConstraint(sa.column("kind").in_(kinds), name=op.f(f"ck_{table}_kind")),
        sa.CheckConstraint(sa.column("severity").in_(("moderate", "serious", "a legal duty")), name=op.f(f"ck_{table}_severity")),
    ]


def _moved(table: str, columns: str, **more: str) -> None:
    """The rows of a table into the one made anew, which takes its place."""
    into, values = ", ".join([columns, *more]), ", ".join([columns, *more.values()])
    op.execute(f"INSERT INTO {table}_anew ({into}) SELECT {values} FROM {table}")
    op.drop_table(table)
    op.rename_table(f"{table}_anew", table)
