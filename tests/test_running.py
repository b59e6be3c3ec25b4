"""`portal run` as a process: web processes come and go, the worker beside them stays, and all end together without a word."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.files import a_portal


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_web_processes_are_renewed_and_the_worker_stays(tmp_path, told):
    settings = {"PORTAL_PORT": str(a_portal.a_free_port()), "PORTAL_INSTANCE": str(tmp_path), "PORTAL_WORKERS": "2"}
    others = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    log = tmp_path / "log"
    with log.open("w") as said, subprocess.Popen(
        [sys.executable, "-m", "portal", "run"], env=others | settings, stdout=said, stderr=subprocess.STDOUT
    ) as running:
        try:
            _until(lambda: "Stop it with Ctrl-C." in log.read_text() and len(_under(running.pid, "run")) == 2)
            worker, web = _under(running.pid, "work"), _under(running.pid, "run")
            assert len(worker) == 1
            time.sleep(2)  # a web process that has only just begun hears no signal
            running.send_signal(signal.SIGHUP)
            _until(lambda: len(_under(running.pid, "run") - web) == 2 and not web & _under(running.pid, "run"))
            assert _under(running.pid, "work") == worker
            running.send_signal(told)
            assert running.wait(40) == 0
        finally:
            running.terminate()
    assert log.read_text().partition("Stop it with Ctrl-C.\n")[2] == ""


def _under(parent: int, command: str) -> set[int]:
    """The processes of this command of the portal's that are children of that process."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(pid) for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(b"\0portal\0" + command.encode() + b"\0")}


def _until(so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not so():
        assert time.monotonic() < until
        time.sleep(0.1)
