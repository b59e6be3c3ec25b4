"""Every SELECT of the review: the assessment with its answers, views, questions and reply, and whom to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.carrying import LastAnswer
from portal.assessments.lifecycle import HANDED_IN, State
from portal.assessments.models import (
    Answer,
    Assessment,
    Clarification,
    Finding,
    Period,
    PublicFinding,
    Reply,
    Snapshot,
    View,
)
from portal.assessments.quality import RULES, Query
from portal.assessments.queries import answering
from portal.assessments.queries.pinned import pinned
from portal.assessments.settling import Opinion, Settled, lowers, settle
from portal.gaps.models import Gap, PlannedAction
from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Conflict, Membership, Organisation, Person
from portal.organisations.queries import HOLDING
from portal.policy import Role
from portal.standards import library
from portal.standards.records import Standard

_id: sa.BindParameter[Any] = sa.bindparam("id")
_BY_REFERENCE = sa.select(Assessment).where(Assessment.reference == sa.bindparam("reference"))


def handed_in(reference: str) -> Assessment | None:
    """An assessment that has been handed in; before that it is the organisation's own affair, and unknown here."""
    found = db.session.scalar(_BY_REFERENCE, {"reference": reference})
    return found if found is not None and found.state in HANDED_IN else None


_ONCE_SIGNED = _BY_REFERENCE.where(sa.exists().where(Snapshot.assessment_id == Assessment.id))


def once_handed_in(reference: str) -> Assessment | None:
    """An assessment that was handed in at some time, though the organisation may be at work on it again."""
    return db.session.scalar(_ONCE_SIGNED, {"reference": reference})


_ANSWERS = sa.select(Answer).where(Answer.assessment_id == _id).order_by(Answer.position)
_FINDINGS = sa.select(Finding, Person.name).join(Person, Person.id == Finding.reviewer_id).where(Finding.assessment_id == _id)
_QUESTIONS = sa.select(Clarification).where(Clarification.assessment_id == _id).order_by(Clarification.id)
_REPLY = sa.select(Reply).where(Reply.assessment_id == _id).order_by(Reply.id.desc())


def answers(assessment: Assessment) -> tuple[Answer, ...]:
    return tuple(db.session.scalars(_ANSWERS, {"id": assessment.id}))


def findings(assessment: Assessment) -> tuple[tuple[Finding, str], ...]:
    """The views given since the assessment was last signed, each with the reviewer's name."""
    rows = db.session.execute(_FINDINGS, {"id": assessment.id})
    return tuple((row[0], row[1]) for row in rows if _since_signed(assessment, row[0].recorded_at))


def questions(assessment: Assessment) -> tuple[Clarification, ...]:
    """The questions asked since the assessment was last signed, oldest first."""
    rows = db.session.scalars(_QUESTIONS, {"id": assessment.id})
    return tuple(one for one in rows if _since_signed(assessment, one.asked_at))


def reply(assessment: Assessment) -> Reply | None:
    """The reply to the draft finding at hand."""
    rows = db.session.scalars(_REPLY, {"id": assessment.id})
    return next((one for one in rows if _since_signed(assessment, one.replied_at)), None)


def _since_signed(assessment: Assessment, moment: Any) -> bool:
    # What was said of an assessment that was reopened since is history.
    return assessment.signed_off_at is not None and moment >= assessment.signed_off_at


_FINDING = sa.select(Finding).where(
    Finding.assessment_id == _id, Finding.expectation == sa.bindparam("code"), Finding.second == sa.bindparam("second")
)
_ONE_ANSWER = sa.select(Answer).where(Answer.assessment_id == _id, Answer.expectation == sa.bindparam("code"))


def finding(assessment: Assessment, code: str, *, second: bool = False) -> Finding | None:
    """The row of a view, whether given now or before a reopening: see `is_current`."""
    return db.session.scalar(_FINDING, {"id": assessment.id, "code": code, "second": second})


def is_current(assessment: Assessment, one: Finding | None) -> bool:
    return one is not None and _since_signed(assessment, one.recorded_at)


def answer(assessment: Assessment, code: str) -> Answer | None:
    return db.session.scalar(_ONE_ANSWER, {"id": assessment.id, "code": code})


def opinion(one: Finding | None) -> Opinion | None:
    return None if one is None else Opinion(one.level, agrees=one.view is View.AGREE)


@dataclass(frozen=True)
class Judged:
    """One expectation of an assessment with what the reviewers said of it."""

    answer: Answer
    first: Finding | None
    second: Finding | None
    first_by: str
    second_by: str

    @property
    def code(self) -> str:
        return self.answer.expectation

    @property
    def lowered(self) -> bool:
        return lowers(self.answer.level, opinion(self.first))

    @property
    def settled(self) -> Settled:
        return settle(self.answer.level, opinion(self.first), opinion(self.second))


def judged(assessment: Assessment) -> tuple[Judged, ...]:
    """Every expectation in the order of the standard; two queries."""
    given = {(one.expectation, one.second): (one, name) for one, name in findings(assessment)}
    nothing: tuple[None, str] = (None, "")
    lines = []
    for one in answers(assessment):
        first, first_by = given.get((one.expectation, False), nothing)
        second, second_by = given.get((one.expectation, True), nothing)
        lines.append(Judged(one, first, second, first_by, second_by))
    return tuple(lines)


# What stands above every page of a review.


@dataclass(frozen=True)
class Context:
    organisation: str
    organisation_code: str
    period: str
    reply_working_days: int
    clarification_working_days: int
    first_reviewer: str
    second_reviewer: str


_FIRST, _SECOND = aliased(Person), aliased(Person)
_CONTEXT = (
    sa.select(
        Organisation.name,
        Organisation.code,
        Period.name,
        Period.reply_working_days,
        Period.clarification_working_days,
        sa.func.coalesce(_FIRST.name, ""),
        sa.func.coalesce(_SECOND.name, ""),
    )
    .select_from(Assessment)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .join(Period, Period.id == Assessment.period_id)
    .outerjoin(_FIRST, _FIRST.id == Assessment.first_reviewer_id)
    .outerjoin(_SECOND, _SECOND.id == Assessment.second_reviewer_id)
    .where(Assessment.id == _id)
)


def context(assessment: Assessment) -> Context:
    return Context(*db.session.execute(_CONTEXT, {"id": assessment.id}).one())


def standard_of(assessment: Assessment) -> Standard:
    return library.standard(assessment.standard, assessment.standard_version)


# What the rules ask, and last year.


def last_year(assessment: Assessment) -> Mapping[str, LastAnswer]:
    """The answers of the assessment before, by expectation."""
    return answering.last_handed_in(assessment.organisation_id, assessment.standard, assessment.id)[1]


def asked_by_rules(
    assessment: Assessment, given: Sequence[Answer], last: Mapping[str, LastAnswer]
) -> Mapping[str, tuple[Query, ...]]:
    """What the rules ask, by expectation: the same as the organisation saw on the day it signed."""
    on = assessment.signed_off_on or clock.today()
    asked: dict[str, tuple[Query, ...]] = {}
    claims = {code: one.claim for code, one in last.items()}
    shown = pinned(assessment, [one.expectation for one in given])
    for query in RULES.queries(given, today=on, last_claims=claims, pinned=shown):
        asked[query.expectation] = (*asked.get(query.expectation, ()), query)
    return asked


# The plan, as the reviewer reads it and as it is published.


@dataclass(frozen=True)
class Planned:
    expectation: str
    gap_level: int | None
    target: int | None
    what: str | None
    owner: str | None
    due_on: date | None
    state: Any
    reference: str | None = None


_PLAN = (
    sa.select(
        Gap.expectation,
        Gap.level,
        Gap.target,
        PlannedAction.what,
        PlannedAction.owner,
        PlannedAction.due_on,
        PlannedAction.state,
        PlannedAction.reference,
    )
    .outerjoin(PlannedAction, PlannedAction.gap_id == Gap.id)
    .where(
        Gap.organisation_id == sa.bindparam("organisation_id"),
        Gap.standard == sa.bindparam("standard"),
        Gap.expectation != "",
        Gap.closed_on.is_(None),
    )
    .order_by(Gap.expectation, PlannedAction.due_on, PlannedAction.id)
)


def plan(assessment: Assessment) -> tuple[Planned, ...]:
    """Each open gap of the organisation under this standard with its actions; a gap without any comes once, bare."""
    key = {"organisation_id": assessment.organisation_id, "standard": assessment.standard}
    return tuple(Planned(*row) for row in db.session.execute(_PLAN, key))


_PUBLIC = sa.select(PublicFinding).where(PublicFinding.assessment_id == _id)


def public_finding(assessment: Assessment) -> PublicFinding:
    """What is public of an assessment that is published."""
    return db.session.scalars(_PUBLIC, {"id": assessment.id}).one()


# People.


_REVIEWERS = (
    sa.select(Person.id, Person.name)
    .distinct()
    .join(Membership, Membership.person_id == Person.id)
    .where(Membership.role == Role.STANDARDS_REVIEWER, HOLDING)
    .order_by(Person.id)
)
_LOAD = (
    sa.select(Assessment.first_reviewer_id, sa.func.count())
    .where(
        Assessment.state.in_([State.SIGNED_OFF, State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED]),
        Assessment.first_reviewer_id.is_not(None),
    )
    .group_by(Assessment.first_reviewer_id)
)
_CONFLICTS = sa.select(Conflict.person_id, Conflict.organisation_id).where(Conflict.ended_on.is_(None))
_POST = (
    sa.select(Membership.job_title)
    .where(
        Membership.person_id == sa.bindparam("person_id"),
        Membership.organisation_id == sa.bindparam("organisation_id"),
        Membership.role == Role.EXECUTIVE_LEAD,
    )
    .order_by(Membership.id.desc())
    .limit(at_most(1))
)


def reviewers() -> Mapping[int, str]:
    """Every standards reviewer of today, by id."""
    return {row[0]: row[1] for row in db.session.execute(_REVIEWERS, {"today": clock.today()})}


def open_load() -> Mapping[int, int]:
    """How many reviews each reviewer has open or waiting."""
    return {who: number for who, number in db.session.execute(_LOAD) if who is not None}


def conflicts() -> Mapping[int, frozenset[int]]:
    """The organisations that each person keeps out of."""
    kept: dict[int, set[int]] = {}
    for who, organisation_id in db.session.execute(_CONFLICTS):
        kept.setdefault(who, set()).add(organisation_id)
    return {who: frozenset(them) for who, them in kept.items()}


def post_of_signatory(assessment: Assessment) -> str:
    """The post in which the assessment was signed, without the name."""
    key = {"person_id": assessment.signatory_id, "organisation_id": assessment.organisation_id}
    return db.session.scalar(_POST, key) or Role.EXECUTIVE_LEAD.value.capitalize()
