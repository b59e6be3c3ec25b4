"""A real clamd looks at every file that waits; whatever goes wrong with it, nothing is released."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.files import scanning
from portal.files.models import Fault, FileState, StoredFile
from portal.files.scanning import CLAIMED_FOR, Clamd, NotScanned, ScannerAway
from portal.jobs import runner
from portal.kernel import clock
from portal.kernel.db import db
from tests import servers
from tests.files import makers
from tests.files.conftest import in_store, rows

MB = 1024 * 1024
WAITING, CLEAN, INFECTED, UNSCANNED = FileState.WAITING, FileState.CLEAN, FileState.INFECTED, FileState.UNSCANNED


def states() -> list[FileState]:
    return [one.state for one in rows()]


@contextmanager
def a_bad_scanner(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something that listens where the scanner should, and answers each caller as it is told."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return
                with caller:
                    answer(caller)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        yield f"127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)
    serving.join(10)


# The real one.


def test_the_scanner_says_what_it_is_and_what_it_finds(clamd):
    scanner = Clamd(clamd)
    assert scanner.version().startswith("ClamAV ")
    assert scanner.scan((b"We answer ", b"within a day.")) is None
    assert "Eicar" in (scanner.scan((makers.EICAR,)) or "")
    assert "Eicar" in (scanner.scan(makers.EICAR[at : at + 7] for at in range(0, len(makers.EICAR), 7)) or "")


@pytest.mark.parametrize(
    "content",
    [
        makers.office("docx", {"word/media/eicar.txt": makers.EICAR}),
        makers.zipped({"eicar.com": makers.EICAR}),
        makers.zipped({"inner.zip": makers.zipped({"eicar.com": makers.EICAR})}),
    ],
    ids=["inside a docx", "zipped", "zipped twice"],
)
def test_the_scanner_looks_into_packages(clamd, content):
    assert "Eicar" in (Clamd(clamd).scan((content,)) or "")


def test_files_are_scanned_and_released_or_removed(own_app, set_up, kept, clamd):
    set_up(scanner=clamd)
    clean, found = kept(b"words"), kept(makers.EICAR)
    inside = kept(makers.office("docx", {"word/media/eicar.txt": makers.EICAR}), "report.docx")
    assert states() == [WAITING] * 3
    assert runner.run_errands(own_app) == 3
    assert states() == [CLEAN, INFECTED, INFECTED]
    assert all(one.scanned_at == clock.now() and one.scanner.startswith("ClamAV ") for one in rows())
    assert [bool(one.malware) for one in rows()] == [False, True, True]
    assert "Eicar" in rows()[2].malware
    assert in_store() == [clean.sha256]
    assert {found.sha256, inside.sha256} & set(in_store()) == set()
    assert runner.run_errands(own_app) == 0


def test_a_file_of_the_largest_size_is_scanned(own_app, set_up, kept, clamd):
    set_up(scanner=clamd)
    kept(b"words\n".ljust(50 * MB, b"w"))
    kept((b"words\n" + makers.EICAR).ljust(50 * MB, b"w"))
    assert runner.run_errands(own_app) == 2
    assert states() == [CLEAN, INFECTED]


def test_a_scanner_is_found_by_a_port_as_well(clamd):
    program_port = socket.create_server(("127.0.0.1", 0))
    port = program_port.getsockname()[1]
    program_port.close()
    with servers.a_scanner(TCPSocket=str(port), TCPAddr="127.0.0.1"):
        assert Clamd(f"127.0.0.1:{port}").scan((makers.EICAR,))


def test_a_scanner_that_takes_less_than_we_do_releases_nothing(own_app, set_up, kept, clamd, caplog):
    with servers.a_scanner(StreamMaxLength="1M") as small:
        set_up(scanner=small)
        kept(b"words\n".ljust(30 * MB, b"w"))
        kept(b"short words")
        runner.run_errands(own_app)
        assert states() == [WAITING, CLEAN]
        assert "INSTREAM size limit exceeded" in caplog.text
        assert "docs/running.md" in caplog.text
    set_up(scanner=clamd)
    with clock.at(clock.now() + CLAIMED_FOR * 2):
        runner.run_errands(own_app)
    assert states() == [CLEAN, CLEAN]


def test_a_file_that_the_scanner_did_not_look_at_to_its_end_is_not_released(own_app, set_up, kept, clamd):
    with servers.a_scanner(MaxFileSize="1M", MaxScanSize="1M") as small:
        set_up(scanner=small)
        kept(b"words\n".ljust(3 * MB, b"w"))
        runner.run_errands(own_app)
    assert states() == [WAITING]


# No scanner, and one that comes later or goes.


def test_without_a_scanner_files_are_not_scanned_and_say_so(own_app, kept):
    kept(b"words")
    assert runner.run_errands(own_app) == 0
    assert states() == [UNSCANNED]


def test_files_from_before_there_was_a_scanner_are_scanned_once_there_is_one(own_app, set_up, kept, clamd):
    kept(b"words")
    kept(makers.EICAR)
    set_up(scanner=clamd)
    assert runner.run_errands(own_app) == 2
    assert states() == [CLEAN, INFECTED]


def test_what_waited_for_a_scanner_that_was_taken_away_is_not_scanned(own_app, set_up, kept, clamd):
    set_up(scanner=clamd)
    kept(b"words")
    set_up(scanner="")
    assert runner.run_errands(own_app) == 1
    assert states() == [UNSCANNED]


# A scanner in trouble.


def test_while_the_scanner_is_away_files_are_kept_and_wait_and_then_the_job_catches_up(own_app, set_up, kept, tmp_path, clamd, caplog):
    set_up(scanner=str(tmp_path / "nobody.sock"))
    for number in range(3):
        kept(f"words {number}".encode())
    for _ in range(2):
        runner.run_errands(own_app)
    assert states() == [WAITING] * 3
    assert "nobody.sock" in caplog.text
    set_up(scanner=clamd)
    assert runner.run_errands(own_app) >= 3
    assert states() == [CLEAN] * 3


def hangs_up(caller: socket.socket) -> None:
    caller.recv(1)


def answers_half(caller: socket.socket) -> None:
    caller.recv(20)
    caller.sendall(b"stream: O")


def answers(said: bytes) -> Callable[[socket.socket], None]:
    def answer(caller: socket.socket) -> None:
        asked = caller.recv(10)
        caller.sendall(b"A scanner 1.0\0" if asked == b"zVERSION\0" else said)
        while caller.recv(65536):
            pass

    return answer


@pytest.mark.parametrize("trouble", [hangs_up, answers_half, answers(b""), answers(b"stream: O")], ids=["hangs up", "half", "nothing", "half an answer"])
def test_a_scanner_that_breaks_off_releases_nothing(own_app, set_up, kept, trouble, monkeypatch):
    monkeypatch.setattr(scanning, "PATIENCE", 0.5)
    with a_bad_scanner(trouble) as address:
        set_up(scanner=address)
        kept(b"words")
        runner.run_errands(own_app)
    assert states() == [WAITING]
    assert rows()[0].claimed_at is None  # the next to come may take it at once


@pytest.mark.parametrize(
    "said",
    [b"stream: Can't allocate memory ERROR\0", b"INSTREAM size limit exceeded. ERROR\0", b"UNKNOWN COMMAND\0", b"OK FOUND it hard ERROR\0",
     b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", b"\0"],
)  # fmt: skip
def test_an_answer_that_is_no_finding_releases_nothing_and_the_next_file_is_scanned(said):
    with a_bad_scanner(answers(said)) as address, pytest.raises(NotScanned):
        Clamd(address).scan((b"words",))


def test_a_file_with_which_the_scanner_has_trouble_does_not_keep_others_waiting(own_app, set_up, kept, clamd, monkeypatch):
    set_up(scanner=clamd)
    kept(b"trouble")
    kept(b"words")
    real = Clamd.scan

    def scan(self, blocks):
        content = b"".join(blocks)
        if content == b"trouble":
            raise NotScanned("stream: it hurts ERROR")
        return real(self, (content,))

    monkeypatch.setattr(Clamd, "scan", scan)
    runner.run_errands(own_app)
    assert states() == [WAITING, CLEAN]
    monkeypatch.undo()
    runner.run_errands(own_app)
    assert states() == [WAITING, CLEAN], "it is tried again after a while, not at once"
    with clock.at(clock.now() + CLAIMED_FOR * 2):
        runner.run_errands(own_app)
    assert states() == [CLEAN, CLEAN]


def test_a_file_whose_bytes_are_gone_is_marked_missing(own_app, set_up, kept, clamd):
    set_up(scanner=clamd)
    stored = kept(b"words")
    (Path(own_app.instance_path) / "files" / stored.sha256[:2] / stored.sha256[2:]).unlink()
    runner.run_errands(own_app)
    assert [(one.state, one.fault) for one in rows()] == [(WAITING, Fault.MISSING)]


def test_the_bytes_of_malware_go_even_if_the_worker_was_killed_before_it_removed_them(own_app, set_up, kept, clamd, monkeypatch):
    set_up(scanner=clamd)
    stored = kept(makers.EICAR)
    monkeypatch.setattr(scanning, "remove_unless_named", lambda _: None)
    runner.run_errands(own_app)
    assert (states(), in_store()) == ([INFECTED], [stored.sha256])
    assert runner.run_job(own_app, "clear-files") == 1
    assert in_store() == []


# Several workers.


def test_two_workers_scan_each_file_once(own_app, set_up, kept, clamd, monkeypatch):
    set_up(scanner=clamd)
    for number in range(12):
        kept(f"words {number}".encode())
    scanned, real = [], Clamd.scan

    def scan(self, blocks):
        content = b"".join(blocks)
        scanned.append(content)
        return real(self, (content,))

    monkeypatch.setattr(Clamd, "scan", scan)
    ready = threading.Barrier(3)

    def work() -> None:
        ready.wait()
        runner.run_errands(own_app)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert states() == [CLEAN] * 12
    assert sorted(scanned) == sorted(f"words {number}".encode() for number in range(12))


def test_what_a_worker_that_is_gone_had_taken_is_taken_up_again(own_app, set_up, kept, clamd):
    set_up(scanner=clamd)
    kept(b"words")
    db.session.query(StoredFile).update({"claimed_at": clock.now()})
    db.session.commit()
    assert runner.run_errands(own_app) == 0
    with clock.at(clock.now() + CLAIMED_FOR * 2):
        runner.run_errands(own_app)
    assert states() == [CLEAN]


def test_a_worker_that_was_too_slow_does_not_overwrite_what_another_found(own_app, set_up, kept, clamd):
    set_up(scanner=clamd)
    kept(makers.EICAR)
    slow = scanning.scan_waiting()
    with own_app.app_context():
        claim = next(slow)
        claim()
        db.session.commit()
        with clock.at(clock.now() + CLAIMED_FOR * 2):
            runner.run_errands(own_app)
        assert states() == [INFECTED]
        db.session.query(StoredFile).update({"malware": "by the other"})
        db.session.commit()
        settle = next(slow)
        assert settle() == 0
        db.session.commit()
    assert rows()[0].malware == "by the other"


def test_nobody_waits_for_the_database_while_a_file_is_scanned(own_app, set_up, kept, clamd, monkeypatch):
    set_up(scanner=clamd)
    kept(b"words")
    real = Clamd.scan

    def scan(self, blocks):
        with db.engine.begin() as another:
            another.exec_driver_sql("UPDATE files SET checked_at = NULL")
        return real(self, blocks)

    monkeypatch.setattr(Clamd, "scan", scan)
    runner.run_errands(own_app)
    assert states() == [CLEAN]


def test_a_path_that_is_no_socket_is_a_scanner_away(tmp_path):
    (tmp_path / "file").write_text("")
    for address in (str(tmp_path / "file"), str(tmp_path / ("x" * 50)), "127.0.0.1:9", "localhost:1"):
        with pytest.raises(ScannerAway):
            Clamd(address).version()
