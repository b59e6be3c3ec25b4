"""Scanning: each file that waits is taken to clamd; whatever goes wrong, it goes on waiting and is not released."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import current_app

from portal.config import Settings
from portal.files.models import Fault, FileState, StoredFile
from portal.files.removing import remove_unless_named
from portal.files.stores import store
from portal.kernel import clock
from portal.kernel.db import at_most, db, only_reading
from portal.kernel.errors import Away

log = logging.getLogger("portal.files")

PATIENCE = 120  # seconds to wait for a word from the scanner
CLAIMED_FOR = timedelta(minutes=10)  # then another worker may take the file to the scanner

_FILE: Any = StoredFile.__table__
_UNSEEN = _FILE.c.state.in_([FileState.WAITING, FileState.UNSCANNED])
_FREE = sa.or_(_FILE.c.claimed_at.is_(None), _FILE.c.claimed_at < sa.bindparam("long_ago"))
_NEXT = (
    sa.select(_FILE.c.id, _FILE.c.sha256)
    .where(_UNSEEN, _FREE, _FILE.c.fault == Fault.NONE)
    .order_by(_FILE.c.id)
    .limit(at_most(1))
)
_CLAIM = (
    sa.update(_FILE).where(_FILE.c.id == sa.bindparam("one"), _UNSEEN, _FREE).values(claimed_at=sa.bindparam("now"))
)
# Only whoever claimed it may say what was found: another worker may have taken it up since.
_MINE = sa.and_(_FILE.c.id == sa.bindparam("one"), _UNSEEN, _FILE.c.claimed_at == sa.bindparam("mine"))
_ANY_WAITING = sa.select(_FILE.c.id).where(_FILE.c.state == FileState.WAITING).limit(at_most(1))
_NOBODY_SCANS = (
    sa.update(_FILE).where(_FILE.c.state == FileState.WAITING).values(state=FileState.UNSCANNED, claimed_at=None)
)


class ScannerAway(Exception):
    """The scanner does not answer."""


class NotScanned(Exception):
    """The scanner answered, but not with what it found in this file."""


class Clamd:
    """clamd, by its socket: a path, or host:port."""

    def __init__(self, address: str) -> None:
        self.address = address

    def version(self) -> str:
        """What it says it is, with the date of its signatures: ClamAV 1.4.6/27500/Tue Nov 24 …"""
        return self._ask(b"zVERSION\0", ())[:100]

    def scan(self, blocks: Iterable[bytes]) -> str | None:
        """The name of the malware found in the blocks together, or None. Raises ScannerAway or NotScanned."""
        said = self._ask(b"zINSTREAM\0", blocks).removeprefix("stream: ")
        name = said.removesuffix(" FOUND")
        if said == "OK":
            return None
        # A file larger than clamd's own limits was not looked at to its end, which is no finding.
        if name == said or name.startswith("Heuristics.Limits.Exceeded"):
            raise NotScanned(said)
        return name[:200]

    def _ask(self, command: bytes, blocks: Iterable[bytes]) -> str:
        try:
            with self._connected() as line:
                try:
                    line.sendall(command)
                    for block in blocks:
                        line.sendall(len(block).to_bytes(4) + block)
                    if command == b"zINSTREAM\0":
                        line.sendall(bytes(4))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it had enough half-way, and says why
                answer = b""
                while not answer.endswith(b"\0") and (more := line.recv(4096)):
                    answer += more
        except OSError as error:
            raise ScannerAway(f"{self.address}: {error}") from error
        if not answer.endswith(b"\0"):
            raise ScannerAway(f"{self.address} stopped in the middle of its answer")
        return answer[:-1].decode("utf-8", "replace").strip()

    def _connected(self) -> socket.socket:
        if self.address.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(PATIENCE)
            try:
                line.connect(self.address)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)


@dataclass
class _Claim:
    """One file in the hands of this worker, if it got it."""

    file_id: int
    sha256: str
    at: datetime
    got: bool = False

    def take(self) -> int:
        taken: Any = db.session.execute(
            _CLAIM, {"one": self.file_id, "now": self.at, "long_ago": self.at - CLAIMED_FOR}
        )
        self.got = taken.rowcount == 1
        return 0

    def settle(self, **facts: Any) -> int:
        settled: Any = db.session.execute(
            sa.update(_FILE).where(_MINE).values(**facts), {"one": self.file_id, "mine": self.at}
        )
        return int(settled.rowcount)


def scan_waiting() -> Iterator[Callable[[], int]]:
    """Steps, each a transaction: take a file, and write down what the scanner said. It is asked between two steps,
    while no transaction is open."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.scanner:
        if _looked_at(_ANY_WAITING):
            yield _nobody_scans
        return
    scanner, version = Clamd(settings.scanner), ""
    while one := _looked_at(_NEXT, long_ago=clock.now() - CLAIMED_FOR):
        claim = _Claim(one.id, one.sha256, clock.now())
        yield claim.take
        if not claim.got:
            continue
        try:
            version = version or scanner.version()
            malware = scanner.scan(store().chunks(one.sha256))
        except (ScannerAway, Away) as away:
            log.warning("Files wait to be scanned: %s", away)
            yield partial(claim.settle, claimed_at=None)
            return
        except NotScanned as said:  # tried again when the claim is over
            log.error(
                "The scanner could not scan the file %s: %s. See “The scanner” in docs/running.md", one.sha256, said
            )
            continue
        except FileNotFoundError:
            log.error("The file %s is missing from %s", one.sha256, store().in_words())
            yield partial(claim.settle, fault=Fault.MISSING, checked_at=claim.at)
            continue
        state = FileState.INFECTED if malware else FileState.CLEAN
        yield partial(claim.settle, state=state, scanned_at=claim.at, scanner=version, malware=malware or "")
        if malware:
            log.warning("Malware (%s) was found in the file %s, which is removed", malware, one.sha256)
            remove_unless_named(one.sha256)


def _nobody_scans() -> int:
    """The setting that names a scanner was taken away: what waited for it is not scanned, and says so."""
    result: Any = db.session.execute(_NOBODY_SCANS)
    return int(result.rowcount)


def _looked_at(statement: sa.Select[Any], **values: Any) -> sa.Row[Any] | None:
    """Looks without the write lock, for almost always there is nothing to do, and holds nothing afterwards."""
    with only_reading():
        try:
            return db.session.execute(statement, values).first()
        finally:
            db.session.rollback()
