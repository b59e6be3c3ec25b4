"""The process that reads: it takes its limits first, then does the one thing it is asked, and answers in JSON."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any

from portal.evidence.reading.apart import OUT_OF_MEMORY
from portal.evidence.reading.findings import Unreadable

if sys.platform != "win32":
    import resource

_LARGEST_FILE = 300_000_000  # bytes of what is written: an answer, a stripped copy


def answer(asked: str) -> None:
    """Do what `asked` says, tell it on the standard output, and end."""
    task: dict[str, Any] = json.loads(asked)
    _limit(task["seconds"], task["megabytes"])
    try:
        told = _told(task)
    except Unreadable as fault:
        told = json.dumps({"unreadable": str(fault)}).encode()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    with open(1, "wb", closefd=False) as out:
        out.write(told)
    sys.stdout.flush()
    os._exit(0)  # without taking a large document apart first


def _told(task: dict[str, Any]) -> bytes:
    gc.disable()  # it ends before it matters, and memory has its limit
    path = Path(task["path"])
    if task["task"] == "look":
        from portal.evidence.reading.looking import look

        seen = look(path, task["kind"])
        found = [[one.kind.name, one.place, one.excerpt, one.count] for one in seen.found]
        return json.dumps({"found": found, "readable": seen.readable, "why": seen.why}).encode()
    if task["task"] == "strip":
        from portal.evidence.reading.stripping import strip

        return json.dumps({"stripped": strip(path, task["kind"], Path(task["to"]))}).encode()
    from portal.evidence.reading import showing

    if task["task"] == "pages":
        return json.dumps({"pages": showing.count(path)}).encode()
    if task["task"] == "page":
        pages = showing.count(path)
        text = showing.text(path, task["number"]) if task["number"] <= pages else ""
        return json.dumps({"pages": pages, "text": text}).encode()
    if task["task"] == "text":
        return json.dumps({"text": showing.text(path, task["number"])}).encode()
    return showing.image(path, task["number"], task["width"])


def _limit(seconds: int, megabytes: int) -> None:
    """Where the system has such limits. They are taken before anything is opened."""
    if sys.platform == "win32":
        return
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, megabytes * 1_000_000),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
