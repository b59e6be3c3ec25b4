"""Many learners with their papers, by COPY: invented, and only for measuring. Each paper is drawn, answered and marked as the portal
does it, and many people have the same one. Works and lines of professional development are left out: nothing measured sums them."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bench.filling import moment, pour, reference, trust_what_comes
from bench.seeding import sessions, tidied
from portal import ROOT
from portal.accreditation import drawing, marking, sittings
from portal.accreditation.courses.records import Course, QuestionKind
from portal.accreditation.credentials.checking import identity_hash
from portal.accreditation.credentials.statuses import ENTRIES
from portal.accreditation.lifecycle import AttemptKind, AttemptState, CertificateKind, StatusVerb
from portal.accreditation.models import (
    Attempt,
    AttemptItem,
    Certificate,
    CertificateDecision,
    CourseVersion,
    Enrolment,
    LessonRead,
    ScenarioTry,
    TimeAllowed,
)
from portal.accreditation.operations import certifying, counting, publishing
from portal.accreditation.queries import catalogue
from portal.demonstration.answering import Bank
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import add_months
from portal.organisations.models import Membership, Organisation, Person
from portal.policy import Role

BODIES = 500
OF_ONE_BODY = 500  # people at the organisation whose list is measured, however many learn elsewhere
DAYS = 1095
UNLIKE = 300  # papers of each course
BEGINS = (0.9, 0.6, 0.3)  # the first course, the second, and each after it
READS_ALL, WALKS, AGAIN = 0.8, 0.85, 0.75
EXTRA, MORE_TIME = 25, 0.09
AWARDED, SUSPENDED, LIFTED, REVOKED = 0.5, 0.003, 0.85, 0.001
SAVERS = 8  # one for each client: they have a paper open for as long as is measured


@dataclass(frozen=True)
class Enrolled:
    """Where the measurements go."""

    learners: int
    answers: int
    seconds: float
    manager_token: str
    reviewer_token: str
    author_token: str
    saver_tokens: tuple[str, ...]
    sitter_tokens: tuple[str, ...]  # each may draw a paper in one course, and hand one in that is answered
    saved: tuple[str, ...]  # the question of each saver, as its address
    open: tuple[str, ...]  # the paper of each sitter
    draws_in: str  # the course in which a paper may be drawn
    lesson: str  # the address of one that was read
    certificate: str  # the address of one that is valid


@dataclass(frozen=True)
class Sheet:
    """A paper that was drawn, answered and marked."""

    items: tuple[tuple[str, str, dt.date | None, str, bool, bool], ...]
    result: marking.Result


@dataclass(frozen=True)
class Subject:
    course: Course
    version: CourseVersion
    sheets: tuple[Sheet, ...]

    @property
    def passing(self) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.result.passed)


@dataclass(frozen=True)
class Sat:
    id: int
    enrolment: int
    person: int
    subject: Subject
    number: int
    sheet: Sheet
    extra: int
    began: dt.datetime
    state: AttemptState
    answered: bool = True

    @property
    def ended(self) -> dt.datetime:
        return self.began + dt.timedelta(minutes=self.subject.course.paper.minutes * 0.6)


@dataclass(frozen=True)
class Taken:
    """A course that somebody took up."""

    id: int
    person: int
    subject: Subject
    began: dt.datetime
    lessons: int  # read to their end
    walked: bool
    passed: bool


def enrol(learners: int, answers: int, sitters: int) -> Enrolled:
    """Fill an empty database of this application; PostgreSQL only. Who sits while it is measured comes on top of the learners."""
    began, now, chance = clock.now(), clock.now(), random.Random(1967)
    publishing.load_shipped(ROOT / "courses")
    subjects = [_subject(one, chance) for _, one in sorted(catalogue.newest().items())]
    everybody = learners + SAVERS + sitters
    _people(everybody, now)
    trust_what_comes()
    more_time = {person for person in range(1, learners + 1) if chance.random() < MORE_TIME}
    taken, sat = _histories(learners, answers, subjects, more_time, now, chance)
    stored = sum(len(one.sheet.items) for one in sat)
    open_in = next(one for one in subjects if not one.course.assignments)  # where a pass alone completes the course
    draws_in = next(one for one in reversed(subjects) if one is not open_in)
    for person in range(learners + 1, everybody + 1):
        for subject in (open_in, draws_in):
            taken.append(Taken(len(taken) + 1, person, subject, now - dt.timedelta(days=9), len(subject.course.lessons), walked=True, passed=False))
            if subject is open_in:
                saves = person <= learners + SAVERS
                sat.append(Sat(len(sat) + 1, taken[-1].id, person, subject, 1, subject.passing, 0, now, AttemptState.OPEN, answered=not saves))
    pour(TimeAllowed, _allowed(more_time, now))
    pour(Enrolment, _enrolments(taken))
    pour(LessonRead, _read(taken))
    pour(ScenarioTry, _walks(taken))
    pour(Attempt, _attempts(sat, now))
    pour(AttemptItem, _items(sat))
    certificates = _certificates(taken, chance, now)
    pour(Certificate, certificates)
    decisions = list(_decisions(certificates, chance, now))
    pour(CertificateDecision, decisions)
    tokens = sessions(now, [f"{name}@example.org" for name in ("manager", "reviewer", "author")] + [_email(n) for n in range(learners + 1, everybody + 1)])
    db.session.commit()
    tidied()
    for step in counting.count_all():
        step()
    db.session.commit()
    papers = [one for one in sat if one.state is AttemptState.OPEN]
    lesson = draws_in.course.lessons[len(draws_in.course.lessons) // 2]
    decided = {row["certificate_id"] for row in decisions}
    valid = next(row for row in certificates if row["id"] not in decided and row["valid_until_on"] > add_months(clock.today(), 6))
    return Enrolled(
        learners, stored, (clock.now() - began).total_seconds(), *tokens[:3], tuple(tokens[3 : 3 + SAVERS]), tuple(tokens[3 + SAVERS :]),
        tuple(f"/learning/papers/{_paper(one.id)}/{_to_choose(one)}" for one in papers[:SAVERS]), tuple(_paper(one.id) for one in papers[SAVERS:]),
        draws_in.course.id, f"/learning/{draws_in.course.id}/lessons/{lesson.slug}/1", f"/credentials/{valid['uuid']}",
    )  # fmt: skip


def _subject(version: CourseVersion, chance: random.Random) -> Subject:
    course, exposed = catalogue.content(version), Counter[str]()
    bank = Bank(course, chance)
    return Subject(course, version, tuple(_sheet(course, bank, exposed, chance) for _ in range(UNLIKE)))


def _sheet(course: Course, bank: Bank, exposed: Counter[str], chance: random.Random) -> Sheet:
    ability, items, judged = chance.gauss(0.2, 1), [], []
    for one in drawing.draw(course, chance.getrandbits(62), {}, exposed):
        exposed[one.question.id] += 1
        answer = bank.answer(one.question, one.start, ability)
        found = marking.judge(one.question, one.start, answer)
        judged.append(found)
        items.append((one.question.id, drawing.as_text(one.offered), one.start, answer, found.right, found.critical is not None))
    return Sheet(tuple(items), marking.result(course.paper, judged))


def _to_choose(one: Sat) -> int:
    """The place of a question of which one answer is chosen."""
    kinds = [one.subject.course.questions[item[0]].kind for item in one.sheet.items]
    return 1 + kinds.index(QuestionKind.ONE)


def _email(person: int) -> str:
    return f"person{person}@example.org"


def _people(many: int, now: dt.datetime) -> None:
    run = db.session.execute
    kinds = ("T", "T", "T", "I", "MD", "G", "ND")
    run(sa.insert(Organisation.__table__), [
        {"code": f"Z{n}", "name": f"Body number {n}", "sort_name": f"body number {n:06}", "kind": kinds[(n - 1) % len(kinds)], "joined_on": clock.today()}
        for n in range(1, BODIES + 1)
    ] + [{"code": "phso", "name": "The Ombudsman", "sort_name": "ombudsman", "kind": "PO", "joined_on": None}])  # fmt: skip
    bodies = {row.code: row.id for row in run(sa.select(Organisation.code, Organisation.id))}
    staff = (("manager", "Z1", Role.COMPLAINTS_MANAGER), ("reviewer", "phso", Role.STANDARDS_REVIEWER), ("author", "phso", Role.AUTHOR))
    at = moment(now)
    named = [(f"Person {n}", _email(n)) for n in range(1, many + 1)] + [(f"The {name}", f"{name}@example.org") for name, _, _ in staff]
    pour(Person, ({"id": n, "reference": reference("PE", n), "email": email, "name": name, "added_at": at, "totp_last_step": 0, "version": 1}
                  for n, (name, email) in enumerate(named, start=1)))  # fmt: skip
    acting = [(bodies[_body(n)], Role.HANDLER) for n in range(1, many + 1)] + [(bodies[code], role) for _, code, role in staff]
    pour(Membership, ({"id": n, "reference": reference("MB", n), "person_id": n, "organisation_id": body, "role": role.value, "job_title": "",
                       "since_on": clock.today() - dt.timedelta(days=30)} for n, (body, role) in enumerate(acting, start=1)))  # fmt: skip


def _body(person: int) -> str:
    return "Z1" if person < OF_ONE_BODY else f"Z{2 + person % (BODIES - 1)}"  # its manager makes it 500


def _histories(
    learners: int, answers: int, subjects: Sequence[Subject], more_time: set[int], now: dt.datetime, chance: random.Random
) -> tuple[list[Taken], list[Sat]]:
    """What everybody did until now. People sit examinations as long as the answers so far are fewer than their share of all."""
    taken, sat, stored = list[Taken](), list[Sat](), 0
    for person in range(1, learners + 1):
        for place, subject in enumerate(subjects):
            if chance.random() >= BEGINS[min(place, len(BEGINS) - 1)]:
                continue
            began = now - dt.timedelta(days=3 + DAYS * chance.random())
            number, passed, id = 0, False, len(taken) + 1
            sits = chance.random() < READS_ALL or stored < answers * (person - 1) / learners
            while sits and not passed and stored < answers * person / learners and number < subject.course.paper.attempts:
                number += 1
                sheet = chance.choice(subject.sheets)
                passed = sheet.result.passed
                stored += len(sheet.items)
                at = min(began + dt.timedelta(days=number * 9 * chance.random() + 0.5), now - dt.timedelta(days=1))
                sat.append(Sat(len(sat) + 1, id, person, subject, number, sheet, EXTRA if person in more_time else 0, at, AttemptState.HANDED_IN))
                if chance.random() >= AGAIN:
                    break
            lessons = len(subject.course.lessons) if number else chance.randrange(len(subject.course.lessons))
            taken.append(Taken(id, person, subject, began, lessons, walked=bool(number) and chance.random() < WALKS, passed=passed))
    return taken, sat


def _paper(id: int) -> str:
    return reference("PA", id)


def _allowed(more_time: Iterable[int], now: dt.datetime) -> Iterator[dict[str, Any]]:
    for id, person in enumerate(sorted(more_time), start=1):
        yield {"id": id, "person_id": person, "extra": EXTRA, "granted_by": "The manager", "granted_at": moment(now), "version": 1}


def _enrolments(taken: Iterable[Taken]) -> Iterator[dict[str, Any]]:
    for one in taken:
        whole = one.lessons == len(one.subject.course.lessons)
        yield {"id": one.id, "person_id": one.person, "course": one.subject.course.id, "course_version_id": one.subject.version.id, "cycle": 1,
               "began_at": moment(one.began), "learnt_at": moment(one.began) if whole else None}  # fmt: skip


def _read(taken: Iterable[Taken]) -> Iterator[dict[str, Any]]:
    id = 0
    for one in taken:
        at = moment(one.began)
        for place, lesson in enumerate(one.subject.course.lessons[: one.lessons + 1]):
            id += 1
            whole, last = place < one.lessons, len(lesson.pages) + 1
            yield {"id": id, "enrolment_id": one.id, "lesson": lesson.slug, "page": last if whole else 1, "furthest": last if whole else 1,
                   "seconds": lesson.minutes * 60 if whole else 30, "seen_at": at, "finished_at": at if whole else None}  # fmt: skip


def _walks(taken: Iterable[Taken]) -> Iterator[dict[str, Any]]:
    id = 0
    for one in taken:
        for scenario in one.subject.course.scenarios if one.walked else ():
            id += 1
            yield {"id": id, "enrolment_id": one.id, "scenario": scenario.slug, "number": 1, "path": f"{scenario.start} 0", "began_at": moment(one.began),
                   "finished_at": moment(one.began), "points": scenario.best, "passed": True, "version": 1}  # fmt: skip


def _attempts(sat: Iterable[Sat], now: dt.datetime) -> Iterator[dict[str, Any]]:
    for one in sat:
        over, result = one.state is not AttemptState.OPEN, one.sheet.result
        deadline = sittings.deadline(one.began, one.subject.course.paper.minutes, one.extra) if over else now + dt.timedelta(days=1)
        yield {
            "id": one.id, "reference": _paper(one.id), "enrolment_id": one.enrolment, "person_id": one.person, "course": one.subject.course.id,
            "course_version_id": one.subject.version.id, "kind": AttemptKind.EXAMINATION.value, "number": one.number, "state": one.state.value,
            "seed": one.id, "extra": one.extra, "began_at": moment(one.began), "deadline_at": moment(deadline),
            "ended_at": moment(one.ended) if over else None, "asked": result.asked, "correct": result.right if over else None,
            "critical": result.critical if over else None, "passed": result.passed if over else None, "version": 1,
        }  # fmt: skip


def _items(sat: Iterable[Sat]) -> Iterator[dict[str, Any]]:
    id = 0
    for one in sat:
        over, at = one.state is not AttemptState.OPEN, moment(one.began)
        for position, (question, offered, start, answer, right, critical) in enumerate(one.sheet.items, start=1):
            id += 1
            said = answer if one.answered else ""
            yield {
                "id": id, "attempt_id": one.id, "position": position, "question": question, "offered": offered, "starts_on": start, "answer": said,
                "answered_at": at if said else None, "late": False, "correct": right if over else None, "critical": critical if over else None,
            }  # fmt: skip


def _certificates(taken: Iterable[Taken], chance: random.Random, now: dt.datetime) -> list[dict[str, Any]]:
    """Of each course that was passed, with its conversations; and to some an award, as if they had learnt the rest elsewhere."""
    award = catalogue.awards()[0]
    edition, places, rows = certifying.edition(award), _places(chance), list[dict[str, Any]]()
    passed = [one for one in taken if one.passed and one.walked]
    for one in passed:
        course, version = one.subject.course, one.subject.version
        rows.append(_certificate(
            len(rows) + 1, one, next(places), chance, kind=CertificateKind.COURSE.value, code=course.id, enrolment_id=one.id, course_version_id=version.id,
            award_edition_id=None, title=course.title, content_sha256=version.sha256, score=90, months=course.valid_months, now=now,
        ))  # fmt: skip
        if course.id == award.needs[0] and chance.random() < AWARDED:
            rows.append(_certificate(
                len(rows) + 1, one, next(places), chance, kind=CertificateKind.AWARD.value, code=award.code, enrolment_id=None, course_version_id=None,
                award_edition_id=edition.id, title=award.title, content_sha256=edition.sha256, score=None, months=award.valid_months, now=now,
            ))  # fmt: skip
    return rows


def _certificate(id: int, of: Taken, places: tuple[int, int, int], chance: random.Random, *, months: int, now: dt.datetime, **facts: Any) -> dict[str, Any]:
    given = min(of.began + dt.timedelta(days=30), now - dt.timedelta(days=1))
    salt = f"{chance.getrandbits(64):016x}"
    lists, revocation, suspension = places
    return {
        "id": id, "reference": reference("CT", id), "uuid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "subject": str(uuid.UUID(int=chance.getrandbits(128), version=4)), "person_id": of.person, "cycle": 1, "issue": 1, "standards": "",
        "given_at": moment(given), "valid_from_on": given.date(), "valid_until_on": add_months(given.date(), months), "name": f"Person {of.person}",
        "salt": salt, "identity_hash": identity_hash(_email(of.person), salt), "name_shown": False, "score_shown": False, "lists": lists,
        "revocation_index": revocation, "suspension_index": suspension, "version": 1, **facts,
    }  # fmt: skip


def _places(chance: random.Random) -> Iterator[tuple[int, int, int]]:
    pair = 0
    while True:
        pair += 1
        drawn = [chance.sample(range(ENTRIES), ENTRIES // 2) for _ in range(2)]
        for revocation, suspension in zip(*drawn, strict=True):
            yield pair, revocation, suspension


def _decisions(certificates: Iterable[dict[str, Any]], chance: random.Random, now: dt.datetime) -> Iterator[dict[str, Any]]:
    id = 0
    for row in certificates:
        drawn = chance.random()
        verbs = [StatusVerb.REVOKE] if drawn < REVOKED else [StatusVerb.SUSPEND, StatusVerb.LIFT] if drawn < REVOKED + SUSPENDED else []
        for number, what in enumerate(verbs[:1] if chance.random() >= LIFTED else verbs, start=1):
            id += 1
            at = moment(now - dt.timedelta(days=1 + DAYS * chance.random() / number))
            yield {"id": id, "certificate_id": row["id"], "number": number, "what": what.value, "reason": "Invented.", "decided_at": at,
                   "decided_by": "The reviewer", "reference": row["reference"]}  # fmt: skip
