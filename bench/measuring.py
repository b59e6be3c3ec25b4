"""Servers under measurement: their CPU and memory read from the system, their answers timed from other processes."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

FORM = "application/x-www-form-urlencoded"


def children(pid: int) -> list[int]:
    """A process and everything it started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found.extend(int(text) for text in task.read_text().split())
            except OSError:  # it ended while we looked
                continue
    return found


def cpu_ms(pids: list[int]) -> float:
    """CPU milliseconds that the threads of these processes have used so far, to the nanosecond of the scheduler."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:  # it ended while we looked
                continue
    return total / 1_000_000


def memory_mb(pids: list[int]) -> float:
    """Resident memory with shared pages counted once (PSS)."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


@dataclass
class Server:
    """One web server under measurement, with the database processes that serve everybody."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    database: int  # process id of PostgreSQL's first process

    def cpu(self) -> float:
        return cpu_ms(children(self.process.pid)) + cpu_ms(children(self.database))

    def memory(self) -> tuple[float, float]:
        """Megabytes of the web processes; and with the process that started them."""
        first, *web = children(self.process.pid)
        return memory_mb(web), memory_mb([first, *web])


@contextmanager
def served(name: str, port: int, command: list[str], environment: dict[str, str], database: int) -> Iterator[Server]:
    process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise SystemExit(f"{name} did not start on port {port}")
        yield Server(name, port, process, database)
    finally:
        process.terminate()
        process.wait(30)


class Client:
    """One browser with a cookie, over one kept connection."""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.port, self.cookie = port, cookie
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def send(self, method: str, path: str, body: str | bytes | None = None, *, kind: str = FORM, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        sent = {"Cookie": self.cookie, "Host": f"localhost:{self.port}", **headers} if self.cookie else {"Host": f"localhost:{self.port}", **headers}
        if body is not None:
            sent |= {"Content-Type": kind, "Sec-Fetch-Site": "same-origin"}
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        except (http.client.HTTPException, ConnectionError):  # the server closed a kept connection
            self.connection.close()
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())


@dataclass(frozen=True)
class Operation:
    """What is measured: for a client's number, `make` gives what that client does. `fewer`: how many times fewer than others."""

    server: Server
    make: Callable[[int], Callable[[int], None]]
    fewer: int = 1


@dataclass
class Series:
    """What was measured of one operation."""

    cpu: list[float] = field(default_factory=list)  # CPU ms a request, one figure a round
    one: list[float] = field(default_factory=list)  # latencies in ms with one client
    eight: list[float] = field(default_factory=list)  # and with eight

    @property
    def median_cpu(self) -> float:
        return statistics.median(self.cpu)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(act: Callable[[int], None], times: int, first: int) -> list[float]:
    taken = []
    for number in range(first, first + times):
        began = time.perf_counter()
        act(number)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


WARM, REPEATS, CLIENTS = 5, 5, 8


def alone(most: int, fewer: int) -> int:
    """How often one client does something in a round."""
    return max(most // fewer, 5)


def by_each(most: int, fewer: int) -> int:
    """How often each of eight does it."""
    return max(alone(most, fewer) // CLIENTS, 5 if fewer == 1 else 2)


def in_all(most: int, fewer: int) -> int:
    """How often it is done in all rounds."""
    return WARM + REPEATS * (alone(most, fewer) + CLIENTS * by_each(most, fewer))


def rounds(operations: dict[str, Operation], most: int, repeats: int = REPEATS) -> dict[str, Series]:
    """Measure every operation `repeats` times in turn."""
    series = {name: Series() for name in operations}
    for one in operations.values():
        timed(one.make(0), WARM, 0)
    for turn in range(repeats):
        for name, one in operations.items():
            act, times = one.make(0), alone(most, one.fewer)
            before = one.server.cpu()
            series[name].one += timed(act, times, turn * times)
            series[name].cpu.append((one.server.cpu() - before) / times)
            with ThreadPoolExecutor(CLIENTS) as pool:
                acts = [one.make(number) for number in range(CLIENTS)]
                first = 10_000 + turn * times
                parts = pool.map(timed, acts, repeat(by_each(most, one.fewer)), repeat(first))
                for part in parts:
                    series[name].eight += part
        print(f"round {turn + 1} of {repeats}", flush=True)
    return series


def in_a_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run `work` in a fresh process and hand back what it returns."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def python(*command: str) -> list[str]:
    return [sys.executable, *command]
