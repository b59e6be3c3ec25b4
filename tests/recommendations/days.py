"""The days go by: the daily job run on one, what was written by then, and facts that other operations would set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import db
from portal.outbox import OutgoingLetter
from portal.recommendations.models import LadderStep, Pause, Recommendation
from portal.recommendations.operations import climbing

TOLD = {"priya@example.org", "edwin@example.org"}


def run(day: dt.date, since: dt.date | None = None) -> int:
    """The daily job on a day, from beginning to end."""
    with clock.at(day):
        return sum(_kept(step) for step in climbing.climb(day, since))


def _kept(step: Any) -> int:
    done: int = step()
    db.session.commit()
    return done


def run_until(last: dt.date, first: dt.date) -> Iterator[dt.date]:
    """The daily job on each day from `first` to `last`, in turn."""
    for ahead in range((last - first).days + 1):
        run(first + dt.timedelta(ahead))
        yield first + dt.timedelta(ahead)


def written(*letters: str) -> list[tuple[str, str, str]]:
    """(letter, its recommendation, to whom) of what is in the outbox, in the order in which it was posted."""
    rows = db.session.query(OutgoingLetter).filter(OutgoingLetter.letter.in_(letters)).order_by(OutgoingLetter.id)
    return [(row.letter, row.about, row.to_address) for row in rows]


def taken(one: Recommendation) -> list[tuple[int, int, str]]:
    """(level, days after the due day, state) of the rows of its ladder."""
    rows = db.session.query(LadderStep).filter_by(recommendation_id=one.id).order_by(LadderStep.id)
    return [(row.level, row.after, row.state.value) for row in rows]


def facts(one: Recommendation, **changed: Any) -> None:
    """What reporting, deciding and the like would set, without the rest of what they do."""
    table = Recommendation.__table__
    if changed:
        db.session.execute(sa.update(table).where(table.c.id == one.id).values(**changed))
    db.session.commit()
    db.session.expire_all()


def pause(one: Recommendation, begins: dt.date, until: dt.date, **more: Any) -> None:
    row = {"recommendation_id": one.id, "recommendation_reference": one.reference, "organisation_id": one.organisation_id,
           "kind": "dispute", "reason": "A court decides.", "from_day": begins, "until_day": until, "paused_by": "Cora Stein",
           "ended_by": "", "version": 1, **more}  # fmt: skip
    table = Pause.__table__
    db.session.execute(sa.insert(table).values({name: _typed(table, name, value) for name, value in row.items()}))
    facts(one, paused_until=None if more.get("ended_on") else until)


def _typed(table: Any, name: str, value: Any) -> Any:
    column = table.c[name]
    return column.type.enum_class(value) if isinstance(column.type, sa.Enum) else value
