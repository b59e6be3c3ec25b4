"""Papers that were marked again, frontline posts as they are stated, the figures published of them, and gaps about them.

SQLite cannot change a CHECK, so there the tables of gaps are made anew; the actions stand aside meanwhile, for they point
to their gaps. The way back forgets those gaps: who is accredited stays where it is.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = ("below target", "not submitted", "overdue promise", "recommendation refused", "stalled recommendation")
ADDED = "too few accredited"


def upgrade() -> None:
    op.create_table('remarks',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('course_version_id', NUMBER, nullable=False),
    sa.Column('because', sa.String(length=500), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint("because <> ''", name=op.f('ck_remarks_has_a_reason')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_remarks_course_version_id_course_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remarks')),
    sa.UniqueConstraint('reference', name=op.f('uq_remarks_reference'))
    )
    op.create_index('ix_remarks_course', 'remarks', ['course', 'made_at'], unique=False)
    op.create_index(op.f('ix_remarks_course_version_id'), 'remarks', ['course_version_id'], unique=False)
    op.create_table('remarked_papers',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('remark_id', NUMBER, nullable=False),
    sa.Column('attempt_id', NUMBER, nullable=False),
    sa.Column('correct_before', sa.Integer(), nullable=False),
    sa.Column('critical_before', sa.Integer(), nullable=False),
    sa.Column('passed_before', sa.Boolean(), nullable=False),
    sa.Column('correct_after', sa.Integer(), nullable=False),
    sa.Column('critical_after', sa.Integer(), nullable=False),
    sa.Column('passed_after', sa.Boolean(), nullable=False),
    sa.CheckConstraint('NOT passed_after OR critical_after = 0', name=op.f('ck_remarked_papers_nothing_critical_passes')),
    sa.CheckConstraint('correct_before >= 0 AND correct_after >= 0', name=op.f('ck_remarked_papers_right_is_counted')),
    sa.CheckConstraint('critical_before >= 0 AND critical_after >= 0', name=op.f('ck_remarked_papers_critical_is_counted')),
    sa.ForeignKeyConstraint(['attempt_id'], ['paper_attempts.id'], name=op.f('fk_remarked_papers_attempt_id_paper_attempts')),
    sa.ForeignKeyConstraint(['remark_id'], ['remarks.id'], name=op.f('fk_remarked_papers_remark_id_remarks')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remarked_papers')),
    sa.UniqueConstraint('remark_id', 'attempt_id', name=op.f('uq_remarked_papers_remark_id_attempt_id'))
    )
    op.create_index(op.f('ix_remarked_papers_attempt_id'), 'remarked_papers', ['attempt_id'], unique=False)
    op.create_table('pass_decisions',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('remarked_paper_id', NUMBER, nullable=False),
    sa.Column('paper', sa.String(length=12), nullable=False),
    sa.Column('stands', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_pass_decisions_has_a_reason')),
    sa.ForeignKeyConstraint(['remarked_paper_id'], ['remarked_papers.id'], name=op.f('fk_pass_decisions_remarked_paper_id_remarked_papers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pass_decisions')),
    sa.UniqueConstraint('remarked_paper_id', name=op.f('uq_pass_decisions_remarked_paper_id'))
    )
    op.create_table('stated_posts',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('organisation_id', NUMBER, nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('posts', sa.Integer(), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stated_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_stated_posts_counted_from_one')),
    sa.CheckConstraint('posts BETWEEN 1 AND 100000', name=op.f('ck_stated_posts_posts_are_bounded')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_stated_posts_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stated_posts')),
    sa.UniqueConstraint('organisation_id', 'number', name=op.f('uq_stated_posts_organisation_id_number'))
    )
    op.create_table('published_figures',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('organisation_id', NUMBER, nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('accredited', sa.Integer(), nullable=True),
    sa.Column('posts', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.String(length=200), nullable=False),
    sa.Column('before', sa.String(length=64), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.CheckConstraint('(accredited IS NULL) = (posts IS NULL)', name=op.f('ck_published_figures_said_whole')),
    sa.CheckConstraint('accredited IS NULL OR accredited BETWEEN 0 AND posts', name=op.f('ck_published_figures_accredited_of_posts')),
    sa.CheckConstraint('length(before) = 64', name=op.f('ck_published_figures_before_is_whole')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_published_figures_hash_is_whole')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_published_figures_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_published_figures')),
    sa.UniqueConstraint('organisation_id', 'before', name=op.f('uq_published_figures_organisation_id_before')),
    sa.UniqueConstraint('organisation_id', 'month', name=op.f('uq_published_figures_organisation_id_month'))
    )
    _kinds(BEFORE, (*BEFORE, ADDED))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM actions WHERE gap_id IN (SELECT id FROM gaps WHERE kind = :kind)").bindparams(kind=ADDED))
    for table in ("gaps", "gap_tallies"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE kind = :kind").bindparams(kind=ADDED))
    _kinds((*BEFORE, ADDED), BEFORE)
    for table in ("published_figures", "stated_posts", "pass_decisions", "remarked_papers", "remarks"):
        op.drop_table(table)


def _kinds(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Which kinds of gap there may be."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TEMPORARY TABLE actions_aside AS SELECT * FROM actions")
        op.execute("DELETE FROM actions")
        for table in ("gap_tallies", "gaps"):
            _made_anew(table, before, after)
        op.execute("INSERT INTO actions SELECT * FROM actions_aside")
        op.execute("DROP TABLE actions_aside")
        return
    for table in ("gaps", "gap_tallies"):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, sa.column("kind").in_(after))


def _made_anew(table: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """The table with its rows and indexes as they stand, and this one CHECK written otherwise."""
    there = sa.text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type DESC").bindparams(table=table)
    made, *indexes = op.get_bind().scalars(there).all()
    old, new = (f"kind IN ({', '.join(map(repr, kinds))})" for kinds in (before, after))
    if made.count(old) != 1:
        raise RuntimeError(f"The table {table} is not as this version expects it: its CHECK of kinds was not found.")
    op.execute(f"CREATE TEMPORARY TABLE {table}_aside AS SELECT * FROM {table}")
    op.drop_table(table)
    for statement in (made.replace(old, new), *indexes):
        op.execute(statement)
    op.execute(f"INSERT INTO {table} SELECT * FROM {table}_aside")
    op.execute(f"DROP TABLE {table}_aside")
