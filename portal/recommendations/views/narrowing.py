"""What the address of a list asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import request, url_for

from portal.kernel import references, words
from portal.kernel.errors import NotFound, Step
from portal.organisations.kinds import KINDS
from portal.policy import Acting
from portal.recommendations import filters
from portal.recommendations.lifecycle import Delivery
from portal.recommendations.queries import narrowing
from portal.recommendations.queries.listing import Key, Listed
from portal.recommendations.queries.narrowing import EVERYBODYS, Standing, Wanted
from portal.recommendations.queries.officers import Officer
from portal.recommendations.themes import themes
from portal.recommendations.types import types

PUBLIC_STATES: dict[str, Delivery | Standing] = {**filters.by_slug(EVERYBODYS), **filters.DELIVERIES}
STATES: dict[str, Delivery | Standing] = {**filters.by_slug(Standing), **filters.DELIVERIES}
Filters = list[tuple[str, str, list[tuple[str, str]]]]


def chosen(names: Iterable[str] = filters.NAMES, asked: Mapping[str, str] | None = None) -> dict[str, str]:
    """The filters as they were asked for, each a clean line."""
    said = request.args if asked is None else asked
    return {name: words.clean_line(said.get(name, "")[: filters.LONGEST]) for name in names}


def kept(asked: Mapping[str, str]) -> dict[str, Any]:
    """Those that narrow something, for an address."""
    return {name: value for name, value in asked.items() if value}


def wanted(asked: Mapping[str, str], officers: Iterable[Officer], reader: Acting) -> Wanted:
    """All that the Ombudsman's list is narrowed to. What nobody could have been given is refused as an address that leads nowhere."""
    by_reference = {one.reference: one for one in officers}
    known: dict[str, Mapping[str, Any]] = {
        "kind": KINDS, "type": types(), "theme": themes(), "answer": filters.ANSWERS, "state": STATES, "late": filters.BANDS,
        "officer": by_reference,
    }  # fmt: skip
    if any(asked[name] and asked[name] not in choices for name, choices in known.items()):
        raise NotFound("There is no such way to narrow the list.", next_steps=[Step("See all recommendations", "/recommendations")])
    one = Wanted(
        organisation_kind=asked["kind"] or None,
        type=asked["type"] or None,
        theme=asked["theme"] or None,
        acceptance=filters.ANSWERS.get(asked["answer"]),
        state=STATES.get(asked["state"]),
        band=filters.BANDS.get(asked["late"]),
        officer_id=by_reference[asked["officer"]].id if asked["officer"] else None,
        besides=reader.conflicts,
    )
    if asked["organisation"]:
        one = narrowing.of_organisation(one, asked["organisation"])
    return narrowing.about(one, asked["q"], references.normalise(asked["q"])) if asked["q"] else one


def of_one(organisation_id: int) -> Wanted:
    """What everybody's list of one organisation is narrowed to."""
    state = chosen(("state",))["state"]
    if state and state not in PUBLIC_STATES:
        raise NotFound("There is no such way to narrow the list.", next_steps=[Step("See all of them", request.path)])
    return replace(Wanted(organisation_id=organisation_id), state=PUBLIC_STATES.get(state))


def choices(officers: Iterable[Officer]) -> Filters:
    """The filters of the Ombudsman's list: (what it says, its name, what there is to choose)."""
    return [
        ("Kind of organisation", "kind", list(KINDS.items())),
        ("Type", "type", [(code, one.title) for code, one in types().items()]),
        ("Theme", "theme", [(code, one.title) for code, one in themes().items()]),
        ("Answer", "answer", filters.said(filters.ANSWERS)),
        ("Where it stands", "state", filters.said(STATES)),
        ("How late", "late", filters.said(filters.BANDS)),
        ("Officer", "officer", [(one.reference, one.name) for one in officers]),
    ]


def key(name: str) -> Key | None:
    """Where a list goes on, or back. What nobody could have been given begins it again."""
    day, _, id = request.args.get(name, "")[:30].partition("_")
    try:
        return (date.fromisoformat(day), int(id)) if id.isdecimal() and len(id) < 19 else None
    except ValueError:
        return None


def ways(endpoint: str, found: Listed, **values: Any) -> dict[str, Any]:
    """The addresses of the pages before and after this one."""
    return {
        f"{way}_page": url_for(endpoint, **(values | {name: f"{key[0].isoformat()}_{key[1]}"})) if key else None
        for way, name, key in (("next", "after", found.next), ("previous", "before", found.previous))
    }
