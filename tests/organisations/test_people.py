"""Who acts for an organisation: invited, given roles, taken off, and never two persons for one address."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from portal import audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.organisations.models import Invitation, Membership, Organisation, Person
from portal.organisations.operations import account, inviting, memberships
from portal.organisations.queries import people, person_of_session
from portal.outbox import Letter
from portal.policy import AT_THE_OMBUDSMAN, IN_A_BODY, PORTAL, STRANGER, Role
from tests.organisations.letters import letters

HERE = "/organisations/RTX/people"


def role_of(email, role):
    wanted = sa.select(Membership).join(Person).where(Person.email == email, Membership.role == role)
    return db.session.scalars(wanted.order_by(Membership.id.desc())).first()


def invited(cast, email="new@example.org", roles=(Role.HANDLER,), by=None, body=None):
    inviting.invite(body or cast.trust, email=email, name="Noor Begum", roles=list(roles), by=by or cast.bea)
    db.session.commit()
    return letters(Letter.INVITATION, email)[-1]["token"]


def accept(browser, token, status=303):
    """Press the button without following on, as the first page belongs to others."""
    browser.open(f"/invitations/{token}")
    browser.follow = False
    answer = browser.press("Accept and sign in", status=status)
    browser.follow = True
    return answer


# The list


def test_the_page_shows_everybody_with_their_roles(browser):
    page = browser("bea").open(HERE)
    assert page.h1 == "People at Northmoor NHS Foundation Trust"
    for said in ("Priya Raman", "Complaints manager", "Edwin Clarke", "Hal Osei", "Connie Blake", "Second factor: not set up"):
        assert said in page.text
    assert "Sam Whitlock" not in page.text


def test_the_page_costs_the_same_queries_for_five_people_and_for_fifty(browser, cast, queries):
    bea = browser("bea")
    with queries() as few:
        bea.open(HERE)
    for number in range(45):
        memberships.take_on(
            cast.trust, email=f"p{number}@example.org", name=f"Person {number}", roles=[Role.HANDLER, Role.CONTRIBUTOR], by=PORTAL
        )
        inviting.invite(cast.trust, email=f"i{number}@example.org", name="Invited", roles=[Role.HANDLER], by=PORTAL)
    db.session.commit()
    with queries() as many:
        assert "Person 44" in bea.open(HERE).text
    assert len(few) == len(many) == 4


@pytest.mark.parametrize(
    ("who", "status"), [("hal", 403), ("connie", 403), ("sam", 404), ("dot", 404), ("priya", 200), ("edwin", 200), ("owen", 200), ("ana", 403)]
)
def test_who_sees_the_people(browser, who, status):
    browser(who).open(HERE, status=status)


@pytest.mark.parametrize(("who", "status"), [("priya", 403), ("edwin", 403), ("sam", 404), ("owen", 403), ("ada", 200)])
def test_who_invites(browser, who, status):
    browser(who).open(f"{HERE}/invite", status=status)


# Whose roles


def test_ombudsman_roles_are_given_in_the_ombudsman_by_its_administrator_only(cast):
    assert set(memberships.roles_to_give(cast.ombudsman, cast.ada)) == IN_A_BODY | AT_THE_OMBUDSMAN
    assert set(memberships.roles_to_give(cast.trust, cast.ada)) == IN_A_BODY
    assert set(memberships.roles_to_give(cast.trust, cast.bea)) == IN_A_BODY
    assert memberships.roles_to_give(cast.other, cast.bea) == ()
    memberships.take_on(cast.ombudsman, email="boss@example.org", name="B", roles=[Role.BODY_ADMINISTRATOR], by=PORTAL)
    db.session.commit()
    assert not set(memberships.roles_to_give(cast.ombudsman, acting_as("boss@example.org", cast))) & AT_THE_OMBUDSMAN
    with pytest.raises(Invalid):
        inviting.invite(cast.trust, email="x@example.org", name="X", roles=[Role.STANDARDS_REVIEWER], by=cast.ada)


def acting_as(email, cast):
    person = db.session.scalars(sa.select(Person).where(Person.email == email)).one()
    cast.rows[email] = person
    return person_of_session(cast.sign_in(email))


def test_a_new_member_of_the_ombudsmans_staff_sets_up_a_second_factor_first(browser, cast):
    token = invited(cast, roles=[Role.STANDARDS_REVIEWER], by=cast.ada, body=cast.ombudsman)
    visitor = browser()
    assert accept(visitor, token).answer.headers["Location"] == "/second-factor"
    assert visitor.open("/conflicts").h1 == "Set up your second factor"


@pytest.mark.parametrize("email", ["owen@example.org", "ada@example.org"])
def test_a_body_administrator_of_the_ombudsman_cannot_take_staff_off(cast, email):
    memberships.take_on(cast.ombudsman, email="boss@example.org", name="B", roles=[Role.BODY_ADMINISTRATOR], by=PORTAL)
    db.session.commit()
    boss = acting_as("boss@example.org", cast)
    membership = db.session.scalars(sa.select(Membership).join(Person).where(Person.email == email)).one()
    with pytest.raises(NotAllowed):
        memberships.end(membership, reason="coup", by=boss)
    with pytest.raises(NotAllowed):
        memberships.change_role(membership, Role.HANDLER, by=boss)


# Changes and leavers


def test_a_role_is_changed_and_both_are_recorded(browser, cast):
    bea = browser("bea")
    bea.open(HERE)
    bea.click("Change the role complaint handler of Hal Osei")
    page = bea.press("Change the role", role="CONTRIBUTOR")
    assert "Hal Osei has a new role" in page.text
    told = [one.event.name for one in audit.trail(cast.trust.id)]
    assert told == ["MEMBERSHIP_BEGAN", "MEMBERSHIP_ENDED"]
    assert role_of("hal@example.org", Role.HANDLER).ended_at is not None


def test_a_leaver_is_signed_out_and_cannot_come_back_the_same_day(browser, cast):
    hal, bea = browser("hal"), browser("bea")
    assert hal.open("/account").h1 == "Your account"
    bea.open(HERE)
    bea.click("Take off the role complaint handler of Hal Osei")
    assert bea.press("Take them off", status=422, reason="").errors == ["Choose what ends", "Enter a reason"]
    bea.press("Take them off", scope="everything", reason="left the trust")
    assert hal.open("/account").h1 == "Sign in"
    ended = role_of("hal@example.org", Role.HANDLER)
    assert ended.until_on == clock.today()
    assert [one["roles"] for one in letters(Letter.ROLE_ENDED)] == ["complaint handler"]
    assert audit.trail(cast.trust.id)[0].facts["reason"] == "left the trust"
    assert "Hal Osei" not in bea.open(HERE).text.replace("Hal Osei was told", "")


def test_who_leaves_one_of_two_organisations_stays_signed_in_with_what_is_left(browser, cast):
    memberships.take_on(cast.other, email="hal@example.org", name="Hal", roles=[Role.HANDLER], by=PORTAL)
    db.session.commit()
    hal = browser("hal")
    membership = people.membership("RTX", role_of_at(cast.trust, "hal@example.org").reference)
    memberships.end(membership, reason="moved", by=cast.bea)
    db.session.commit()
    text = hal.open("/account").text
    assert "Southfell NHS Trust" in text
    assert "Northmoor" not in text


def role_of_at(body, email):
    wanted = sa.select(Membership).join(Person).where(Person.email == email, Membership.organisation_id == body.id)
    return db.session.scalars(wanted).one()


def test_a_role_that_ended_cannot_end_again(cast):
    membership = role_of("hal@example.org", Role.HANDLER)
    memberships.end(membership, reason="left", by=cast.bea)
    with pytest.raises(WrongState, match="ended on 1 June 2026"):
        memberships.end(membership, reason="left", by=cast.bea)


def test_the_last_person_to_ask_is_not_taken_off_without_another(browser, cast):
    memberships.end(role_of("bea@example.org", Role.BODY_ADMINISTRATOR), reason="left", by=cast.ada)
    db.session.commit()
    ada = browser("ada")
    ada.open(f"{HERE}/{role_of('priya@example.org', Role.COMPLAINTS_MANAGER).reference}/end")
    page = ada.press("Take them off", scope="role", reason="left", status=422)
    assert page.h1 == "This cannot be done yet"
    assert page.links["Invite somebody to take over, and wait until they accept"] == f"{HERE}/invite"
    assert role_of("priya@example.org", Role.COMPLAINTS_MANAGER).until_on is None


def test_the_last_one_may_become_the_other_role_that_is_asked_for(cast):
    memberships.end(role_of("bea@example.org", Role.BODY_ADMINISTRATOR), reason="left", by=cast.ada)
    last = role_of("priya@example.org", Role.COMPLAINTS_MANAGER)
    with pytest.raises(Incomplete):
        memberships.change_role(last, Role.HANDLER, by=cast.ada)
    assert memberships.change_role(last, Role.BODY_ADMINISTRATOR, by=cast.ada).role is Role.BODY_ADMINISTRATOR


def test_a_body_that_does_not_take_part_may_lose_everybody(cast):
    db.session.execute(sa.update(Organisation.__table__).where(Organisation.__table__.c.code == "RYZ").values(joined_on=None))
    db.session.refresh(cast.other)
    memberships.end(role_of("sam@example.org", Role.COMPLAINTS_MANAGER), reason="left", by=cast.ada)


def test_the_ombudsman_keeps_an_administrator(cast):
    with pytest.raises(Incomplete):
        memberships.end(role_of("ada@example.org", Role.ADMINISTRATOR), reason="retired", by=cast.ada)


def test_strangers_and_members_without_the_role_are_refused_by_the_operations_too(cast):
    membership = role_of("hal@example.org", Role.HANDLER)
    with pytest.raises(NotFound):
        memberships.end(membership, reason="x", by=cast.sam)
    with pytest.raises(NotAllowed):
        memberships.end(membership, reason="x", by=cast.priya)
    with pytest.raises(NotAllowed):
        inviting.invite(cast.trust, email="x@example.org", name="X", roles=[Role.HANDLER], by=cast.priya)


def test_nobody_is_taken_on_by_a_closed_body(cast):
    cast.other.closed_on = clock.today() - dt.timedelta(days=1)
    audit.record(audit.Event.ORGANISATION_CLOSED, cast.other, by=PORTAL, closed_on=cast.other.closed_on, source="test")
    with pytest.raises(WrongState, match="closed on 31 May 2026"):
        memberships.take_on(cast.other, email="x@example.org", name="X", roles=[Role.HANDLER], by=PORTAL)


def test_a_letter_is_posted_only_where_the_change_stands(cast):
    assert inviting.standing(Invitation(accepted_at=None, withdrawn_at=None, expires_at=clock.now())) is inviting.Standing.EXPIRED
    with pytest.raises(NotFound):
        inviting.accept("no such token", browser="", by=STRANGER)


# One's own account


def test_a_person_changes_their_own_name(browser):
    hal = browser("hal")
    hal.open("/account")
    hal.click("Change your name")
    assert hal.press("Save", name="", status=422).errors == ["Enter your name"]
    assert "Hal O’Sei" in hal.press("Save", name="Hal O’Sei").text


def test_a_name_changed_in_two_windows_shows_both_texts(browser, cast):
    one, two = browser("hal"), browser("hal")
    for window in (one, two):
        window.open("/account/name")
    one.press("Save", name="Hal One")
    page = two.press("Save", name="Hal Two", status=409)
    assert page.h1 == "You changed this in another window"
    assert "Hal One" in page.text
    assert "Hal Two" in page.text
    assert "Hal Two" in two.press("Save yours instead").text
    with pytest.raises(Stale):
        account.rename("Hal Three", version=-1, by=cast.hal)
