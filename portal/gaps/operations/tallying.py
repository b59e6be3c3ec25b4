"""The counts of open gaps, kept as changes that add up, so that no two organisations wait for each other."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from portal.gaps.models import Gap, Tally
from portal.kernel.db import db

_ROWS = Tally.__table__
_KEY = (_ROWS.c.organisation_kind, _ROWS.c.kind, _ROWS.c.pillar, _ROWS.c.severity, _ROWS.c.opened_month)
CHUNK = 500  # rows folded in one statement: below the number of values that any database takes

_READ = sa.select(_ROWS.c.id, _ROWS.c.change_by, *_KEY).order_by(_ROWS.c.id).limit(sa.bindparam("most"))


def count(gap: Gap, change: int) -> None:
    """Say that one more (or one fewer) gap of this key is open, in the transaction that opens or closes it."""
    db.session.execute(
        sa.insert(_ROWS).values(
            organisation_kind=gap.organisation_kind,
            kind=gap.kind,
            pillar=gap.pillar,
            severity=gap.severity,
            opened_month=gap.opened_on.replace(day=1),
            change_by=change,
        )
    )


def fold(most: int = 20_000) -> int:
    """Fold the rows of each key into one; returns how many rows fewer there are.

    Safe on two machines at once: what is deleted is claimed by its ids, and only what this call deleted is put
    back, so a row that another machine took first is simply not among them.
    """
    grouped: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row in db.session.execute(_READ, {"most": most}):
        grouped[tuple(row[2:])].append(row.id)
    ids = [one for key, many in grouped.items() if len(many) > 1 for one in many]
    claimed: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for start in range(0, len(ids), CHUNK):
        taken = sa.delete(_ROWS).where(_ROWS.c.id.in_(ids[start : start + CHUNK])).returning(_ROWS.c.change_by, *_KEY)
        for change, *key in db.session.execute(taken):
            claimed[tuple(key)].append(change)
    sums = {key: sum(changes) for key, changes in claimed.items()}
    names = [column.name for column in _KEY]
    back = [{**dict(zip(names, key, strict=True)), "change_by": total} for key, total in sums.items() if total]
    if back:
        db.session.execute(sa.insert(_ROWS), back)
    return sum(len(changes) for changes in claimed.values()) - len(back)
