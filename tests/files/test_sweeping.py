"""Once a week every stored file is hashed again; what rotted or vanished is told once, and what nobody kept is removed."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.files import stores, sweeping
from portal.files.models import Fault, FileState, StoredFile
from portal.jobs import delivery, runner
from portal.kernel import clock
from portal.kernel.db import db
from portal.outbox import Letter, OutgoingLetter
from tests.files.conftest import detached, in_store, on_the_way, rows
from tests.people import Cast

DAY = dt.timedelta(days=1)
NONE, ALTERED, MISSING = Fault.NONE, Fault.ALTERED, Fault.MISSING


@pytest.fixture
def where(own_app):
    def of(stored: StoredFile) -> Path:
        return Path(own_app.instance_path) / "files" / stored.sha256[:2] / stored.sha256[2:]

    return of


def faults() -> list[Fault]:
    return [one.fault for one in rows()]


def letters() -> list[OutgoingLetter]:
    db.session.rollback()
    found = db.session.query(OutgoingLetter).filter_by(letter=Letter.FILE_DAMAGED.name).order_by(OutgoingLetter.id).all()
    return detached(found)


def checked(own_app, days: int) -> int:
    with clock.at(clock.now() + days * DAY):
        return runner.run_job(own_app, "check-files")


def test_each_file_is_hashed_again_when_a_week_has_passed(own_app, kept):
    kept(b"one")
    with clock.at(clock.now() + 3 * DAY):
        kept(b"another")
    assert checked(own_app, 6) == 0
    assert checked(own_app, 8) == 1
    assert [one.checked_at for one in rows()] == [clock.now() + 8 * DAY, None]
    assert checked(own_app, 11) == 1
    assert checked(own_app, 16) == 1
    assert checked(own_app, 23) == 2
    assert faults() == [NONE, NONE]
    assert letters() == []


def test_what_rotted_or_vanished_is_told_once_to_every_administrator(own_app, kept, where):
    Cast.arrive()
    db.session.rollback()
    whole, rotten, gone = kept(b"whole"), kept(b"rotten"), kept(b"gone")
    where(rotten).write_bytes(b"rotted")
    where(gone).unlink()
    assert checked(own_app, 8) == 3
    assert faults() == [NONE, ALTERED, MISSING]
    [letter] = letters()
    assert letter.to_address == "ada@example.org"
    told = delivery.written(letter, own_app.extensions["settings"]).get_content()
    for one, named in ((rotten, True), (gone, True), (whole, False)):
        assert (one.sha256 in told) is named
    assert checked(own_app, 16) == 3
    assert len(letters()) == 1, "the same damage is not told again"
    where(whole).unlink()
    assert checked(own_app, 24) == 3
    assert len(letters()) == 2
    assert whole.sha256 in letters()[1].facts
    assert rotten.sha256 not in letters()[1].facts


def test_a_disk_that_dies_sends_one_letter_a_day_and_not_one_for_each_file(own_app, kept, where):
    Cast.arrive()
    db.session.rollback()
    for number in range(sweeping.AT_ONCE * 2 + 3):
        where(kept(f"{number}".encode())).unlink()
    assert checked(own_app, 8) == sweeping.AT_ONCE * 2 + 3
    assert set(faults()) == {MISSING}
    assert len(letters()) == 1


def test_what_comes_back_is_whole_again(own_app, kept, where):
    stored = kept(b"words")
    where(stored).rename(where(stored).with_name("away"))
    checked(own_app, 8)
    assert faults() == [MISSING]
    where(stored).with_name("away").rename(where(stored))
    checked(own_app, 16)
    assert faults() == [NONE]


def test_a_check_that_was_broken_off_goes_on_where_it_was(own_app, kept, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    monkeypatch.setattr(sweeping, "_DUE", sweeping._DUE.limit(2))
    for number in range(5):
        kept(f"{number}".encode())
    with clock.at(clock.now() + 8 * DAY):
        steps = sweeping.check(lambda _: None)
        assert next(steps)() == 2
        db.session.commit()
        del steps  # the worker was stopped
        assert runner.run_job(own_app, "check-files") == 3
    assert all(one.checked_at == clock.now() + 8 * DAY for one in rows())


def test_a_file_mended_while_it_was_hashed_stays_mended(own_app, kept, where):
    stored = kept(b"words")
    where(stored).unlink()
    with clock.at(clock.now() + 8 * DAY):
        steps = sweeping.check(lambda _: pytest.fail("it was told"))
        step = next(steps)  # hashed: missing
        kept(b"words")  # and handed in again before that is written down
        step()
        db.session.commit()
    assert faults() == [NONE]
    assert where(stored).read_bytes() == b"words"


def test_malware_whose_bytes_were_removed_is_not_missing(own_app, kept, where):
    stored = kept(b"words")
    where(stored).unlink()
    db.session.query(StoredFile).update(
        {"state": FileState.INFECTED, "malware": "Eicar", "scanned_at": clock.now(), "scanner": "a scanner"}
    )
    db.session.commit()
    assert checked(own_app, 8) == 0
    assert faults() == [NONE]


def test_nobody_waits_for_the_database_while_files_are_hashed(own_app, kept, monkeypatch):
    kept(b"words")
    real = sweeping._hashed_again

    def hashed(sha256: str) -> Fault:
        with db.engine.begin() as another:
            another.exec_driver_sql("UPDATE files SET claimed_at = NULL")
        return real(sha256)

    monkeypatch.setattr(sweeping, "_hashed_again", hashed)
    assert checked(own_app, 8) == 1


def test_a_bucket_is_checked_and_swept_in_the_same_way(own_app, set_up, s3, kept, tmp_path):
    set_up(**s3.settings(f"swept/{uuid.uuid4().hex}"))
    whole, rotten, gone = kept(b"whole"), kept(b"rotten"), kept(b"gone")
    (tmp_path / "rotted").write_bytes(b"rotted")
    (tmp_path / "nobody's").write_bytes(b"nobody's")
    stores.store().put(rotten.sha256, tmp_path / "rotted")
    stores.store().delete(gone.sha256)
    stores.store().put("ab" * 32, tmp_path / "nobody's")
    checked(own_app, 8)
    assert faults() == [NONE, ALTERED, MISSING]
    assert runner.run_job(own_app, "clear-files") == 1
    assert in_store() == sorted([whole.sha256, rotten.sha256])


def test_a_store_that_does_not_answer_is_no_damage(own_app, set_up, kept):
    kept(b"words")
    set_up(file_store="s3://handed-in", s3_endpoint="http://127.0.0.1:9", s3_key="k", s3_secret="s")
    with clock.at(clock.now() + 8 * DAY):
        assert runner.tick(own_app) >= 1  # the other jobs
    assert [(one.fault, one.checked_at) for one in rows()] == [(NONE, None)]


# What nobody kept.


def test_stored_bytes_that_no_row_names_are_removed(own_app, kept, where, tmp_path):
    stored = kept(b"words")
    (tmp_path / "left").write_bytes(b"left by a killed process")
    for name in ("ab" * 32, "cd" * 32):
        stores.store().put(name, tmp_path / "left")
    assert runner.run_job(own_app, "clear-files") == 2
    assert in_store() == [stored.sha256]
    assert where(stored).read_bytes() == b"words"
    assert runner.run_job(own_app, "clear-files") == 0


def test_what_a_killed_upload_left_is_removed_and_one_under_way_is_not(own_app):
    folder = stores.incoming_folder()
    (folder / "incoming-left").write_bytes(b"half of a file")
    file, path = stores.at_work_on(folder)
    with file:
        file.write(b"half of another")
        file.flush()
        assert runner.run_job(own_app, "clear-files") == 1
        assert on_the_way() == [path]
    assert runner.run_job(own_app, "clear-files") == 1
    assert on_the_way() == []


def test_a_file_made_this_moment_is_not_taken_for_one_that_was_left(own_app):
    """Between being made and being locked it is empty."""
    made = stores.incoming_folder() / "incoming-new"
    made.touch()
    os.utime(made, (clock.now().timestamp(),) * 2)
    assert runner.run_job(own_app, "clear-files") == 0
    with clock.at(clock.now() + DAY):
        assert runner.run_job(own_app, "clear-files") == 1


def test_a_lock_that_somebody_else_looks_at_is_left_alone(own_app):
    made = stores.incoming_folder() / "incoming-locked"
    made.write_bytes(b"words")
    with made.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert runner.run_job(own_app, "clear-files") == 0
    assert made.exists()


def test_what_a_killed_put_left_aside_is_removed_after_an_hour(own_app, kept):
    stored = kept(b"words")
    aside = Path(own_app.instance_path) / "files" / stored.sha256[:2] / ".unfinished-left"
    aside.mkdir()
    (aside / "file").write_bytes(b"half")
    os.utime(aside, (clock.now().timestamp(),) * 2)
    assert runner.run_job(own_app, "clear-files") == 0
    with clock.at(clock.now() + sweeping.LEFT_BEHIND * 2):
        assert runner.run_job(own_app, "clear-files") == 1
    assert not aside.exists()
    assert in_store() == [stored.sha256]


# By hand.


@pytest.fixture
def typed(own_app, monkeypatch):
    settings = own_app.extensions["settings"]
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    before = os.umask(0o022)
    yield lambda *words: CliRunner().invoke(main, words)
    os.umask(before)


def test_a_person_can_have_every_file_hashed_now(typed, kept, where):
    whole, rotten = kept(b"whole"), kept(b"rotten")
    told = typed("files", "verify")
    assert (told.exit_code, told.output) == (0, "2 stored files were hashed again: all as received.\n")
    where(rotten).write_bytes(b"rotted")
    for _ in range(2):  # also what was found before is named
        told = typed("files", "verify")
        assert told.exit_code == 1
        assert told.output == f"{rotten.sha256} (6 bytes, received 2026-06-01) is altered\n"
    assert whole.sha256 not in told.output
    where(rotten).write_bytes(b"rotten")
    assert typed("files", "verify").exit_code == 0


def test_verifying_says_so_where_nothing_was_handed_in(typed):
    assert typed("files", "verify").output == "No stored files were hashed again: all as received.\n"


def test_verifying_a_store_that_does_not_answer_says_so(typed, kept, monkeypatch):
    kept(b"words")
    for name, value in (("FILE_STORE", "s3://handed-in"), ("S3_ENDPOINT", "http://127.0.0.1:9"), ("S3_KEY", "k"), ("S3_SECRET", "s")):
        monkeypatch.setenv(f"PORTAL_{name}", value)
    told = typed("files", "verify")
    assert told.exit_code == 1
    assert "does not answer" in told.output


# portal check.


def test_the_check_tells_of_the_store_and_that_nothing_scans(typed, kept):
    kept(b"words")
    told = typed("check").output
    assert "sound: files: 1 in the folder " in told
    assert "0 damaged" in told
    assert "sound: scanner: none is set" in told
    assert len(in_store()) == 1


def test_the_check_tries_the_scanner_out(typed, clamd, monkeypatch):
    monkeypatch.setenv("PORTAL_SCANNER", clamd)
    told = typed("check").output
    assert "sound: scanner: ClamAV " in told
    assert "finds the EICAR test file and takes 50 MB" in told


def test_the_check_finds_a_scanner_that_does_not_answer_or_takes_too_little(typed, monkeypatch, tmp_path, clamd):
    from tests import servers

    monkeypatch.setenv("PORTAL_SCANNER", str(tmp_path / "nobody.sock"))
    assert "NOT SOUND: scanner: does not answer" in typed("check").output
    with servers.a_scanner(StreamMaxLength="1M") as small:
        monkeypatch.setenv("PORTAL_SCANNER", small)
        assert "raise StreamMaxLength" in typed("check").output


def test_the_check_finds_damage_and_a_store_that_cannot_be_written_to(typed, kept, where, monkeypatch):
    where(kept(b"words")).unlink()
    typed("files", "verify")
    told = typed("check")
    assert "NOT SOUND: files: 1 in the folder " in told.output
    assert "1 damaged; portal files verify names them" in told.output
    for name, value in (("FILE_STORE", "s3://handed-in"), ("S3_ENDPOINT", "http://127.0.0.1:9"), ("S3_KEY", "k"), ("S3_SECRET", "s")):
        monkeypatch.setenv(f"PORTAL_{name}", value)
    assert "NOT SOUND: files: the bucket s3://handed-in cannot be written to" in typed("check").output
