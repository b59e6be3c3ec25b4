"""What people and other systems keep of their own: saved views, calendar feeds, tokens, and imports that wait to be looked at."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, points_to, primary_key


class SavedView(Model):
    """One person's name for a way of narrowing the list."""

    __tablename__ = "saved_views"
    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = points_to("people.id", index=False)
    name: Mapped[str] = mapped_column(sa.String(80))
    narrowed: Mapped[str] = mapped_column(sa.String(1000))  # the query of the list's address
    __table_args__ = (sa.UniqueConstraint("person_id", "name"),)


class CalendarFeed(Audited, Model):
    """One person's address for the calendar of an organisation's days. Only the hash of its token is stored."""

    __tablename__ = "calendar_feeds"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    person_id: Mapped[int] = points_to("people.id", index=False)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment())
    __table_args__ = (sa.UniqueConstraint("organisation_id", "person_id"),)

    def audited_as(self) -> str:
        return f"calendar of organisation {self.organisation_id}"


class ApiToken(Audited, Model):
    """What another system shows to be let in. Only its hash is stored; `scopes` are words with spaces between."""

    __tablename__ = "api_tokens"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[str] = mapped_column(sa.String(200))
    person_id: Mapped[int] = points_to("people.id", index=False)  # in whose name it acts, while they hold their role
    made_at: Mapped[datetime] = mapped_column(Moment())
    ends_on: Mapped[date]
    used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(Moment())
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (sa.CheckConstraint("name <> '' AND scopes <> ''", name="says_something"),)
    organisation_id = None  # of the portal as a whole

    def audited_as(self) -> str:
        return f"token {self.reference}"


class ImportedCases(Model):
    """A file of cases that somebody uploaded, until they have looked at it and taken it in. Nothing of it counts."""

    __tablename__ = "imported_cases"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    person_id: Mapped[int] = points_to("people.id", index=False)
    name: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[str] = mapped_column(sa.Text)
    came_at: Mapped[datetime] = mapped_column(Moment(), index=True)
