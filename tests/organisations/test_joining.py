"""Taking part: voluntary, recorded, and never for a body that is closed or answered for by a group."""

import datetime as dt

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.organisations.operations import grouping, joining, merging

TODAY = dt.date(2026, 6, 1)


def test_a_body_leaves_with_a_reason_and_joins_again(cast):
    joining.leave(cast.trust, reason="We are rebuilding our complaints team.", by=cast.bea)
    db.session.commit()
    assert cast.trust.joined_on is None
    joining.join(cast.trust, by=cast.edwin)
    db.session.commit()
    assert cast.trust.joined_on == TODAY
    newest, before = audit.trail(cast.trust.id)
    assert (newest.event, before.event) == (Event.ORGANISATION_JOINED, Event.ORGANISATION_LEFT)
    assert before.facts == {"reason": "We are rebuilding our complaints team."}


def test_a_reason_is_needed_and_twice_is_refused(cast):
    with pytest.raises(Invalid, match="why it stops"):
        joining.leave(cast.trust, reason=" ", by=cast.bea)
    with pytest.raises(WrongState, match="taking part since 1 June 2026"):
        joining.join(cast.trust, by=cast.bea)


def test_a_closed_body_and_a_branch_do_not_join(cast):
    for body in (cast.other, cast.practice):
        joining.leave(body, reason="It closes.", by=cast.ada)
    merging.succeed(cast.other, cast.trust, TODAY, by=cast.ada)
    grouping.cover_branch(cast.trust, cast.practice, TODAY, by=cast.ada)
    db.session.commit()
    with pytest.raises(WrongState, match="closed on"):
        joining.join(cast.other, by=cast.ada)
    with pytest.raises(WrongState, match="through that group"):
        joining.join(cast.practice, by=cast.ada)


def test_a_manager_may_not_and_a_stranger_sees_nothing(cast):
    with pytest.raises(NotAllowed):
        joining.leave(cast.trust, reason="x", by=cast.priya)
    with pytest.raises(NotFound):
        joining.leave(cast.trust, reason="x", by=cast.nadia)
