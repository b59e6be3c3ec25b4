"""Opening and starting: once, only for who takes part, with a row for each expectation of the profile."""

from __future__ import annotations

import datetime as dt

import pytest

from portal import audit
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment, Window
from portal.assessments.operations import opening, starting
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import NotAllowed, NotFound, WrongState
from portal.organisations.models import Branch, Organisation
from portal.standards import library
from tests import builders
from tests.people import Cast


def opened(cast: Cast, organisation: Organisation) -> Assessment | None:
    period = builders.a_period(cast)
    window = db.session.query(Window).filter_by(period_id=period.id, organisation_kind=organisation.kind).one()
    assessment = opening.open_for(organisation, period, window)
    db.session.commit()
    return assessment


def test_it_opens_not_started_with_the_days_of_its_window(cast: Cast) -> None:
    assessment = opened(cast, cast.trust)
    assert assessment is not None
    assert assessment.state is State.NOT_STARTED
    assert assessment.due_on == assessment.first_due_on == dt.date(2026, 7, 1)
    assert assessment.closes_on == dt.date(2026, 7, 31)
    told = audit.trail(cast.trust.id, f"assessment {assessment.reference}")
    assert told[0].facts == {"period": "2025-26", "standard": "NHS 1.0", "due_on": "2026-07-01"}


def test_opening_twice_opens_once(cast: Cast) -> None:
    assert opened(cast, cast.trust) is not None
    assert opened(cast, cast.trust) is None
    assert db.session.query(Assessment).count() == 1


def test_it_does_not_open_for_who_has_not_joined(cast: Cast) -> None:
    rows = Organisation.__table__
    db.session.execute(rows.update().where(rows.c.id == cast.other.id).values(joined_on=None))
    db.session.refresh(cast.other)
    assert opened(cast, cast.other) is None


def test_it_does_not_open_for_who_is_closed(cast: Cast) -> None:
    rows = Organisation.__table__
    db.session.execute(rows.update().where(rows.c.id == cast.other.id).values(closed_on=clock.today()))
    db.session.refresh(cast.other)
    assert opened(cast, cast.other) is None


def test_it_does_not_open_for_a_branch_until_the_group_lets_it_go(cast: Cast) -> None:
    db.session.add(Branch(organisation_id=cast.trust.id, branch_id=cast.other.id, since_on=clock.today()))
    db.session.commit()
    assert opened(cast, cast.other) is None
    db.session.query(Branch).one().until_on = clock.today()
    db.session.commit()
    assert opened(cast, cast.other) is not None


def test_only_the_portal_or_its_administrator_opens(cast: Cast) -> None:
    period = builders.a_period(cast)
    window = db.session.query(Window).filter_by(period_id=period.id, organisation_kind="T").one()
    with pytest.raises(NotAllowed):
        opening.open_for(cast.trust, period, window, by=cast.priya)


@pytest.mark.parametrize(("code", "by"), [("RTX", "priya"), ("A99001", "gus"), ("department-of-tests", "dot")])
def test_starting_makes_a_row_for_each_expectation_of_the_profile(cast: Cast, code: str, by: str) -> None:
    organisation = cast.bodies[code]
    assessment = builders.a_started_assessment(cast, organisation, by=by)
    profile = library.profile(library.standard(assessment.standard, "1.0"), organisation.kind)
    answers = builders.answers_of(assessment)
    assert [(one.expectation, one.target, one.weight) for one in answers] == [
        (one.code, one.target, one.weight.value) for one in profile
    ]
    assert (assessment.state, assessment.answers_wanted, assessment.answers_given) == (State.IN_PROGRESS, len(profile), 0)


def test_starting_twice_is_refused(cast: Cast) -> None:
    assessment = builders.a_started_assessment(cast)
    with pytest.raises(WrongState, match="in progress"):
        starting.start(assessment, by=cast.priya)


def test_after_the_last_day_it_cannot_be_started(cast: Cast) -> None:
    assessment = builders.an_open_assessment(cast)
    with clock.at(assessment.closes_on + dt.timedelta(1)), pytest.raises(WrongState, match="closed on"):
        starting.start(assessment, by=cast.priya)


@pytest.mark.parametrize(("who", "refusal"), [("connie", NotAllowed), ("hal", NotAllowed), ("owen", NotAllowed), ("sam", NotFound)])
def test_only_manager_and_lead_start(cast: Cast, who: str, refusal: type[Exception]) -> None:
    assessment = builders.an_open_assessment(cast)
    with pytest.raises(refusal):
        starting.start(assessment, by=getattr(cast, who))


def test_laying_out_again_changes_nothing(cast: Cast) -> None:
    assessment = builders.a_started_assessment(cast)
    starting.lay_out(assessment)
    assert len(builders.answers_of(assessment)) == 25
