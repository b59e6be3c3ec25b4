"""Receiving: a file goes to disk and is hashed as it comes; it is kept by its hash, or nothing of it is left."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, cast

import sqlalchemy as sa
from flask import current_app, g, has_app_context, request

from portal.config import Settings
from portal.files import recognising
from portal.files.models import Fault, FileState, StoredFile
from portal.files.recognising import Recognised, Unfit
from portal.files.removing import named_among, remove_unless_named
from portal.files.stores import CHUNK, at_work_on, incoming_folder, room, store
from portal.kernel import clock, words
from portal.kernel.db import db, insert_unless_there

log = logging.getLogger("portal.files")

LARGEST = 50 * 1024 * 1024  # bytes of one file
MOST_AT_ONCE = 20  # files of one request
LARGEST_REQUEST = 250 * 1024 * 1024  # bytes of one request
LONGEST_NAME = 200  # characters
FOUND_LATELY = timedelta(days=1)  # for so long malware that was found is believed without asking the scanner again

_BY_HASH = sa.select(StoredFile).where(StoredFile.sha256 == sa.bindparam("sha256")).with_for_update()
_SCAN_AGAIN = (
    sa.update(StoredFile)
    .where(StoredFile.id == sa.bindparam("one"), StoredFile.state == FileState.INFECTED)
    .values(state=FileState.WAITING, scanned_at=None, scanner="", malware="", claimed_at=None)
)
_MENDED = (
    sa.update(StoredFile)
    .where(StoredFile.id == sa.bindparam("one"))
    .values(fault=Fault.NONE, checked_at=sa.bindparam("now"))
)


@dataclass
class Incoming:
    """A file on its way in: streamed to disk and hashed, not kept yet."""

    name: str  # as the person called it, without path parts, control or direction marks; at most 200 characters
    path: Path  # there until the request ends; not to be written to
    size: int = 0
    sha256: str = ""
    unfit: str = ""  # why it may not be kept, for the person
    recognised: Recognised | None = None
    put: bool = False  # the store had no such bytes before it came


class Arriving:
    """The stream that the parser of a request writes one file to. What is past the limit is counted, not stored."""

    def __init__(self, folder: Path, name: str, *, surplus: bool = False) -> None:
        self._file, path = at_work_on(folder)
        self._hash = hashlib.sha256()
        self.one = Incoming(clean_name(name), path)
        self.empty_field = not name
        if surplus:
            self.one.unfit = f"You can hand in {MOST_AT_ONCE} files at a time. Hand in “{self.one.name}” and those after it by themselves."

    def write(self, block: bytes) -> int:
        self.one.size += len(block)
        if self.one.size > LARGEST:
            if not self.one.unfit:
                self._file.truncate(0)
            self.one.unfit = (
                f"“{self.one.name}” is larger than {LARGEST // 1024**2} MB, the most that one file may have. "
                "Save it with smaller pictures, or split it, and hand in the parts."
            )
        elif not self.one.unfit:
            self._hash.update(block)
            with room():
                self._file.write(block)
        return len(block)

    def seek(self, to: int, whence: int = os.SEEK_SET) -> int:
        self.finish()
        return self._file.seek(to, whence)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def readline(self, size: int = -1) -> bytes:
        return self._file.readline(size)

    def finish(self) -> Incoming:
        with room():
            self._file.flush()
        self.one.sha256 = self._hash.hexdigest()
        return self.one

    def close(self) -> None:
        """The request closes its files when it likes; the lock stays until nothing of this is needed."""

    def clear(self) -> None:
        self.one.path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # what did not fit on the disk is not written now either
            self._file.close()


@dataclass
class Arrivals:
    """Everything that one request, or one piece of work, brought."""

    folder: Path
    arriving: list[Arriving] = field(default_factory=list)

    def stream(self, name: str | None) -> IO[bytes]:
        """Where the parser of the request puts the file called `name`."""
        named = sum(not one.empty_field for one in self.arriving)
        self.arriving.append(Arriving(self.folder, name or "", surplus=named >= MOST_AT_ONCE))
        return cast(IO[bytes], self.arriving[-1])

    def lay_down(self) -> None:
        """Recognise each file and put it whole into the store. Done before a transaction begins, for it takes long."""
        for one in self.arriving:
            if not one.empty_field:
                _lay_down(one.one)

    def clear(self) -> None:
        """Leave nothing on disk that no committed row names."""
        for one in self.arriving:
            one.clear()
        laid_down = {one.one.sha256 for one in self.arriving if one.one.recognised}
        if not laid_down:
            return
        try:
            db.session.rollback()  # whatever failed on the way here
            for sha256 in sorted(laid_down - named_among(laid_down)):
                remove_unless_named(sha256)
        except Exception:  # the answer is given already, and the sweep finds what stays
            log.exception("What was not kept could not be removed from %s", store().in_words())


def arrivals() -> Arrivals:
    """What the work under way brought: the request's, or the command's or job's."""
    if "arrivals" not in g:
        g.arrivals = Arrivals(incoming_folder())
    return cast(Arrivals, g.arrivals)


def clear(_error: BaseException | None = None) -> None:
    """At the end of a request, or of other work: what was not kept goes."""
    ours = g.pop("arrivals", None) if has_app_context() else None
    if ours is not None:
        ours.clear()


@contextmanager
def clearing() -> Iterator[None]:
    """For jobs and commands, within which a file is brought and kept: what is not committed at the end goes."""
    try:
        yield
    finally:
        clear()


def incoming(field: str) -> list[Incoming]:
    """The files that the request under way brought in `field`, in order; those left empty by the browser are not."""
    streams = (one.stream for one in request.files.getlist(field))
    return [one.one for one in streams if isinstance(one, Arriving) and not one.empty_field]


def bring(path: Path, name: str) -> Incoming:
    """A file that no request brought: made by the portal itself, or read by a command. `path` stays as it is."""
    ours = arrivals()
    ours.arriving.append(Arriving(ours.folder, name))
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            ours.arriving[-1].write(block)
    one = ours.arriving[-1].finish()
    _lay_down(one)
    return one


def keep(one: Incoming) -> StoredFile:
    """Keep it: its bytes are whole in the store before this returns, its row belongs to the transaction under way.

    Raises Unfit, with what is wrong in words for the person, for a file that may not be kept.
    """
    if one.unfit:
        raise Unfit(one.unfit)
    if one.recognised is None:
        raise RuntimeError(f"{one.name} was not laid down before it was kept")
    settings: Settings = current_app.extensions["settings"]
    state = FileState.WAITING if settings.scanner else FileState.UNSCANNED
    facts: dict[str, Any] = {
        "sha256": one.sha256, "size": one.size, "kind": one.recognised.key, "state": state, "received_at": clock.now(),
        "scanner": "", "malware": "", "fault": Fault.NONE,
    }  # fmt: skip
    stored, new = None, False
    while stored is None:  # a row that was there may be deleted, at the end of its time, before we hold it
        new = insert_unless_there(StoredFile, ("sha256",), **facts)
        stored = db.session.scalar(_BY_HASH, {"sha256": one.sha256}, execution_options={"populate_existing": True})
    # From here to the end of the transaction nobody can remove the bytes: that takes the row, which we hold.
    if stored.state is FileState.INFECTED:
        _ask_the_scanner_again(stored, settings)
    if store().size(one.sha256) != one.size or stored.fault is not Fault.NONE:
        store().put(one.sha256, one.path)
        one.put = True
    if one.put and not new:
        db.session.execute(_MENDED, {"one": stored.id, "now": clock.now()})
    db.session.refresh(stored)
    return stored


def _ask_the_scanner_again(stored: StoredFile, settings: Settings) -> None:
    """What was malware yesterday may have been a false alarm that the scanner's makers have mended since."""
    assert stored.scanned_at is not None
    if not settings.scanner or clock.now() - stored.scanned_at < FOUND_LATELY:
        raise Unfit(
            f"The malware scanner found “{stored.malware}” in this file on {words.day(stored.scanned_at)}. "
            "Ask whoever looks after your computers to clean it, and hand in the clean file."
        )
    db.session.execute(_SCAN_AGAIN, {"one": stored.id})


def _lay_down(one: Incoming) -> None:
    if one.unfit:
        return
    try:
        with room():
            recognised = recognising.recognise(one.path, one.name)
    except Unfit as unfit:
        one.unfit = unfit.message
        return
    one.recognised = recognised  # before the bytes are there, so that they are cleared if this fails half-way
    if store().size(one.sha256) != one.size:
        one.put = True
        store().put(one.sha256, one.path)


def clean_name(name: str) -> str:
    """The name as it may be shown and given back: the last part of a path, on one line, its extension kept."""
    plain = words.clean_line(re.split(r"[/\\]", words.clean_line(name))[-1]).strip(". ") or "file"
    stem, dot, extension = plain.rpartition(".")
    if len(plain) <= LONGEST_NAME or not stem or len(extension) > 20:
        return plain[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(dot + extension)].rstrip() + dot + extension
