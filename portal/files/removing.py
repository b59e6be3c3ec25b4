"""Removing bytes that no row names, while nobody can begin to name them: the unique row is the lock."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from portal.files.models import Fault, FileState, StoredFile
from portal.files.recognising import KINDS
from portal.files.stores import store
from portal.kernel import clock
from portal.kernel.db import db, each_alone, insert_unless_there, only_reading, writing

_NAMED = sa.select(StoredFile.sha256).where(
    StoredFile.sha256.in_(sa.bindparam("wanted", expanding=True)), StoredFile.state != FileState.INFECTED
)
_STATE = sa.select(StoredFile.state).where(StoredFile.sha256 == sa.bindparam("wanted")).with_for_update()


def named_among(hashes: Collection[str]) -> set[str]:
    """Those of `hashes` whose bytes a committed row needs. Ends the transaction under way."""
    with only_reading():
        try:
            return set(db.session.scalars(_NAMED, {"wanted": list(hashes)}))
        finally:
            db.session.rollback()


def remove_unless_named(sha256: str) -> bool:
    """Remove these bytes from the store unless a row needs them; True if they were removed.

    A transaction of its own, which is undone at its end: it inserts the row as if to keep the file. If that works,
    no committed row names the bytes, and whoever keeps the same content now waits for this transaction, finds the
    bytes gone, and puts them again (receiving.keep). If it does not, the row is held while its state is read: only
    the bytes of malware are not needed, and whoever hands them in again holds the row too.
    """
    tokens = writing.set(True), each_alone.set(False)
    facts: dict[str, Any] = {
        "sha256": sha256, "size": 1, "kind": next(iter(KINDS)), "state": FileState.UNSCANNED, "received_at": clock.now(),
        "scanner": "", "malware": "", "fault": Fault.NONE,
    }  # fmt: skip
    try:
        mine = insert_unless_there(StoredFile, ("sha256",), **facts)
        unneeded = mine or db.session.scalar(_STATE, {"wanted": sha256}) is FileState.INFECTED
        if unneeded:
            store().delete(sha256)
        return unneeded
    finally:
        db.session.rollback()
        writing.reset(tokens[0])
        each_alone.reset(tokens[1])
