"""Recommendations, what they are about, their wordings, and what replaced them.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recommendations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_kind', sa.String(length=4), nullable=False),
    sa.Column('case_reference', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('failing', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('public_text', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('original_due_on', sa.Date(), nullable=True),
    sa.Column('overruled_why', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'awaiting approval', 'issued', 'discarded', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('acceptance', sa.Enum('awaiting response', 'accepted', 'accepted in part', 'not accepted', 'disputed', name='acceptance', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('delivery', sa.Enum('not due', 'in progress', 'evidence submitted', 'more information needed', 'complied on time', 'complied late', 'complied in substance by other means', 'not complied', 'closed: overtaken', 'transferred to successor', name='delivery', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('drafted_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('drafted_by', sa.String(length=200), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_why', sa.Text(), nullable=False),
    sa.Column('approved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_by', sa.String(length=200), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('officer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('officer', sa.String(length=200), nullable=False),
    sa.Column('answer_due_on', sa.Date(), nullable=True),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('heard_on', sa.Date(), nullable=True),
    sa.Column('next_evidence_on', sa.Date(), nullable=True),
    sa.Column('complied_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ending', sa.Enum('decided', 'withdrawn', 'split', 'merged', 'superseded', 'transferred', name='ending', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('paused_until', sa.Date(), nullable=True),
    sa.Column('objected', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=100), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(acceptance = 'awaiting response') = (answered_on IS NULL)", name=op.f('ck_recommendations_answered_has_a_day')),
    sa.CheckConstraint("(approved_by_id IS NULL) = (approved_by = '')", name=op.f('ck_recommendations_approver_is_whole')),
    sa.CheckConstraint("(delivery = 'transferred to successor') = (ending IS NOT NULL AND ending = 'transferred')", name=op.f('ck_recommendations_transferred_is_whole')),
    sa.CheckConstraint("(delivery IN ('complied on time', 'complied late', 'complied in substance by other means')) = (complied_on IS NOT NULL)", name=op.f('ck_recommendations_complied_says_when')),
    sa.CheckConstraint("(delivery IN ('not due', 'in progress', 'evidence submitted', 'more information needed')) = (ended_on IS NULL)", name=op.f('ck_recommendations_ended_has_a_day')),
    sa.CheckConstraint("(state = 'issued') = (approved_by <> '')", name=op.f('ck_recommendations_issued_says_by_whom')),
    sa.CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name=op.f('ck_recommendations_issued_says_when')),
    sa.CheckConstraint("case_reference <> '' AND failing <> '' AND text <> '' AND public_text <> ''", name=op.f('ck_recommendations_says_something')),
    sa.CheckConstraint("delivery <> 'complied late' OR complied_on > due_on", name=op.f('ck_recommendations_late_is_late')),
    sa.CheckConstraint("delivery <> 'complied on time' OR complied_on <= due_on", name=op.f('ck_recommendations_on_time_is_on_time')),
    sa.CheckConstraint("state <> 'awaiting approval' OR sent_at IS NOT NULL", name=op.f('ck_recommendations_waiting_was_sent')),
    sa.CheckConstraint("state = 'issued' OR (acceptance = 'awaiting response' AND delivery = 'not due')", name=op.f('ck_recommendations_answered_once_issued')),
    sa.CheckConstraint('(ended_on IS NULL) = (ending IS NULL)', name=op.f('ck_recommendations_ended_says_how')),
    sa.CheckConstraint('(issued_at IS NULL) = (issued_on IS NULL)', name=op.f('ck_recommendations_issued_has_a_day')),
    sa.CheckConstraint('(issued_on IS NOT NULL AND ended_on IS NULL) = (next_evidence_on IS NOT NULL)', name=op.f('ck_recommendations_open_says_when_evidence_comes')),
    sa.CheckConstraint('(issued_on IS NULL) = (answer_due_on IS NULL)', name=op.f('ck_recommendations_issued_waits_for_an_answer')),
    sa.CheckConstraint('(issued_on IS NULL) = (original_due_on IS NULL)', name=op.f('ck_recommendations_issued_says_when_due')),
    sa.CheckConstraint('approved_by_id IS NULL OR approved_by_id <> drafted_by_id', name=op.f('ck_recommendations_nobody_approves_their_own')),
    sa.CheckConstraint('issued_on IS NULL OR due_on > issued_on', name=op.f('ck_recommendations_due_after_issue')),
    sa.CheckConstraint('level BETWEEN 0 AND 5', name=op.f('ck_recommendations_level_of_the_ladder')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_recommendations_counted_from_one')),
    sa.CheckConstraint('severity BETWEEN 1 AND 6', name=op.f('ck_recommendations_severity_on_the_scale')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['people.id'], name=op.f('fk_recommendations_approved_by_id_people')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['people.id'], name=op.f('fk_recommendations_drafted_by_id_people')),
    sa.ForeignKeyConstraint(['officer_id'], ['people.id'], name=op.f('fk_recommendations_officer_id_people')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_recommendations_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendations')),
    sa.UniqueConstraint('case_reference', 'number', name=op.f('uq_recommendations_case_reference_number')),
    sa.UniqueConstraint('reference', name=op.f('uq_recommendations_reference'))
    )
    op.create_index('ix_recommendations_acceptance', 'recommendations', ['acceptance', 'state', 'due_on', 'id', 'delivery'], unique=False)
    op.create_index('ix_recommendations_delivery', 'recommendations', ['delivery', 'state', 'due_on', 'id'], unique=False)
    op.create_index('ix_recommendations_officer', 'recommendations', ['officer_id', 'state', 'due_on', 'id'], unique=False)
    op.create_index('ix_recommendations_open_acceptance', 'recommendations', ['acceptance', 'answer_due_on', 'id', 'officer_id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_delivery', 'recommendations', ['delivery', 'due_on', 'id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_due', 'recommendations', ['due_on', 'id', 'delivery', 'issued_on', 'ended_on'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_evidence', 'recommendations', ['next_evidence_on', 'id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_heard', 'recommendations', ['heard_on', 'answered_on', 'id', 'acceptance', 'delivery', 'issued_on', 'ended_on'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_officer', 'recommendations', ['officer_id', 'due_on', 'id', 'delivery', 'issued_on', 'ended_on'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_officer_heard', 'recommendations', ['officer_id', 'heard_on', 'answered_on', 'id', 'acceptance', 'delivery', 'issued_on', 'ended_on'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_organisation_kind', 'recommendations', ['organisation_kind', 'due_on', 'id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_type', 'recommendations', ['type', 'due_on', 'id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_delivery_heard', 'recommendations', ['delivery', 'heard_on', 'id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_open_officer_delivery', 'recommendations', ['officer_id', 'delivery', 'heard_on', 'id'], unique=False, sqlite_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'), postgresql_where=sa.text('issued_on IS NOT NULL AND ended_on IS NULL'))
    op.create_index('ix_recommendations_objected', 'recommendations', ['due_on', 'id', 'officer_id'], unique=False, sqlite_where=sa.text('objected = 1'), postgresql_where=sa.text('objected'))
    if op.get_context().dialect.name == 'postgresql':
        op.create_index('ix_recommendations_words', 'recommendations', [sa.text("to_tsvector('english', (((public_text || ' ') || text) || ' ') || failing)")], unique=False, postgresql_using='gin')
    op.create_index('ix_recommendations_organisation', 'recommendations', ['organisation_id', 'state', 'due_on', 'id'], unique=False)
    op.create_index('ix_recommendations_organisation_kind', 'recommendations', ['organisation_kind', 'state', 'due_on', 'id', 'delivery'], unique=False)
    op.create_index('ix_recommendations_state', 'recommendations', ['state', 'due_on', 'id'], unique=False)
    op.create_index('ix_recommendations_changed', 'recommendations', ['state', 'changed_at', 'id'], unique=False)
    op.create_index('ix_recommendations_type', 'recommendations', ['type', 'state', 'due_on', 'id', 'delivery'], unique=False)
    op.create_table('recommendation_themes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('theme', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_recommendation_themes_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_themes')),
    sa.UniqueConstraint('recommendation_id', 'theme', name=op.f('uq_recommendation_themes_recommendation_id_theme'))
    )
    op.create_index('ix_recommendation_themes_theme', 'recommendation_themes', ['theme', 'recommendation_id'], unique=False)
    op.create_table('recommendation_expectations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('expectation', sa.String(length=20), nullable=False),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_recommendation_expectations_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_expectations')),
    sa.UniqueConstraint('recommendation_id', 'expectation', name=op.f('uq_recommendation_expectations_recommendation_id_expectation'))
    )
    op.create_index('ix_recommendation_expectations_expectation', 'recommendation_expectations', ['expectation', 'recommendation_id'], unique=False)
    op.create_table('recommendation_wordings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('public_text', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('worded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('worded_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(number = 1) = (reason = '')", name=op.f('ck_recommendation_wordings_changed_says_why')),
    sa.CheckConstraint("text <> '' AND public_text <> ''", name=op.f('ck_recommendation_wordings_says_something')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_recommendation_wordings_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_recommendation_wordings_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_wordings')),
    sa.UniqueConstraint('recommendation_id', 'number', name=op.f('uq_recommendation_wordings_recommendation_id_number'))
    )
    op.create_table('recommendation_successions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('old_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('new_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('how', sa.Enum('split', 'merged', 'superseded', 'transferred', name='how', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('succeeded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('succeeded_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_recommendation_successions_says_why')),
    sa.CheckConstraint('old_id <> new_id', name=op.f('ck_recommendation_successions_of_another')),
    sa.ForeignKeyConstraint(['new_id'], ['recommendations.id'], name=op.f('fk_recommendation_successions_new_id_recommendations')),
    sa.ForeignKeyConstraint(['old_id'], ['recommendations.id'], name=op.f('fk_recommendation_successions_old_id_recommendations')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_recommendation_successions_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_successions')),
    sa.UniqueConstraint('old_id', 'new_id', name=op.f('uq_recommendation_successions_old_id_new_id'))
    )
    op.create_index(op.f('ix_recommendation_successions_new_id'), 'recommendation_successions', ['new_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_recommendation_successions_new_id'), table_name='recommendation_successions')
    op.drop_table('recommendation_successions')
    op.drop_table('recommendation_wordings')
    op.drop_index('ix_recommendation_expectations_expectation', table_name='recommendation_expectations')
    op.drop_table('recommendation_expectations')
    op.drop_index('ix_recommendation_themes_theme', table_name='recommendation_themes')
    op.drop_table('recommendation_themes')
    if op.get_context().dialect.name == 'postgresql':
        op.drop_index('ix_recommendations_words', table_name='recommendations')
    op.drop_index('ix_recommendations_objected', table_name='recommendations')
    op.drop_index('ix_recommendations_open_officer_delivery', table_name='recommendations')
    op.drop_index('ix_recommendations_open_delivery_heard', table_name='recommendations')
    op.drop_index('ix_recommendations_open_type', table_name='recommendations')
    op.drop_index('ix_recommendations_open_organisation_kind', table_name='recommendations')
    op.drop_index('ix_recommendations_open_officer_heard', table_name='recommendations')
    op.drop_index('ix_recommendations_open_officer', table_name='recommendations')
    op.drop_index('ix_recommendations_type', table_name='recommendations')
    op.drop_index('ix_recommendations_changed', table_name='recommendations')
    op.drop_index('ix_recommendations_state', table_name='recommendations')
    op.drop_index('ix_recommendations_organisation_kind', table_name='recommendations')
    op.drop_index('ix_recommendations_organisation', table_name='recommendations')
    op.drop_index('ix_recommendations_open_heard', table_name='recommendations')
    op.drop_index('ix_recommendations_open_evidence', table_name='recommendations')
    op.drop_index('ix_recommendations_open_due', table_name='recommendations')
    op.drop_index('ix_recommendations_open_delivery', table_name='recommendations')
    op.drop_index('ix_recommendations_open_acceptance', table_name='recommendations')
    op.drop_index('ix_recommendations_officer', table_name='recommendations')
    op.drop_index('ix_recommendations_delivery', table_name='recommendations')
    op.drop_index('ix_recommendations_acceptance', table_name='recommendations')
    op.drop_table('recommendations')
