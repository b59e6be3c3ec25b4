"""Whether a receipt was issued here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from portal.assessments.models import Assessment, Snapshot
from portal.kernel.db import db
from portal.organisations.models import Organisation


@dataclass(frozen=True)
class Issued:
    """A receipt: who signed what, and when."""

    organisation: str
    code: str
    standard: str
    version: str
    taken_at: datetime
    number: int


_RECEIPT = (
    sa.select(
        Organisation.name,
        Organisation.code,
        Assessment.standard,
        Assessment.standard_version,
        Snapshot.taken_at,
        Snapshot.number,
    )
    .join(Assessment, Assessment.id == Snapshot.assessment_id)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .where(Snapshot.sha256 == sa.bindparam("sha256"))
)


def issued(sha256: str) -> Issued | None:
    """The receipt with this SHA-256 (64 figures and letters a to f), if this portal issued it."""
    row = db.session.execute(_RECEIPT, {"sha256": sha256}).first()
    return Issued(*row) if row is not None else None
