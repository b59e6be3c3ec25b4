"""Who of an organisation is accredited, how many of its frontline posts that makes, and what it published of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from portal.accreditation import pathways, posts
from portal.accreditation.credentials.checking import SOON
from portal.accreditation.lifecycle import CertificateKind
from portal.accreditation.models import Certificate, Enrolment, PublishedFigure, StatedPosts
from portal.accreditation.posts import Figure
from portal.accreditation.queries import catalogue
from portal.accreditation.queries.certificates import IN_FORCE
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership, Organisation, Person
from portal.organisations.queries.people import HOLDING
from portal.policy import Role

C, E, M = Certificate, Enrolment, Membership
FRONTLINE = (Role.HANDLER, Role.COMPLAINTS_MANAGER)
PAGE = 50

_today: sa.BindParameter[date] = sa.bindparam("today")
_FRONTLINE = sa.and_(M.organisation_id == sa.bindparam("body"), M.role.in_(sa.bindparam("roles", expanding=True)), HOLDING)
_THEIRS = sa.select(M.person_id).where(_FRONTLINE)
_AWARD = C.kind == sa.literal(CertificateKind.AWARD, literal_execute=True)

_PEOPLE = (
    sa.select(Person.id, Person.reference, Person.name, M.role).join(M, M.person_id == Person.id).where(_FRONTLINE).order_by(Person.name, Person.id)
)
_HELD = sa.select(C.person_id, C.kind, C.code, C.title, C.valid_until_on).where(C.person_id.in_(_THEIRS), IN_FORCE)
_BEGUN = sa.select(E.person_id, E.course).where(E.person_id.in_(_THEIRS))  # an index alone answers this
_ACCREDITED = sa.select(sa.func.count(C.person_id.distinct())).where(
    C.person_id.in_(_THEIRS), _AWARD, IN_FORCE, C.valid_from_on <= _today, C.valid_until_on >= _today
)
_STATED = sa.select(StatedPosts).where(StatedPosts.organisation_id == sa.bindparam("body")).order_by(StatedPosts.number.desc())
_FIGURES = sa.select(PublishedFigure).where(PublishedFigure.organisation_id == sa.bindparam("body")).order_by(PublishedFigure.id.desc())
_STATING = sa.select(StatedPosts.organisation_id).distinct().order_by(StatedPosts.organisation_id)


@dataclass
class Row:
    """One person who acts for the organisation now. `courses`: the last day of the certificate in each, or None once it is begun."""

    reference: str
    name: str
    today: date
    roles: set[Role] = field(default_factory=set)
    until: date | None = None  # of the award that holds longest
    award: str = ""
    courses: dict[str, date | None] = field(default_factory=dict)

    @property
    def expired(self) -> bool:
        return self.until is not None and self.until < self.today

    @property
    def due(self) -> bool:
        return self.until is not None and self.today <= self.until <= self.today + SOON

    @property
    def not_begun(self) -> bool:
        return self.until is None and not self.courses

    @property
    def standing(self) -> str:
        """In words, for the page and the file alike."""
        if self.until is None:
            return "Not begun" if self.not_begun else "Learning"
        if self.expired:
            return "Expired"
        return "Due" if self.due else "Accredited"

    @property
    def order(self) -> tuple[int, date, str, str]:
        """Who is due first: those who end soon, those who ended, those who learn, those who have not begun, then everybody else."""
        ranks = {"Due": 0, "Expired": 1, "Learning": 2, "Not begun": 3, "Accredited": 4}
        return ranks[self.standing], self.until or date.max, self.name.casefold(), self.reference


@dataclass(frozen=True)
class Course:
    """A column."""

    id: str
    title: str


def _who(organisation_id: int) -> dict[str, object]:
    return {"body": organisation_id, "roles": list(FRONTLINE), "today": clock.today()}


def rows(organisation_id: int) -> list[Row]:
    """Everybody who is a handler or a manager there now, who is due first."""
    who, today = _who(organisation_id), clock.today()
    found: dict[int, Row] = {}
    for id, reference, name, role in db.session.execute(_PEOPLE, who):
        found.setdefault(id, Row(reference, name, today)).roles.add(role)
    for person, course in db.session.execute(_BEGUN, who):
        found[person].courses[course] = None
    for person, kind, code, title, until in db.session.execute(_HELD, who):
        row = found[person]
        if kind is CertificateKind.COURSE:
            row.courses[code] = max(row.courses.get(code) or until, until)
        elif row.until is None or until > row.until:
            row.until, row.award = until, title
    return sorted(found.values(), key=lambda one: one.order)


def courses(kind: str) -> list[Course]:
    """The courses on the pathways of handlers and managers in this kind of organisation."""
    held, where = pathways.roles(FRONTLINE), pathways.settings([kind])
    return [Course(one.course.id, one.course.title) for one in catalogue.all_published() if pathways.belongs(one.course, held, where)]


def stated(organisation_id: int) -> Sequence[StatedPosts]:
    """What the organisation said of its posts, the newest first."""
    return db.session.scalars(_STATED, {"body": organisation_id}).all()


def figure(organisation_id: int) -> Figure | None:
    """The one figure, counted today; None where the organisation has not said how many posts it has."""
    there = stated(organisation_id)
    if not there:
        return None
    return posts.counted(db.session.scalar(_ACCREDITED, _who(organisation_id)) or 0, there[0].posts)


def figures(organisation_id: int) -> Sequence[PublishedFigure]:
    """What was published, the newest month first."""
    return db.session.scalars(_FIGURES, {"body": organisation_id}).all()


def of_month(organisation_id: int, month: date) -> PublishedFigure | None:
    return next((one for one in figures(organisation_id) if one.month == month), None)


def said(one: PublishedFigure) -> Figure | None:
    """What one month says; None where it says that the posts are too few."""
    return Figure(one.accredited, one.posts) if one.accredited is not None and one.posts is not None else None


def stating() -> Sequence[int]:
    """The organisations that said how many posts they have, by their ids."""
    return db.session.scalars(_STATING).all()


def broken() -> Iterator[str]:
    """Each published month that is not as it was published, in words."""
    before: dict[int, str] = {}
    for one in db.session.scalars(sa.select(PublishedFigure).order_by(PublishedFigure.organisation_id, PublishedFigure.id)):
        expected = posts.digest(one.before, one.code, one.month, said(one), one.published_at, one.published_by)
        if one.sha256 != expected or one.before != before.get(one.organisation_id, posts.START):
            yield f"The figure of {one.code} for {one.month:%Y-%m} is not as it was published, or one before it is missing."
        before[one.organisation_id] = one.sha256


def body(organisation_id: int) -> Organisation:
    return db.session.get_one(Organisation, organisation_id)
