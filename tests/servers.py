"""The servers that the tests start: a real clamd, a real S3-compatible server, and the portal as `make run` serves it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal.files.soundness import TRIAL
from tests import machinery
from tests.files.a_portal import a_free_port

ROOT = Path(__file__).resolve().parent.parent
READY = "Stop it with Ctrl-C.\n"  # the last that `portal run` says
PATIENCE = 60  # seconds for a server to begin to answer

# No signatures are shipped with ClamAV. This one finds the test file that every scanner finds, wherever it stands.
SIGNATURE = f"Eicar-Test-Signature:0:*:{TRIAL.hex()}\n"
CONFIGURATION = """
LocalSocket {folder}/clamd.sock
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength 64M
MaxFileSize 64M
MaxScanSize 400M
AlertExceedsMax yes
"""


def had(machine: Callable[[], str]) -> str:
    """What a test needs; without it the test is skipped and says why, or in continuous integration fails."""
    try:
        return machine()
    except machinery.CannotBeHad as why:
        if machinery.in_continuous_integration():
            pytest.fail(str(why))
        pytest.skip(str(why))


@contextmanager
def a_scanner(**changed: str) -> Iterator[str]:
    """clamd with our one signature; its address. `changed` replaces values of its configuration."""
    program = had(machinery.clamd)
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))  # short: the name of a socket may have a hundred characters
    lines = [line for line in CONFIGURATION.format(folder=folder).splitlines() if line.partition(" ")[0] not in changed]
    (folder / "clamd.conf").write_text("\n".join([*lines, *(f"{name} {value}" for name, value in changed.items()), ""]))
    (folder / "signatures").mkdir()
    (folder / "signatures" / "tests.ndb").write_text(SIGNATURE)
    socket = folder / "clamd.sock"
    running = _started(program, "--config-file", folder / "clamd.conf")
    try:
        _until(socket.exists, running)
        yield str(socket)
    finally:
        _stopped(running, folder)


@dataclass(frozen=True)
class S3:
    """A bucket of a server, as the settings name it."""

    endpoint: str
    key: str = "portal:files"
    secret: str = "a-secret-of-tests"
    bucket: str = "handed-in"

    def settings(self, prefix: str) -> dict[str, Any]:
        return {
            "file_store": f"s3://{self.bucket}/{prefix}", "s3_endpoint": self.endpoint, "s3_key": self.key, "s3_secret": self.secret,
        }  # fmt: skip


@contextmanager
def an_s3_server() -> Iterator[S3]:
    """OpenStack Swift, with its S3 interface, in a process of its own."""
    python = had(machinery.swift)
    folder = Path(tempfile.mkdtemp(prefix="swift-"))
    account = S3.key.partition(":")[0]
    script = Path(__file__).with_name("swift_server.py")
    running = _started(python, "-P", "-W", "ignore", script, folder, account, S3.secret, S3.bucket)
    try:
        assert running.stdout is not None
        endpoint = running.stdout.readline().strip()
        assert endpoint, f"OpenStack Swift did not start: {running.stderr.read() if running.stderr else ''}"
        yield S3(endpoint)
    finally:
        _stopped(running, folder)


@dataclass(frozen=True)
class Portal:
    """`portal run`: the process that everything else of it is a child of."""

    address: str
    process: subprocess.Popen[bytes]


@contextmanager
def the_portal(instance: Path, **settings: str) -> Iterator[Portal]:
    """`portal run` in processes of its own, with these settings and no others. It must have nothing to say while it serves and stops."""
    port, log = a_free_port(), instance / "log"
    chosen = {"PORTAL_PORT": str(port), "PORTAL_INSTANCE": str(instance), **settings}
    others = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}

    def ready() -> bool:
        assert running.poll() is None, f"the portal stopped: {log.read_text()[-3000:]}"
        return READY in log.read_text()

    with log.open("w") as into:
        running = subprocess.Popen(
            [sys.executable, "-m", "portal", "run"], cwd=ROOT, env=others | chosen, stdout=into, stderr=subprocess.STDOUT
        )
    try:
        until(ready, 300)
        yield Portal(f"http://localhost:{port}", running)
    finally:
        running.terminate()
        running.wait(40)
    said = log.read_text().partition(READY)[2]
    assert said == "", f"a portal that serves and stops has nothing to say, but: {said}"


def until(so: Callable[[], bool], patience: float = PATIENCE) -> None:
    began = time.monotonic()
    while not so():
        assert time.monotonic() < began + patience, f"not so within {patience} seconds"
        time.sleep(0.05)


def _started(*command: Any) -> subprocess.Popen[str]:
    return subprocess.Popen([str(one) for one in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _until(answers: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    def so() -> bool:
        if answers():
            return True
        if running.poll() is not None:
            raise AssertionError(f"{running.args} ended: {running.communicate()}")
        return False

    until(so)


def _stopped(running: subprocess.Popen[str], folder: Path) -> None:
    running.send_signal(signal.SIGTERM)
    try:
        running.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        running.kill()
        running.communicate()
    shutil.rmtree(folder, ignore_errors=True)
