"""Whether files can be kept and scanned here, tried out rather than believed: for `portal check`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import sqlalchemy as sa
from flask import current_app

from portal.config import Settings
from portal.files.models import Fault, StoredFile
from portal.files.receiving import LARGEST
from portal.files.scanning import Clamd, NotScanned, ScannerAway
from portal.files.stores import CHUNK, at_work_on, incoming_folder, store
from portal.kernel.db import db
from portal.kernel.errors import Refusal

# In two parts, so that no scanner takes this file for what it tests for.
TRIAL = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

_HOW_MANY = sa.select(sa.func.count(), sa.func.count().filter(StoredFile.fault != Fault.NONE)).select_from(StoredFile)


def soundness() -> list[tuple[str, bool]]:
    """(what was looked at, whether it is sound) of the store and of the scanner."""
    return [_store(), _scanner()]


def _store() -> tuple[str, bool]:
    where = store().in_words()
    try:
        _kept_and_removed()
    except (OSError, Refusal) as error:
        return f"files: {where} cannot be written to ({str(error) or type(error).__name__})", False
    files, damaged = db.session.execute(_HOW_MANY).one()
    advice = "; portal files verify names them" if damaged else ""
    return f"files: {files} in {where}, {damaged} damaged{advice}", not damaged


def _kept_and_removed() -> None:
    """A file that nobody else has, there and back."""
    file, path = at_work_on(incoming_folder())
    content = os.urandom(64)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        with file:
            file.write(content)
            file.flush()
            store().put(sha256, path)
        if b"".join(store().chunks(sha256)) != content:
            raise OSError("what was written came back altered")
    finally:
        path.unlink(missing_ok=True)
        store().delete(sha256)


def _scanner() -> tuple[str, bool]:
    settings: Settings = current_app.extensions["settings"]
    if not settings.scanner:
        seen = "may be seen all the same" if settings.unscanned_may_be_seen else "cannot be opened by anybody"
        return f"scanner: none is set, so nothing is scanned, and files that were not scanned {seen}", True
    scanner = Clamd(settings.scanner)
    try:
        version = scanner.version()
        found = scanner.scan((TRIAL,))
        scanner.scan(_as_large_as_files_may_be())
    except ScannerAway as away:
        return f"scanner: does not answer ({away}); files wait until it does", False
    except NotScanned as said:
        return (
            f"scanner: {version} does not take {LARGEST // 1024**2} MB ({said}): raise StreamMaxLength in clamd.conf",
            False,
        )
    if found is None:
        return f"scanner: {version} does not find the EICAR test file: has it any signatures?", False
    return f"scanner: {version}, finds the EICAR test file and takes {LARGEST // 1024**2} MB", True


def _as_large_as_files_may_be() -> Iterator[bytes]:
    left = LARGEST
    while left > 0:
        yield b" " * min(CHUNK, left)
        left -= CHUNK
