"""Mergers: the predecessor closes, its successor is known, and no circle can be made."""

import datetime as dt

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed
from portal.organisations.operations import merging
from portal.organisations.queries import register

TODAY = dt.date(2026, 6, 1)


def test_two_bodies_merge_into_one_and_history_stays(cast):
    merging.succeed(cast.other, cast.trust, TODAY, by=cast.ada)
    merging.succeed(cast.practice, cast.trust, TODAY, by=cast.ada)
    db.session.commit()
    assert cast.other.closed_on == TODAY
    assert cast.trust.closed_on is None
    assert [one.code for one in register.successors_of(cast.other.id)] == ["RTX"]
    assert [(one.organisation_id, one.successor_id) for one in register.taken_over(TODAY)] == sorted(
        [(cast.other.id, cast.trust.id), (cast.practice.id, cast.trust.id)]
    )
    assert [told.event for told in audit.trail(cast.other.id)] == [
        Event.ORGANISATION_SUCCEEDED,
        Event.ORGANISATION_CLOSED,
    ]


def test_a_body_may_be_split_between_two_and_keeps_its_closing_day(cast):
    merging.succeed(cast.other, cast.trust, dt.date(2026, 3, 31), by=cast.ada)
    merging.succeed(cast.other, cast.practice, TODAY, by=cast.ada)
    db.session.commit()
    assert cast.other.closed_on == dt.date(2026, 3, 31)
    assert len(register.successors_of(cast.other.id)) == 2


def test_a_circle_itself_a_repeat_and_a_day_to_come_are_refused(cast):
    merging.succeed(cast.other, cast.trust, TODAY, by=cast.ada)
    db.session.commit()
    for predecessor, successor, on, why in (
        (cast.trust, cast.trust, TODAY, "from itself"),
        (cast.trust, cast.other, dt.date(2026, 5, 1), "not the other way round"),
        (cast.other, cast.trust, TODAY, "already its successor"),
        (cast.practice, cast.other, TODAY, "was closed by then"),
        (cast.practice, cast.trust, TODAY + dt.timedelta(days=1), "today or in the past"),
    ):
        with pytest.raises(Invalid, match=why):
            merging.succeed(predecessor, successor, on, by=cast.ada)


def test_only_the_keeper_of_the_register_merges(cast):
    with pytest.raises(NotAllowed):
        merging.succeed(cast.other, cast.trust, TODAY, by=cast.owen)
