"""A period is set, changed and opens by itself, for those who take part."""

import datetime as dt

import pytest

from portal import audit
from portal.assessments.deadlines import Days
from portal.assessments.models import Assessment, Period, Window
from portal.assessments.operations import periods
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, Stale, WrongState
from portal.organisations.models import Branch, Membership, Organisation
from portal.outbox import OutgoingLetter
from tests.builders import a_period


def opened(today=None):
    done = 0
    for step in periods.open_periods(today or clock.today()):
        done += step()
        db.session.commit()
    return done


def the_window(kind="T"):
    return db.session.query(Window).filter_by(organisation_kind=kind).one()


def letters(name):
    return db.session.query(OutgoingLetter).filter_by(letter=name).all()


def changed(window, by, version=None, **days):
    period = db.session.get_one(Period, window.period_id)
    wanted = {"opens_on": window.opens_on, "due_on": window.due_on, "closes_on": window.closes_on, **days}
    periods.change_window(
        window,
        Days(**wanted),
        standard_version=window.standard_version,
        version=period.version if version is None else version,
        by=by,
    )
    db.session.commit()


def test_a_period_opens_once_for_every_organisation_that_takes_part(cast):
    a_period(cast)
    assert opened() == 5
    assert opened() == 0
    row = db.session.query(Assessment).filter_by(organisation_id=cast.trust.id).one()
    assert (row.due_on, row.closes_on, row.first_due_on) == (dt.date(2026, 7, 1), dt.date(2026, 7, 31), dt.date(2026, 7, 1))
    assert the_window().opened_at == clock.now()
    assert {one.to_address for one in letters("PERIOD_OPENED")} == {
        f"{name}@example.org" for name in ("priya", "sam", "gus", "dot")
    }


def test_who_has_not_joined_is_closed_or_answered_for_is_left_alone(cast):
    a_period(cast)
    ada = cast.ada
    cast.other.joined_on = None
    cast.practice.closed_on = clock.today()
    db.session.add(Branch(organisation_id=cast.trust.id, branch_id=cast.department.id, since_on=clock.today()))
    for body in (cast.other, cast.practice):
        audit.record(audit.Event.ORGANISATION_CHANGED, body, by=ada, changes=[], source="test")
    db.session.commit()
    assert opened() == 2
    assert {one.organisation_id for one in db.session.query(Assessment)} == {cast.trust.id, cast.ombudsman.id}


def test_an_organisation_that_joins_later_is_opened_later_until_the_due_day(cast):
    a_period(cast)
    ada = cast.ada
    cast.other.joined_on = None
    audit.record(audit.Event.ORGANISATION_LEFT, cast.other, by=ada, reason="test")
    assert opened() == 4
    other = db.session.get_one(Organisation, cast.bodies["RYZ"].id)
    other.joined_on = clock.today()
    audit.record(audit.Event.ORGANISATION_JOINED, other, by=ada, joined_on=clock.today())
    db.session.commit()
    assert opened(dt.date(2026, 7, 2)) == 0  # whoever joins after the due day begins with the next period
    assert opened() == 1


def test_without_a_manager_the_lead_is_told_that_it_opened(cast):
    a_period(cast)
    ada = cast.ada
    manager = db.session.query(Membership).filter_by(person_id=cast.rows["priya"].id).one()
    manager.until_on = clock.today() - dt.timedelta(1)
    audit.record(audit.Event.MEMBERSHIP_ENDED, manager, by=ada, person="Priya Raman", role="", reason="left")
    db.session.commit()
    opened()
    told = {one.to_address for one in letters("PERIOD_OPENED")}
    assert {"edwin@example.org", "bea@example.org"} <= told
    assert "priya@example.org" not in told


def test_nothing_opens_before_its_day(cast):
    a_period(cast, opens_on=clock.today() + dt.timedelta(1))
    assert opened() == 0
    with clock.at(dt.date(2026, 6, 2)):
        assert opened() == 5


def test_before_it_opens_every_day_can_be_changed(cast):
    a_period(cast, opens_on=clock.today() + dt.timedelta(1))
    changed(the_window(), cast.ada, opens_on=dt.date(2026, 6, 10), due_on=dt.date(2026, 6, 20), closes_on=dt.date(2026, 6, 20))
    assert the_window().due_on == dt.date(2026, 6, 20)
    told = audit.trail(0, "period 2025-26")[0]
    assert "T due: 2026-07-01 to 2026-06-20" in told.facts["changes"]


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"opens_on": dt.date(2026, 5, 1)}, "opens_on"),
        ({"due_on": dt.date(2026, 6, 30)}, "due_on"),
        ({"closes_on": dt.date(2026, 7, 30)}, "closes_on"),
        ({"due_on": dt.date(2026, 9, 1)}, "closes_on"),  # past its own last day
    ],
)
def test_once_open_no_day_is_brought_forward(cast, days, field):
    a_period(cast)
    opened()
    with pytest.raises(Invalid) as refusal:
        changed(the_window(), cast.ada, **days)
    assert refusal.value.field == field


def test_a_later_day_moves_every_assessment_that_is_not_handed_in(cast):
    a_period(cast)
    opened()
    later = {"due_on": dt.date(2026, 7, 15), "closes_on": dt.date(2026, 8, 15)}
    changed(the_window(), cast.ada, **later)
    days = {(one.organisation_kind, one.due_on, one.closes_on) for one in db.session.query(Assessment)}
    assert ("T", dt.date(2026, 7, 15), dt.date(2026, 8, 15)) in days
    assert ("G", dt.date(2026, 7, 1), dt.date(2026, 7, 31)) in days


def test_after_it_closed_the_period_stays_as_it_was(cast):
    a_period(cast)
    opened()
    with clock.at(dt.date(2026, 8, 1)), pytest.raises(WrongState):
        changed(the_window(), cast.ada, closes_on=dt.date(2026, 9, 1))


def test_the_second_of_two_administrators_sees_both(cast):
    period = a_period(cast)
    version = period.version
    changed(the_window(), cast.ada, version=version, due_on=dt.date(2026, 7, 3))
    with pytest.raises(Stale) as refusal:
        changed(the_window(), cast.ada, version=version, due_on=dt.date(2026, 7, 5))
    assert ("3", "5") in {(both.theirs, both.yours) for both in refusal.value.fields}


def test_only_the_administrator_sets_periods(cast):
    with pytest.raises(NotAllowed):
        periods.set_period(
            name="2026-27", starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2027, 3, 31),
            windows=periods.usual_windows(2026), by=cast.owen,
        )  # fmt: skip


def test_the_administrator_sets_a_period_and_changes_a_kind(browser, cast):
    ada = browser("ada")
    ada.open("/periods")
    page = ada.click("Set a new period")
    page = ada.press("Set the period", start="20x6", status=422)
    assert page.errors == ["Enter a year from 2000 to 2099, like 2026"]
    page = ada.press("Set the period", start="2025", status=422)
    assert "passed" in page.errors[0]
    page = ada.press("Set the period", start="2026", reply_working_days="9" * 5000, clarification_working_days="", status=422)
    assert page.errors == ["Enter a number of working days from 1 to 60"] * 2
    page = ada.press("Set the period", start="2026", reply_working_days="12", clarification_working_days="8")
    assert page.h1 == "Period 2026-27"
    assert "30 September 2026" in page.text
    assert "31 December 2026" in page.text
    page = ada.press("Save", reply_working_days="15")
    assert db.session.query(Period).one().reply_working_days == 15
    page = ada.open("/periods/2026-27/kinds/T")
    page = ada.press("Save", **{"due_on-day": "31", "due_on-month": "2"}, status=422)
    assert "real date" in page.errors[0]
    page = ada.press("Save", **{"due_on-day": "29", "due_on-month": "9"})
    assert the_window().due_on == dt.date(2026, 9, 29)
    ada.open("/periods/new")
    page = ada.press("Set the period", start="2026", status=422)
    assert "set already" in page.errors[0]


def test_a_stale_page_of_a_kind_is_answered_with_both(browser, cast):
    ada, again = browser("ada"), browser("ada")
    a_period(cast)
    ada.open("/periods/2025-26/kinds/T")
    again.open("/periods/2025-26/kinds/T")
    again.press("Save", **{"due_on-day": "3"})
    page = ada.press("Save", **{"due_on-day": "5"}, status=409)
    ada.press("Save yours instead")
    assert the_window().due_on == dt.date(2026, 7, 5)
    assert "while you were writing" in page.h1


def test_the_pages_of_periods_need_few_queries_whatever_their_number(browser, cast, queries):
    ada = browser("ada")
    a_period(cast)
    opened()
    for name in ("2023-24", "2024-25"):
        a_period(cast, name)
    with queries() as seen:
        page = ada.open("/periods")
    assert len(seen) == 2
    assert "2023-24" in page.text
    with queries() as seen:
        ada.open("/periods/2025-26")
    assert len(seen) == 3


def test_others_do_not_see_periods(browser, cast):
    a_period(cast)
    browser("ada").open("/periods/2025-26/kinds/XX", status=404)
    browser("priya").open("/periods", status=403)
    browser("priya").open("/periods/2025-26", status=404)
    browser("owen").open("/periods/2025-26", status=403)
