"""Signing in by a link: no address is given away, no link works twice, no session outlives its time."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from portal import audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.organisations import addresses
from portal.organisations.models import Attempts, BrowserSession, Organisation, Person, SignInLink
from portal.organisations.operations import attempts, memberships, signing_in
from portal.organisations.queries import person_of_session
from portal.outbox import Letter
from portal.policy import PORTAL, STRANGER, Role
from tests.browser import Browser
from tests.organisations.letters import letters, link_for


def ask(browser, email, next=""):
    browser.open(f"/sign-in?next={next}" if next else "/sign-in")
    return browser.press("Send me a link", email=email)


def signed_in_after(browser):
    """Press the button without following on, as the first page belongs to others."""
    browser.follow = False
    answer = browser.press("Sign in", status=303)
    browser.follow = True
    return answer.answer.headers["Location"]


def test_a_link_signs_in_by_its_button_and_opening_it_burns_nothing(browser):
    visitor = browser()
    assert ask(visitor, "priya@example.org").h1 == "Check your email"
    link = link_for("priya@example.org")
    for _ in range(3):  # a mail scanner looks too
        assert visitor.open(link).h1 == "Sign in"
    assert signed_in_after(visitor) == "/work"
    assert "Priya Raman" in visitor.open("/account").text


def test_the_session_is_recorded_and_lasts_twelve_hours(browser, cast):
    visitor = browser()
    ask(visitor, "priya@example.org")
    visitor.open(link_for("priya@example.org"))
    signed_in_after(visitor)
    assert audit.trail(audit.PORTAL_STREAM)[0].event is audit.Event.SIGNED_IN
    visitor.open("/account")
    with clock.at(clock.now() + dt.timedelta(hours=11, minutes=59)):
        assert visitor.open("/account").h1 == "Your account"
    with clock.at(clock.now() + dt.timedelta(hours=12)):
        assert visitor.open("/account").h1 == "Sign in"


@pytest.mark.parametrize("typed", ["PRIYA@Example.ORG", "  priya@example.org ", "pri\u202eya@example.org", "priya\x00@example.org"])
def test_case_spaces_and_hidden_marks_in_an_address_do_not_matter(browser, typed):
    ask(browser(), typed)
    assert len(letters(Letter.SIGN_IN_LINK, "priya@example.org")) == 1


@pytest.mark.parametrize("typed", ["", "priya", "a" * 288 + "@example.org", "priya@example", "prıya@example.org", "a@b.uk,c@d.uk"])
def test_what_is_no_address_is_said_beside_the_field(browser, typed):
    visitor = browser()
    visitor.open("/sign-in")
    page = visitor.press("Send me a link", email=typed, status=422)
    assert page.errors == [addresses.FORMAT]
    assert letters(Letter.SIGN_IN_LINK) == []


def test_an_unknown_address_gets_the_same_answer_and_the_same_work(browser, queries):
    seen = {}
    pages = {}
    for email in ("priya@example.org", "nobody@example.org"):
        visitor = browser()
        visitor.open("/sign-in")
        with queries() as sent:
            pages[email] = visitor.press("Send me a link", email=email).text
        seen[email] = [one.split()[0] for one in sent]
    assert pages["priya@example.org"] == pages["nobody@example.org"]
    assert seen["priya@example.org"] == seen["nobody@example.org"]
    assert [one["to"] for one in letters(Letter.SIGN_IN_LINK)] == ["priya@example.org"]


def test_a_newer_link_replaces_the_older_one(browser):
    visitor = browser()
    ask(visitor, "priya@example.org")
    first = link_for("priya@example.org")
    ask(visitor, "Priya@example.org")
    assert db.session.scalar(sa.select(sa.func.count(SignInLink.id))) == 1
    assert "a newer link was sent" in visitor.open(first, status=410).text
    assert visitor.open(link_for("priya@example.org")).h1 == "Sign in"


def test_a_link_used_twice_says_why_it_does_not_work_and_offers_a_new_one(browser):
    visitor, other = browser(), browser()
    ask(visitor, "priya@example.org")
    link = link_for("priya@example.org")
    other.open(link)
    visitor.open(link)
    signed_in_after(visitor)
    page = other.press("Sign in", status=410)
    assert page.h1 == "This link does not work any more"
    assert page.links["Ask for a new link"] == "/sign-in"


def test_a_link_runs_out_after_fifteen_minutes_even_while_its_page_is_open(browser):
    visitor = browser()
    ask(visitor, "priya@example.org")
    visitor.open(link_for("priya@example.org"))
    with clock.at(clock.now() + dt.timedelta(minutes=15)):
        page = visitor.press("Sign in", status=410)
        assert "a link can be used for 15 minutes" in page.text
    assert db.session.scalar(sa.select(sa.func.count(BrowserSession.id))) == 0


def test_a_made_up_link_is_told_like_a_used_one(browser):
    assert "used already" in browser().open("/sign-in/" + "x" * 43, status=410).text


@pytest.mark.parametrize("next", ["//evil.example", "/\\evil.example", "https://evil.example/", "/%09/evil.example", "javascript:alert(1)", "evil"])
def test_a_foreign_place_to_go_next_is_forgotten(browser, next):
    visitor = browser()
    ask(visitor, "priya@example.org", next=next)
    visitor.open(link_for("priya@example.org"))
    assert signed_in_after(visitor) == "/work"


def test_a_place_of_this_site_is_where_signing_in_leads(browser):
    visitor = browser()
    assert visitor.open("/account?a=b").h1 == "Sign in"
    visitor.press("Send me a link", email="priya@example.org")
    visitor.open(link_for("priya@example.org"))
    assert signed_in_after(visitor) == "/account?a=b"


def test_an_ombudsman_account_is_led_to_its_second_factor_and_nowhere_else(browser):
    visitor = browser()
    ask(visitor, "owen@example.org", next="/account")
    visitor.open(link_for("owen@example.org"))
    assert signed_in_after(visitor) == "/second-factor?next=/account"
    assert visitor.open("/account").h1 == "Set up your second factor"


def test_the_sixth_request_for_one_address_waits_whether_it_is_known_or_not(browser):
    for email in ("priya@example.org", "nobody@example.org"):
        visitor = browser()
        for _ in range(5):
            ask(visitor, email)
        visitor.open("/sign-in")
        page = visitor.press("Send me a link", email=email.upper(), status=429)
        assert "try again from 11am" in page.text  # 10:30 in London
    assert len(letters(Letter.SIGN_IN_LINK)) == 5
    with clock.at(clock.now() + dt.timedelta(minutes=30)):
        ask(browser(), "priya@example.org")
    assert len(letters(Letter.SIGN_IN_LINK)) == 6


def test_a_stranger_elsewhere_does_not_use_up_a_persons_own_requests(cast):
    for _ in range(5):
        signing_in.ask("priya@example.org", network="203.0.113.9", by=STRANGER)
    with pytest.raises(TooMany):
        signing_in.ask("priya@example.org", network="203.0.113.9", by=STRANGER)
    signing_in.ask("priya@example.org", network="198.51.100.4", by=STRANGER)
    assert len(letters(Letter.SIGN_IN_LINK)) == 6


def test_one_network_asks_so_many_times_an_hour_and_no_more(browser, monkeypatch):
    monkeypatch.setattr(attempts, "LINKS_FROM_ONE_NETWORK", replace(attempts.LINKS_FROM_ONE_NETWORK, most=3))
    visitor = browser()
    visitor.open("/sign-in")
    form = visitor.page
    for number in range(3):
        visitor.page = form
        visitor.press("Send me a link", email=f"guess{number}@example.org")
    visitor.page = form
    visitor.press("Send me a link", email="guess4@example.org", status=429)


def test_no_address_is_kept_in_the_counts(browser):
    ask(browser(), "priya@example.org")
    assert not [one for one in db.session.scalars(sa.select(Attempts.who)) if "@" in one]


def test_a_session_set_by_somebody_else_is_not_carried_into_the_account(browser):
    visitor = browser()
    with visitor.client.session_transaction() as session:
        session["planted"] = "by an attacker"
    ask(visitor, "priya@example.org")
    visitor.open(link_for("priya@example.org"))
    signed_in_after(visitor)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert person_of_session(session["_user_id"]).name == "Priya Raman"


def test_signing_out_ends_the_session_for_whoever_copied_it(browser, app, cast):
    token = cast.sign_in("priya")
    priya, thief = Browser(app, token), Browser(app, token)
    priya.open("/account")
    priya.follow = False
    priya.press("Sign out", status=303)
    assert thief.open("/account").h1 == "Sign in"
    assert audit.trail(audit.PORTAL_STREAM)[0].event is audit.Event.SIGNED_OUT


def test_signing_out_everywhere_ends_every_browser(browser):
    one, two = browser("priya"), browser("priya")
    assert one.open("/account").text.count("since 1 June 2026") == 2
    assert one.press("Sign out everywhere").h1 == "Sign in"
    assert two.open("/account").h1 == "Sign in"


def test_somebody_without_a_role_gets_no_link(browser, cast):
    memberships.end(db.session.scalars(sa.select(memberships.Membership).join(Person).where(Person.email == "hal@example.org")).one(), reason="left", by=cast.bea)
    db.session.commit()
    ask(browser(), "hal@example.org")
    assert letters(Letter.SIGN_IN_LINK) == []


def test_two_claims_at_once_end_with_one_session(own_app):
    body = Organisation(code="RTX", name="Northmoor", sort_name="northmoor", kind="T", joined_on=clock.today())
    db.session.add(body)
    audit.record(audit.Event.ORGANISATION_ADDED, _flushed(body), by=PORTAL, name="Northmoor", kind="T", source="test")
    memberships.take_on(body, email="priya@example.org", name="Priya", roles=[Role.COMPLAINTS_MANAGER], by=PORTAL)
    signing_in.ask("priya@example.org", network="::1", by=STRANGER)
    db.session.commit()
    link = link_for("priya@example.org")
    db.session.remove()
    visitors = [Browser(own_app, None, follow=False) for _ in range(2)]
    tokens = []
    for visitor in visitors:
        visitor.open(link)
        tokens.append(visitor.page.form("Sign in")["values"])
    together, answers = threading.Barrier(2), []

    def claim(visitor, values):
        together.wait()
        headers = {"Sec-Fetch-Site": "same-origin"}
        answers.append(visitor.client.post(link, data=values, headers=headers).status_code)

    threads = [threading.Thread(target=claim, args=pair) for pair in zip(visitors, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 410]
    assert db.session.scalar(sa.select(sa.func.count(BrowserSession.id))) == 1


def _flushed(row):
    db.session.flush()
    return row


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/work", "/work"),
        ("/gaps?kind=T#top", "/gaps?kind=T#top"),
        ("//evil", ""),
        ("/\\evil", ""),
        ("\\/evil", ""),
        ("/\t/evil", ""),
        ("http://[", ""),
        ("/" + "a" * 500, ""),
        (None, ""),
    ],
)
def test_only_paths_of_this_site_are_places_to_return_to(wanted, place):
    assert addresses.place_here(wanted) == place


def test_the_name_of_each_limit_fits_its_column():
    """SQLite would keep a longer one; PostgreSQL refuses it, and with it everybody's sign-in."""
    limits = [value for value in vars(attempts).values() if isinstance(value, attempts.Limit)]
    assert limits
    assert all(len(limit.what) <= Attempts.__table__.c.what.type.length for limit in limits)
