"""Serving: as an attachment of the recognised type, in a sandbox, whole or in part, and never what is not released."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from flask import Response, current_app, request

from portal.config import Settings
from portal.files.kinds import KINDS, Recognised
from portal.files.models import Fault, FileState, StoredFile
from portal.files.stores import store
from portal.kernel.errors import WrongState

SANDBOX = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def visible(stored: StoredFile) -> bool:
    """Whether anybody may see it: scanned and found clean, or not scanned where the settings allow that."""
    settings: Settings = current_app.extensions["settings"]
    return stored.fault is Fault.NONE and (
        stored.state is FileState.CLEAN or (stored.state is FileState.UNSCANNED and settings.unscanned_may_be_seen)
    )


def why_not(stored: StoredFile) -> str:
    """Why it cannot be seen, in a sentence for the person; empty where it can."""
    if stored.fault is Fault.MISSING:
        return "The stored file is missing. Hand the same file in again, and it is mended."
    if stored.fault is Fault.ALTERED:
        return "The stored file was damaged. Hand the same file in again, and it is mended."
    if visible(stored):
        return ""
    return {
        FileState.WAITING: "The file waits for the malware scanner. It can be seen as soon as that has found nothing in it.",
        FileState.INFECTED: f"The malware scanner found “{stored.malware}” in this file, so it was removed.",
        FileState.UNSCANNED: "No malware scanner has looked at this file, so it cannot be opened here.",
    }[stored.state]


def answer(stored: StoredFile, name: str) -> Response:
    """The file, or the part of it that was asked for, as a download called `name`. The caller asked policy already."""
    if not visible(stored):
        raise WrongState(why_not(stored))
    kind = KINDS[stored.kind]
    size, tag = stored.size, f'"{stored.sha256}"'
    if store().size(stored.sha256) != size:
        current_app.logger.error("The file %s is missing from %s, or is not whole", stored.sha256, store().in_words())
        raise WrongState("The stored file is missing or damaged. Hand the same file in again, and it is mended.")
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": disposition(named_as(name, kind)),
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    start, end, status = _wanted(size, tag)
    if status == 416:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"}, content_type=kind.mimetype)
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    body = () if request.method == "HEAD" else store().chunks(stored.sha256, start, end)
    given = Response(body, status=status, headers=headers, content_type=kind.mimetype)
    given.content_length = end - start
    return given


def _wanted(size: int, tag: str) -> tuple[int, int, int]:
    """(start, end, status): one range, as asked for; everything where nothing, or something odd, was asked."""
    whole = (0, size, 200)
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    if "If-Range" in request.headers and request.headers["If-Range"].strip() != tag:
        return whole  # it was another file then: start again
    start, end = asked.ranges[0]
    if start < 0:  # the last so many bytes
        return max(0, size + start), size, 206
    return (start, min(size, end or size), 206) if start < size else (0, 0, 416)


def named_as(name: str, kind: Recognised) -> str:
    """The name with an ending that is true: what was called invoice.js, and is plain text, is given as invoice.js.txt."""
    ending = name.rpartition(".")[2].lower()
    return name if ending in (kind.extension, *kind.also) else f"{name}.{kind.extension}"


def disposition(name: str) -> str:
    """`attachment` with the name for every browser: letters of any script by RFC 8187, and in ASCII for the rest."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w .,()+=@#-]", "_", plain).strip()
    plain = f"file{plain}" if not plain or plain.startswith(".") else plain
    if plain == name:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
