"""What an import compares a thousand rows with, in the same few statements whatever stands in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation, Succession
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import ImportedCases, Recommendation, Wording


@dataclass(frozen=True)
class Body:
    """An organisation as rows name it. `organisation_id` is what the policy asks for."""

    organisation_id: int
    code: str
    name: str
    kind: str
    closed_on: date | None


_BODIES = sa.select(Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.closed_on).where(
    Organisation.code.in_(sa.bindparam("codes", expanding=True))
)


def bodies(codes: Iterable[str]) -> dict[str, Body]:
    """The organisations with these codes, by code in small letters: r0a and R0A are the same trust."""
    spelled = {way for code in codes for way in (code, code.upper(), code.lower())}
    return {row.code.casefold(): Body(*row) for row in db.session.execute(_BODIES, {"codes": sorted(spelled)})}


_successor = aliased(Organisation)
_SUCCESSORS = (
    sa.select(Succession.organisation_id, _successor.name, _successor.code)
    .join(_successor, _successor.id == Succession.successor_id)
    .where(Succession.organisation_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_successor.sort_name, _successor.id)
)


def successors(ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """(name, code) of whoever took over, by the id of the organisation that closed."""
    gathered: dict[int, list[tuple[str, str]]] = {one: [] for one in ids}
    for one, name, code in db.session.execute(_SUCCESSORS, {"ids": list(ids)}) if ids else ():
        gathered[one].append((name, code))
    return gathered


@dataclass(frozen=True)
class There:
    """What stands at a number of a case already."""

    id: int
    reference: str
    organisation_id: int
    case_reference: str
    number: int
    type: str
    severity: int
    failing: str
    text: str
    public_text: str
    due_on: date
    original_due_on: date | None
    state: DraftState

    def audited_as(self) -> str:
        return f"recommendation {self.reference}"


_THERE = sa.select(
    Recommendation.id, Recommendation.reference, Recommendation.organisation_id, Recommendation.case_reference, Recommendation.number,
    Recommendation.type, Recommendation.severity, Recommendation.failing, Recommendation.text, Recommendation.public_text,
    Recommendation.due_on, Recommendation.original_due_on, Recommendation.state,
).where(Recommendation.case_reference.in_(sa.bindparam("cases", expanding=True)))  # fmt: skip
_HELD = _THERE.order_by(Recommendation.id).with_for_update()


def there(cases: Iterable[str], *, held: bool = False) -> dict[tuple[str, int], There]:
    """Every recommendation of these cases by its place; `held`: nobody else changes them until the transaction ends."""
    found: Any = db.session.execute(_HELD if held else _THERE, {"cases": sorted(set(cases))})
    return {(row.case_reference, row.number): There(*row) for row in found}


_WORDINGS = sa.select(Wording.recommendation_id, Wording.text, Wording.public_text).where(
    Wording.recommendation_id.in_(sa.bindparam("ids", expanding=True))
)


def wordings(ids: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """Every (text, public text) that each of these ever had since it was issued."""
    gathered: dict[int, set[tuple[str, str]]] = {one: set() for one in ids}
    for one, text, public_text in db.session.execute(_WORDINGS, {"ids": list(ids)}) if ids else ():
        gathered[one].add((text, public_text))
    return gathered


_TAKEN = sa.select(Recommendation.reference).where(Recommendation.reference.in_(sa.bindparam("references", expanding=True)))


def taken(references: Collection[str]) -> set[str]:
    """Which of these references are in use."""
    return set(db.session.scalars(_TAKEN, {"references": list(references)}))


_WAITING = sa.select(ImportedCases).where(
    ImportedCases.reference == sa.bindparam("reference"), ImportedCases.person_id == sa.bindparam("person_id")
)
_NEWEST = (
    sa.select(ImportedCases.reference, ImportedCases.name, ImportedCases.came_at)
    .where(ImportedCases.person_id == sa.bindparam("person_id"))
    .order_by(ImportedCases.id.desc())
    .limit(at_most(1))
)


def waiting(reference: str, person_id: int | None) -> ImportedCases | None:
    """A file that this person uploaded and nobody has taken in."""
    return db.session.scalar(_WAITING, {"reference": reference, "person_id": person_id})


def newest(person_id: int | None) -> Any:
    """(reference, name, came_at) of the file that waits for this person, or None."""
    return db.session.execute(_NEWEST, {"person_id": person_id}).first()
