"""The keeper of the register corrects an entry by hand: its name, its kind, what it is part of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal import audit
from portal.audit import Event
from portal.kernel import words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, Stale
from portal.organisations.kinds import KINDS
from portal.organisations.models import Organisation
from portal.organisations.operations.importing import remember_name, sort_name
from portal.organisations.operations.merging import BY_HAND
from portal.organisations.queries import organisation as by_code
from portal.policy import Acting, Action, insist

LONGEST_NAME = 250


@dataclass(frozen=True)
class Entry:
    """What is corrected by hand. `parent` is a code, empty where the organisation is part of no other."""

    name: str
    kind: str
    parent: str


def entry_of(organisation: Organisation) -> Entry:
    parent = db.session.get(Organisation, organisation.parent_id) if organisation.parent_id is not None else None
    return Entry(organisation.name, organisation.kind, parent.code if parent else "")


def correct(organisation: Organisation, typed: Entry, *, version: int, by: Acting) -> bool:
    """Set the entry to what was typed; False where it says so already. A name that is given up becomes a former name."""
    insist(by, Action.KEEP_REGISTER, organisation)
    hold(organisation)
    before = entry_of(organisation)
    if organisation.version != version:
        raise _stale(organisation, before, typed)
    parent = _sound(organisation, before, typed)
    after = Entry(typed.name, typed.kind, parent.code if parent else "")
    if after.name != before.name:
        remember_name(organisation.id, before.name)
        organisation.name, organisation.sort_name = after.name, sort_name(after.name)
        audit.record(Event.ORGANISATION_RENAMED, organisation, by=by, old=before.name, new=after.name, source=BY_HAND)
    changes: dict[str, Any] = {}
    if after.kind != before.kind:
        changes["kind"] = [before.kind, after.kind]
        organisation.kind = after.kind
    if after.parent != before.parent:
        changes["parent_code"] = [before.parent, after.parent]
        organisation.parent_id = parent.id if parent else None
    if changes:
        audit.record(Event.ORGANISATION_CHANGED, organisation, by=by, changes=changes, source=BY_HAND)
    return after != before


def _sound(organisation: Organisation, before: Entry, typed: Entry) -> Organisation | None:
    """The organisation that it is part of; refuses what cannot stand on the register."""
    if not typed.name.strip():
        raise Invalid("name", "Enter the name of the organisation")
    if len(typed.name) > LONGEST_NAME:
        raise Invalid("name", f"The name must be {LONGEST_NAME} characters or fewer")
    if typed.kind not in KINDS:
        raise Invalid("kind", "Choose a kind of organisation from the list")
    if not typed.parent:
        return None
    parent = by_code(typed.parent) or by_code(typed.parent.upper()) or by_code(typed.parent.lower())
    if parent is None:
        raise Invalid("parent", "There is no organisation with this code on the register. Check the code")
    if parent.code == before.parent:
        return parent
    if parent.id == organisation.id:
        raise Invalid("parent", "An organisation is not part of itself. Enter another code, or leave it empty")
    if parent.closed_on is not None:
        raise Invalid("parent", f"{parent.name} closed on {words.day(parent.closed_on)}. Enter an organisation that is open")
    if _is_part_of(parent, organisation.id):
        raise Invalid("parent", f"{parent.name} is itself part of {organisation.name}, so it cannot be the other way round")
    return parent


def _is_part_of(start: Organisation, wanted: int) -> bool:
    """Whether going up from `start` arrives at `wanted`, so that a circle would close."""
    seen: set[int] = set()
    one: Organisation | None = start
    while one is not None and one.id not in seen:
        if one.id == wanted:
            return True
        seen.add(one.id)
        one = db.session.get(Organisation, one.parent_id) if one.parent_id is not None else None
    return False


def _stale(organisation: Organisation, stored: Entry, typed: Entry) -> Stale:
    newest = audit.trail(organisation.id, organisation.audited_as(), limit=1)
    return Stale(
        "Somebody else changed this entry after you opened the page. Nothing of yours was saved yet.",
        fields=[
            Both("Name", stored.name, typed.name, "name"),
            Both("Kind", KINDS.get(stored.kind, stored.kind), KINDS.get(typed.kind, typed.kind), "kind"),
            Both("Code of the organisation that it is part of", stored.parent, typed.parent, "parent"),
        ],
        version=organisation.version,
        who=newest[0].by_name if newest else "",
    )
