"""What the daily job looks for: steps of the ladder that fall due, days of evidence that passed, gaps that time alone opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal.gaps.models import Gap, GapKind, Severity
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation
from portal.recommendations import shortfalls
from portal.recommendations.deadlines import AT_LEAST_EVERY, THEIRS
from portal.recommendations.ladder import BY_A_PERSON, Step
from portal.recommendations.lifecycle import OPEN, Acceptance, Taken
from portal.recommendations.models import LadderStep, Pause, Recommendation

R = Recommendation
_A_DAY = timedelta(days=1)
_TODAY = sa.bindparam("today", type_=sa.Date)
_STILL_OPEN = sa.and_(R.issued_on.is_not(None), R.ended_on.is_(None))
_TO_ACT = sa.and_(_STILL_OPEN, R.delivery.in_(THEIRS))
_NOT_PAUSED = sa.or_(R.paused_until.is_(None), R.paused_until <= _TODAY)
_WITHIN = {"first": sa.bindparam("first", type_=sa.Date), "last": sa.bindparam("last", type_=sa.Date)}

_REACHED = (
    sa.select(R.id)
    .where(
        _TO_ACT, _NOT_PAUSED, R.due_on.between(_WITHIN["first"], _WITHIN["last"]),
        ~sa.exists().where(LadderStep.recommendation_id == R.id, LadderStep.due_on == R.due_on, LadderStep.after == sa.bindparam("after")),
    )
    .order_by(R.due_on, R.id)
)  # fmt: skip
# A pause that an officer ends is over for the run of the next day: that day's own run may have been before.
_WAS_OVER = sa.or_(
    sa.and_(Pause.ended_on.is_(None), Pause.until.between(_WITHIN["first"], _WITHIN["last"])),
    Pause.ended_on.between(sa.bindparam("day_before_first", type_=sa.Date), sa.bindparam("day_before_last", type_=sa.Date)),
)
_LET_GO = (
    sa.select(R.id)
    .where(_TO_ACT, _NOT_PAUSED, R.id.in_(sa.select(Pause.recommendation_id).where(_WAS_OVER)))
    .order_by(R.due_on, R.id)
)
_PAUSES = sa.select(Pause.from_day, Pause.until, Pause.ended_on).where(Pause.recommendation_id == sa.bindparam("id")).order_by(Pause.from_day)
_TAKEN = sa.select(LadderStep.after).where(LadderStep.recommendation_id == sa.bindparam("id"), LadderStep.due_on == sa.bindparam("due_on"))
_SILENT = (
    sa.select(R.id)
    .where(_TO_ACT, _NOT_PAUSED, R.next_evidence_on.between(_WITHIN["first"], _WITHIN["last"]))
    .order_by(R.next_evidence_on, R.id)
)
_LET_GO_SILENT = _LET_GO.where(R.next_evidence_on < _TODAY)


def reached(step: Step, due_days: tuple[date, date], today: date) -> Sequence[int]:
    """The ids of those whose due day lies within the days given, and for which this step was not taken yet."""
    values = {"first": due_days[0], "last": due_days[1], "after": step.after, "today": today}
    return db.session.scalars(_REACHED, values).all()


def let_go(first: date, today: date) -> Sequence[int]:
    """The ids of those whose pause was over on a day from `first` on, and that are in none now."""
    return db.session.scalars(_LET_GO, _over_from(first, today)).all()


def _over_from(first: date, today: date) -> dict[str, date]:
    return {"first": first, "last": today, "today": today, "day_before_first": first - _A_DAY, "day_before_last": today - _A_DAY}


def pauses_of(recommendation_id: int) -> list[tuple[date, date]]:
    """Each pause: its first day, and the day on which it was over."""
    rows = db.session.execute(_PAUSES, {"id": recommendation_id})
    return [(begins, until if ended is None else ended + _A_DAY) for begins, until, ended in rows]


def taken(one: Recommendation) -> set[int]:
    """The days after its due day of which the step was taken, or placed before a person."""
    return set(db.session.scalars(_TAKEN, {"id": one.id, "due_on": one.due_on}))


def silent(first: date, today: date) -> list[int]:
    """The ids of those whose day for evidence passed without any on a day from `first` on, or whose pause was over then."""
    passed = {"first": first - _A_DAY, "last": today - _A_DAY, "today": today}
    found = [*db.session.scalars(_SILENT, passed), *db.session.scalars(_LET_GO_SILENT, _over_from(first, today))]
    return list(dict.fromkeys(found))


# Gaps that time alone opens, or makes worse: found by what stands in the register, so that a day missed loses nothing.

_GONE = sa.exists().where(Organisation.id == R.organisation_id, Organisation.closed_on <= _TODAY)


def _gap(kind: GapKind, *more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(Gap.about == R.reference, Gap.recommendation == R.reference, Gap.kind == kind, Gap.closed_on.is_(None), *more)


_LONG_AGO = sa.bindparam("long_ago", type_=sa.Date)
_LATE = sa.and_(_TO_ACT, R.due_on < _TODAY)
_LONG_LATE = sa.and_(_TO_ACT, R.due_on <= _LONG_AGO)
_QUIET = sa.bindparam("quiet", type_=sa.Date)
_STALLED = sa.and_(
    _TO_ACT, R.acceptance.in_((Acceptance.ACCEPTED, Acceptance.IN_PART)), R.answered_on <= _QUIET,
    sa.or_(R.heard_on.is_(None), R.heard_on <= _QUIET),
)  # fmt: skip
_REFUSED = sa.and_(_STILL_OPEN, R.delivery.in_(OPEN), R.acceptance == Acceptance.NOT_ACCEPTED)
_MODERATE = Gap.severity == Severity.MODERATE
_UNSETTLED = (
    sa.select(R.id).where(_LATE, ~_gap(GapKind.OVERDUE_PROMISE), ~_GONE),
    sa.select(R.id).where(_STALLED, ~_gap(GapKind.STALLED), ~_GONE),
    sa.select(R.id).where(_REFUSED, ~_gap(GapKind.REFUSED), ~_GONE),
    *(sa.select(R.id).where(_LONG_LATE, _gap(kind, _MODERATE)) for kind in (GapKind.OVERDUE_PROMISE, GapKind.STALLED, GapKind.REFUSED)),
)


def unsettled(today: date) -> list[int]:
    """The ids of those whose gaps in the register are not what they are today."""
    values = {"today": today, "quiet": today - AT_LEAST_EVERY, "long_ago": today - timedelta(days=shortfalls.LONG_OVERDUE)}
    return list(dict.fromkeys(id for statement in _UNSETTLED for id in db.session.scalars(statement.order_by(R.id), values)))


_CLOSED = sa.select(sa.exists().where(Organisation.id == sa.bindparam("id"), Organisation.closed_on <= _TODAY))


def closed(one: Recommendation, today: date) -> bool:
    """Whether the organisation it was made to is there no more."""
    return bool(db.session.scalar(_CLOSED, {"id": one.organisation_id, "today": today}))


# What officers are told of.


@dataclass(frozen=True)
class Waits:
    """Something an officer is told of. `step`: the id of the step that waits for them, if it is one."""

    step: int | None
    reference: str
    organisation_id: int
    organisation: str
    officer_id: int
    level: int
    on: date


def _told(step: Any, level: Any, on: Any) -> sa.Select[*tuple[Any, ...]]:
    chosen: sa.Select[*tuple[Any, ...]] = sa.select(
        step.label("step"), R.reference, R.organisation_id, Organisation.name, R.officer_id, level.label("level"), on.label("on_day")
    )
    return chosen.join(Organisation, Organisation.id == R.organisation_id)


_NOTHING = sa.null().cast(sa.BigInteger)
_WAITING = (
    _told(LadderStep.id, LadderStep.level, LadderStep.reached_on)
    .join(LadderStep, sa.and_(LadderStep.recommendation_id == R.id, LadderStep.due_on == R.due_on))
    .where(LadderStep.state == Taken.WAITING, LadderStep.told_on.is_(None), _TO_ACT)
    .order_by(LadderStep.level.desc(), LadderStep.reached_on, LadderStep.id)
)
_NOBODY_TOLD = (
    _told(_NOTHING, LadderStep.level, LadderStep.reached_on)
    .join(LadderStep, LadderStep.recommendation_id == R.id)
    .where(LadderStep.state == Taken.SENT, LadderStep.note != "", LadderStep.reached_on.between(_WITHIN["first"], _WITHIN["last"]), _TO_ACT)
    .order_by(LadderStep.reached_on, LadderStep.id)
)
_NO_EVIDENCE = (
    _told(_NOTHING, sa.literal(0), R.next_evidence_on)
    .where(_TO_ACT, _NOT_PAUSED, R.next_evidence_on.between(_WITHIN["first"], _WITHIN["last"]))
    .order_by(R.next_evidence_on, R.id)
)
_TELL = (
    sa.update(LadderStep.__table__)
    .where(LadderStep.__table__.c.id.in_(sa.bindparam("ids", expanding=True)), LadderStep.__table__.c.told_on.is_(None))
    .values(told_on=sa.bindparam("day"))
)
_OVERTAKEN = (
    sa.select(LadderStep.id)
    .join(R, R.id == LadderStep.recommendation_id)
    .where(LadderStep.state == Taken.WAITING, sa.or_(R.ended_on.is_not(None), R.due_on != LadderStep.due_on))
    .order_by(LadderStep.id)
)


def waiting() -> list[Waits]:
    """The steps that wait for a person and of which no officer was told yet, the highest first."""
    return [Waits(*row) for row in db.session.execute(_WAITING)]


def nobody_told(first: date, today: date) -> list[Waits]:
    """The letters that reached nobody, as nobody of the organisation is on the portal."""
    return [Waits(*row) for row in db.session.execute(_NOBODY_TOLD, {"first": first, "last": today})]


def no_evidence(first: date, today: date) -> list[Waits]:
    """Those whose day for evidence passed without any on a day from `first` on."""
    days = {"first": first - _A_DAY, "last": today - _A_DAY, "today": today}
    return [Waits(*row) for row in db.session.execute(_NO_EVIDENCE, days)]


def tell(steps: list[int], day: date) -> None:
    """Note that the officers were told of these steps, so that they are told once."""
    if steps:
        db.session.execute(_TELL, {"ids": steps, "day": day})


def overtaken() -> Sequence[int]:
    """The ids of steps that wait for a person although the recommendation ended, or has another due day."""
    return db.session.scalars(_OVERTAKEN).all()


_PLACED = (
    sa.select(LadderStep)
    .join(R, R.id == LadderStep.recommendation_id)
    .where(R.reference == sa.bindparam("reference"), LadderStep.level == sa.bindparam("level"), LadderStep.level >= BY_A_PERSON)
    .order_by(LadderStep.id.desc())
    .limit(at_most(1))
)
_WAITING_OF = sa.select(LadderStep).where(LadderStep.recommendation_id == sa.bindparam("id"), LadderStep.state == Taken.WAITING)
_BY_STEP = sa.select(Recommendation).where(Recommendation.id == sa.bindparam("id"))
_OVERSEERS = (
    sa.select(Organisation)
    .where(
        sa.or_(
            Organisation.id == sa.select(Organisation.parent_id).where(Organisation.id == sa.bindparam("id")).scalar_subquery(),
            sa.and_(
                Organisation.code != "",
                Organisation.code == sa.select(Organisation.board_code).where(Organisation.id == sa.bindparam("id")).scalar_subquery(),
            ),
        )
    )
    .order_by(Organisation.sort_name)
)


def placed(reference: str, level: int) -> LadderStep | None:
    """The newest step of this level that was placed before a person."""
    return db.session.scalar(_PLACED, {"reference": reference, "level": level})


def waiting_of(recommendation_id: int) -> Sequence[LadderStep]:
    """The steps of this recommendation that wait for a person."""
    return db.session.scalars(_WAITING_OF, {"id": recommendation_id}).all()


def recommendation_of(step: LadderStep) -> Recommendation:
    return db.session.scalars(_BY_STEP, {"id": step.recommendation_id}).one()


def overseers(organisation_id: int) -> Sequence[Organisation]:
    """The department it is part of and the integrated care board it belongs to, as far as the register knows."""
    return db.session.scalars(_OVERSEERS, {"id": organisation_id}).all()
