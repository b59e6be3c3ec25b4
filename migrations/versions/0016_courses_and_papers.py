"""Courses as they were published, what people have learnt, and the papers that they sat.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('course_versions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('major', sa.Integer(), nullable=False),
    sa.Column('minor', sa.Integer(), nullable=False),
    sa.Column('patch', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', sa.String(length=200), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_course_versions_hash_is_whole')),
    sa.CheckConstraint('major >= 0 AND minor >= 0 AND patch >= 0', name=op.f('ck_course_versions_version_is_counted')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_versions')),
    sa.UniqueConstraint('course', 'major', 'minor', 'patch', name=op.f('uq_course_versions_course_major_minor_patch'))
    )
    op.create_table('course_files',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_course_files_course_version_id_course_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_files')),
    sa.UniqueConstraint('course_version_id', 'path', name=op.f('uq_course_files_course_version_id_path'))
    )
    op.create_table('cpd_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('claimed', sa.Integer(), nullable=False),
    sa.Column('observed', sa.Integer(), nullable=False),
    sa.CheckConstraint('observed >= 0', name=op.f('ck_cpd_entries_observed_counts')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_cpd_entries_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cpd_entries')),
    sa.UniqueConstraint('person_id', 'source', name=op.f('uq_cpd_entries_person_id_source'))
    )
    op.create_index('ix_cpd_entries_day', 'cpd_entries', ['person_id', 'counted_on', 'id'], unique=False)
    op.create_table('enrolments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cycle', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('learnt_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('cycle >= 1', name=op.f('ck_enrolments_cycle_counts_from_one')),
    sa.CheckConstraint('learnt_at IS NULL OR learnt_at >= began_at', name=op.f('ck_enrolments_learnt_after_it_began')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_enrolments_course_version_id_course_versions')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_enrolments_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrolments')),
    sa.UniqueConstraint('person_id', 'course', 'cycle', name=op.f('uq_enrolments_person_id_course_cycle'))
    )
    op.create_index(op.f('ix_enrolments_course_version_id'), 'enrolments', ['course_version_id'], unique=False)
    op.create_table('time_allowed',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('extra', sa.Integer(), nullable=False),
    sa.Column('granted_by', sa.String(length=200), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('extra BETWEEN 0 AND 300', name=op.f('ck_time_allowed_extra_is_bounded')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_time_allowed_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_time_allowed')),
    sa.UniqueConstraint('person_id', name=op.f('uq_time_allowed_person_id'))
    )
    op.create_table('lessons_read',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lesson', sa.String(length=120), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('furthest', sa.Integer(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('page BETWEEN 1 AND furthest', name=op.f('ck_lessons_read_page_was_reached')),
    sa.CheckConstraint('seconds >= 0', name=op.f('ck_lessons_read_time_runs_forward')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_lessons_read_enrolment_id_enrolments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lessons_read')),
    sa.UniqueConstraint('enrolment_id', 'lesson', name=op.f('uq_lessons_read_enrolment_id_lesson'))
    )
    op.create_table('paper_attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('examination', 'pre-test', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'handed in', 'closed when the time had run out', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('seed', sa.BigInteger(), nullable=False),
    sa.Column('extra', sa.Integer(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('correct', sa.Integer(), nullable=True),
    sa.Column('critical', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f('ck_paper_attempts_over_has_a_moment')),
    sa.CheckConstraint('(ended_at IS NULL) = (correct IS NULL)', name=op.f('ck_paper_attempts_over_is_marked')),
    sa.CheckConstraint('(ended_at IS NULL) = (critical IS NULL)', name=op.f('ck_paper_attempts_over_is_looked_through')),
    sa.CheckConstraint('(ended_at IS NULL) = (passed IS NULL)', name=op.f('ck_paper_attempts_over_is_judged')),
    sa.CheckConstraint('correct IS NULL OR correct BETWEEN 0 AND asked', name=op.f('ck_paper_attempts_correct_of_those_asked')),
    sa.CheckConstraint('deadline_at > began_at', name=op.f('ck_paper_attempts_ends_after_it_begins')),
    sa.CheckConstraint('extra BETWEEN 0 AND 300', name=op.f('ck_paper_attempts_extra_is_bounded')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_paper_attempts_counted_from_one')),
    sa.CheckConstraint('passed IS NULL OR NOT passed OR critical = 0', name=op.f('ck_paper_attempts_nothing_critical_passes')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_paper_attempts_course_version_id_course_versions')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_paper_attempts_enrolment_id_enrolments')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_paper_attempts_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_attempts')),
    sa.UniqueConstraint('enrolment_id', 'kind', 'number', name=op.f('uq_paper_attempts_enrolment_id_kind_number')),
    sa.UniqueConstraint('reference', name=op.f('uq_paper_attempts_reference'))
    )
    op.create_index(op.f('ix_paper_attempts_course_version_id'), 'paper_attempts', ['course_version_id'], unique=False)
    op.create_index('ix_paper_attempts_due', 'paper_attempts', ['deadline_at'], unique=False, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index('uq_paper_attempts_open', 'paper_attempts', ['person_id', 'course'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('scenario_tries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scenario', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('passed', sa.Boolean(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(finished_at IS NULL) = (passed IS NULL)', name=op.f('ck_scenario_tries_finished_is_judged')),
    sa.CheckConstraint('(finished_at IS NULL) = (points IS NULL)', name=op.f('ck_scenario_tries_finished_has_points')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_scenario_tries_enrolment_id_enrolments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenario_tries')),
    sa.UniqueConstraint('enrolment_id', 'scenario', 'number', name=op.f('uq_scenario_tries_enrolment_id_scenario_number'))
    )
    op.create_index('uq_scenario_tries_open', 'scenario_tries', ['enrolment_id', 'scenario'], unique=True, sqlite_where=sa.text('finished_at IS NULL'), postgresql_where=sa.text('finished_at IS NULL'))
    op.create_table('paper_items',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempt_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=60), nullable=False),
    sa.Column('offered', sa.String(length=60), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('answer', sa.String(length=200), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('correct', sa.Boolean(), nullable=True),
    sa.Column('critical', sa.Boolean(), nullable=True),
    sa.CheckConstraint("(answer = '') = (answered_at IS NULL)", name=op.f('ck_paper_items_answered_has_a_moment')),
    sa.CheckConstraint('(correct IS NULL) = (critical IS NULL)', name=op.f('ck_paper_items_marked_whole')),
    sa.CheckConstraint('position >= 1', name=op.f('ck_paper_items_counted_from_one')),
    sa.ForeignKeyConstraint(['attempt_id'], ['paper_attempts.id'], name=op.f('fk_paper_items_attempt_id_paper_attempts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_items')),
    sa.UniqueConstraint('attempt_id', 'position', name=op.f('uq_paper_items_attempt_id_position')),
    sa.UniqueConstraint('attempt_id', 'question', name=op.f('uq_paper_items_attempt_id_question'))
    )


def downgrade() -> None:
    op.drop_table('paper_items')
    op.drop_table('scenario_tries')
    op.drop_table('paper_attempts')
    op.drop_table('lessons_read')
    op.drop_table('time_allowed')
    op.drop_table('enrolments')
    op.drop_table('cpd_entries')
    op.drop_table('course_files')
    op.drop_table('course_versions')
