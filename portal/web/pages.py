"""A page: whole to a browser, in part to htmx."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template, request
from flask_wtf import FlaskForm


def page(template: str, *, fragment: str | None = None, status: int | None = None, **words: Any) -> Response:
    """Render `template`, or only `fragment` when htmx asks for the part of this page that it names.

    A fragment's root element has the fragment's name as its id (assessments/_answers.html: id="answers").
    The status is 422 where a form among `words` has errors and 200 otherwise, unless `status` says so.
    """
    if status is None:
        shown = [form for form in words.values() if isinstance(form, FlaskForm)]
        status = 422 if any(form.errors for form in shown) else 200
    answer = make_response(render_template(fragment if fragment and _asked_for(fragment) else template, **words), status)
    answer.headers.add("Vary", "HX-Request")
    return answer


def _asked_for(fragment: str) -> bool:
    if request.headers.get("HX-Request") != "true":
        return False
    target = request.headers.get("HX-Target", "").rpartition("#")[2]
    return target == fragment.rpartition("/_")[2].removesuffix(".html")
