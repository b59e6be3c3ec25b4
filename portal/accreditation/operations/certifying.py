"""Whoever has passed every part of a course, or holds every course of an award, is given a certificate: one in each cycle."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from portal import audit, outbox
from portal.accreditation.courses.records import Award
from portal.accreditation.credentials.checking import identity_hash
from portal.accreditation.credentials.statuses import ENTRIES, PURPOSES
from portal.accreditation.lifecycle import CertificateKind
from portal.accreditation.models import AwardEdition, Certificate, Enrolment
from portal.accreditation.queries import catalogue
from portal.accreditation.queries import certificates as queries
from portal.accreditation.queries.certificates import Held
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold, insert_unless_there
from portal.kernel.working_days import add_months
from portal.organisations.models import Person
from portal.outbox import Letter
from portal.policy import PORTAL, Acting, Action, insist

ONCE = ("person_id", "kind", "code", "cycle", "issue")
Places = Iterator[tuple[int, int, int]]
AT_ONCE = 16  # places of each list that are drawn and looked up together; at most half of them are taken


def give_if_whole(enrolment_id: int, *, by: Acting) -> None:
    """Give the certificate of this cycle if every part of it is passed. A second time changes nothing, unless a pass fell meanwhile."""
    if by is not PORTAL:
        insist(by, Action.LEARN)
    db.session.flush()
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    person = hold(db.session.get_one(Person, enrolment.person_id))  # one certificate at a time, and no pass falls meanwhile
    parts = queries.parts_done(enrolment)
    if not parts or not all(part.done for part in parts):
        return
    version = catalogue.version(enrolment.course_version_id)
    course = catalogue.content(version)
    before = queries.newest_of(person.id, CertificateKind.COURSE, course.id)
    again = before is not None and before.to_earn_again and before.certificate.cycle == enrolment.cycle
    if before is not None and before.certificate.cycle >= enrolment.cycle and not again:
        return
    made = _give(
        person, before, course.valid_months, by, kind=CertificateKind.COURSE, code=course.id, cycle=enrolment.cycle, enrolment_id=enrolment.id,
        course_version_id=version.id, award_edition_id=None, title=course.title, content_sha256=version.sha256,
        standards=queries.standards_of(course), score=queries.score(enrolment.id),
    )  # fmt: skip
    if made:
        give_awards(person, course.id)


def give_awards(person: Person, course: str) -> None:
    """Give each award that this course completes, or renews: awards are earned by nothing else."""
    for award in catalogue.awards():
        if course in award.needs:
            give_award(person, award)


def give_award(person: Person, award: Award) -> bool:
    """Give or renew an award if all that it needs is in force. For whoever holds the person."""
    held = queries.held_by(person.id)
    counting = {one.certificate.code for one in held if one.latest and one.counts and one.certificate.kind is CertificateKind.COURSE}
    before = next((one for one in held if one.latest and one.certificate.kind is CertificateKind.AWARD and one.certificate.code == award.code), None)
    again = before is not None and before.to_earn_again
    if not set(award.needs) <= counting or (before is not None and not before.may_renew and not again):
        return False
    kept = edition(award)
    cycle = before.certificate.cycle + (not again) if before else 1
    return _give(
        person, before, award.valid_months, PORTAL, kind=CertificateKind.AWARD, code=award.code, cycle=cycle, enrolment_id=None, course_version_id=None, award_edition_id=kept.id, title=award.title, content_sha256=kept.sha256, standards="", score=None,
    )  # fmt: skip


def edition(award: Award) -> AwardEdition:
    content = json.dumps(asdict(award), ensure_ascii=False, sort_keys=True)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    there = queries.editions(award.code)
    if sha256 in there:
        return there[sha256]
    if insert_unless_there(AwardEdition, ("award", "number"), award=award.code, number=len(there) + 1, title=award.title, content=content,
                           sha256=sha256, kept_at=clock.now()):  # fmt: skip
        audit.record(Event.AWARD_KEPT, queries.editions(award.code)[sha256], by=PORTAL, sha256=sha256)
    return queries.editions(award.code)[sha256]


def _give(person: Person, before: Held | None, months: int, by: Acting, **facts: Any) -> bool:
    """One certificate, unless this cycle has one that counts. Who renews early loses nothing: the months follow on from the old end."""
    today = clock.today()
    follows = before is not None and before.counts
    ends = add_months(before.certificate.valid_until_on if before and follows else today, months)
    issue = before.certificate.issue + 1 if before and before.certificate.cycle == facts["cycle"] else 1
    row = row_of(person, free_places(), from_on=today, until_on=ends, issue=issue, **facts)
    if not insert_unless_there(Certificate, ONCE, **row):
        return False
    made = queries.any_of(row["reference"])
    assert made is not None
    audit.record(Event.CERTIFICATE_GIVEN, made.certificate, by=by, kind=facts["kind"].value, code=facts["code"], cycle=facts["cycle"], until=ends)
    outbox.post(
        Letter.CERTIFICATE_GIVEN, to=person.email, name=person.name, about=made.certificate.reference,
        facts={"title": facts["title"], "until": words.day(ends), "reference": made.certificate.reference},
    )  # fmt: skip
    return True


def row_of(
    person: Person | Acting, places: Places, *, from_on: date, until_on: date, issue: int = 1, reference: str = "", **facts: Any
) -> dict[str, Any]:
    """A certificate as a row, for one or for thousands at once: nothing is signed before somebody asks for it.

    `facts` are those of models/certifying.py that tell one from another."""
    lists, revocation, suspension = next(places)
    salt = secrets.token_hex(8)
    return {
        "reference": reference or fresh_reference(Certificate, "CT"), "uuid": str(uuid.uuid4()), "subject": str(uuid.uuid4()), "person_id": person.id, "issue": issue,
        "given_at": clock.now(), "valid_from_on": from_on, "valid_until_on": until_on, "name": person.name, "salt": salt,
        "identity_hash": identity_hash(person.email, salt), "name_shown": False, "score_shown": False, "lists": lists,
        "revocation_index": revocation, "suspension_index": suspension, "version": 1, **facts,
    }  # fmt: skip


def free_places() -> Places:
    """Places in the status lists, at random, so that they do not tell who was first. Half of a list stays empty."""
    pair, there = queries.newest_pair()
    given: tuple[set[int], set[int]] = (set(), set())
    while True:
        revocation, suspension = ([secrets.randbelow(ENTRIES) for _ in range(AT_ONCE)] for _ in PURPOSES)
        taken = queries.taken(pair, revocation, suspension)
        for places in zip(_free(revocation, taken[0] | given[0]), _free(suspension, taken[1] | given[1]), strict=False):
            if there >= ENTRIES // 2:
                pair, there, given = pair + 1, 0, (set(), set())
                break
            for mine, place in zip(given, places, strict=True):
                mine.add(place)
            there += 1
            yield pair, *places


def _free(drawn: Collection[int], taken: Collection[int]) -> list[int]:
    """Each once, in the order in which they were drawn."""
    return list(dict.fromkeys(one for one in drawn if one not in taken))


def show(at: Held, *, name: bool, score: bool, version: int, by: Acting) -> None:
    """Choose what the credential shows. Copies that were made before stay as they were made."""
    insist(by, Action.LEARN)
    one = at.certificate
    if one.version != version or (one.name_shown, one.score_shown) == (name, score and one.score is not None):
        return
    one.name_shown, one.score_shown = name, score and one.score is not None
    audit.record(Event.CERTIFICATE_SHOWS, one, by=by, name=one.name_shown, score=one.score_shown)


def make_again(at: Held, *, by: Acting) -> Certificate:
    """The same certificate under a new address, because a key that signed it was stolen."""
    insist(by, Action.DECIDE_CERTIFICATE)
    old, person = at.certificate, queries.holder(at.certificate)
    row = row_of(
        person, free_places(), from_on=old.valid_from_on, until_on=old.valid_until_on, issue=old.issue + 1,
        **{name: getattr(old, name) for name in SAME},
    )  # fmt: skip
    made = Certificate(**{**row, "name": old.name, "name_shown": old.name_shown, "score_shown": old.score_shown})
    db.session.add(made)
    audit.record(Event.CERTIFICATE_MADE_AGAIN, made, by=by, of=old.reference)
    outbox.post(
        Letter.CERTIFICATE_MADE_AGAIN, to=person.email, name=person.name, about=made.reference,
        facts={"title": made.title, "until": words.day(made.valid_until_on), "reference": made.reference},
    )  # fmt: skip
    return made


SAME: Collection[str] = (
    "kind", "code", "cycle", "enrolment_id", "course_version_id", "award_edition_id", "title", "content_sha256", "standards", "score",
)  # fmt: skip
