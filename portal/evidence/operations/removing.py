"""At the end of its time a file goes: what was withdrawn long ago, or stopped a month ago. What was signed stays for good."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import ItemState, VersionState
from portal.evidence.models import EvidenceItem, EvidenceVersion, Form, Pin
from portal.files.models import StoredFile
from portal.files.removing import remove_unless_named
from portal.kernel import clock
from portal.kernel.db import db, only_reading
from portal.policy import PORTAL

Step = Callable[[], int]
STOPPED_FOR = timedelta(days=30)  # what was stopped or refused is kept no longer

_SIGNED = sa.exists().where(Pin.version_id == EvidenceVersion.id, Pin.frozen_at.is_not(None))
_OVER = sa.or_(
    sa.and_(EvidenceItem.state == ItemState.WITHDRAWN, EvidenceItem.keep_until < sa.bindparam("today", type_=sa.Date)),
    sa.and_(
        EvidenceVersion.state.in_([VersionState.STOPPED, VersionState.REFUSED]),
        EvidenceVersion.stopped_at < sa.bindparam("stopped_before", type_=EvidenceVersion.stopped_at.type),
    ),
)
_REMOVABLE = (
    sa.select(EvidenceVersion.item_id, EvidenceVersion.id)
    .join(EvidenceItem, EvidenceItem.id == EvidenceVersion.item_id)
    .where(EvidenceVersion.form == Form.FILE, EvidenceVersion.removed_at.is_(None), EvidenceItem.on_hold.is_(False), ~_SIGNED, _OVER)
    .order_by(EvidenceVersion.item_id, EvidenceVersion.number)
)
_STILL = _REMOVABLE.with_only_columns(EvidenceVersion).where(EvidenceVersion.item_id == sa.bindparam("item_id"))
_HOLD = sa.select(EvidenceItem.id).where(EvidenceItem.id == sa.bindparam("item_id")).with_for_update()
_HOLD_FILE = sa.select(StoredFile.id).where(StoredFile.id == sa.bindparam("file_id")).with_for_update()
_USED = sa.select(sa.exists().where(EvidenceVersion.file_id == sa.bindparam("file_id")))


def remove(today: date) -> Iterator[Step]:
    """One step for each piece of evidence; the bytes go once the row that names them is gone for certain."""
    gone: list[str] = []
    for item_id in _items(today):
        yield partial(_removed, item_id, today, gone)
        while gone:
            remove_unless_named(gone.pop())


def _items(today: date) -> list[int]:
    found: dict[int, list[int]] = defaultdict(list)
    with only_reading():
        try:
            for item_id, version_id in db.session.execute(_REMOVABLE, _days(today)):
                found[item_id].append(version_id)
        finally:
            db.session.rollback()
    return list(found)


def _days(today: date) -> dict[str, Any]:
    return {"today": today, "stopped_before": clock.start_of_day(today) - STOPPED_FOR}


def _removed(item_id: int, today: date, gone: list[str]) -> int:
    db.session.execute(_HOLD, {"item_id": item_id})
    versions = db.session.scalars(_STILL, {**_days(today), "item_id": item_id}).all()
    files = {version.file_id: version.sha256 for version in versions if version.file_id is not None}
    for version in versions:
        version.file_id, version.removed_at = None, clock.now()
    db.session.flush()
    for file_id, sha256 in sorted(files.items()):
        db.session.execute(_HOLD_FILE, {"file_id": file_id})
        if not db.session.scalar(_USED, {"file_id": file_id}):
            db.session.execute(sa.delete(StoredFile).where(StoredFile.id == file_id))
            gone.append(sha256)
    if versions:
        numbers = [version.number for version in versions]
        audit.record(Event.EVIDENCE_REMOVED, versions[0], by=PORTAL, numbers=numbers)
    return len(versions)
