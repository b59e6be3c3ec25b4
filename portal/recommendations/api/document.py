"""The OpenAPI document, made from the shapes and from what the views declare."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from portal.recommendations.api import shapes
from portal.recommendations.api.shapes import MOST_DRAFTS

WRONG = {
    "400": "The body is not JSON, or the request cannot be understood",
    "401": "No token was shown, or it is not good",
    "403": "The token lacks the scope, or its officer may not do this",
    "404": "There is no such thing, or none that this token may know of",
    "409": "Something else stands at this place already",
    "413": "The body is too large",
    "415": "The body does not say that it is application/json",
    "422": "Something is not as it must be; `errors` says what and where",
    "429": "The token was used too often in a short while",
}


def _ref(shape: type[shapes.Shape]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def _answers(good: dict[str, tuple[str, type[shapes.Shape]]], *wrong: str) -> dict[str, Any]:
    answers: dict[str, Any] = {
        code: {"description": said, "content": {"application/json": {"schema": _ref(shape)}}} for code, (said, shape) in good.items()
    }
    for code in ("401", "403", "429", *wrong):
        answers[code] = {"description": WRONG[code], "content": {"application/problem+json": {"schema": _ref(shapes.Problem)}}}
    return dict(sorted(answers.items()))


def _parameters() -> list[dict[str, Any]]:
    found = []
    for name, said in shapes.Narrowing.model_json_schema()["properties"].items():
        schema = next((one for one in said.get("anyOf", ()) if one.get("type") != "null"), said)
        schema = {key: value for key, value in schema.items() if key not in ("title", "description")}
        about = said.get("description") or next((one["description"] for one in said.get("anyOf", ()) if "description" in one), "")
        found.append({"name": name, "in": "query", "required": False, "description": about, "schema": schema})
    return found


@cache
def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    named: list[type[shapes.Shape]] = [shapes.Draft, shapes.DraftedList, shapes.Recommendation, shapes.RecommendationList, shapes.Problem]
    _, schemas = models_json_schema([(one, "validation") for one in named], ref_template="#/components/schemas/{model}")
    several = {"type": "array", "minItems": 1, "maxItems": MOST_DRAFTS, "items": _ref(shapes.Draft)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Recommendations",
            "version": "1",
            "description": "Read what the Ombudsman issued, and draft recommendations. docs/api.md says how to get a token.",
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v1/recommendations": {
                "get": {
                    "operationId": "listed",
                    "summary": "Those that were issued. Needs the scope recommendations:read",
                    "parameters": _parameters(),
                    "responses": _answers({"200": ("Some of them", shapes.RecommendationList)}, "404", "422"),
                },
                "post": {
                    "operationId": "drafted",
                    "summary": "Draft one or several, all or none. Needs the scope recommendations:draft",
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"oneOf": [_ref(shapes.Draft), several]}}},
                    },
                    "responses": _answers(
                        {"200": ("All of it was there already", shapes.DraftedList), "201": ("At least one was drafted", shapes.DraftedList)},
                        "400", "409", "413", "415", "422",
                    ),
                },
            },
            "/api/v1/recommendations/{reference}": {
                "get": {
                    "operationId": "shown",
                    "summary": "One that was issued. Needs the scope recommendations:read",
                    "parameters": [{"name": "reference", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Z0-9-]{1,20}$"}}],
                    "responses": _answers({"200": ("It", shapes.Recommendation)}, "404"),
                },
            },
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip
