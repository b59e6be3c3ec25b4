"""One's own record as statements: of the right shape, the same each time, and with nothing in it that says who somebody is."""

from __future__ import annotations

import json
import uuid
from typing import Any

import jsonschema_rs
import pytest

from portal.accreditation import xapi
from portal.accreditation.operations import writing
from portal.accreditation.queries import catalogue
from portal.kernel.db import db
from portal.organisations.models import Membership
from portal.policy import Role
from tests.accreditation.learners import a_work, assigned, begun, handed_in, levels, marked, published, read
from tests.people import OTHER, Cast

IRI = {"type": "string", "pattern": "^https?://"}
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}
MAP = {"type": "object", "patternProperties": {"^en-GB$": {"type": "string", "minLength": 1}}, "additionalProperties": False, "minProperties": 1}
ACTIVITY = {
    "type": "object", "additionalProperties": False, "required": ["objectType", "id", "definition"],
    "properties": {
        "objectType": {"const": "Activity"}, "id": IRI,
        "definition": {"type": "object", "additionalProperties": False, "required": ["type", "name"], "properties": {"type": IRI, "name": MAP}},
    },
}  # fmt: skip
STATEMENT = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object", "additionalProperties": False,
    "required": ["id", "actor", "verb", "object", "context", "timestamp", "version"],
    "properties": {
        "id": UUID,
        "actor": {
            "type": "object", "additionalProperties": False, "required": ["objectType", "account"],
            "properties": {
                "objectType": {"const": "Agent"},
                "account": {
                    "type": "object", "additionalProperties": False, "required": ["homePage", "name"],
                    "properties": {"homePage": IRI, "name": {"type": "string", "pattern": "^[0-9a-f]{32}$"}},
                },
            },
        },
        "verb": {
            "type": "object", "additionalProperties": False, "required": ["id", "display"],
            "properties": {"id": {"enum": [f"http://adlnet.gov/expapi/verbs/{verb}" for verb in ("initialized", "completed", "passed", "failed")]}, "display": MAP},
        },
        "object": ACTIVITY,
        "result": {
            "type": "object", "additionalProperties": False, "required": ["completion"],
            "properties": {
                "completion": {"const": True}, "success": {"type": "boolean"},
                "duration": {"type": "string", "pattern": "^PT(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?$"},
                "extensions": {
                    "type": "object", "additionalProperties": False, "minProperties": 1,
                    "patternProperties": {"^https?://.*/xapi/levels$": {"type": "object", "additionalProperties": {"type": "number", "minimum": 0, "maximum": 4}}},
                },
                "score": {
                    "type": "object", "additionalProperties": False, "required": ["scaled", "raw", "min", "max"],
                    "properties": {"scaled": {"type": "number", "minimum": 0, "maximum": 1}, "raw": {"type": "integer"}, "min": {"const": 0}, "max": {"type": "integer"}},
                },
            },
        },
        "context": {
            "type": "object", "additionalProperties": False, "required": ["registration", "language", "contextActivities", "extensions"],
            "properties": {
                "registration": UUID, "language": {"const": "en-GB"},
                "contextActivities": {
                    "type": "object", "additionalProperties": False, "required": ["grouping"],
                    "properties": {"grouping": {"type": "array", "minItems": 1, "maxItems": 1, "items": ACTIVITY}},
                },
                "extensions": {"type": "object", "patternProperties": {"^https?://.*/xapi/content-hash$": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
                               "additionalProperties": False, "minProperties": 1},
            },
        },
        "timestamp": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$"},
        "version": {"const": "1.0.3"},
    },
}  # fmt: skip


def record(browser: Any, who: str, query: str = "") -> list[dict[str, Any]]:
    answer = browser(who).open(f"/learning/record.jsonl{query}").answer
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


def verbs(made: list[dict[str, Any]]) -> list[str]:
    return sorted(one["verb"]["id"].rpartition("/")[2] for one in made)


def test_the_record_holds_what_was_done_in_the_shape_that_is_promised(cast: Cast, browser: Any) -> None:
    published(cast)
    handed_in(cast.hal)
    handed_in(cast.connie, wrong=5)
    made = record(browser, "hal")
    assert verbs(made) == ["completed", "completed", "initialized", "initialized", "passed"]
    assert verbs(record(browser, "connie")) == ["completed", "completed", "failed", "initialized", "initialized"]
    checked = jsonschema_rs.validator_for(STATEMENT)
    for one in [*made, *record(browser, "connie")]:
        assert [str(error) for error in checked.iter_errors(one)] == []
    passed = next(one for one in made if one["verb"]["id"].endswith("passed"))
    assert passed["result"]["score"] == {"scaled": 1.0, "raw": 6, "min": 0, "max": 6}
    assert passed["result"]["success"] is True
    assert next(one for one in made if one["verb"]["id"].endswith("completed"))["object"]["id"] == "http://localhost/courses/T1/lessons/01-first/01-one"


def test_carrying_it_away_again_gives_the_same_statements(cast: Cast, browser: Any) -> None:
    published(cast)
    handed_in(cast.hal)
    first, again = record(browser, "hal"), record(browser, "hal")
    assert first == again
    assert len({one["id"] for one in first}) == len(first)
    assert all(uuid.UUID(one["id"]).version == 5 for one in first)


def test_a_record_names_nobody_and_holds_no_answer(cast: Cast, browser: Any) -> None:
    published(cast)
    handed_in(cast.hal)
    text = json.dumps(record(browser, "hal"))
    for told in ("Hal", "Osei", "hal@example.org", "RTX", cast.rows["hal"].reference, "answered", "one-1", "The right thing to do"):
        assert told not in text


def test_each_organisation_knows_somebody_by_another_number(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    both = {"reference": "MB-2222222", "person_id": cast.rows["hal"].id, "organisation_id": cast.bodies[OTHER].id, "role": Role.HANDLER,
            "job_title": "", "since_on": cast.rows["hal"].added_at.date()}  # fmt: skip
    db.session.execute(Membership.__table__.insert(), [both])
    db.session.commit()
    here, there = record(browser, "hal", "?organisation=RTX"), record(browser, "hal", f"?organisation={OTHER}")
    assert here[0]["actor"] != there[0]["actor"]
    assert here[0]["id"] != there[0]["id"]
    assert here[0]["context"]["registration"] != there[0]["context"]["registration"]
    page = browser("hal").open("/learning/cpd")
    assert "Download your record for Southfell NHS Trust" in page.links
    browser("hal").open("/learning/record.jsonl?organisation=A99001", status=404)


def test_somebody_who_has_done_nothing_has_an_empty_record(cast: Cast, browser: Any) -> None:
    published(cast)
    assert record(browser, "hal") == []
    page = browser("hal").open("/learning/cpd")
    assert page.links["Download your record"] == "/learning/record.jsonl"


def test_a_conversation_is_passed_or_failed(cast: Cast, browser: Any) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal")
    hal.open("/learning/T1/scenarios/at-the-desk")
    hal.press("Begin")
    hal.press("Go on", choice="0")
    hal.press("Go on", choice="0")
    made = next(one for one in record(browser, "hal") if one["verb"]["id"].endswith("passed"))
    assert made["object"]["id"].endswith("/courses/T1/scenarios/at-the-desk")
    assert made["result"]["score"]["scaled"] == 1.0
    assert [str(error) for error in jsonschema_rs.validator_for(STATEMENT).iter_errors(made)] == []


def test_a_work_is_in_it_with_its_levels_and_without_its_text(cast: Cast, browser: Any, queries: Any) -> None:
    published(cast)
    one = marked(a_work(cast.hal), levels(1, 3), levels(1, 2), by=(cast.mark, cast.rosa))
    hal = browser("hal")
    made = record(browser, "hal")
    assert verbs(made) == ["failed", "initialized", "initialized"]
    failed = next(said for said in made if said["verb"]["id"].endswith("failed"))
    assert failed["object"]["id"] == "http://localhost/courses/T1/assignments/a-reply"
    assert failed["result"]["score"] == {"scaled": 0.4, "raw": 40, "min": 0, "max": 100}
    assert failed["result"]["extensions"] == {"http://localhost/xapi/levels": {"Answers every point": 1.0, "Tone": 2.5}}
    assert [str(error) for error in jsonschema_rs.validator_for(STATEMENT).iter_errors(failed)] == []
    assert "Ms Bell" not in json.dumps(made)
    assert one.reference not in json.dumps(made)
    hal.open("/learning/record.jsonl")
    with queries() as alone:
        hal.open("/learning/record.jsonl")
    writing.begin_again(assigned(cast.hal), by=cast.hal)
    db.session.commit()
    marked(a_work(cast.hal), levels(3, 3), levels(3, 3), by=(cast.mark, cast.rosa))
    with queries() as together:
        hal.open("/learning/record.jsonl")
    assert verbs(record(browser, "hal")) == ["failed", "initialized", "initialized", "initialized", "passed"]
    assert len(together) == len(alone)


def test_a_record_costs_a_known_number_of_statements(cast: Cast, browser: Any, queries: Any) -> None:
    catalogue.content(published(cast))  # each process reads the files of a version once
    counts = []
    for act in (begun, read, handed_in):
        act(cast.hal)
        hal = browser("hal")
        with queries() as seen:
            hal.open("/learning/record.jsonl")
        counts.append(len(seen))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 10


@pytest.mark.parametrize(("seconds", "said"), [(0, "PT0S"), (59, "PT59S"), (60, "PT1M"), (3661, "PT1H1M1S"), (7200, "PT2H")])
def test_durations_are_written_as_iso_8601_does(seconds: int, said: str) -> None:
    assert xapi.duration(seconds) == said


def test_the_account_depends_on_all_that_it_stands_for() -> None:
    made = {xapi.account(*one) for one in (("k", "A", "P"), ("l", "A", "P"), ("k", "B", "P"), ("k", "A", "Q"))}
    assert len(made) == 4
