"""Every wording of a recommendation, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.kernel.db import db
from portal.recommendations.models import Wording
from portal.standards.diff import Marked, marked


@dataclass(frozen=True)
class Worded:
    """One wording; `text_changed` and `public_changed` mark its words against the one before, None where they are the same."""

    number: int
    text: str
    public_text: str
    reason: str
    at: datetime
    by: str
    text_changed: Marked | None
    public_changed: Marked | None


_WORDINGS = (
    sa.select(Wording.number, Wording.text, Wording.public_text, Wording.reason, Wording.worded_at, Wording.worded_by)
    .where(Wording.recommendation_id == sa.bindparam("id"))
    .order_by(Wording.number)
)
_NEWEST = sa.select(sa.func.coalesce(sa.func.max(Wording.number), 0)).where(Wording.recommendation_id == sa.bindparam("id"))


def wordings(recommendation_id: int) -> list[Worded]:
    """Every wording, the newest first."""
    rows = db.session.execute(_WORDINGS, {"id": recommendation_id}).all()
    found = []
    for before, row in zip([None, *rows], rows, strict=False):
        text = marked(before.text, row.text) if before is not None and before.text != row.text else None
        public = marked(before.public_text, row.public_text) if before is not None and before.public_text != row.public_text else None
        found.append(Worded(*row, text, public))
    return found[::-1]


def newest_number(recommendation_id: int) -> int:
    """The number of the newest wording; 0 where there is none."""
    return db.session.scalars(_NEWEST, {"id": recommendation_id}).one()
