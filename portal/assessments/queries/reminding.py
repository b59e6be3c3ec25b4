"""What waits for whom: everything with a due day that a daily letter may speak of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.assessments.lifecycle import OPEN, State
from portal.assessments.models import Answer, Assessment, Clarification, Period, Reply
from portal.assessments.queries.periods import TAKES_PART
from portal.gaps.lifecycle import ActionState
from portal.gaps.models import PlannedAction
from portal.kernel.db import db
from portal.organisations.models import Membership, Organisation, Person
from portal.organisations.queries import HOLDING
from portal.policy import Role

_today: Any = sa.bindparam("today")
_days: Any = sa.bindparam("days", expanding=True)
_bodies: Any = sa.bindparam("bodies", expanding=True)
_people: Any = sa.bindparam("people", expanding=True)

_DUE = sa.and_(Assessment.state.in_(OPEN), Assessment.closes_on >= _today)
_ASKED = sa.and_(Clarification.answered_at.is_(None), Assessment.state == State.CLARIFICATION_REQUESTED)
_TO_REPLY = sa.and_(
    Assessment.state == State.REVIEWED,
    Assessment.reply_due_on.is_not(None),
    ~sa.exists().where(Reply.assessment_id == Assessment.id),
)
_TO_DO = PlannedAction.state.in_((ActionState.PLANNED, ActionState.UNDER_WAY))
_NOT_GIVEN = sa.or_(Answer.confirmed.is_(False), sa.and_(Answer.level.is_(None), Answer.not_applicable_why == ""))

# Organisations for which something with one of these due days is open.
_REMINDED = (
    sa.select(Assessment.organisation_id).where(_DUE, Assessment.due_on.in_(_days)),
    sa.select(Clarification.organisation_id)
    .join(Assessment, Assessment.id == Clarification.assessment_id)
    .where(_ASKED, Clarification.due_on.in_(_days)),
    sa.select(Assessment.organisation_id).where(_TO_REPLY, Assessment.reply_due_on.in_(_days)),
    sa.select(PlannedAction.organisation_id).where(_TO_DO, PlannedAction.due_on.in_(_days)),
)
_CONCERNED = (Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD, Role.CONTRIBUTOR)
_PEOPLE = (
    sa.select(Membership.person_id)
    .distinct()
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Organisation.id.in_(sa.union_all(*_REMINDED)), Membership.role.in_(_CONCERNED), HOLDING, TAKES_PART)
    .order_by(Membership.person_id)
)


def people_to_remind(days: Collection[date], today: date) -> Sequence[int]:
    """Whoever answers, signs or contributes for an organisation with something due on one of these days."""
    return db.session.scalars(_PEOPLE, {"days": sorted(days), "today": today}).all()


@dataclass(frozen=True)
class Held:
    """One role that one person holds in one organisation today."""

    person_id: int
    reference: str
    name: str
    email: str
    organisation_id: int
    organisation: str
    role: Role


_HELD = (
    sa.select(
        Person.id, Person.reference, Person.name, Person.email, Organisation.id, Organisation.name, Membership.role
    )
    .join(Membership, Membership.person_id == Person.id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Person.id.in_(_people), Membership.role.in_(_CONCERNED), HOLDING, TAKES_PART)
    .order_by(Person.id, Organisation.sort_name, Organisation.id)
)


def held(people: Sequence[int], today: date) -> list[Held]:
    return [Held(*row) for row in db.session.execute(_HELD, {"people": list(people), "today": today})]


@dataclass(frozen=True)
class Due:
    """Something with a due day. `to` are the roles it waits for; `person_id` instead where it waits for one person."""

    organisation_id: int
    what: str
    due_on: date
    to: frozenset[Role]
    person_id: int | None = None


_MANAGER, _BOTH = frozenset({Role.COMPLAINTS_MANAGER}), frozenset({Role.COMPLAINTS_MANAGER, Role.EXECUTIVE_LEAD})
_LEAD = frozenset({Role.EXECUTIVE_LEAD})

_ASSESSMENTS = (
    sa.select(
        Assessment.organisation_id,
        Period.name,
        Assessment.state,
        Assessment.due_on,
        Assessment.answers_given,
        Assessment.answers_wanted,
    )
    .join(Period, Period.id == Assessment.period_id)
    .where(Assessment.organisation_id.in_(_bodies), _DUE, Assessment.due_on <= sa.bindparam("horizon"))
)
_QUESTIONS = (
    sa.select(Clarification.organisation_id, Clarification.expectation, Clarification.due_on)
    .join(Assessment, Assessment.id == Clarification.assessment_id)
    .where(Clarification.organisation_id.in_(_bodies), _ASKED)
)
_REPLIES = (
    sa.select(Assessment.organisation_id, Period.name, Assessment.reply_due_on)
    .join(Period, Period.id == Assessment.period_id)
    .where(Assessment.organisation_id.in_(_bodies), _TO_REPLY)
)
_ACTIONS = sa.select(PlannedAction.organisation_id, PlannedAction.what, PlannedAction.due_on).where(
    PlannedAction.organisation_id.in_(_bodies), _TO_DO, PlannedAction.due_on <= sa.bindparam("horizon")
)
_ASSIGNED = (
    sa.select(
        Assessment.organisation_id, Period.name, Assessment.due_on, Answer.assigned_to_id, sa.func.count().label("answers")
    )
    .select_from(Answer)
    .join(Assessment, Assessment.id == Answer.assessment_id)
    .join(Period, Period.id == Assessment.period_id)
    .where(
        Answer.assigned_to_id.in_(_people),
        _NOT_GIVEN,
        Assessment.state == State.IN_PROGRESS,
        Assessment.closes_on >= _today,
        Assessment.due_on <= sa.bindparam("horizon"),
    )
    .group_by(Assessment.organisation_id, Period.name, Assessment.due_on, Answer.assigned_to_id)
)


def waiting(bodies: Sequence[int], people: Sequence[int], *, today: date, horizon: date) -> list[Due]:
    """Everything that is overdue or due by `horizon` for these organisations and people, in five queries."""
    values = {"bodies": list(bodies), "people": list(people), "today": today, "horizon": horizon}
    found: list[Due] = []
    for statement, told in _SORTS:
        for row in db.session.execute(statement, values):
            found += told(row)
    return found


def _assessment(row: Any) -> list[Due]:
    where = f"The assessment for {row.name}"
    if row.state is State.READY_FOR_SIGN_OFF:
        return [
            Due(row.organisation_id, f"{where} waits for your signature", row.due_on, _LEAD),
            Due(row.organisation_id, f"{where} waits for your executive lead’s signature", row.due_on, _MANAGER),
        ]
    if row.state is State.NOT_STARTED:
        return [Due(row.organisation_id, f"{where} has not been started", row.due_on, _BOTH)]
    so_far = f"{where} has {row.answers_given} of {row.answers_wanted} expectations answered"
    return [Due(row.organisation_id, so_far, row.due_on, _BOTH)]


def _question(row: Any) -> list[Due]:
    asked = f"The reviewer’s question about {row.expectation} waits for your answer"
    return [Due(row.organisation_id, asked, row.due_on, _MANAGER)]


def _reply(row: Any) -> list[Due]:
    return [Due(row.organisation_id, f"The draft finding for {row.name} waits for your reply", row.reply_due_on, _BOTH)]


def _action(row: Any) -> list[Due]:
    return [Due(row.organisation_id, f"Planned action: {_shortened(row.what).rstrip('.')}", row.due_on, _MANAGER)]


def _assigned(row: Any) -> list[Due]:
    mine = "1 expectation is" if row.answers == 1 else f"{row.answers} expectations are"
    what = f"{mine} assigned to you in the assessment for {row.name}"
    return [Due(row.organisation_id, what, row.due_on, frozenset(), row.assigned_to_id)]


_SORTS: tuple[tuple[Any, Callable[[Any], list[Due]]], ...] = (
    (_ASSESSMENTS, _assessment),
    (_QUESTIONS, _question),
    (_REPLIES, _reply),
    (_ACTIONS, _action),
    (_ASSIGNED, _assigned),
)


def _shortened(text: str, longest: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rsplit(" ", 1)[0] + "…"
