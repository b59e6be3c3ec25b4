"""What is not handed in by its last day is recorded as such, once; who does not take part is never touched."""

import datetime as dt

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Window
from portal.assessments.operations import closing
from portal.gaps.models import Gap, GapKind
from portal.kernel import clock
from portal.kernel.db import db
from portal.outbox import OutgoingLetter
from tests.builders import a_sent_assessment, a_started_assessment, an_open_assessment

LAST = dt.date(2026, 7, 31)  # the closing day of builders' period
AFTER = LAST + dt.timedelta(1)


def closed(day):
    with clock.at(day):
        done = 0
        for step in closing.close_periods(day):
            done += step()
            db.session.commit()
        return done


def test_nothing_is_closed_on_its_last_day(cast):
    an_open_assessment(cast)
    assert closed(LAST) == 0


def test_the_day_after_it_is_not_submitted_with_a_gap_and_a_letter(cast):
    assessment = a_started_assessment(cast)
    assert closed(AFTER) == 1
    row = db.session.get_one(Assessment, assessment.id)
    assert row.state is State.NOT_SUBMITTED
    assert row.not_submitted_on == AFTER
    gap = db.session.query(Gap).one()
    assert (gap.kind, gap.about, gap.organisation_id, gap.standard) == (
        GapKind.NOT_SUBMITTED, row.reference, cast.trust.id, "NHS",
    )  # fmt: skip
    letters = db.session.query(OutgoingLetter).filter_by(letter="NOT_SUBMITTED").all()
    assert {one.to_address for one in letters} == {"priya@example.org", "edwin@example.org"}
    assert audit.trail(cast.trust.id, row.audited_as())[0].event is audit.Event.NOT_SUBMITTED


def test_closing_twice_changes_nothing(cast):
    an_open_assessment(cast)
    a_sent_assessment(cast, cast.other, by="sam")
    assert closed(AFTER) == 2
    assert closed(AFTER) == 0
    assert closed(AFTER + dt.timedelta(5)) == 0
    assert db.session.query(Gap).count() == 2


def test_who_left_is_never_called_failing(cast):
    an_open_assessment(cast)
    ada = cast.ada
    cast.trust.joined_on = None
    audit.record(audit.Event.ORGANISATION_LEFT, cast.trust, by=ada, reason="a merger is coming")
    db.session.commit()
    assert closed(AFTER) == 0
    assert db.session.query(Assessment).one().state is State.NOT_STARTED


def test_the_window_says_that_it_has_closed(cast):
    an_open_assessment(cast)
    closed(AFTER)
    assert all(window.closed_at is not None for window in db.session.query(Window))
