"""The evidence of the demonstration: stored whole, looked into as the real reader does, and pinned as its record says."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.assessments.models import Assessment, Snapshot
from portal.audit import Event, Record
from portal.evidence.lifecycle import VERSION, VersionState, VersionVerb
from portal.evidence.models import (
    Choice,
    EvidenceItem,
    EvidenceVersion,
    Form,
    Mark,
    PersonalFinding,
    Pin,
    PinKind,
    Shows,
)
from portal.evidence.reading import look_safely
from portal.files import stores
from portal.files.models import StoredFile
from tests.demonstration.conftest import rows

pytestmark = pytest.mark.usefixtures("nothing_held")


def test_every_document_is_stored_whole_and_is_what_its_name_says(built: Flask) -> None:
    files = rows(sa.select(StoredFile.sha256, StoredFile.size, StoredFile.kind))
    assert len(files) > 50
    assert {one.kind for one in files} == {"pdf", "text", "xlsx"}
    for one in files:
        content = b"".join(stores.store().chunks(one.sha256))
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one.sha256, one.size)


def test_a_look_finds_in_each_document_what_the_demonstration_says_it_found(built: Flask) -> None:
    seen = set()
    versions = rows(
        sa.select(EvidenceVersion.id, EvidenceVersion.number, EvidenceItem.title, StoredFile.sha256, StoredFile.kind)
        .join(EvidenceItem, EvidenceItem.id == EvidenceVersion.item_id).join(StoredFile, StoredFile.id == EvidenceVersion.file_id)
    )  # fmt: skip
    for one in versions:
        if (one.title, one.number) in seen:  # of each text, one organisation's
            continue
        seen.add((one.title, one.number))
        with stores.store().path_of(one.sha256) as path:
            look = look_safely(path, one.kind)
        told = rows(sa.select(PersonalFinding.kind, PersonalFinding.place, PersonalFinding.excerpt, PersonalFinding.times)
                    .where(PersonalFinding.version_id == one.id).order_by(PersonalFinding.id))  # fmt: skip
        assert look.readable
        assert [(found.kind.value, found.place, found.excerpt, found.count) for found in look.found] == [tuple(row) for row in told]
    assert len(seen) == 7


PASSED_ON = {
    Event.EVIDENCE_SCANNED: lambda facts: VersionVerb.PASS,
    Event.PERSONAL_DATA_LOOKED_FOR: lambda facts: VersionVerb.ASK if facts["found"] else VersionVerb.RELEASE,
    Event.PERSONAL_DATA_DECIDED: lambda facts: VersionVerb.STOP if facts["choice"] == Choice.STOPPED.value else VersionVerb.EXPLAIN,
}


def test_replaying_the_record_gives_the_stored_state_of_every_file(built: Flask) -> None:
    told = rows(sa.select(Record).where(Record.about.like("evidence %")).order_by(Record.organisation_id, Record.sequence))
    lives: dict[tuple[str, int], Any] = defaultdict(lambda: SimpleNamespace(state=VERSION.first))
    for (record,) in told:
        facts = json.loads(record.facts)
        if Event[record.event] in PASSED_ON:
            VERSION.move(lives[record.about, facts["number"]], PASSED_ON[Event[record.event]](facts))
    stored = rows(sa.select(EvidenceVersion).where(EvidenceVersion.form == Form.FILE))
    assert {(one.audited_as(), one.number): one.state for (one,) in stored} == {key: life.state for key, life in lives.items()}
    assert {one.state for (one,) in stored} >= {VersionState.RELEASED, VersionState.CHOICE, VersionState.STOPPED}


def test_what_is_signed_names_the_version_that_was_pinned_then(built: Flask) -> None:
    replaced = rows(
        sa.select(Pin.reference, Pin.about, EvidenceVersion.number, EvidenceVersion.sha256, EvidenceItem.current)
        .join(EvidenceVersion, EvidenceVersion.id == Pin.version_id).join(EvidenceItem, EvidenceItem.id == Pin.item_id)
        .where(Pin.frozen_at.is_not(None), Pin.kind == PinKind.EXPECTATION)
    )  # fmt: skip
    copies: dict[str, Any] = {}
    for reference, content in rows(sa.select(Assessment.reference, Snapshot.content).join(Snapshot, Snapshot.assessment_id == Assessment.id).order_by(Snapshot.number)):
        copies[reference] = {answer["expectation"]: answer for answer in json.loads(content)["answers"]}
    assert len(replaced) > 100
    for one in replaced:
        reference, _, code = one.about.partition("/")
        [said] = [pin for pin in copies[reference][code]["evidence"] if pin["pin"] == one.reference]
        assert said["version"] == one.number
        assert said["sha256"] == one.sha256 or said["form"] != "file"
    assert any(one.number < one.current for one in replaced)
    carried = rows(sa.select(Pin.id).where(Pin.carried))
    assert len(carried) > 10
    assert {one.shows for one in rows(sa.select(Mark.shows).distinct())} == {Shows.SHOWS, Shows.DOES_NOT}
