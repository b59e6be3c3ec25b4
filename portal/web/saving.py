"""A form that is saved while it is being filled in: what is said of that, and what the browser sent with it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request


@dataclass(frozen=True)
class Saved:
    """What the server says of saving, and the version that the next saving must name."""

    version: int
    words: str
    kind: str = ""  # waiting or refused
    note: str = ""
    confirms: bool = False  # saving last year's answer confirmed it, which the page above the form shows too


def over() -> int | None:
    """The version that the person saw beside their own text and chose to replace."""
    text = request.form.get("over", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def by_itself() -> bool:
    """Whether script sent the form while it is being filled in."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target", "").endswith("#saved")
