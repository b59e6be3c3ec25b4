"""An invitation is accepted once, by whoever has the address, and makes nobody a second person."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid
from portal.organisations.models import Invitation, Person
from portal.organisations.operations import memberships
from portal.outbox import Letter
from portal.policy import Role
from tests.organisations.letters import letters
from tests.organisations.test_people import HERE, accept, invited, role_of


def test_somebody_new_is_invited_accepts_by_the_button_and_is_signed_in(browser):
    bea, noor = browser("bea"), browser()
    bea.open(HERE)
    bea.click("Invite somebody")
    page = bea.press("Send the invitation", name="Noor  Begum", email="Noor@Example.org", role=["HANDLER", "CONTRIBUTOR"])
    assert "We have written to noor@example.org" in page.text
    assert page.text.count("noor@example.org, invited as") == 2
    (letter,) = letters(Letter.INVITATION)
    assert letter["roles"] == "complaint handler and contributor"
    shown = noor.open(f"/invitations/{letter['token']}")
    assert "Complaint handler and contributor" in shown.text
    accept(noor, letter["token"])
    assert "Noor Begum" in noor.open("/account").text
    person = db.session.scalars(sa.select(Person).where(Person.email == "noor@example.org")).one()
    assert memberships.holds(person.id, role_of("bea@example.org", Role.BODY_ADMINISTRATOR).organisation_id, Role.CONTRIBUTOR)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"name": ""}, "Enter their full name"),
        ({"name": "\u202e\u200b"}, "Enter their full name"),
        ({"name": "n" * 201}, "Full name must be 200 characters or fewer"),
        ({"email": "no address"}, "Enter an email address in the correct format, like name@example.gov.uk"),
        ({"role": []}, "Choose at least one role"),
        ({"role": ["STANDARDS_REVIEWER"]}, "Choose from the roles offered"),
        ({"role": ["KING"]}, "Choose from the roles offered"),
    ],
)
def test_each_error_of_an_invitation_stands_by_its_field(browser, typed, error):
    bea = browser("bea")
    bea.open(f"{HERE}/invite")
    good = {"name": "Noor Begum", "email": "noor@example.org", "role": ["HANDLER"]}
    assert bea.press("Send the invitation", status=422, **{**good, **typed}).errors == [error]
    assert letters(Letter.INVITATION) == []


def test_a_line_break_in_a_name_cannot_reach_a_letter(cast, browser):
    bea = browser("bea")
    bea.open(f"{HERE}/invite")
    bea.press("Send the invitation", name="Noor\r\nBcc: all@example.org", email="n@example.org", role=["HANDLER"])
    assert db.session.scalar(sa.select(Invitation.name)) == "Noor Bcc: all@example.org"


def test_an_invitation_is_accepted_once(browser, cast):
    token = invited(cast)
    first, second = browser(), browser()
    second.open(f"/invitations/{token}")
    accept(first, token)
    page = second.press("Accept and sign in", status=409)
    assert "accepted already" in page.text
    assert "sign in with your email address" in second.open(f"/invitations/{token}", status=410).text
    assert second.open("/account").h1 == "Sign in"


def test_somebody_signed_in_as_another_person_cannot_accept(browser, cast):
    token = invited(cast)
    priya = browser("priya")
    assert "this invitation is for new@example.org" in accept(priya, token, status=409).text
    assert role_of("priya@example.org", Role.HANDLER) is None
    assert db.session.scalar(sa.select(Invitation.accepted_at)) is None


def test_a_case_variant_of_a_known_address_is_the_same_person(browser, cast):
    bea = browser("bea")
    bea.open(f"{HERE}/invite")
    bea.press("Send the invitation", name="P. Raman", email="PRIYA@EXAMPLE.ORG", role=["HANDLER"])
    before = db.session.scalar(sa.select(sa.func.count(Person.id)))
    accept(browser(), letters(Letter.INVITATION)[-1]["token"])
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == before
    assert role_of("priya@example.org", Role.HANDLER) is not None
    assert db.session.scalar(sa.select(Person.name).where(Person.email == "priya@example.org")) == "Priya Raman"


def test_nobody_is_invited_twice_to_one_role(cast):
    invited(cast)
    with pytest.raises(Invalid, match="was invited as complaint handler already"):
        invited(cast)
    with pytest.raises(Invalid, match="is complaints manager at Northmoor"):
        invited(cast, "priya@example.org", [Role.COMPLAINTS_MANAGER])


def test_sending_again_ends_the_first_link(browser, cast):
    first = invited(cast)
    bea = browser("bea")
    bea.open(HERE)
    bea.press("Send again to new@example.org as complaint handler")
    browser().open(f"/invitations/{first}", status=404)
    accept(browser(), letters(Letter.INVITATION)[-1]["token"])


def test_a_withdrawn_invitation_cannot_be_accepted(browser, cast):
    token = invited(cast)
    visitor, bea = browser(), browser("bea")
    visitor.open(f"/invitations/{token}")
    bea.open(HERE)
    assert "was withdrawn" in bea.press("Withdraw the invitation of new@example.org as complaint handler").text
    assert "was withdrawn" in visitor.press("Accept and sign in", status=409).text


def test_an_invitation_runs_out_after_fourteen_days_and_can_be_sent_again(browser, cast):
    token = invited(cast)
    with clock.at(clock.now() + dt.timedelta(days=14)):
        assert "has run out" in browser().open(f"/invitations/{token}", status=410).text
        bea = browser("bea")
        assert "It ran out on 15 June 2026" in bea.open(HERE).text
        bea.press("Send again to new@example.org as complaint handler")
        accept(browser(), letters(Letter.INVITATION)[-1]["token"])


def test_an_invitation_of_another_organisation_is_not_there(browser, cast):
    invited(cast)
    reference = db.session.scalar(sa.select(Invitation.reference))
    sam = browser("sam")
    sam.open("/account")
    sam.send(f"{HERE}/invitations/{reference}/withdraw", {}, status=404)
    bea = browser("bea")
    bea.open("/account")
    bea.send(f"/organisations/RYZ/people/invitations/{reference}/withdraw", {}, status=404)
