"""Evidence: items, their versions, what was found in them, pins and marks.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_items",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sort_title", sa.String(length=600), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "policy or procedure",
                "letter or template",
                "minutes",
                "report",
                "audit or review",
                "figures",
                "training record",
                "feedback or survey",
                "leaflet, poster or web page",
                "something else",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proves", sa.String(length=300), nullable=False),
        sa.Column("covers_from", sa.Date(), nullable=True),
        sa.Column("covers_until", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column(
            "confidentiality",
            sa.Enum(
                "already public",
                "for the Ombudsman only",
                "sensitive, to be handled with care",
                name="confidentiality",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("handed_in_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("handed_in_by", sa.String(length=200), nullable=False),
        sa.Column("batch", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum("in use", "withdrawn", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("current_number", sa.Integer(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_why", sa.String(length=500), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=True),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("hold_why", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name=op.f("ck_evidence_items_withdrawn_has_a_day")
        ),
        sa.CheckConstraint(
            "(withdrawn_on IS NULL) = (withdrawn_why = '')", name=op.f("ck_evidence_items_withdrawn_says_why")
        ),
        sa.CheckConstraint("on_hold = (hold_why <> '')", name=op.f("ck_evidence_items_hold_says_why")),
        sa.CheckConstraint("proves <> ''", name=op.f("ck_evidence_items_says_what_it_proves")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_evidence_items_has_a_title")),
        sa.CheckConstraint(
            "(withdrawn_on IS NULL) = (keep_until IS NULL)", name=op.f("ck_evidence_items_withdrawn_is_kept_until")
        ),
        sa.CheckConstraint(
            "covers_from IS NULL OR covers_until IS NULL OR covers_until >= covers_from",
            name=op.f("ck_evidence_items_covers_in_order"),
        ),
        sa.CheckConstraint("current_number >= 1", name=op.f("ck_evidence_items_has_a_version")),
        sa.ForeignKeyConstraint(
            ["handed_in_by_id"], ["people.id"], name=op.f("fk_evidence_items_handed_in_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_evidence_items_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_items")),
        sa.UniqueConstraint("reference", name=op.f("uq_evidence_items_reference")),
    )
    op.create_index(op.f("ix_evidence_items_batch"), "evidence_items", ["batch"], unique=False)
    op.create_index(
        "ix_evidence_items_received", "evidence_items", ["organisation_id", "received_on", "id"], unique=False
    )
    op.create_index("ix_evidence_items_removable", "evidence_items", ["state", "keep_until"], unique=False)
    op.create_index("ix_evidence_items_review", "evidence_items", ["organisation_id", "review_on", "id"], unique=False)
    op.create_index("ix_evidence_items_title", "evidence_items", ["organisation_id", "sort_title", "id"], unique=False)
    op.create_table(
        "evidence_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "file",
                "link",
                "held, may be inspected",
                name="form",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("held_where", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_by", sa.String(length=200), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting for the scanner",
                "being looked at for personal data",
                "waiting for a choice",
                "hidden details are being taken out",
                "released",
                "stopped",
                "malware was found",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("could_be_read", sa.Boolean(), nullable=True),
        sa.Column("unread_why", sa.Text(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "it may stay, for a reason",
                "declared to hold no personal data",
                "hidden details were taken out",
                "another file was handed in instead",
                "stopped",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("choice_reason", sa.Text(), nullable=False),
        sa.Column("chosen_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("chosen_by", sa.String(length=200), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unstrippable", sa.Boolean(), nullable=False),
        sa.Column("stopped_why", sa.String(length=500), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stripped_from", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(choice IS NULL) = (chosen_at IS NULL) AND (choice IS NULL) = (chosen_by = '')",
            name=op.f("ck_evidence_versions_choice_is_whole"),
        ),
        sa.CheckConstraint(
            "(form = 'file' AND removed_at IS NULL) = (file_id IS NOT NULL)",
            name=op.f("ck_evidence_versions_file_until_removed"),
        ),
        sa.CheckConstraint(
            "(state = 'stopped') = (stopped_why <> '')", name=op.f("ck_evidence_versions_stopped_says_why")
        ),
        sa.CheckConstraint(
            "(state IN ('stopped', 'malware was found')) = (stopped_at IS NOT NULL)",
            name=op.f("ck_evidence_versions_stopped_says_when"),
        ),
        sa.CheckConstraint(
            "choice IS NULL OR choice <> 'it may stay, for a reason' OR choice_reason <> ''",
            name=op.f("ck_evidence_versions_explained_says_why"),
        ),
        sa.CheckConstraint(
            "form <> 'file' OR (sha256 <> '' AND link = '' AND held_where = '')",
            name=op.f("ck_evidence_versions_file_is_whole"),
        ),
        sa.CheckConstraint(
            "form <> 'held, may be inspected' OR (held_where <> '' AND sha256 = '' AND link = '')",
            name=op.f("ck_evidence_versions_held_is_whole"),
        ),
        sa.CheckConstraint(
            "form <> 'link' OR (link <> '' AND sha256 = '' AND held_where = '')",
            name=op.f("ck_evidence_versions_link_is_whole"),
        ),
        sa.CheckConstraint(
            "state <> 'released' OR form <> 'file' OR looked_at IS NOT NULL",
            name=op.f("ck_evidence_versions_released_was_looked_at"),
        ),
        sa.CheckConstraint(
            "state <> 'waiting for a choice' OR looked_at IS NOT NULL",
            name=op.f("ck_evidence_versions_choice_follows_a_look"),
        ),
        sa.CheckConstraint(
            "(looked_at IS NULL) = (could_be_read IS NULL)", name=op.f("ck_evidence_versions_looked_at_is_whole")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_evidence_versions_counted_from_one")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["people.id"], name=op.f("fk_evidence_versions_chosen_by_id_people")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_evidence_versions_file_id_files")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["evidence_items.id"], name=op.f("fk_evidence_versions_item_id_evidence_items")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_evidence_versions_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"], ["people.id"], name=op.f("fk_evidence_versions_received_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_versions")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_evidence_versions_item_id_number")),
    )
    op.create_index(op.f("ix_evidence_versions_file_id"), "evidence_versions", ["file_id"], unique=False)
    op.create_index(op.f("ix_evidence_versions_sha256"), "evidence_versions", ["sha256"], unique=False)
    op.create_index("ix_evidence_versions_state", "evidence_versions", ["state", "id"], unique=False)
    op.create_table(
        "personal_findings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("excerpt", sa.String(length=500), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["evidence_versions.id"], name=op.f("fk_personal_findings_version_id_evidence_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_findings")),
    )
    op.create_index(op.f("ix_personal_findings_version_id"), "personal_findings", ["version_id"], unique=False)
    op.create_table(
        "pins",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_reference", sa.String(length=12), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "expectation",
                "action",
                "checklist line",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pinned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pinned_by", sa.String(length=200), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name=op.f("ck_pins_removed_by_somebody")),
        sa.CheckConstraint("page >= 0", name=op.f("ck_pins_page_counted")),
        sa.ForeignKeyConstraint(["item_id"], ["evidence_items.id"], name=op.f("fk_pins_item_id_evidence_items")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_pins_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["pinned_by_id"], ["people.id"], name=op.f("fk_pins_pinned_by_id_people")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["evidence_versions.id"], name=op.f("fk_pins_version_id_evidence_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pins")),
        sa.UniqueConstraint("reference", name=op.f("uq_pins_reference")),
    )
    op.create_index("ix_pins_about", "pins", ["about", "id"], unique=False)
    op.create_index(op.f("ix_pins_item_id"), "pins", ["item_id"], unique=False)
    op.create_index("ix_pins_organisation", "pins", ["organisation_id", "about"], unique=False)
    op.create_index(op.f("ix_pins_version_id"), "pins", ["version_id"], unique=False)
    op.create_index(
        "uq_pins_live",
        "pins",
        ["item_id", "about", "page", "place"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_reference", sa.String(length=12), nullable=False),
        sa.Column("pin_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pin_reference", sa.String(length=12), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "shows",
            sa.Enum(
                "shows it",
                "does not show it",
                "cannot open",
                name="shows",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("shows = 'shows it' OR reason <> ''", name=op.f("ck_marks_reason_given")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_marks_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["pin_id"], ["pins.id"], name=op.f("fk_marks_pin_id_pins")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["people.id"], name=op.f("fk_marks_reviewer_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marks")),
        sa.UniqueConstraint("pin_id", "reviewer_id", name=op.f("uq_marks_pin_id_reviewer_id")),
    )


def downgrade() -> None:
    op.drop_table("marks")
    op.drop_index(
        "uq_pins_live",
        table_name="pins",
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(op.f("ix_pins_version_id"), table_name="pins")
    op.drop_index("ix_pins_organisation", table_name="pins")
    op.drop_index(op.f("ix_pins_item_id"), table_name="pins")
    op.drop_index("ix_pins_about", table_name="pins")
    op.drop_table("pins")
    op.drop_index(op.f("ix_personal_findings_version_id"), table_name="personal_findings")
    op.drop_table("personal_findings")
    op.drop_index("ix_evidence_versions_state", table_name="evidence_versions")
    op.drop_index(op.f("ix_evidence_versions_sha256"), table_name="evidence_versions")
    op.drop_index(op.f("ix_evidence_versions_file_id"), table_name="evidence_versions")
    op.drop_table("evidence_versions")
    op.drop_index("ix_evidence_items_title", table_name="evidence_items")
    op.drop_index("ix_evidence_items_review", table_name="evidence_items")
    op.drop_index("ix_evidence_items_removable", table_name="evidence_items")
    op.drop_index("ix_evidence_items_received", table_name="evidence_items")
    op.drop_index(op.f("ix_evidence_items_batch"), table_name="evidence_items")
    op.drop_table("evidence_items")
