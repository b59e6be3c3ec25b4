"""Sweeping: every stored file is hashed again once a week, and what nobody kept is removed."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from portal.files.models import Fault, FileState, StoredFile
from portal.files.removing import named_among, remove_unless_named
from portal.files.stores import files_folder, incoming_folder, store
from portal.kernel import clock
from portal.kernel.db import at_most, db, only_reading

log = logging.getLogger("portal.files")

EACH = timedelta(days=6, hours=12)  # the bytes of one file are hashed again by a daily job: once a week
AT_ONCE = 20  # files written down in one transaction
NAMES_AT_ONCE = 500
LEFT_BEHIND = timedelta(hours=1)  # an empty file, or an unfinished name, that is older belongs to nobody

_FILE: Any = StoredFile.__table__
# What nobody hashed since it was handed in was hashed then.
_LAST = sa.func.coalesce(_FILE.c.checked_at, _FILE.c.received_at)
_CHECKED = sa.select(
    _FILE.c.id, _FILE.c.sha256, _FILE.c.size, _FILE.c.received_at, _FILE.c.checked_at, _FILE.c.fault.label("before")
)
_DAMAGED = _CHECKED.where(_FILE.c.fault != Fault.NONE).order_by(_FILE.c.id)
_DUE = (
    _CHECKED.where(
        _FILE.c.id > sa.bindparam("after"), _FILE.c.state != FileState.INFECTED, sa.bindparam("before") > _LAST
    )
    .order_by(_FILE.c.id)
    .limit(at_most(AT_ONCE))
)
# Unless it was mended since: whoever handed the same content in again put the bytes in their place.
_FOUND = (
    sa.update(_FILE)
    .where(_FILE.c.id == sa.bindparam("one"), _FILE.c.checked_at.is_not_distinct_from(sa.bindparam("then")))
    .values(checked_at=sa.bindparam("now"), fault=sa.bindparam("found"))
)


@dataclass(frozen=True)
class Checked:
    """One file that was hashed again."""

    id: int
    sha256: str
    size: int
    received_at: datetime
    checked_at: datetime | None  # before this time
    before: Fault
    found: Fault

    @property
    def newly_damaged(self) -> bool:
        return self.found is not Fault.NONE and self.found is not self.before

    def __str__(self) -> str:
        return (
            f"{self.sha256} ({self.size} bytes, received {self.received_at:%Y-%m-%d}) is {self.found.value or 'whole'}"
        )


def check(tell: Callable[[list[Checked]], None], *, before: datetime | None = None) -> Iterator[Callable[[], int]]:
    """Steps that hash what was last hashed a week ago, or before the moment named; each writes down a few files.

    `tell` is given the files that are newly found damaged, within the transaction that writes it down. What was
    written down is not done again if this is broken off and begins anew.
    """
    after, before = 0, before or clock.now() - EACH
    while batch := _due(after, before):
        after = batch[-1].id
        results = [Checked(**row._mapping, found=_hashed_again(row.sha256)) for row in batch]
        yield partial(_written_down, results, tell)


def damaged() -> list[Checked]:
    """Every file that was found damaged when it was last hashed."""
    return [Checked(**row._mapping, found=row.before) for row in db.session.execute(_DAMAGED)]


def _due(after: int, before: datetime) -> list[sa.Row[Any]]:
    with only_reading():
        try:
            return list(db.session.execute(_DUE, {"after": after, "before": before}))
        finally:
            db.session.rollback()


def _hashed_again(sha256: str) -> Fault:
    hashed = hashlib.sha256()
    try:
        for block in store().chunks(sha256):
            hashed.update(block)
    except FileNotFoundError:
        return Fault.MISSING
    return Fault.NONE if hashed.hexdigest() == sha256 else Fault.ALTERED


def _written_down(results: list[Checked], tell: Callable[[list[Checked]], None]) -> int:
    now, damaged = clock.now(), []
    for one in results:
        values = {"one": one.id, "then": one.checked_at, "now": now, "found": one.found}
        written: Any = db.session.execute(_FOUND, values)
        if written.rowcount and one.newly_damaged:
            log.error("The file %s in %s", one, store().in_words())
            damaged.append(one)
    if damaged:
        tell(damaged)
    return len(results)


def clear() -> Iterator[Callable[[], int]]:
    """Steps that remove what a killed process left: files on their way in that nobody is at work on, and stored
    bytes that no row names."""
    yield clear_incoming
    names = store().names()
    while batch := list(islice(names, NAMES_AT_ONCE)):
        for sha256 in sorted(set(batch) - named_among(batch)):
            yield partial(_removed, sha256)


def _removed(sha256: str) -> int:
    gone = remove_unless_named(sha256)
    if gone:
        log.info("The stored bytes %s belong to nothing and were removed", sha256)
    return int(gone)


def clear_incoming() -> int:
    """Remove what stands half-way on this machine's disk and belongs to no process that lives."""
    left = [path for path in incoming_folder().iterdir() if _nobodys(path)]
    unfinished = [path for path in files_folder().glob("[0-9a-f][0-9a-f]/.unfinished-*") if _old(path)]
    for path in unfinished:
        shutil.rmtree(path, ignore_errors=True)
    for path in left:
        path.unlink(missing_ok=True)
    return len(left) + len(unfinished)


def _nobodys(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # One that was made this moment may not be locked yet.
            return path.stat().st_size > 0 or _old(path)
    except (FileNotFoundError, BlockingIOError):
        return False


def _old(path: Path) -> bool:
    """Whether it is there still, and has been for long."""
    try:
        return path.stat().st_mtime < (clock.now() - LEFT_BEHIND).timestamp()
    except FileNotFoundError:
        return False
