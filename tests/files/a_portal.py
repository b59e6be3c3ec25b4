"""The portal as it is served, with the door of these tests, in processes that can be killed."""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from portal import create_app
from portal.config import Settings
from portal.jobs import runner
from portal.kernel.db import db
from portal.serving import Gunicorn
from tests.files.conftest import Sender, open_a_door


def serve(settings: Settings, ready: object) -> None:
    os.setsid()  # so that it is killed with its web processes
    app = create_app(settings)
    open_a_door(app)
    Gunicorn(app, settings, ready.set).run()


def work(settings: Settings, ready: object) -> None:
    os.setsid()  # so that it is killed with the readers that it starts
    app = create_app(settings)
    ready.set()
    runner.work(app)


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[int]:
    """gunicorn with two web processes; the process that stands for all of them."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    server = spawning.Process(target=serve, args=(settings, ready))
    server.start()
    try:
        assert ready.wait(60)
        yield server.pid
    finally:
        if server.is_alive():
            os.killpg(server.pid, signal.SIGTERM)
        server.join(30)
        if server.is_alive():
            kill(server.pid)
            server.join(30)
        server.close()


@contextlib.contextmanager
def working(settings: Settings) -> Iterator[None]:
    """The worker that scans and looks; it is killed at the end, whatever it does."""
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    worker = spawning.Process(target=work, args=(settings, ready), daemon=True)
    worker.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        kill(worker.pid)
        worker.kill()
        worker.join(30)
        worker.close()


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


@dataclass
class OverTheWire:
    """Somebody who sends files to the server, over a socket, as a browser does."""

    sender: Sender
    port: int
    cookie: str

    def post(self, to: str, body: bytes, kind: str, **more: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": kind, "Cookie": self.cookie, "Sec-Fetch-Site": "same-origin", "Host": "localhost", **more}
        try:
            line.request("POST", to, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()


def somebody(settings: Settings, token: str) -> OverTheWire:
    app = create_app(settings)
    with app.app_context():
        sender = Sender(app, token)
        cookie = sender.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        db.session.remove()
        db.engine.dispose()
    return OverTheWire(sender, settings.port, f"{cookie.key}={cookie.value}")


def together(*threads: threading.Thread) -> None:
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
