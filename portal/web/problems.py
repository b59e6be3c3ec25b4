"""Refusals to other systems: application/problem+json (RFC 9457), each with a sentence that says what to do."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response, request

UNDER = "/api/"
MIMETYPE = "application/problem+json"
SAYS = {
    400: "The request could not be understood. Look at how the address and the body are written.",
    403: "You may not do this.",
    404: "There is nothing at this address. Look at docs/api.md, or at /api/v1/openapi.json.",
    405: "This address does not take this method. Look at /api/v1/openapi.json for those it takes.",
    409: "It cannot be done from where it is now. Read it again first.",
    413: "The body is too large. Send fewer at a time.",
    422: "Something in the request is not as it must be.",
    429: "There were too many requests. Wait a while, and try again.",
    503: "The portal cannot answer just now. Try again in a few minutes.",
    507: "There is no room to keep what was sent. Try again later.",
}
UNFORESEEN = "Something went wrong that nobody foresaw, and nothing was changed. Try again; if it goes on, tell whoever runs the portal."


def wanted() -> bool:
    """Whether it is another system that asks, by the address it asks at."""
    return request.path.startswith(UNDER)


def problem(status: int, detail: str = "", **more: Any) -> Response:
    """The answer that says what is wrong; `more` stands beside it."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail or SAYS.get(status, UNFORESEEN)}
    answer = Response(json.dumps({**said, **more}, ensure_ascii=False), status, mimetype=MIMETYPE)
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
