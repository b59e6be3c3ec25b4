"""Periods, assessments, answers, signatures, findings: the rows of a body's self-assessment."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.assessments.lifecycle import State
from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key


class Period(Audited, Model):
    """A year of assessments. Its days differ by kind of body: see Window."""

    __tablename__ = "periods"
    id: Mapped[int] = primary_key()
    name: Mapped[str] = mapped_column(sa.String(20), unique=True)  # "2025-26"; also its place in addresses
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reply_working_days: Mapped[int] = mapped_column(default=10)  # the right-of-reply window
    clarification_working_days: Mapped[int] = mapped_column(default=10)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.CheckConstraint("ends_on > starts_on", name="ends_after_it_starts"),)

    organisation_id = None

    def audited_as(self) -> str:
        return f"period {self.name}"


class Window(Model):
    """When one kind of body may answer in a period, and against which version of which standard.

    From `opens_on` it may answer; until `due_on` it is on time; until `closes_on` it may still hand in, late.
    `opened_at` is set by the job that opened it.
    """

    __tablename__ = "windows"
    id: Mapped[int] = primary_key()
    period_id: Mapped[int] = points_to("periods.id")
    organisation_kind: Mapped[str] = mapped_column(sa.String(4))
    standard: Mapped[str] = mapped_column(sa.String(10))
    standard_version: Mapped[str] = mapped_column(sa.String(20))
    opens_on: Mapped[date]
    due_on: Mapped[date]
    closes_on: Mapped[date]
    opened_at: Mapped[datetime | None] = mapped_column(Moment())
    closed_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (
        sa.UniqueConstraint("period_id", "organisation_kind"),
        sa.CheckConstraint("opens_on < due_on AND due_on <= closes_on", name="days_in_order"),
    )


class Reliability(enum.Enum):
    """How far the self-assessment can be relied on, apart from its levels."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class PlanState(enum.Enum):
    """Where the improvement plan of an assessment stands with the reviewer."""

    NONE_NEEDED = "none needed"
    PROPOSED = "proposed"
    RETURNED = "returned"
    AGREED = "agreed"


class Assessment(Audited, Model):
    """One body's assessment against one standard in one period.

    `due_on` and `closes_on` are its own: an extension moves them and `first_due_on` stays. The counts are kept
    with the answers they count, in the same transaction.
    """

    __tablename__ = "assessments"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    organisation_kind: Mapped[str] = mapped_column(sa.String(4))
    period_id: Mapped[int] = points_to("periods.id", index=False)
    standard: Mapped[str] = mapped_column(sa.String(10))
    standard_version: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[State] = mapped_column(one_of(State, "state"), default=State.NOT_STARTED)
    first_due_on: Mapped[date]
    due_on: Mapped[date]
    closes_on: Mapped[date]
    answers_wanted: Mapped[int] = mapped_column(default=0)
    answers_given: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment())
    signed_off_at: Mapped[datetime | None] = mapped_column(Moment())
    signed_off_on: Mapped[date | None]
    signatory_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    signatory: Mapped[str] = mapped_column(sa.String(200), default="")  # name and post, as signed
    signed_alone: Mapped[bool] = mapped_column(default=False)  # the person who answered signed: a declaration is shown
    governing_body_response: Mapped[str] = mapped_column(sa.Text, default="")
    late: Mapped[bool] = mapped_column(default=False)
    not_submitted_on: Mapped[date | None]  # stays, even if it was handed in later with more time
    queried: Mapped[int] = mapped_column(default=0)  # how much quality.RULES asks about it, counted when it is signed
    first_reviewer_id: Mapped[int | None] = points_to("people.id", nullable=True)
    second_reviewer_id: Mapped[int | None] = points_to("people.id", nullable=True)
    sampled: Mapped[bool] = mapped_column(default=False)  # drawn by the random sample of a bulk acceptance
    checked: Mapped[bool] = mapped_column(default=False)  # a reviewer tested it, rather than accepted it in bulk
    reliability: Mapped[Reliability | None] = mapped_column(one_of(Reliability, "reliability"))
    reliability_reason: Mapped[str] = mapped_column(sa.Text, default="")
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment())
    reply_due_on: Mapped[date | None]
    plan: Mapped[PlanState] = mapped_column(one_of(PlanState, "plan"), default=PlanState.NONE_NEEDED)
    plan_reason: Mapped[str] = mapped_column(sa.Text, default="")
    outcome: Mapped[str] = mapped_column(sa.String(40), default="")  # standards.scoring.Outcome, by name
    published_on: Mapped[date | None]
    withdrawn_why: Mapped[str] = mapped_column(sa.Text, default="")
    changed_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "period_id", "standard"),
        sa.Index("ix_assessments_queue", "state", "signed_off_at", "id"),
        sa.Index("ix_assessments_period_state", "period_id", "state", "id"),
        sa.Index("ix_assessments_due", "state", "due_on"),
        sa.CheckConstraint(
            "(state IN ('signed off','under review','clarification requested','reviewed','published'))"
            " = (signed_off_at IS NOT NULL)",
            name="signed_when_handed_in",
        ),
        sa.CheckConstraint(
            "(signed_off_at IS NULL) = (signed_off_on IS NULL) AND (signed_off_at IS NULL) = (signatory = '')",
            name="signature_is_whole",
        ),
        sa.CheckConstraint("(state = 'published') = (published_on IS NOT NULL)", name="published_has_a_day"),
        sa.CheckConstraint("(state IN ('reviewed','published')) = (reviewed_at IS NOT NULL)", name="reviewed_has_a_moment"),
        sa.CheckConstraint("state <> 'not submitted' OR not_submitted_on IS NOT NULL", name="not_submitted_has_a_day"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_why <> '')", name="withdrawn_says_why"),
        sa.CheckConstraint("state <> 'ready for sign-off' OR sent_at IS NOT NULL", name="ready_was_sent"),
        sa.CheckConstraint("state NOT IN ('under review','clarification requested') OR first_reviewer_id IS NOT NULL", name="review_has_a_reviewer"),
        sa.CheckConstraint("second_reviewer_id IS NULL OR second_reviewer_id <> first_reviewer_id", name="second_is_another"),
        sa.CheckConstraint("answers_given >= 0 AND answers_given <= answers_wanted", name="counts_hold"),
        sa.CheckConstraint("(state <> 'published') OR (outcome <> '')", name="published_has_an_outcome"),
    )

    def audited_as(self) -> str:
        return f"assessment {self.reference}"


class Answer(Audited, Model):
    """One expectation answered. There is a row for each expectation in the body's profile from the start.

    Given: it has a level, or a reason why it does not apply, and is not an unconfirmed answer of last year.
    """

    __tablename__ = "answers"
    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = points_to("assessments.id", index=False)
    assessment_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    expectation: Mapped[str] = mapped_column(sa.String(20))
    position: Mapped[int]  # order in the standard
    weight: Mapped[str] = mapped_column(sa.String(5))  # core or light
    target: Mapped[int]
    level: Mapped[int | None]
    not_applicable_why: Mapped[str] = mapped_column(sa.Text, default="")
    claim: Mapped[str] = mapped_column(sa.Text, default="")
    proof: Mapped[str] = mapped_column(sa.Text, default="")
    proof_link: Mapped[str] = mapped_column(sa.String(500), default="")
    proof_on: Mapped[date | None]
    gap: Mapped[str] = mapped_column(sa.Text, default="")
    action: Mapped[str] = mapped_column(sa.Text, default="")
    action_owner: Mapped[str] = mapped_column(sa.String(200), default="")
    action_due_on: Mapped[date | None]
    last_level: Mapped[int | None]  # that stood at the end of last year: as published, or as claimed
    carried: Mapped[bool] = mapped_column(default=False)  # filled from last year
    confirmed: Mapped[bool] = mapped_column(default=True)  # False: last year's answer, not yet re-confirmed
    reworded: Mapped[bool] = mapped_column(default=False)  # the standard's words changed since
    assigned_to_id: Mapped[int | None] = points_to("people.id", nullable=True)
    answered_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    answered_by: Mapped[str] = mapped_column(sa.String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "expectation"),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 1 AND 4", name="level_known"),
        sa.CheckConstraint("level IS NULL OR not_applicable_why = ''", name="level_or_not_applicable"),
        sa.CheckConstraint("weight IN ('core','light')", name="weight_known"),
        sa.CheckConstraint("confirmed OR carried", name="only_carried_waits"),
    )

    def audited_as(self) -> str:
        return f"assessment {self.assessment_reference}/{self.expectation}"

    @property
    def given(self) -> bool:
        return self.confirmed and (self.level is not None or self.not_applicable_why != "")


class Extension(Audited, Model):
    """More time, asked for with a reason and decided with one."""

    __tablename__ = "extensions"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    assessment_id: Mapped[int] = points_to("assessments.id")
    assessment_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime] = mapped_column(Moment())
    granted: Mapped[bool | None]
    decided_by: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment())
    decision: Mapped[str] = mapped_column(sa.Text, default="")
    __table_args__ = (sa.CheckConstraint("(granted IS NULL) = (decided_at IS NULL)", name="decided_is_whole"),)

    def audited_as(self) -> str:
        return f"assessment {self.assessment_reference}/extension {self.reference}"


class Snapshot(Model):
    """What was signed, frozen: canonical JSON and its SHA-256. Never updated."""

    __tablename__ = "snapshots"
    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = points_to("assessments.id")
    number: Mapped[int]  # 1 for the first signing, 2 after a reopening …
    taken_at: Mapped[datetime] = mapped_column(Moment())
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    __table_args__ = (sa.UniqueConstraint("assessment_id", "number"),)


class View(enum.Enum):
    """What a reviewer says of the level that a body gave itself."""

    AGREE = "agree"
    LOWER = "lower"
    HIGHER = "higher"
    CANNOT_TELL = "cannot tell"


class Finding(Audited, Model):
    """One reviewer's view of one expectation. `second` is the blind second view of a lowered level."""

    __tablename__ = "findings"
    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = points_to("assessments.id", index=False)
    assessment_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    expectation: Mapped[str] = mapped_column(sa.String(20))
    second: Mapped[bool] = mapped_column(default=False)
    view: Mapped[View] = mapped_column(one_of(View, "view"))
    claimed: Mapped[int | None]
    level: Mapped[int | None]  # the level found; None for cannot tell, or where the claim was "does not apply"
    reason: Mapped[str] = mapped_column(sa.Text)
    reviewer_id: Mapped[int] = points_to("people.id", index=False)
    recorded_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("assessment_id", "expectation", "second"),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 1 AND 4", name="level_known"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
    )

    def audited_as(self) -> str:
        return f"assessment {self.assessment_reference}/{self.expectation}/view-{2 if self.second else 1}"


class Clarification(Audited, Model):
    """A reviewer's question on one expectation, with a due day, and the body's answer."""

    __tablename__ = "clarifications"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    assessment_id: Mapped[int] = points_to("assessments.id")
    assessment_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    expectation: Mapped[str] = mapped_column(sa.String(20))
    question: Mapped[str] = mapped_column(sa.Text)
    asked_by_id: Mapped[int] = points_to("people.id", index=False)
    asked_at: Mapped[datetime] = mapped_column(Moment())
    due_on: Mapped[date]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by: Mapped[str] = mapped_column(sa.String(200), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_is_whole"),)

    def audited_as(self) -> str:
        return f"assessment {self.assessment_reference}/question {self.reference}"


class Reply(Audited, Model):
    """A body's reply to the draft finding, kept with the Ombudsman's answer and published with the finding."""

    __tablename__ = "replies"
    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = points_to("assessments.id")
    assessment_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    text: Mapped[str] = mapped_column(sa.Text)  # empty: the body said that it has nothing to add
    replied_by: Mapped[str] = mapped_column(sa.String(200))
    replied_at: Mapped[datetime] = mapped_column(Moment())
    late: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_is_whole"),)

    def audited_as(self) -> str:
        return f"assessment {self.assessment_reference}/reply"


class PublicFinding(Model):
    """What the public may read of a published assessment, frozen when it is published: JSON, and a stamp for caches."""

    __tablename__ = "public_findings"
    id: Mapped[int] = primary_key()
    assessment_id: Mapped[int] = points_to("assessments.id", unique=True, index=False)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    published_at: Mapped[datetime] = mapped_column(Moment())
    content: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.Index("ix_public_findings_organisation", "organisation_id", "published_at"),)


class ReturnedWorkbook(Model):
    """What was read of a workbook that somebody uploaded, until they have looked at it and saved it. Nothing of it counts."""

    __tablename__ = "returned_workbooks"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    assessment_id: Mapped[int] = points_to("assessments.id")
    person_id: Mapped[int] = points_to("people.id", index=False)
    name: Mapped[str] = mapped_column(sa.String(200))  # of the file
    content: Mapped[str] = mapped_column(sa.Text)  # workbooks.keeping
    returned_at: Mapped[datetime] = mapped_column(Moment(), index=True)
