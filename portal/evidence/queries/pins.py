"""Pins as the pages of what they are pinned to show them, and as a signature freezes them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.evidence import places
from portal.evidence.ageing import Ageing, ageing
from portal.evidence.lifecycle import ItemState, VersionState
from portal.evidence.models import EvidenceItem, EvidenceKind, EvidenceVersion, Form, Mark, Pin, PinKind, Shows
from portal.evidence.places import Place
from portal.evidence.standing import Standing, standing
from portal.files.models import StoredFile
from portal.files.recognising import KINDS
from portal.kernel.db import db


@dataclass(frozen=True)
class PinShown:
    """One pin where it is pinned. `number` is the version it names, `current` the one in use."""

    id: int
    reference: str
    about: str
    kind: PinKind
    page: int  # 0: none is named
    place: str
    carried: bool
    version: int
    pinned_by: str
    pinned_at: datetime
    item: str
    title: str
    proves: str
    evidence_kind: EvidenceKind
    covers_from: date | None
    covers_until: date | None
    review_on: date | None
    received_on: date
    withdrawn: bool
    current: int
    number: int
    form: Form
    state: VersionState
    name: str
    link: str
    held_where: str
    file_kind: str
    size: int
    standing: Standing

    @property
    def where(self) -> str:
        """page 4, second paragraph"""
        return ", ".join(part for part in (f"page {self.page}" if self.page else "", self.place) if part)

    @property
    def replaced(self) -> bool:
        """Whether another version is in use by now."""
        return self.number != self.current

    @property
    def released(self) -> bool:
        """Whether the Ombudsman may see it once what it is pinned to is handed in."""
        return self.state is VersionState.RELEASED

    @property
    def opens(self) -> bool:
        """Whether there is something to open: a file that may be seen, or a link."""
        return self.standing.opens

    @property
    def href(self) -> str:
        """Where the pinned place is read: the page of a PDF, or else the page about the evidence."""
        if self.file_kind == "pdf" and self.opens:
            return f"/evidence/{self.item}/versions/{self.number}/pages/{self.page or 1}"
        return f"/evidence/{self.item}"

    @property
    def file_words(self) -> str:
        return KINDS[self.file_kind].words if self.file_kind else ""

    def ageing(self, today: date) -> tuple[Ageing, ...]:
        return ageing(self.review_on, self.covers_until, today)


_SHOWN = (
    sa.select(
        Pin.id, Pin.reference, Pin.about, Pin.kind, Pin.page, Pin.place, Pin.carried, Pin.version, Pin.pinned_by, Pin.pinned_at,
        EvidenceItem.reference.label("item"), EvidenceItem.title, EvidenceItem.proves, EvidenceItem.kind.label("evidence_kind"),
        EvidenceItem.covers_from, EvidenceItem.covers_until, EvidenceItem.review_on, EvidenceItem.received_on,
        EvidenceItem.state.label("item_state"), EvidenceItem.current, EvidenceVersion.number, EvidenceVersion.form,
        EvidenceVersion.state, EvidenceVersion.name, EvidenceVersion.link, EvidenceVersion.held_where, EvidenceVersion.removed_at,
        StoredFile,
    )
    .join(EvidenceItem, EvidenceItem.id == Pin.item_id)
    .join(EvidenceVersion, EvidenceVersion.id == Pin.version_id)
    .outerjoin(StoredFile, StoredFile.id == EvidenceVersion.file_id)
    .where(
        Pin.organisation_id == sa.bindparam("organisation_id"),
        Pin.about.in_(sa.bindparam("abouts", expanding=True)),
        Pin.removed_at.is_(None),
    )
    .order_by(Pin.about, Pin.id)
)  # fmt: skip


def pins_of(
    organisation_id: int, abouts: Collection[str], *, released_only: bool = False
) -> dict[str, tuple[PinShown, ...]]:
    """The pins at each of these places, in the order in which they were pinned; one statement.

    Pages of the Ombudsman ask for `released_only`: of what was not released not even the title is theirs to see.
    """
    gathered: dict[str, list[PinShown]] = defaultdict(list)
    for row in db.session.execute(_SHOWN, {"organisation_id": organisation_id, "abouts": list(abouts)}):
        one = _shown(row)
        if one.released or not released_only:
            gathered[one.about].append(one)
    return {about: tuple(pins) for about, pins in gathered.items()}


def _shown(row: Any) -> PinShown:
    facts = dict(row._mapping)
    file: StoredFile | None = facts.pop("StoredFile")
    removed, state = facts.pop("removed_at") is not None, facts.pop("item_state")
    return PinShown(
        **facts,
        withdrawn=state is ItemState.WITHDRAWN,
        file_kind=file.kind if file is not None else "",
        size=file.size if file is not None else 0,
        standing=standing(row.state, row.form, file, removed=removed),
    )


@dataclass(frozen=True)
class Frozen:
    """What a signed snapshot says of one pin: which version, where in it, and the hash of its content.

    No words of the organisation's: the Ombudsman reads the snapshot too, whether or not the version is ever released.
    """

    pin: str
    evidence: str
    version: int
    form: str
    sha256: str  # of the file; of the address, or of where it is held, as text
    page: int

    def facts(self) -> dict[str, Any]:
        """As it stands in the snapshot: what is empty is left out."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, pin: str, evidence: str, version: int, form: Form, sha256: str, link: str, held_where: str, page: int) -> Frozen:
        hashed = sha256 or hashlib.sha256((link or held_where).encode()).hexdigest()
        return cls(pin, evidence, version, form.value, hashed, page)


_FROZEN = (
    sa.select(
        Pin.about, Pin.reference, EvidenceItem.reference.label("item"), EvidenceVersion.number, EvidenceVersion.form,
        EvidenceVersion.sha256, EvidenceVersion.link, EvidenceVersion.held_where, Pin.page,
    )
    .join(EvidenceItem, EvidenceItem.id == Pin.item_id)
    .join(EvidenceVersion, EvidenceVersion.id == Pin.version_id)
    .where(
        Pin.organisation_id == sa.bindparam("organisation_id"),
        Pin.about.in_(sa.bindparam("abouts", expanding=True)),
        Pin.removed_at.is_(None),
    )
    .order_by(Pin.about, Pin.id)
)  # fmt: skip


def frozen(organisation_id: int, abouts: Collection[str]) -> dict[str, tuple[Frozen, ...]]:
    """What a snapshot holds of the pins at each of these places; one statement. To sign, call pinning.freeze."""
    gathered: dict[str, list[Frozen]] = defaultdict(list)
    rest: Any
    for about, *rest in db.session.execute(_FROZEN, {"organisation_id": organisation_id, "abouts": list(abouts)}):
        gathered[about].append(Frozen.of(*rest))
    return {about: tuple(pins) for about, pins in gathered.items()}


_ONE = sa.select(Pin).where(Pin.reference == sa.bindparam("reference"), Pin.removed_at.is_(None))


@dataclass(frozen=True)
class PinAt:
    """One pin, and the place that it is at; asked for by the policy as the place is."""

    pin: Pin
    place: Place

    @property
    def organisation_id(self) -> int:
        return self.pin.organisation_id

    @property
    def assigned_to_id(self) -> int | None:
        return self.place.assigned_to_id


def pin_at(reference: str) -> PinAt | None:
    """The pin with this reference and its place, unless it was taken away or its place is no more."""
    one = pin(reference)
    place = places.find(one.about) if one is not None else None
    return PinAt(one, place) if one is not None and place is not None else None


_VERSION_OF = sa.select(EvidenceVersion.number).where(EvidenceVersion.id == sa.bindparam("version_id"))


def pin(reference: str) -> Pin | None:
    """The pin with this reference, unless it was taken away."""
    return db.session.scalar(_ONE, {"reference": reference})


def number_of(one: Pin) -> int:
    """The number of the version that a pin names."""
    return db.session.scalars(_VERSION_OF, {"version_id": one.version_id}).one()


@dataclass(frozen=True)
class MarkShown:
    """One reviewer's mark on one pin."""

    pin_id: int
    reviewer_id: int
    shows: Shows
    reason: str
    marked_at: datetime
    version: int


_MARKS = (
    sa.select(Mark.pin_id, Mark.reviewer_id, Mark.shows, Mark.reason, Mark.marked_at, Mark.version)
    .where(Mark.pin_id.in_(sa.bindparam("pins", expanding=True)))
    .order_by(Mark.pin_id, Mark.id)
)


def marks_on(pins: Iterable[int], *, by: int | None = None) -> dict[int, tuple[MarkShown, ...]]:
    """The marks on these pins by pin; of one reviewer, where a second view must stay blind. One statement."""
    gathered: dict[int, list[MarkShown]] = defaultdict(list)
    for row in db.session.execute(_MARKS, {"pins": list(pins)}):
        if by is None or row.reviewer_id == by:
            gathered[row.pin_id].append(MarkShown(*row))
    return {pin_id: tuple(marks) for pin_id, marks in gathered.items()}
