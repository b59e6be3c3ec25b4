"""What the Ombudsman decided, and the steps of the ladder.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('verdicts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('complied', 'complied in substance', 'more needed', 'partly', 'not complied', 'overtaken', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('complied_on', sa.Date(), nullable=True),
    sa.Column('steps_done', sa.Integer(), nullable=True),
    sa.Column('steps_of', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('effect', sa.Text(), nullable=False),
    sa.Column('complainant_why', sa.Text(), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.CheckConstraint("(kind = 'partly') = (steps_done IS NOT NULL)", name=op.f('ck_verdicts_partly_says_how_far')),
    sa.CheckConstraint("(kind IN ('complied', 'complied in substance')) = (complied_on IS NOT NULL)", name=op.f('ck_verdicts_complied_says_when')),
    sa.CheckConstraint("(kind IN ('more needed', 'partly')) = (due_on IS NOT NULL)", name=op.f('ck_verdicts_more_needed_says_until_when')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_verdicts_says_why')),
    sa.CheckConstraint('(steps_done IS NULL) = (steps_of IS NULL)', name=op.f('ck_verdicts_partly_is_whole')),
    sa.CheckConstraint('steps_done IS NULL OR (steps_done >= 0 AND steps_done < steps_of)', name=op.f('ck_verdicts_partly_is_not_all')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_verdicts_decided_by_id_people')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_verdicts_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_verdicts_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_verdicts')),
    sa.UniqueConstraint('recommendation_id', 'number', name=op.f('uq_verdicts_recommendation_id_number'))
    )
    op.create_table('recommendation_extensions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('until_day', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.String(length=200), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'granted', 'refused', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name=op.f('ck_recommendation_extensions_decided_says_by_whom')),
    sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f('ck_recommendation_extensions_decided_says_when')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_recommendation_extensions_says_why')),
    sa.CheckConstraint('until_day > from_day', name=op.f('ck_recommendation_extensions_is_longer')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_recommendation_extensions_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_recommendation_extensions_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation_extensions')),
    sa.UniqueConstraint('recommendation_id', 'number', name=op.f('uq_recommendation_extensions_recommendation_id_number'))
    )
    op.create_index('uq_recommendation_extensions_waiting', 'recommendation_extensions', ['recommendation_id'], unique=True, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('pauses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('live proceedings', 'complainant cannot be reached', 'dispute', 'another reason', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('until_day', sa.Date(), nullable=False),
    sa.Column('paused_by', sa.String(length=200), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_by', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(ended_on IS NULL) = (ended_by = '')", name=op.f('ck_pauses_ended_by_somebody')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_pauses_says_why')),
    sa.CheckConstraint('until_day > from_day', name=op.f('ck_pauses_has_a_length')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_pauses_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_pauses_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pauses'))
    )
    op.create_index('ix_pauses_recommendation', 'pauses', ['recommendation_id', 'from_day'], unique=False)
    op.create_table('ladder_steps',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('after_days', sa.Integer(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('sent by the portal', 'waits for a person', 'taken', 'put aside', name='state', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reached_on', sa.Date(), nullable=False),
    sa.Column('told_on', sa.Date(), nullable=True),
    sa.Column('decided_by', sa.String(length=200), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name=op.f('ck_ladder_steps_decided_says_by_whom')),
    sa.CheckConstraint("(state = 'sent by the portal') = (level <= 2)", name=op.f('ck_ladder_steps_portal_sends_the_first_two')),
    sa.CheckConstraint("(state IN ('taken', 'put aside')) = (decided_at IS NOT NULL)", name=op.f('ck_ladder_steps_decided_says_when')),
    sa.CheckConstraint('level BETWEEN 1 AND 5', name=op.f('ck_ladder_steps_level_of_the_ladder')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_ladder_steps_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_ladder_steps_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ladder_steps')),
    sa.UniqueConstraint('recommendation_id', 'due_on', 'after_days', name=op.f('uq_ladder_steps_recommendation_id_due_on_after_days'))
    )
    op.create_index('ix_ladder_steps_waiting', 'ladder_steps', ['level', 'reached_on', 'id'], unique=False, sqlite_where=sa.text("state = 'waits for a person'"), postgresql_where=sa.text("state = 'waits for a person'"))
    op.create_table('contacts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_on', sa.Date(), nullable=False),
    sa.Column('how', sa.String(length=20), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('logged_by', sa.String(length=200), nullable=False),
    sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("words <> ''", name=op.f('ck_contacts_says_something')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_contacts_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_contacts_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts'))
    )
    op.create_index(op.f('ix_contacts_recommendation_id'), 'contacts', ['recommendation_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_contacts_recommendation_id'), table_name='contacts')
    op.drop_table('contacts')
    op.drop_index('ix_ladder_steps_waiting', table_name='ladder_steps')
    op.drop_table('ladder_steps')
    op.drop_index('ix_pauses_recommendation', table_name='pauses')
    op.drop_table('pauses')
    op.drop_index('uq_recommendation_extensions_waiting', table_name='recommendation_extensions')
    op.drop_table('recommendation_extensions')
    op.drop_table('verdicts')
