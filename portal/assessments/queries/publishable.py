"""Reviewed assessments with what stands between each and publication, in one statement for a page of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Finding, Period, Reply
from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation

MOST_TOGETHER = 500  # published in one go


@dataclass(frozen=True)
class Line:
    """One reviewed assessment. `organisation_id` lets rules be asked about it."""

    id: int
    organisation_id: int
    reference: str
    organisation: str
    period: str
    checked: bool
    reply_due_on: date | None
    signed_off_at: datetime
    replied: bool
    unanswered: bool
    waits_for_a_second_view: bool

    @property
    def window_open(self) -> bool:
        return self.checked and not self.replied and self.reply_due_on is not None and clock.today() <= self.reply_due_on

    @property
    def key(self) -> str:
        return f"{self.signed_off_at.strftime('%Y%m%dT%H%M%S%f')}-{self.id}"


_LATER = aliased(Finding)
_REPLY = sa.select(Reply.id).where(Reply.assessment_id == Assessment.id, Reply.replied_at >= Assessment.signed_off_at)
_LOWERED = sa.select(Finding.id).where(
    Finding.assessment_id == Assessment.id,
    Finding.second.is_(False),
    Finding.level < Finding.claimed,
    Finding.recorded_at >= Assessment.signed_off_at,
    ~sa.exists().where(
        _LATER.assessment_id == Finding.assessment_id,
        _LATER.expectation == Finding.expectation,
        _LATER.second.is_(True),
        _LATER.recorded_at >= Assessment.signed_off_at,
    ),
)
_AT = sa.bindparam("at", type_=Assessment.signed_off_at.type)
_REVIEWED = (
    sa.select(
        Assessment.id,
        Assessment.organisation_id,
        Assessment.reference,
        Organisation.name,
        Period.name,
        Assessment.checked,
        Assessment.reply_due_on,
        Assessment.signed_off_at,
        _REPLY.exists(),
        _REPLY.where(Reply.text != "", Reply.answered_at.is_(None)).exists(),
        _LOWERED.exists(),
    )
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .join(Period, Period.id == Assessment.period_id)
    .where(
        Assessment.state == State.REVIEWED,
        Assessment.signed_off_at >= _AT,
        sa.or_(Assessment.signed_off_at > _AT, Assessment.id > sa.bindparam("id", type_=sa.BigInteger)),
    )
    .order_by(Assessment.signed_off_at, Assessment.id)
    .limit(at_most(MOST_TOGETHER + 1))
)
_BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Found:
    lines: tuple[Line, ...]
    next: str | None  # the key to go on from; None on the last page


def reviewed(after: str = "") -> Found:
    """Up to five hundred reviewed assessments, the longest waiting first; what is no key begins at the start."""
    at, id = key_of(after) or (_BEGINNING, 0)
    rows: Any = db.session.execute(_REVIEWED, {"at": at, "id": id}).all()
    lines = tuple(Line(*row) for row in rows[:MOST_TOGETHER])
    return Found(lines, lines[-1].key if len(rows) > MOST_TOGETHER else None)


def key_of(text: str) -> tuple[datetime, int] | None:
    at, _, id = text.partition("-")
    if not (id.isascii() and id.isdigit()) or len(id) > 18:
        return None
    try:
        return datetime.strptime(at + "+0000", "%Y%m%dT%H%M%S%f%z"), int(id)
    except ValueError:
        return None


_NAMES = (
    sa.select(Assessment.reference, Organisation.name)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .where(Assessment.reference.in_(sa.bindparam("references", expanding=True)))
)


def organisations_of(references: list[str]) -> dict[str, str]:
    """Whose each of these assessments is, by reference."""
    return {row[0]: row[1] for row in db.session.execute(_NAMES, {"references": references})}
