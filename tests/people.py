"""The people of the tests, each a sentence long; `cast.priya` is who acts, as operations take it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import BrowserSession, Membership, Organisation, Person
from portal.organisations.queries import person_of_session
from portal.policy import Acting, Role

TRUST, OTHER, PRACTICE, DEPARTMENT, OMBUDSMAN = "RTX", "RYZ", "A99001", "department-of-tests", "phso"

PEOPLE = {
    "priya": ("Priya Raman", TRUST, (Role.COMPLAINTS_MANAGER,)),  # answers for the trust
    "edwin": ("Edwin Clarke", TRUST, (Role.EXECUTIVE_LEAD,)),  # signs for the trust
    "connie": ("Connie Blake", TRUST, (Role.CONTRIBUTOR,)),  # answers what she is assigned
    "hal": ("Hal Osei", TRUST, (Role.HANDLER,)),  # handles complaints at the trust
    "bea": ("Bea Lindqvist", TRUST, (Role.BODY_ADMINISTRATOR,)),  # keeps the trust's people
    "sam": ("Sam Whitlock", OTHER, (Role.COMPLAINTS_MANAGER,)),  # a stranger: manager of another trust
    "nadia": ("Nadia Rahim", OTHER, (Role.EXECUTIVE_LEAD,)),  # signs for the other trust
    "gus": ("Gus Moreno", PRACTICE, (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD)),  # a one-person practice
    "dot": ("Dot Farrell", DEPARTMENT, (Role.COMPLAINTS_MANAGER,)),  # manager of a department
    "owen": ("Owen Hughes", OMBUDSMAN, (Role.STANDARDS_REVIEWER,)),  # the first reviewer
    "rosa": ("Rosa Adeyemi", OMBUDSMAN, (Role.STANDARDS_REVIEWER,)),  # the second reviewer
    "cora": ("Cora Stein", OMBUDSMAN, (Role.COMPLIANCE_OFFICER,)),
    "ana": ("Ana Petrova", OMBUDSMAN, (Role.ANALYST,)),
    "mark": ("Mark Oyelaran", OMBUDSMAN, (Role.ASSESSOR,)),
    "wren": ("Wren Atkins", OMBUDSMAN, (Role.AUTHOR,)),
    "ada": ("Ada Nowak", OMBUDSMAN, (Role.ADMINISTRATOR,)),
}
BODIES = {
    TRUST: ("Northmoor NHS Foundation Trust", "T"),
    OTHER: ("Southfell NHS Trust", "T"),
    PRACTICE: ("Willow Lane Surgery", "G"),
    DEPARTMENT: ("Department of Tests", "MD"),
    OMBUDSMAN: ("Parliamentary and Health Service Ombudsman", "PO"),
}


def email_of(name: str) -> str:
    return f"{name}@example.org"


@dataclass
class Cast:
    """Everybody, in the database. An attribute for each name of PEOPLE gives the person acting."""

    bodies: dict[str, Organisation] = field(default_factory=dict)
    rows: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def arrive(cls) -> Cast:
        cast = cls()
        today = clock.today()
        tables = (Organisation.__table__, Person.__table__, Membership.__table__)
        db.session.execute(
            tables[0].insert(),
            [
                {"code": code, "name": name, "sort_name": name.casefold(), "kind": kind, "joined_on": today, "version": 1,
                 "region_code": "", "board_code": ""}
                for code, (name, kind) in BODIES.items()
            ],
        )
        db.session.execute(
            tables[1].insert(),
            [
                {"reference": references.new("PE"), "email": email_of(name), "name": full, "added_at": clock.now(),
                 "totp_last_step": 0, "version": 1}
                for name, (full, _, _) in PEOPLE.items()
            ],
        )
        cast.bodies = {one.code: one for one in db.session.query(Organisation)}
        by_email = {one.email: one for one in db.session.query(Person)}
        cast.rows = {name: by_email[email_of(name)] for name in PEOPLE}
        db.session.execute(
            tables[2].insert(),
            [
                {"reference": references.new("MB"), "person_id": cast.rows[name].id,
                 "organisation_id": cast.bodies[code].id, "role": role, "job_title": role.value.capitalize(),
                 "since_on": today - dt.timedelta(days=400)}
                for name, (_, code, roles) in PEOPLE.items()
                for role in roles
            ],
        )
        db.session.commit()
        return cast

    def sign_in(self, person: str | Acting, *, second_factor: bool = True) -> str:
        """A session token for the person, with the second factor given unless said otherwise."""
        row = self.rows[person] if isinstance(person, str) else db.session.get_one(Person, person.id)
        token = references.secret_token()
        now = clock.now()
        db.session.add(
            BrowserSession(
                person_id=row.id,
                token_hash=references.hashed(token),
                began_at=now,
                expires_at=now + dt.timedelta(days=3650),
                second_factor_at=now if second_factor else None,
            )
        )
        db.session.commit()
        return token

    def __getattr__(self, name: str) -> Acting:
        if name not in PEOPLE:
            raise AttributeError(name)
        person = person_of_session(self.sign_in(name))
        assert person is not None
        return person

    @cached_property
    def trust(self) -> Organisation:
        return self.bodies[TRUST]

    @cached_property
    def other(self) -> Organisation:
        return self.bodies[OTHER]

    @cached_property
    def practice(self) -> Organisation:
        return self.bodies[PRACTICE]

    @cached_property
    def department(self) -> Organisation:
        return self.bodies[DEPARTMENT]

    @cached_property
    def ombudsman(self) -> Organisation:
        return self.bodies[OMBUDSMAN]
