"""Gaps, the actions planned to close them, and the tallies that the Ombudsman looks at daily."""

from __future__ import annotations

import enum
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.gaps.lifecycle import ActionState
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key


class GapKind(enum.Enum):
    """What falls short."""

    BELOW_TARGET = "below target"
    NOT_SUBMITTED = "not submitted"
    OVERDUE_PROMISE = "overdue promise"
    REFUSED = "recommendation refused"
    STALLED = "stalled recommendation"
    TOO_FEW_ACCREDITED = "too few accredited"


ABOUT_RECOMMENDATIONS = (GapKind.OVERDUE_PROMISE, GapKind.REFUSED, GapKind.STALLED)
RECOMMENDATIONS = "recommendations"  # where the others name their pillar


class Severity(enum.Enum):
    """How far short: one level under target, two or more, or a duty in law. What is long overdue, or about a grave injustice, is serious."""

    MODERATE = "moderate"
    SERIOUS = "serious"
    STATUTORY = "a legal duty"


def _of_open(name: str, *columns: str) -> sa.Index:
    """An index over open gaps alone: PostgreSQL reads it in its order, as it does not where a column must be NULL."""
    still_open = sa.text("closed_on IS NULL")
    return sa.Index(name, *columns, sqlite_where=still_open, postgresql_where=still_open)


class Gap(Audited, Model):
    """One shortfall of one organisation: of a standard, or of what the Ombudsman recommended.

    At most one open gap for each (kind, standard, expectation, recommendation).
    """

    __tablename__ = "gaps"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    organisation_kind: Mapped[str] = mapped_column(sa.String(4))  # as when it opened: what the tallies count by
    kind: Mapped[GapKind] = mapped_column(one_of(GapKind, "kind"))
    about: Mapped[str] = mapped_column(sa.String(80))  # reference of what brought it to light, "AS-7K2QD"
    standard: Mapped[str] = mapped_column(sa.String(10))  # empty where it is about a recommendation
    pillar: Mapped[str] = mapped_column(sa.String(20), default="")  # "NHS-1", RECOMMENDATIONS; empty for an assessment as a whole
    expectation: Mapped[str] = mapped_column(sa.String(20), default="")  # "NHS-1.3"
    recommendation: Mapped[str] = mapped_column(sa.String(12), default="")  # its reference, "RC-7K2QD"
    level: Mapped[int | None]
    target: Mapped[int | None]
    severity: Mapped[Severity] = mapped_column(one_of(Severity, "severity"))
    opened_on: Mapped[date]
    due_on: Mapped[date]
    closed_on: Mapped[date | None]
    closed_why: Mapped[str] = mapped_column(sa.String(500), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index(
            "uq_gaps_open", "organisation_id", "kind", "standard", "expectation", "recommendation", unique=True,
            sqlite_where=sa.text("closed_on IS NULL"), postgresql_where=sa.text("closed_on IS NULL"),
        ),
        _of_open("ix_gaps_open_age", "opened_on", "id"),
        _of_open("ix_gaps_open_pillar", "pillar", "opened_on", "id"),
        _of_open("ix_gaps_open_organisation_kind", "organisation_kind", "opened_on", "id"),
        sa.Index("ix_gaps_organisation", "organisation_id", "closed_on", "opened_on"),
        sa.Index("ix_gaps_about", "about"),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_why = '')", name="closed_says_why"),
        sa.CheckConstraint("(kind = 'below target') = (expectation <> '')", name="below_target_names_expectation"),
        sa.CheckConstraint(
            "(kind IN ('overdue promise', 'recommendation refused', 'stalled recommendation')) = (recommendation <> '')",
            name="promise_names_recommendation",
        ),
        sa.CheckConstraint("(standard = '') = (recommendation <> '')", name="standard_or_recommendation"),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )

    def audited_as(self) -> str:
        return f"gap {self.reference}"


class PlannedAction(Audited, Model):
    """What an organisation will do about a gap, who and by when; it lives on across years until done or dropped."""

    __tablename__ = "actions"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    gap_id: Mapped[int] = points_to("gaps.id")
    what: Mapped[str] = mapped_column(sa.Text)
    owner: Mapped[str] = mapped_column(sa.String(200))  # a job title, as it is published
    due_on: Mapped[date]
    state: Mapped[ActionState] = mapped_column(one_of(ActionState, "state"), default=ActionState.PLANNED)
    progress: Mapped[str] = mapped_column(sa.Text, default="")
    finished_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index("ix_actions_organisation_state", "organisation_id", "state", "due_on"),
        sa.CheckConstraint("(state = 'finished') = (finished_on IS NOT NULL)", name="finished_has_a_day"),
    )

    def audited_as(self) -> str:
        return f"action {self.reference}"


class Tally(Model):
    """How many open gaps there are, as changes that add up: `change` is +1 or -1, or more once folded together.

    A row is written in the same transaction as the gap it counts, so no two organisations wait for each other;
    a job folds the rows of one key into one. The sum of a key is the count, and opens the list behind it.
    """

    __tablename__ = "gap_tallies"
    id: Mapped[int] = primary_key()
    organisation_kind: Mapped[str] = mapped_column(sa.String(4))
    kind: Mapped[GapKind] = mapped_column(one_of(GapKind, "kind"))
    pillar: Mapped[str] = mapped_column(sa.String(20))
    severity: Mapped[Severity] = mapped_column(one_of(Severity, "severity"))
    opened_month: Mapped[date]  # first day of the month in which the gap opened
    change: Mapped[int] = mapped_column("change_by")
