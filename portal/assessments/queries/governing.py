"""An assessment with its newest signature and what was published of it, for the summary of its governing body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Period, PublicFinding, Snapshot
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation


@dataclass(frozen=True)
class Facts:
    """What the summary says of the assessment itself."""

    organisation_id: int
    reference: str
    standard: str
    standard_version: str
    state: State
    due_on: date
    late: bool
    signatory: str
    signed_off_at: datetime | None
    governing_body_response: str
    published_on: date | None
    organisation: str
    organisation_code: str
    period: str
    sha256: str | None  # of the newest signature
    content: str | None  # of the published finding

    @property
    def published(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = json.loads(self.content) if self.content else None
        return found


_NEWEST = (
    sa.select(Snapshot.sha256)
    .where(Snapshot.assessment_id == Assessment.id)
    .order_by(Snapshot.number.desc())
    .limit(at_most(1))
    .scalar_subquery()
)
_FACTS: Any = (
    sa.select(
        Assessment.organisation_id, Assessment.reference, Assessment.standard, Assessment.standard_version,
        Assessment.state, Assessment.due_on, Assessment.late, Assessment.signatory, Assessment.signed_off_at,
        Assessment.governing_body_response, Assessment.published_on, Organisation.name, Organisation.code, Period.name,
        _NEWEST, PublicFinding.content,
    )
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .join(Period, Period.id == Assessment.period_id)
    .outerjoin(PublicFinding, PublicFinding.assessment_id == Assessment.id)
    .where(Assessment.reference == sa.bindparam("reference"))
)  # fmt: skip


def facts(reference: str) -> Facts | None:
    row = db.session.execute(_FACTS, {"reference": reference}).first()
    return Facts(*row) if row else None
