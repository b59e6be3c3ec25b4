"""Tokens of other systems: shown once, kept as a hash, good while their officer is one, and revoked for good."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal import audit
from portal.audit import Event
from portal.cli import main
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed, NotFound, Stale, WrongState
from portal.kernel.references import hashed
from portal.organisations.models import Membership
from portal.outbox import OutgoingLetter
from portal.policy import PORTAL
from portal.recommendations.models import ApiToken
from portal.recommendations.operations import tokens
from tests.people import Cast

SAID = {"name": "Case system", "scopes": [tokens.DRAFT, tokens.READ], "officer": "cora@example.org", "ends_on": dt.date(2027, 5, 31)}


def a_token(cast: Cast, **changed: Any) -> tuple[ApiToken, str]:
    made = tokens.make(**{**SAID, **changed}, by=cast.ada)
    db.session.commit()
    return made


def test_a_token_is_made_shown_once_recorded_and_its_officer_told(cast: Cast, browser: Any) -> None:
    ada = browser("ada")
    ada.open("/recommendations/board")
    ada.click("tokens of other systems")
    assert "There are no tokens yet." in ada.page.text
    ada.click("Make a token")
    assert len(ada.press("Make the token", status=422, **{f"ends_on-{part}": "" for part in ("day", "month", "year")}).errors) == 4
    page = ada.press(
        "Make the token", name="Case system", scopes=[tokens.READ], officer="cora@example.org",
        **{"ends_on-day": "31", "ends_on-month": "5", "ends_on-year": "2027"},
    )  # fmt: skip
    secret = page.all("code")[0].text
    assert secret.startswith("portal_")
    assert page.answer.headers["Cache-Control"] == "no-store"
    one = db.session.query(ApiToken).one()
    assert (one.token_hash, one.scopes, one.ends_on) == (hashed(secret), tokens.READ, dt.date(2027, 5, 31))
    assert secret not in ada.open("/tokens").text
    letter = db.session.query(OutgoingLetter).filter_by(letter="TOKEN_MADE").one()
    assert letter.to_address == "cora@example.org"
    (told,) = audit.trail(audit.PORTAL_STREAM, f"token {one.reference}")
    assert told.event is Event.TOKEN_MADE
    assert secret not in str(told.facts) + letter.facts


def test_a_token_is_revoked_with_a_reason_and_for_good(cast: Cast, browser: Any) -> None:
    one, secret = a_token(cast)
    ada = browser("ada")
    ada.open("/tokens")
    ada.click(f"Revoke Case system, {one.reference}")
    assert ada.press("Revoke the token", status=422).errors == ["Say why"]
    assert "The token “Case system” was revoked." in ada.press("Revoke the token", reason="It was in an email.").text
    assert tokens.bearer_of(secret) is None
    assert audit.trail(audit.PORTAL_STREAM, one.audited_as())[0].facts == {"reason": "It was in an email."}
    assert "It was revoked on 1 June 2026" in ada.open(f"/tokens/{one.reference}/revoke").text
    with pytest.raises(WrongState):
        tokens.revoke(one, version=one.version, reason="Again", by=cast.ada)


def test_a_stale_page_revokes_nothing(cast: Cast) -> None:
    one, secret = a_token(cast)
    with pytest.raises(Stale):
        tokens.revoke(one, version=one.version + 1, reason="It was in an email.", by=cast.ada)
    assert tokens.bearer_of(secret) is not None


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " \u200b"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"officer": "ana@example.org"}, "officer"),
        ({"officer": "nobody@example.org"}, "officer"),
        ({"ends_on": dt.date(2026, 5, 31)}, "ends_on"),
        ({"ends_on": dt.date(2027, 6, 3)}, "ends_on"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_token(cast, **changed)
    assert refused.value.field == field


def test_the_administrator_alone_makes_and_revokes_tokens(cast: Cast, browser: Any) -> None:
    one, _ = a_token(cast)
    for name in ("cora", "ana", "priya"):
        with pytest.raises(NotAllowed):
            tokens.make(**SAID, by=getattr(cast, name))
    with pytest.raises(NotAllowed):
        tokens.revoke(one, version=one.version, reason="No.", by=cast.cora)
    with pytest.raises(NotFound):
        tokens.revoke(one, version=one.version, reason="No.", by=cast.priya)
    browser("cora").open("/tokens", status=403)


def test_a_token_speaks_for_an_officer_and_no_longer_than_they_are_one(cast: Cast) -> None:
    _, secret = a_token(cast)
    bearer = tokens.bearer_of(secret)
    assert bearer is not None
    assert (bearer.person.name, bearer.scopes, bearer.token) == ("Cora Stein", {tokens.READ, tokens.DRAFT}, "Case system")
    assert db.session.query(ApiToken).populate_existing().one().used_on == clock.today()
    with clock.at(dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC)):
        assert tokens.bearer_of(secret) is None
    leaving = sa.update(Membership).where(Membership.person_id == cast.rows["cora"].id)
    db.session.connection().execute(leaving.values(until_on=clock.today() - dt.timedelta(1)))
    db.session.commit()
    assert tokens.bearer_of(secret) is None
    assert tokens.bearer_of(secret[:-1] + "x") is None


def test_the_commands_make_list_and_revoke(own_app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = own_app.extensions["settings"]
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database_url)
    Cast.arrive()
    db.session.remove()

    def portal(*typed: str) -> Any:
        return CliRunner().invoke(main, typed)

    told = portal("token", "make", "Case system", "--for", "Cora@example.org", "--scope", tokens.READ, "--until", "2026-12-31")
    assert told.exit_code == 0, told.output
    secret = told.output.splitlines()[-1]
    assert tokens.bearer_of(secret) is not None
    reference = db.session.scalar(sa.select(ApiToken.reference))
    db.session.remove()
    listed = portal("token", "list").output
    assert reference in listed
    assert secret not in listed
    assert portal("token", "revoke", "TK-2222222", "--reason", "x").exit_code == 1
    assert portal("token", "revoke", reference, "--reason", "It leaked.").exit_code == 0
    assert tokens.bearer_of(secret) is None
    db.session.remove()
    told = portal("token", "make", "Case system", "--for", "ana@example.org", "--scope", tokens.READ, "--until", "2026-12-31")
    assert (told.exit_code, "Choose one of the compliance officers" in told.output) == (1, True)
    assert PORTAL.name in {line.by_name for line in audit.trail(audit.PORTAL_STREAM)}
