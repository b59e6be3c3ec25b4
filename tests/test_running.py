"""`portal run` as a process: web processes come and go, the worker beside them stays, and all end together without a word."""

import signal
import time
from pathlib import Path

import pytest

from tests import servers


@pytest.mark.slow
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_web_processes_are_renewed_and_the_worker_stays(tmp_path, told):
    with servers.the_portal(tmp_path, PORTAL_WORKERS="2") as portal:
        here = portal.process.pid
        servers.until(lambda: len(_under(here, "run")) == 2)
        worker, web = _under(here, "work"), _under(here, "run")
        assert len(worker) == 1
        time.sleep(2)  # a web process that has only just begun hears no signal
        portal.process.send_signal(signal.SIGHUP)
        servers.until(lambda: len(_under(here, "run") - web) == 2 and not web & _under(here, "run"))
        assert _under(here, "work") == worker
        portal.process.send_signal(told)
        assert portal.process.wait(40) == 0


def _under(parent: int, command: str) -> set[int]:
    """The processes of this command of the portal's that are children of that process."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(pid) for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(b"\0portal\0" + command.encode() + b"\0")}
