"""Every SELECT of the pages on which an organisation answers, each one statement built at import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.assessments.carrying import LastAnswer
from portal.assessments.lifecycle import HANDED_IN, State
from portal.assessments.models import Answer, Assessment, Period, PublicFinding
from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Organisation, Person

_reference: sa.BindParameter[str] = sa.bindparam("reference")
_code: sa.BindParameter[str] = sa.bindparam("expectation")
_ASSESSMENT = sa.select(Assessment).where(Assessment.reference == _reference)
_ANSWER = (
    sa.select(Answer)
    .join(Assessment, Assessment.id == Answer.assessment_id)
    .where(Assessment.reference == _reference, Answer.expectation == _code)
)
# The assessment first: PostgreSQL locks in this order, as every operation does that holds the assessment.
_HELD = (
    sa.select(Answer, Assessment)
    .select_from(Assessment)
    .join(Answer, Answer.assessment_id == Assessment.id)
    .where(Answer.id == sa.bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def assessment(reference: str) -> Assessment | None:
    """The assessment itself, to be changed."""
    return db.session.scalar(_ASSESSMENT, {"reference": reference})


def answer(reference: str, expectation: str) -> Answer | None:
    """The answer itself, to be changed."""
    return db.session.scalar(_ANSWER, {"reference": reference, "expectation": expectation})


def held(one: Answer) -> tuple[Answer, Assessment]:
    """The answer and its assessment read again, kept from others until the transaction ends."""
    found = db.session.execute(_HELD, {"id": one.id}).one()
    return found[0], found[1]


# An assessment's head: what stands above every one of its pages.

_HEAD = (
    Assessment.id.label("assessment_id"),
    Assessment.organisation_id,
    Assessment.reference,
    Assessment.organisation_kind,
    Assessment.standard,
    Assessment.standard_version,
    Assessment.state,
    Assessment.due_on,
    Assessment.closes_on,
    Assessment.answers_wanted,
    Assessment.answers_given,
    Organisation.name.label("organisation"),
    Organisation.code.label("organisation_code"),
    Period.name.label("period"),
)


@dataclass(frozen=True)
class Head:
    """What stands above every page of an assessment."""

    assessment_id: int
    organisation_id: int
    reference: str
    organisation_kind: str
    standard: str
    standard_version: str
    state: State
    due_on: date
    closes_on: date
    answers_wanted: int
    answers_given: int
    organisation: str
    organisation_code: str
    period: str


_WIDTH = len(_HEAD)


def _top(row: Any) -> tuple[Any, ...]:
    return tuple(row[:_WIDTH])


_HEADED = sa.select(*_HEAD).join(Organisation, Organisation.id == Assessment.organisation_id).join(
    Period, Period.id == Assessment.period_id
)
_HEAD_ONLY = _HEADED.where(Assessment.reference == _reference)


def head(reference: str) -> Head | None:
    """The head of an assessment, for the pages that need no more."""
    row = db.session.execute(_HEAD_ONLY, {"reference": reference}).first()
    return Head(*_top(row)) if row else None


# The task list.


@dataclass(frozen=True)
class Task:
    """One line of the task list."""

    expectation: str
    level: int | None
    target: int
    not_applicable_why: str
    claim: str
    carried: bool
    confirmed: bool
    reworded: bool
    assigned_to_id: int | None
    assigned_to: str | None
    answered_at: datetime | None

    @property
    def done(self) -> bool:
        return self.confirmed and (self.level is not None or self.not_applicable_why != "")

    @property
    def begun(self) -> bool:
        return self.answered_at is not None or self.level is not None


@dataclass(frozen=True)
class TaskList:
    """An assessment with a line for each expectation; no lines before it is started."""

    head: Head
    tasks: tuple[Task, ...]

    @property
    def organisation_id(self) -> int:
        return self.head.organisation_id


_TASKS = (
    _HEADED.add_columns(
        Answer.expectation,
        Answer.level,
        Answer.target,
        Answer.not_applicable_why,
        Answer.claim,
        Answer.carried,
        Answer.confirmed,
        Answer.reworded,
        Answer.assigned_to_id,
        Person.name,
        Answer.answered_at,
    )
    .outerjoin(Answer, Answer.assessment_id == Assessment.id)
    .outerjoin(Person, Person.id == Answer.assigned_to_id)
    .where(Assessment.reference == _reference)
    .order_by(Answer.position)
)


def task_list(reference: str) -> TaskList | None:
    """Everything the task list shows, in one statement."""
    rows = db.session.execute(_TASKS, {"reference": reference}).all()
    if not rows:
        return None
    tasks = tuple(Task(*row[_WIDTH:]) for row in rows if row[_WIDTH] is not None)
    return TaskList(Head(*_top(rows[0])), tasks)


# The page of one expectation.


@dataclass(frozen=True)
class Answered:
    """One answer with its assessment's head, as the expectation's page shows it."""

    head: Head
    id: int
    expectation: str
    weight: str
    target: int
    level: int | None
    not_applicable_why: str
    claim: str
    proof: str
    proof_link: str
    proof_on: date | None
    gap: str
    action: str
    action_owner: str
    action_due_on: date | None
    last_level: int | None
    carried: bool
    confirmed: bool
    reworded: bool
    assigned_to_id: int | None
    answered_by: str
    answered_at: datetime | None
    version: int
    assigned_to: str | None

    @property
    def organisation_id(self) -> int:
        return self.head.organisation_id

    @property
    def given(self) -> bool:
        return self.confirmed and (self.level is not None or self.not_applicable_why != "")


_ANSWER_COLUMNS = tuple(getattr(Answer, name) for name in list(Answered.__dataclass_fields__)[1:-1])
_ANSWERED = (
    _HEADED.join(Answer, Answer.assessment_id == Assessment.id)
    .add_columns(*_ANSWER_COLUMNS, Person.name)
    .outerjoin(Person, Person.id == Answer.assigned_to_id)
)
_ONE_ANSWERED = _ANSWERED.where(Assessment.reference == _reference, Answer.expectation == _code)
_ALL_ANSWERED = _ANSWERED.where(Assessment.reference == _reference).order_by(Answer.position)


def answered(reference: str, expectation: str) -> Answered | None:
    """One answer as its page shows it."""
    row = db.session.execute(_ONE_ANSWERED, {"reference": reference, "expectation": expectation}).first()
    return Answered(Head(*_top(row)), *row[_WIDTH:]) if row else None


def all_answered(reference: str) -> tuple[Answered, ...]:
    """Every answer of an assessment, in order."""
    rows = db.session.execute(_ALL_ANSWERED, {"reference": reference}).all()
    return tuple(Answered(Head(*_top(row)), *row[_WIDTH:]) for row in rows)


_ASSIGNED_CODES = (
    sa.select(Answer.expectation)
    .where(Answer.assessment_id == sa.bindparam("assessment_id"), Answer.assigned_to_id == sa.bindparam("person_id"))
    .order_by(Answer.position)
)


def assigned_codes(assessment_id: int, person_id: int | None) -> tuple[str, ...]:
    """The expectations of an assessment that wait for one person, in order."""
    return tuple(db.session.scalars(_ASSIGNED_CODES, {"assessment_id": assessment_id, "person_id": person_id}))


# Last year.

_LAST_COLUMNS = tuple(getattr(Answer, name) for name in LastAnswer.__dataclass_fields__)
_LAST_ASSESSMENT = (
    sa.select(Assessment.id)
    .where(
        Assessment.organisation_id == sa.bindparam("organisation_id"),
        Assessment.standard == sa.bindparam("standard"),
        Assessment.id != sa.bindparam("assessment_id"),
        Assessment.state.in_(sorted(HANDED_IN, key=lambda state: state.value)),
        Assessment.signed_off_at < sa.func.coalesce(
            sa.select(Assessment.signed_off_at).where(Assessment.id == sa.bindparam("assessment_id")).scalar_subquery(),
            sa.bindparam("now", type_=Assessment.signed_off_at.type),
        ),
    )
    .order_by(Assessment.signed_off_at.desc())
    .limit(at_most(1))
    .scalar_subquery()
)
_LAST = (
    sa.select(Assessment.standard_version, *_LAST_COLUMNS)
    .join(Assessment, Assessment.id == Answer.assessment_id)
    .where(Answer.assessment_id == _LAST_ASSESSMENT)
)
_LAST_ONE = _LAST.where(Answer.expectation == _code)


_LAST_PUBLIC = sa.select(PublicFinding.content).where(PublicFinding.assessment_id == _LAST_ASSESSMENT)


def levels_that_stood(organisation_id: int, standard: str, assessment_id: int) -> Mapping[str, int | None]:
    """The levels of the published finding on the last assessment that was handed in; empty where none is published."""
    values = {"organisation_id": organisation_id, "standard": standard, "assessment_id": assessment_id, "now": clock.now()}
    content = db.session.scalar(_LAST_PUBLIC, values)
    return {one["code"]: one["found"] for one in json.loads(content)["expectations"]} if content else {}


_LAST_REFERENCE = sa.select(Assessment.reference).where(Assessment.id == _LAST_ASSESSMENT)


def last_reference(organisation_id: int, standard: str, assessment_id: int) -> str | None:
    """The reference of the last assessment that was handed in before this one."""
    values = {"organisation_id": organisation_id, "standard": standard, "assessment_id": assessment_id, "now": clock.now()}
    return db.session.scalar(_LAST_REFERENCE, values)


def last_handed_in(
    organisation_id: int, standard: str, assessment_id: int, expectation: str | None = None
) -> tuple[str, Mapping[str, LastAnswer]]:
    """The version and the answers (or the one) of the last assessment that was handed in before this one.

    The version is empty where there is none.
    """
    values: dict[str, Any] = {
        "organisation_id": organisation_id,
        "standard": standard,
        "assessment_id": assessment_id,
        "now": clock.now(),
    }
    if expectation is not None:
        values["expectation"] = expectation
    rows = db.session.execute(_LAST if expectation is None else _LAST_ONE, values).all()
    return (rows[0][0] if rows else ""), {row[1]: LastAnswer(*row[1:]) for row in rows}
