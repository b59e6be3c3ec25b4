"""What an attacker tries: each attempt is made for real, and must come to nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import create_app
from portal.assessments.models import Answer, Reliability, View
from portal.assessments.operations import allocating, reviewing
from portal.assessments.queries import reviewing as queries_of_reviews
from portal.config import Settings, SettingsError
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, TooMany
from portal.organisations.models import Membership
from portal.organisations.operations import attempts, second_factor
from portal.outbox import OutgoingLetter
from portal.serving import Gunicorn
from portal.web.gate import Gate
from portal.web.headers import origin_of
from tests import builders
from tests.browser import Browser
from tests.people import Cast

SAME = {"Sec-Fetch-Site": "same-origin"}


# Values that no database holds.


@pytest.mark.parametrize("address", ["/organisations/RTX%00", "/assessments/%00", "/invitations/a%00b", "/sign-in/%00", "/%00"])
@pytest.mark.parametrize("who", [None, "priya", "ada"])
def test_a_null_byte_in_an_address_is_a_page_that_does_not_exist(browser: Any, who: str | None, address: str) -> None:
    assert browser(who).client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/organisations?after=%00&q=a", "/organisations?after=a%00", "/reviews?after=%00", "/reviews?period=%00&text=%00",
        "/assessments/AS-222222/receipt/99999999999999999999.json", "/conflicts/declare?q=%00", "/gaps?pillar=%00",
    ],
)
@pytest.mark.parametrize("who", ["priya", "owen"])
def test_no_value_in_an_address_breaks_the_portal(browser: Any, who: str, address: str) -> None:
    assert browser(who).client.get(address).status_code < 500


@pytest.mark.parametrize("version", ["²", "٣", "9" * 5000, "\x00"])
def test_a_version_of_strange_figures_breaks_nothing(browser: Any, cast: Cast, version: str) -> None:
    reference = builders.a_started_assessment(cast).reference
    priya: Browser = browser("priya")
    priya.open("/account/name")
    for name in ("version", "over"):
        answer = priya.client.post(
            f"/assessments/{reference}/expectations/NHS-1.1",
            data={"csrf_token": priya.token(), "version": "1", name: version, "claim": "x"},
            headers=SAME,
        )
        assert answer.status_code < 500, name


# Where a form comes from.


@pytest.fixture
def behind(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal behind a proxy that ends https and that it was not told of: requests arrive as plain http."""
    address = "https://portal.example"
    settings = dataclasses.replace(app.extensions["settings"], base_url=address)
    for functions in app.before_request_funcs.values():
        for one in functions:
            for cell in one.__closure__ or ():
                if isinstance(cell.cell_contents, Settings):
                    monkeypatch.setattr(cell, "cell_contents", settings)


@pytest.mark.usefixtures("behind")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://portal.example"}, 303),
        ({"Origin": "https://portal.example", **SAME}, 303),
        ({"Referer": "https://portal.example/account/name"}, 303),
        ({}, 303),
        ({"Origin": "https://portal.example.evil.example"}, 403),
        ({"Origin": "https://portal.example:8443"}, 403),
        ({"Origin": "null"}, 403),
        ({"Referer": "https://evil.example/"}, 403),
        ({"Origin": "https://portal.example", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_form_is_taken_from_the_public_address_alone(browser: Any, headers: dict[str, str], status: int) -> None:
    priya: Browser = browser("priya")
    page = priya.open("/account/name")
    version = page.all("input", name="version")[0].get("value")
    values = {"csrf_token": priya.token(), "version": version, "name": "Priya R"}
    answer = priya.client.post("/account/name", data=values, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://portal.example/a?b", "https://portal.example"),
        ("https://portal.example:443", "https://portal.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://PORTAL.example", "https://portal.example"),
        ("https://user@portal.example", "https://portal.example"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("https://x:notaport", "null"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_every_change_needs_a_token_of_the_form(app: Flask, browser: Any) -> None:
    """Each address that takes a change, the demonstration's kind too, is refused without one."""
    priya: Browser = browser("priya")
    tried = 0
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()):
            values = {name: "1" if name in ("number", "page", "position", "id", "level", "major", "round") else "x" for name in rule.arguments}
            address = app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
            # Where files come in, the form is not read before the gate has let its sender pass: here there is no such thing.
            gate: Gate = vars(app.view_functions[rule.endpoint])["gate"]
            # Other systems are known by what no browser sends by itself, and a cookie is nothing to them.
            refused = {401} if gate.scope else {400, 404} if gate.uploads else {400}
            for headers in (SAME, {**SAME, "HX-Request": "true"}):
                assert priya.client.post(address, data={}, headers=headers).status_code in refused, address
                tried += 1
    assert tried > 80


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "portal.example@evil.example"])
def test_another_host_name_reaches_no_letter_and_no_redirect(app: Flask, browser: Any, host: str) -> None:
    visitor: Browser = browser()
    visitor.open("/sign-in")
    answer = visitor.client.post(
        "/sign-in", data={"csrf_token": visitor.token(), "email": "priya@example.org"}, headers={"Host": host}
    )
    assert "evil" not in answer.headers.get("Location", "")
    assert "evil" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "next", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https:evil.example", "/%0d%0aSet-Cookie:x", "\\\\evil.example", "///evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(browser: Any, next: str) -> None:
    answer = browser("priya").client.get("/sign-in", query_string={"next": next})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith(("//", "/\\"))
    assert "\n" not in answer.headers["Location"]


# What a browser keeps, and what it is told.


def test_pages_of_a_signed_in_person_are_kept_nowhere(browser: Any) -> None:
    priya: Browser = browser("priya")
    for address in ("/work", "/account", "/assessments/AS-222222"):
        assert priya.client.get(address).headers["Cache-Control"] == "no-store"
    priya.open("/account")
    answer = priya.client.post("/sign-out", data={"csrf_token": priya.token()}, headers=SAME)
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert priya.client.get("/account").status_code == 303


@pytest.mark.parametrize("address", ["/", "/nowhere", "/static/portal.css", "/sign-in", "/static/nowhere.css", "/work"])
def test_every_answer_says_what_kind_it_is_and_may_stand_in_no_frame(browser: Any, address: str) -> None:
    answer = browser().client.get(address)
    answer.close()
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in headers
    if not address.endswith("portal.css"):
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


# Guessing.


def test_codes_are_guessed_no_more_than_thirty_times_a_day(cast: Cast) -> None:
    builders.a_code(cast, "edwin")
    person, taken = cast.edwin, []
    midnight = dt.datetime(2026, 6, 2, tzinfo=dt.UTC)
    for quarter in range(8):
        with clock.at(midnight + quarter * dt.timedelta(minutes=15)):
            for _ in range(5):
                with pytest.raises((Invalid, TooMany)) as refusal:
                    second_factor.confirm(person, "000000")
                taken.append(refusal.type)
    assert taken == [Invalid] * 30 + [TooMany] * 10


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"), (None, "unknown"), ("nonsense", "unknown"),
    ],
)
def test_a_household_with_many_addresses_is_one_network(one: str | None, same: str) -> None:
    assert attempts.network(one) == same


# References of others inside forms.


@pytest.mark.parametrize("person", ["nobody", "-1", "²", "0", "999999999999999999999", "sam"])
def test_expectations_are_given_to_colleagues_alone(browser: Any, cast: Cast, person: str) -> None:
    assessment = builders.a_started_assessment(cast)
    reference, id = assessment.reference, assessment.id
    chosen = str(cast.sam.id) if person == "sam" else person
    priya: Browser = browser("priya")
    priya.open(f"/assessments/{reference}/assignments")
    page = priya.send(f"/assessments/{reference}/assignments", {"expectations": ["NHS-1.1"], "person": chosen}, status=422)
    assert "Choose somebody who acts for this organisation" in page.text
    assert not db.session.scalars(sa.select(Answer.id).where(Answer.assessment_id == id, Answer.assigned_to_id.is_not(None))).all()


def test_a_reference_of_another_organisation_under_ones_own_is_not_found(browser: Any, cast: Cast) -> None:
    theirs = db.session.scalars(sa.select(Membership.reference).where(Membership.person_id == cast.sam.id)).one()
    bea: Browser = browser("bea")
    bea.open("/account/name")
    for what in ("role", "end", "deputy", "end-deputy", "second-factor"):
        values = {"csrf_token": bea.token(), "role": "HANDLER", "scope": "role", "reason": "x"}
        own = bea.client.post(f"/organisations/RTX/people/{theirs}/{what}", data=values, headers=SAME)
        other = bea.client.post(f"/organisations/RYZ/people/{theirs}/{what}", data=values, headers=SAME)
        assert {own.status_code, other.status_code} <= {404}, what


@pytest.mark.parametrize("role", ["ADMINISTRATOR", "STANDARDS_REVIEWER"])
def test_an_organisations_administrator_gives_no_role_at_the_ombudsman(browser: Any, role: str) -> None:
    bea: Browser = browser("bea")
    bea.open("/organisations/RTX/people/invite")
    values = {"name": "M", "email": "m@example.org", "role": [role]}
    assert "Choose from the roles offered" in bea.send("/organisations/RTX/people/invite", values, status=422).text


# The second factor.


def test_a_session_without_its_second_factor_reaches_no_page_of_the_ombudsmans_staff(app: Flask, cast: Cast) -> None:
    token = cast.sign_in("owen", second_factor=False)
    owen = Browser(app, token, follow=False)
    own = {"/second-factor", "/second-factor/set-up", "/sign-out", "/account/sign-out-everywhere", "/demonstration/code"}
    bound = app.url_map.bind("localhost")
    owen.open("/")
    csrf = owen.token()
    for rule in app.url_map.iter_rules():
        values = {name: "1" if name in ("number", "page", "position", "id", "level", "major", "round") else "x" for name in rule.arguments}
        address = bound.build(rule.endpoint, values)
        gate: Gate = vars(app.view_functions[rule.endpoint])["gate"]
        if address in own or gate.action.name in ("READ_PUBLIC_PAGES", "SIGN_IN"):
            continue
        for method in {"GET", "POST"} & (rule.methods or set()):
            answer = owen.client.open(
                address, method=method, data={"csrf_token": csrf} if method == "POST" else None,
                headers={**SAME, "HX-Request": "true"},
            )  # fmt: skip
            if gate.scope:
                assert answer.status_code == 401, address
                continue
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/second-factor"), address


# Whether somebody has an account.


def test_asking_for_a_link_does_the_same_work_for_an_address_that_nobody_has(browser: Any, queries: Any) -> None:
    asked = {}
    for address in ("priya@example.org", "nobody@example.org"):
        visitor: Browser = browser()
        visitor.follow = False
        visitor.open("/sign-in")
        values = {"csrf_token": visitor.token(), "email": address}
        with queries() as seen:
            answer = visitor.client.post("/sign-in", data=values, headers=SAME)
        asked[address] = (answer.status_code, dict(answer.headers), answer.data, [one[:40] for one in seen])
    assert asked["priya@example.org"] == asked["nobody@example.org"]
    assert db.session.scalars(sa.select(OutgoingLetter.to_address)).all() == ["priya@example.org"]


# Files and settings.


def test_the_key_and_its_folder_are_their_owners_alone(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "instance")
    settings.signing_key()
    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "instance" / "secret-key").stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "instance").iterdir()] == ["secret-key"]


def test_what_a_command_writes_is_its_owners_alone(tmp_path: Path) -> None:
    given = {**os.environ, "PORTAL_INSTANCE": str(tmp_path / "instance")}
    subprocess.run([sys.executable, "-m", "portal", "migrate"], env=given, check=True, capture_output=True)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "instance").iterdir()}
    assert "portal.sqlite" in modes
    assert set(modes.values()) == {0o600}, modes


def test_processes_that_start_together_sign_with_one_key(tmp_path: Path) -> None:
    ask = "import sys, pathlib, portal.config as c; print(c.Settings(instance=pathlib.Path(sys.argv[1])).signing_key())"
    started = [
        subprocess.Popen([sys.executable, "-c", ask, str(tmp_path / "instance")], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    keys = {one.communicate()[0].strip() for one in started}
    assert len(keys) == 1
    assert len(keys.pop()) > 60


def test_a_key_that_is_empty_or_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("\n")
    with pytest.raises(SettingsError, match="holds no key"):
        Settings(instance=tmp_path).signing_key()
    with pytest.raises(SettingsError, match="too short"):
        Settings(secret_key="secret")


def test_the_demonstrations_doors_exist_only_where_it_was_asked_for(app: Flask, tmp_path: Path) -> None:
    assert not app.debug
    assert not [one for one in app.url_map.iter_rules() if one.rule.startswith("/demonstration")]
    with pytest.raises(SettingsError, match="anybody"):
        Settings(demonstration=True, mail_server="mail:25")
    shown = create_app(Settings(instance=tmp_path, demonstration=True))
    client = shown.test_client()
    assert client.post("/demonstration/people/PE-222222", headers=SAME).status_code == 400


# The blind second view.

BEFORE = "The minutes show one site only, zanzibar."


@pytest.fixture
def lowered(cast: Cast) -> str:
    """An assessment that Owen holds, with one level lowered, its reliability rated, and everything else agreed."""
    assessment = builders.a_claimed_assessment(cast)
    reviewing.record_view(assessment, "NHS-1.1", view=View.LOWER, level=2, reason=BEFORE, version=0, by=cast.owen)
    reviewing.rate_reliability(
        assessment, Reliability.LOW, reason="They overstate zanzibar.", version=assessment.version, by=cast.owen
    )
    db.session.commit()
    return assessment.reference


def test_no_page_tells_a_second_reviewer_what_the_first_one_found(app: Flask, browser: Any, lowered: str) -> None:
    rosa: Browser = browser("rosa", follow=False)
    rosa.open("/account/name")
    csrf, bound = rosa.token(), app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "reference" not in rule.arguments or not rule.rule.startswith(("/reviews/", "/assessments/", "/extensions/")):
            continue
        given = {"reference": lowered, "code": "NHS-1.1", "expectation": "NHS-1.1", "question": "x", "number": 1, "pin": "x", "key": "x"}
        address = bound.build(rule.endpoint, {name: given[name] for name in rule.arguments})
        for htmx in ({}, {"HX-Request": "true", "HX-Target": "div#finding"}):
            answer = rosa.client.get(address, headers=htmx)
            shown = answer.get_data(as_text=True)
            answer.close()
            assert "zanzibar" not in shown, address
            if "POST" in (rule.methods or ()) and "take-over" not in address:
                sent = {"csrf_token": csrf, "view": "lower", "version": "7"}
                shown = rosa.client.post(address, data=sent, headers={**SAME, **htmx}).get_data(as_text=True)
                assert "zanzibar" not in shown, f"POST {address}"
    for address in ("/organisations/RTX/record", "/reviews", "/gaps", "/reviews?text=north", "/work"):
        assert "zanzibar" not in rosa.client.get(address).get_data(as_text=True), address


def test_the_outcome_and_the_reliability_wait_for_the_second_view(browser: Any, lowered: str) -> None:
    rosa: Browser = browser("rosa")
    for address in (f"/reviews/{lowered}/publish", f"/reviews/{lowered}"):
        page = rosa.open(address)
        assert "Not shown to you, because you may be asked for a blind second view" in page.text
        assert "Low" not in page.text
    rosa.open(f"/reviews/{lowered}/reliability", status=409)
    assert "zanzibar" in browser("owen").open(f"/reviews/{lowered}/publish").text
    assert "zanzibar" in browser("cora").open(f"/reviews/{lowered}").text


def test_whoever_held_the_review_for_a_moment_gives_no_second_view(browser: Any, cast: Cast, lowered: str) -> None:
    assessment = queries_of_reviews.handed_in(lowered)
    assert assessment is not None
    allocating.take_over(assessment, reason="To look.", by=cast.rosa)
    db.session.commit()
    allocating.give_up(assessment, reason="I have looked.", by=cast.rosa)
    db.session.commit()
    rosa: Browser = browser("rosa")
    rosa.open(f"/reviews/{lowered}/second/NHS-1.1", status=200)
    allocating.claim(assessment, by=cast.owen)
    db.session.commit()
    page = rosa.send(f"/reviews/{lowered}/second/NHS-1.1", {"view": "lower", "level": "2", "reason": "So."}, status=403)
    assert "You have held this review yourself" in page.text


# What a contributor was not given.


def test_a_contributor_reads_the_answers_of_others_on_no_page(app: Flask, browser: Any, cast: Cast) -> None:
    assessment = builders.a_signed_assessment(cast)
    reference = assessment.reference
    claims = db.session.scalars(sa.select(Answer.claim).where(Answer.assessment_id == assessment.id)).all()
    claim = next(one for one in claims if one)
    connie: Browser = browser("connie")
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/assessments/<reference>"):
            given = {"reference": reference, "expectation": "NHS-1.1", "question": "x", "number": 1, "key": "x"}
            address = bound.build(rule.endpoint, {name: given[name] for name in rule.arguments})
            answer = connie.client.get(address)
            shown = answer.get_data(as_text=True)
            answer.close()
            assert claim not in shown, address


def test_an_upload_is_found_by_its_own_key_alone(browser: Any, app: Flask) -> None:
    ada: Browser = browser("ada")
    for key in ("..%2fsecret-key", "%2e%2e", "a" * 64, "A" * 64, "0" * 63, "..%5csecret-key"):
        assert ada.client.get(f"/organisations/import/{key}").status_code in {404, 409}, key
    assert browser("bea").client.get("/organisations/import/" + "a" * 64).status_code == 403


def test_the_web_server_believes_no_forwarded_header(app: Flask) -> None:
    for proxies in (0, 1):
        settings = dataclasses.replace(app.extensions["settings"], proxies=proxies)
        chosen = Gunicorn(app, settings, lambda: None).cfg
        assert not chosen.forwarded_allow_ips
        assert not chosen.forwarder_headers
