"""How many frontline posts an organisation has, as it says, and the figures that it published of them. Rows are never changed."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.audit import Audited
from portal.kernel.db import Model, Moment, points_to, primary_key


class StatedPosts(Audited, Model):
    """What an organisation said of its frontline posts at one moment; the highest number counts now."""

    __tablename__ = "stated_posts"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(120))  # of the organisation
    number: Mapped[int]
    posts: Mapped[int]
    stated_at: Mapped[datetime] = mapped_column(Moment())
    stated_by: Mapped[str] = mapped_column(sa.String(200))
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "number"),
        sa.CheckConstraint("number >= 1", name="counted_from_one"),
        sa.CheckConstraint("posts BETWEEN 1 AND 100000", name="posts_are_bounded"),
    )

    def audited_as(self) -> str:
        return f"organisation {self.code}"


class PublishedFigure(Audited, Model):
    """The figure of one month, as it was published: rounded, or with nothing said where numbers are small. Each names the one before by its hash."""

    __tablename__ = "published_figures"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = points_to("organisations.id", index=False)
    code: Mapped[str] = mapped_column(sa.String(120))
    month: Mapped[date]  # its first day
    accredited: Mapped[int | None]  # to the nearest five; None where too few to say
    posts: Mapped[int | None]
    published_at: Mapped[datetime] = mapped_column(Moment())
    published_by: Mapped[str] = mapped_column(sa.String(200))
    before: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "month"),
        sa.UniqueConstraint("organisation_id", "before"),
        sa.CheckConstraint("(accredited IS NULL) = (posts IS NULL)", name="said_whole"),
        sa.CheckConstraint("accredited IS NULL OR accredited BETWEEN 0 AND posts", name="accredited_of_posts"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
        sa.CheckConstraint("length(before) = 64", name="before_is_whole"),
    )

    def audited_as(self) -> str:
        return f"organisation {self.code}"
