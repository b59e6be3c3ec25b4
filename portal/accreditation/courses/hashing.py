"""One hash of a course's words, which anybody can make again with common tools."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def content_hash(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of a list of files: for each, by the bytes of its path, its own SHA-256, two spaces, its path and a line end.

    The same as `find . -type f ! -name releases.yaml -printf '%P\\\\n' | LC_ALL=C sort | xargs -d '\\\\n' sha256sum | sha256sum`."""
    listed = "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files, key=str.encode))
    return hashlib.sha256(listed.encode()).hexdigest()
