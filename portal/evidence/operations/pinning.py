"""Evidence is pinned to what it proves, at a page and a place; carried to next year; frozen when somebody signs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence import places
from portal.evidence.lifecycle import LIVE, ItemState
from portal.evidence.models import PLACE, EvidenceItem, EvidenceVersion, Mark, Pin
from portal.evidence.places import Place
from portal.evidence.queries import pins as queries
from portal.evidence.queries.pins import Frozen
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Invalid, NotFound, Stale, WrongState
from portal.policy import PORTAL, Acting, Action, insist

LAST_PAGE = 9999

_VERSION = sa.select(EvidenceVersion).where(
    EvidenceVersion.item_id == sa.bindparam("item_id"), EvidenceVersion.number == sa.bindparam("number")
)
_LIVE = sa.select(Pin).where(
    Pin.item_id == sa.bindparam("item_id"),
    Pin.about == sa.bindparam("about"),
    Pin.page == sa.bindparam("page"),
    Pin.place == sa.bindparam("place"),
    Pin.removed_at.is_(None),
)


def pin(
    item: EvidenceItem, place: Place, *, number: int | None = None, page: int = 0, where: str = "", carried: bool = False, by: Acting
) -> Pin:
    """Pin a version of this evidence (the one in use) to a place. Pinned there already, it is that pin."""
    insist(by, Action.PIN_EVIDENCE, place)
    hold(item)
    place = _held(place, by)
    if item.organisation_id != place.organisation_id:
        raise NotFound()
    if item.state is not ItemState.IN_USE:
        raise WrongState(f"“{item.title}” was withdrawn, so it cannot be pinned to anything. Restore it first.")
    version = _version(item, number or item.current)
    page, where = _checked(page, where)
    there = db.session.scalar(_LIVE, {"item_id": item.id, "about": place.about, "page": page, "place": where})
    if there is not None:
        return there
    return _added(item, version, place.kind, place.about, page, where, carried, by)


def _added(
    item: EvidenceItem, version: EvidenceVersion, kind: Any, about: str, page: int, where: str, carried: bool, by: Acting
) -> Pin:
    added = Pin(
        reference=fresh_reference(Pin, "PN"),
        organisation_id=item.organisation_id,
        item_id=item.id,
        item_reference=item.reference,
        version_id=version.id,
        kind=kind,
        about=about,
        page=page,
        place=where,
        carried=carried,
        pinned_at=clock.now(),
        pinned_by_id=by.id,
        pinned_by=by.name,
    )
    db.session.add(added)
    audit.record(Event.EVIDENCE_PINNED, added, by=by, to=about, number=version.number, page=page, place=where)
    return added


def change(one: Pin, place: Place, *, version: int, number: int, page: int = 0, where: str = "", by: Acting) -> None:
    """Name another page, place or version. Whoever comes second is shown both."""
    insist(by, Action.PIN_EVIDENCE, place)
    item = db.session.get_one(EvidenceItem, one.item_id)
    hold(item)
    place = _held(place, by)
    hold(one)
    _refuse_removed(one)
    before = queries.number_of(one)
    if one.version != version:
        both = [Both("Page", str(one.page or ""), str(page or ""), "page"), Both("Place on the page", one.place, where, "where"),
                Both("Version", str(before), str(number), "number")]  # fmt: skip
        raise Stale("Your change was not saved, so that theirs is not lost.", fields=both, version=one.version)
    page, where = _checked(page, where)
    meant = db.session.scalar(_LIVE, {"item_id": item.id, "about": one.about, "page": page, "place": where})
    if meant is not None and meant.id != one.id:
        raise Invalid("page", "This evidence is pinned to that page and place already")
    named = _version(item, number)
    facts: dict[str, Any] = {"version_id": named.id, "page": page, "place": where, "carried": False}
    said: dict[str, list[Any]] = {"page": [one.page, page], "place": [one.place, where], "number": [before, number]}
    if all(getattr(one, name) == value for name, value in facts.items()):
        return
    if _relied_on(one):
        _renewed(item, one, named, page, where, by)
        return
    for name, value in facts.items():
        setattr(one, name, value)
    changes = {name: pair for name, pair in said.items() if pair[0] != pair[1]}
    audit.record(Event.PIN_CHANGED, one, by=by, to=one.about, changes=changes or {"carried": [True, False]})


_MARKED = sa.select(sa.exists().where(Mark.pin_id == sa.bindparam("pin_id")))


def _relied_on(one: Pin) -> bool:
    """Whether a signature holds this pin, or a reviewer has marked it: then it goes on saying what it said."""
    return one.frozen_at is not None or bool(db.session.scalar(_MARKED, {"pin_id": one.id}))


def _renewed(item: EvidenceItem, one: Pin, version: EvidenceVersion, page: int, where: str, by: Acting) -> None:
    """Another pin in the place of one that is relied on, which is taken away and stays as it was."""
    one.removed_at, one.removed_by = clock.now(), by.name
    audit.record(Event.PIN_REMOVED, one, by=by, to=one.about)
    db.session.flush()
    _added(item, version, one.kind, one.about, page, where, False, by)


def unpin(one: Pin, place: Place, *, by: Acting) -> None:
    """Take one pin away. Every other stays, and what was signed with it still says so."""
    insist(by, Action.PIN_EVIDENCE, place)
    _held(place, by)
    hold(one)
    if one.removed_at is not None:
        return
    one.removed_at, one.removed_by = clock.now(), by.name
    audit.record(Event.PIN_REMOVED, one, by=by, to=one.about)


def _held(place: Place, by: Acting) -> Place:
    """The place as it is now: what was read for the page may have been signed since. The item is held before, a pin after."""
    place = places.hold(place)
    insist(by, Action.PIN_EVIDENCE, place)
    insist(by, place.to_change, place)
    if not place.editable:
        raise WrongState(place.why_not or f"{place.words} cannot be changed now, so its evidence stays as it is.")
    return place


def _refuse_removed(one: Pin) -> None:
    if one.removed_at is not None:
        raise WrongState(f"{one.removed_by} took this pin away on {words.moment(one.removed_at)}.")


def _version(item: EvidenceItem, number: int) -> EvidenceVersion:
    version = db.session.scalar(_VERSION, {"item_id": item.id, "number": number})
    if version is None:
        raise NotFound()
    if version.state not in LIVE or version.removed_at is not None:
        raise WrongState(f"Version {number} of “{item.title}” cannot be pinned: {version.state.value}. Hand in another version first.")
    return version


def _checked(page: int, where: str) -> tuple[int, str]:
    where = words.clean_line(where)
    if not 0 <= page <= LAST_PAGE:
        raise Invalid("page", f"The page must be a number from 1 to {LAST_PAGE}, or be left empty")
    if len(where) > PLACE:
        raise Invalid("where", f"The place on the page must be {PLACE} characters or fewer")
    return page, where


# When a piece of evidence is replaced.

_AT = (
    sa.select(Pin)
    .where(Pin.item_id == sa.bindparam("item_id"), Pin.version_id == sa.bindparam("version_id"), Pin.removed_at.is_(None))
    .order_by(Pin.id)
)


def follow(old: EvidenceVersion, new: EvidenceVersion, at: Mapping[str, Place], *, by: Acting) -> int:
    """Point the pins of one version at another, wherever this person may and it can still change; part of a replacement."""
    moved = 0
    for one in db.session.scalars(_AT, {"item_id": old.item_id, "version_id": old.id}).all():
        place = at.get(one.about)
        if place is None or not place.editable or not (by is PORTAL or place.may_pin(by)):
            continue
        if _relied_on(one):
            _renewed(db.session.get_one(EvidenceItem, one.item_id), one, new, one.page, one.place, by)
        else:
            one.version_id = new.id
            audit.record(Event.PIN_CHANGED, one, by=by, to=one.about, changes={"number": [old.number, new.number]})
        moved += 1
    return moved


# For those who own the places.

_TO_CARRY = (
    sa.select(Pin, EvidenceItem)
    .join(EvidenceItem, EvidenceItem.id == Pin.item_id)
    .where(
        Pin.organisation_id == sa.bindparam("organisation_id"),
        Pin.about.in_(sa.bindparam("abouts", expanding=True)),
        Pin.removed_at.is_(None),
        EvidenceItem.state == ItemState.IN_USE,
    )
    .order_by(Pin.id)
)
_USABLE = (
    sa.select(EvidenceVersion)
    .where(
        EvidenceVersion.item_id.in_(sa.bindparam("items", expanding=True)),
        EvidenceVersion.state.in_(LIVE),
        EvidenceVersion.removed_at.is_(None),
        EvidenceVersion.used_at.is_not(None),
    )
    .order_by(EvidenceVersion.number)
)


def carry(organisation_id: int, to: Mapping[str, str], *, by: Acting) -> int:
    """Pin again, to the places that `to` names, what is pinned to last year's: the version in use, at the same page.

    Part of an operation of the places' owner, which has insisted. How many were carried; what is withdrawn stays behind.
    """
    rows = [(pin, item) for pin, item in db.session.execute(_TO_CARRY, {"organisation_id": organisation_id, "abouts": list(to)})]
    items = {item.id: item for _, item in rows}
    usable: dict[int, EvidenceVersion] = {}
    for version in db.session.scalars(_USABLE, {"items": list(items)}) if items else ():
        chosen = usable.get(version.item_id)
        if chosen is None or chosen.number != items[version.item_id].current:
            usable[version.item_id] = version
    there = {(one.item_id, one.about, one.page, one.place) for one, _ in db.session.execute(
        _TO_CARRY, {"organisation_id": organisation_id, "abouts": list(to.values())})}  # fmt: skip
    carried = 0
    for last, item in rows:
        key = (item.id, to[last.about], last.page, last.place)
        if item.id not in usable or key in there:
            continue
        _added(item, usable[item.id], last.kind, key[1], last.page, last.place, True, by)
        there.add(key)
        carried += 1
    return carried


_PINS = Pin.__table__
_FREEZE = sa.update(_PINS).where(
    _PINS.c.frozen_at.is_(None),
    _PINS.c.organisation_id == sa.bindparam("of"),
    _PINS.c.about.in_(sa.bindparam("abouts", expanding=True)),
    _PINS.c.removed_at.is_(None),
)


def freeze(organisation_id: int, abouts: Collection[str]) -> dict[str, tuple[Frozen, ...]]:
    """What a snapshot is to hold of the pins at these places, which from now on are never removed.

    Part of a signature, whose record carries the hash of the snapshot, or of an answer to a reviewer's question: so the
    pins need no record of their own.
    """
    if not abouts:
        return {}
    db.session.flush()
    db.session.execute(_FREEZE.values(frozen_at=clock.now()), {"of": organisation_id, "abouts": list(abouts)})
    return queries.frozen(organisation_id, abouts)
