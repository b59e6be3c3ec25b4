"""A merger in the middle of a period: what was not handed in is superseded, and nothing of it is lost."""

import datetime as dt

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Answer, Assessment
from portal.assessments.operations.superseding import supersede
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Organisation, Succession
from portal.organisations.operations.grouping import cover_branch
from tests.builders import a_started_assessment


def merged(cast, on):
    """The trust closed on a day and the other trust took over."""
    ada = cast.ada
    trust = db.session.get_one(Organisation, cast.trust.id)
    trust.closed_on = on
    db.session.add(Succession(organisation_id=trust.id, successor_id=cast.other.id, on=on))
    audit.record(audit.Event.ORGANISATION_CLOSED, trust, by=ada, closed_on=on, source="a test")
    db.session.commit()


def run(today):
    done = sum(step() for step in supersede(today))
    db.session.commit()
    return done


def test_an_assessment_under_way_is_superseded_once_and_keeps_its_answers(cast):
    assessment = a_started_assessment(cast)
    kept = db.session.query(Answer).filter_by(assessment_id=assessment.id).count()
    merged(cast, clock.today())
    assert run(clock.today()) == 1
    assert run(clock.today()) == 0
    db.session.expire_all()
    assessment = db.session.get_one(Assessment, assessment.id)
    assert assessment.state is State.SUPERSEDED
    assert db.session.query(Answer).filter_by(assessment_id=assessment.id).count() == kept > 0
    (told,) = audit.trail(assessment.organisation_id, f"assessment {assessment.reference}", limit=1)
    assert told.facts == {"successor": cast.other.name}


def test_nothing_is_superseded_before_the_day_it_closes(cast):
    a_started_assessment(cast)
    merged(cast, clock.today() + dt.timedelta(days=30))
    assert run(clock.today()) == 0


def test_what_a_branch_had_under_way_is_superseded_by_its_group(cast):
    assessment = a_started_assessment(cast)
    cover_branch(db.session.get_one(Organisation, cast.other.id), db.session.get_one(Organisation, cast.trust.id), clock.today(), by=cast.ada)
    db.session.commit()
    assert run(clock.today()) == 1
    assert run(clock.today()) == 0
    db.session.expire_all()
    assessment = db.session.get_one(Assessment, assessment.id)
    assert assessment.state is State.SUPERSEDED
    (told,) = audit.trail(assessment.organisation_id, f"assessment {assessment.reference}", limit=1)
    assert told.facts == {"successor": cast.other.name}
