"""One row for each content that was ever kept: its hash is its name in the store, its state says who may see it."""

from __future__ import annotations

import enum
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Model, Moment, one_of, primary_key


class FileState(enum.Enum):
    """Quarantine is a state, not a place: nothing moves when a file is released, so nothing can be half moved."""

    WAITING = "waiting for the scanner"
    CLEAN = "scanned, nothing found"
    INFECTED = "malware was found"
    UNSCANNED = "not scanned"


class Fault(enum.Enum):
    """What the weekly check found wrong with the stored bytes."""

    NONE = ""
    ALTERED = "altered"
    MISSING = "missing"


class StoredFile(Model):
    """The same content handed in twice is one file. Its bytes are in the store before the row is committed."""

    __tablename__ = "files"
    id: Mapped[int] = primary_key()
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    size: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str] = mapped_column(sa.String(20))  # a key of recognising.KINDS
    state: Mapped[FileState] = mapped_column(one_of(FileState, "state"))
    received_at: Mapped[datetime] = mapped_column(Moment())
    claimed_at: Mapped[datetime | None] = mapped_column(Moment())  # when a worker last took it to the scanner
    scanned_at: Mapped[datetime | None] = mapped_column(Moment())
    scanner: Mapped[str] = mapped_column(sa.String(100), default="")
    malware: Mapped[str] = mapped_column(sa.String(200), default="")
    checked_at: Mapped[datetime | None] = mapped_column(Moment())  # when its bytes were last hashed again
    fault: Mapped[Fault] = mapped_column(one_of(Fault, "fault"), default=Fault.NONE)
    __table_args__ = (
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
        sa.CheckConstraint("size > 0", name="not_empty"),
        sa.CheckConstraint("(state = 'malware was found') = (malware <> '')", name="infected_names_malware"),
        sa.CheckConstraint(
            "(state IN ('scanned, nothing found', 'malware was found')) = (scanned_at IS NOT NULL)",
            name="scanned_says_when",
        ),
        sa.CheckConstraint("(scanned_at IS NULL) = (scanner = '')", name="scanned_says_by_what"),
        sa.Index("ix_files_state", "state", "id"),
        sa.Index("ix_files_checked", "checked_at", "id"),
    )
