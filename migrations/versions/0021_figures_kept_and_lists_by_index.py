"""Figures of courses are kept as they were counted in the night; the newest papers and certificates are found by an index.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('course_figures',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('course', sa.String(length=8), nullable=False),
    sa.Column('course_version_id', NUMBER, nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_course_figures_course_version_id_course_versions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_figures')),
    sa.UniqueConstraint('course', name=op.f('uq_course_figures_course'))
    )
    op.create_index(op.f('ix_course_figures_course_version_id'), 'course_figures', ['course_version_id'], unique=False)
    op.drop_index(op.f('ix_paper_attempts_course_version_id'), table_name='paper_attempts')
    op.create_index('ix_paper_attempts_version', 'paper_attempts', ['course_version_id', 'id'], unique=False)
    op.create_index('ix_certificates_given', 'certificates', ['given_at', 'id'], unique=False)
    op.create_index('ix_certificates_lists', 'certificates', ['lists', 'id'], unique=False)
    op.create_index('ix_certificate_decisions_decided', 'certificate_decisions', ['decided_at', 'certificate_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_certificate_decisions_decided', table_name='certificate_decisions')
    op.drop_index('ix_certificates_lists', table_name='certificates')
    op.drop_index('ix_certificates_given', table_name='certificates')
    op.drop_index('ix_paper_attempts_version', table_name='paper_attempts')
    op.create_index(op.f('ix_paper_attempts_course_version_id'), 'paper_attempts', ['course_version_id'], unique=False)
    op.drop_index(op.f('ix_course_figures_course_version_id'), table_name='course_figures')
    op.drop_table('course_figures')
