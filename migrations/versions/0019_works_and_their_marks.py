"""Works, how assessors marked them, appeals, and what keeps an assessor from a work.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_comments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('assignment', sa.String(length=60), nullable=False),
    sa.Column('criterion', sa.String(length=200), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("text <> ''", name=op.f('ck_kept_comments_says_something')),
    sa.ForeignKeyConstraint(['assessor_id'], ['people.id'], name=op.f('fk_kept_comments_assessor_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_comments')),
    sa.UniqueConstraint('assessor_id', 'course', 'assignment', 'criterion', 'text', name='uq_kept_comments_once')
    )
    op.create_table('practice_markings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assignment', sa.String(length=60), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('script', sa.String(length=60), nullable=False),
    sa.Column('levels', sa.String(length=60), nullable=False),
    sa.Column('must_nots', sa.String(length=200), nullable=False),
    sa.Column('agreed', sa.Boolean(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("levels <> ''", name=op.f('ck_practice_markings_says_levels')),
    sa.CheckConstraint('round >= 1', name=op.f('ck_practice_markings_counted_from_one')),
    sa.ForeignKeyConstraint(['assessor_id'], ['people.id'], name=op.f('fk_practice_markings_assessor_id_people')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_practice_markings_course_version_id_course_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_markings')),
    sa.UniqueConstraint('assessor_id', 'course_version_id', 'assignment', 'round', 'script', name='uq_practice_markings_once')
    )
    op.create_index(op.f('ix_practice_markings_course_version_id'), 'practice_markings', ['course_version_id'], unique=False)
    op.create_table('ties',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bond', sa.Enum('I manage them', 'they manage me', 'we are close', name='bond', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('assessor_id <> person_id', name=op.f('ck_ties_to_somebody_else')),
    sa.CheckConstraint('ended_at IS NULL OR ended_at >= declared_at', name=op.f('ck_ties_ends_after_it_began')),
    sa.ForeignKeyConstraint(['assessor_id'], ['people.id'], name=op.f('fk_ties_assessor_id_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_ties_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ties'))
    )
    op.create_index(op.f('ix_ties_person_id'), 'ties', ['person_id'], unique=False)
    op.create_index('uq_ties_open', 'ties', ['assessor_id', 'person_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('works',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assignment', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('being written', 'waiting to be marked', 'waiting for a third assessor', 'passed', 'not passed', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('words', sa.Integer(), nullable=True),
    sa.Column('mark_by', sa.Date(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('points', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'being written') = (handed_in_at IS NULL)", name=op.f('ck_works_handed_in_has_a_moment')),
    sa.CheckConstraint("(state IN ('passed', 'not passed')) = (decided_at IS NOT NULL)", name=op.f('ck_works_decided_has_a_moment')),
    sa.CheckConstraint('(decided_at IS NULL) = (points IS NULL)', name=op.f('ck_works_decided_has_points')),
    sa.CheckConstraint('(handed_in_at IS NULL) = (mark_by IS NULL)', name=op.f('ck_works_handed_in_is_marked_by_a_day')),
    sa.CheckConstraint('(handed_in_at IS NULL) = (words IS NULL)', name=op.f('ck_works_handed_in_is_counted')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_works_counted_from_one')),
    sa.CheckConstraint('points IS NULL OR points BETWEEN 0 AND 100', name=op.f('ck_works_points_of_a_hundred')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_works_course_version_id_course_versions')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_works_enrolment_id_enrolments')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_works_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_works')),
    sa.UniqueConstraint('enrolment_id', 'assignment', 'number', name=op.f('uq_works_enrolment_id_assignment_number')),
    sa.UniqueConstraint('reference', name=op.f('uq_works_reference'))
    )
    op.create_index(op.f('ix_works_course_version_id'), 'works', ['course_version_id'], unique=False)
    op.create_index(op.f('ix_works_person_id'), 'works', ['person_id'], unique=False)
    op.create_index('ix_works_to_mark', 'works', ['mark_by', 'id'], unique=False, sqlite_where=sa.text('handed_in_at IS NOT NULL AND decided_at IS NULL'), postgresql_where=sa.text('handed_in_at IS NOT NULL AND decided_at IS NULL'))
    op.create_index('uq_works_open', 'works', ['enrolment_id', 'assignment'], unique=True, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
    op.create_table('markings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('work_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('learner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('assessor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('place', sa.Enum('first', 'second', 'third', 'hidden repeat', 'appeal', name='place', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('repeat_of_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('put_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(place = 'hidden repeat') = (repeat_of_id IS NOT NULL)", name=op.f('ck_markings_repeat_names_the_first')),
    sa.CheckConstraint('assessor_id <> learner_id', name=op.f('ck_markings_nobody_marks_their_own')),
    sa.CheckConstraint('finished_at IS NULL OR put_back_at IS NULL', name=op.f('ck_markings_finished_or_put_back')),
    sa.ForeignKeyConstraint(['assessor_id'], ['people.id'], name=op.f('fk_markings_assessor_id_people')),
    sa.ForeignKeyConstraint(['learner_id'], ['people.id'], name=op.f('fk_markings_learner_id_people')),
    sa.ForeignKeyConstraint(['repeat_of_id'], ['markings.id'], name=op.f('fk_markings_repeat_of_id_markings')),
    sa.ForeignKeyConstraint(['work_id'], ['works.id'], name=op.f('fk_markings_work_id_works')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_markings')),
    sa.UniqueConstraint('reference', name=op.f('uq_markings_reference')),
    sa.UniqueConstraint('repeat_of_id', name=op.f('uq_markings_repeat_of_id'))
    )
    op.create_index(op.f('ix_markings_assessor_id'), 'markings', ['assessor_id'], unique=False)
    op.create_index('uq_markings_assessor', 'markings', ['work_id', 'assessor_id'], unique=True, sqlite_where=sa.text('repeat_of_id IS NULL AND put_back_at IS NULL'), postgresql_where=sa.text('repeat_of_id IS NULL AND put_back_at IS NULL'))
    op.create_index('uq_markings_open', 'markings', ['assessor_id'], unique=True, sqlite_where=sa.text("finished_at IS NULL AND put_back_at IS NULL AND place <> 'appeal'"), postgresql_where=sa.text("finished_at IS NULL AND put_back_at IS NULL AND place <> 'appeal'"))
    op.create_index('uq_markings_place', 'markings', ['work_id', 'place'], unique=True, sqlite_where=sa.text('repeat_of_id IS NULL AND put_back_at IS NULL'), postgresql_where=sa.text('repeat_of_id IS NULL AND put_back_at IS NULL'))
    op.create_table('work_texts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('seconds >= 0', name=op.f('ck_work_texts_time_runs_forward')),
    sa.ForeignKeyConstraint(['work_id'], ['works.id'], name=op.f('fk_work_texts_work_id_works')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_texts')),
    sa.UniqueConstraint('work_id', name=op.f('uq_work_texts_work_id'))
    )
    op.create_table('appeals',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('work_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('work_reference', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Enum('waiting for a decision', 'the marks stand', 'the marks were changed', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decide_by', sa.Date(), nullable=False),
    sa.Column('points_before', sa.Integer(), nullable=False),
    sa.Column('passed_before', sa.Boolean(), nullable=False),
    sa.Column('marking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(decided_at IS NULL) = (reasons = '')", name=op.f('ck_appeals_decided_has_reasons')),
    sa.CheckConstraint("(state = 'waiting for a decision') = (decided_at IS NULL)", name=op.f('ck_appeals_decided_has_a_moment')),
    sa.CheckConstraint("grounds <> ''", name=op.f('ck_appeals_says_why')),
    sa.CheckConstraint('decided_at IS NULL OR marking_id IS NOT NULL', name=op.f('ck_appeals_decided_by_somebody')),
    sa.CheckConstraint('points_before BETWEEN 0 AND 100', name=op.f('ck_appeals_points_of_a_hundred')),
    sa.ForeignKeyConstraint(['marking_id'], ['markings.id'], name=op.f('fk_appeals_marking_id_markings')),
    sa.ForeignKeyConstraint(['work_id'], ['works.id'], name=op.f('fk_appeals_work_id_works')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appeals')),
    sa.UniqueConstraint('marking_id', name=op.f('uq_appeals_marking_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_appeals_reference')),
    sa.UniqueConstraint('work_id', name=op.f('uq_appeals_work_id'))
    )
    op.create_index('ix_appeals_to_decide', 'appeals', ['decide_by', 'id'], unique=False, sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
    op.create_table('marking_sheets',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('feedback', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['marking_id'], ['markings.id'], name=op.f('fk_marking_sheets_marking_id_markings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_marking_sheets')),
    sa.UniqueConstraint('marking_id', name=op.f('uq_marking_sheets_marking_id'))
    )
    op.create_table('must_nots_found',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['marking_id'], ['markings.id'], name=op.f('fk_must_nots_found_marking_id_markings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_must_nots_found')),
    sa.UniqueConstraint('marking_id', 'code', name=op.f('uq_must_nots_found_marking_id_code'))
    )
    op.create_table('work_marks',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('marking_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('criterion', sa.String(length=200), nullable=False),
    sa.Column('level', sa.Integer(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.CheckConstraint('level IS NULL OR level BETWEEN 0 AND 4', name=op.f('ck_work_marks_level_of_the_rubric')),
    sa.ForeignKeyConstraint(['marking_id'], ['markings.id'], name=op.f('fk_work_marks_marking_id_markings')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_marks')),
    sa.UniqueConstraint('marking_id', 'criterion', name=op.f('uq_work_marks_marking_id_criterion'))
    )


def downgrade() -> None:
    op.drop_table('work_marks')
    op.drop_table('must_nots_found')
    op.drop_table('marking_sheets')
    op.drop_table('appeals')
    op.drop_table('work_texts')
    op.drop_table('markings')
    op.drop_table('works')
    op.drop_table('ties')
    op.drop_table('practice_markings')
    op.drop_table('kept_comments')
