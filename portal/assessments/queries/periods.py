"""Periods, their windows, who waits for one to open or close, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.assessments.lifecycle import HANDED_IN, OPEN, State
from portal.assessments.models import Assessment, Period, Window
from portal.kernel.db import db
from portal.organisations.models import Branch, Organisation

_today: Any = sa.bindparam("today")
_COVERED = sa.exists().where(Branch.branch_id == Organisation.id, Branch.until_on.is_(None))
# Voluntary: no job touches an organisation that has not joined, is closed, or is answered for by a group.
TAKES_PART = sa.and_(
    Organisation.joined_on <= _today,
    sa.or_(Organisation.closed_on.is_(None), Organisation.closed_on > _today),
    ~_COVERED,
)


@dataclass(frozen=True)
class PeriodLine:
    """A period in the list of them: the first and last days over all kinds, and how its assessments stand."""

    name: str
    starts_on: date
    ends_on: date
    opens_on: date
    closes_on: date
    assessments: int
    handed_in: int
    not_submitted: int


_WINDOWS_OF = (
    sa.select(
        Window.period_id,
        sa.func.min(Window.opens_on).label("opens_on"),
        sa.func.max(Window.closes_on).label("closes_on"),
    )
    .group_by(Window.period_id)
    .subquery()
)


def _counted(*states: State) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((Assessment.state.in_(states), 1), else_=0)), 0)


_STANDS = (
    sa.select(
        Assessment.period_id,
        sa.func.count().label("assessments"),
        _counted(*HANDED_IN).label("handed_in"),
        _counted(State.NOT_SUBMITTED).label("not_submitted"),
    )
    .group_by(Assessment.period_id)
    .subquery()
)
_PERIODS = (
    sa.select(
        Period.name,
        Period.starts_on,
        Period.ends_on,
        _WINDOWS_OF.c.opens_on,
        _WINDOWS_OF.c.closes_on,
        sa.func.coalesce(_STANDS.c.assessments, 0),
        sa.func.coalesce(_STANDS.c.handed_in, 0),
        sa.func.coalesce(_STANDS.c.not_submitted, 0),
    )
    .join(_WINDOWS_OF, _WINDOWS_OF.c.period_id == Period.id)
    .outerjoin(_STANDS, _STANDS.c.period_id == Period.id)
    .order_by(Period.starts_on.desc())
)


def periods() -> list[PeriodLine]:
    """Every period, newest first: one a year, so never many."""
    return [PeriodLine(*row) for row in db.session.execute(_PERIODS)]


_BY_NAME = sa.select(Period).where(Period.name == sa.bindparam("name"))


def period(name: str) -> Period | None:
    return db.session.scalar(_BY_NAME, {"name": name})


@dataclass(frozen=True)
class WindowLine:
    """One kind's window, and how many organisations of the kind are being assessed in it."""

    organisation_kind: str
    standard: str
    standard_version: str
    opens_on: date
    due_on: date
    closes_on: date
    opened_at: datetime | None
    assessments: int


_ASSESSED = (
    sa.select(Assessment.period_id, Assessment.organisation_kind, sa.func.count().label("assessments"))
    .where(Assessment.period_id == sa.bindparam("period_id"))
    .group_by(Assessment.period_id, Assessment.organisation_kind)
    .subquery()
)
_WINDOWS = (
    sa.select(
        Window.organisation_kind,
        Window.standard,
        Window.standard_version,
        Window.opens_on,
        Window.due_on,
        Window.closes_on,
        Window.opened_at,
        sa.func.coalesce(_ASSESSED.c.assessments, 0),
    )
    .outerjoin(_ASSESSED, _ASSESSED.c.organisation_kind == Window.organisation_kind)
    .where(Window.period_id == sa.bindparam("period_id"))
    .order_by(Window.id)
)


def windows(period_id: int) -> list[WindowLine]:
    return [WindowLine(*row) for row in db.session.execute(_WINDOWS, {"period_id": period_id})]


_WINDOW = sa.select(Window).where(
    Window.period_id == sa.bindparam("period_id"), Window.organisation_kind == sa.bindparam("kind")
)


def window(period_id: int, kind: str) -> Window | None:
    return db.session.scalar(_WINDOW, {"period_id": period_id, "kind": kind})


_TO_OPEN = sa.select(Window.id).where(Window.opens_on <= _today, Window.due_on >= _today).order_by(Window.id)


def windows_to_open(today: date) -> Sequence[int]:
    """Windows in which an assessment may still be handed in on time."""
    return db.session.scalars(_TO_OPEN, {"today": today}).all()


_WAITING_TO_OPEN = (
    sa.select(Organisation.id)
    .join(Window, Window.organisation_kind == Organisation.kind)
    .where(
        Window.id == sa.bindparam("window_id"),
        TAKES_PART,
        ~sa.exists().where(
            Assessment.organisation_id == Organisation.id,
            Assessment.period_id == Window.period_id,
            Assessment.standard == Window.standard,
        ),
    )
    .order_by(Organisation.id)
)


def waiting_to_open(window_id: int, today: date) -> Sequence[int]:
    """Organisations of the window's kind that take part and have no assessment in its period yet."""
    return db.session.scalars(_WAITING_TO_OPEN, {"window_id": window_id, "today": today}).all()


_TO_CLOSE = (
    sa.select(Assessment.id)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .where(Assessment.state.in_(OPEN), Assessment.due_on < _today, Assessment.closes_on < _today, TAKES_PART)
    .order_by(Assessment.id)
)


def to_close(today: date) -> Sequence[int]:
    """Assessments whose last day has passed without their being handed in."""
    return db.session.scalars(_TO_CLOSE, {"today": today}).all()


_ASSESSMENT = sa.select(Assessment).where(Assessment.reference == sa.bindparam("reference"))


def assessment(reference: str) -> Assessment | None:
    return db.session.scalar(_ASSESSMENT, {"reference": reference})


@dataclass(frozen=True)
class About:
    """An assessment in words: whose, which period, and where it is."""

    organisation: str
    code: str
    period: str


_ABOUT = (
    sa.select(Organisation.name, Organisation.code, Period.name)
    .select_from(Assessment)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .join(Period, Period.id == Assessment.period_id)
    .where(Assessment.id == sa.bindparam("assessment_id"))
)


def about(assessment_id: int) -> About:
    return About(*db.session.execute(_ABOUT, {"assessment_id": assessment_id}).one())
