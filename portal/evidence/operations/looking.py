"""What the worker does with what came in: takes it on from the scanner, looks for personal data, takes hidden details out.

A look takes seconds, so it is taken between two steps, while no transaction is open: claim, look, write down.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from portal import audit, outbox
from portal.audit import Event
from portal.evidence import reading
from portal.evidence.lifecycle import LIVE, VERSION, VersionState, VersionVerb
from portal.evidence.models import EvidenceItem, EvidenceVersion, PersonalFinding
from portal.evidence.operations import replacing
from portal.evidence.operations.handing_in import Content, a_version
from portal.evidence.reading import Look
from portal.files import receiving
from portal.files.models import Fault, FileState, StoredFile
from portal.files.receiving import Incoming
from portal.files.recognising import KINDS, Unfit
from portal.files.stores import store
from portal.kernel import clock
from portal.kernel.db import at_most, db, only_reading
from portal.kernel.errors import Away
from portal.organisations.queries import people
from portal.outbox import Letter
from portal.policy import PORTAL, Acting, Role

log = logging.getLogger("portal.evidence")

Step = Callable[[], int]
CLAIMED_FOR = timedelta(minutes=15)  # then another worker may take it up
AT_ONCE = 50

_V: Any = EvidenceVersion.__table__
_FREE = sa.or_(_V.c.claimed_at.is_(None), _V.c.claimed_at < sa.bindparam("long_ago"))
_FROM_THE_SCANNER = (
    sa.select(EvidenceVersion.id)
    .join(StoredFile, StoredFile.id == EvidenceVersion.file_id)
    .where(
        sa.or_(
            sa.and_(
                EvidenceVersion.state == VersionState.RECEIVED,
                StoredFile.state.in_([FileState.CLEAN, FileState.UNSCANNED]),
            ),
            sa.and_(EvidenceVersion.state.in_(LIVE), StoredFile.state == FileState.INFECTED),
        )
    )
    .order_by(EvidenceVersion.id)
    .limit(at_most(AT_ONCE))
)


def _next(state: VersionState) -> Any:
    return (
        sa.select(EvidenceVersion.id, EvidenceVersion.name, StoredFile.sha256, StoredFile.kind)
        .join(StoredFile, StoredFile.id == EvidenceVersion.file_id)
        .where(EvidenceVersion.state == state, _FREE, StoredFile.fault == Fault.NONE)
        .order_by(EvidenceVersion.id)
        .limit(at_most(1))
    )


_TO_LOOK_INTO, _TO_STRIP = _next(VersionState.LOOKING), _next(VersionState.STRIPPING)
_CLAIM = (
    sa.update(_V)
    .where(_V.c.id == sa.bindparam("one"), _V.c.state == sa.bindparam("its", type_=_V.c.state.type), _FREE)
    .values(claimed_at=sa.bindparam("now"))
)
_GIVE_BACK = (
    sa.update(_V).where(_V.c.id == sa.bindparam("one"), _V.c.claimed_at == sa.bindparam("mine")).values(claimed_at=None)
)
# The item first: PostgreSQL locks in this order, as every operation does that holds the item.
_HELD = (
    sa.select(EvidenceVersion, EvidenceItem)
    .select_from(EvidenceItem)
    .join(EvidenceVersion, EvidenceVersion.item_id == EvidenceItem.id)
    .where(EvidenceVersion.id == sa.bindparam("one"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_FILE_OF = sa.select(StoredFile).where(StoredFile.id == sa.bindparam("file_id"))


def move_on() -> Iterator[Step]:
    """Everything that waits for the worker, in steps that are each a transaction."""
    yield from take_on()
    yield from take_out()
    yield from look_into()


def take_on() -> Iterator[Step]:
    """What the scanner has done with goes on to be looked into; what it found malware in is refused."""
    for row in _read(_FROM_THE_SCANNER):
        yield partial(_taken_on, row.id)


def _taken_on(version_id: int) -> int:
    version, item = _held(version_id)
    file = db.session.scalars(_FILE_OF, {"file_id": version.file_id}).one()
    if file.state is FileState.INFECTED and VERSION.can(version.state, VersionVerb.REFUSE):
        VERSION.move(version, VersionVerb.REFUSE)
        version.stopped_at, version.stopped_why = clock.now(), ""
        audit.record(Event.EVIDENCE_REFUSED, version, by=PORTAL, number=version.number, malware=file.malware)
        _tell(Letter.EVIDENCE_REFUSED, version, item, malware=file.malware, file=version.name)
        return 1
    if file.state in (FileState.CLEAN, FileState.UNSCANNED) and VERSION.can(version.state, VersionVerb.PASS):
        VERSION.move(version, VersionVerb.PASS)
        audit.record(Event.EVIDENCE_SCANNED, version, by=PORTAL, number=version.number, outcome=file.state)
        return 1
    return 0


@dataclass
class _Claim:
    """One version in the hands of this worker, if it got it."""

    version_id: int
    state: VersionState
    at: datetime
    got: bool = False

    def take(self) -> int:
        values = {"one": self.version_id, "its": self.state, "now": self.at, "long_ago": self.at - CLAIMED_FOR}
        taken: Any = db.session.execute(_CLAIM, values)
        self.got = taken.rowcount == 1
        return 0

    def give_back(self) -> int:
        db.session.execute(_GIVE_BACK, {"one": self.version_id, "mine": self.at})
        return 0

    def held(self) -> tuple[EvidenceVersion, EvidenceItem] | None:
        """The version and its item, kept from others; None where it is no longer this worker's to change."""
        version, item = _held(self.version_id)
        return (version, item) if version.state is self.state and version.claimed_at == self.at else None


def look_into() -> Iterator[Step]:
    """Look into each version for personal data; release what is clear, and ask for a choice about the rest."""
    while found := _read(_TO_LOOK_INTO, long_ago=clock.now() - CLAIMED_FOR):
        one, claim = found[0], _Claim(found[0].id, VersionState.LOOKING, clock.now())
        yield claim.take
        if not claim.got:
            continue
        try:
            look = _look(one.sha256, one.kind)
        except Away as away:
            log.warning("Files wait to be looked into: %s", away)
            yield claim.give_back
            return
        yield partial(_written_down, claim, look)


def _look(sha256: str, kind: str) -> Look:
    try:
        with store().path_of(sha256) as path:
            return reading.look_safely(path, kind)
    except Away:
        raise
    except FileNotFoundError:
        return Look((), False, "The stored file is missing. Hand the same file in again, and it is mended.")
    except Exception:  # whatever a document does to the reader: a person looks at it instead
        log.exception("The file %s could not be looked into", sha256)
        return Look((), False, "The portal could not look into this file.")


def _written_down(claim: _Claim, look: Look) -> int:
    held = claim.held()
    if held is None:
        return 0
    version, item = held
    version.looked_at, version.could_be_read, version.unread_why = clock.now(), look.readable, look.why
    version.claimed_at = None
    counts: Counter[str] = Counter()
    for one in look.found:
        counts[one.kind.value] += one.count
        db.session.add(PersonalFinding(
            version_id=version.id, kind=one.kind.value, place=one.place, excerpt=one.excerpt, times=one.count
        ))  # fmt: skip
    audit.record(
        Event.PERSONAL_DATA_LOOKED_FOR, version, by=PORTAL, number=version.number, found=dict(counts), could_be_read=look.readable
    )
    if look.found or not look.readable:
        VERSION.move(version, VersionVerb.ASK)
        _tell_choice(version, item)
    else:
        VERSION.move(version, VersionVerb.RELEASE)
    return 1


def take_out() -> Iterator[Step]:
    """Make the copies without hidden details that people chose; each becomes a version, and is looked into again."""
    while found := _read(_TO_STRIP, long_ago=clock.now() - CLAIMED_FOR):
        one, claim = found[0], _Claim(found[0].id, VersionState.STRIPPING, clock.now())
        yield claim.take
        if not claim.got:
            continue
        with tempfile.TemporaryDirectory(prefix="portal-stripping-") as folder, receiving.clearing():
            try:
                copy = _stripped(one.sha256, one.kind, one.name, Path(folder))
            except Away as away:
                log.warning("Hidden details wait to be taken out: %s", away)
                yield claim.give_back
                return
            yield partial(_taken_out, claim, copy)


def _stripped(sha256: str, kind: str, name: str, folder: Path) -> Incoming | None:
    """The copy, laid down in the store but not kept yet; None where none could be made."""
    to = folder / f"copy.{KINDS[kind].extension}"
    try:
        with store().path_of(sha256) as path:
            done = reading.strip_safely(path, kind, to)
        copy = receiving.bring(to, name) if done else None
    except Away:
        raise
    except Exception:
        log.exception("Hidden details could not be taken out of the file %s", sha256)
        return None
    return copy if copy is not None and not copy.unfit and copy.sha256 != sha256 else None


def _taken_out(claim: _Claim, copy: Incoming | None) -> int:
    held = claim.held()
    if held is None:
        return 0
    old, item = held
    try:
        return _could_not(old, item) if copy is None else _copied(old, item, copy)
    except Unfit:
        return _could_not(old, item)


def _copied(old: EvidenceVersion, item: EvidenceItem, copy: Incoming) -> int:
    chooser = Acting(id=old.chosen_by_id, name=old.chosen_by)
    used, number = item.current == old.number, max(replacing.versions_of(item)) + 1
    note = f"Version {old.number} without hidden details"
    new = a_version(item, number, Content(file=copy), note=note, used=used, stripped_from=old.number, by=chooser)
    audit.record(
        Event.EVIDENCE_REPLACED if used else Event.EVIDENCE_PUT_ASIDE, new, by=PORTAL, number=number, content=new.sha256
    )
    if used:
        replacing.put_in_use(item, old, new, move_pins=True, by=PORTAL)
    else:
        replacing.stop_replaced(old, new, by=PORTAL)
    return 1


def _could_not(old: EvidenceVersion, item: EvidenceItem) -> int:
    VERSION.move(old, VersionVerb.ASK)
    old.claimed_at, old.unstrippable = None, True
    old.choice, old.chosen_by_id, old.chosen_by, old.chosen_at = None, None, "", None
    audit.record(
        Event.PERSONAL_DATA_DECIDED, old, by=PORTAL, number=old.number, choice="hidden details could not be taken out", reason=""
    )
    _tell_choice(old, item)
    return 1


def _held(version_id: int) -> tuple[EvidenceVersion, EvidenceItem]:
    row = db.session.execute(_HELD, {"one": version_id}).one()
    return row[0], row[1]


def _read(statement: Any, **values: Any) -> list[sa.Row[Any]]:
    """Reads without the write lock, for almost always there is nothing to do, and holds nothing afterwards."""
    with only_reading():
        try:
            return list(db.session.execute(statement, values))
        finally:
            db.session.rollback()


# Who is told.


def _tell_choice(version: EvidenceVersion, item: EvidenceItem) -> None:
    """At most one letter an hour to each person: the library that it leads to lists everything that waits for them."""
    _tell(Letter.EVIDENCE_NEEDS_A_CHOICE, version, item, period=f"{clock.now():%Y-%m-%dT%HZ}", read=version.could_be_read)


def _tell(letter: Letter, version: EvidenceVersion, item: EvidenceItem, *, period: str = "", **facts: Any) -> None:
    """To whoever handed it in; to the complaints managers once that person has left."""
    here = people.colleagues(item.organisation_id)
    managers = [one for one in here if any(held.role is Role.COMPLAINTS_MANAGER for held in one.roles)]
    told = [one for one in here if one.id == version.received_by_id] or managers
    about = f"evidence of organisation {item.organisation_id}" if period else f"{item.reference} version {version.number}"
    for one in told:
        outbox.post(
            letter, to=one.email, name=one.name, about=about, period=period,
            facts={"title": item.title, "reference": item.reference, "organisation": people.name_of(item.organisation_id), **facts},
        )  # fmt: skip
