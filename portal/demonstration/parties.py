"""Who recommends and who answers in the demonstration: the Ombudsman's officers of ten years, and whoever acts for a body."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from portal.demonstration.bodies import Body
from portal.demonstration.featured import FEATURED
from portal.demonstration.people import PRACTICE, Recruiter, Someone, Team
from portal.demonstration.stories import Office
from portal.demonstration.texts import file
from portal.kernel.db import db
from portal.organisations.kinds import NHS_KINDS
from portal.organisations.models import Organisation, Succession
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import Acting, Role

YEAR = timedelta(days=365)
# Officers of before: years before today in which each came and went. From the day on which the three of today came, there
# are always three or more.
BEFORE = ((10.2, 6.0), (10.2, 4.1), (9.1, 2.2), (6.1, 2.1), (4.3, 2.0))
IN_ONE_HAND = 4  # years for which the same people answer for a body


@dataclass(frozen=True)
class Place:
    """An organisation to which something can be recommended. `team`: its people, once it takes part."""

    id: int
    code: str
    name: str
    kind: str
    opened_on: date | None
    closed_on: date | None
    successors: tuple[int, ...] = ()
    team: Team | None = None

    def there(self, first: date, last: date) -> bool:
        """Whether it was there all the time from one day until another."""
        return (self.opened_on is None or self.opened_on <= first) and (self.closed_on is None or self.closed_on > last)

    def acting(self, role: Role, on: date) -> Acting:
        """Who holds a role on a day. Before a body took part, its people had no account: their names are all there is."""
        held = [one for one in self.team.people if one.role is role and one.since_on <= on] if self.team else []
        held = [one for one in held if one.until_on is None or one.until_on >= on]
        if held:
            return held[0].acting
        return Acting(id=None, name=_of_before(self.code, role, on.year // IN_ONE_HAND))

    @property
    def called(self) -> str:
        """What a recommendation calls it: the Trust, the Department."""
        name: str = file("recommendations")["called"].get(self.kind, "organisation")
        return name

    @property
    def owner(self) -> str:
        """The job title of whoever manages complaints there."""
        sector = "practice" if self.kind == PRACTICE else "nhs" if self.kind in NHS_KINDS else "government"
        titles: list[str] = file("people")["job_titles"][sector]["complaints_manager"]
        return titles[self.id % len(titles)]


def _of_before(code: str, role: Role, era: int) -> str:
    chance, names = random.Random(f"{code} {role.value} {era}"), file("people")
    while True:
        drawn = f"{chance.choice(names['first_names'])} {chance.choice(names['surnames'])}"
        if drawn not in {one.name for one in FEATURED}:
            return drawn


class Officers:
    """Those who drafted, approved and decided, each from the day on which they came until the day on which they went."""

    def __init__(self, office: Office, recruiter: Recruiter, ombudsman: Body, today: date) -> None:
        self._conflicts = office.conflicts
        before = [
            recruiter.hire(ombudsman, Role.COMPLIANCE_OFFICER, today - came * YEAR, until_on=today - went * YEAR, job_title="Compliance Officer")
            for came, went in BEFORE
        ]
        self._all = [*before, *office.officers]

    def on(self, day: date, organisation_id: int) -> list[Someone]:
        """Those who were there on a day and had no conflict with the organisation."""
        return [
            one for one in self._all
            if one.since_on <= day and (one.until_on is None or day < one.until_on)
            and organisation_id not in self._conflicts.get(one.id, frozenset())
        ]  # fmt: skip


def places(taking_part: Sequence[Body], first: date) -> Mapping[int, Place]:
    """Every organisation that takes part or has closed since `first`, and whoever took over from it; by id."""
    teams = {body.id: body for body in taking_part}
    rows: Sequence[Any] = db.session.execute(_EVERYBODY).all()
    successors: dict[int, tuple[int, ...]] = {}
    for old, new in db.session.execute(_SUCCESSORS):
        successors[old] = (*successors.get(old, ()), new)
    closed = {row.id for row in rows if row.closed_on is not None and row.closed_on > first}
    wanted = closed | {new for old in closed for new in successors.get(old, ())} | teams.keys()
    return {
        row.id: Place(
            row.id, row.code, row.name, row.kind, row.opened_on, row.closed_on, successors.get(row.id, ()),
            teams[row.id].team if row.id in teams else None,
        )
        for row in rows
        if row.id in wanted and row.code != OMBUDSMAN_CODE and not (row.id in teams and teams[row.id].covered_by)
    }


_EVERYBODY = sa.select(
    Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.opened_on, Organisation.closed_on
).order_by(Organisation.kind, Organisation.sort_name, Organisation.id)  # fmt: skip
_SUCCESSORS = (
    sa.select(Succession.organisation_id, Succession.successor_id)
    .join(Organisation, Organisation.id == Succession.successor_id)
    .order_by(Organisation.sort_name)
)
