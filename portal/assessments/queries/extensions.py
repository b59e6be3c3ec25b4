"""Requests for more time: those of one assessment, and those that nobody has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.lifecycle import OPEN, State
from portal.assessments.models import Assessment, Extension, Period
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation

_EXTENSION = sa.select(Extension).where(Extension.reference == sa.bindparam("reference"))


def extension(reference: str) -> Extension | None:
    return db.session.scalar(_EXTENSION, {"reference": reference})


_EXTENSIONS_OF = (
    sa.select(Extension).where(Extension.assessment_id == sa.bindparam("assessment_id")).order_by(Extension.id.desc())
)


def extensions_of(assessment_id: int) -> Sequence[Extension]:
    """Every request of one assessment, newest first."""
    return db.session.scalars(_EXTENSIONS_OF, {"assessment_id": assessment_id}).all()


@dataclass(frozen=True)
class Waiting:
    """A request for more time that nobody has decided."""

    id: int
    reference: str
    organisation: str
    kind: str
    period: str
    asked_at: datetime
    due_on: date
    until: date
    state: State


PAGE = 50
_AFTER: sa.BindParameter[int] = sa.bindparam("after", type_=sa.BigInteger())
_LAST_SEEN = aliased(Extension)
_ASKED_BEFORE = sa.select(_LAST_SEEN.asked_at).where(_LAST_SEEN.id == _AFTER).scalar_subquery()
_WAITING = (
    sa.select(
        Extension.id,
        Extension.reference,
        Organisation.name,
        Organisation.kind,
        Period.name,
        Extension.asked_at,
        Assessment.due_on,
        Extension.until,
        Assessment.state,
    )
    .join(Assessment, Assessment.id == Extension.assessment_id)
    .join(Organisation, Organisation.id == Extension.organisation_id)
    .join(Period, Period.id == Assessment.period_id)
    .where(
        Extension.granted.is_(None),
        sa.or_(
            _AFTER == 0,
            Extension.asked_at > _ASKED_BEFORE,
            sa.and_(Extension.asked_at == _ASKED_BEFORE, Extension.id > _AFTER),
        ),
    )
    .order_by(Extension.asked_at, Extension.id)
    .limit(at_most(PAGE + 1))
)


def waiting(after: int = 0) -> tuple[list[Waiting], int | None]:
    """Requests not decided yet, longest waiting first, and the key to go on from (None: these are the last)."""
    rows = [Waiting(*row) for row in db.session.execute(_WAITING, {"after": after})]
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None


@dataclass(frozen=True)
class Extendable:
    """An assessment that could be given more time."""

    reference: str
    standard: str
    period: str


_EXTENDABLE = (
    sa.select(Assessment.reference, Assessment.standard, Period.name)
    .join(Period, Period.id == Assessment.period_id)
    .where(
        Assessment.organisation_id == sa.bindparam("organisation_id"),
        Assessment.state.in_([*OPEN, State.NOT_SUBMITTED]),
    )
    .order_by(Assessment.id.desc())
    .limit(at_most(5))
)


def extendable(organisation_id: int) -> tuple[Extendable, ...]:
    """The assessments of an organisation that could be given more time, the newest five."""
    rows = db.session.execute(_EXTENDABLE, {"organisation_id": organisation_id})
    return tuple(Extendable(*row) for row in rows)
