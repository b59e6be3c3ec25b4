"""Where the bytes are: a folder of this machine, or a bucket of any S3-compatible server. A name is the SHA-256."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from portal.config import Settings
from portal.kernel.errors import NoRoom

CHUNK = 256 * 1024  # bytes read at a time
NAME = re.compile(r"[0-9a-f]{64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CANNOT_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}


class Store(Protocol):
    """Bytes by the SHA-256 of their content. What `put` returned from is whole and durable."""

    def put(self, sha256: str, path: Path) -> None:
        """Keep the file at `path`, replacing whatever has its name; never seen half there."""

    def chunks(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to, without, `end`. Raises FileNotFoundError before the first if they are gone."""

    def size(self, sha256: str) -> int | None:
        """How many bytes there are; None where there is no such file."""

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens if it is not there."""

    def names(self) -> Iterator[str]:
        """Everything that is kept, in order."""

    def path_of(self, sha256: str) -> contextlib.AbstractContextManager[Path]:
        """The file as a local path, for those who must read it here and there; not to be written to."""

    def in_words(self) -> str:
        """Where this is, for people."""


def store() -> Store:
    """The store of this portal, made once in each process."""
    kept: dict[int, Store] = current_app.extensions.setdefault("files.store", {})
    if os.getpid() not in kept:
        settings: Settings = current_app.extensions["settings"]
        if kept and settings.file_store:  # it would wait for ever for threads that stayed behind
            raise RuntimeError("The bucket was used before this process was forked.")
        kept[os.getpid()] = _made(settings)
    return kept[os.getpid()]


def _made(settings: Settings) -> Store:
    if settings.file_store:
        from portal.files.bucket import Bucket  # noqa: PLC0415  # 20 MB that a portal with a folder has no use for

        return Bucket(settings)
    return Folder(files_folder())


def files_folder() -> Path:
    """The folder of this machine beneath which files stand."""
    settings: Settings = current_app.extensions["settings"]
    return settings.instance.resolve() / "files"


def incoming_folder() -> Path:
    """Where files stand until they are kept: on the disk of this machine, whatever the store is."""
    folder = files_folder() / "incoming"
    with room():
        _folder(folder)
    return folder


def at_work_on(folder: Path) -> tuple[BinaryIO, Path]:
    """A new file in `folder` that nobody sweeps away while this process has it open, however the process ends."""
    with room():
        handle, path = tempfile.mkstemp(dir=folder, prefix="incoming-")
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fdopen(handle, "w+b"), Path(path)


@contextmanager
def room() -> Iterator[None]:
    """A full disk becomes a refusal that says so."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom() from error
        raise


class Folder:
    """`ab/cdef…` beneath a folder: made durable first, and given its name last."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _at(self, sha256: str) -> Path:
        if not NAME.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.root / sha256[:2] / sha256[2:]

    def put(self, sha256: str, path: Path) -> None:
        to = self._at(sha256)
        with room():
            _folder(to.parent)
            aside = Path(tempfile.mkdtemp(dir=to.parent, prefix=".unfinished-"))
            try:
                _same_file(path, aside / "file")
                os.replace(aside / "file", to)
            finally:
                # Where `to` was the same file already, replacing did nothing and left the name aside.
                (aside / "file").unlink(missing_ok=True)
                aside.rmdir()
            _durable(to.parent)

    def chunks(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return _blocks(self._at(sha256).open("rb"), start, end)

    def size(self, sha256: str) -> int | None:
        try:
            return self._at(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        self._at(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            names = sorted(folder.name + one.name for one in os.scandir(folder))
            yield from (name for name in names if NAME.fullmatch(name))

    @contextmanager
    def path_of(self, sha256: str) -> Iterator[Path]:
        yield self._at(sha256)

    def in_words(self) -> str:
        return f"the folder {self.root}"


def _folder(folder: Path) -> None:
    """`folder`, made if it is not there, with its name in the folder above made durable."""
    if not folder.is_dir():
        _folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _durable(folder.parent)


def _same_file(path: Path, to: Path) -> None:
    """The content of `path` under a second name, on disk: as a link if the disk can, else as a copy."""
    with path.open("rb") as old:
        os.fsync(old.fileno())
        try:
            os.link(path, to)
        except OSError as error:
            if error.errno not in _CANNOT_LINK:
                raise
            with to.open("xb") as new:
                while block := old.read(CHUNK):
                    new.write(block)
                new.flush()
                os.fsync(new.fileno())


def _blocks(file: BinaryIO, start: int, end: int | None) -> Iterator[bytes]:
    """A block at a time; the file is closed at the end, or when whoever reads goes away."""
    with file:
        file.seek(start)
        left = os.fstat(file.fileno()).st_size - start if end is None else end - start
        while left > 0 and (block := file.read(min(CHUNK, left))):
            left -= len(block)
            yield block


def _durable(folder: Path) -> None:
    """Make the names in `folder` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
