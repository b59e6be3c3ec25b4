"""Receiving: a file goes to disk and is hashed as it comes; it is kept by its hash, or nothing of it is left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from portal.files.models import StoredFile
from portal.files.recognising import Unfit

__all__ = ["Incoming", "Unfit", "bring", "incoming", "keep"]

LARGEST = 50 * 1024 * 1024  # bytes of one file
MOST_AT_ONCE = 20  # files of one request
LARGEST_REQUEST = 250 * 1024 * 1024  # bytes of one request


@dataclass
class Incoming:
    """A file on its way in: streamed to disk and hashed, not kept yet."""

    name: str  # as the person called it, without path parts, control or direction marks; at most 200 characters
    path: Path  # there until the request ends
    size: int
    sha256: str


def incoming(field: str) -> list[Incoming]:
    """The files that the request under way brought in `field`, in order; those left empty by the browser are not."""
    raise NotImplementedError


def bring(path: Path, name: str) -> Incoming:
    """A file that no request brought: made by the portal itself, or read by a command. `path` stays as it is."""
    raise NotImplementedError


def keep(one: Incoming) -> StoredFile:
    """Keep it: its bytes are whole in the store before this returns, its row belongs to the transaction under way.

    Raises Unfit, with what is wrong in words for the person, for a file that may not be kept.
    """
    raise NotImplementedError
