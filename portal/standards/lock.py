"""LOCK: the published versions and the hash of their words, which may not change any more."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from portal.kernel.content import Fault

NAME = "LOCK"
_LINE = re.compile(r"([A-Z]{2,5}) (\d{1,4}\.\d{1,4}) ([0-9a-f]{64})")
_HEAD = "# Published versions: id, version, SHA-256 of the file. Lines are added by publishing and never changed.\n"


def digest(path: Path) -> str:
    """SHA-256 of the file, with line endings as Git keeps them whatever the machine."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def read(folder: Path) -> tuple[set[tuple[str, str]], list[Fault]]:
    """The published (id, version) pairs, and what is wrong with LOCK or with the files it guards."""
    path = folder / NAME
    locked: set[tuple[str, str]] = set()
    faults: list[Fault] = []
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            faults.append(Fault(NAME, number, "", "must be: id, version, 64 hexadecimal figures. Restore the line"))
            continue
        id, version, sha256 = match.groups()
        if (id, version) in locked:
            faults.append(Fault(NAME, number, "", f"{id} {version} is listed twice. Keep the first line"))
            continue
        locked.add((id, version))
        faults.extend(_guard(folder / f"{id}-{version}.yaml", sha256))
    return locked, faults


def _guard(path: Path, sha256: str) -> list[Fault]:
    if not path.exists():
        return [Fault(path.name, 0, "", "is published but missing. Restore it: assessments refer to it")]
    if digest(path) != sha256:
        told = "is published and has been changed. Undo the change, and make a new version in a new file instead"
        return [Fault(path.name, 0, "", told)]
    return []


def add(folder: Path, id: str, version: str, sha256: str) -> None:
    """Add one line at the end."""
    path = folder / NAME
    so_far = path.read_text("utf-8") if path.exists() else _HEAD
    path.write_text(f"{so_far.rstrip()}\n{id} {version} {sha256}\n", "utf-8", newline="\n")
