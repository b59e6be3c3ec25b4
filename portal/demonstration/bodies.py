"""Which organisations of the register take part in the demonstration, and since when."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal.audit import Event
from portal.demonstration import practices
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Recruiter, Team
from portal.demonstration.years import Pen, Year, learning_began
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Branch, Organisation, Succession
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import PORTAL

GOVERNMENT_BODIES = 60
EVERY_ONE_OF = frozenset({"T", "I", "PO"})  # kinds of which every open organisation takes part
LEARNT_FIRST = "R0A"  # its people were added when learning began, before it took part in assessments
# A group begins to answer for a branch while the assessment of a year is under way. The days move with today, so that
# there are superseded assessments for as long as there are mergers long past on the register.
BRANCHES = {"active-travel-england": ("department-for-transport", 1),
            "vehicle-certification-agency": ("department-for-transport", 2)}  # fmt: skip
COVERED_AFTER = timedelta(days=25)  # from the day on which the year opened
# Known to many people who will try the demonstration, so they are always among the sixty.
ALWAYS = ("hm-revenue-customs", "department-for-work-pensions", "home-office", "driver-and-vehicle-licensing-agency",
          "hm-passport-office", "environment-agency", "ofsted", "uk-visas-and-immigration", "land-registry",
          "ministry-of-justice", "department-for-transport", "small-business-commissioner", *BRANCHES)  # fmt: skip

_ORGANISATIONS = sa.select(
    Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.opened_on,
    Organisation.closed_on, Organisation.parent_id,
).order_by(Organisation.kind, Organisation.sort_name, Organisation.id)  # fmt: skip
_SUCCESSORS = (
    sa.select(Succession.organisation_id, Organisation.name)
    .join(Organisation, Organisation.id == Succession.successor_id)
    .order_by(Organisation.sort_name)
)


@dataclass(frozen=True)
class Body:
    """An organisation that takes part, its people, and how good it is at handling complaints (0 to 1)."""

    id: int
    code: str
    name: str
    kind: str
    opened_on: date | None
    closed_on: date | None
    successors: tuple[str, ...]
    joined_on: date
    quality: float
    team: Team
    covered_by: str = ""  # the group that answers for it
    covered_in: int = 0  # the year in which it began to


def taking_part(ledger: Ledger, recruiter: Recruiter, years: Sequence[Year], chance: random.Random) -> list[Body]:
    """The bodies with their people, in the order of the register; they join as a part of this."""
    found: Sequence[Any] = db.session.execute(_ORGANISATIONS).all()
    successors: dict[int, tuple[str, ...]] = {}
    for organisation_id, name in db.session.execute(_SUCCESSORS):
        successors[organisation_id] = (*successors.get(organisation_id, ()), name)
    chosen = _chosen(found, years, chance)
    there = {one.code: one for one in found}
    bodies = []
    for row in chosen:
        joined_on = _joined_on(row, years, chance)
        left_on = years[1].opens_on - timedelta(days=chance.randint(20, 90)) if chance.random() < 0.06 else None
        if row.code == OMBUDSMAN_CODE:
            team = recruiter.office(row, joined_on)
        elif row.code in practices.OF_ONE_PERSON:
            team = recruiter.one_person(row, joined_on)
        elif row.kind == practices.KIND:
            team = recruiter.practice(row, joined_on)
        elif row.code == LEARNT_FIRST:
            team = recruiter.team(row, min(joined_on, learning_began(clock.today())))
        else:
            team = recruiter.team(row, joined_on, left_on=left_on if left_on and left_on > joined_on and not row.closed_on else None)
        group, since = BRANCHES.get(row.code, ("", 0))
        body = Body(row.id, row.code, row.name, row.kind, row.opened_on, row.closed_on, successors.get(row.id, ()),
                    joined_on, chance.betavariate(4, 2.4), team, there[group].name if group else "", since)  # fmt: skip
        at = Pen(chance, ledger.now).on(joined_on)
        ledger.say(Event.ORGANISATION_JOINED, body.id, f"organisation {body.code}", by=PORTAL, at=at, joined_on=joined_on)
        bodies.append(body)
    for branch, (group, since) in BRANCHES.items():
        _cover(ledger, there[branch], there[group], years[since].opens_on + COVERED_AFTER, chance)
    for branch in practices.BRANCHES:
        _cover(ledger, there[branch], there[practices.GROUP], years[0].opens_on, chance)
    return bodies


def _chosen(found: Sequence[Any], years: Sequence[Year], chance: random.Random) -> list[Any]:
    first = years[0].opens_on
    nhs = [row for row in found if row.kind in EVERY_ONE_OF and (row.closed_on is None or row.closed_on > first)]
    government = [row for row in found if row.kind in {"MD", "ND", "EA", "NB", "OB", "IT"} and row.closed_on is None]
    known = [row for row in government if row.code in ALWAYS]
    rest = [row for row in government if row.code not in ALWAYS]
    chosen = [row for row in found if row.kind == practices.KIND and row.code in practices.answering()]
    return sorted(nhs + chosen + known + chance.sample(rest, min(len(rest), GOVERNMENT_BODIES - len(known))), key=lambda row: row.id)


def _joined_on(row: Any, years: Sequence[Year], chance: random.Random) -> date:
    """Most took part from the beginning; a few joined in the second year or only this year."""
    index = 0 if row.closed_on or row.code in ALWAYS or row.kind in {"PO", practices.KIND} else chance.choices((0, 1, 2), (91, 5, 4))[0]
    joined = years[index].opens_on - timedelta(days=chance.randint(5, 45))
    return max(joined, row.opened_on + timedelta(days=30)) if row.opened_on else joined


def _cover(ledger: Ledger, branch: Any, group: Any, since: date, chance: random.Random) -> None:
    ledger.add(Branch, organisation_id=group.id, branch_id=branch.id, since_on=since)
    about, at = f"organisation {group.code}", Pen(chance, ledger.now).on(since)
    ledger.say(Event.BRANCH_COVERED, group.id, about, by=PORTAL, at=at, branch=branch.code)


def mark_joined(bodies: Sequence[Body]) -> None:
    """Write on the register who takes part."""
    table = Organisation.__table__
    joined = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("one"))
        .values(joined_on=sa.bindparam("day"), version=table.c.version + 1)
    )
    db.session.connection().execute(joined, [{"one": body.id, "day": body.joined_on} for body in bodies])
