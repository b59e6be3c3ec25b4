"""Periods, assessments, answers and what was signed.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "periods",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reply_working_days", sa.Integer(), nullable=False),
        sa.Column("clarification_working_days", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_periods_ends_after_it_starts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
        sa.UniqueConstraint("name", name=op.f("uq_periods_name")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_kind", sa.String(length=4), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("standard_version", sa.String(length=20), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "not started",
                "in progress",
                "ready for sign-off",
                "signed off",
                "under review",
                "clarification requested",
                "reviewed",
                "published",
                "not submitted",
                "withdrawn",
                "superseded",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("answers_wanted", sa.Integer(), nullable=False),
        sa.Column("answers_given", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_off_on", sa.Date(), nullable=True),
        sa.Column("signatory_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signatory", sa.String(length=200), nullable=False),
        sa.Column("signed_alone", sa.Boolean(), nullable=False),
        sa.Column("governing_body_response", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("not_submitted_on", sa.Date(), nullable=True),
        sa.Column("queried", sa.Integer(), nullable=False),
        sa.Column("first_reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("second_reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column(
            "reliability",
            sa.Enum(
                "high", "moderate", "low", name="reliability", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("reliability_reason", sa.Text(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_due_on", sa.Date(), nullable=True),
        sa.Column(
            "plan",
            sa.Enum(
                "none needed",
                "proposed",
                "returned",
                "agreed",
                name="plan",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("plan_reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(signed_off_at IS NULL) = (signed_off_on IS NULL) AND (signed_off_at IS NULL) = (signatory = '')",
            name=op.f("ck_assessments_signature_is_whole"),
        ),
        sa.CheckConstraint(
            "(state <> 'published') OR (outcome <> '')", name=op.f("ck_assessments_published_has_an_outcome")
        ),
        sa.CheckConstraint(
            "(state = 'published') = (published_on IS NOT NULL)", name=op.f("ck_assessments_published_has_a_day")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_why <> '')", name=op.f("ck_assessments_withdrawn_says_why")
        ),
        sa.CheckConstraint(
            "(state IN ('reviewed','published')) = (reviewed_at IS NOT NULL)",
            name=op.f("ck_assessments_reviewed_has_a_moment"),
        ),
        sa.CheckConstraint(
            "(state IN ('signed off','under review','clarification requested','reviewed','published')) = (signed_off_at IS NOT NULL)",
            name=op.f("ck_assessments_signed_when_handed_in"),
        ),
        sa.CheckConstraint(
            "state <> 'not submitted' OR not_submitted_on IS NOT NULL",
            name=op.f("ck_assessments_not_submitted_has_a_day"),
        ),
        sa.CheckConstraint(
            "state <> 'ready for sign-off' OR sent_at IS NOT NULL", name=op.f("ck_assessments_ready_was_sent")
        ),
        sa.CheckConstraint(
            "state NOT IN ('under review','clarification requested') OR first_reviewer_id IS NOT NULL",
            name=op.f("ck_assessments_review_has_a_reviewer"),
        ),
        sa.CheckConstraint(
            "answers_given >= 0 AND answers_given <= answers_wanted", name=op.f("ck_assessments_counts_hold")
        ),
        sa.CheckConstraint(
            "second_reviewer_id IS NULL OR second_reviewer_id <> first_reviewer_id",
            name=op.f("ck_assessments_second_is_another"),
        ),
        sa.ForeignKeyConstraint(
            ["first_reviewer_id"], ["people.id"], name=op.f("fk_assessments_first_reviewer_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_assessments_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_assessments_period_id_periods")),
        sa.ForeignKeyConstraint(
            ["second_reviewer_id"], ["people.id"], name=op.f("fk_assessments_second_reviewer_id_people")
        ),
        sa.ForeignKeyConstraint(["signatory_id"], ["people.id"], name=op.f("fk_assessments_signatory_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint(
            "organisation_id", "period_id", "standard", name=op.f("uq_assessments_organisation_id_period_id_standard")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_assessments_reference")),
    )
    op.create_index("ix_assessments_due", "assessments", ["state", "due_on"], unique=False)
    op.create_index(op.f("ix_assessments_first_reviewer_id"), "assessments", ["first_reviewer_id"], unique=False)
    op.create_index("ix_assessments_period_state", "assessments", ["period_id", "state", "id"], unique=False)
    op.create_index("ix_assessments_queue", "assessments", ["state", "signed_off_at", "id"], unique=False)
    op.create_index(op.f("ix_assessments_second_reviewer_id"), "assessments", ["second_reviewer_id"], unique=False)
    op.create_table(
        "windows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_kind", sa.String(length=4), nullable=False),
        sa.Column("standard", sa.String(length=10), nullable=False),
        sa.Column("standard_version", sa.String(length=20), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("opens_on < due_on AND due_on <= closes_on", name=op.f("ck_windows_days_in_order")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_windows_period_id_periods")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_windows")),
        sa.UniqueConstraint("period_id", "organisation_kind", name=op.f("uq_windows_period_id_organisation_kind")),
    )
    op.create_index(op.f("ix_windows_period_id"), "windows", ["period_id"], unique=False)
    op.create_table(
        "answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assessment_reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expectation", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.String(length=5), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("not_applicable_why", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("proof_link", sa.String(length=500), nullable=False),
        sa.Column("proof_on", sa.Date(), nullable=True),
        sa.Column("gap", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("action_owner", sa.String(length=200), nullable=False),
        sa.Column("action_due_on", sa.Date(), nullable=True),
        sa.Column("last_level", sa.Integer(), nullable=True),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("reworded", sa.Boolean(), nullable=False),
        sa.Column("assigned_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("level IS NULL OR not_applicable_why = ''", name=op.f("ck_answers_level_or_not_applicable")),
        sa.CheckConstraint("weight IN ('core','light')", name=op.f("ck_answers_weight_known")),
        sa.CheckConstraint("confirmed OR carried", name=op.f("ck_answers_only_carried_waits")),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 1 AND 4", name=op.f("ck_answers_level_known")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["people.id"], name=op.f("fk_answers_answered_by_id_people")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_answers_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(["assigned_to_id"], ["people.id"], name=op.f("fk_answers_assigned_to_id_people")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_answers_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
        sa.UniqueConstraint("assessment_id", "expectation", name=op.f("uq_answers_assessment_id_expectation")),
    )
    op.create_index(op.f("ix_answers_assigned_to_id"), "answers", ["assigned_to_id"], unique=False)
    op.create_table(
        "extensions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assessment_reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name=op.f("ck_extensions_decided_is_whole")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_extensions_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_extensions_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sa.UniqueConstraint("reference", name=op.f("uq_extensions_reference")),
    )
    op.create_index(op.f("ix_extensions_assessment_id"), "extensions", ["assessment_id"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_snapshots_assessment_id_assessments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("assessment_id", "number", name=op.f("uq_snapshots_assessment_id_number")),
        sa.UniqueConstraint("sha256", name=op.f("uq_snapshots_sha256")),
    )
    op.create_index(op.f("ix_snapshots_assessment_id"), "snapshots", ["assessment_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_snapshots_assessment_id"), table_name="snapshots")
    op.drop_table("snapshots")
    op.drop_index(op.f("ix_extensions_assessment_id"), table_name="extensions")
    op.drop_table("extensions")
    op.drop_index(op.f("ix_answers_assigned_to_id"), table_name="answers")
    op.drop_table("answers")
    op.drop_index(op.f("ix_windows_period_id"), table_name="windows")
    op.drop_table("windows")
    op.drop_index(op.f("ix_assessments_second_reviewer_id"), table_name="assessments")
    op.drop_index("ix_assessments_queue", table_name="assessments")
    op.drop_index("ix_assessments_period_state", table_name="assessments")
    op.drop_index(op.f("ix_assessments_first_reviewer_id"), table_name="assessments")
    op.drop_index("ix_assessments_due", table_name="assessments")
    op.drop_table("assessments")
    op.drop_table("periods")
