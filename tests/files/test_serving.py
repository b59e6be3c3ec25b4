"""A file is given as a download of its own kind, in a sandbox, whole or in part, and only once it is released."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psutil
import pytest

from portal.files import serving
from portal.files.kinds import KINDS
from portal.files.models import Fault, FileState, StoredFile
from portal.kernel import clock
from portal.kernel.db import db
from tests.files import makers
from tests.files.conftest import Sender, in_store

MB = 1024 * 1024
DIGITS = b"0123456789"


@pytest.fixture
def shown(set_up):
    """A portal in which files that nothing scanned may be seen."""
    set_up(show_unscanned="yes")


@pytest.fixture
def given(sender, kept, shown):
    """`given(content, name, **headers)` is the answer to somebody who may have the file."""

    def give(content: bytes, name: str = "report.txt", method: str = "GET", **headers: str):
        number = kept(content).id
        return sender.client.open(
            f"/trial/files/{number}", query_string={"name": name}, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return give


def test_a_file_is_a_download_in_a_sandbox(given):
    content = makers.pdf()
    answer = given(content, "Complaints policy.pdf")
    assert answer.data == content
    assert answer.status_code == 200
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(content)),
        "Content-Disposition": 'attachment; filename="Complaints policy.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Accept-Ranges": "bytes",
        "ETag": f'"{hashlib.sha256(content).hexdigest()}"',
        "Cache-Control": "private, no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    assert {name: answer.headers.get(name) for name in wanted} == wanted
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= set(policy)
    assert len(answer.headers.get_all("Content-Security-Policy")) == 1


def test_each_kind_is_given_by_its_own_type_and_a_name_that_is_true(given):
    for key, kind in KINDS.items():
        answer = given(makers.KEPT[key](), "holiday.exe")
        assert answer.headers["Content-Type"] == kind.mimetype
        assert answer.headers["Content-Disposition"] == f'attachment; filename="holiday.exe.{kind.extension}"'
        for ending in (kind.extension, *kind.also):
            assert serving.named_as(f"holiday.{ending}", kind) == f"holiday.{ending}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("report.txt", 'filename="report.txt"'),
        ("REPORT.TXT", 'filename="REPORT.TXT"'),
        ("Übersicht café.txt", "filename=\"Ubersicht cafe.txt\"; filename*=UTF-8''%C3%9Cbersicht%20caf%C3%A9.txt"),
        ("苦情.txt", "filename=\"file.txt\"; filename*=UTF-8''%E8%8B%A6%E6%83%85.txt"),
        ('say "hi"; now.txt', "filename=\"say _hi__ now.txt\"; filename*=UTF-8''say%20%22hi%22%3B%20now.txt"),
        ("100% sure\\.txt", "filename=\"100_ sure_.txt\"; filename*=UTF-8''100%25%20sure%5C.txt"),
        ("a'b*c.txt", "filename=\"a_b_c.txt\"; filename*=UTF-8''a%27b%2Ac.txt"),
    ],
)
def test_a_name_reaches_every_browser(name, said):
    assert serving.disposition(name) == f"attachment; {said}"


def test_a_name_never_breaks_a_header(given):
    answer = given(b"words", "a\r\nSet-Cookie: x=1\r\n.txt")
    assert "\r" not in answer.headers["Content-Disposition"]
    assert "x=1" not in answer.headers.get("Set-Cookie", "")


PARTS = [
    ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
    ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
    ("bytes=-2", 206, b"89", "bytes 8-9/10"),
    ("bytes=-200", 206, DIGITS, "bytes 0-9/10"),
    ("bytes=8-200", 206, b"89", "bytes 8-9/10"),
    ("bytes=9-9", 206, b"9", "bytes 9-9/10"),
    ("bytes=10-", 416, b"", "bytes */10"),
    ("bytes=500-600", 416, b"", "bytes */10"),
    ("bytes=0-1,4-5", 200, DIGITS, None),
    ("bytes=5-2", 200, DIGITS, None),
    ("bytes=x", 200, DIGITS, None),
    ("lines=0-1", 200, DIGITS, None),
    ("bytes=", 200, DIGITS, None),
]


def test_a_part_that_is_asked_for_is_given(given):
    for asked, status, got, said in PARTS:
        answer = given(DIGITS, Range=asked)
        assert (answer.status_code, answer.data, answer.headers.get("Content-Range")) == (status, got, said), asked
        assert answer.headers["Content-Length"] == str(len(got)), asked


def test_a_part_of_what_it_was_then_is_given_only_while_it_is_the_same(given):
    tag = f'"{hashlib.sha256(DIGITS).hexdigest()}"'
    assert given(DIGITS, Range="bytes=0-3", If_Range=tag).status_code == 206
    for other in ('"another"', "W/" + tag, "Mon, 01 Jun 2026 09:30:00 GMT"):
        assert given(DIGITS, Range="bytes=0-3", If_Range=other).data == DIGITS


def test_who_asks_for_the_head_gets_no_body_and_the_same_headers(given):
    got, head = given(DIGITS), given(DIGITS, method="HEAD")
    assert head.data == b""
    assert dict(head.headers).items() >= {name: got.headers[name] for name in ("Content-Length", "ETag", "Content-Type")}.items()


def test_a_large_file_is_given_in_constant_memory_and_closed_when_the_reader_goes_away(sender, kept, shown):
    number = kept(b"words\n".ljust(50 * MB, b"w")).id
    process = psutil.Process()
    before, size = process.memory_info().rss, 0
    answer = sender.client.get(f"/trial/files/{number}", buffered=False)
    for block in answer.iter_encoded():
        size += len(block)
        assert process.memory_info().rss - before < 12 * MB
    assert size == 50 * MB
    answer.close()
    files = len(process.open_files())
    gone = sender.client.get(f"/trial/files/{number}", buffered=False)
    assert len(next(gone.iter_encoded())) < MB
    gone.close()
    assert len(process.open_files()) == files


# What is not released.


def states(**facts) -> None:
    db.session.query(StoredFile).update(facts)
    db.session.commit()


SCANNED = {"scanned_at": clock.now(), "scanner": "a scanner"}


@pytest.mark.parametrize(
    ("facts", "shown_unscanned", "seen"),
    [
        ({"state": FileState.WAITING}, "yes", False),
        ({"state": FileState.UNSCANNED}, "yes", True),
        ({"state": FileState.UNSCANNED}, "no", False),
        ({"state": FileState.CLEAN, **SCANNED}, "no", True),
        ({"state": FileState.INFECTED, "malware": "Eicar", **SCANNED}, "yes", False),
        ({"state": FileState.CLEAN, "fault": Fault.ALTERED, **SCANNED}, "yes", False),
        ({"state": FileState.CLEAN, "fault": Fault.MISSING, **SCANNED}, "yes", False),
    ],
    ids=["waiting", "unscanned, shown", "unscanned", "clean", "malware", "altered", "missing"],
)
def test_only_what_is_released_can_be_seen(sender, kept, set_up, facts, shown_unscanned, seen):
    set_up(show_unscanned=shown_unscanned)
    stored = kept(b"words")
    states(**facts)
    answer = sender.client.get(f"/trial/files/{stored.id}?name=a.txt")
    stored = db.session.get_one(StoredFile, stored.id)
    assert serving.visible(stored) is seen
    assert (serving.why_not(stored) == "") is seen
    if seen:
        assert answer.data == b"words"
    else:
        assert answer.status_code == 409
        assert b"words" not in answer.data
        assert serving.why_not(stored) in answer.get_data(as_text=True).replace("&#34;", '"')


@pytest.mark.parametrize(
    ("demonstration", "setting", "seen"), [(True, "", True), (True, "no", False), (False, "", False), (False, "yes", True)]
)
def test_unscanned_files_may_be_seen_in_the_demonstration_unless_a_setting_says_otherwise(set_up, own_app, demonstration, setting, seen):
    set_up(demonstration=demonstration, show_unscanned=setting)
    assert own_app.extensions["settings"].unscanned_may_be_seen is seen


@pytest.mark.parametrize("damage", [None, b"word", b"words and more"])
def test_what_is_missing_or_not_whole_is_told_before_anything_is_sent(sender, kept, shown, own_app, damage, caplog):
    stored = kept(b"words")
    path = Path(own_app.instance_path) / "files" / stored.sha256[:2] / stored.sha256[2:]
    path.unlink()
    if damage:
        path.write_bytes(damage)
    answer = sender.client.get(f"/trial/files/{stored.id}")
    assert answer.status_code == 409
    assert "missing or damaged" in answer.get_data(as_text=True)
    assert stored.sha256 in caplog.text


def test_no_address_leads_to_a_file_by_itself(door, kept, shown):
    """The folder of the store is no folder of the web server, and a visitor is asked who they are."""
    stored = kept(b"words")
    visitor = Sender(door, None).client
    for address in (f"/files/{stored.sha256}", f"/static/../instance/files/{stored.sha256[:2]}/{stored.sha256[2:]}", f"/files/{stored.id}"):
        assert visitor.get(address).status_code == 404
    assert visitor.get(f"/trial/files/{stored.id}").status_code == 303
    assert in_store() == [stored.sha256]
