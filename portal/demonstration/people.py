"""The invented people of the demonstration, and the roles they hold."""

from __future__ import annotations

import base64
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.audit import PORTAL_STREAM, Event
from portal.demonstration import featured
from portal.demonstration.ledger import Ledger
from portal.demonstration.texts import Deck, file
from portal.demonstration.years import Pen
from portal.organisations.kinds import NHS_KINDS
from portal.organisations.models import Membership, Person
from portal.policy import PORTAL, Acting, Role

OMBUDSMAN_STAFF = {
    Role.ADMINISTRATOR: (2, "Portal Administrator"),
    Role.STANDARDS_REVIEWER: (8, "Standards Reviewer"),
    Role.COMPLIANCE_OFFICER: (3, "Compliance Officer"),
    Role.ANALYST: (2, "Insight Analyst"),
    Role.ASSESSOR: (2, "Accreditation Assessor"),
    Role.AUTHOR: (2, "Learning Author"),
}
TITLES = {
    Role.COMPLAINTS_MANAGER: "complaints_manager",
    Role.EXECUTIVE_LEAD: "executive_lead",
    Role.CONTRIBUTOR: "contributor",
    Role.BODY_ADMINISTRATOR: "body_administrator",
    Role.HANDLER: "handler",
}
HOLDS_SECOND_FACTOR = frozenset({Role.EXECUTIVE_LEAD, *OMBUDSMAN_STAFF})
PRACTICE = "G"
THE_ONE = "Principal GP"
LONGEST_LABEL = 63  # of a name in the internet's directory


@dataclass(frozen=True)
class Someone:
    """A person in one role in one organisation."""

    id: int
    reference: str
    name: str
    email: str
    role: Role
    job_title: str
    organisation_id: int
    since_on: date
    until_on: date | None

    @property
    def acting(self) -> Acting:
        return Acting(id=self.id, name=self.name, email=self.email)

    @property
    def signature(self) -> str:
        return f"{self.name}, {self.job_title}"


@dataclass
class Team:
    """Everybody who acts for one organisation."""

    people: list[Someone] = field(default_factory=list)

    def holder(self, role: Role, on: date) -> Someone:
        """Who held the role on a day."""
        held = [one for one in self.people if one.role is role and (one.until_on is None or one.until_on >= on)]
        return min(held, key=lambda one: one.until_on or date.max)

    @property
    def of_one(self) -> bool:
        """Whether one person does everything."""
        return len({one.id for one in self.people}) == 1

    def all(self, role: Role) -> list[Someone]:
        return [one for one in self.people if one.role is role and one.until_on is None]


class Recruiter:
    """Draws people whose names nobody else has."""

    def __init__(self, ledger: Ledger, chance: random.Random) -> None:
        self._ledger = ledger
        self._chance = chance
        self._names = {one.name for one in (*featured.FEATURED, *featured.LATER)}
        self._titles: dict[tuple[str, str], Deck] = {}

    def hire(self, organisation: Any, role: Role, since_on: date, *, until_on: date | None = None,
             job_title: str = "", name: str = "") -> Someone:  # fmt: skip
        """A new person in this role since a day."""
        name = name or self._fresh_name()
        self._names.add(name)
        at = Pen(self._chance, self._ledger.now).on(since_on)
        secret = self._secret() if role in HOLDS_SECOND_FACTOR else None
        row = self._ledger.add(
            Person,
            reference=self._ledger.reference("PE"),
            email=_address(name, organisation.code),
            name=name,
            added_at=at,
            totp_secret=secret,
            totp_confirmed_at=at if secret else None,
        )
        about = f"person {row['reference']}"
        self._ledger.say(Event.PERSON_ADDED, PORTAL_STREAM, about, by=PORTAL, at=at)
        if secret:
            self._ledger.say(
                Event.SECOND_FACTOR_SET, PORTAL_STREAM, about, by=Acting(id=row["id"], name=name), at=at + timedelta(0, 90)
            )
        return self.appoint(row, organisation, role, since_on, until_on=until_on, job_title=job_title)

    def appoint(self, person: dict[str, Any], organisation: Any, role: Role, since_on: date, *,
                until_on: date | None = None, job_title: str = "") -> Someone:  # fmt: skip
        """A role for somebody who is there already."""
        title = job_title or self._title(organisation.kind, role)
        row = self._ledger.add(
            Membership,
            reference=self._ledger.reference("MB"),
            person_id=person["id"],
            organisation_id=organisation.id,
            role=role,
            job_title=title,
            since_on=since_on,
            until_on=until_on,
        )
        about, pen = f"membership {row['reference']}", Pen(self._chance, self._ledger.now)
        say, who = self._ledger.say, person["name"]
        say(Event.MEMBERSHIP_BEGAN, organisation.id, about, by=PORTAL, at=pen.on(since_on), person=who, role=role)
        if until_on is not None:
            say(Event.MEMBERSHIP_ENDED, organisation.id, about, by=PORTAL, at=pen.on(until_on), person=who, role=role,
                reason="moved to another organisation")  # fmt: skip
        return Someone(person["id"], person["reference"], person["name"], person["email"], role, title,
                       organisation.id, since_on, until_on)  # fmt: skip

    def _title(self, kind: str, role: Role) -> str:
        sector = "practice" if kind == PRACTICE else "nhs" if kind in NHS_KINDS else "government"
        name = TITLES[role]
        if (sector, name) not in self._titles:
            self._titles[sector, name] = Deck(self._chance, file("people")["job_titles"][sector][name])
        title: str = self._titles[sector, name].deal()
        return title

    def _fresh_name(self) -> str:
        names = file("people")
        while True:
            drawn = f"{self._chance.choice(names['first_names'])} {self._chance.choice(names['surnames'])}"
            if drawn not in self._names:
                return drawn

    def _secret(self) -> str:
        return base64.b32encode(self._chance.randbytes(20)).decode()

    def _hire_featured_first(self, organisation: Any) -> Callable[..., Someone]:
        """Hire under the names of the featured people while there are any for the role."""
        waiting = {role: featured.at(organisation.code, role) for role in Role}

        def hire(organisation: Any, role: Role, since_on: date, **rest: Any) -> Someone:
            if waiting[role] and rest.get("until_on") is None:
                one = waiting[role].pop(0)
                rest |= {"name": one.name} | ({"job_title": one.job_title} if one.job_title else {})
            return self.hire(organisation, role, since_on, **rest)

        return hire

    def team(self, organisation: Any, since_on: date, *, left_on: date | None = None) -> Team:
        """The people of one organisation that takes part; `left_on`: an earlier complaints manager left then."""
        team = Team()
        hire = self._hire_featured_first(organisation)
        if left_on is not None:
            team.people.append(hire(organisation, Role.COMPLAINTS_MANAGER, since_on, until_on=left_on))
            team.people.append(hire(organisation, Role.COMPLAINTS_MANAGER, left_on + timedelta(days=1)))
        else:
            team.people.append(hire(organisation, Role.COMPLAINTS_MANAGER, since_on))
        team.people.append(hire(organisation, Role.EXECUTIVE_LEAD, since_on))
        for role, share in ((Role.BODY_ADMINISTRATOR, 0.5), (Role.HANDLER, 0.3)):
            if self._chance.random() < share or featured.at(organisation.code, role):
                team.people.append(hire(organisation, role, since_on))
        fewest = len(featured.at(organisation.code, Role.CONTRIBUTOR))
        for _ in range(max(fewest, self._chance.choice((0, 0, 1, 1, 2, 3)))):
            team.people.append(hire(organisation, Role.CONTRIBUTOR, since_on))
        return team

    def practice(self, organisation: Any, since_on: date) -> Team:
        """A practice: its manager, and the partner who signs."""
        roles = (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)
        return Team([self.hire(organisation, role, since_on) for role in roles])

    def one_person(self, organisation: Any, since_on: date) -> Team:
        """A practice in which one person manages complaints and signs."""
        name = next((one.name for one in featured.at(organisation.code, Role.COMPLAINTS_MANAGER)), "")
        lead = self.hire(organisation, Role.EXECUTIVE_LEAD, since_on, name=name, job_title=THE_ONE)
        person = {"id": lead.id, "reference": lead.reference, "name": lead.name, "email": lead.email}
        return Team([lead, self.appoint(person, organisation, Role.COMPLAINTS_MANAGER, since_on, job_title=THE_ONE)])

    def office(self, ombudsman: Any, since_on: date) -> Team:
        """The Ombudsman's staff, with the two who answer for its own assessment."""
        team = Team()
        for role, (how_many, title) in OMBUDSMAN_STAFF.items():
            hire = self._hire_featured_first(ombudsman)
            for _ in range(how_many):
                team.people.append(hire(ombudsman, role, since_on, job_title=title))
        team.people.append(self.hire(ombudsman, Role.COMPLAINTS_MANAGER, since_on, job_title="Head of Standards and Quality"))
        team.people.append(self.hire(ombudsman, Role.EXECUTIVE_LEAD, since_on, job_title="Deputy Ombudsman"))
        return team


def _address(name: str, code: str) -> str:
    """firstname.surname@code.example, a domain that can never be anybody's."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"{re.sub('[^a-z]+', '.', plain)}@{code.lower()[:LONGEST_LABEL].strip('-')}.example"
