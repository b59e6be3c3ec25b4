"""What the answer says is kept is whole in the store and named by a row; of anything else nothing is left."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
import subprocess
import threading
from pathlib import Path

import psutil
import pytest

from portal.files import receiving, removing, stores, sweeping
from portal.files.models import Fault, FileState, StoredFile
from portal.files.receiving import LARGEST, LARGEST_REQUEST, MOST_AT_ONCE
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NoRoom
from tests.files import makers
from tests.files.conftest import DOOR, ITS_DOOR, Sender, in_store, on_the_way, rows

MB = 1024 * 1024


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def nothing_is_left() -> bool:
    return (rows(), in_store(), on_the_way()) == ([], [], [])


class Watched(io.BytesIO):
    """A body that knows how much of it was read."""

    read_so_far = 0

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self.read_so_far += len(block)
        return block

    def readinto(self, into: bytearray) -> int:
        block = self.read(len(into))
        into[: len(block)] = block
        return len(block)


def posted(sender: Sender, body: bytes, kind: str, to: str = DOOR, **more) -> tuple:
    watched = Watched(body)
    answer = sender.client.post(
        to, input_stream=watched, content_type=kind, headers={"Sec-Fetch-Site": "same-origin"}, **more
    )
    return answer, watched.read_so_far


def test_what_is_kept_is_whole_in_the_store_and_named_by_a_row(sender):
    files = [("policy.pdf", makers.pdf()), ("figures.csv", makers.KEPT["csv"]())]
    answer = sender.send(*files)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert [one["name"] for one in answer.json] == ["policy.pdf", "figures.csv"]
    assert [(one.sha256, one.size, one.kind) for one in rows()] == [
        (sha256(content), len(content), kind) for (_, content), kind in zip(files, ("pdf", "csv"), strict=True)
    ]
    for _, content in files:
        assert b"".join(stores.store().chunks(sha256(content))) == content
    assert len(in_store()) == 2
    assert on_the_way() == []


def test_a_field_left_empty_by_the_browser_is_no_file(sender):
    assert sender.send(("", b"")).json == []
    assert nothing_is_left()


def test_one_unfit_file_does_not_keep_the_others_out(sender):
    answer = sender.send(("a.txt", b"fit"), ("b.exe", makers.program()), ("c.txt", b"fit too"))
    assert ["unfit" in one for one in answer.json] == [False, True, False]
    assert len(rows()) == len(in_store()) == 2
    assert on_the_way() == []


@pytest.mark.parametrize("how", ["refuse", "stumble"])
def test_what_was_kept_by_a_request_that_failed_is_gone(door, sender, how):
    door.config["PROPAGATE_EXCEPTIONS"] = False
    answer = sender.send(("a.txt", b"words"), **{how: "yes"})
    assert answer.status_code == {"refuse": 422, "stumble": 500}[how]
    assert nothing_is_left()


def test_a_request_that_fails_leaves_the_same_content_of_others_alone(door, sender):
    door.config["PROPAGATE_EXCEPTIONS"] = False
    sender.send(("a.txt", b"words"))
    for how in ("refuse", "stumble"):
        sender.send(("b.txt", b"words"), **{how: "yes"})
    sender.send(("b.txt", b"words"), token="forged")
    assert [one.sha256 for one in rows()] == in_store() == [sha256(b"words")]
    assert b"".join(stores.store().chunks(sha256(b"words"))) == b"words"


def test_a_form_without_its_token_puts_nothing_into_the_store(sender, monkeypatch):
    monkeypatch.setattr(receiving, "store", lambda: pytest.fail("it was put into the store"))
    assert sender.send(("a.txt", b"words"), token="").status_code == 400
    assert nothing_is_left()


def test_the_same_content_twice_is_one_file(sender):
    first, again = sender.send(("a.txt", b"words")), sender.send(("b.txt", b"words"), ("c.txt", b"words"))
    assert {one["id"] for one in first.json + again.json} == {first.json[0]["id"]}
    assert len(rows()) == len(in_store()) == 1


# Whose files come in at all.


def test_a_strangers_files_are_refused_before_they_are_read(door, people):
    visitor = Sender(door, None)
    body, kind = visitor.body(("a.txt", b"x" * MB))
    answer, read = posted(visitor, body, kind)
    assert (answer.status_code, answer.location.partition("?")[0], read) == (303, "/sign-in", 0)
    assert nothing_is_left()


@pytest.mark.parametrize(("who", "status"), [("bea", 200), ("priya", 403), ("sam", 404), ("owen", 403)])
def test_who_may_not_pass_the_gate_is_refused_before_anything_reaches_the_disk(door, people, who, status, monkeypatch):
    arrived = []
    real = receiving.Arrivals.stream
    monkeypatch.setattr(receiving.Arrivals, "stream", lambda self, name: arrived.append(name) or real(self, name))
    one = Sender(door, people.sign_in(who))
    answer, read = posted(one, *one.body(("a.txt", b"x" * MB)), to=ITS_DOOR.format("RTX"))
    assert (answer.status_code, arrived) == (status, ["a.txt"] if status == 200 else [])
    assert read > MB, "a browser shows the answer once it has sent everything"
    assert on_the_way() == []


def test_what_another_website_sends_is_refused_and_nothing_of_it_stays(sender):
    watched = Watched(sender.body(("a.txt", b"x" * MB))[0])
    answer = sender.client.post(
        DOOR, input_stream=watched, content_type="multipart/form-data; boundary=edge", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert nothing_is_left()


def test_who_loses_their_role_while_the_files_come_in_has_lost_it_when_they_are_here(door, people):
    bea, token = Sender(door, people.sign_in("bea")), people.sign_in("bea")
    bea = Sender(door, token)

    class Slow(Watched):
        def read(self, size: int | None = -1) -> bytes:
            if not self.read_so_far:
                with db.engine.begin() as another:
                    another.exec_driver_sql("UPDATE browser_sessions SET ended_at = began_at")
            return super().read(size)

    body, kind = bea.body(("a.txt", b"words"))
    answer = bea.client.post(
        ITS_DOOR.format("RTX"), input_stream=Slow(body), content_type=kind, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 303
    assert nothing_is_left()


def test_nobody_waits_for_the_database_while_a_file_comes_in(door, people):
    one = Sender(door, people.sign_in("priya"))

    class Slow(Watched):
        def read(self, size: int | None = -1) -> bytes:
            with db.engine.begin() as another:
                another.exec_driver_sql("UPDATE organisations SET version = version")
            return super().read(size)

    body, kind = one.body(("a.txt", b"words"))
    answer = one.client.post(DOOR, input_stream=Slow(body), content_type=kind, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert len(rows()) == 1


# How much.


@pytest.mark.parametrize(("size", "fits"), [(LARGEST, True), (LARGEST + 1, False)])
def test_the_largest_file_fits_and_one_byte_more_does_not(sender, size, fits):
    answer = sender.send(("long.txt", b"words\n".ljust(size, b"w")), ("short.txt", b"fits"))
    assert "unfit" not in answer.json[1]
    if fits:
        assert rows()[0].size == size
    else:
        assert answer.json[0]["unfit"].startswith("“long.txt” is larger than 50 MB")
        assert [one.size for one in rows()] == [4]
    assert len(in_store()) == len(rows())
    assert on_the_way() == []


def test_more_files_than_are_taken_at_a_time_are_told_apart(sender):
    answer = sender.send(*((f"{number}.txt", f"{number}".encode()) for number in range(MOST_AT_ONCE + 2)))
    assert ["unfit" in one for one in answer.json] == [False] * MOST_AT_ONCE + [True] * 2
    assert "20 files at a time" in answer.json[-1]["unfit"]
    assert len(in_store()) == MOST_AT_ONCE


def test_a_request_that_says_it_is_too_large_is_refused_in_words(sender):
    body, kind = sender.body(("a.txt", b"words"))
    answer, _ = posted(sender, body, kind, environ_overrides={"CONTENT_LENGTH": str(LARGEST_REQUEST + 1)})
    assert answer.status_code == 413
    assert nothing_is_left()
    assert "250 MB at a time" in answer.get_data(as_text=True)


def test_a_request_that_does_not_say_how_large_it_is_stops_at_the_limit(sender, monkeypatch):
    monkeypatch.setattr(receiving, "LARGEST_REQUEST", MB)
    body, kind = sender.body(("a.txt", b"x" * (2 * MB)))
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    answer, _ = posted(sender, body, kind, environ_overrides=chunked)
    assert answer.status_code == 413
    assert nothing_is_left()


def test_every_other_endpoint_takes_eight_megabytes_as_before(sender):
    body, kind = sender.body(("a.txt", b"x" * (9 * MB)))
    assert posted(sender, body, kind, to="/trial/plain")[0].status_code == 413
    body, kind = sender.body(("a.txt", b"x" * (7 * MB)))
    assert posted(sender, body, kind, to="/trial/plain")[0].status_code == 200
    assert nothing_is_left()


def test_a_file_at_the_limit_takes_no_more_memory_than_a_small_one(sender, tmp_path):
    """The whole request, from a body on disk to the row: what the process holds more at its end, and at its peak."""
    path = tmp_path / "body"
    beginning, end = sender.body(("large.txt", b"\n"))[0].rsplit(b"\n\r\n--edge--", 1)
    with path.open("wb") as body:
        body.write(beginning)
        for _ in range(LARGEST // MB):
            body.write(b"words \n".ljust(MB, b"w"))
        body.write(b"\r\n--edge--" + end)
    sender.send(("small.txt", b"words"))  # so that everything is imported and compiled
    process, peak = psutil.Process(), 0
    before = process.memory_info().rss

    class OnDisk(io.FileIO):
        def readinto(self, into: bytearray) -> int:
            nonlocal peak
            peak = max(peak, process.memory_info().rss)
            return super().readinto(into)

    with OnDisk(str(path)) as body:
        answer = sender.client.post(
            DOOR, input_stream=body, content_length=path.stat().st_size, content_type="multipart/form-data; boundary=edge",
            headers={"Sec-Fetch-Site": "same-origin"},
        )  # fmt: skip
    assert answer.status_code == 200
    assert rows()[-1].size == LARGEST
    assert max(peak, process.memory_info().rss) - before < 12 * MB


# What goes wrong on the way.


def test_a_connection_cut_half_way_leaves_nothing(sender):
    body, kind = sender.body(("a.txt", b"x" * MB), ("b.txt", b"y" * MB))
    for cut in (len(body) // 4, len(body) // 2 + 50_000, len(body) - 12):
        answer, _ = posted(sender, body[:cut], kind, environ_overrides={"CONTENT_LENGTH": str(len(body))})
        assert answer.status_code == 400
        assert nothing_is_left()


def test_a_body_that_is_not_what_it_says_leaves_nothing(sender):
    body, _ = sender.body(("a.txt", b"words"))
    for kind in ("multipart/form-data; boundary=other", "multipart/form-data", "application/json", ""):
        assert posted(sender, body, kind)[0].status_code == 400
        assert nothing_is_left()


@pytest.fixture
def tiny_disk(own_app, tmp_path):
    """A real disk of one megabyte beneath the folder that the parameter names."""
    mounted = []

    def mount(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"A full disk is tried on a small one, which only root may mount: {done.stderr.strip()}")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("which", ["files/incoming", "files"])
def test_a_full_disk_is_answered_with_a_page_that_says_so(own_app, sender, tiny_disk, which):
    tiny_disk(Path(own_app.instance_path) / which)
    answer = sender.send(("small.txt", b"fits"), ("large.txt", b"x" * (2 * MB)))
    assert answer.status_code == 507
    assert "There is no room for your files" in answer.get_data(as_text=True)
    assert nothing_is_left()
    assert sender.send(("small.txt", b"fits")).status_code == 200, "room was made again"


def test_a_store_on_a_full_disk_leaves_nothing(own_app, sender, tiny_disk, set_up):
    """The file arrives on one disk, and the other has no room for it."""
    tiny_disk(Path(own_app.instance_path) / "files" / "kept")
    own_app.extensions["files.store"] = {os.getpid(): stores.Folder(Path(own_app.instance_path) / "files" / "kept")}
    answer = sender.send(("small.txt", b"fits"), ("large.txt", b"x" * (2 * MB)))
    assert answer.status_code == 507
    assert nothing_is_left()
    assert sender.send(("small.txt", b"fits")).status_code == 200
    assert [one.sha256 for one in rows()] == in_store() == [sha256(b"fits")]


def test_a_limit_of_the_system_on_the_size_of_files_counts_as_a_full_disk(sender):
    sender.send(("small.txt", b"fits"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * MB, before[1]))
    try:
        assert sender.send(("large.txt", b"x" * (4 * MB))).status_code == 507
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [one.sha256 for one in rows()] == in_store()
    assert on_the_way() == []


def test_other_troubles_of_the_disk_are_not_called_full(tmp_path):
    with pytest.raises(PermissionError), stores.room():
        raise PermissionError(errno.EACCES, "no")
    with pytest.raises(NoRoom), stores.room():
        raise OSError(errno.EDQUOT, "quota")


# Names.


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("C:\\Users\\ada\\Rapport médical.pdf", "Rapport médical.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a/b\\c/../d.txt", "d.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("two\r\nlines\t.txt", "two lines .txt"),
        ("\u2066\u200bnull\x00.txt\u2069", "null.txt"),
        ("...", "file"),
        ("\u202e/", "file"),
        (".htaccess", "htaccess"),
        ("苦情.docx", "苦情.docx"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "x" * 200),
        ("../" * 100 + "\u202e" + "é" * 300 + ".docx", "é" * 195 + ".docx"),
        ("x." + "y" * 300, "x." + "y" * 198),
    ],
)
def test_a_name_is_its_last_part_with_nothing_hidden_in_it(given, kept):
    assert receiving.clean_name(given) == kept
    assert receiving.clean_name(kept) == kept


def test_a_name_of_three_hundred_characters_arrives_cleaned(sender):
    answer = sender.send(("..\\" * 20 + "\u202e" + "n" * 300 + ".txt", b"words"))
    assert answer.json[0]["name"] == "n" * 196 + ".txt"


# Two at once, and the race between whoever keeps and whoever clears away.


def at_once(*works) -> list:
    """Do all of it at the same moment, each in a thread of its own; what each returned."""
    ready, done = threading.Barrier(len(works)), [None] * len(works)

    def run(number: int, work) -> None:
        ready.wait()
        done[number] = work()

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    return done


def test_two_who_keep_the_same_content_at_once_keep_one_file(door, people):
    senders = [Sender(door, people.sign_in(who)) for who in ("priya", "sam", "edwin", "dot")]
    for number in range(5):
        content = f"words {number}".encode()
        answers = at_once(*(lambda one=one, content=content: one.send(("a.txt", content)) for one in senders))
        assert [answer.status_code for answer in answers] == [200] * len(senders)
        assert len({answer.json[0]["id"] for answer in answers}) == 1
    assert len(rows()) == len(in_store()) == 5
    assert on_the_way() == []


def test_one_who_fails_does_not_take_the_file_of_another_away(door, people):
    """Ten times over, four people send the same content at once, and half of them are refused after it was kept."""
    senders = [Sender(door, people.sign_in(who)) for who in ("priya", "sam", "edwin", "dot")]
    for number in range(10):
        content = f"contested {number}".encode()
        answers = at_once(
            *(
                lambda one=one, content=content, fate=fate: one.send(("a.txt", content), **fate)
                for one, fate in zip(senders, ({}, {"refuse": "yes"}, {"refuse": "yes"}, {}), strict=True)
            )
        )
        assert [answer.status_code for answer in answers] == [200, 422, 422, 200]
        assert b"".join(stores.store().chunks(sha256(content))) == content
    assert sorted(one.sha256 for one in rows()) == in_store()


def test_the_sweep_may_run_at_any_moment(door, people):
    sender = Sender(door, people.sign_in("priya"))
    stop = threading.Event()

    def sweep() -> None:
        with door.app_context():
            while not stop.is_set():
                for step in sweeping.clear():
                    step()
                    db.session.rollback()

    sweeping_all_the_time = threading.Thread(target=sweep)
    sweeping_all_the_time.start()
    try:
        for number in range(20):
            content = f"swept {number}".encode()
            assert sender.send(("a.txt", content)).status_code == 200
            assert b"".join(stores.store().chunks(sha256(content))) == content
    finally:
        stop.set()
        sweeping_all_the_time.join(60)
    assert sorted(one.sha256 for one in rows()) == in_store()


def test_bytes_cleared_away_between_the_store_and_the_row_are_put_again(own_app, tmp_path):
    """The moment that the protocol is about, by hand: laid down, swept, and only then kept."""
    path = tmp_path / "words"
    path.write_bytes(b"words")
    with receiving.clearing():
        one = receiving.bring(path, "a.txt")
        assert removing.remove_unless_named(one.sha256)
        assert in_store() == []
        receiving.keep(one)
        db.session.commit()
    assert in_store() == [sha256(b"words")]


def test_who_removes_bytes_makes_whoever_keeps_them_wait(own_app, tmp_path, monkeypatch):
    """The other moment: about to be removed, because nobody named them, when somebody begins to."""
    path = tmp_path / "words"
    path.write_bytes(b"words")
    about_to, committed = threading.Event(), threading.Event()
    real = stores.Folder.delete

    def slowly(self, name: str) -> None:
        about_to.set()
        committed.wait(1)  # in vain, for that cannot happen before this is over
        real(self, name)

    def remove() -> None:
        with own_app.app_context():
            removing.remove_unless_named(sha256(b"words"))

    with receiving.clearing():
        one = receiving.bring(path, "a.txt")
        monkeypatch.setattr(stores.Folder, "delete", slowly)
        another = threading.Thread(target=remove)
        another.start()
        assert about_to.wait(10)
        receiving.keep(one)
        db.session.commit()
        committed.set()
        another.join(30)
    assert [stored.sha256 for stored in rows()] == in_store() == [sha256(b"words")]


def test_a_row_deleted_before_it_is_held_is_inserted_again(own_app, kept, monkeypatch):
    """Between finding that the row is there and holding it, its time may end in another transaction."""
    kept(b"words")
    real = receiving.insert_unless_there

    def there_and_then_deleted(*where, **facts) -> bool:
        monkeypatch.setattr(receiving, "insert_unless_there", real)
        assert not real(*where, **facts)
        db.session.query(StoredFile).delete()
        return False

    monkeypatch.setattr(receiving, "insert_unless_there", there_and_then_deleted)
    kept(b"words")
    assert [one.sha256 for one in rows()] == in_store() == [sha256(b"words")]


def test_a_file_that_rotted_is_mended_by_whoever_hands_it_in_again(own_app, kept):
    stored = kept(b"words")
    path = own_app.extensions["files.store"][os.getpid()].root / stored.sha256[:2] / stored.sha256[2:]
    for damage, fault in ((b"w0rds", Fault.ALTERED), (None, Fault.MISSING)):
        path.unlink()
        if damage:
            path.write_bytes(damage)
        db.session.query(StoredFile).update({"fault": fault})
        db.session.commit()
        assert kept(b"words").fault is Fault.NONE
        assert path.read_bytes() == b"words"


def test_malware_found_yesterday_is_scanned_again_and_todays_is_refused(own_app, set_up, kept, tmp_path):
    set_up(scanner="/nowhere.sock")
    stored = kept(b"words")
    assert stored.state is FileState.WAITING
    facts = {"state": FileState.INFECTED, "malware": "False.Alarm", "scanned_at": clock.now(), "scanner": "a scanner"}
    db.session.query(StoredFile).update(facts)
    db.session.commit()
    assert removing.remove_unless_named(stored.sha256)
    with pytest.raises(receiving.Unfit, match=r"found “False\.Alarm” in this file on 1 June 2026"):
        kept(b"words")
    db.session.rollback()
    assert in_store() == []
    with clock.at(clock.now() + receiving.FOUND_LATELY):
        again = kept(b"words")
    assert (again.id, again.state, again.malware, again.scanned_at) == (stored.id, FileState.WAITING, "", None)
    assert in_store() == [stored.sha256]


