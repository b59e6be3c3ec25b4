"""Certificates, what was decided about them, and which parts of a course somebody has passed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.accreditation.courses.records import Course
from portal.accreditation.credentials import statuses
from portal.accreditation.credentials.building import Achieved, Aligned, Given
from portal.accreditation.credentials.checking import SOON
from portal.accreditation.lifecycle import (
    CERTIFICATE,
    AttemptKind,
    CertificateKind,
    Status,
    StatusVerb,
    WorkState,
)
from portal.accreditation.models import (
    Attempt,
    AwardEdition,
    Certificate,
    CertificateDecision,
    CourseVersion,
    Enrolment,
    ScenarioTry,
    Work,
)
from portal.accreditation.queries import catalogue
from portal.kernel import clock, words
from portal.kernel.db import at_most, db
from portal.organisations.models import Person
from portal.standards import library
from portal.standards.diff import Change, difference

C, D = Certificate, CertificateDecision


@dataclass(frozen=True)
class Part:
    """Something that a course asks for before it gives a certificate, and where to do it."""

    title: str
    done: bool
    path: str


@dataclass(frozen=True)
class Held:
    """A certificate and everything that was decided about it, oldest first."""

    certificate: Certificate
    decisions: Sequence[CertificateDecision]
    latest: bool  # of its holder in this course or award
    organisation_id: None = None  # a person's own

    @property
    def status(self) -> Status:
        return status_after(one.what for one in self.decisions)

    @property
    def ended(self) -> bool:
        return self.certificate.valid_until_on < clock.today()

    @property
    def ends_soon(self) -> bool:
        return not self.ended and self.certificate.valid_until_on - SOON <= clock.today()

    @property
    def counts(self) -> bool:
        return self.status is Status.IN_FORCE and not self.ended

    @property
    def to_earn_again(self) -> bool:
        """Whether it was revoked because a pass did not stand: whoever passes then is given another. For cause, nobody is."""
        return self.status is Status.REVOKED and self.decisions[-1].paper is not None

    @property
    def renewal_opens_on(self) -> date:
        return self.certificate.valid_until_on - SOON

    @property
    def may_renew(self) -> bool:
        """Whether a new cycle may begin: nothing newer is there, nothing is under inquiry, and its end is near or past."""
        return self.latest and self.status is Status.IN_FORCE and clock.today() >= self.renewal_opens_on

    @property
    def in_words(self) -> tuple[str, str]:
        """What it is now, and the colour of its tag."""
        if self.status is not Status.IN_FORCE:
            return self.status.value.capitalize(), "red"
        return ("Expired", "grey") if self.ended else ("Ends soon", "yellow") if self.ends_soon else ("Valid", "green")


def status_after(verbs: Iterable[StatusVerb]) -> Status:
    status = CERTIFICATE.first
    for verb in verbs:
        status = CERTIFICATE.moves[status, verb]
    return status


_OF_PERSON = sa.select(C).where(C.person_id == sa.bindparam("person")).order_by(C.given_at.desc(), C.id.desc())
_NEWEST = sa.select(D.what).where(D.certificate_id == C.id).order_by(D.number.desc()).limit(at_most(1)).correlate(C).scalar_subquery()
IN_FORCE = sa.or_(_NEWEST.is_(None), sa.literal(StatusVerb.LIFT, type_=D.what.type) == _NEWEST)  # neither revoked nor suspended
_COURSES = (
    sa.select(C.code, sa.func.max(C.valid_until_on).label("until"), sa.func.max(C.cycle).label("cycle"))
    .where(C.person_id == sa.bindparam("person"), C.kind == sa.literal(CertificateKind.COURSE, literal_execute=True), C.valid_until_on >= sa.bindparam("today"), IN_FORCE)
    .group_by(C.code)
)
_BY_UUID = sa.select(C).where(C.uuid == sa.bindparam("uuid"))
_BY_REFERENCE = sa.select(C).where(C.reference == sa.bindparam("reference"))
_DECISIONS = sa.select(D).where(D.certificate_id.in_(sa.bindparam("ids", expanding=True))).order_by(D.certificate_id, D.number)
_NEWER = sa.select(
    sa.exists().where(
        C.person_id == sa.bindparam("person"), C.kind == sa.bindparam("kind", type_=C.kind.type), C.code == sa.bindparam("code"),
        sa.or_(C.cycle > sa.bindparam("cycle"), sa.and_(C.cycle == sa.bindparam("cycle"), C.issue > sa.bindparam("issue"))),
    )
)  # fmt: skip
_PAPERS = sa.select(Attempt.correct, Attempt.asked).where(
    Attempt.enrolment_id == sa.bindparam("id"), Attempt.passed.is_(True), Attempt.kind == sa.literal(AttemptKind.EXAMINATION, literal_execute=True)
)
_OTHER_PASS = sa.select(_PAPERS.where(Attempt.id != sa.bindparam("paper")).exists())
_EDITIONS = sa.select(AwardEdition.id, AwardEdition.content).where(AwardEdition.id.in_(sa.bindparam("ids", expanding=True)))
_SCENARIOS = sa.select(ScenarioTry.scenario).where(ScenarioTry.enrolment_id == sa.bindparam("id"), ScenarioTry.passed.is_(True)).distinct()
_WORKS = sa.select(Work.assignment).where(
    Work.enrolment_id == sa.bindparam("id"), Work.state == sa.literal(WorkState.PASSED, literal_execute=True)
).distinct()


def held_by(person_id: int) -> list[Held]:
    """Every certificate of this person, newest first."""
    return _held(db.session.scalars(_OF_PERSON, {"person": person_id}).all())


def courses_held(person_id: int) -> dict[str, tuple[date, int]]:
    """The last day and the cycle of the certificate that somebody holds today, for each course of which they hold one."""
    return {row.code: (row.until, row.cycle) for row in db.session.execute(_COURSES, {"person": person_id, "today": clock.today()})}


def held(person_id: int, reference: str) -> Held | None:
    """A certificate of this person; nobody finds another's."""
    one = any_of(reference)
    return one if one and one.certificate.person_id == person_id else None


def any_of(reference: str) -> Held | None:
    one = db.session.scalar(_BY_REFERENCE, {"reference": reference.upper()})
    return _one(one) if one else None


def by_uuid(uuid: str) -> Held | None:
    one = db.session.scalar(_BY_UUID, {"uuid": uuid.lower()})
    return _one(one) if one else None


def _one(one: Certificate) -> Held:
    newer = db.session.scalar(_NEWER, {"person": one.person_id, "kind": one.kind, "code": one.code, "cycle": one.cycle, "issue": one.issue})
    return Held(one, db.session.scalars(_DECISIONS, {"ids": [one.id]}).all(), not newer)


def _held(found: Sequence[Certificate]) -> list[Held]:
    decisions: dict[int, list[CertificateDecision]] = {}
    if found:
        for decision in db.session.scalars(_DECISIONS, {"ids": [one.id for one in found]}):
            decisions.setdefault(decision.certificate_id, []).append(decision)
    newest: dict[tuple[CertificateKind, str], Certificate] = {}
    for one in found:
        there = newest.get((one.kind, one.code))
        if there is None or (one.cycle, one.issue) > (there.cycle, there.issue):
            newest[one.kind, one.code] = one
    return [Held(one, decisions.get(one.id, []), newest[one.kind, one.code] is one) for one in found]


def newest_of(person_id: int, kind: CertificateKind, code: str) -> Held | None:
    """The newest certificate of this person in a course or an award."""
    return next((one for one in held_by(person_id) if one.latest and one.certificate.kind is kind and one.certificate.code == code), None)


def score(enrolment_id: int) -> int | None:
    """Of the examination that was passed, in per cent, rounded down; None where none was."""
    shares = [int(correct or 0) * 100 // asked for correct, asked in db.session.execute(_PAPERS, {"id": enrolment_id})]
    return max(shares, default=None)


def parts_done(enrolment: Enrolment) -> list[Part]:
    """What the course asks for in this cycle: everything at first, what its renewal needs afterwards."""
    course = catalogue.content(catalogue.version(enrolment.course_version_id))
    needs = _needs(enrolment, course)
    here = f"/learning/{course.id}"
    parts = []
    if "paper" in needs:
        parts.append(Part("The examination", score(enrolment.id) is not None, f"{here}/examination"))
    if "scenarios" in needs:
        walked = set(db.session.scalars(_SCENARIOS, {"id": enrolment.id}))
        parts += [Part(one.title, one.slug in walked, f"{here}/scenarios/{one.slug}") for one in course.scenarios]
    if "assignments" in needs:
        marked = set(db.session.scalars(_WORKS, {"id": enrolment.id}))
        parts += [Part(one.title, one.slug in marked, f"{here}/assignments/{one.slug}") for one in course.assignments]
    return parts


def _needs(enrolment: Enrolment, course: Course) -> Collection[str]:
    return course.renewal if enrolment.cycle > 1 else ("paper", "scenarios", "assignments")


def standing_on(paper: Attempt) -> list[Held]:
    """The certificates that would not have been given without the pass of this paper, and are not revoked: that of its course,
    and the awards on whose first day no other certificate of the course, of those that are not revoked now, was within its days."""
    enrolment = db.session.get_one(Enrolment, paper.enrolment_id)
    if "paper" not in _needs(enrolment, catalogue.content(catalogue.version(enrolment.course_version_id))):
        return []
    if db.session.scalar(_OTHER_PASS, {"id": enrolment.id, "paper": paper.id}):
        return []
    there = [one for one in held_by(paper.person_id) if one.status is not Status.REVOKED]
    courses = [one for one in there if one.certificate.kind is CertificateKind.COURSE and one.certificate.code == enrolment.course]
    fallen = [one for one in courses if one.certificate.enrolment_id == enrolment.id]
    awards = [one for one in there if one.certificate.kind is CertificateKind.AWARD]
    if not fallen or not awards:
        return fallen
    ids = {one.certificate.award_edition_id for one in awards if one.certificate.award_edition_id is not None}
    made_of: dict[int | None, list[str]] = {id: json.loads(content)["needs"] for id, content in db.session.execute(_EDITIONS, {"ids": sorted(ids)})}

    def enrolments(day: date) -> set[int | None]:
        return {of.certificate.enrolment_id for of in courses if of.certificate.valid_from_on <= day <= of.certificate.valid_until_on}

    return fallen + [
        one for one in awards
        if enrolment.course in made_of[one.certificate.award_edition_id] and enrolments(one.certificate.valid_from_on) == {enrolment.id}
    ]  # fmt: skip


def standards_of(course: Course) -> str:
    """The standards that a course is about, in the versions that are in force now: "NHS 1.0, GOV 1.0"."""
    known = library.load()
    return ", ".join(f"{id} {known.latest(id).version}" for id in course.standards if known.versions(id))


def clauses_changed(standards: str) -> frozenset[str]:
    """The expectations that are new or worded otherwise since these versions were in force."""
    known = library.load()
    changed: set[str] = set()
    for one in filter(None, standards.split(", ")):
        id, _, version = one.partition(" ")
        if not known.versions(id) or (newest := known.latest(id)).version == version:
            continue
        changed |= {change.code for change in difference(library.standard(id, version), newest) if change.change in (Change.ADDED, Change.REWORDED)}
    return frozenset(changed)


def to_refresh(person_id: int, course: str, cycle: int) -> frozenset[str]:
    """The expectations that changed since the certificate that a renewal follows; none in the first cycle."""
    if cycle == 1:
        return frozenset()
    wanted = (
        sa.select(C.standards)
        .where(C.person_id == person_id, C.kind == CertificateKind.COURSE, C.code == course, C.cycle < cycle)
        .order_by(C.cycle.desc(), C.issue.desc()).limit(at_most(1))
    )  # fmt: skip
    return clauses_changed(db.session.scalar(wanted) or "")


# What a certificate says.


def achieved_in(version: CourseVersion) -> Achieved:
    """What a version of a course stands for."""
    course = catalogue.content(version)
    known = library.load()
    aligned = []
    for code in dict.fromkeys(code for outcome in course.outcomes for code in outcome.expectations):
        standard = next((known.latest(id) for id in course.standards if known.versions(id) and known.latest(id).has(code)), None)
        if standard is not None:
            aligned.append(Aligned(standard.title, code, standard.expectation(code).title, f"/standards/{standard.id}/{standard.version}/{code}"))
    parts = [f"an examination with {course.paper.pass_mark}% right and nothing that would do harm"]
    parts += [f"the conversation “{one.title}”" for one in course.scenarios] + [f"the assignment “{one.title}”" for one in course.assignments]
    narrative = f"The holder can: {words.listing([outcome.text[:1].lower() + outcome.text[1:] for outcome in course.outcomes])}. Passed: {words.listing(parts)}."
    return Achieved(course.id, version.version, course.title, course.about, narrative, version.sha256, course.cpd_minutes, course.paper.pass_mark, tuple(aligned))


def achieved_by(edition: AwardEdition) -> Achieved:
    """What an edition of an award stands for."""
    kept = json.loads(edition.content)
    narrative = f"The holder has certificates in {words.listing(kept['needs'])}, all in force on the day on which this was given."
    return Achieved(edition.award, str(edition.number), edition.title, kept["about"], narrative, edition.sha256, 0, None)


def achieved_of(one: Certificate) -> Achieved:
    if one.course_version_id is not None:
        return achieved_in(catalogue.version(one.course_version_id))
    return achieved_by(db.session.get_one(AwardEdition, one.award_edition_id))


def achieved(code: str, version: str) -> Achieved | None:
    """By the code and version of a course, or the code and number of an award."""
    found = next((one for one in catalogue.versions(code.upper()) if one.version == version), None)
    if found is not None:
        return achieved_in(found)
    number = int(version) if version.isdecimal() and len(version) < 6 else 0
    edition = db.session.scalar(sa.select(AwardEdition).where(AwardEdition.award == code.lower(), AwardEdition.number == number))
    return achieved_by(edition) if edition else None


def achievement(code: str, major: int) -> Achieved | None:
    """The newest of all versions that mean the same."""
    found = next((one for one in catalogue.versions(code.upper()) if one.major == major), None)
    return achieved_in(found) if found else achieved(code, str(major))


def given(one: Certificate) -> Given:
    """What its credential says, with what its holder chooses to show."""
    return Given(
        one.uuid, one.subject, achieved_of(one), one.valid_from_on, one.valid_until_on, one.salt, one.identity_hash,
        one.name if one.name_shown else "", one.score if one.score_shown else None,
        (statuses.number(one.lists, "revocation"), statuses.number(one.lists, "suspension")), (one.revocation_index, one.suspension_index),
    )  # fmt: skip


_Later = aliased(D)
# Asked of decisions, of which there are few, and not of certificates.
_LAST = ~sa.exists().where(_Later.certificate_id == D.certificate_id, _Later.number > D.number)
_IN_STATUS = {
    "revocation": sa.select(C.revocation_index).join(D, D.certificate_id == C.id).where(
        C.lists == sa.bindparam("pair"), D.what == sa.literal(StatusVerb.REVOKE, literal_execute=True)
    ),
    "suspension": sa.select(C.suspension_index).join(D, D.certificate_id == C.id).where(
        C.lists == sa.bindparam("pair"), D.what == sa.literal(StatusVerb.SUSPEND, literal_execute=True), _LAST
    ),
}


_TAKEN = sa.select(C.revocation_index, C.suspension_index).where(
    C.lists == sa.bindparam("pair"),
    sa.or_(C.revocation_index.in_(sa.bindparam("revocation", expanding=True)), C.suspension_index.in_(sa.bindparam("suspension", expanding=True))),
)
_PAIR = sa.select(sa.func.max(C.lists)).scalar_subquery()
_NEWEST_PAIR = sa.select(_PAIR, *(sa.select(edge(C.id)).where(C.lists == _PAIR).scalar_subquery() for edge in (sa.func.min, sa.func.max)))


def places(list_number: int) -> Sequence[int] | None:
    """The bits that are set in a status list; None for a list in which nobody stands, but for the first two."""
    pair, purpose = statuses.of_number(list_number)
    if pair > 1 and not db.session.scalar(sa.select(sa.exists().where(C.lists == pair))):
        return None
    return db.session.scalars(_IN_STATUS[purpose], {"pair": pair}).all()


def taken(pair: int, revocation: Collection[int], suspension: Collection[int]) -> tuple[set[int], set[int]]:
    """Which of these places of a pair of lists are given away: for good, so that no place tells of two."""
    asked = {"pair": pair, "revocation": list(revocation), "suspension": list(suspension)}
    rows = db.session.execute(_TAKEN, asked).all()
    return {one for one, _ in rows}, {two for _, two in rows}


def newest_pair() -> tuple[int, int]:
    """The number of the newest pair of lists, and how many certificates stand in it at most: their ids follow each other."""
    pair, first, last = db.session.execute(_NEWEST_PAIR).one()
    return (pair, last - first + 1) if pair else (1, 0)


def ending(first: date, last: date) -> Sequence[int]:
    """Certificates whose last day lies between these, by their ids."""
    return db.session.scalars(sa.select(C.id).where(C.valid_until_on.between(first, last)).order_by(C.id)).all()


def not_ended(today: date) -> Sequence[int]:
    return db.session.scalars(sa.select(C.id).where(C.valid_until_on >= today).order_by(C.id)).all()


def whole(id: int) -> Held:
    return _one(db.session.get_one(Certificate, id))


def holder(one: Certificate) -> Person:
    return db.session.get_one(Person, one.person_id)


SHOWN = 25
_DECIDED = sa.select(D.certificate_id).order_by(D.decided_at.desc(), D.certificate_id.desc()).limit(at_most(4 * SHOWN))
_GIVEN = sa.select(C).order_by(C.given_at.desc(), C.id.desc()).limit(at_most(SHOWN))


def decided_last() -> list[Held]:
    """The certificates about which something was decided last."""
    ids = list(dict.fromkeys(db.session.scalars(_DECIDED)))[:SHOWN]
    found = {one.id: one for one in db.session.scalars(sa.select(C).where(C.id.in_(ids)))}
    return _held([found[id] for id in ids])


def given_last() -> list[Held]:
    return _held(db.session.scalars(_GIVEN).all())


def editions(award: str) -> Mapping[str, AwardEdition]:
    """Every edition of an award, by its hash."""
    return {one.sha256: one for one in db.session.scalars(sa.select(AwardEdition).where(AwardEdition.award == award))}
