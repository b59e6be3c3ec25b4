"""Where the bytes are: a folder of this machine, or a bucket of any S3-compatible server. A name is the SHA-256."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from flask import current_app

from portal.config import Settings

CHUNK = 256 * 1024  # bytes read at a time
_NAME = re.compile(r"[0-9a-f]{64}")


class Store(Protocol):
    """Bytes by the SHA-256 of their content. What `put` returned from is whole and on disk."""

    def put(self, sha256: str, path: Path) -> None:
        """Keep the file at `path`, replacing whatever has its name; never seen half there."""

    def chunks(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to, without, `end`. Raises FileNotFoundError before the first if they are gone."""

    def size(self, sha256: str) -> int | None:
        """How many bytes there are; None where there is no such file."""

    def delete(self, sha256: str) -> None:
        """Remove it; nothing happens if it is not there."""

    def names(self) -> Iterator[str]:
        """Everything that is kept."""

    def path_of(self, sha256: str) -> contextlib.AbstractContextManager[Path]:
        """The file as a local path, for those who must read it; not to be written to."""

    def in_words(self) -> str:
        """Where this is, for people."""


def store() -> Store:
    """The store of this portal, made once."""
    made = current_app.extensions.get("files.store")
    if made is None:
        made = current_app.extensions["files.store"] = _made(current_app.extensions["settings"])
    return made


def _made(settings: Settings) -> Store:
    if settings.file_store:
        raise NotImplementedError(settings.file_store)
    return Folder(settings.instance.resolve() / "files")


class Folder:
    """`files/ab/cdef…` beneath a folder: written aside, made durable, and then given its name."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _at(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.root / sha256[:2] / sha256[2:]

    def put(self, sha256: str, path: Path) -> None:
        to = self._at(sha256)
        if not to.parent.is_dir():
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable(self.root)
        handle, aside = tempfile.mkstemp(dir=to.parent, prefix=".unfinished-")
        try:
            with os.fdopen(handle, "wb") as new, path.open("rb") as old:
                while block := old.read(CHUNK):
                    new.write(block)
                new.flush()
                os.fsync(new.fileno())
            os.replace(aside, to)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        durable(to.parent)

    def chunks(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        file = self._at(sha256).open("rb")
        return _read(file, start, end)

    def size(self, sha256: str) -> int | None:
        try:
            return self._at(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        self._at(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if _NAME.fullmatch(folder.name + path.name):
                    yield folder.name + path.name

    @contextmanager
    def path_of(self, sha256: str) -> Iterator[Path]:
        yield self._at(sha256)

    def in_words(self) -> str:
        return f"the folder {self.root}"


def _read(file: contextlib.AbstractContextManager, start: int, end: int | None) -> Iterator[bytes]:  # type: ignore[type-arg]
    with file as opened:
        opened.seek(start)
        left = None if end is None else end - start
        while left is None or left > 0:
            block = opened.read(CHUNK if left is None else min(CHUNK, left))
            if not block:
                return
            left = None if left is None else left - len(block)
            yield block


def durable(folder: Path) -> None:
    """Make the names in `folder` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
