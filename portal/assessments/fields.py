"""The fields of an answer: what they are called, how long they may be, and what may be stored in them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from portal.kernel import words
from portal.kernel.errors import Invalid

LABELS = {
    "level": "Level",
    "not_applicable_why": "Why it does not apply",
    "claim": "What is true here",
    "proof": "What proves it",
    "proof_link": "Link to the proof",
    "proof_on": "Date of the proof",
    "gap": "What falls short",
    "action": "What you will do",
    "action_owner": "Who will do it",
    "action_due_on": "By when",
}
LONGEST = {
    "not_applicable_why": 2000,
    "claim": 2000,
    "proof": 2000,
    "proof_link": 500,
    "gap": 2000,
    "action": 2000,
    "action_owner": 200,
}


def checked(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they may be stored, or Invalid for the first that may not be."""
    if unknown := sorted(set(fields) - set(LABELS)):
        raise TypeError(f"an answer has no {', '.join(unknown)}")
    typed = {name: words.clean(value) if isinstance(value, str) else value for name, value in fields.items()}
    for name, longest in LONGEST.items():
        if len(typed.get(name) or "") > longest:
            raise Invalid(name, f"{LABELS[name]} must be {words.number(longest)} characters or fewer")
    level = typed.get("level")
    if level is not None and level not in (1, 2, 3, 4):
        raise Invalid("level", "Choose one of the four levels")
    if level is not None:
        # The box with the reason is hidden once a level is chosen, and what it still holds is not meant.
        typed["not_applicable_why"] = ""
    elif typed.get("not_applicable_why"):
        typed["level"] = None
    if link_is_unsafe(typed.get("proof_link") or ""):
        raise Invalid("proof_link", "The link must be a web address that starts with https:// or http://")
    return typed


def link_is_unsafe(link: str) -> bool:
    """Whether a link is anything but an address on the web."""
    if not link:
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme not in ("http", "https") or not parts.hostname or any(one.isspace() for one in link)
    except ValueError:
        return True


def said(name: str, value: Any) -> str:
    """A field's value in words."""
    if value is None:
        return ""
    if isinstance(value, date):
        return words.day(value)
    return f"Level {value}" if name == "level" else str(value)
