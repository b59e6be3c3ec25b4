"""A piece of evidence is replaced: a new version that never changes. Of two at once, the second is put aside, not lost."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence import places
from portal.evidence.lifecycle import LIVE, UNRELEASED, VERSION, ItemState, VersionState, VersionVerb
from portal.evidence.models import Choice, EvidenceItem, EvidenceVersion, Form, Pin
from portal.evidence.operations import pinning
from portal.evidence.operations.handing_in import Content, a_content, a_version, searched
from portal.files.receiving import Incoming
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid, WrongState
from portal.policy import Acting, Action, insist

_VERSIONS = (
    sa.select(EvidenceVersion)
    .where(EvidenceVersion.item_id == sa.bindparam("item_id"))
    .order_by(EvidenceVersion.number)
    .execution_options(populate_existing=True)
)
_ABOUTS = sa.select(Pin.about).where(Pin.item_id == sa.bindparam("item_id"), Pin.removed_at.is_(None)).distinct()


def replace(
    item: EvidenceItem,
    *,
    number: int,
    file: Incoming | None = None,
    link: str | None = None,
    held_where: str | None = None,
    note: str = "",
    move_pins: bool = True,
    by: Acting,
) -> EvidenceVersion:
    """Hand in another version in place of version `number`, the one that was in use when the page was made.

    Where another came first, this one is kept and put aside (`used_at` is None) until somebody takes it into use.
    """
    insist(by, Action.CHANGE_EVIDENCE, item)
    hold(item)
    refuse_withdrawn(item)
    content = a_content(file, link, held_where)
    versions = versions_of(item)
    _refuse_the_same(versions[item.current], content)
    used = item.current == number
    new = a_version(item, max(versions) + 1, content, note=words.clean(note), used=used, by=by)
    if not used:
        audit.record(Event.EVIDENCE_PUT_ASIDE, new, by=by, number=new.number, content=new.sha256)
        return new
    audit.record(Event.EVIDENCE_REPLACED, new, by=by, number=new.number, content=new.sha256)
    put_in_use(item, versions[item.current], new, move_pins=move_pins, by=by)
    return new


def use(item: EvidenceItem, number: int, *, version: int, by: Acting) -> None:
    """Take a version that was put aside into use. `version` is that of the item as it was shown."""
    insist(by, Action.CHANGE_EVIDENCE, item)
    hold(item)
    refuse_withdrawn(item)
    new = versions_of(item)[number]
    if new.state not in LIVE or new.removed_at is not None:
        raise WrongState(f"Version {number} of “{item.title}” cannot be taken into use: {new.state.value}.")
    if new.used_at is not None or item.version != version:
        raise WrongState(f"“{item.title}” was changed since you opened the page. Look at it again first.")
    new.used_at = clock.now()
    audit.record(Event.EVIDENCE_USED, new, by=by, number=number)
    put_in_use(item, versions_of(item)[item.current], new, move_pins=True, by=by)


def put_in_use(item: EvidenceItem, old: EvidenceVersion, new: EvidenceVersion, *, move_pins: bool, by: Acting) -> None:
    """Make a version the one in use; part of an operation that has insisted and records."""
    db.session.flush()
    item.current = new.number
    item.searched = searched(item, new)
    if old.state in UNRELEASED:
        stop_replaced(old, new, by=by)
    if move_pins:
        abouts = db.session.scalars(_ABOUTS, {"item_id": item.id}).all()
        pinning.follow(old, new, places.found(abouts, held=True), by=by)


def stop_replaced(old: EvidenceVersion, new: EvidenceVersion, *, by: Acting) -> None:
    """What was replaced before it was released is released no more; part of an operation that has insisted."""
    asked = old.state is VersionState.CHOICE
    VERSION.move(old, VersionVerb.STOP)
    old.stopped_why, old.stopped_at = f"Version {new.number} took its place before it was released.", clock.now()
    if asked:
        old.choice, old.chosen_by_id, old.chosen_by, old.chosen_at = Choice.REPLACED, by.id, by.name, clock.now()
    audit.record(Event.EVIDENCE_STOPPED, old, by=by, number=old.number, reason=old.stopped_why)


def versions_of(item: EvidenceItem) -> dict[int, EvidenceVersion]:
    """Every version by its number, read again."""
    return {one.number: one for one in db.session.scalars(_VERSIONS, {"item_id": item.id})}


def refuse_withdrawn(item: EvidenceItem) -> None:
    if item.state is not ItemState.IN_USE:
        raise WrongState(f"“{item.title}” was withdrawn. Restore it first.")


def _refuse_the_same(old: EvidenceVersion, content: Content) -> None:
    if old.state not in LIVE:
        return  # it was stopped, perhaps by mistake: handed in again, it is looked into again
    same = {
        Form.FILE: content.file is not None and content.file.sha256 == old.sha256 and old.removed_at is None,
        Form.LINK: content.link == old.link,
        Form.HELD: content.held_where == old.held_where,
    }[content.form]
    if same and content.form is old.form:
        field = {Form.FILE: "files", Form.LINK: "link", Form.HELD: "held_where"}[content.form]
        raise Invalid(field, f"This is the same as version {old.number}, which is in use")
