"""Register files that were uploaded and wait to be confirmed, in the instance folder, for a day."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from portal.kernel import clock

A_DAY = 24 * 60 * 60
LONGEST_NAME = 100
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Waiting:
    """An uploaded file: what it was called, the kind that was chosen for it, and its bytes."""

    key: str
    name: str
    kind: str | None
    data: bytes


def keep(folder: Path, data: bytes, *, name: str, kind: str | None) -> str:
    """Keep an upload under a key made from all of it, and drop those that nobody confirmed within a day."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.iterdir():
        if clock.now().timestamp() - old.stat().st_mtime > A_DAY:
            old.unlink(missing_ok=True)
    head = json.dumps({"name": name[-LONGEST_NAME:], "kind": kind}).encode()
    whole = head + b"\n" + data
    key = hashlib.sha256(whole).hexdigest()
    unfinished = folder / f"{key}.part"
    unfinished.write_bytes(whole)
    unfinished.replace(folder / key)
    return key


def find(folder: Path, key: str) -> Waiting | None:
    """The upload under this key, if it still waits and is what was kept."""
    if not _KEY.fullmatch(key):
        return None
    try:
        whole = (folder / key).read_bytes()
    except FileNotFoundError:
        return None
    if hashlib.sha256(whole).hexdigest() != key:
        return None
    head, _, data = whole.partition(b"\n")
    told = json.loads(head)
    return Waiting(key, told["name"], told["kind"], data)


def drop(folder: Path, key: str) -> None:
    """Forget an upload."""
    if _KEY.fullmatch(key):
        (folder / key).unlink(missing_ok=True)
