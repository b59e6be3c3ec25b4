"""Uploads under measurement: 5 MB of evidence beside a bare upload, and 200 of them by eight people while others read."""

from __future__ import annotations

import io
import os
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pypdf
from pypdf.generic import DecodedStreamObject, NameObject

from bench import measuring
from bench.measuring import Client, Server, children, percentile
from bench.seeding import Seeded
from tests.browser import form_of

MB = 1024 * 1024
SIZE = 5 * MB
MARK = b"the mark of one upload".ljust(40, b".")
PEOPLE, FILES = 8, 200
EDGE = "the-edge-of-a-part"


def a_pdf() -> bytes:
    """A PDF of 5 MB that cannot be compressed, with a mark in it: whoever changes the mark has another file."""
    writer, written = pypdf.PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(595, 842)
    stream = DecodedStreamObject()
    stream.set_data(MARK + os.urandom(SIZE - 2000))
    page[NameObject("/Scan")] = writer._add_object(stream)
    writer.write(written)
    return written.getvalue().ljust(SIZE, b"\n")


class Sending:
    """One person's uploads: the body of the request, another file each time."""

    def __init__(self, fields: dict[str, str], pdf: bytes) -> None:
        parts = [f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
        head = "".join(parts) + f'--{EDGE}\r\nContent-Disposition: form-data; name="files"; filename="Scan.pdf"\r\n\r\n'
        self._before, _, self._after = (head.encode() + pdf + f"\r\n--{EDGE}--\r\n".encode()).partition(MARK)

    def body(self, name: str) -> bytes:
        return b"".join((self._before, name.encode().ljust(len(MARK), b"."), self._after))


def send(client: Client, path: str, body: bytes) -> int:
    status, _, _ = client.send("POST", path, body, kind=f"multipart/form-data; boundary={EDGE}")
    return status


def floor_upload(server: Server, pdf: bytes) -> Callable[[int], Callable[[int], None]]:
    def make(which: int) -> Callable[[int], None]:
        client, sending = Client(server.port), Sending({}, pdf)

        def act(number: int) -> None:
            assert send(client, "/floor/upload", sending.body(f"{which} {number}")) == 200

        return act

    return make


def handing_in(server: Server, made: Seeded, cookies: dict[str, str], pdf: bytes) -> Callable[[int], Callable[[int], None]]:
    """Hand a file in; each client is the complaints manager of another organisation."""

    def make(which: int) -> Callable[[int], None]:
        client = Client(server.port, cookies[made.saver_tokens[which]])
        path = f"/organisations/Z{which + 1}/evidence/hand-in"
        status, page, _ = client.send("GET", path)
        assert status == 200, f"{path} answered {status}"
        said = {"kind": "report", "proves": "What was measured.", "owner": "Complaints manager"}
        sending, began = Sending({**form_of(page.decode(), path, "Hand in"), **said}, pdf), time.monotonic_ns()

        def act(number: int) -> None:
            status = send(client, path, sending.body(f"{which} {number} {began}"))
            assert status == 303, f"{path} answered {status} to an upload"

        return act

    return make


@dataclass(frozen=True)
class Crowd:
    """What became of 200 uploads at once, and of who read meanwhile."""

    seconds: float
    uploads: list[float]  # ms
    pages: list[float]  # ms, of those who read meanwhile
    pages_before: list[float]  # ms, of the same with nobody else there
    grew: float  # MB: the most by which a web process was larger than before

    def in_words(self) -> list[str]:
        reads = f"median {statistics.median(self.pages):.0f} ms, 95th percentile {percentile(self.pages, 0.95):.0f} ms"
        alone = f"median {statistics.median(self.pages_before):.0f} ms"
        return [
            f"{FILES} files of {SIZE // MB} MB by {PEOPLE} people at once, while two others open expectation pages:",
            "",
            f"- {len(self.uploads)} uploads in {self.seconds:.0f} s, none refused; median {statistics.median(self.uploads):.0f} ms, "
            f"95th percentile {percentile(self.uploads, 0.95):.0f} ms.",
            f"- {len(self.pages)} pages opened meanwhile, none refused: {reads} (alone: {alone}).",
            f"- The web process that grew most was {self.grew:.0f} MB larger at its largest than before (to reach: < 30 MB).",
        ]


def crowd(server: Server, hand_in: Callable[[int], Callable[[int], None]], read: Callable[[int], Callable[[int], None]]) -> Crowd:
    """Eight people hand in 25 files each while two others read."""
    uploads: list[float] = []
    pages: list[float] = []
    faults: list[BaseException] = []
    over = threading.Event()

    def work(which: int) -> None:
        try:
            uploads.extend(measuring.timed(hand_in(which), FILES // PEOPLE, 0))
        except BaseException as fault:
            faults.append(fault)

    def keep_reading(which: int) -> None:
        act = read(which)
        try:
            while not over.is_set():
                pages.extend(measuring.timed(act, 1, 0))
        except BaseException as fault:
            faults.append(fault)

    alone = measuring.timed(read(0), 50, 0)
    people = [threading.Thread(target=work, args=(which,)) for which in range(PEOPLE)]
    readers = [threading.Thread(target=keep_reading, args=(which,)) for which in range(2)]
    watched = _Growth(server)
    began = time.perf_counter()
    for thread in (*people, *readers):
        thread.start()
    while any(thread.is_alive() for thread in people):
        watched.look()
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    over.set()
    for thread in readers:
        thread.join()
    if faults:
        raise faults[0]
    return Crowd(seconds, uploads, pages, alone, watched.most / MB)


class _Growth:
    """By how many bytes each web process is larger than when this began."""

    def __init__(self, server: Server) -> None:
        self._before = {psutil.Process(pid): psutil.Process(pid).memory_info().rss for pid in children(server.process.pid)[1:]}
        self.most = 0

    def look(self) -> None:
        for process, before in self._before.items():
            self.most = max(self.most, process.memory_info().rss - before)
