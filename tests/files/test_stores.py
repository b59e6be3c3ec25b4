"""The two stores keep the same promises: a folder, and a bucket of a real S3-compatible server."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import psutil
import pytest

from portal.files import receiving, stores
from portal.files.stores import CHUNK, store
from portal.kernel.db import db
from portal.kernel.errors import Away
from tests.files import a_portal
from tests.files.conftest import Sender, in_store, on_the_way, rows

MB = 1024 * 1024


@pytest.fixture(params=["folder", "bucket"])
def of_either_kind(request, own_app):
    """A portal whose files are in a folder, and again one whose files are in a bucket."""
    if request.param == "bucket":
        server = request.getfixturevalue("s3")
        settings = dataclasses.replace(own_app.extensions["settings"], **server.settings(f"tests/{uuid.uuid4().hex}"))
        own_app.extensions["settings"] = settings
    return request.param


@pytest.fixture
def a_file(tmp_path):
    def make(content: bytes) -> tuple[str, Path]:
        path = tmp_path / "a-file"
        path.write_bytes(content)
        return hashlib.sha256(content).hexdigest(), path

    return make


@pytest.mark.usefixtures("of_either_kind")
def test_what_is_put_is_there_whole_and_in_parts(a_file):
    content = os.urandom(3 * CHUNK + 17)
    name, path = a_file(content)
    store().put(name, path)
    assert store().size(name) == len(content)
    assert b"".join(store().chunks(name)) == content
    for start, end in ((0, 1), (5, CHUNK + 7), (CHUNK, None), (len(content) - 1, len(content)), (3, len(content))):
        assert b"".join(store().chunks(name, start, end)) == content[start:end]
    with store().path_of(name) as local:
        assert local.read_bytes() == content
    assert on_the_way() == []


@pytest.mark.usefixtures("of_either_kind")
def test_what_is_not_there_is_told_before_the_first_byte(a_file):
    name, _ = a_file(b"never put")
    assert store().size(name) is None
    with pytest.raises(FileNotFoundError):
        store().chunks(name)
    store().delete(name)


@pytest.mark.usefixtures("of_either_kind")
def test_everything_that_is_kept_is_listed_in_order_and_deleted_once(a_file):
    names = []
    for number in range(30):
        name, path = a_file(f"{number}".encode())
        store().put(name, path)
        names.append(name)
    assert in_store() == sorted(names)
    store().delete(names[0])
    store().delete(names[0])
    assert in_store() == sorted(names[1:])


@pytest.mark.usefixtures("of_either_kind")
def test_what_is_put_again_takes_the_place_of_what_was_there(a_file):
    name, path = a_file(b"words")
    path.write_bytes(b"w0rds")  # as if it rotted
    store().put(name, path)
    path.unlink()
    path.write_bytes(b"words")
    for _ in range(2):
        store().put(name, path)
        assert b"".join(store().chunks(name)) == b"words"
    assert in_store() == [name]


@pytest.mark.usefixtures("of_either_kind")
@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "a" * 62 + "/x"])
def test_only_a_hash_is_a_name(a_file, name):
    for use in (store().size, store().delete, store().chunks, lambda one: store().put(one, a_file(b"words")[1])):
        with pytest.raises(ValueError, match="is no SHA-256"):
            use(name)


@pytest.mark.usefixtures("of_either_kind")
def test_a_large_file_is_put_and_read_in_constant_memory(a_file):
    name, path = a_file(os.urandom(50 * MB))
    small, beside = hashlib.sha256(b"small").hexdigest(), path.with_name("small")
    beside.write_bytes(b"small")
    store().put(small, beside)  # so that what the store needs itself is there
    process, peak, done = psutil.Process(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    before = process.memory_info().rss
    watching.start()
    try:
        store().put(name, path)
        hashed = hashlib.sha256()
        for block in store().chunks(name):
            hashed.update(block)
    finally:
        done.set()
        watching.join()
    assert hashed.hexdigest() == name
    assert peak - before < 32 * MB


@pytest.mark.usefixtures("of_either_kind")
def test_a_file_is_handed_in_and_a_failed_request_leaves_nothing(request, of_either_kind):
    door = request.getfixturevalue("door")
    door.config["PROPAGATE_EXCEPTIONS"] = False
    sender = Sender(door, request.getfixturevalue("people").sign_in("priya"))
    answer = sender.send(("a.txt", b"kept"), ("b.txt", b"kept too"))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    for how in ("refuse", "stumble"):
        assert sender.send(("c.txt", b"not kept"), **{how: "yes"}).status_code in (422, 500)
    assert sorted(one.sha256 for one in rows()) == in_store()
    assert len(rows()) == 2
    assert on_the_way() == []
    given = sender.client.get(f"/trial/files/{answer.json[0]['id']}?name=a.txt", headers={"Range": "bytes=1-2"})
    assert given.status_code == 409  # nothing scanned it
    door.extensions["settings"] = dataclasses.replace(door.extensions["settings"], show_unscanned="yes")
    given = sender.client.get(f"/trial/files/{answer.json[0]['id']}?name=a.txt", headers={"Range": "bytes=1-2"})
    assert (given.status_code, given.data) == (206, b"ep")


# A bucket alone.


def test_a_server_that_does_not_answer_is_told_and_nothing_is_kept(door, people, set_up, monkeypatch):
    set_up(file_store="s3://handed-in", s3_endpoint="http://127.0.0.1:9", s3_key="k", s3_secret="s")
    sender = Sender(door, people.sign_in("priya"))
    answer = sender.send(("a.txt", b"words"))
    assert answer.status_code == 503
    assert rows() == on_the_way() == []


def test_a_bucket_that_is_not_there_does_not_look_like_lost_files(own_app, s3, set_up, a_file):
    set_up(**{**s3.settings("x"), "file_store": "s3://no-such-bucket/x"})
    name, path = a_file(b"words")
    with pytest.raises(Away):
        store().put(name, path)
    with pytest.raises(Away):
        store().chunks(name)


def test_a_key_that_is_wrong_does_not_look_like_lost_files(own_app, s3, set_up, a_file):
    set_up(**{**s3.settings("x"), "s3_secret": "another"})
    name, path = a_file(b"words")
    for use in (store().size, store().chunks, store().delete, lambda one: store().put(one, path), lambda _: list(store().names())):
        with pytest.raises(Away):
            use(name)


def test_two_prefixes_of_one_bucket_do_not_see_each_other(own_app, s3, set_up, a_file):
    name, path = a_file(b"words")
    set_up(**s3.settings(f"one/{uuid.uuid4().hex}"))
    store().put(name, path)
    set_up(**s3.settings(f"two/{uuid.uuid4().hex}"))
    assert store().size(name) is None
    assert in_store() == []


# A folder alone.


def test_a_folder_and_what_is_in_it_are_for_the_portal_alone(own_app, kept):
    stored = kept(b"words")
    path = Path(own_app.instance_path) / "files" / stored.sha256[:2] / stored.sha256[2:]
    assert oct(path.stat().st_mode)[-3:] == "600"
    assert {oct(one.stat().st_mode)[-3:] for one in (path.parent, path.parents[1], path.parents[1] / "incoming")} == {"700"}


def test_a_disk_that_knows_no_links_gets_a_copy(own_app, a_file, monkeypatch):
    def cannot(*_):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", cannot)
    name, path = a_file(b"words")
    store().put(name, path)
    path.write_bytes(b"other")
    assert b"".join(store().chunks(name)) == b"words"


def test_everything_is_on_disk_before_it_has_its_name(own_app, a_file, monkeypatch):
    """The order that survives a loss of power: the bytes, then the name, then the folder that holds the name."""
    told = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        told.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        real_sync(handle)

    def replace(old: Path, new: Path) -> None:
        told.append("named")
        real_replace(old, new)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    name, path = a_file(b"words")
    store().put(name, path)
    files = Path(own_app.instance_path) / "files"
    assert files.is_dir()
    assert told[-3:] == ["a-file", "named", name[:2]]
    assert "files" in told[:-3]  # the folder was new, so its name in the folder above it had to be made durable as well


def test_a_portal_with_a_folder_does_not_load_the_library_for_buckets(own_app):
    code = (
        "import sys; from pathlib import Path; from portal import create_app; from portal.config import Settings\n"
        "app = create_app(Settings(instance=Path(sys.argv[1])))\n"
        "with app.app_context():\n"
        "    from portal.files import stores; stores.store()\n"
        "assert 'obstore' not in sys.modules and 'pypdfium2' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code, own_app.instance_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_bucket_is_not_used_across_a_fork(own_app, s3, set_up):
    """What speaks to it would wait for ever for threads that stayed behind; a folder does not mind."""
    own_app.extensions["files.store"] = {os.getppid(): "the parent's"}
    assert isinstance(stores.store(), stores.Folder)
    set_up(**s3.settings("forked"))
    own_app.extensions["files.store"] = {os.getppid(): "the parent's"}
    with pytest.raises(RuntimeError, match="forked"):
        stores.store()


@pytest.mark.slow
def test_a_portal_with_a_bucket_is_served_by_processes_that_did_not_share_it(own_app, s3, people):
    """gunicorn forks its web processes from one that put the portal together."""
    settings = dataclasses.replace(own_app.extensions["settings"], port=a_portal.a_free_port(), **s3.settings(uuid.uuid4().hex))
    one = a_portal.somebody(settings, people.sign_in("priya"))
    db.session.remove()
    with a_portal.running(settings):
        statuses = [one.post("/trial/hand-in", *one.sender.body(("a.txt", f"{number}".encode())))[0] for number in range(8)]
    assert statuses == [200] * 8
    assert len(rows()) == 8


def test_bringing_leaves_the_file_where_it_is(own_app, tmp_path):
    path = tmp_path / "report.txt"
    path.write_bytes(b"words")
    with receiving.clearing():
        one = receiving.bring(path, "../report.txt")
        assert (one.name, one.size, one.path.read_bytes()) == ("report.txt", 5, b"words")
        receiving.keep(one)
        db.session.commit()
    assert path.read_bytes() == b"words"
    assert on_the_way() == []
