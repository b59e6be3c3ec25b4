"""A letter is claimed, written, handed to a real mail server and stamped; what goes wrong is told."""

import dataclasses
import datetime as dt
import json

import pytest

from portal import audit, outbox
from portal.assessments.operations import closing, extending, periods, reminding
from portal.jobs import delivery, runner
from portal.kernel import clock
from portal.kernel.db import db
from portal.outbox import Letter, OutgoingLetter, Post
from portal.policy import PORTAL
from tests.builders import a_period, a_started_assessment

MONDAY = dt.datetime(2026, 6, 1, 9, 30, tzinfo=dt.UTC)
FACTS = {"organisation": "Northmoor", "period": "2025-26", "due": "Wednesday", "closes": "Friday", "reference": "AS-1"}


def a_letter(to="priya@example.org", letter=Letter.PERIOD_OPENED, about="AS-1", facts=FACTS, name="Priya Raman"):
    outbox.post(letter, to=to, name=name, about=about, facts=facts)
    db.session.commit()
    return db.session.query(OutgoingLetter).order_by(OutgoingLetter.id.desc()).first()


def seen(row):
    db.session.expire_all()
    return db.session.get_one(OutgoingLetter, row.id)


def test_without_a_mail_server_letters_wait(app, cast):
    row = a_letter()
    assert runner.send_letters(app) == 0
    assert seen(row).state is Post.WAITING


def test_a_letter_is_delivered_once(app, cast, mailbox):
    row = a_letter(name="Zoë Ångström")
    assert runner.send_letters(app) == 1
    assert runner.send_letters(app) == 0
    (message,) = mailbox.stored.values()
    assert message["Subject"] == "Your assessment for 2025-26 is open"
    assert message["To"] == "Zoë Ångström <priya@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert "http://localhost/assessments/AS-1" in message.get_content()
    assert "Dear Zoë Ångström" in message.get_content()
    assert (seen(row).state, seen(row).sent_at, seen(row).attempts) == (Post.SENT, MONDAY, 1)
    assert json.loads(seen(row).facts) == FACTS


def test_the_facts_of_a_secret_letter_are_gone_once_it_is_sent(app, cast, mailbox, monkeypatch):
    monkeypatch.setattr(Letter.PERIOD_OPENED, "secret", True)
    row = a_letter()
    runner.send_letters(app)
    assert seen(row).facts == "{}"


def test_a_mail_server_that_asks_to_wait_is_asked_again_less_and_less_often(app, cast, mailbox):
    mailbox.refuse["priya@example.org"] = "450 try later"
    row, other = a_letter(), a_letter("sam@example.org")
    at, waits = MONDAY, []
    for _ in range(5):
        with clock.at(at):
            runner.send_letters(app)
        assert seen(row).state is Post.WAITING
        waits.append((seen(row).not_before - at).total_seconds() / 60)
        at = seen(row).not_before
    assert waits == [1, 5, 30, 120, 720]
    assert seen(other).state is Post.SENT  # nobody waits for somebody else's full mailbox
    with clock.at(at):
        runner.send_letters(app)
    assert (seen(row).state, seen(row).reason) == (Post.FAILED, "450 try later")
    told = audit.trail(0, f"letter {row.id}")[0]
    assert (told.event, told.facts) == (audit.Event.LETTER_NOT_DELIVERED, {"letter": "PERIOD_OPENED", "reason": "450"})


def test_a_refusal_for_ever_is_not_tried_again(app, cast, mailbox):
    mailbox.refuse["priya@example.org"] = "550 no such person priya@example.org"
    row = a_letter()
    runner.send_letters(app)
    assert (seen(row).state, seen(row).attempts) == (Post.FAILED, 1)
    told = audit.trail(0, f"letter {row.id}")[0]
    assert told.facts["reason"] == "550"  # the record names no address
    assert audit.verify() == []


def test_while_the_mail_server_is_away_only_one_letter_uses_an_attempt(app, cast, mailbox, monkeypatch):
    away = dataclasses.replace(app.extensions["settings"], mail_server="127.0.0.1:1")
    rows = [a_letter(), a_letter("sam@example.org")]
    with monkeypatch.context() as patched:
        patched.setitem(app.extensions, "settings", away)
        assert runner.send_letters(app) == 0
    assert sorted(seen(row).attempts for row in rows) == [0, 1]
    with clock.at(MONDAY + dt.timedelta(minutes=1)):
        assert runner.send_letters(app) == 2


def test_a_letter_left_behind_is_taken_up_under_the_same_name(app, cast, mailbox):
    row = a_letter()
    delivery._claim(runner.keep)  # a worker claims it, hands it over, and is killed before it can stamp it
    again = {}
    for minutes in (14, 16):
        with clock.at(MONDAY + dt.timedelta(minutes=minutes)):
            again[minutes] = runner.send_letters(app)
    assert again == {14: 0, 16: 1}
    assert seen(row).attempts == 2
    assert list(mailbox.stored) == [delivery.message_id(seen(row), app.extensions["settings"])]


def test_only_the_last_to_claim_a_letter_may_stamp_it(app, cast, mailbox):
    row = a_letter()
    mine = delivery._claim(runner.keep)
    with clock.at(MONDAY + dt.timedelta(minutes=16)):
        theirs = delivery._claim(runner.keep)
    delivery._stamp(mine, runner.keep)
    assert seen(row).state is Post.SENDING
    delivery._stamp(theirs, runner.keep)
    assert seen(row).state is Post.SENT


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(app, cast, mailbox):
    broken, whole = a_letter(facts={}), a_letter("sam@example.org")
    assert runner.send_letters(app) == 1
    assert seen(broken).state is Post.WAITING
    assert "could not be written" in seen(broken).reason
    assert seen(whole).state is Post.SENT


def test_no_name_can_add_a_header(app, cast, mailbox):
    a_letter(name="Eve\nBcc: everybody@example.org")
    a_letter("sam@example.org", facts={**FACTS, "period": "2025-26\nBcc: all@example.org"})
    runner.send_letters(app)
    assert all(message["Bcc"] is None for message in mailbox.stored.values())


def test_a_worker_that_stops_finishes_the_letter_at_hand_only(app, cast, mailbox):
    for name in ("priya", "sam", "dot"):
        a_letter(f"{name}@example.org")
    stop = []
    mailbox.on_arrival = lambda: stop.append(True)
    assert delivery.deliver(app, keep=runner.keep, stopping=lambda: bool(stop)) == 1
    assert db.session.query(OutgoingLetter).filter_by(state=Post.WAITING).count() == 2


@pytest.mark.parametrize("granted", [True, False])
def test_every_letter_of_a_period_can_be_read(app, cast, mailbox, granted):
    a_period(cast)
    assessment = a_started_assessment(cast)
    for step in periods.open_periods(clock.today()):
        step()
    with clock.at(dt.date(2026, 6, 24)):
        for step in reminding.reminders(clock.today()):
            step()
    extension = extending.ask(assessment, until=dt.date(2026, 7, 9), reason="Two people short.", by=cast.priya)
    if granted:
        extending.grant(extension, until=dt.date(2026, 7, 9), reason="A month is too short.", by=cast.cora)
    else:
        extending.refuse(extension, reason="A month is enough.", by=cast.cora)
    with clock.at(dt.date(2026, 9, 1)):
        closing.close(assessment, today=clock.today(), by=PORTAL)
    db.session.commit()
    with clock.at(dt.date(2026, 9, 1)):
        runner.send_letters(app)
    assert {one.letter for one in db.session.query(OutgoingLetter).filter_by(state=Post.SENT)} == {
        "PERIOD_OPENED", "DIGEST", "EXTENSION_ASKED", "EXTENSION_DECIDED", "NOT_SUBMITTED",
    }  # fmt: skip
    for message in mailbox.stored.values():
        text = message.get_content()
        assert message["Subject"]
        assert text.count("http://localhost/") == 1
        assert "{" not in text
        assert "\n\n\n" not in text.replace("\r", "")
        assert text.startswith("Dear ")
