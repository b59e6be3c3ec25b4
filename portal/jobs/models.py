"""What the worker did: one row for each job and each time it was due."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Moment, primary_key


class JobRun(Model):
    """One job in one period ("2026-06-01", "2026-06-01T09Z"). Whoever inserts the row runs the job.

    `claimed_at` is renewed while it runs; a run that is unfinished and silent for a quarter of an hour is taken up
    again, because the worker that had it is gone.
    """

    __tablename__ = "job_runs"
    id: Mapped[int] = primary_key()
    job: Mapped[str] = mapped_column(sa.String(40))
    period: Mapped[str] = mapped_column(sa.String(20))
    claimed_at: Mapped[datetime] = mapped_column(Moment())
    finished_at: Mapped[datetime | None] = mapped_column(Moment())
    done: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        sa.UniqueConstraint("job", "period"),
        sa.Index("ix_job_runs_finished", "job", "finished_at"),
    )
