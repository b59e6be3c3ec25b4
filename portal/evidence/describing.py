"""What an organisation says of its evidence: what the fields are called, how long they may be, and what may stand in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from portal.evidence.models import ADDRESS, SENTENCE, TITLE
from portal.kernel import words
from portal.kernel.errors import Invalid

LABELS = {
    "title": "Title",
    "kind": "What sort of evidence it is",
    "proves": "What it proves",
    "owner": "Who keeps it up to date",
    "covers_from": "First day it covers",
    "covers_until": "Last day it covers",
    "confidentiality": "Who may know of it",
    "review_on": "Review date",
    "link": "Web address",
    "held_where": "Where it can be inspected",
}
LONGEST = {"title": TITLE, "proves": SENTENCE, "owner": 200, "link": ADDRESS, "held_where": ADDRESS}
DESCRIPTION = ("title", "kind", "proves", "owner", "covers_from", "covers_until", "confidentiality", "review_on")
_MISSING = {
    "title": "Enter a title",
    "kind": "Choose what sort of evidence it is",
    "proves": "Enter what it proves, in one sentence",
    "owner": "Enter the job title of whoever keeps it up to date",
    "confidentiality": "Choose who may know of it",
}


def described(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The description as it may be stored, or Invalid for the first field that may not be."""
    typed = {name: words.clean_line(value) if isinstance(value, str) else value for name, value in facts.items()}
    for name, missing in _MISSING.items():
        if name in typed and not typed[name]:
            raise Invalid(name, missing)
    for name, longest in LONGEST.items():
        if len(typed.get(name) or "") > longest:
            raise Invalid(name, f"{LABELS[name]} must be {longest} characters or fewer")
    first, last = typed.get("covers_from"), typed.get("covers_until")
    if first is not None and last is not None and last < first:
        raise Invalid("covers_until", "The last day it covers must be the first day or later")
    return typed


def address(link: str) -> str:
    """A web address as it may be stored. Raises Invalid for what a browser would not open as one."""
    link = words.clean_line(link)
    try:
        parts = urlsplit(link)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not any(one.isspace() for one in link)
    except ValueError:
        sound = False
    if not sound:
        raise Invalid("link", "Enter a web address that starts with https://")
    if len(link) > ADDRESS:
        raise Invalid("link", f"The web address must be {ADDRESS} characters or fewer")
    return link


def whereabouts(held_where: str) -> str:
    """Where something is held, as it may be stored."""
    where = words.clean_line(held_where)
    if not where:
        raise Invalid("held_where", "Enter where it is held and whom to ask")
    if len(where) > ADDRESS:
        raise Invalid("held_where", f"Where it is held must be {ADDRESS} characters or fewer")
    return where


def title_of(name: str) -> str:
    """A title from a file's name: "Complaints_policy-v3.pdf" becomes "Complaints policy v3"."""
    stem = name.rpartition(".")[0] or name
    plain = words.clean_line(stem.replace("_", " ").replace("-", " "))
    return (plain[:1].upper() + plain[1:])[:TITLE] or name[:TITLE]
