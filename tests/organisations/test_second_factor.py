"""The second factor: a code is good once, guesses are limited, recovery codes are shown once, and it can be replaced."""

from __future__ import annotations

import base64
import datetime as dt
import threading

import pyotp
import pytest
import sqlalchemy as sa

from portal import audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, NotAllowed, TooMany
from portal.organisations import codes
from portal.organisations.models import BrowserSession, Membership, Organisation, Person, RecoveryCode
from portal.organisations.operations import memberships, second_factor, signing_in
from portal.organisations.queries import person_of_session
from portal.outbox import Letter
from portal.policy import PORTAL, Role
from tests.browser import Browser, said
from tests.organisations.letters import letters

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret=SECRET, later=0):
    return pyotp.TOTP(secret).at(clock.now() + dt.timedelta(seconds=later))


def with_a_factor(person, secret=SECRET):
    """Set up a second factor; the clock then moves on a minute, so that the next code is a new one."""
    fresh = second_factor.set_up(secret, code=code_now(secret), by=person)
    db.session.commit()
    return fresh


def in_a_minute():
    return clock.at(clock.now() + dt.timedelta(minutes=1))


def test_it_is_set_up_with_the_picture_or_the_key_and_a_first_code(browser):
    edwin = browser("edwin")
    page = edwin.open("/second-factor/set-up?next=/account")
    secret = said(page.all("code", id="key")[0]).replace(" ", "")
    (image,) = page.all("img")
    drawn = base64.b64decode(image.get("src").partition("base64,")[2]).decode()
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert image.get("alt")
    shown = edwin.press("Confirm", code=code_now(secret))
    assert shown.h1 == "Keep your recovery codes"
    assert len(shown.all("ul", id="recovery-codes")[0]) == 10
    assert shown.links["I have kept them"] == "/account"
    assert shown.answer.headers["Cache-Control"] == "no-store"
    assert "Set up on 1 June 2026. You have 10 recovery codes left." in edwin.open("/account").text
    assert [one["what"] for one in letters(Letter.SECOND_FACTOR_CHANGED)] == ["A second factor was set up for you."]


def test_looking_at_the_page_again_offers_the_same_key_and_another_session_another(browser):
    first, second = browser("edwin"), browser("edwin")
    keys = [said(one.open("/second-factor/set-up").all("code", id="key")[0]) for one in (first, first, second)]
    assert keys[0] == keys[1] != keys[2]
    assert not db.session.scalar(sa.select(Person.totp_secret).where(Person.email == "edwin@example.org"))


def test_a_wrong_first_code_sets_nothing_up(browser):
    edwin = browser("edwin")
    edwin.open("/second-factor/set-up")
    assert edwin.press("Confirm", code="000000", status=422).errors
    assert edwin.press("Confirm", code="", status=422).errors == ["Enter the 6 figures your app shows"]
    assert not db.session.scalar(sa.select(Person.totp_confirmed_at).where(Person.email == "edwin@example.org"))


def test_recovery_codes_are_kept_as_hashes_only(cast):
    fresh = with_a_factor(cast.edwin)
    kept = set(db.session.scalars(sa.select(RecoveryCode.code_hash)))
    assert len(fresh) == len(set(fresh)) == len(kept) == 10
    assert not kept & set(fresh)


def test_an_ombudsman_account_gives_its_code_once_a_session(app, cast):
    with_a_factor(cast.owen)
    owen = Browser(app, cast.sign_in("owen", second_factor=False))
    with in_a_minute():
        assert owen.open("/conflicts").h1 == "Enter your second-factor code"
        assert owen.press("Continue", code=code_now()).h1 == "Your conflicts of interest"
        assert owen.open("/account").h1 == "Your account"


def test_a_code_is_good_once(cast):
    by = cast.edwin
    with_a_factor(by)
    with pytest.raises(Invalid):
        second_factor.confirm(by, code_now())  # the code it was set up with
    with in_a_minute():
        second_factor.confirm(by, code_now())
        with pytest.raises(Invalid, match="used before"):
            second_factor.confirm(by, code_now())
        with pytest.raises(Invalid):
            second_factor.confirm(by, code_now(later=-30))  # an older step than one that was taken


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phone_may_be_one_step_early_or_late(seconds, good):
    step = codes.step_of(SECRET, code_now(later=seconds), clock.now())
    assert (step is not None) is good


@pytest.mark.parametrize("typed", ["{} {}", "{}-{}", " {}{} ", "{}\u00a0{}"])
def test_spaces_and_dashes_in_a_code_do_not_matter(cast, typed):
    by = cast.edwin
    with_a_factor(by)
    with in_a_minute():
        code = code_now()
        second_factor.confirm(by, typed.format(code[:3], code[3:]))


@pytest.mark.parametrize("typed", ["", "0", "\x00", "\u202e123456", "１２３４５６", "a" * 200, "\ud800"])
def test_what_is_no_code_is_refused(cast, typed):
    by = cast.edwin
    with_a_factor(by)
    with pytest.raises(Invalid):
        second_factor.confirm(by, typed)


def test_the_sixth_wrong_code_waits_although_each_request_was_refused(app, cast):
    with_a_factor(cast.owen)
    owen = Browser(app, cast.sign_in("owen", second_factor=False))
    with in_a_minute():
        owen.open("/second-factor")
        for _ in range(5):
            assert owen.press("Continue", code="000000", status=422).errors
        page = owen.press("Continue", code=code_now(), status=429)
        assert "try again from 10:45am" in page.text
    with clock.at(clock.now() + dt.timedelta(minutes=16)):
        owen.open("/second-factor")
        owen.follow = False  # the first page belongs to others
        owen.press("Continue", code=code_now(), status=303)


def test_a_right_code_starts_the_count_again(cast):
    by = cast.edwin
    with_a_factor(by)
    for minute in range(1, 4):
        with clock.at(clock.now() + dt.timedelta(minutes=minute)):
            for _ in range(4):
                with pytest.raises(Invalid):
                    second_factor.confirm(by, "000000")
            second_factor.confirm(by, code_now())


def test_guesses_are_counted_per_person(cast):
    owen, rosa = cast.owen, cast.rosa
    with_a_factor(owen)
    with_a_factor(rosa, pyotp.random_base32())
    for _ in range(5):
        with pytest.raises(Invalid):
            second_factor.confirm(owen, "000000")
    with pytest.raises(TooMany):
        second_factor.confirm(owen, "000000")
    with pytest.raises(Invalid):
        second_factor.confirm(rosa, "000000")


def test_a_recovery_code_works_once_and_its_owner_is_told(cast):
    by = cast.edwin
    fresh = with_a_factor(by)
    with in_a_minute():
        second_factor.confirm(by, fresh[0].lower().replace("-", " "))
        with pytest.raises(Invalid):
            second_factor.confirm(by, fresh[0])
        db.session.commit()
    assert audit.trail(audit.PORTAL_STREAM)[0].facts == {"left": 9}
    assert "You have 9 recovery codes left" in letters(Letter.SECOND_FACTOR_CHANGED)[-1]["what"]


def test_a_recovery_code_of_somebody_else_does_not_work(cast):
    with_a_factor(cast.edwin)
    others = with_a_factor(cast.owen, pyotp.random_base32())
    with pytest.raises(Invalid):
        second_factor.confirm(cast.edwin, others[0])


def test_whoever_has_none_is_told_to_set_it_up_before_signing(cast):
    with pytest.raises(Incomplete) as refused:
        second_factor.confirm(cast.edwin, "123456")
    assert [step.href for step in refused.value.missing] == ["/second-factor/set-up"]


def test_replacing_it_needs_a_code_of_the_old_one(browser, cast):
    with_a_factor(cast.edwin)
    edwin = browser("edwin")
    with in_a_minute():
        page = edwin.open("/second-factor/set-up")
        secret = said(page.all("code", id="key")[0]).replace(" ", "")
        assert secret != SECRET
        assert edwin.press("Confirm", code=code_now(secret), status=422).errors
        assert db.session.scalar(sa.select(Person.totp_secret).where(Person.email == "edwin@example.org")) == SECRET
        edwin.press("Confirm", code=code_now(secret), current=code_now())
    assert db.session.scalar(sa.select(Person.totp_secret).where(Person.email == "edwin@example.org")) == secret
    assert db.session.scalar(sa.select(sa.func.count(RecoveryCode.id))) == 10


def test_new_recovery_codes_end_the_old_ones(browser, cast):
    old = with_a_factor(cast.edwin)
    edwin = browser("edwin")
    with in_a_minute():
        edwin.open("/second-factor/recovery-codes")
        shown = edwin.press("Make new codes", code=code_now())
        fresh = [said(one) for one in shown.all("code")]
        assert len(fresh) == 10
        with pytest.raises(Invalid):
            second_factor.confirm(cast.edwin, old[0])
        second_factor.confirm(cast.edwin, fresh[0])


def test_a_body_person_may_remove_it_with_a_code_and_staff_may_not(browser, cast):
    with_a_factor(cast.edwin)
    with_a_factor(cast.owen, SECRET[:-1] + "A")
    edwin, owen = browser("edwin"), browser("owen")
    with in_a_minute():
        edwin.open("/second-factor/remove")
        edwin.press("Remove it", code="000000", status=422)
        assert "Your second factor was removed." in edwin.press("Remove it", code=code_now()).text
        owen.open("/second-factor/remove")
        owen.press("Remove it", code=code_now(SECRET[:-1] + "A"), status=403)


def test_an_administrator_of_the_ombudsman_takes_a_lost_one_away(browser, cast):
    with_a_factor(cast.owen)
    owen, ada = browser("owen"), browser("ada")
    reference = db.session.scalar(sa.select(Membership.reference).join(Person).where(Person.email == "owen@example.org"))
    ada.open("/organisations/phso/people")
    ada.click("Take away a lost second factor of Owen Hughes")
    assert ada.press("Take it away", status=422).errors == ["Enter a reason"]
    ada.press("Take it away", reason="phone lost in a river; I know his voice")
    assert owen.open("/account").h1 == "Sign in"
    assert not db.session.scalar(sa.select(Person.totp_confirmed_at).where(Person.email == "owen@example.org"))
    browser("bea").open(f"/organisations/phso/people/{reference}/second-factor", status=404)
    with pytest.raises(NotAllowed):
        second_factor.reset(db.session.get(Person, cast.ada.id), reason="mine", by=cast.ada)


def test_one_code_given_twice_at_once_is_taken_once(own_app):
    body = Organisation(code="RTX", name="Northmoor", sort_name="northmoor", kind="T", joined_on=clock.today())
    db.session.add(body)
    db.session.flush()
    audit.record(audit.Event.ORGANISATION_ADDED, body, by=PORTAL, name="Northmoor", kind="T", source="test")
    edwin = memberships.take_on(body, email="edwin@example.org", name="Edwin", roles=[Role.EXECUTIVE_LEAD], by=PORTAL)
    tokens = [signing_in.begin_session(edwin.id, browser="", second_factor=False) for _ in range(2)]
    db.session.commit()
    with_a_factor(person_of_session(tokens[0]))
    db.session.execute(sa.update(BrowserSession).values(second_factor_at=None))
    db.session.commit()
    db.session.remove()
    browsers = [Browser(own_app, token, follow=False) for token in tokens]
    together, answers = threading.Barrier(2), []
    with in_a_minute():
        ready = []
        for one in browsers:
            one.open("/second-factor")
            ready.append((one, {**one.page.form("Continue")["values"], "code": code_now()}))

        def give(one, values):
            together.wait()
            answered = one.client.post("/second-factor", data=values, headers={"Sec-Fetch-Site": "same-origin"})
            answers.append(answered.status_code)

        threads = [threading.Thread(target=give, args=pair) for pair in ready]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [303, 422]
