"""A deputy acts in a role until a day, at most six months ahead, and never longer."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from portal import audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from portal.organisations.models import Membership, Person
from portal.organisations.operations import deputies, memberships
from portal.organisations.queries import person_of_session
from portal.outbox import Letter
from portal.policy import PORTAL, Action, Role, may
from tests.organisations.letters import letters
from tests.organisations.test_people import HERE, accept, role_of

JULY = dt.date(2026, 7, 31)


def named(cast, who="hal", by=None, until_on=JULY):
    lead = role_of("edwin@example.org", Role.EXECUTIVE_LEAD)
    deputies.name(lead, cast.rows[who].id, until_on=until_on, by=by or cast.edwin)
    db.session.commit()
    return role_of(f"{who}@example.org", Role.EXECUTIVE_LEAD)


def test_a_lead_names_a_colleague_who_may_then_sign_until_the_last_day(browser, cast):
    edwin = browser("edwin")
    edwin.open(HERE)
    edwin.click("Name a deputy for the executive lead of Edwin Clarke")
    page = edwin.press(
        "Name the deputy", deputy=str(cast.rows["hal"].id), **{"until_on-day": "31", "until_on-month": "7", "until_on-year": "2026"}
    )
    assert "deputy for Edwin Clarke" in page.text
    token = cast.sign_in("hal")
    assert may(person_of_session(token), Action.SIGN_OFF, cast.trust)
    assert [post.deputy for post in person_of_session(token).posts if post.role is Role.EXECUTIVE_LEAD] == [True]
    with clock.at(JULY):
        assert may(person_of_session(token), Action.SIGN_OFF, cast.trust)
    with clock.at(JULY + dt.timedelta(days=1)):
        assert not may(person_of_session(token), Action.SIGN_OFF, cast.trust)
    (letter,) = letters(Letter.DEPUTY_NAMED, "hal@example.org")
    assert (letter["role"], letter["for_whom"], letter["until"]) == ("executive lead", "Edwin Clarke", "31 July 2026")


@pytest.mark.parametrize("until_on", [dt.date(2026, 5, 31), dt.date(2026, 12, 2), dt.date(2036, 1, 1)])
def test_the_last_day_lies_within_six_months(cast, until_on):
    with pytest.raises(Invalid, match="between today and 1 December 2026"):
        named(cast, until_on=until_on)


@pytest.mark.parametrize(
    ("today", "latest"),
    [
        (dt.date(2026, 6, 1), dt.date(2026, 12, 1)),
        (dt.date(2026, 8, 31), dt.date(2027, 2, 28)),
        (dt.date(2027, 8, 31), dt.date(2028, 2, 29)),
        (dt.date(2026, 12, 31), dt.date(2027, 6, 30)),
    ],
)
def test_six_months_ahead_is_counted_by_the_calendar(today, latest):
    assert deputies.last_day_allowed(today) == latest


def test_nobody_deputises_for_themself_twice_or_from_elsewhere(cast):
    for who in ("edwin", "sam"):
        with pytest.raises(Invalid, match="Choose somebody who acts for your organisation"):
            named(cast, who)
    named(cast, "hal")
    with pytest.raises(Invalid, match="can act as executive lead already"):
        named(cast, "hal")


def test_a_deputy_has_no_deputy(cast):
    deputy = named(cast, "hal")
    with pytest.raises(WrongState):
        deputies.name(deputy, cast.rows["connie"].id, until_on=JULY, by=cast.bea)


def test_one_names_deputies_for_ones_own_role_and_the_administrator_for_any(cast):
    with pytest.raises(NotAllowed, match="your own role only"):
        named(cast, by=cast.priya)
    with pytest.raises(NotAllowed):
        named(cast, by=cast.connie)
    with pytest.raises(NotFound):
        named(cast, by=cast.nadia)
    assert named(cast, by=cast.bea) is not None


def test_a_handler_has_no_deputy(cast):
    with pytest.raises(WrongState, match="Only a complaints manager or an executive lead"):
        deputies.name(role_of("hal@example.org", Role.HANDLER), cast.rows["connie"].id, until_on=JULY, by=cast.bea)


def test_a_deputys_time_ends_early_by_a_button_and_at_once(browser, cast):
    named(cast)
    token = cast.sign_in("hal")
    edwin = browser("edwin")
    edwin.open(HERE)
    edwin.press("End now executive lead of Hal Osei")
    assert not may(person_of_session(token), Action.SIGN_OFF, cast.trust)
    assert [one["roles"] for one in letters(Letter.ROLE_ENDED)] == ["deputy executive lead"]
    assert audit.trail(cast.trust.id)[0].event is audit.Event.MEMBERSHIP_ENDED


def test_a_deputy_does_not_count_as_somebody_left_to_ask(cast):
    memberships.end(role_of("bea@example.org", Role.BODY_ADMINISTRATOR), reason="left", by=cast.ada)
    manager = role_of("priya@example.org", Role.COMPLAINTS_MANAGER)
    deputies.name(manager, cast.rows["hal"].id, until_on=JULY, by=cast.priya)
    with pytest.raises(memberships.Incomplete):
        memberships.end(manager, reason="left", by=cast.ada)


def test_somebody_from_outside_is_invited_as_deputy(browser, cast):
    edwin = browser("edwin")
    lead = role_of("edwin@example.org", Role.EXECUTIVE_LEAD)
    edwin.open(f"{HERE}/{lead.reference}/deputy")
    days = {"until_on-day": "31", "until_on-month": "7", "until_on-year": "2026"}
    assert edwin.press("Name the deputy", deputy="invite", status=422, **days).errors == ["Enter their full name"]
    edwin.press("Name the deputy", deputy="invite", name="Dee Puty", email="dee@example.org", **days)
    (letter,) = letters(Letter.INVITATION)
    assert letter["roles"] == "deputy executive lead"
    visitor = browser()
    assert "Deputy executive lead until 31 july 2026" in visitor.open(f"/invitations/{letter['token']}").text.replace("July", "july")
    accept(visitor, letter["token"])
    held = role_of("dee@example.org", Role.EXECUTIVE_LEAD)
    assert (held.deputy_for_id, held.until_on) == (lead.id, JULY)


@pytest.mark.parametrize("deputy", ["", "999999", "me", "-1"])
def test_what_was_not_offered_is_not_taken(browser, cast, deputy):
    edwin = browser("edwin")
    edwin.open(f"{HERE}/{role_of('edwin@example.org', Role.EXECUTIVE_LEAD).reference}/deputy")
    page = edwin.press("Name the deputy", deputy=deputy, status=422, **{"until_on-day": "31", "until_on-month": "2", "until_on-year": "2026"})
    assert page.errors[-1] == "Last day must be a real date, like 27 3 2026"
    assert len(page.errors) == 2


def test_the_deputy_ends_with_the_person_not_with_the_role_they_stand_in_for(cast):
    deputy = named(cast)
    memberships.end(role_of("edwin@example.org", Role.EXECUTIVE_LEAD), reason="left", by=cast.bea)
    assert deputy.ended_at is None
    memberships.end(role_of("hal@example.org", Role.HANDLER), reason="left", everything=True, by=cast.bea)
    assert deputy.ended_at is not None


def test_a_deputy_must_have_a_last_day(cast):
    lead = role_of("edwin@example.org", Role.EXECUTIVE_LEAD)
    person = db.session.scalars(sa.select(Person).where(Person.email == "hal@example.org")).one()
    with pytest.raises(sa.exc.IntegrityError):
        memberships.begin(person, lead.organisation_id, Role.EXECUTIVE_LEAD, deputy_for_id=lead.id, by=PORTAL)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Membership.id)).where(Membership.deputy_for_id.is_not(None))) == 0
