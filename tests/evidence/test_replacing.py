"""Replacing: a new version that never changes; of two at once, the second is told, put aside, and loses nothing."""

from __future__ import annotations

import io

import pytest

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import VersionState
from portal.evidence.models import EvidenceItem, EvidenceVersion
from portal.evidence.operations import deciding, replacing, withdrawing
from portal.evidence.queries import pins
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, WrongState
from portal.organisations.operations import memberships
from portal.policy import PORTAL, Role
from tests import builders
from tests.gaps.test_register import at_once
from tests.people import Cast


@pytest.fixture
def item(cast):
    return builders.released(builders.an_item(cast))


def test_a_replacement_is_a_version_of_its_own(cast, item):
    first = builders.versions_of(item)[0].sha256
    builders.a_replacement(cast, item, note="Approved by the board in May.")
    old, new = builders.versions_of(item)
    assert (old.sha256, old.state, new.number, item.current) == (first, VersionState.RELEASED, 2, 2)
    assert new.note == "Approved by the board in May."
    assert audit.trail(cast.trust.id, item.audited_as())[0].event is Event.EVIDENCE_REPLACED


def test_what_was_not_released_is_never_released_once_it_is_replaced(cast):
    item = builders.an_item(cast)
    builders.a_replacement(cast, item)
    old, _ = builders.versions_of(item)
    assert (old.state, old.stopped_why) == (VersionState.STOPPED, "Version 2 took its place before it was released.")


def test_the_same_again_is_no_replacement(cast, item):
    with pytest.raises(Invalid, match="same as version 1"):
        builders.a_replacement(cast, item, content=b"The text of Complaints policy.")
    link = builders.an_item(cast, link="https://example.org")
    with pytest.raises(Invalid):
        replacing.replace(link, number=1, link="https://example.org", by=cast.priya)


def test_a_link_may_take_the_place_of_a_file(cast, item):
    replacing.replace(item, number=1, link="https://example.org/policy", by=cast.priya)
    db.session.commit()
    assert builders.versions_of(item)[1].state is VersionState.RELEASED
    assert "https://example.org/policy" in item.searched


def test_what_is_withdrawn_is_not_replaced(cast, item):
    withdrawing.withdraw(item, version=item.version, reason="Old", by=cast.priya)
    with pytest.raises(WrongState):
        builders.a_replacement(cast, item)


def test_only_those_who_may_replace(cast, item):
    for name in ("edwin", "hal", "connie", "owen"):
        with pytest.raises(NotAllowed):
            builders.a_replacement(cast, item, by=name)


def test_pins_follow_where_they_may_change_and_what_was_signed_stays(cast, item):
    started = builders.a_started_assessment(cast, period="2024-25")
    signed = builders.a_signed_assessment(cast, period="2025-26")
    here, there = f"{started.reference}/NHS-1.1", f"{signed.reference}/NHS-1.1"
    builders.a_pin(cast, here, item, page=4)
    builders.a_pin(cast, there, item, page=4)
    builders.a_replacement(cast, item)
    found = pins.pins_of(cast.trust.id, [here, there])
    assert (found[here][0].number, found[there][0].number) == (2, 1)
    assert found[there][0].replaced
    builders.a_replacement(cast, item, name="third.txt", move_pins=False)
    assert pins.pins_of(cast.trust.id, [here])[here][0].number == 2


def test_the_second_of_two_is_put_aside_and_may_be_taken_into_use(cast, item):
    builders.a_replacement(cast, item, name="theirs.txt")
    mine = builders.a_replacement(cast, item, name="mine.txt", number=1)
    assert (mine.number, mine.used_at, item.current) == (3, None, 2)
    with pytest.raises(WrongState):
        replacing.use(item, 3, version=item.version - 1, by=cast.priya)
    db.session.rollback()
    replacing.use(item, 3, version=item.version, by=cast.priya)
    db.session.commit()
    assert item.current == 3
    with pytest.raises(WrongState):
        replacing.use(item, 3, version=item.version, by=cast.priya)


def test_what_was_stopped_meanwhile_is_not_taken_into_use(cast, item):
    builders.a_replacement(cast, item, name="theirs.txt")
    mine = builders.a_replacement(cast, item, name="mine.txt", number=1)
    deciding.stop(mine, reason="It names a patient.", by=cast.priya)
    db.session.commit()
    with pytest.raises(WrongState, match="cannot be taken into use: stopped"):
        replacing.use(item, 3, version=item.version, by=cast.priya)
    assert item.current == 2


def test_what_was_stopped_by_mistake_can_be_handed_in_again(cast, item):
    deciding.stop(builders.versions_of(item)[0], reason="The wrong one.", by=cast.priya)
    db.session.commit()
    again = builders.a_replacement(cast, item, content=b"The text of Complaints policy.")
    assert (again.number, again.state, item.current) == (2, VersionState.LOOKING, 2)
    deciding.stop(again, reason="The wrong one.", by=cast.priya)
    db.session.commit()
    other = builders.an_item(cast)
    assert other.reference != item.reference


def test_two_people_replace_at_once_and_the_second_is_told_and_loses_nothing(cast, item, browser):
    address = f"/evidence/{item.reference}/replace"
    memberships.take_on(cast.trust, email="hal@example.org", name="Hal Osei", roles=[Role.COMPLAINTS_MANAGER], by=PORTAL)
    db.session.commit()
    priya, again = browser("priya"), browser("hal")
    priya.open(address)
    again.open(address)
    again.press("Hand in the new version", files=[(io.BytesIO(b"Theirs."), "theirs.txt")], note="Theirs is newer.")
    page = priya.press("Hand in the new version", files=[(io.BytesIO(b"Mine."), "mine.txt")], note="Mine is longer.", status=409)
    for told in ("theirs.txt", "Theirs is newer.", "mine.txt", "Mine is longer.", "In use now: version 2", "Yours, put aside: version 3"):
        assert told in page.text
    assert "Put aside" in browser("priya").open(f"/evidence/{item.reference}").text
    page = priya.press("Use yours instead")
    assert "Version 3 is in use now." in page.text
    assert [version.name for version in builders.versions_of(item)] == ["policy.txt", "theirs.txt", "mine.txt"]


def test_a_second_window_of_ones_own_is_called_that(item, browser):
    address = f"/evidence/{item.reference}/replace"
    priya, again = browser("priya"), browser("priya")
    priya.open(address)
    again.open(address)
    again.press("Hand in the new version", form="link", link="https://example.org/1")
    page = priya.press("Hand in the new version", form="link", link="https://example.org/2", status=409)
    assert page.h1 == "You replaced this in another window"
    assert "Version 3 is in use now." in priya.press("Use this one instead").text


def test_two_machines_replacing_at_the_same_moment_make_two_versions(own_app):
    cast = Cast.arrive()
    reference, priya = builders.an_item(cast).reference, cast.priya
    db.session.remove()

    def replacement(name):
        def work():
            item = db.session.query(EvidenceItem).filter_by(reference=reference).one()
            replacing.replace(item, number=1, link=f"https://example.org/{name}", by=priya)

        return work

    assert not at_once(own_app, *(replacement(name) for name in "abcd"))
    db.session.rollback()
    versions = db.session.query(EvidenceVersion).order_by(EvidenceVersion.number).all()
    assert [one.number for one in versions] == [1, 2, 3, 4, 5]
    assert sum(one.used_at is not None for one in versions) == 2
    assert db.session.query(EvidenceItem).one().current == 2
    assert not audit.verify()


@pytest.mark.parametrize(
    ("typed", "error"),
    [({}, "Choose a file"), ({"form": "link"}, "Enter a web address that starts with https://"),
     ({"form": "held, may be inspected"}, "Enter where it is held and whom to ask")],
)  # fmt: skip
def test_a_replacement_that_is_none_is_refused(item, browser, typed, error):
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}/replace")
    assert priya.press("Hand in the new version", status=422, **typed).errors == [error]


def test_two_files_cannot_replace_one(item, browser):
    priya = browser("priya")
    priya.open(f"/evidence/{item.reference}/replace")
    two = [(io.BytesIO(b"One."), "one.txt"), (io.BytesIO(b"Two."), "two.txt")]
    assert priya.press("Hand in the new version", files=two, status=422).errors == ["Choose one file"]
    assert len(builders.versions_of(item)) == 1
