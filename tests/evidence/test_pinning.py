"""Pins: to the sentence, each by itself, to a version; carried to next year, and frozen by a signature."""

from __future__ import annotations

import hashlib

import pytest

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import VERSION, VersionVerb
from portal.evidence.models import Pin, Shows
from portal.evidence.operations import marking, pinning, replacing, withdrawing
from portal.evidence.queries import pins as shown
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.policy import PORTAL, Action
from tests import builders

pytestmark = pytest.mark.usefixtures("made_up_places")
HERE, THERE, ELSEWHERE = "AS-TEST222/NHS-1.1", "AS-TEST222/NHS-1.2", "AS-TEST222/NHS-2.1"


@pytest.fixture
def item(cast):
    return builders.an_item(cast)


def pinned(cast, *abouts):
    return {about: [(one.item, one.number, one.where) for one in pins]
            for about, pins in shown.pins_of(cast.trust.id, abouts).items()}  # fmt: skip


def test_one_file_is_pinned_to_three_places_and_removing_one_pin_leaves_the_others(cast, item):
    pins = {about: builders.a_pin(cast, about, item, page=page, where="second paragraph")
            for about, page in ((HERE, 4), (THERE, 7), (ELSEWHERE, 4))}  # fmt: skip
    pinning.unpin(pins[THERE], builders.a_place(cast, THERE), by=cast.priya)
    db.session.commit()
    assert pinned(cast, HERE, THERE, ELSEWHERE) == {
        HERE: [(item.reference, 1, "page 4, second paragraph")], ELSEWHERE: [(item.reference, 1, "page 4, second paragraph")],
    }  # fmt: skip
    told = [one.event for one in audit.trail(cast.trust.id, item.audited_as())]
    assert told.count(Event.EVIDENCE_PINNED) == 3
    assert told[0] is Event.PIN_REMOVED


def test_the_same_pin_again_is_the_same_pin(cast, item):
    first = builders.a_pin(cast, HERE, item, page=4)
    assert builders.a_pin(cast, HERE, item, page=4).reference == first.reference
    assert builders.a_pin(cast, HERE, item, page=5).reference != first.reference


def test_a_pin_names_another_page_and_tells_what_it_was(cast, item):
    pin = builders.a_pin(cast, HERE, item, page=4)
    pinning.change(pin, builders.a_place(cast, HERE), version=pin.version, number=1, page=9, where=" the table ", by=cast.priya)
    db.session.commit()
    assert pinned(cast, HERE) == {HERE: [(item.reference, 1, "page 9, the table")]}
    assert audit.trail(cast.trust.id, pin.audited_as())[0].facts["changes"] == {"page": [4, 9], "place": ["", "the table"]}
    with pytest.raises(Stale):
        pinning.change(pin, builders.a_place(cast, HERE), version=1, number=1, page=2, by=cast.priya)


def test_two_pins_cannot_become_one(cast, item):
    builders.a_pin(cast, HERE, item, page=4)
    other = builders.a_pin(cast, HERE, item, page=5)
    with pytest.raises(Invalid):
        pinning.change(other, builders.a_place(cast, HERE), version=other.version, number=1, page=4, by=cast.priya)


@pytest.mark.parametrize("facts", [{"page": -1}, {"page": 10_000}, {"where": "x" * 301}])
def test_a_page_or_place_that_cannot_be_is_refused(cast, item, facts):
    with pytest.raises(Invalid):
        pinning.pin(item, builders.a_place(cast, HERE), by=cast.priya, **facts)


def test_nothing_is_pinned_where_nothing_may_change(cast, item):
    with pytest.raises(WrongState, match="signed already"):
        pinning.pin(item, builders.a_place(cast, HERE, editable=False, why_not="This was signed already."), by=cast.priya)


def test_what_is_withdrawn_or_stopped_is_not_pinned(cast, item):
    (version,) = builders.versions_of(item)
    VERSION.move(version, VersionVerb.STOP)
    with pytest.raises(WrongState, match="stopped"), db.session.no_autoflush:
        pinning._version(item, 1)
    db.session.rollback()
    withdrawing.withdraw(item, version=item.version, reason="Out of date", by=cast.priya)
    db.session.commit()
    with pytest.raises(WrongState, match="withdrawn"):
        pinning.pin(item, builders.a_place(cast, HERE), by=cast.priya)


def test_nobody_pins_another_organisations_evidence(cast, item):
    with pytest.raises(NotFound):
        pinning.pin(item, builders.a_place(cast, HERE, cast.other), by=cast.sam)
    with pytest.raises(NotFound):
        pinning.pin(item, builders.a_place(cast, HERE), by=cast.sam)


def test_a_contributor_pins_only_to_what_was_assigned(cast, item):
    with pytest.raises(NotAllowed):
        pinning.pin(item, builders.a_place(cast, HERE), by=cast.connie)
    assert pinning.pin(item, builders.a_place(cast, HERE, assigned_to_id=cast.connie.id), by=cast.connie)


def test_an_executive_lead_pins_to_the_plan_but_not_to_an_answer(cast, item):
    with pytest.raises(NotAllowed):
        pinning.pin(item, builders.a_place(cast, HERE), by=cast.edwin)
    assert pinning.pin(item, builders.a_place(cast, "AC-TEST222", to_change=Action.WORK_ON_PLAN), by=cast.edwin)


def test_last_years_pins_are_carried_to_the_version_in_use(cast, item):
    builders.a_pin(cast, HERE, item, page=4)
    gone = builders.an_item(cast, title="Old minutes")
    builders.a_pin(cast, HERE, gone)
    withdrawing.withdraw(gone, version=gone.version, reason="Out of date", by=cast.priya)
    builders.a_replacement(cast, item)
    assert pinning.carry(cast.trust.id, {HERE: "AS-NEXT222/NHS-1.1"}, by=PORTAL) == 1
    db.session.commit()
    (pin,) = shown.pins_of(cast.trust.id, ["AS-NEXT222/NHS-1.1"])["AS-NEXT222/NHS-1.1"]
    assert (pin.item, pin.number, pin.page, pin.carried) == (item.reference, 2, 4, True)
    assert pinning.carry(cast.trust.id, {HERE: "AS-NEXT222/NHS-1.1"}, by=PORTAL) == 0


def test_a_signature_freezes_what_is_pinned(cast, item):
    builders.a_pin(cast, HERE, item, page=4, where="second paragraph")
    builders.a_pin(cast, THERE, builders.an_item(cast, title="The web page", link="https://example.org/policy"))
    frozen = pinning.freeze(cast.trust.id, [HERE, THERE, ELSEWHERE])
    db.session.commit()
    (version,) = builders.versions_of(item)
    assert frozen[HERE][0].facts() == {
        "pin": frozen[HERE][0].pin, "evidence": item.reference, "version": 1, "form": "file", "sha256": version.sha256, "page": 4,
    }  # fmt: skip
    assert frozen[THERE][0].facts()["sha256"] == hashlib.sha256(b"https://example.org/policy").hexdigest()
    assert {one.frozen_at is not None for one in db.session.query(Pin)} == {True}
    assert pinning.freeze(cast.trust.id, []) == {}


def test_what_a_signature_holds_is_never_pointed_elsewhere(cast, item):
    pin = builders.a_pin(cast, HERE, item, page=4)
    pinning.freeze(cast.trust.id, [HERE])
    db.session.commit()
    pinning.change(pin, builders.a_place(cast, HERE), version=pin.version, number=1, page=9, by=cast.priya)
    db.session.commit()
    old, new = db.session.query(Pin).order_by(Pin.id).all()
    assert (old.page, old.removed_by, old.frozen_at is not None) == (4, "Priya Raman", True)
    assert (new.page, new.removed_at, new.frozen_at) == (9, None, None)


def test_what_a_reviewer_marked_is_never_pointed_elsewhere(cast, item):
    pin = builders.a_pin(cast, HERE, builders.released(item), page=4)
    marking.mark(pin, Shows.DOES_NOT, reason="Another year.", by=cast.owen)
    db.session.commit()
    pinning.change(pin, builders.a_place(cast, HERE), version=pin.version, number=1, page=9, by=cast.priya)
    db.session.commit()
    (left,) = shown.pins_of(cast.trust.id, [HERE])[HERE]
    assert (left.page, left.reference != pin.reference) == (9, True)
    assert shown.marks_on([left.id]) == {}


def test_the_version_in_use_is_carried_and_not_the_newest(cast, item):
    builders.a_pin(cast, HERE, item, page=4)
    builders.a_replacement(cast, item, name="second.txt")
    aside = builders.a_replacement(cast, item, name="third.txt", number=1)
    builders.a_replacement(cast, item, name="fourth.txt")
    replacing.use(item, aside.number, version=item.version, by=cast.priya)
    db.session.commit()
    pinning.carry(cast.trust.id, {HERE: "AS-NEXT222/NHS-1.1"}, by=PORTAL)
    (pin,) = shown.pins_of(cast.trust.id, ["AS-NEXT222/NHS-1.1"])["AS-NEXT222/NHS-1.1"]
    assert pin.number == item.current == 3


def test_pins_of_many_places_are_one_statement(cast, item, queries):
    for number in range(1, 9):
        builders.a_pin(cast, f"AS-TEST222/NHS-1.{number}", item, page=number)
    trust = cast.trust.id
    with queries() as seen:
        found = shown.pins_of(trust, [f"AS-TEST222/NHS-1.{number}" for number in range(1, 20)])
    assert (len(found), len(seen)) == (8, 1)


def test_the_ombudsman_is_given_only_what_was_released(cast, item):
    builders.a_pin(cast, HERE, item)
    assert shown.pins_of(cast.trust.id, [HERE], released_only=True) == {}
    builders.released(item)
    assert len(shown.pins_of(cast.trust.id, [HERE], released_only=True)[HERE]) == 1


def test_a_reviewer_marks_a_pin_and_changes_the_mark(cast, item):
    pin = builders.a_pin(cast, HERE, item)
    with pytest.raises(Invalid):
        marking.mark(pin, Shows.DOES_NOT, by=cast.owen)
    marking.mark(pin, Shows.DOES_NOT, reason="Page 4 is about parking.", by=cast.owen)
    marking.mark(pin, Shows.SHOWS, by=cast.rosa)
    db.session.commit()
    with pytest.raises(Stale):
        marking.mark(pin, Shows.SHOWS, by=cast.owen)
    marking.mark(pin, Shows.SHOWS, version=1, by=cast.owen)
    db.session.commit()
    both = shown.marks_on([pin.id])[pin.id]
    assert [(one.reviewer_id, one.shows) for one in both] == [(cast.owen.id, Shows.SHOWS), (cast.rosa.id, Shows.SHOWS)]
    assert len(shown.marks_on([pin.id], by=cast.rosa.id)[pin.id]) == 1
    for name in ("priya", "cora"):
        with pytest.raises(NotAllowed):
            marking.mark(pin, Shows.SHOWS, by=getattr(cast, name))
