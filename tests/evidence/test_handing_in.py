"""Handing in: several files at once, a link, or where something is held; the good ones are kept, and nothing typed is lost."""

from __future__ import annotations

import io

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import VersionState
from portal.kernel.db import db
from tests import builders

HAND_IN = "/organisations/RTX/evidence/hand-in"


def files(*named):
    return [(io.BytesIO(content), name) for name, content in named]


SAID = {"kind": "policy or procedure", "proves": "Everybody is told how to complain.", "owner": "Head of complaints"}


def test_a_file_is_handed_in_and_told_of(cast):
    item = builders.an_item(cast)
    assert item.received_on.isoformat() == "2026-06-01"
    assert [told.event for told in audit.trail(cast.trust.id, item.audited_as())] == [Event.EVIDENCE_HANDED_IN]
    (version,) = builders.versions_of(item)
    assert version.state is VersionState.LOOKING
    assert (version.name, version.used_at is not None) == ("policy.txt", True)
    db.session.rollback()


def test_a_file_is_handed_in_by_a_browser(browser):
    priya = browser("priya")
    priya.open(HAND_IN)
    page = priya.press("Hand in", files=files(("Complaints_policy.txt", b"Our policy.")), **SAID)
    assert page.h1 == "Complaints policy"
    assert "Being looked at" in page.text
