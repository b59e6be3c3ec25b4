"""Recommendations, from the draft to the end of what was promised.

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
    sa.Column('case_reference', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('failing', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('public_text', sa.Text(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
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
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(approved_by_id IS NULL) = (approved_by = '')", name=op.f('ck_recommendations_approver_is_whole')),
    sa.CheckConstraint("(state = 'issued') = (approved_by <> '')", name=op.f('ck_recommendations_issued_says_by_whom')),
    sa.CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name=op.f('ck_recommendations_issued_says_when')),
    sa.CheckConstraint("case_reference <> '' AND failing <> '' AND text <> '' AND public_text <> ''", name=op.f('ck_recommendations_says_something')),
    sa.CheckConstraint("state <> 'awaiting approval' OR sent_at IS NOT NULL", name=op.f('ck_recommendations_waiting_was_sent')),
    sa.CheckConstraint("state = 'issued' OR (acceptance = 'awaiting response' AND delivery = 'not due')", name=op.f('ck_recommendations_answered_once_issued')),
    sa.CheckConstraint('(issued_at IS NULL) = (issued_on IS NULL)', name=op.f('ck_recommendations_issued_has_a_day')),
    sa.CheckConstraint('approved_by_id IS NULL OR approved_by_id <> drafted_by_id', name=op.f('ck_recommendations_nobody_approves_their_own')),
    sa.CheckConstraint('issued_on IS NULL OR due_on > issued_on', name=op.f('ck_recommendations_due_after_issue')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_recommendations_counted_from_one')),
    sa.CheckConstraint('severity BETWEEN 1 AND 6', name=op.f('ck_recommendations_severity_on_the_scale')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['people.id'], name=op.f('fk_recommendations_approved_by_id_people')),
    sa.ForeignKeyConstraint(['drafted_by_id'], ['people.id'], name=op.f('fk_recommendations_drafted_by_id_people')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_recommendations_organisation_id_organisations')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendations')),
    sa.UniqueConstraint('case_reference', 'number', name=op.f('uq_recommendations_case_reference_number')),
    sa.UniqueConstraint('reference', name=op.f('uq_recommendations_reference'))
    )
    op.create_index('ix_recommendations_organisation', 'recommendations', ['organisation_id', 'state', 'due_on', 'id'], unique=False)
    op.create_index('ix_recommendations_state', 'recommendations', ['state', 'due_on', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_recommendations_state', table_name='recommendations')
    op.drop_index('ix_recommendations_organisation', table_name='recommendations')
    op.drop_table('recommendations')
