"""What other systems read and send: a token alone lets them in, drafts come in all or none, and each refusal says what to do."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from portal import audit
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.operations import conflicts
from portal.organisations.operations.attempts import Limit
from portal.recommendations.api.document import document
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import tokens
from tests import builders
from tests.people import Cast
from tests.recommendations.test_importing import count_of
from tests.recommendations.test_tokens import a_token

ALL = "/api/v1/recommendations"
SENT = {**builders.RECOMMENDED, "organisation": "RTX", "due_on": "2026-09-01"}


@dataclass
class System:
    """Another system, with its token."""

    app: Flask
    token: str

    def get(self, address: str, **options: Any) -> Any:
        return self._asked("GET", address, **options)

    def post(self, body: Any, **options: Any) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._asked("POST", ALL, data=content, **{"content_type": "application/json", **options})

    def _asked(self, method: str, address: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.app.test_client().open(address, method=method, headers=headers, **options)


@pytest.fixture
def system(app: Flask, cast: Cast) -> System:
    return System(app, a_token(cast)[1])


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    said: dict[str, Any] = answer.get_json(force=True)
    assert said["status"] == status
    assert said["detail"].endswith((".", "%2B in an address"))
    return said


def test_a_draft_arrives_for_another_officer_to_approve(system: System, cast: Cast) -> None:
    answer = system.post(SENT)
    assert answer.status_code == 201
    (line,) = answer.get_json()["drafts"]
    one = db.session.query(Recommendation).one()
    assert line == {"case_reference": "P-1234567", "number": 1, "reference": one.reference, "outcome": "new"}
    assert (one.state, one.drafted_by, one.source, one.organisation_id) == (DraftState.DRAFT, "Cora Stein", "API: Case system", cast.trust.id)
    assert audit.verify() == []


def test_the_same_draft_twice_is_drafted_once(system: System) -> None:
    first, second = system.post(SENT), system.post(SENT)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.get_json()["drafts"][0] == first.get_json()["drafts"][0] | {"outcome": "unchanged"}
    assert count_of(Recommendation) == 1


def test_several_drafts_come_in_together_or_not_at_all(system: System) -> None:
    rows = [SENT | {"number": number} for number in range(1, 101)]
    refused = problem(system.post([*rows[:99], SENT | {"number": 100, "organisation": "NOSUCH"}]), 422)
    assert refused["errors"] == [{"at": "/99/organisation", "detail": "No organisation on the register has the code “NOSUCH”. Correct the code."}]
    assert count_of(Recommendation) == 0
    answer = system.post(rows)
    assert [line["number"] for line in answer.get_json()["drafts"]] == list(range(1, 101))
    assert count_of(Recommendation) == 100
    problem(system.post([*rows, SENT | {"number": 101}]), 422)
    problem(system.post([]), 422)


def test_what_stands_there_already_and_says_something_else_is_a_conflict(system: System, cast: Cast) -> None:
    issued, draft = builders.an_issued_recommendation(cast), builders.a_draft(cast, number=2)
    said = problem(system.post([SENT | {"severity": 5}, SENT | {"number": 2, "severity": 5}]), 409)
    assert [one["at"] for one in said["errors"]] == ["/0/severity", "/1/severity"]
    assert issued.reference in said["errors"][0]["detail"]
    assert draft.reference in said["errors"][1]["detail"]
    assert "Change it on its page" in said["errors"][1]["detail"]


BODIES = [
    ({"severity": 7}, "/severity"),
    ({"severity": "2"}, "/severity"),
    ({"number": 1.5}, "/number"),
    ({"number": True}, "/number"),
    ({"due_on": "01/09/2026"}, "/due_on"),
    ({"due_on": "2026-06-01"}, "/due_on"),
    ({"type": "fine"}, "/type"),
    ({"text": ""}, "/text"),
    ({"text": " \u200b"}, "/text"),
    ({"text": "x" * 4001}, "/text"),
    ({"text": "A null\x00"}, "/text"),
    ({"failing": None}, "/failing"),
    ({"complainant_address": "a@example.org"}, "/complainant_address"),
    ({"organisation": "R X"}, "/organisation"),
]


@pytest.mark.parametrize(("changed", "at"), BODIES, ids=range(len(BODIES)))
def test_what_is_wrong_is_named_and_nothing_is_drafted(system: System, changed: dict[str, Any], at: str) -> None:
    said = problem(system.post(SENT | changed), 422)
    assert [one["at"] for one in said["errors"]] == [at]
    said = problem(system.post([SENT | {"number": 9}, SENT | changed]), 422)
    assert [one["at"] for one in said["errors"]] == [f"/1{at}"]
    assert count_of(Recommendation) == 0


def test_the_same_place_twice_in_one_request_is_refused(system: System) -> None:
    said = problem(system.post([SENT, SENT]), 422)
    assert said["errors"] == [{"at": "/1/number", "detail": "The draft at /0 has the same case and number. Send it once."}]


def test_what_is_no_json_is_refused(system: System) -> None:
    for body in (b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": "\\ud800"}'):
        problem(system.post(body), 400)
    problem(system.post(b"true"), 422)
    problem(system.post(SENT, content_type="text/plain"), 415)
    problem(system.post(b"case=1", content_type="application/x-www-form-urlencoded"), 415)
    problem(system.post(b" " * (9 * 1024 * 1024)), 413)


# Who may.


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer ", "Bearer portal_x", "Basic Y29yYTp4", "Bearer " + "x" * 10_000, "Bearer \u00e9", "bearer x y z"]
)
def test_whoever_shows_no_good_token_learns_nothing(app: Flask, cast: Cast, shown: str | None) -> None:
    one, draft = builders.an_issued_recommendation(cast), builders.a_draft(cast, number=2)
    headers = {} if shown is None else {"Authorization": shown}
    told = set()
    for address in (ALL, f"{ALL}/{one.reference}", f"{ALL}/{draft.reference}", f"{ALL}/RC-2222222"):
        answer = app.test_client().get(address, headers=headers)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        told.add(answer.get_data())
    told.add(app.test_client().post(ALL, json=SENT, headers=headers).get_data())
    assert len(told) == 1


@pytest.mark.parametrize("who", ["cora", "ada"])
def test_a_cookie_is_never_accepted(cast: Cast, browser: Any, who: str) -> None:
    one = browser(who)
    one.open("/recommendations")
    problem(one.client.get(ALL), 401)
    problem(one.client.post(ALL, json=SENT, headers={"X-CSRFToken": one.token()}), 401)


def test_a_token_is_accepted_nowhere_else(system: System) -> None:
    for address in ("/recommendations", "/drafts", "/tokens"):
        assert system.get(address).headers["Location"].startswith("/sign-in")


def test_a_scope_that_is_lacking_is_named(app: Flask, cast: Cast) -> None:
    reads, drafts = (System(app, a_token(cast, scopes=[scope])[1]) for scope in (tokens.READ, tokens.DRAFT))
    assert reads.get(ALL).status_code == 200
    assert "recommendations:draft" in problem(reads.post(SENT), 403)["detail"]
    assert "recommendations:read" in problem(drafts.get(ALL), 403)["detail"]
    problem(drafts.get(f"{ALL}/RC-2222222"), 403)
    assert drafts.post(SENT).status_code == 201


def test_an_officer_in_conflict_reads_and_drafts_nothing_there(system: System, cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cast.cora)
    db.session.commit()
    problem(system.get(f"{ALL}/{one.reference}"), 403)
    assert "conflict of interest" in problem(system.post(SENT | {"number": 2}), 422)["errors"][0]["detail"]


def test_a_token_that_asks_too_often_is_told_when_to_come_back(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "REQUESTS", Limit("requests of a token", 3, dt.timedelta(minutes=10)))
    assert [system.get(ALL).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert "You can try again from 10:40am" in problem(system.post(SENT), 429)["detail"]
    with clock.at(clock.now() + dt.timedelta(minutes=11)):
        assert system.get(ALL).status_code == 200


def test_a_form_of_another_website_cannot_ask(system: System) -> None:
    problem(system.post(SENT, headers={"Sec-Fetch-Site": "cross-site"}), 403)
    assert count_of(Recommendation) == 0


# Reading.


def test_one_that_was_issued_is_shown_without_what_the_organisation_alone_reads(system: System, cast: Cast) -> None:
    one = builders.an_issued_recommendation(cast)
    said = system.get(f"{ALL}/{one.reference}").get_json()
    assert said == {
        "reference": one.reference, "case_reference": "P-1234567", "number": 1, "type": "apology", "severity": 2,
        "organisation": {"code": "RTX", "name": "Northmoor NHS Foundation Trust"}, "public_text": one.public_text,
        "issued_on": "2026-06-01", "due_on": "2026-09-01", "original_due_on": "2026-09-01", "acceptance": "awaiting", "state": "not-due",
        "complied_on": None, "ended_on": None, "updated_at": "2026-06-01T09:30:00Z",
        "address": f"http://localhost/recommendations/{one.reference}",
    }  # fmt: skip
    assert "Mr A" not in str(said)


def test_drafts_are_not_to_be_read(system: System, cast: Cast) -> None:
    for one in (builders.a_draft(cast), builders.a_sent_draft(cast, number=2)):
        problem(system.get(f"{ALL}/{one.reference}"), 404)
    assert system.get(ALL).get_json() == {"recommendations": [], "next": None}


def test_a_list_is_narrowed_and_goes_on_by_key(system: System, cast: Cast) -> None:
    for number in range(1, 6):
        with clock.at(clock.now() + dt.timedelta(hours=number)):
            builders.an_issued_recommendation(cast, number=number)
    builders.an_issued_recommendation(cast, organisation=cast.other, number=6)

    def numbers(**asked: Any) -> list[int]:
        return [one["number"] for one in system.get(ALL, query_string=asked).get_json()["recommendations"]]

    assert numbers() == [6, 1, 2, 3, 4, 5]
    assert numbers(organisation="RYZ") == [6]
    assert numbers(state="not-due") == [6, 1, 2, 3, 4, 5]
    assert numbers(state="late") == []
    assert numbers(updated_since="2026-06-01T12:30:00Z") == [3, 4, 5]
    assert numbers(updated_since="2026-06-01T14:30:00+01:00") == [4, 5]
    seen, address = [], f"{ALL}?limit=2&organisation=RTX"
    while address:
        page = system.get(address).get_json()
        seen.append([one["number"] for one in page["recommendations"]])
        address = page["next"]
    assert seen == [[1, 2], [3, 4], [5]]


@pytest.mark.parametrize(
    "asked",
    ["limit=0", "limit=201", "limit=two", "limit=", "state=open", "after=x", "after=1-1-1", "updated_since=2026-06-01", "updated_since=0",
     "updated_since=2026-06-01T09:30:00", "updated_since=2026-06-01T09:30:00+01:00", "page=2", "limit=1&limit=2", "organisation=R%00X"],
)  # fmt: skip
def test_a_parameter_that_cannot_be_is_named(system: System, asked: str) -> None:
    said = problem(system.get(f"{ALL}?{asked}"), 422)
    assert [one["at"] for one in said["errors"]] == [asked.partition("=")[0]]


def test_an_organisation_that_is_not_there_is_said(system: System) -> None:
    assert "NOSUCH" in problem(system.get(f"{ALL}?organisation=NOSUCH"), 404)["detail"]


def test_the_list_keeps_its_number_of_statements(system: System, cast: Cast, queries: Any) -> None:
    builders.an_issued_recommendation(cast, number=1)
    system.get(ALL)
    with queries() as few:
        system.get(ALL)
    for number in range(2, 12):
        builders.an_issued_recommendation(cast, number=number)
    with queries() as many:
        assert len(system.get(ALL).get_json()["recommendations"]) == 11
    assert len(few) == len(many) <= 6


# Ways of asking that nobody was told of.


def test_an_unknown_address_or_method_is_a_problem_as_well(system: System) -> None:
    problem(system.get("/api/v1/nothing"), 404)
    problem(system.get("/api/v1/recommendations/RC-%00"), 404)
    for method in ("PUT", "DELETE", "PATCH"):
        answer = system._asked(method, ALL)
        problem(answer, 405)
        assert "GET" in answer.headers["Allow"]


def test_the_document_names_what_the_views_do(app: Flask) -> None:
    there = {
        (rule.rule.replace("<reference>", "{reference}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.described"
        for method in rule.methods or ()
        if method in ("GET", "POST")
    }
    said = {(path, method) for path, methods in document()["paths"].items() for method in methods}
    assert said == there
    answer = app.test_client().get("/api/v1/openapi.json")
    assert answer.get_json() == document()
