"""Reading in a process of its own, with an end to its time and its memory: no document takes the worker down.

What comes back is text or a picture, never an object, so that nothing of a process that read a hostile document
is run here. The process holds the reader and nothing else of the portal: no database, no settings, no secrets.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from portal.evidence.reading.findings import Found, Look, PersonalKind, Unreadable
from portal.kernel import words

SECONDS, MEGABYTES = 30, 1000
_PORTAL = Path(__file__).resolve().parents[2]
# The package `portal` puts a whole application together when it is imported. Here it is only a folder, which makes
# the process start in a fifth of a second and keeps everything else out of it.
_START = (
    "import sys, types; portal = types.ModuleType('portal'); portal.__path__ = [sys.argv[1]]; "
    "sys.modules['portal'] = portal; from portal.evidence.reading import answering; answering.answer(sys.argv[2])"
)
_PASSED_ON = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TZ")
_LARGEST_ANSWER = 64_000_000
OUT_OF_MEMORY = 3

_TOO_LONG = "Reading it took longer than {seconds} and was stopped. Hand it in in parts."
_TOO_MUCH = "Reading it needs more memory than it may have. Hand it in in parts."
_BROKEN = "It could not be read: it is damaged, or built in a way that no reader knows."


def look_safely(path: Path, kind: str, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> Look:
    """What is personal in the document at `path`; one that cannot be read within the limits is not readable."""
    try:
        answer = json.loads(_asked("look", path, seconds, megabytes, kind=kind))
        found = tuple(
            Found(PersonalKind[name], place, excerpt, count) for name, place, excerpt, count in answer["found"]
        )
        return Look(found, bool(answer["readable"]), str(answer["why"]))
    except Unreadable as fault:
        return Look((), False, str(fault))


def strip_safely(path: Path, kind: str, to: Path, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> bool:
    """Like `strip`. Where it cannot be done there is nothing at `to`."""
    try:
        return bool(json.loads(_asked("strip", path, seconds, megabytes, kind=kind, to=str(to)))["stripped"])
    except Unreadable:
        to.unlink(missing_ok=True)
        return False


def pages_of(path: Path, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> int:
    """How many pages a PDF has. Raises Unreadable."""
    return int(json.loads(_asked("pages", path, seconds, megabytes))["pages"])


def page_text(path: Path, number: int, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> str:
    """The text of one page of a PDF, counted from 1. Raises Unreadable."""
    return str(json.loads(_asked("text", path, seconds, megabytes, number=number))["text"])


def page_words(path: Path, number: int, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> tuple[int, str]:
    """How many pages a PDF has, and the text of one of them, empty where it has no such page. Raises Unreadable."""
    told = json.loads(_asked("page", path, seconds, megabytes, number=number))
    return int(told["pages"]), str(told["text"])


def page_image(path: Path, number: int, width: int, *, seconds: int = SECONDS, megabytes: int = MEGABYTES) -> bytes:
    """One page of a PDF as a PNG, at most `width` pixels wide. Raises Unreadable."""
    return _asked("image", path, seconds, megabytes, number=number, width=width)


def _asked(task: str, path: Path, seconds: int, megabytes: int, **more: Any) -> bytes:
    """What the process answers. Raises Unreadable where it does not, or answers that it cannot."""
    asked = {"task": task, "path": str(path.resolve()), "seconds": seconds, "megabytes": megabytes, **more}
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    command = [sys.executable, "-P", "-c", _START, str(_PORTAL), json.dumps(asked)]
    with tempfile.TemporaryFile() as answer:
        code = _run(command, environment, answer, seconds)
        answer.seek(0)
        told = answer.read(_LARGEST_ANSWER + 1)
    if code != 0 or len(told) > _LARGEST_ANSWER:
        raise Unreadable(_why(code, seconds))
    if told.startswith(b'{"unreadable"'):
        raise Unreadable(str(json.loads(told)["unreadable"]))
    return told


def _run(command: list[str], environment: dict[str, str], answer: IO[bytes], seconds: int) -> int:
    """How it ended. The time is of the processor; on a busy machine it may take more than that, but not for ever."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            timeout=seconds * 3 + 10,
            check=False,
        ).returncode
    return -24  # SIGXCPU, as if the processor's time had run out


def _why(code: int, seconds: int) -> str:
    if code in (-24, -9):
        return _TOO_LONG.format(seconds=words.count(seconds, "second", "seconds"))
    return _TOO_MUCH if code == OUT_OF_MEMORY else _BROKEN
