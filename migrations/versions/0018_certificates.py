"""Certificates, what was decided about them, and the editions of awards.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('award_editions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('award', sa.String(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_award_editions_hash_is_whole')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_award_editions_counted_from_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_editions')),
    sa.UniqueConstraint('award', 'number', name=op.f('uq_award_editions_award_number')),
    sa.UniqueConstraint('award', 'sha256', name=op.f('uq_award_editions_award_sha256'))
    )
    op.create_table('certificates',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('subject', sa.String(length=36), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('course', 'award', name='kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('cycle', sa.Integer(), nullable=False),
    sa.Column('issue', sa.Integer(), nullable=False),
    sa.Column('enrolment_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('course_version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('award_edition_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('content_sha256', sa.String(length=64), nullable=False),
    sa.Column('standards', sa.String(length=200), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_from_on', sa.Date(), nullable=False),
    sa.Column('valid_until_on', sa.Date(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.Column('identity_hash', sa.String(length=64), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('name_shown', sa.Boolean(), nullable=False),
    sa.Column('score_shown', sa.Boolean(), nullable=False),
    sa.Column('lists', sa.Integer(), nullable=False),
    sa.Column('revocation_index', sa.Integer(), nullable=False),
    sa.Column('suspension_index', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'award') = (award_edition_id IS NOT NULL)", name=op.f('ck_certificates_of_an_edition_of_an_award')),
    sa.CheckConstraint("(kind = 'award') = (course_version_id IS NULL)", name=op.f('ck_certificates_of_a_version_of_a_course')),
    sa.CheckConstraint("(kind = 'award') = (enrolment_id IS NULL)", name=op.f('ck_certificates_of_a_course_that_was_taken')),
    sa.CheckConstraint('NOT score_shown OR score IS NOT NULL', name=op.f('ck_certificates_shows_a_score_that_is_there')),
    sa.CheckConstraint('cycle >= 1', name=op.f('ck_certificates_cycle_counts_from_one')),
    sa.CheckConstraint('issue >= 1', name=op.f('ck_certificates_issue_counts_from_one')),
    sa.CheckConstraint('length(content_sha256) = 64', name=op.f('ck_certificates_hash_is_whole')),
    sa.CheckConstraint('length(identity_hash) = 64', name=op.f('ck_certificates_identity_is_hashed')),
    sa.CheckConstraint('lists >= 1', name=op.f('ck_certificates_lists_count_from_one')),
    sa.CheckConstraint('revocation_index BETWEEN 0 AND 131071', name=op.f('ck_certificates_revocation_has_its_place')),
    sa.CheckConstraint('score IS NULL OR score BETWEEN 0 AND 100', name=op.f('ck_certificates_score_is_a_share')),
    sa.CheckConstraint('suspension_index BETWEEN 0 AND 131071', name=op.f('ck_certificates_suspension_has_its_place')),
    sa.CheckConstraint('valid_until_on > valid_from_on', name=op.f('ck_certificates_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['award_edition_id'], ['award_editions.id'], name=op.f('fk_certificates_award_edition_id_award_editions')),
    sa.ForeignKeyConstraint(['course_version_id'], ['course_versions.id'], name=op.f('fk_certificates_course_version_id_course_versions')),
    sa.ForeignKeyConstraint(['enrolment_id'], ['enrolments.id'], name=op.f('fk_certificates_enrolment_id_enrolments')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_certificates_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates')),
    sa.UniqueConstraint('lists', 'revocation_index', name=op.f('uq_certificates_lists_revocation_index')),
    sa.UniqueConstraint('lists', 'suspension_index', name=op.f('uq_certificates_lists_suspension_index')),
    sa.UniqueConstraint('person_id', 'kind', 'code', 'cycle', 'issue', name=op.f('uq_certificates_person_id_kind_code_cycle_issue')),
    sa.UniqueConstraint('reference', name=op.f('uq_certificates_reference')),
    sa.UniqueConstraint('subject', name=op.f('uq_certificates_subject')),
    sa.UniqueConstraint('uuid', name=op.f('uq_certificates_uuid'))
    )
    op.create_index(op.f('ix_certificates_award_edition_id'), 'certificates', ['award_edition_id'], unique=False)
    op.create_index(op.f('ix_certificates_course_version_id'), 'certificates', ['course_version_id'], unique=False)
    op.create_index('ix_certificates_end', 'certificates', ['valid_until_on', 'id'], unique=False)
    op.create_index(op.f('ix_certificates_enrolment_id'), 'certificates', ['enrolment_id'], unique=False)
    op.create_table('certificate_decisions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('suspend', 'lift the suspension', 'revoke', name='what', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_certificate_decisions_has_a_reason')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_certificate_decisions_counted_from_one')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_certificate_decisions_certificate_id_certificates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_decisions')),
    sa.UniqueConstraint('certificate_id', 'number', name=op.f('uq_certificate_decisions_certificate_id_number'))
    )
    op.create_index('uq_certificate_decisions_revoked', 'certificate_decisions', ['certificate_id'], unique=True, sqlite_where=sa.text("what = 'revoke'"), postgresql_where=sa.text("what = 'revoke'"))


def downgrade() -> None:
    op.drop_table('certificate_decisions')
    op.drop_table('certificates')
    op.drop_table('award_editions')
