"""One piece of evidence as one person may see it. The policy says who may ever; here is what there is for them to see."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from portal.evidence import places
from portal.evidence.lifecycle import VersionState
from portal.evidence.models import EvidenceItem, EvidenceVersion, PersonalFinding, Pin
from portal.evidence.places import Place
from portal.evidence.standing import Standing, standing
from portal.files.models import StoredFile
from portal.files.recognising import KINDS, Recognised
from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.policy import IN_A_BODY, Acting


@dataclass(frozen=True)
class SeenVersion:
    """One version with its file and where it stands."""

    row: EvidenceVersion
    file: StoredFile | None
    standing: Standing

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def recognised(self) -> Recognised | None:
        return KINDS[self.file.kind] if self.file is not None else None

    @property
    def has_pages(self) -> bool:
        """Whether its pages can be looked at one by one."""
        return self.file is not None and self.file.kind == "pdf" and self.standing.opens

    @property
    def put_aside(self) -> bool:
        return self.row.used_at is None

    @property
    def address(self) -> str:
        return f"/evidence/{self.row.item_reference}/versions/{self.row.number}"


@dataclass(frozen=True)
class SeenPin:
    """One pin with the number of the version it names, and what it is pinned to (None: its owner knows no such thing now)."""

    row: Pin
    number: int
    place: Place | None

    @property
    def words(self) -> str:
        return self.place.words if self.place else self.row.about


@dataclass(frozen=True)
class Seen:
    """One piece of evidence as one person sees it. `own`: they act for the organisation that it belongs to."""

    item: EvidenceItem
    organisation: Organisation
    versions: tuple[SeenVersion, ...]  # the newest first
    pins: tuple[SeenPin, ...]
    own: bool

    @property
    def organisation_id(self) -> int:
        return self.item.organisation_id

    @property
    def handed_in_by_id(self) -> int | None:
        return self.item.handed_in_by_id

    @property
    def shown_to(self) -> frozenset[int | None]:
        """The contributors who may read it: whoever handed it in, and to whom something that it is pinned to was assigned."""
        assigned = {pin.place.assigned_to_id for pin in self.pins if pin.place is not None}
        handed_in = {one.row.received_by_id for one in self.versions}
        return frozenset((assigned | handed_in | {self.item.handed_in_by_id}) - {None})

    @property
    def current(self) -> SeenVersion:
        return next((one for one in self.versions if one.number == self.item.current), self.versions[0])

    def signed_with(self, number: int) -> tuple[SeenPin, ...]:
        """The pins of a version at what is handed in and cannot be changed now."""
        return tuple(pin for pin in self.pins if pin.number == number and pin.place and pin.place.handed_in and not pin.place.editable)

    def version(self, number: int) -> SeenVersion | None:
        return next((one for one in self.versions if one.number == number), None)


@dataclass(frozen=True)
class SeenContent:
    """One version of one piece of evidence, as it is asked for by its address."""

    seen: Seen
    version: SeenVersion

    @property
    def organisation_id(self) -> int:
        return self.seen.organisation_id

    @property
    def handed_in_by_id(self) -> int | None:
        return self.seen.handed_in_by_id

    @property
    def shown_to(self) -> frozenset[int | None]:
        return self.seen.shown_to


_ITEM = (
    sa.select(EvidenceItem, Organisation)
    .join(Organisation, Organisation.id == EvidenceItem.organisation_id)
    .where(EvidenceItem.reference == sa.bindparam("reference"))
)
_VERSIONS = (
    sa.select(EvidenceVersion, StoredFile)
    .outerjoin(StoredFile, StoredFile.id == EvidenceVersion.file_id)
    .where(EvidenceVersion.item_id == sa.bindparam("item_id"))
    .order_by(EvidenceVersion.number.desc())
)
_PINS = (
    sa.select(Pin, EvidenceVersion.number)
    .join(EvidenceVersion, EvidenceVersion.id == Pin.version_id)
    .where(Pin.item_id == sa.bindparam("item_id"), Pin.removed_at.is_(None))
    .order_by(Pin.about, Pin.page, Pin.id)
)


def acts_for(person: Acting, organisation_id: int) -> bool:
    """Whether somebody acts for this organisation, in whatever role."""
    return any(post.organisation_id == organisation_id and post.role in IN_A_BODY for post in person.posts)


def seen(reference: str, person: Acting) -> Seen | None:
    """The evidence with this reference, with what this person may see of it; three statements and one a kind of place.

    Whoever does not act for the organisation finds only what was released and is pinned into something handed in.
    """
    found = db.session.execute(_ITEM, {"reference": reference}).one_or_none()
    if found is None:
        return None
    item, organisation = found[0], found[1]
    versions = tuple(seen_version(row, file) for row, file in db.session.execute(_VERSIONS, {"item_id": item.id}))
    rows = [(pin, number) for pin, number in db.session.execute(_PINS, {"item_id": item.id})]
    known = places.found(pin.about for pin, _ in rows)
    pins = tuple(SeenPin(pin, number, known.get(pin.about)) for pin, number in rows)
    whole = Seen(item, organisation, versions, pins, acts_for(person, item.organisation_id))
    return whole if whole.own else _handed_in(whole)


def _handed_in(whole: Seen) -> Seen | None:
    """As the Ombudsman sees it; None where nothing of it is theirs to see."""
    released = {one.number: one for one in whole.versions if one.row.state is VersionState.RELEASED}
    pins = tuple(pin for pin in whole.pins if pin.place is not None and pin.place.handed_in and pin.number in released)
    numbers = sorted({pin.number for pin in pins}, reverse=True)
    return Seen(whole.item, whole.organisation, tuple(released[one] for one in numbers), pins, False) if numbers else None


def seen_version(row: EvidenceVersion, file: StoredFile | None) -> SeenVersion:
    return SeenVersion(row, file, standing(row.state, row.form, file, removed=row.removed_at is not None))


def content(reference: str, number: int, person: Acting) -> SeenContent | None:
    """One version of a piece of evidence, if this person may see that version."""
    whole = seen(reference, person)
    version = whole.version(number) if whole is not None else None
    return SeenContent(whole, version) if whole is not None and version is not None else None


_FINDINGS = sa.select(PersonalFinding).where(PersonalFinding.version_id == sa.bindparam("version_id")).order_by(PersonalFinding.id)


def findings(version_id: int) -> list[PersonalFinding]:
    """What was found in a version that looks like personal data, in the order of the document."""
    return list(db.session.scalars(_FINDINGS, {"version_id": version_id}))
