"""What the Ombudsman decided: verdicts, more time, pauses; the steps of the ladder, and the log of calls and letters."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key
from portal.recommendations.lifecycle import Asked, PauseKind, Taken, VerdictKind


class Verdict(Audited, Model):
    """What an officer found of the evidence. Never changed: a later one stands beside it."""

    __tablename__ = "verdicts"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    number: Mapped[int]
    kind: Mapped[VerdictKind] = mapped_column(one_of(VerdictKind, "kind"))
    complied_on: Mapped[date | None]
    steps_done: Mapped[int | None]  # "9 of 10"
    steps_of: Mapped[int | None]
    due_on: Mapped[date | None]  # of what more is needed
    reason: Mapped[str] = mapped_column(sa.Text)
    effect: Mapped[str] = mapped_column(sa.Text, default="")  # what became better by it
    complainant_why: Mapped[str] = mapped_column(sa.Text, default="")  # how what the complainant said was settled
    decided_by_id: Mapped[int] = points_to("people.id", index=False)
    decided_by: Mapped[str] = mapped_column(sa.String(200))
    decided_at: Mapped[datetime] = mapped_column(Moment())
    decided_on: Mapped[date]
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "number"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("(kind IN ('complied', 'complied in substance')) = (complied_on IS NOT NULL)", name="complied_says_when"),
        sa.CheckConstraint("(kind IN ('more needed', 'partly')) = (due_on IS NOT NULL)", name="more_needed_says_until_when"),
        sa.CheckConstraint("(kind = 'partly') = (steps_done IS NOT NULL)", name="partly_says_how_far"),
        sa.CheckConstraint("(steps_done IS NULL) = (steps_of IS NULL)", name="partly_is_whole"),
        sa.CheckConstraint("steps_done IS NULL OR (steps_done >= 0 AND steps_done < steps_of)", name="partly_is_not_all"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class MoreTime(Audited, Model):
    """More time, asked for by the organisation or given by an officer. Both days stay for ever."""

    __tablename__ = "recommendation_extensions"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    number: Mapped[int]
    from_day: Mapped[date]
    until: Mapped[date] = mapped_column("until_day")
    reason: Mapped[str] = mapped_column(sa.Text)
    asked_by: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime] = mapped_column(Moment())
    state: Mapped[Asked] = mapped_column(one_of(Asked, "state"), default=Asked.WAITING)
    decided_by: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment())
    decision: Mapped[str] = mapped_column(sa.Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "number"),
        sa.Index(
            "uq_recommendation_extensions_waiting", "recommendation_id", unique=True,
            sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.CheckConstraint("until_day > from_day", name="is_longer"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided_says_when"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_says_by_whom"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class Pause(Audited, Model):
    """Until a day, no step of the ladder is taken; and why."""

    __tablename__ = "pauses"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    kind: Mapped[PauseKind] = mapped_column(one_of(PauseKind, "kind"))
    reason: Mapped[str] = mapped_column(sa.Text)
    from_day: Mapped[date]
    until: Mapped[date] = mapped_column("until_day")
    by: Mapped[str] = mapped_column("paused_by", sa.String(200))
    ended_on: Mapped[date | None]  # earlier than was meant
    ended_by: Mapped[str] = mapped_column(sa.String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index("ix_pauses_recommendation", "recommendation_id", "from_day"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("until_day > from_day", name="has_a_length"),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_by = '')", name="ended_by_somebody"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class LadderStep(Audited, Model):
    """A step of the ladder that was reached for one due day: sent by the portal, or placed before a person with a draft.

    `officer_id` is whoever looks after its recommendation while it waits: kept here too, so that what waits for one officer
    is counted without reading recommendations.
    """

    __tablename__ = "ladder_steps"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id", index=False)
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    due_on: Mapped[date]
    after: Mapped[int] = mapped_column("after_days")  # days since the due day, as the ladder has it
    level: Mapped[int]
    state: Mapped[Taken] = mapped_column(one_of(Taken, "state"))
    officer_id: Mapped[int] = points_to("people.id", index=False)
    reached_on: Mapped[date]
    told_on: Mapped[date | None]  # when the officers were first told that it waits for them
    decided_by: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment())
    note: Mapped[str] = mapped_column(sa.Text, default="")  # the letter as it went, why it was put aside, or why nobody was written to
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.UniqueConstraint("recommendation_id", "due_on", "after_days"),
        sa.Index(
            "ix_ladder_steps_waiting", "level", "reached_on", "id",
            sqlite_where=sa.text("state = 'waits for a person'"), postgresql_where=sa.text("state = 'waits for a person'"),
        ),
        sa.Index(
            "ix_ladder_steps_waiting_officer", "officer_id", "level", "reached_on", "id",
            sqlite_where=sa.text("state = 'waits for a person'"), postgresql_where=sa.text("state = 'waits for a person'"),
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name="level_of_the_ladder"),
        sa.CheckConstraint("(state = 'sent by the portal') = (level <= 2)", name="portal_sends_the_first_two"),
        sa.CheckConstraint("(state IN ('taken', 'put aside')) = (decided_at IS NOT NULL)", name="decided_says_when"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_says_by_whom"),
    )

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"


class Contact(Audited, Model):
    """A call, a letter or a meeting that an officer logged: a working paper."""

    __tablename__ = "contacts"
    id: Mapped[int] = primary_key()
    recommendation_id: Mapped[int] = points_to("recommendations.id")
    recommendation_reference: Mapped[str] = mapped_column(sa.String(12))
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    on: Mapped[date] = mapped_column("contact_on")
    how: Mapped[str] = mapped_column(sa.String(20))  # "call", "letter", "meeting", "e-mail"
    words: Mapped[str] = mapped_column(sa.Text)
    by: Mapped[str] = mapped_column("logged_by", sa.String(200))
    logged_at: Mapped[datetime] = mapped_column(Moment())
    __table_args__ = (sa.CheckConstraint("words <> ''", name="says_something"),)

    def audited_as(self) -> str:
        return f"recommendation {self.recommendation_reference}"
