"""Something is handed in: once, whatever it is used for, with what it proves and whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence.describing import address, described, title_of, whereabouts
from portal.evidence.lifecycle import ITEM, LIVE, VERSION, ItemState, VersionVerb
from portal.evidence.models import Confidentiality, EvidenceItem, EvidenceKind, EvidenceVersion, Form
from portal.evidence.places import Place
from portal.files.models import Fault, FileState, StoredFile
from portal.files.receiving import Incoming, keep
from portal.kernel import clock
from portal.kernel.db import at_most, db, fresh_reference
from portal.kernel.errors import Invalid
from portal.kernel.references import new as new_reference
from portal.organisations.models import Organisation
from portal.policy import Acting, Action, insist

_HERE = (
    sa.select(EvidenceItem)
    .join(EvidenceVersion, sa.and_(EvidenceVersion.item_id == EvidenceItem.id, EvidenceVersion.number == EvidenceItem.current))
    .where(
        EvidenceItem.organisation_id == sa.bindparam("organisation_id"),
        EvidenceVersion.sha256 == sa.bindparam("sha256"),
        EvidenceVersion.removed_at.is_(None),
        EvidenceVersion.state.in_(LIVE),
        EvidenceItem.state == ItemState.IN_USE,
    )
    .order_by(EvidenceItem.id)
    .limit(at_most(1))
)


@dataclass(frozen=True)
class Content:
    """What a version holds: exactly one of a file, a link, and where it is held."""

    file: Incoming | None = None
    link: str = ""
    held_where: str = ""

    @property
    def form(self) -> Form:
        if self.file is not None:
            return Form.FILE
        return Form.LINK if self.link else Form.HELD


def a_content(file: Incoming | None, link: str | None, held_where: str | None) -> Content:
    """The one of the three that is given, as it may be stored; Invalid where it may not."""
    if file is not None:
        return Content(file=file)
    if link is not None:
        return Content(link=address(link))
    return Content(held_where=whereabouts(held_where or ""))


def a_batch() -> str:
    """A reference under which everything handed in by one press of a button can be found again."""
    return new_reference("HI")


def hand_in(
    organisation: Organisation,
    *,
    title: str,
    kind: EvidenceKind,
    proves: str,
    owner: str,
    confidentiality: Confidentiality = Confidentiality.OMBUDSMAN,
    file: Incoming | None = None,
    link: str | None = None,
    held_where: str | None = None,
    covers_from: date | None = None,
    covers_until: date | None = None,
    review_on: date | None = None,
    batch: str = "",
    place: Place | None = None,
    by: Acting,
) -> EvidenceItem:
    """Take a file, a link, or where something is held, into the organisation's library.

    `place` is what it is handed in for: contributors hand in only to what was assigned to them. Raises Unfit for a
    file that cannot be kept, and Invalid for one that the library holds already.
    """
    insist(by, Action.HAND_IN_EVIDENCE, place or organisation)
    content = a_content(file, link, held_where)
    facts = described(
        {
            "title": title or (title_of(file.name) if file is not None else ""),
            "kind": kind,
            "proves": proves,
            "owner": owner,
            "confidentiality": confidentiality,
            "covers_from": covers_from,
            "covers_until": covers_until,
            "review_on": review_on,
        }
    )
    if file is not None:
        refuse_twice(organisation.id, file)
    item = EvidenceItem(
        **facts,
        reference=fresh_reference(EvidenceItem, "EV"),
        organisation_id=organisation.id,
        sort_title=facts["title"].casefold(),
        searched="",
        received_on=clock.today(),
        handed_in_by_id=by.id,
        handed_in_by=by.name,
        batch=batch or a_batch(),
        state=ITEM.first,
        current=1,
    )
    version = a_version(item, 1, content, by=by)
    item.searched = searched(item, version)
    audit.record(Event.EVIDENCE_HANDED_IN, item, by=by, title=item.title, form=version.form, content=version.sha256)
    return item


def in_the_library(organisation_id: int, file: Incoming) -> EvidenceItem | None:
    """What the organisation has in use with the very same content."""
    return db.session.scalar(_HERE, {"organisation_id": organisation_id, "sha256": file.sha256}) if file.sha256 else None


def refuse_twice(organisation_id: int, file: Incoming) -> None:
    there = in_the_library(organisation_id, file)
    if there is not None:
        raise Invalid("files", said_twice(there, file))


_DAMAGED = sa.select(
    sa.exists().where(
        EvidenceVersion.item_id == sa.bindparam("item_id"), StoredFile.id == EvidenceVersion.file_id, StoredFile.fault != Fault.NONE
    )
)


def mended(there: EvidenceItem, file: Incoming, *, place: Place | None = None, by: Acting) -> bool:
    """Whether the library's own copy of this file was damaged, and is whole again now that it was handed in once more."""
    insist(by, Action.HAND_IN_EVIDENCE, place or there)
    if not db.session.scalar(_DAMAGED, {"item_id": there.id}):
        return False
    keep(file)
    return True


def said_twice(there: EvidenceItem, file: Incoming) -> str:
    return f"“{file.name}” is in the library already, as {there.reference} “{there.title}”. Use that one."


def a_version(
    item: EvidenceItem, number: int, content: Content, *, note: str = "", used: bool = True, stripped_from: int | None = None, by: Acting
) -> EvidenceVersion:
    """A new version of a piece of evidence, kept and on its way; part of an operation that has insisted and records."""
    stored = keep(content.file) if content.file is not None else None
    db.session.add(item)
    db.session.flush()
    now = clock.now()
    version = EvidenceVersion(
        item_id=item.id,
        item_reference=item.reference,
        organisation_id=item.organisation_id,
        number=number,
        form=content.form,
        file_id=stored.id if stored else None,
        sha256=stored.sha256 if stored else "",
        name=content.file.name if content.file else "",
        link=content.link,
        held_where=content.held_where,
        note=note,
        received_at=now,
        received_by_id=by.id,
        received_by=by.name,
        used_at=now if used else None,
        state=VERSION.first,
        stripped_from=stripped_from,
    )
    if stored is None:
        VERSION.move(version, VersionVerb.RELEASE)
    elif stored.state is not FileState.WAITING:
        VERSION.move(version, VersionVerb.PASS)
    db.session.add(version)
    return version


def searched(item: EvidenceItem, version: EvidenceVersion) -> str:
    """Every word that a search may find it by."""
    said = (item.title, item.proves, item.owner, item.reference, version.name, version.link, version.held_where)
    return "\n".join(said).casefold()
