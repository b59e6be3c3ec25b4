"""A real web server, killed in the middle of uploads, cut off, and refusing: over real sockets."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
import socket
import threading
import time

import psutil
import pytest

from portal.files import stores
from portal.jobs import runner
from portal.kernel.db import db
from tests.files import a_portal
from tests.files.conftest import DOOR, ITS_DOOR, in_store, on_the_way, rows
from tests.people import Cast

MB = 1024 * 1024
pytestmark = pytest.mark.slow


@pytest.fixture
def served(own_app):
    """Settings of a portal to be served on a port of its own, and somebody who is signed in there."""
    settings = dataclasses.replace(own_app.extensions["settings"], port=a_portal.a_free_port())
    cast = Cast.arrive()
    one = a_portal.somebody(settings, cast.sign_in("priya"))
    db.session.remove()
    return settings, one


def test_whatever_was_acknowledged_before_a_kill_is_whole_and_of_the_rest_nothing_is_left(own_app, served):
    settings, one = served
    acknowledged: set[str] = set()
    chance, stop = random.Random(3), threading.Event()

    def upload(who: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            content = f"{who} {number} ".encode() * (chance.randrange(1, 400_000) // 4)
            try:
                status, told = one.post(DOOR, *one.sender.body(("a.txt", content)))
            except (OSError, a_portal.http.client.HTTPException):
                time.sleep(0.05)
                continue
            if status == 200:
                acknowledged.add(json.loads(told)[0]["sha256"])

    uploading = [threading.Thread(target=upload, args=(who,)) for who in range(4)]
    for thread in uploading:
        thread.start()
    try:
        for _ in range(3):
            before = len(acknowledged)
            with a_portal.running(settings) as server:
                deadline = time.monotonic() + 20
                while len(acknowledged) < before + 15 and time.monotonic() < deadline:
                    time.sleep(0.01)
                time.sleep(chance.random() / 10)
                a_portal.kill(server)
            assert len(acknowledged) > before, "nothing was uploaded before the kill"
    finally:
        stop.set()
        for thread in uploading:
            thread.join(60)
    named = {stored.sha256: stored.size for stored in rows()}
    assert acknowledged <= set(named)
    for sha256, size in named.items():
        content = b"".join(stores.store().chunks(sha256))
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (sha256, size)
    runner.run_job(own_app, "clear-files")
    assert in_store() == sorted(named)
    for path in on_the_way():  # killed between making the file and locking it: known as nobody's after an hour
        assert path.stat().st_size == 0
        os.utime(path, (0, 0))
    runner.run_job(own_app, "clear-files")
    assert on_the_way() == []


def test_who_hangs_up_half_way_leaves_nothing(own_app, served):
    settings, one = served
    body, kind = one.sender.body(("a.txt", b"x" * (4 * MB)))
    head = (
        f"POST {DOOR} HTTP/1.1\r\nHost: localhost\r\nCookie: {one.cookie}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with a_portal.running(settings):
        with socket.create_connection(("127.0.0.1", settings.port)) as line:
            line.sendall(head.encode() + body[: 2 * MB])
            time.sleep(0.3)
            assert len(on_the_way()) == 1
        deadline = time.monotonic() + 20
        while on_the_way() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (on_the_way(), in_store(), rows()) == ([], [], [])
        assert one.post(DOOR, body, kind)[0] == 200


def test_refusals_reach_whoever_sends_a_large_body(served, own_app):
    """A browser that is still sending must see the page, not a connection that was reset; but nobody listens to the
    end to a stranger."""
    settings, one = served
    body, kind = one.sender.body(("a.txt", b"x" * (20 * MB)))
    with a_portal.running(settings):
        for to, status in ((ITS_DOOR.format("RTX"), 403), ("/trial/plain", 413)):
            assert one.post(to, body, kind)[0] == status
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            one.post(DOOR, body, kind, Cookie="")
        assert one.post(DOOR, b"--edge--", kind, Cookie="")[0] == 303
    assert (on_the_way(), in_store(), rows()) == ([], [], [])


def test_a_web_process_does_not_grow_by_what_passes_through_it(served, own_app):
    """Forty files of 5 MB by four people at once: how much more the web processes hold at their largest."""
    settings, one = served
    one_worker = dataclasses.replace(settings, workers=1)
    statuses: list[int] = []

    def upload(who: int) -> None:
        for number in range(10):
            body, kind = one.sender.body(("a.txt", f"{who} {number} ".encode().ljust(5 * MB, b"w")))
            statuses.append(one.post(DOOR, body, kind)[0])

    with a_portal.running(one_worker) as server:
        one.post(DOOR, *one.sender.body(("a.txt", b"warm")))
        [process] = psutil.Process(server).children()
        before, peak, done = process.memory_info().rss, 0, threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.02):
                peak = max(peak, process.memory_info().rss)

        watching = threading.Thread(target=watch)
        watching.start()
        a_portal.together(*(threading.Thread(target=upload, args=(who,)) for who in range(4)))
        done.set()
        watching.join()
    assert statuses == [200] * 40
    print(f"grew by {(peak - before) / MB:.1f} MB")
    assert peak - before < 30 * MB
