"""The web server and the worker, killed at random while 200 files are handed in: what was acknowledged is there and whole."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event, Record
from portal.evidence.lifecycle import VersionState
from portal.evidence.models import EvidenceItem, EvidenceVersion, Form
from portal.files import stores
from portal.files.models import FileState, StoredFile
from portal.jobs import runner
from portal.kernel import clock
from portal.kernel.db import db
from tests.files import a_portal
from tests.files.conftest import in_store, on_the_way
from tests.people import Cast

HAND_IN = "/organisations/RTX/evidence/hand-in"
SAID = {"form": "file", "kind": "policy or procedure", "proves": "Everybody is told how to complain.", "owner": "Head of complaints",
        "confidentiality": "for the Ombudsman only"}  # fmt: skip
HOW_MANY, AT_ONCE = 200, 8
pytestmark = pytest.mark.slow


class People:
    """Eight people who hand in until there are 200 acknowledged files, whatever happens to the server."""

    def __init__(self, one: a_portal.OverTheWire) -> None:
        self.one, self.acknowledged, self.cut_off, self.refused, self.workers_killed = one, set[str](), 0, list[str](), 0
        self.threads = [threading.Thread(target=self._hand_in, args=(who,), daemon=True) for who in range(AT_ONCE)]

    def _hand_in(self, who: int) -> None:
        number = 0
        while not self.done:
            number += 1
            content = f"Our policy, {who} {number}.\n".encode() * random.randrange(1, 9000)
            body, kind = self.one.sender.body((f"policy {who} {number}.txt", content), **SAID)
            try:
                status, told = self.one.post(HAND_IN, body, kind)
            except (OSError, a_portal.http.client.HTTPException):
                self.cut_off += 1
                time.sleep(0.05)
                continue
            if status != 303:
                self.refused.append(f"{status}: {told[:3000]!r}")
                return
            self.acknowledged.add(hashlib.sha256(content).hexdigest())

    @property
    def done(self) -> bool:
        return len(self.acknowledged) >= HOW_MANY or bool(self.refused)


def test_whatever_was_acknowledged_is_whole_and_nothing_else_is_half_there(own_app, clamd):
    app_settings = dataclasses.replace(own_app.extensions["settings"], port=a_portal.a_free_port(), scanner=clamd)
    own_app.extensions["settings"] = app_settings
    people = People(a_portal.somebody(app_settings, Cast.arrive().sign_in("priya")))
    db.session.remove()
    worker = threading.Thread(target=_worker_that_is_killed, args=(app_settings, people), daemon=True)
    for thread in (*people.threads, worker):
        thread.start()
    kills = 0
    deadline = time.monotonic() + 300
    while not people.done and time.monotonic() < deadline:
        with a_portal.running(app_settings) as server:
            before = len(people.acknowledged)
            while not people.done and len(people.acknowledged) < before + 40 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(random.random() / 5)
            a_portal.kill(server)
            kills += 1
    for thread in (*people.threads, worker):
        thread.join(60)
    print(f"{len(people.acknowledged)} acknowledged, {kills} servers and {people.workers_killed} workers killed, {people.cut_off} cut off")
    assert people.refused == []
    assert len(people.acknowledged) >= HOW_MANY
    assert kills >= 4
    assert people.workers_killed >= 2

    _everything_is_looked_at(own_app)
    told = {record.about: record for record in db.session.scalars(sa.select(Record).where(Record.event == Event.EVIDENCE_HANDED_IN.name))}
    kept = db.session.execute(
        sa.select(EvidenceItem.reference, EvidenceVersion, StoredFile)
        .join(EvidenceVersion, EvidenceVersion.item_id == EvidenceItem.id, isouter=True)
        .join(StoredFile, StoredFile.id == EvidenceVersion.file_id, isouter=True)
    ).all()
    assert people.acknowledged <= {file.sha256 for _, _, file in kept}
    assert set(told) == {f"evidence {reference}" for reference, _, _ in kept}
    for _, version, file in kept:
        assert (version.form, version.state, file.state) == (Form.FILE, VersionState.RELEASED, FileState.CLEAN)
        content = b"".join(stores.store().chunks(file.sha256))
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
    for event in (Event.EVIDENCE_SCANNED, Event.PERSONAL_DATA_LOOKED_FOR):  # once each, however often a worker was killed
        abouts = db.session.scalars(sa.select(Record.about).where(Record.event == event.name)).all()
        assert sorted(abouts) == sorted(told)
    assert in_store() == sorted(file.sha256 for _, _, file in kept)
    assert on_the_way() == []
    assert audit.verify() == []


def _worker_that_is_killed(settings, people: People) -> None:
    """A worker that is killed every few seconds, while it scans and while it reads."""
    while not people.done:
        with a_portal.working(settings):
            time.sleep(random.uniform(0.5, 4))
            people.workers_killed += 1


def _everything_is_looked_at(app) -> None:
    """What a killed worker had in hand is taken up by the next one, once its claim has run out."""
    for later in (timedelta(0), timedelta(hours=2)):
        with clock.at(datetime.now(UTC) + later):  # the servers' time, not the tests'
            while sum(runner.run_job(app, job) for job in ("scan-files", "look-into-evidence")):
                pass
            runner.run_job(app, "clear-files")
