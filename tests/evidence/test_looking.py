"""What the worker does: takes on from the scanner, looks, releases what is clear, asks about the rest, tells who must know."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence import reading
from portal.evidence.lifecycle import VersionState
from portal.evidence.models import EvidenceItem, EvidenceVersion
from portal.evidence.operations import deciding, looking, replacing
from portal.evidence.queries import items
from portal.files.models import FileState, StoredFile
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership
from portal.outbox import Letter, OutgoingLetter
from tests import builders
from tests.evidence.papers import a_docx, a_pdf
from tests.gaps.test_register import at_once
from tests.people import Cast

NHS_NUMBER = "943 476 5919"  # a number that is good for tests alone


def state(item, number=1):
    db.session.expire_all()
    return builders.versions_of(item)[number - 1].state


def scanned(item, outcome, **facts):
    """What the scanner said of the file."""
    version = builders.versions_of(item)[0]
    told = {"scanned_at": clock.now(), "scanner": "ClamAV", **facts} if outcome in (FileState.CLEAN, FileState.INFECTED) else {}
    db.session.execute(sa.update(StoredFile).where(StoredFile.id == version.file_id).values(state=outcome, **told))
    db.session.commit()


def waiting_for_the_scanner(cast, monkeypatch, app, **facts):
    """Handed in where a scanner is set up."""
    monkeypatch.setitem(app.extensions, "settings", type(app.extensions["settings"])(
        **{**vars(app.extensions["settings"]), "scanner": "/nowhere/clamd.sock"}
    ))  # fmt: skip
    return builders.an_item(cast, **facts)


def letters(letter):
    return [(row.to_address, json.loads(row.facts)) for row in db.session.query(OutgoingLetter).filter_by(letter=letter.name)]


def test_what_is_clear_is_released(cast):
    item = builders.an_item(cast)
    assert builders.the_worker_is_done() == 1
    assert state(item) is VersionState.RELEASED
    told = audit.trail(cast.trust.id, item.audited_as())[0]
    assert (told.event, told.by_name, told.facts) == (
        Event.PERSONAL_DATA_LOOKED_FOR, "the portal", {"number": 1, "found": {}, "could_be_read": True}
    )  # fmt: skip
    assert builders.the_worker_is_done() == 0


def test_what_looks_like_personal_data_waits_for_a_choice_and_whoever_handed_it_in_is_told(cast):
    item = builders.an_item(cast, name="letter.pdf", content=a_pdf("Our policy.", f"About {NHS_NUMBER} of the ward"))
    builders.the_worker_is_done()
    assert state(item) is VersionState.CHOICE
    (found,) = items.findings(builders.versions_of(item)[0].id)
    assert (found.kind, found.place) == ("NHS number", "page 2")
    assert "4765" not in found.excerpt.replace(" ", "")
    ((to, facts),) = letters(Letter.EVIDENCE_NEEDS_A_CHOICE)
    assert (to, facts["reference"]) == ("priya@example.org", item.reference)
    assert "943" not in json.dumps(facts)
    assert audit.trail(cast.trust.id, item.audited_as())[0].facts["found"] == {"NHS number": 1}


def test_a_file_that_cannot_be_looked_into_says_so(cast, monkeypatch):
    def fails(*_args):
        raise RuntimeError("a fault in the reader")

    monkeypatch.setattr(reading, "look_safely", fails)
    item = builders.an_item(cast)
    builders.the_worker_is_done()
    (version,) = builders.versions_of(item)
    assert (version.state, version.could_be_read) == (VersionState.CHOICE, False)
    assert version.unread_why == "The portal could not look into this file."


def test_twenty_files_that_need_a_choice_are_one_letter(cast):
    for number in range(3):
        builders.an_item(cast, title=f"Letter {number}", content=f"{number}: {NHS_NUMBER}".encode())
    builders.the_worker_is_done()
    assert len(letters(Letter.EVIDENCE_NEEDS_A_CHOICE)) == 1


def test_once_that_person_has_left_the_managers_are_told(cast):
    item = builders.an_item(cast, content=NHS_NUMBER.encode(), by="priya")
    left = db.session.query(Membership).filter_by(person_id=cast.rows["priya"].id).one()
    table = Membership.__table__
    yesterday = clock.today() - dt.timedelta(1)
    db.session.execute(sa.update(table).where(table.c.id == left.id).values(until_on=yesterday))
    db.session.execute(sa.update(table).where(table.c.person_id == cast.rows["hal"].id).values(role=left.role))
    db.session.commit()
    builders.the_worker_is_done()
    assert state(item) is VersionState.CHOICE
    assert [to for to, _ in letters(Letter.EVIDENCE_NEEDS_A_CHOICE)] == ["hal@example.org"]


def test_nothing_is_looked_into_before_the_scanner_is_done(cast, monkeypatch, app):
    item = waiting_for_the_scanner(cast, monkeypatch, app)
    assert state(item) is VersionState.RECEIVED
    assert builders.the_worker_is_done() == 0
    scanned(item, FileState.CLEAN)
    assert builders.the_worker_is_done() == 2
    assert state(item) is VersionState.RELEASED
    assert Event.EVIDENCE_SCANNED in [one.event for one in audit.trail(cast.trust.id, item.audited_as())]


def test_malware_is_refused_and_told(cast, monkeypatch, app):
    item = waiting_for_the_scanner(cast, monkeypatch, app)
    scanned(item, FileState.INFECTED, malware="Eicar-Test-Signature")
    assert builders.the_worker_is_done() == 1
    assert state(item) is VersionState.REFUSED
    ((to, facts),) = letters(Letter.EVIDENCE_REFUSED)
    assert (to, facts["malware"], facts["file"]) == ("priya@example.org", "Eicar-Test-Signature", "policy.txt")
    assert builders.the_worker_is_done() == 0


def test_malware_that_is_found_later_is_refused_too(cast):
    item = builders.an_item(cast)
    builders.the_worker_is_done()
    scanned(item, FileState.INFECTED, malware="Eicar-Test-Signature")
    builders.the_worker_is_done()
    assert state(item) is VersionState.REFUSED


def test_a_worker_that_vanished_is_followed_by_another(cast):
    item = builders.an_item(cast)
    steps = looking.look_into()
    next(steps)()  # claimed, and then the worker was killed
    db.session.commit()
    steps.close()
    assert builders.the_worker_is_done() == 0
    with clock.at(clock.now() + dt.timedelta(minutes=16)):
        assert builders.the_worker_is_done() == 1
    assert state(item) is VersionState.RELEASED


def test_a_look_that_comes_too_late_changes_nothing(cast):
    item = builders.an_item(cast)
    steps = looking.look_into()
    next(steps)()
    db.session.commit()
    written = next(steps)  # it has looked, and has not written it down yet
    builders.a_replacement(cast, item)
    assert written() == 0
    db.session.commit()
    assert state(item, 1) is VersionState.STOPPED


def test_no_transaction_is_open_while_a_document_is_looked_into(cast, monkeypatch):
    seen = []

    def looks(_path, _kind):
        seen.append(db.session().in_transaction())
        return reading.Look((), True)

    monkeypatch.setattr(reading, "look_safely", looks)
    builders.an_item(cast)
    builders.the_worker_is_done()
    assert seen == [False]


@pytest.fixture
def with_an_author(cast):
    item = builders.an_item(cast, name="policy.docx", content=a_docx(author="Jane Bloggs"))
    builders.the_worker_is_done()
    assert state(item) is VersionState.CHOICE
    return item


def test_hidden_details_are_taken_out_into_a_new_version_that_is_looked_into_again(cast, with_an_author):
    place = "AS-TEST222/NHS-1.1"
    deciding.strip(builders.versions_of(with_an_author)[0], by=cast.priya)
    db.session.commit()
    assert state(with_an_author) is VersionState.STRIPPING
    builders.a_pin(cast, place, with_an_author)
    builders.the_worker_is_done()
    old, new = builders.versions_of(with_an_author)
    assert (old.state, new.state, new.stripped_from) == (VersionState.STOPPED, VersionState.RELEASED, 1)
    assert (new.received_by, new.note) == ("Priya Raman", "Version 1 without hidden details")
    db.session.refresh(with_an_author)
    assert with_an_author.current == 2
    assert items.findings(new.id) == []


def test_what_cannot_be_taken_out_is_asked_about_again(cast, with_an_author, monkeypatch):
    monkeypatch.setattr(reading, "strip_safely", lambda *_: False)
    deciding.strip(builders.versions_of(with_an_author)[0], by=cast.priya)
    db.session.commit()
    builders.the_worker_is_done()
    (version,) = builders.versions_of(with_an_author)
    assert (version.state, version.choice, version.unstrippable) == (VersionState.CHOICE, None, True)
    assert not deciding.can_be_stripped(version, items.findings(version.id), None)


def test_every_choice_leaves_nothing_waiting(cast):
    builders.an_item(cast)
    builders.the_worker_is_done()
    assert db.session.query(EvidenceVersion).filter(EvidenceVersion.claimed_at.is_not(None)).count() == 0


@pytest.mark.parametrize(
    ("letter", "facts", "told"),
    [
        (Letter.EVIDENCE_NEEDS_A_CHOICE, {"read": True}, "It found something that looks like it."),
        (Letter.EVIDENCE_NEEDS_A_CHOICE, {"read": False}, "It could not look into all of the file."),
        (Letter.EVIDENCE_REFUSED, {"malware": "Eicar-Test-Signature", "file": "policy.txt"}, "“Eicar-Test-Signature” in the file policy.txt"),
    ],
)
def test_the_letters_say_what_to_do_and_where(cast, app, letter, facts, told):
    (version,) = builders.versions_of(item := builders.an_item(cast))
    looking._tell(letter, version, item, **facts)
    db.session.flush()
    text = delivery.written(db.session.query(OutgoingLetter).one(), app.extensions["settings"]).get_content()
    assert told in " ".join(text.split())
    assert f"http://localhost/evidence/{item.reference}" in text


def test_a_look_and_replacements_at_the_same_moment_wait_for_each_other(own_app, monkeypatch):
    monkeypatch.setattr(reading, "look_safely", lambda *_: reading.Look((), True))
    cast = Cast.arrive()
    priya = cast.priya
    references = [builders.an_item(cast, title=f"Thing {number}").reference for number in range(4)]
    db.session.remove()

    def looks():
        for step in looking.look_into():
            step()
            db.session.commit()

    def replaces(reference):
        def work():
            item = db.session.query(EvidenceItem).filter_by(reference=reference).one()
            replacing.replace(item, number=1, link="https://example.org", by=priya)

        return work

    assert not at_once(own_app, looks, looks, *(replaces(one) for one in references))
    db.session.rollback()
    states = {one.state for one in db.session.query(EvidenceVersion).filter_by(number=1)}
    assert states <= {VersionState.RELEASED, VersionState.STOPPED}
    assert not audit.verify()
