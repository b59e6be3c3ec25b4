"""What the Ombudsman recommended to one organisation, what it is about, and what became of its wording and its identity."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key
from portal.recommendations.lifecycle import Acceptance, Delivery, DraftState, Ending, Replaced

CASE = 40  # characters of a case's reference
WORDS = 4000  # characters of each text
NOTE = 2000


COUNTED = ("delivery", "issued_on", "ended_on")  # with these an index answers how many there are without a look at the rows
NARROWED = ("officer_id", "type", "organisation_kind")  # and with these, which of them a list is about


def _of_open(name: str, *columns: str) -> sa.Index:
    """An index over those that were issued and have not ended."""
    still_open = sa.text("issued_on IS NOT NULL AND ended_on IS NULL")
    return sa.Index(name, *columns, sqlite_where=still_open, postgresql_where=still_open)


def _of_ended(name: str, *columns: str) -> sa.Index:
    over = sa.text("ended_on IS NOT NULL")
    return sa.Index(name, *columns, sqlite_where=over, postgresql_where=over)


# What is looked through for words, as the index of words has it.
ITS_WORDS = "to_tsvector('english', (((public_text || ' ') || text) || ' ') || failing)"


class Recommendation(Audited, Model):
    """One thing recommended to one organisation. What a case recommends to several organisations is several of these.

    Its reference and its public address stay for ever. `text` is the organisation's to read, `public_text` everybody's.
    """

    __tablename__ = "recommendations"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    organisation_kind: Mapped[str] = mapped_column(sa.String(4))  # as when it was drafted: what lists are narrowed by
    case_reference: Mapped[str] = mapped_column(sa.String(CASE))  # as the case system calls it
    number: Mapped[int]  # which of the case's
    type: Mapped[str] = mapped_column(sa.String(20))  # a code of texts/types.yaml
    severity: Mapped[int]  # of the injustice, 1 to 6 as the Ombudsman's scale has it
    failing: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    public_text: Mapped[str] = mapped_column(sa.Text)
    due_on: Mapped[date]  # as it stands after every extension
    original_due_on: Mapped[date | None]  # as it was issued, for ever
    overruled_why: Mapped[str] = mapped_column(sa.Text, default="")  # why it is worded so, whatever the drafting aid says
    state: Mapped[DraftState] = mapped_column(one_of(DraftState, "state"), default=DraftState.DRAFT)
    acceptance: Mapped[Acceptance] = mapped_column(one_of(Acceptance, "acceptance"), default=Acceptance.AWAITING)
    delivery: Mapped[Delivery] = mapped_column(one_of(Delivery, "delivery"), default=Delivery.NOT_DUE)
    drafted_by_id: Mapped[int] = points_to("people.id", index=False)
    drafted_by: Mapped[str] = mapped_column(sa.String(200))
    drafted_at: Mapped[datetime] = mapped_column(Moment())
    sent_at: Mapped[datetime | None] = mapped_column(Moment())
    returned_why: Mapped[str] = mapped_column(sa.Text, default="")
    approved_by_id: Mapped[int | None] = points_to("people.id", nullable=True, index=False)
    approved_by: Mapped[str] = mapped_column(sa.String(200), default="")
    issued_at: Mapped[datetime | None] = mapped_column(Moment())
    issued_on: Mapped[date | None]
    officer_id: Mapped[int] = points_to("people.id", index=False)  # who looks after it
    officer: Mapped[str] = mapped_column(sa.String(200))
    answer_due_on: Mapped[date | None]
    answered_on: Mapped[date | None]  # the day of the newest signed answer
    heard_on: Mapped[date | None]  # the day of the newest report
    next_evidence_on: Mapped[date | None]  # when the organisation is next to show how far it is
    complied_on: Mapped[date | None]  # the day on which it was done, as was found
    ended_on: Mapped[date | None]
    ending: Mapped[Ending | None] = mapped_column(one_of(Ending, "ending"))
    level: Mapped[int] = mapped_column(default=0)  # the highest step of the ladder that was taken since the due day was last set
    paused_until: Mapped[date | None]  # no step of the ladder is taken before this day
    objected: Mapped[bool] = mapped_column(default=False)  # the complainant says that it did not happen, and no officer settled it
    source: Mapped[str] = mapped_column(sa.String(100), default="")  # the import that brought it
    changed_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("case_reference", "number"),
        sa.Index("ix_recommendations_organisation", "organisation_id", "state", "due_on", "id"),
        sa.Index("ix_recommendations_state", "state", "due_on", "id"),
        sa.Index("ix_recommendations_changed", "state", "changed_at", "id"),
        sa.Index("ix_recommendations_organisation_kind", "organisation_kind", "state", "due_on", "id", "delivery"),
        sa.Index("ix_recommendations_type", "type", "state", "due_on", "id", "delivery"),
        sa.Index("ix_recommendations_acceptance", "acceptance", "state", "due_on", "id", "delivery"),
        sa.Index("ix_recommendations_officer", "officer_id", "state", "due_on", "id"),
        _of_open("ix_recommendations_open_due", "due_on", "id", *COUNTED),
        _of_open("ix_recommendations_open_officer", "officer_id", "due_on", "id", *COUNTED),
        _of_open("ix_recommendations_open_organisation_kind", "organisation_kind", "due_on", "id"),
        _of_open("ix_recommendations_open_type", "type", "due_on", "id"),
        _of_open("ix_recommendations_open_evidence", "next_evidence_on", "id"),
        _of_open("ix_recommendations_open_delivery", "delivery", "due_on", "id", "next_evidence_on", *NARROWED),
        _of_open("ix_recommendations_open_acceptance", "acceptance", "answer_due_on", "id", "officer_id"),
        _of_open("ix_recommendations_open_heard", "heard_on", "answered_on", "id", "acceptance", *COUNTED),
        _of_open("ix_recommendations_open_officer_heard", "officer_id", "heard_on", "answered_on", "id", "acceptance", *COUNTED),
        _of_open("ix_recommendations_open_delivery_heard", "delivery", "heard_on", "id"),
        _of_open("ix_recommendations_open_officer_delivery", "officer_id", "delivery", "heard_on", "id"),
        _of_ended("ix_recommendations_ended", "due_on", "id", *NARROWED),
        _of_ended("ix_recommendations_ended_delivery", "delivery", "due_on", "id", *NARROWED),
        sa.Index(
            "ix_recommendations_objected", "due_on", "id", "officer_id", sqlite_where=sa.text("objected = 1"), postgresql_where=sa.text("objected")
        ),
        sa.Index("ix_recommendations_words", sa.text(ITS_WORDS), postgresql_using="gin").ddl_if(dialect="postgresql"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("severity BETWEEN 1 AND 6", name="severity_on_the_scale"),
        sa.CheckConstraint("case_reference <> '' AND failing <> '' AND text <> '' AND public_text <> ''", name="says_something"),
        sa.CheckConstraint("(state = 'issued') = (issued_at IS NOT NULL)", name="issued_says_when"),
        sa.CheckConstraint("(issued_at IS NULL) = (issued_on IS NULL)", name="issued_has_a_day"),
        sa.CheckConstraint("(state = 'issued') = (approved_by <> '')", name="issued_says_by_whom"),
        sa.CheckConstraint("(approved_by_id IS NULL) = (approved_by = '')", name="approver_is_whole"),
        sa.CheckConstraint("approved_by_id IS NULL OR approved_by_id <> drafted_by_id", name="nobody_approves_their_own"),
        sa.CheckConstraint("state <> 'awaiting approval' OR sent_at IS NOT NULL", name="waiting_was_sent"),
        sa.CheckConstraint(
            "state = 'issued' OR (acceptance = 'awaiting response' AND delivery = 'not due')", name="answered_once_issued"
        ),
        sa.CheckConstraint("issued_on IS NULL OR due_on > issued_on", name="due_after_issue"),
        sa.CheckConstraint("(issued_on IS NULL) = (original_due_on IS NULL)", name="issued_says_when_due"),
        sa.CheckConstraint("(issued_on IS NULL) = (answer_due_on IS NULL)", name="issued_waits_for_an_answer"),
        sa.CheckConstraint("(acceptance = 'awaiting response') = (answered_on IS NULL)", name="answered_has_a_day"),
        sa.CheckConstraint(
            "(delivery IN ('complied on time', 'complied late', 'complied in substance by other means')) = (complied_on IS NOT NULL)",
            name="complied_says_when",
        ),
        sa.CheckConstraint(
            "(delivery IN ('not due', 'in progress', 'evidence submitted', 'more information needed')) = (ended_on IS NULL)",
            name="ended_has_a_day",
        ),
        sa.CheckConstraint("(ended_on IS NULL) = (ending IS NULL)", name="ended_says_how"),
        sa.CheckConstraint(
            "(delivery = 'transferred to successor') = (ending IS NOT NULL AND ending = 'transferred')", name="transferred_is_whole"
        ),
        sa.CheckConstraint(
            "(issued_on IS NOT NULL AND ended_on IS NULL) = (next_evidence_on IS NOT NULL)", name="open_says_when_evidence_comes"
        ),
        sa.CheckConstraint("delivery <> 'complied on time' OR complied_on <= due_on", name="on_time_is_on_time"),
        sa.CheckConstraint("delivery <> 'complied late' OR complied_on > due_on", name="late_is_late"),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name="level_of_the_ladder"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.reference}"


class Theme(Model):
    """What a recommendation is about: a code of texts/themes.yaml. Set with the draft; its records tell of it."""

    __tablename__ = "recommendation_themes"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    theme: Mapped[str] = mapped_column(sa.String(30))
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "theme"),
        sa.Index("ix_recommendation_themes_theme", "theme", "recommendation_id"),
    )


class Touched(Model):
    """An expectation of a standard that a recommendation touches ("NHS-1.3")."""

    __tablename__ = "recommendation_expectations"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    expectation: Mapped[str] = mapped_column(sa.String(20))
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "expectation"),
        sa.Index("ix_recommendation_expectations_expectation", "expectation", "recommendation_id"),
    )


class Wording(Audited, Model):
    """The texts of a recommendation as they stood from one day on: 1 as it was issued. Never changed."""

    __tablename__ = "recommendation_wordings"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    public_text: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.Text, default="")  # why it was changed; empty as it was issued
    worded_at: Mapped[datetime] = mapped_column(Moment())
    worded_by: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "number"),
        sa.CheckConstraint("(number = 1) = (reason = '')", name="changed_says_why"),
        sa.CheckConstraint("text <> '' AND public_text <> ''", name="says_something"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class Succession(Audited, Model):
    """One recommendation goes on as another: a part of it, several as one, in other words, or made to a successor.

    What was promised about the old one stays there; whoever reads the new one is led to it.
    """

    __tablename__ = "recommendation_successions"
    id: Mapped[int] = primary_key()
    old_id: Mapped[int] = points_to("recommendations.id", index=False)
    new_id: Mapped[int] = points_to("recommendations.id")
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))  # of the old one
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)  # of the old one
    how: Mapped[Replaced] = mapped_column(one_of(Replaced, "how"))
    reason: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column("succeeded_at", Moment())
    by: Mapped[str] = mapped_column("succeeded_by", sa.String(200))
    __table_args__ = (
        sa.UniqueConstraint("old_id", "new_id"),
        sa.CheckConstraint("old_id <> new_id", name="of_another"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"
