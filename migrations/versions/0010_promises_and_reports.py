"""What organisations answered, promised and reported.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('responses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('awaiting response', 'accepted', 'accepted in part', 'not accepted', 'disputed', name='answer', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('not_accepted', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('being prepared', 'waiting for signature', 'signed', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('prepared_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('prepared_by', sa.String(length=200), nullable=False),
    sa.Column('prepared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('returned_why', sa.Text(), nullable=False),
    sa.Column('signatory_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('signatory', sa.String(length=200), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(answer = 'accepted in part') = (not_accepted <> '')", name=op.f('ck_responses_in_part_says_which')),
    sa.CheckConstraint("(state = 'signed') = (sha256 <> '')", name=op.f('ck_responses_signed_is_sealed')),
    sa.CheckConstraint("(state = 'signed') = (signatory <> '')", name=op.f('ck_responses_signed_says_by_whom')),
    sa.CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name=op.f('ck_responses_signed_says_when')),
    sa.CheckConstraint("answer <> 'awaiting response'", name=op.f('ck_responses_is_an_answer')),
    sa.CheckConstraint("answer = 'accepted' OR reasons <> ''", name=op.f('ck_responses_refused_says_why')),
    sa.CheckConstraint('(signed_at IS NULL) = (signed_on IS NULL)', name=op.f('ck_responses_signed_has_a_day')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_responses_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['prepared_by_id'], ['people.id'], name=op.f('fk_responses_prepared_by_id_people')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_responses_recommendation_id_recommendations')),
    sa.ForeignKeyConstraint(['signatory_id'], ['people.id'], name=op.f('fk_responses_signatory_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_responses')),
    sa.UniqueConstraint('recommendation_id', 'number', name=op.f('uq_responses_recommendation_id_number'))
    )
    op.create_index('uq_responses_unsigned', 'responses', ['recommendation_id'], unique=True, sqlite_where=sa.text("state <> 'signed'"), postgresql_where=sa.text("state <> 'signed'"))
    op.create_table('promised_steps',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('response_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('owner', sa.String(length=200), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("what <> '' AND owner <> ''", name=op.f('ck_promised_steps_says_what_and_who')),
    sa.CheckConstraint('position >= 1', name=op.f('ck_promised_steps_counted_from_one')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_promised_steps_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_promised_steps_recommendation_id_recommendations')),
    sa.ForeignKeyConstraint(['response_id'], ['responses.id'], name=op.f('fk_promised_steps_response_id_responses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promised_steps')),
    sa.UniqueConstraint('reference', name=op.f('uq_promised_steps_reference'))
    )
    op.create_index(op.f('ix_promised_steps_recommendation_id'), 'promised_steps', ['recommendation_id'], unique=False)
    op.create_index(op.f('ix_promised_steps_response_id'), 'promised_steps', ['response_id'], unique=False)
    op.create_table('progress_reports',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Text(), nullable=False),
    sa.Column('how_we_know', sa.Text(), nullable=False),
    sa.Column('left_to_do', sa.Text(), nullable=False),
    sa.Column('finished', sa.Boolean(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('explained', sa.Text(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_on', sa.Date(), nullable=False),
    sa.Column('reported_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reported_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint("changed <> '' AND how_we_know <> ''", name=op.f('ck_progress_reports_says_something')),
    sa.CheckConstraint("finished OR left_to_do <> ''", name=op.f('ck_progress_reports_unfinished_says_what_is_left')),
    sa.CheckConstraint('finished = (done_on IS NOT NULL)', name=op.f('ck_progress_reports_finished_has_a_day')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_progress_reports_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_progress_reports_recommendation_id_recommendations')),
    sa.ForeignKeyConstraint(['reported_by_id'], ['people.id'], name=op.f('fk_progress_reports_reported_by_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_progress_reports')),
    sa.UniqueConstraint('recommendation_id', 'number', name=op.f('uq_progress_reports_recommendation_id_number')),
    sa.UniqueConstraint('reference', name=op.f('uq_progress_reports_reference'))
    )
    op.create_table('checklist_lines_seen',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('report_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('seen_by', sa.String(length=200), nullable=False),
    sa.Column('seen_on', sa.Date(), nullable=False),
    sa.CheckConstraint("seen_by <> ''", name=op.f('ck_checklist_lines_seen_says_by_whom')),
    sa.CheckConstraint('line >= 1', name=op.f('ck_checklist_lines_seen_counted_from_one')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_checklist_lines_seen_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_checklist_lines_seen_recommendation_id_recommendations')),
    sa.ForeignKeyConstraint(['report_id'], ['progress_reports.id'], name=op.f('fk_checklist_lines_seen_report_id_progress_reports')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_lines_seen')),
    sa.UniqueConstraint('report_id', 'line', name=op.f('uq_checklist_lines_seen_report_id_line'))
    )
    op.create_index('ix_checklist_lines_seen_recommendation', 'checklist_lines_seen', ['recommendation_id', 'line'], unique=False)
    op.create_index(op.f('ix_checklist_lines_seen_report_id'), 'checklist_lines_seen', ['report_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_checklist_lines_seen_report_id'), table_name='checklist_lines_seen')
    op.drop_index('ix_checklist_lines_seen_recommendation', table_name='checklist_lines_seen')
    op.drop_table('checklist_lines_seen')
    op.drop_table('progress_reports')
    op.drop_index(op.f('ix_promised_steps_response_id'), table_name='promised_steps')
    op.drop_index(op.f('ix_promised_steps_recommendation_id'), table_name='promised_steps')
    op.drop_table('promised_steps')
    op.drop_index('uq_responses_unsigned', table_name='responses')
    op.drop_table('responses')
