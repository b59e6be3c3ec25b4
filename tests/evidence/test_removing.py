"""Removed at the end of its time, and not a day before; held, signed or used files stay."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence.operations import deciding, pinning, removing, withdrawing
from portal.files.models import StoredFile
from portal.files.stores import store
from portal.kernel import clock
from portal.kernel.db import db
from tests import builders


def removed(on):
    """What the job did on a day, step by step."""
    done = 0
    with clock.at(on):
        for step in removing.remove(on):
            db.session.commit()
            done += step()
            db.session.commit()
    return done


@pytest.fixture
def withdrawn(cast):
    item = builders.an_item(cast)
    withdrawing.withdraw(item, version=item.version, reason="Out of date", by=cast.priya)
    db.session.commit()
    return item


def kept(item):
    db.session.expire_all()
    (version,) = builders.versions_of(item)
    return version.file_id is not None, store().size(version.sha256) is not None


def test_what_is_withdrawn_is_removed_after_six_years_and_its_hash_stays(withdrawn):
    assert removed(dt.date(2032, 6, 1)) == 0
    assert kept(withdrawn) == (True, True)
    assert removed(dt.date(2032, 6, 2)) == 1
    assert kept(withdrawn) == (False, False)
    (version,) = builders.versions_of(withdrawn)
    assert len(version.sha256) == 64
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0
    told = audit.trail(withdrawn.organisation_id, withdrawn.audited_as())[0]
    assert (told.event, told.facts) == (Event.EVIDENCE_REMOVED, {"numbers": [1]})
    assert removed(dt.date(2033, 1, 1)) == 0


def test_the_page_says_that_it_was_removed(withdrawn, browser):
    removed(dt.date(2032, 6, 2))
    page = browser("priya").open(f"/evidence/{withdrawn.reference}")
    assert "The file was removed on 2 June 2032." in page.text
    browser("priya").open(f"/evidence/{withdrawn.reference}/versions/1/file", status=404)


def test_what_is_held_stays(withdrawn, cast):
    withdrawing.keep(withdrawn, version=withdrawn.version, reason="The coroner asked for it.", by=cast.edwin)
    db.session.commit()
    assert removed(dt.date(2050, 1, 1)) == 0


def test_what_was_signed_stays_for_good_even_when_the_pin_was_taken_away(cast):
    item = builders.an_item(cast)
    pin = builders.a_pin(cast, "AS-TEST222/NHS-1.1", item)
    pinning.freeze(cast.trust.id, ["AS-TEST222/NHS-1.1"])
    with builders.made_up_places():
        pinning.unpin(pin, builders.a_place(cast, "AS-TEST222/NHS-1.1"), by=cast.priya)
    withdrawing.withdraw(item, version=item.version, reason="Out of date", by=cast.priya)
    db.session.commit()
    assert removed(dt.date(2050, 1, 1)) == 0
    assert kept(item) == (True, True)


def test_what_was_signed_stays_though_its_pin_went_to_a_new_version_and_it_was_stopped(cast):
    item = builders.released(builders.an_item(cast))
    assessment = builders.a_started_assessment(cast)
    place = f"{assessment.reference}/NHS-1.1"
    builders.a_pin(cast, place, item)
    pinning.freeze(cast.trust.id, [place])  # as a signature does, before the assessment is reopened
    db.session.commit()
    builders.a_replacement(cast, item)
    first = builders.versions_of(item)[0]
    deciding.stop(first, reason="It names a patient.", by=cast.priya)
    db.session.commit()
    assert removed(dt.date(2050, 1, 1)) == 0
    db.session.expire_all()
    assert [version.file_id is not None for version in builders.versions_of(item)] == [True, True]


def test_what_is_in_use_stays(cast):
    item = builders.an_item(cast)
    assert removed(dt.date(2050, 1, 1)) == 0
    assert kept(item) == (True, True)


def test_what_was_stopped_is_removed_after_thirty_days(cast):
    item = builders.an_item(cast)
    (version,) = builders.versions_of(item)
    deciding.stop(version, reason="It names a patient.", by=cast.priya)
    db.session.commit()
    assert removed(dt.date(2026, 7, 1)) == 0
    assert removed(dt.date(2026, 7, 2)) == 1
    assert kept(item) == (False, False)


def test_content_that_another_organisation_uses_stays(cast, withdrawn):
    theirs = builders.an_item(cast, cast.other, by="sam", content=b"The text of Complaints policy.")
    assert removed(dt.date(2032, 6, 2)) == 1
    assert kept(withdrawn) == (False, True)
    assert kept(theirs) == (True, True)
