"""Certificates as they were given, and what was decided about them since. What is signed is made from these rows, and is never kept."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.accreditation.credentials.statuses import ENTRIES
from portal.accreditation.lifecycle import CertificateKind, StatusVerb
from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key


class AwardEdition(Audited, Model):
    """What an award was made of when it was first given in these words. Kept for good, as the versions of courses are."""

    __tablename__ = "award_editions"
    id: Mapped[int] = primary_key()
    award: Mapped[str] = mapped_column(sa.String(40))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[str] = mapped_column(sa.Text)  # JSON with its keys in order
    sha256: Mapped[str] = mapped_column(sa.String(64))  # of the content
    kept_at: Mapped[datetime] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("award", "number"),
        sa.UniqueConstraint("award", "sha256"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )
    organisation_id = None  # of the portal as a whole

    def audited_as(self) -> str:
        return f"award {self.award} {self.number}"


class Certificate(Audited, Model):
    """One person has passed every part of a course, or every course of an award, in one cycle. `issue` counts how often it was
    made out: once, unless a key was stolen or a pass did not stand. Only what its holder chooses to show is ever changed."""

    __tablename__ = "certificates"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    uuid: Mapped[str] = mapped_column(sa.String(36), unique=True)  # of the credential; its public address
    subject: Mapped[str] = mapped_column(sa.String(36), unique=True)  # of its holder, in this credential alone
    person_id: Mapped[int] = points_to("people.id", index=False)
    kind: Mapped[CertificateKind] = mapped_column(one_of(CertificateKind, "kind"))
    code: Mapped[str] = mapped_column(sa.String(40))  # of the course or the award
    cycle: Mapped[int]
    issue: Mapped[int] = mapped_column(default=1)
    enrolment_id: Mapped[int | None] = points_to("enrolments.id")
    course_version_id: Mapped[int | None] = points_to("course_versions.id")
    award_edition_id: Mapped[int | None] = points_to("award_editions.id")
    title: Mapped[str] = mapped_column(sa.String(120))
    content_sha256: Mapped[str] = mapped_column(sa.String(64))  # of the version of the course, or the edition of the award
    standards: Mapped[str] = mapped_column(sa.String(200), default="")  # in force when it was given: "NHS 1.0, GOV 1.0"
    given_at: Mapped[datetime] = mapped_column(Moment())
    valid_from_on: Mapped[date]
    valid_until_on: Mapped[date]  # the last day, to its end
    name: Mapped[str] = mapped_column(sa.String(200))  # as it was that day
    salt: Mapped[str] = mapped_column(sa.String(32))
    identity_hash: Mapped[str] = mapped_column(sa.String(64))  # SHA-256 of the address of e-mail followed by the salt
    score: Mapped[int | None]  # of the examination, in per cent
    name_shown: Mapped[bool] = mapped_column(default=False)
    score_shown: Mapped[bool] = mapped_column(default=False)
    lists: Mapped[int] = mapped_column(default=1)  # the pair of status lists that it stands in
    revocation_index: Mapped[int]
    suspension_index: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("person_id", "kind", "code", "cycle", "issue"),
        sa.UniqueConstraint("lists", "revocation_index"),
        sa.UniqueConstraint("lists", "suspension_index"),
        sa.Index("ix_certificates_end", "valid_until_on", "id"),
        sa.Index("ix_certificates_given", "given_at", "id"),
        sa.Index("ix_certificates_lists", "lists", "id"),
        sa.CheckConstraint("cycle >= 1", name="cycle_counts_from_one"),
        sa.CheckConstraint("issue >= 1", name="issue_counts_from_one"),
        sa.CheckConstraint("lists >= 1", name="lists_count_from_one"),
        sa.CheckConstraint("(kind = 'award') = (enrolment_id IS NULL)", name="of_a_course_that_was_taken"),
        sa.CheckConstraint("(kind = 'award') = (course_version_id IS NULL)", name="of_a_version_of_a_course"),
        sa.CheckConstraint("(kind = 'award') = (award_edition_id IS NOT NULL)", name="of_an_edition_of_an_award"),
        sa.CheckConstraint("valid_until_on > valid_from_on", name="ends_after_it_begins"),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name="score_is_a_share"),
        sa.CheckConstraint("NOT score_shown OR score IS NOT NULL", name="shows_a_score_that_is_there"),
        sa.CheckConstraint("length(content_sha256) = 64", name="hash_is_whole"),
        sa.CheckConstraint("length(identity_hash) = 64", name="identity_is_hashed"),
        sa.CheckConstraint(f"revocation_index BETWEEN 0 AND {ENTRIES - 1}", name="revocation_has_its_place"),
        sa.CheckConstraint(f"suspension_index BETWEEN 0 AND {ENTRIES - 1}", name="suspension_has_its_place"),
    )
    organisation_id = None  # a person's own

    def audited_as(self) -> str:
        return f"certificate {self.reference}"


class CertificateDecision(Audited, Model):
    """A certificate was suspended, or was given back, or revoked for good. The reason is for its holder and the auditor alone."""

    __tablename__ = "certificate_decisions"
    id: Mapped[int] = primary_key()
    certificate_id: Mapped[int] = points_to("certificates.id", index=False)
    number: Mapped[int]
    what: Mapped[StatusVerb] = mapped_column(one_of(StatusVerb, "what"))
    reason: Mapped[str] = mapped_column(sa.String(1000))
    decided_at: Mapped[datetime] = mapped_column(Moment())
    decided_by: Mapped[str] = mapped_column(sa.String(200))
    reference: Mapped[str] = mapped_column(sa.String(12))  # of the certificate
    paper: Mapped[str | None] = mapped_column(sa.String(12))  # whose pass does not stand, where it was revoked for that
    __table_args__ = (
        sa.UniqueConstraint("certificate_id", "number"),
        sa.Index("ix_certificate_decisions_decided", "decided_at", "certificate_id"),
        sa.Index(
            "uq_certificate_decisions_revoked", "certificate_id", unique=True,
            sqlite_where=sa.text("what = 'revoke'"), postgresql_where=sa.text("what = 'revoke'"),
        ),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("reason <> ''", name="has_a_reason"),
    )  # fmt: skip
    organisation_id = None

    def audited_as(self) -> str:
        return f"certificate {self.reference}"
