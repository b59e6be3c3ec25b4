"""The complainant is asked once, by a link that cannot be guessed or used again; a "no" opens the matter to the officer."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from portal import audit
from portal.jobs import delivery
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotFound, Stale, WrongState
from portal.kernel.references import secret_token
from portal.outbox import OutgoingLetter, Post
from portal.policy import STRANGER
from portal.recommendations.lifecycle import Said
from portal.recommendations.models import ComplainantAddress, ComplainantQuestion, Recommendation
from portal.recommendations.operations import asking, reporting
from portal.recommendations.operations.reporting import Seen
from tests import builders
from tests.people import Cast

ADDRESS = "somebody@example.net"


def asked(cast: Cast) -> tuple[Recommendation, str]:
    """Reported as finished, so that the complainant was asked; and the token of the link."""
    one = builders.an_issued_recommendation(cast)
    asking.note_address(one, address=ADDRESS, version=one.version, by=cast.cora)
    db.session.commit()
    builders.a_pin(cast, f"{one.reference}/2")
    reporting.report(
        one, version=one.version, changed="We wrote.", how_we_know="We hold a copy.", finished=True, done_on=clock.today(),
        seen={1: Seen("Head of complaints", clock.today())}, by=cast.priya,
    )  # fmt: skip
    db.session.commit()
    return one, json.loads(letter().facts)["token"]


def letter() -> OutgoingLetter:
    return db.session.query(OutgoingLetter).filter_by(letter="COMPLAINANT_ASKED").one()


def test_the_link_is_sent_once_and_the_address_forgotten(cast: Cast) -> None:
    asked(cast)
    assert (letter().to_address, letter().to_name) == (ADDRESS, "")
    assert db.session.query(ComplainantAddress).count() == 0
    told = " ".join(f"{each.by_name} {each.facts}" for each in audit.trail(cast.trust.id, working_papers=True))
    assert ADDRESS not in told


@pytest.mark.parametrize("state", [Post.SENT, Post.FAILED])
def test_the_letter_forgets_where_it_went(cast: Cast, state: Post) -> None:
    asked(cast)
    row = letter()
    row.attempts, row.state, row.claimed_at = 1, Post.SENDING, clock.now()
    db.session.commit()
    if state is Post.SENT:
        delivery._stamp(row, db.session.commit)
    else:
        delivery._give_up(row, f"550 no such user {ADDRESS}", db.session.commit)
    db.session.expire_all()
    assert (letter().state, letter().to_address, letter().facts) == (state, "", "{}")
    assert ADDRESS not in letter().reason


@pytest.mark.parametrize("htmx", [False, True])
def test_three_questions_answered_once(cast: Cast, browser: Any, htmx: bool) -> None:
    one, token = asked(cast)
    stranger = browser(None)
    stranger.htmx = htmx
    page = stranger.open(f"/your-view/{token}")
    assert one.public_text in page.text
    for secret in (one.text, one.case_reference, one.reference, "Northmoor"):
        assert secret not in page.text, "the link reveals the public text and nothing else"
    stranger.press("Send your answer", status=422)
    page = stranger.press("Send your answer", arrived="yes", matches="partly", said="It came late.")
    assert page.h1 == "Thank you"
    assert "was used" in stranger.open(f"/your-view/{token}", status=409).text
    db.session.expire_all()
    assert not one.objected
    assert "It came late." in browser("cora").open(f"/recommendations/{one.reference}/complainant").text


def test_a_no_opens_the_matter_until_an_officer_settles_it(cast: Cast, browser: Any) -> None:
    one, token = asked(cast)
    asking.answer(token, arrived=Said.NO, matches=Said.NO, said="Nothing came.", by=STRANGER)
    db.session.commit()
    assert one.objected
    told = db.session.query(OutgoingLetter).filter_by(letter="COMPLAINANT_OBJECTED").one()
    assert told.to_address == "colin@example.org"
    cora = browser("cora")
    cora.open(f"/recommendations/{one.reference}/complainant")
    cora.press("Say that it is settled", status=422)
    cora.press("Say that it is settled", why="The letter had gone to an old address. It was sent again, and arrived.")
    db.session.expire_all()
    assert not one.objected
    with pytest.raises(WrongState):
        asking.settle(one, why="Again.", version=one.version, by=cast.cora)


def test_a_used_an_old_and_an_invented_link_each_say_what_they_are(cast: Cast, browser: Any) -> None:
    _, token = asked(cast)
    question = db.session.query(ComplainantQuestion).one()
    with clock.at(question.expires_on + dt.timedelta(1)):
        assert "could be used until" in browser(None).open(f"/your-view/{token}", status=409).text
        with pytest.raises(WrongState):
            asking.answer(token, arrived=Said.YES, matches=Said.YES, by=STRANGER)
    for invented in ("x", token[:-1], token + "a", "%00", "0" * 500):
        browser(None).open(f"/your-view/{invented}", status=404)
    with pytest.raises(NotFound):
        asking.answer("x", arrived=Said.YES, matches=Said.YES, by=STRANGER)
    asking.answer(token, arrived=Said.YES, matches=Said.YES, by=STRANGER)
    db.session.commit()
    with pytest.raises(WrongState, match="was used"):
        asking.answer(token, arrived=Said.NO, matches=Said.NO, by=STRANGER)


@pytest.mark.parametrize(("link", "status"), [("open", 200), ("used", 409), ("ended", 409), ("invented", 404), ("%00", 404), ("thank-you", 200)])
def test_no_search_engine_no_cache_and_no_other_page_learns_of_a_link(cast: Cast, browser: Any, link: str, status: int) -> None:
    one, token = asked(cast)
    if link == "used":
        asking.answer(token, arrived=Said.YES, matches=Said.YES, by=STRANGER)
        db.session.commit()
    with clock.at(clock.today() + dt.timedelta(29 if link == "ended" else 0)):
        page = browser(None).open(f"/your-view/{token if link in ('open', 'used', 'ended') else link}", status=status)
    headers = page.answer.headers
    assert (headers["X-Robots-Tag"], headers["Cache-Control"], headers["Referrer-Policy"]) == ("noindex", "no-store", "strict-origin")
    assert (one.public_text in page.text) == (link == "open")
    assert page.answer.get_data(as_text=True).count(token) == (1 if link == "open" else 0), "in the address of its own form alone"
    for secret in (one.text, one.case_reference, one.reference, "Northmoor", "RTX"):
        assert secret not in page.text
    stored = db.session.query(ComplainantQuestion).one()
    assert token not in (stored.token_hash, stored.words)


def test_browsers_say_where_the_answer_came_from_and_it_is_taken(cast: Cast, browser: Any) -> None:
    """With “no-referrer” they would say “Origin: null”, as they do of a page of another site that hides itself."""
    _, token = asked(cast)
    stranger = browser(None)
    page = stranger.open(f"/your-view/{token}")
    assert page.answer.headers["Referrer-Policy"] == "strict-origin"
    said = {"arrived": "yes", "matches": "yes"}
    refused = stranger.send(f"/your-view/{token}", said, status=403, headers={"Origin": "null"})
    assert refused.answer.headers["Referrer-Policy"] == "strict-origin"
    stranger.open(f"/your-view/{token}")
    stranger.send(f"/your-view/{token}", said, headers={"Origin": "http://localhost"})
    assert db.session.query(ComplainantQuestion).one().arrived is Said.YES


@pytest.mark.parametrize("typed", [{"arrived": "no", "matches": "no"}, {}])
def test_guessing_comes_to_an_end(cast: Cast, browser: Any, typed: dict[str, str]) -> None:
    _, token = asked(cast)
    stranger = browser(None)
    stranger.open("/sign-in")
    typed = {**typed, "csrf_token": stranger.token()}
    for _ in range(asking.ANSWERS_FROM_ONE_NETWORK.most):
        stranger.send(f"/your-view/{secret_token()}", typed, status=404)
    for link in (token, "x"):
        page = stranger.send(f"/your-view/{link}", typed, status=429)
        assert "You can try again from" in page.text
        assert page.answer.headers["Cache-Control"] == "no-store"
    assert db.session.query(ComplainantQuestion).one().answered_at is None
    with clock.at(clock.now() + dt.timedelta(hours=1)):
        stranger.send(f"/your-view/{token}", {**typed, "arrived": "yes", "matches": "yes"})


def test_the_organisation_learns_nothing_of_the_complainant(cast: Cast, browser: Any) -> None:
    one, token = asked(cast)
    asking.answer(token, arrived=Said.NO, matches=Said.NO, said="Nothing came to me.", by=STRANGER)
    db.session.commit()
    for who in ("priya", "edwin"):
        browser(who).open(f"/recommendations/{one.reference}/complainant", status=403)
        for page in (f"/recommendations/{one.reference}", f"/recommendations/{one.reference}/reports/1", "/organisations/RTX/record"):
            text = browser(who).open(page).text.lower()
            assert "complainant answered" not in text
            assert "nothing came to me" not in text
            assert ADDRESS not in text


@pytest.mark.parametrize("address", ["nobody", "a b@example.net", "a@b", "x" * 320 + "@example.net", "a@example.net\r\nBcc: b@example.net"])
def test_only_an_address_is_an_address(cast: Cast, address: str) -> None:
    one = builders.an_issued_recommendation(cast)
    with pytest.raises(Invalid):
        asking.note_address(one, address=address, version=one.version, by=cast.cora)


def test_an_address_can_be_forgotten_and_is_never_shown(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    cora = browser("cora")
    cora.open(f"/recommendations/{one.reference}/complainant")
    page = cora.press("Note the address", address=ADDRESS)
    assert "An address was noted on" in page.text
    assert ADDRESS not in str(page.all("html"))
    page = cora.press("Note the address", address="")
    assert "No address is noted." in page.text
    db.session.expire_all()
    with pytest.raises(Stale):
        asking.note_address(one, address=ADDRESS, version=one.version - 1, by=cast.cora)


def test_where_nobody_can_be_asked_nobody_is(cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast, type="policy")
    with pytest.raises(Invalid, match="not asked about recommendations of this type"):
        asking.note_address(one, address=ADDRESS, version=one.version, by=cast.cora)
    db.session.rollback()
    assert db.session.query(ComplainantQuestion).count() == 0


def test_what_is_said_has_an_end(cast: Cast, browser: Any) -> None:
    _, token = asked(cast)
    stranger = browser(None)
    stranger.open(f"/your-view/{token}")
    stranger.press("Send your answer", status=422, arrived="yes", matches="yes", said="x" * 4001)
    stranger.press("Send your answer", status=422, arrived="maybe", matches="yes")
    stranger.press("Send your answer", arrived="yes", matches="yes", said="\x00=1+1\u202e")
    db.session.expire_all()
    assert db.session.query(ComplainantQuestion).one().words == "=1+1"
