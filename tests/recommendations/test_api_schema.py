"""The OpenAPI document against the real application: schemathesis sends what the document allows, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from portal.kernel.db import db
from portal.recommendations.api.document import document
from portal.recommendations.models import Recommendation
from tests import builders
from tests.people import Cast
from tests.recommendations.test_importing import count_of
from tests.recommendations.test_tokens import a_token

# Called without its plugin for pytest, which the newest pytest no longer knows.
STEADY = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
OPERATIONS = [(path, method.upper()) for path, methods in document()["paths"].items() for method in methods]


@pytest.fixture
def described(app: Flask, cast: Cast) -> Any:
    """The document as it is served, with something to be read."""
    builders.an_issued_recommendation(cast)
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_the_application_does_what_the_document_says(described: Any, cast: Cast, path: str, method: str, mode: GenerationMode) -> None:
    shown = {"Authorization": f"Bearer {a_token(cast)[1]}"}
    excluded = [positive_data_acceptance] if method == "POST" else []  # a text of blanks has the right shape, and says nothing
    statuses = set()

    @given(described[path][method].as_strategy(generation_mode=mode))
    @STEADY
    def sent(case: Any) -> None:
        if method == "POST" and mode is GenerationMode.POSITIVE:
            put_right(case)
        before = count_of(Recommendation)
        answer = case.call_and_validate(headers=shown, excluded_checks=excluded)
        statuses.add(answer.status_code)
        assert answer.status_code < 300 or count_of(Recommendation) == before

    sent()
    assert 429 not in statuses  # it was let in each time
    assert min(statuses) < 300 or mode is GenerationMode.NEGATIVE or "{" in path


def put_right(case: Any) -> None:
    """What no document can say: which organisations are on the register, and which days are to come."""
    for one in case.body if isinstance(case.body, list) else [case.body]:
        one |= {"organisation": "RTX", "due_on": "2026-09-01"}


def test_one_that_is_there_is_shown_as_the_document_says(described: Any, cast: Cast) -> None:
    shown = {"Authorization": f"Bearer {a_token(cast)[1]}"}
    reference = db.session.query(Recommendation.reference).scalar()
    case = described["/api/v1/recommendations/{reference}"]["GET"].Case(path_parameters={"reference": reference})
    assert case.call_and_validate(headers=shown).status_code == 200


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_without_a_token_everything_is_refused(described: Any, path: str, method: str) -> None:
    @given(described[path][method].as_strategy())
    @settings(STEADY, max_examples=10)
    def sent(case: Any) -> None:
        assert case.call(headers={"Authorization": "Bearer portal_of_nobody"}).status_code == 401

    sent()
