"""Every SELECT of the pages on which an assessment is signed, returned and receipted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.lifecycle import State
from portal.assessments.models import Answer, Assessment, Clarification, Period, Snapshot
from portal.audit import Event, Record
from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Membership, Organisation, Person
from portal.organisations.queries import HOLDING
from portal.policy import Role

_ASSESSMENT = sa.select(Assessment).where(Assessment.reference == sa.bindparam("reference"))


def assessment(reference: str) -> Assessment | None:
    """The assessment itself, to be changed."""
    return db.session.scalar(_ASSESSMENT, {"reference": reference})


class Known(Protocol):
    """An assessment, or whatever stands for one on a page."""

    @property
    def organisation_id(self) -> int: ...
    @property
    def reference(self) -> str: ...


@dataclass(frozen=True)
class Said:
    """What somebody said when they sent an assessment back."""

    at: datetime
    by: str
    words: str


_LAST_REOPENING = (
    sa.select(Record.at, Record.by_name, Record.facts)
    .where(
        Record.organisation_id == sa.bindparam("organisation_id"),
        Record.about == sa.bindparam("about"),
        Record.event == Event.REOPENED.name,
    )
    .order_by(Record.sequence.desc())
    .limit(at_most(1))
)


def last_reopening(assessment: Known) -> Said | None:
    """Why the Ombudsman last reopened it."""
    values = {"organisation_id": assessment.organisation_id, "about": f"assessment {assessment.reference}"}
    row = db.session.execute(_LAST_REOPENING, values).first()
    return Said(row.at, row.by_name, json.loads(row.facts)["reason"]) if row else None


@dataclass(frozen=True)
class SentBack(Said):
    """Why an assessment is being answered again."""

    reopened: bool  # by the Ombudsman; otherwise the executive lead returned it


_SENT_BACK = (
    sa.select(Record.at, Record.by_name, Record.facts, Record.event)
    .where(
        Record.organisation_id == sa.bindparam("organisation_id"),
        Record.about == sa.bindparam("about"),
        Record.event.in_((Event.RETURNED_BY_LEAD.name, Event.REOPENED.name)),
    )
    .order_by(Record.sequence.desc())
    .limit(at_most(1))
)


def last_sent_back(assessment: Known) -> SentBack | None:
    """What was said when it was last returned or reopened."""
    values = {"organisation_id": assessment.organisation_id, "about": f"assessment {assessment.reference}"}
    row = db.session.execute(_SENT_BACK, values).first()
    if row is None:
        return None
    reopened, facts = row.event == Event.REOPENED.name, json.loads(row.facts)
    return SentBack(row.at, row.by_name, facts["reason" if reopened else "comment"], reopened)


@dataclass(frozen=True)
class Question:
    """A question of the reviewer that nobody has answered."""

    reference: str
    expectation: str
    question: str
    due_on: date


_QUESTIONS = (
    sa.select(Clarification.reference, Clarification.expectation, Clarification.question, Clarification.due_on)
    .where(Clarification.assessment_id == sa.bindparam("assessment_id"), Clarification.answered_at.is_(None))
    .order_by(Clarification.due_on, Clarification.id)
)


def open_questions(assessment_id: int) -> list[Question]:
    return [Question(*row) for row in db.session.execute(_QUESTIONS, {"assessment_id": assessment_id})]


_ANSWERED_BY = sa.select(Answer.answered_by_id).where(Answer.assessment_id == sa.bindparam("assessment_id")).distinct()


def answered_by(assessment_id: int) -> list[int | None]:
    """Who gave the answers, each once."""
    return list(db.session.scalars(_ANSWERED_BY, {"assessment_id": assessment_id}))


_principal, _person = aliased(Membership), aliased(Person)
_LEADING = (
    sa.select(Membership.job_title, _person.name, _principal.job_title)
    .outerjoin(_principal, _principal.id == Membership.deputy_for_id)
    .outerjoin(_person, _person.id == _principal.person_id)
    .where(
        Membership.person_id == sa.bindparam("person_id"),
        Membership.organisation_id == sa.bindparam("organisation_id"),
        Membership.role == Role.EXECUTIVE_LEAD,
        HOLDING,
    )
    .order_by(Membership.deputy_for_id.is_not(None), Membership.id)
    .limit(at_most(1))
)


@dataclass(frozen=True)
class Post:
    """In which post somebody signs, and for whom where they are a deputy."""

    job_title: str
    deputy_for: str | None
    their_job_title: str | None


def leading_post(person_id: int | None, organisation_id: int) -> Post:
    """The post as executive lead, one's own before one that is held as a deputy."""
    values = {"person_id": person_id, "organisation_id": organisation_id, "today": clock.today()}
    return Post(*db.session.execute(_LEADING, values).one())


@dataclass(frozen=True)
class Receipted:
    """What the receipt says of the assessment as it is now."""

    assessment_id: int
    organisation_id: int
    reference: str
    state: State
    signatory: str
    signed_off_at: datetime | None
    signed_alone: bool
    late: bool
    due_on: date
    organisation: str
    period: str


_RECEIPTED = (
    sa.select(
        Assessment.id, Assessment.organisation_id, Assessment.reference, Assessment.state, Assessment.signatory,
        Assessment.signed_off_at, Assessment.signed_alone, Assessment.late, Assessment.due_on, Organisation.name, Period.name,
    )
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .join(Period, Period.id == Assessment.period_id)
    .where(Assessment.reference == sa.bindparam("reference"))
)  # fmt: skip


def receipted(reference: str) -> Receipted | None:
    row = db.session.execute(_RECEIPTED, {"reference": reference}).first()
    return Receipted(*row) if row else None


@dataclass(frozen=True)
class Signed:
    """One signature: what was signed, when, by whom and in which words."""

    number: int
    taken_at: datetime
    content: str
    sha256: str

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found


_SNAPSHOTS = (
    sa.select(Snapshot.number, Snapshot.taken_at, Snapshot.content, Snapshot.sha256)
    .where(Snapshot.assessment_id == sa.bindparam("assessment_id"))
    .order_by(Snapshot.number.desc())
)


def signatures(assessment_id: int) -> list[Signed]:
    """Every signature of an assessment, the newest first."""
    return [Signed(*row) for row in db.session.execute(_SNAPSHOTS, {"assessment_id": assessment_id})]


@dataclass(frozen=True)
class Filed:
    """One snapshot as the file that is downloaded."""

    organisation_id: int
    reference: str
    number: int
    content: str


_FILED = (
    sa.select(Assessment.organisation_id, Assessment.reference, Snapshot.number, Snapshot.content)
    .join(Assessment, Assessment.id == Snapshot.assessment_id)
    .where(Assessment.reference == sa.bindparam("reference"), Snapshot.number == sa.bindparam("number"))
)


def filed(reference: str, number: int) -> Filed | None:
    row = db.session.execute(_FILED, {"reference": reference, "number": number}).first()
    return Filed(*row) if row else None


_ALL_SNAPSHOTS = (
    sa.select(Assessment.reference, Snapshot.number, Snapshot.content, Snapshot.sha256)
    .join(Assessment, Assessment.id == Snapshot.assessment_id)
    .order_by(Snapshot.id)
    .execution_options(yield_per=200)
)
_ALL_SIGNED = sa.select(Record.about, Record.facts).where(Record.event == Event.SIGNED_OFF.name).order_by(Record.id)


def every_snapshot() -> Any:
    """(assessment's reference, number, content, hash) of each snapshot, a few hundred read at a time."""
    return db.session.execute(_ALL_SNAPSHOTS)


def every_signature_told() -> set[tuple[str, str]]:
    """(what was signed, hash) of each signature in the record."""
    rows = db.session.execute(_ALL_SIGNED.execution_options(yield_per=1000))
    return {(row.about, json.loads(row.facts)["sha256"]) for row in rows}
