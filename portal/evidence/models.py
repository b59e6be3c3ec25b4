"""Evidence, its versions, what was found in them, the pins into what they prove, and reviewers' marks."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.evidence.lifecycle import ItemState, VersionState
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key

TITLE, SENTENCE, ADDRESS, PLACE = 200, 300, 500, 300  # longest texts, in characters


class EvidenceKind(enum.Enum):
    """What sort of thing it is; the values are the words people read."""

    POLICY = "policy or procedure"
    LETTER = "letter or template"
    MINUTES = "minutes"
    REPORT = "report"
    AUDIT = "audit or review"
    FIGURES = "figures"
    TRAINING = "training record"
    FEEDBACK = "feedback or survey"
    PUBLICATION = "leaflet, poster or web page"
    OTHER = "something else"


class Form(enum.Enum):
    """How a version is there: the file itself, where it can be read, or where it can be inspected."""

    FILE = "file"
    LINK = "link"
    HELD = "held, may be inspected"


class Confidentiality(enum.Enum):
    """Who may know of it. Evidence is never published by the portal, whatever this says."""

    PUBLIC = "already public"
    OMBUDSMAN = "for the Ombudsman only"
    SENSITIVE = "sensitive, to be handled with care"


class Choice(enum.Enum):
    """What a person chose about personal data in a version."""

    EXPLAINED = "it may stay, for a reason"
    DECLARED = "declared to hold no personal data"
    STRIPPED = "hidden details were taken out"
    REPLACED = "another file was handed in instead"
    STOPPED = "stopped"


class EvidenceItem(Audited, Model):
    """One thing that proves something. `current` is the number of the version in use; versions themselves never change.

    `received_on` is the day it was first handed in and is never set again; the period it covers is the organisation's to say.
    """

    __tablename__ = "evidence_items"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    title: Mapped[str] = mapped_column(sa.String(TITLE))
    sort_title: Mapped[str] = mapped_column(sa.String(3 * TITLE))  # case-folded, which may treble a letter
    searched: Mapped[str] = mapped_column(sa.Text)  # every word that a search may find it by, case-folded
    kind: Mapped[EvidenceKind] = mapped_column(one_of(EvidenceKind, "kind"))
    proves: Mapped[str] = mapped_column(sa.String(SENTENCE))
    covers_from: Mapped[date | None]
    covers_until: Mapped[date | None]
    owner: Mapped[str] = mapped_column(sa.String(200))  # a job title
    confidentiality: Mapped[Confidentiality] = mapped_column(one_of(Confidentiality, "confidentiality"))
    review_on: Mapped[date | None]
    received_on: Mapped[date]
    handed_in_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    handed_in_by: Mapped[str] = mapped_column(sa.String(200))
    batch: Mapped[str] = mapped_column(sa.String(12), index=True)  # what was handed in by one press of a button
    state: Mapped[ItemState] = mapped_column(one_of(ItemState, "state"), default=ItemState.IN_USE)
    current: Mapped[int] = mapped_column("current_number", default=1)
    withdrawn_on: Mapped[date | None]
    withdrawn_why: Mapped[str] = mapped_column(sa.String(500), default="")
    keep_until: Mapped[date | None]  # what is withdrawn may be removed after this day
    on_hold: Mapped[bool] = mapped_column(default=False)  # it is not removed, whatever its days
    hold_why: Mapped[str] = mapped_column(sa.String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index("ix_evidence_items_received", "organisation_id", "received_on", "id"),
        sa.Index("ix_evidence_items_title", "organisation_id", "sort_title", "id"),
        sa.Index("ix_evidence_items_review", "organisation_id", "review_on", "id"),
        sa.Index("ix_evidence_items_removable", "state", "keep_until"),
        sa.CheckConstraint("title <> ''", name="has_a_title"),
        sa.CheckConstraint("proves <> ''", name="says_what_it_proves"),
        sa.CheckConstraint("covers_from IS NULL OR covers_until IS NULL OR covers_until >= covers_from", name="covers_in_order"),
        sa.CheckConstraint("current_number >= 1", name="has_a_version"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name="withdrawn_has_a_day"),
        sa.CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_why = '')", name="withdrawn_says_why"),
        sa.CheckConstraint("(withdrawn_on IS NULL) = (keep_until IS NULL)", name="withdrawn_is_kept_until"),
        sa.CheckConstraint("on_hold = (hold_why <> '')", name="hold_says_why"),
    )

    def audited_as(self) -> str:
        return f"evidence {self.reference}"


class EvidenceVersion(Audited, Model):
    """What was handed in at one moment. Its content is never changed; its state says how far it may be seen.

    `used_at` is None while it is put aside: two people replaced the same thing at once, and the other came first.
    `sha256` stays when the file is removed at the end of its time, so that what was there can still be told.
    """

    __tablename__ = "evidence_versions"
    id: Mapped[int] = primary_key()
    item_id: Mapped[int] = points_to("evidence_items.id", index=False)
    item_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    number: Mapped[int]
    form: Mapped[Form] = mapped_column(one_of(Form, "form"))
    file_id: Mapped[int | None] = points_to("files.id", nullable=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="", index=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")  # of the file, as the person called it
    link: Mapped[str] = mapped_column(sa.String(ADDRESS), default="")
    held_where: Mapped[str] = mapped_column(sa.String(ADDRESS), default="")
    note: Mapped[str] = mapped_column(sa.String(500), default="")  # what is different from the version before
    received_at: Mapped[datetime] = mapped_column(Moment())
    received_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    received_by: Mapped[str] = mapped_column(sa.String(200))
    used_at: Mapped[datetime | None] = mapped_column(Moment())
    state: Mapped[VersionState] = mapped_column(one_of(VersionState, "state"), default=VersionState.RECEIVED)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment())  # when a worker last began to look into it
    looked_at: Mapped[datetime | None] = mapped_column(Moment())
    could_be_read: Mapped[bool | None]
    unread_why: Mapped[str] = mapped_column(sa.Text, default="")
    choice: Mapped[Choice | None] = mapped_column(one_of(Choice, "choice"))
    choice_reason: Mapped[str] = mapped_column(sa.Text, default="")
    chosen_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    chosen_by: Mapped[str] = mapped_column(sa.String(200), default="")
    chosen_at: Mapped[datetime | None] = mapped_column(Moment())
    unstrippable: Mapped[bool] = mapped_column(default=False)  # the portal tried to take hidden details out, and could not
    stopped_why: Mapped[str] = mapped_column(sa.String(500), default="")
    stopped_at: Mapped[datetime | None] = mapped_column(Moment())  # or refused
    stripped_from: Mapped[int | None]  # the number of the version of which this is a copy without hidden details
    removed_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("item_id", "number"),
        sa.Index("ix_evidence_versions_state", "state", "id"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("form <> 'file' OR (sha256 <> '' AND link = '' AND held_where = '')", name="file_is_whole"),
        sa.CheckConstraint("form <> 'link' OR (link <> '' AND sha256 = '' AND held_where = '')", name="link_is_whole"),
        sa.CheckConstraint(
            "form <> 'held, may be inspected' OR (held_where <> '' AND sha256 = '' AND link = '')", name="held_is_whole"
        ),
        sa.CheckConstraint("(form = 'file' AND removed_at IS NULL) = (file_id IS NOT NULL)", name="file_until_removed"),
        sa.CheckConstraint("(looked_at IS NULL) = (could_be_read IS NULL)", name="looked_at_is_whole"),
        sa.CheckConstraint("state <> 'waiting for a choice' OR looked_at IS NOT NULL", name="choice_follows_a_look"),
        sa.CheckConstraint("state <> 'released' OR form <> 'file' OR looked_at IS NOT NULL", name="released_was_looked_at"),
        sa.CheckConstraint(
            "(choice IS NULL) = (chosen_at IS NULL) AND (choice IS NULL) = (chosen_by = '')", name="choice_is_whole"
        ),
        sa.CheckConstraint("choice IS NULL OR choice <> 'it may stay, for a reason' OR choice_reason <> ''", name="explained_says_why"),
        sa.CheckConstraint("(state = 'stopped') = (stopped_why <> '')", name="stopped_says_why"),
        sa.CheckConstraint("(state IN ('stopped', 'malware was found')) = (stopped_at IS NOT NULL)", name="stopped_says_when"),
    )

    def audited_as(self) -> str:
        return f"evidence {self.item_reference}"  # the item's records tell of its versions, by number

    @property
    def handed_in_by_id(self) -> int | None:
        """Whose it is, as the policy asks."""
        return self.received_by_id


class PersonalFinding(Model):
    """One place in a version that looks like personal data. `excerpt` is masked: it shows where, not who."""

    __tablename__ = "personal_findings"
    id: Mapped[int] = primary_key()
    version_id: Mapped[int] = points_to("evidence_versions.id")
    kind: Mapped[str] = mapped_column(sa.String(60))  # reading.PersonalKind, by its words
    place: Mapped[str] = mapped_column(sa.String(300))
    excerpt: Mapped[str] = mapped_column(sa.String(500))
    times: Mapped[int] = mapped_column(default=1)  # the same, as often, at this place


class PinKind(enum.Enum):
    """What a piece of evidence may be pinned to."""

    EXPECTATION = "expectation"
    ACTION = "action"
    CHECKLIST = "checklist line"


class Pin(Audited, Model):
    """One version of a piece of evidence proves one thing, at a page and a place.

    `about` is the reference of what it proves ("AS-7K2HDX4/NHS-1.3", "AC-9M4PQR2"), known here as text. `page` is 0
    where none is named. `frozen_at`: a signed snapshot holds it. A pin is never deleted: it is taken away.
    """

    __tablename__ = "pins"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    item_id: Mapped[int] = points_to("evidence_items.id")
    item_reference: Mapped[str] = mapped_column(sa.String(12))
    version_id: Mapped[int] = points_to("evidence_versions.id")
    kind: Mapped[PinKind] = mapped_column(one_of(PinKind, "kind"))
    about: Mapped[str] = mapped_column(sa.String(80))
    page: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(sa.String(PLACE), default="")  # "second paragraph"
    carried: Mapped[bool] = mapped_column(default=False)  # from last year: nobody has looked at the page again
    pinned_at: Mapped[datetime] = mapped_column(Moment())
    pinned_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    pinned_by: Mapped[str] = mapped_column(sa.String(200))
    frozen_at: Mapped[datetime | None] = mapped_column(Moment())
    removed_at: Mapped[datetime | None] = mapped_column(Moment())
    removed_by: Mapped[str] = mapped_column(sa.String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "uq_pins_live", "item_id", "about", "page", "place", unique=True,
            sqlite_where=sa.text("removed_at IS NULL"), postgresql_where=sa.text("removed_at IS NULL"),
        ),
        sa.Index("ix_pins_about", "about", "id"),
        sa.Index("ix_pins_organisation", "organisation_id", "about"),
        sa.CheckConstraint("page >= 0", name="page_counted"),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name="removed_by_somebody"),
    )

    def audited_as(self) -> str:
        return f"evidence {self.item_reference}/pin {self.reference}"


class Shows(enum.Enum):
    """What a reviewer says of a pin."""

    SHOWS = "shows it"
    DOES_NOT = "does not show it"
    CANNOT_OPEN = "cannot open"


class Mark(Audited, Model):
    """One reviewer's mark on one pin: working paper, as their view of the answer is."""

    __tablename__ = "marks"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    item_reference: Mapped[str] = mapped_column(sa.String(12))
    pin_id: Mapped[int] = points_to("pins.id", index=False)
    pin_reference: Mapped[str] = mapped_column(sa.String(12))
    reviewer_id: Mapped[int] = points_to("people.id", index=False)
    shows: Mapped[Shows] = mapped_column(one_of(Shows, "shows"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    marked_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("pin_id", "reviewer_id"),
        sa.CheckConstraint("shows = 'shows it' OR reason <> ''", name="reason_given"),
    )

    def audited_as(self) -> str:
        return f"evidence {self.item_reference}/pin {self.pin_reference}/mark"
