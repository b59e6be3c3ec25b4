"""What complainants are asked, and what they say.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('complainant_addresses',
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('address', sa.String(length=320), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_complainant_addresses_recommendation_id_recommendations')),
    sa.PrimaryKeyConstraint('recommendation_id', name=op.f('pk_complainant_addresses'))
    )
    op.create_table('complainant_questions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recommendation_reference', sa.String(length=12), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('report_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('arrived', sa.Enum('yes', 'partly', 'no', name='arrived', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('matches', sa.Enum('yes', 'partly', 'no', name='matches', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(answered_at IS NULL) = (arrived IS NULL)', name=op.f('ck_complainant_questions_answered_is_whole')),
    sa.CheckConstraint('(answered_at IS NULL) = (matches IS NULL)', name=op.f('ck_complainant_questions_answered_both')),
    sa.CheckConstraint('expires_on >= asked_on', name=op.f('ck_complainant_questions_can_be_answered')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_complainant_questions_organisation_id_organisations')),
    sa.ForeignKeyConstraint(['recommendation_id'], ['recommendations.id'], name=op.f('fk_complainant_questions_recommendation_id_recommendations')),
    sa.ForeignKeyConstraint(['report_id'], ['progress_reports.id'], name=op.f('fk_complainant_questions_report_id_progress_reports')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complainant_questions')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_complainant_questions_token_hash'))
    )
    op.create_index(op.f('ix_complainant_questions_recommendation_id'), 'complainant_questions', ['recommendation_id'], unique=False)
    op.create_index(op.f('ix_complainant_questions_report_id'), 'complainant_questions', ['report_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_complainant_questions_report_id'), table_name='complainant_questions')
    op.drop_index(op.f('ix_complainant_questions_recommendation_id'), table_name='complainant_questions')
    op.drop_table('complainant_questions')
    op.drop_table('complainant_addresses')
