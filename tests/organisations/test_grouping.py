"""Groups: a branch has one group, and a group is nobody's branch."""

import datetime as dt

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, WrongState
from portal.organisations.operations import grouping
from portal.organisations.queries import register

SINCE, UNTIL = dt.date(2026, 4, 1), dt.date(2026, 5, 31)


def test_a_group_answers_for_a_branch_until_it_is_released(cast):
    grouping.cover_branch(cast.trust, cast.practice, SINCE, by=cast.ada)
    db.session.commit()
    assert register.covered_by(cast.practice.id).organisation_id == cast.trust.id
    grouping.release_branch(cast.trust, cast.practice, UNTIL, by=cast.ada)
    db.session.commit()
    assert register.covered_by(cast.practice.id) is None
    grouping.cover_branch(cast.other, cast.practice, UNTIL, by=cast.ada)
    db.session.commit()
    assert [told.event for told in audit.trail(cast.trust.id)] == [Event.BRANCH_RELEASED, Event.BRANCH_COVERED]


def test_groups_do_not_nest_and_a_branch_has_one(cast):
    grouping.cover_branch(cast.trust, cast.practice, SINCE, by=cast.ada)
    db.session.commit()
    for group, branch, why in (
        (cast.other, cast.practice, "already"),
        (cast.practice, cast.other, "itself a branch"),
        (cast.other, cast.trust, "branches of its own"),
        (cast.trust, cast.trust, "branch of itself"),
    ):
        with pytest.raises(Invalid, match=why):
            grouping.cover_branch(group, branch, SINCE, by=cast.ada)


def test_only_its_own_group_releases_a_branch_and_not_before_it_began(cast):
    grouping.cover_branch(cast.trust, cast.practice, SINCE, by=cast.ada)
    db.session.commit()
    with pytest.raises(WrongState):
        grouping.release_branch(cast.other, cast.practice, UNTIL, by=cast.ada)
    with pytest.raises(Invalid, match="before the first"):
        grouping.release_branch(cast.trust, cast.practice, dt.date(2026, 3, 1), by=cast.ada)
