"""Public bodies, the people who act for them, and how those people sign in."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, one_of, points_to, primary_key
from portal.policy import Role


class Organisation(Audited, Model):
    """A body on the register. `code` is its ODS code or GOV.UK slug and never changes; nor is a row ever deleted."""

    __tablename__ = "organisations"
    id: Mapped[int] = primary_key()
    code: Mapped[str] = mapped_column(sa.String(120), unique=True)
    name: Mapped[str] = mapped_column(sa.String(250))
    sort_name: Mapped[str] = mapped_column(sa.String(250))  # case-folded, for search and order
    kind: Mapped[str] = mapped_column(sa.String(4))
    region_code: Mapped[str] = mapped_column(sa.String(10), default="")
    board_code: Mapped[str] = mapped_column(sa.String(10), default="")  # the integrated care board's ODS code
    parent_id: Mapped[int | None] = points_to("organisations.id", nullable=True)
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    joined_on: Mapped[date | None]  # None: the body is not taking part
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.Index("ix_organisations_name", "sort_name", "id"),
        sa.Index("ix_organisations_kind_name", "kind", "sort_name", "id"),
        sa.CheckConstraint("closed_on IS NULL OR opened_on IS NULL OR closed_on >= opened_on", name="closed_after_opened"),
    )

    @property
    def organisation_id(self) -> int:
        return self.id

    def audited_as(self) -> str:
        return f"organisation {self.code}"


class FormerName(Model):
    """A name that an organisation had until a day."""

    __tablename__ = "former_names"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id")
    name: Mapped[str] = mapped_column(sa.String(250))
    until_on: Mapped[date | None]
    __table_args__ = (sa.UniqueConstraint("organisation_id", "name"),)


class Succession(Model):
    """One organisation's duties went to another: a merger is several successions to one successor."""

    __tablename__ = "successions"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id")  # the predecessor
    successor_id: Mapped[int] = points_to("organisations.id")
    on: Mapped[date | None] = mapped_column("succeeded_on")
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "successor_id"),
        sa.CheckConstraint("organisation_id <> successor_id", name="not_itself"),
    )


class Branch(Model):
    """A group (`organisation_id`) answers for a branch; the branch is then assessed through the group."""

    __tablename__ = "branches"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id")
    branch_id: Mapped[int] = points_to("organisations.id")
    since_on: Mapped[date]
    until_on: Mapped[date | None]
    __table_args__ = (
        sa.Index("uq_branches_open", "branch_id", unique=True, sqlite_where=sa.text("until_on IS NULL"), postgresql_where=sa.text("until_on IS NULL")),
        sa.CheckConstraint("organisation_id <> branch_id", name="not_itself"),
    )


class Person(Audited, Model):
    """Somebody with one address (case-folded) who may act for many organisations in many roles."""

    __tablename__ = "people"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    added_at: Mapped[datetime] = mapped_column(Moment())
    totp_secret: Mapped[str | None] = mapped_column(sa.String(64))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(Moment())
    totp_last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)  # a code is good once
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_folded"),
        sa.CheckConstraint("totp_confirmed_at IS NULL OR totp_secret IS NOT NULL", name="confirmed_has_secret"),
    )

    organisation_id = None  # a person belongs to no one body: their records stand in the portal's own stream

    def audited_as(self) -> str:
        return f"person {self.reference}"


class Membership(Audited, Model):
    """A person holds a role in an organisation from a day until a day. `deputy_for_id`: as deputy of that membership."""

    __tablename__ = "memberships"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    person_id: Mapped[int] = points_to("people.id")
    organisation_id: Mapped[int] = points_to("organisations.id")
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    job_title: Mapped[str] = mapped_column(sa.String(200), default="")
    since_on: Mapped[date]
    until_on: Mapped[date | None]  # the last day; None while it goes on
    ended_at: Mapped[datetime | None] = mapped_column(Moment())  # taken away: it ends at once, not at the end of the day
    deputy_for_id: Mapped[int | None] = points_to("memberships.id", nullable=True)
    __table_args__ = (
        sa.Index(
            "uq_memberships_open", "person_id", "organisation_id", "role", unique=True,
            sqlite_where=sa.text("until_on IS NULL"), postgresql_where=sa.text("until_on IS NULL"),
        ),
        sa.CheckConstraint("until_on IS NULL OR until_on >= since_on", name="ends_after_it_began"),
        sa.CheckConstraint("deputy_for_id IS NULL OR until_on IS NOT NULL", name="deputies_have_an_end"),
        sa.CheckConstraint("ended_at IS NULL OR until_on IS NOT NULL", name="ended_has_a_last_day"),
    )

    def audited_as(self) -> str:
        return f"membership {self.reference}"


class Invitation(Audited, Model):
    """An invitation to take a role, sent to an address; accepted once, withdrawn or left to expire."""

    __tablename__ = "invitations"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    organisation_id: Mapped[int] = points_to("organisations.id")
    email: Mapped[str] = mapped_column(sa.String(320), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    job_title: Mapped[str] = mapped_column(sa.String(200), default="")
    deputy_for_id: Mapped[int | None] = points_to("memberships.id", nullable=True)  # invited as its deputy
    deputy_until_on: Mapped[date | None]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    invited_by: Mapped[str] = mapped_column(sa.String(200))
    invited_at: Mapped[datetime] = mapped_column(Moment())
    expires_at: Mapped[datetime] = mapped_column(Moment())
    accepted_at: Mapped[datetime | None] = mapped_column(Moment())
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment())
    __table_args__ = (
        sa.CheckConstraint("accepted_at IS NULL OR withdrawn_at IS NULL", name="one_end"),
        sa.CheckConstraint("(deputy_for_id IS NULL) = (deputy_until_on IS NULL)", name="deputies_have_an_end"),
        sa.CheckConstraint("email = lower(email)", name="email_folded"),
    )

    def audited_as(self) -> str:
        return f"invitation {self.reference}"


class Conflict(Audited, Model):
    """A member of the Ombudsman's staff declared a conflict of interest with an organisation."""

    __tablename__ = "conflicts"
    id: Mapped[int] = primary_key()
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    person_id: Mapped[int] = points_to("people.id")
    organisation_id: Mapped[int] = points_to("organisations.id")
    reason: Mapped[str] = mapped_column(sa.Text)
    declared_on: Mapped[date]
    ended_on: Mapped[date | None]
    __table_args__ = (
        sa.Index(
            "uq_conflicts_open", "person_id", "organisation_id", unique=True,
            sqlite_where=sa.text("ended_on IS NULL"), postgresql_where=sa.text("ended_on IS NULL"),
        ),
    )

    def audited_as(self) -> str:
        return f"conflict {self.reference}"


class SignInLink(Model):
    """A one-time link sent by letter: only its hash is kept, and a newer one for the address replaces it."""

    __tablename__ = "sign_in_links"
    id: Mapped[int] = primary_key()
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)  # one live link an address
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(Moment())
    expires_at: Mapped[datetime] = mapped_column(Moment())
    next: Mapped[str] = mapped_column(sa.String(500), default="")


class BrowserSession(Model):
    """One browser in which a person is signed in; ending it signs that browser out at once."""

    __tablename__ = "browser_sessions"
    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = points_to("people.id")
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    began_at: Mapped[datetime] = mapped_column(Moment())
    expires_at: Mapped[datetime] = mapped_column(Moment())
    ended_at: Mapped[datetime | None] = mapped_column(Moment())
    second_factor_at: Mapped[datetime | None] = mapped_column(Moment())
    browser: Mapped[str] = mapped_column(sa.String(200), default="")


class RecoveryCode(Model):
    """A code that stands in for the second factor once; only its hash is kept."""

    __tablename__ = "recovery_codes"
    id: Mapped[int] = primary_key()
    person_id: Mapped[int] = points_to("people.id")
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment())


class Attempts(Model):
    """How often something was tried in one window of time, by address or network; counted in the database."""

    __tablename__ = "attempts"
    id: Mapped[int] = primary_key()
    what: Mapped[str] = mapped_column(sa.String(40))
    who: Mapped[str] = mapped_column(sa.String(340))
    window: Mapped[datetime] = mapped_column("window_start", Moment())
    count: Mapped[int] = mapped_column("tries", default=1)
    __table_args__ = (sa.UniqueConstraint("what", "who", "window_start"),)
