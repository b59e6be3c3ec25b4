"""Before its assessment was handed in an organisation closed, or became a group’s branch: another answers from now on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import sqlalchemy as sa

from portal import audit
from portal.assessments.lifecycle import ASSESSMENT, OPEN, State, Verb
from portal.assessments.models import Assessment
from portal.audit import Event
from portal.gaps.models import Gap
from portal.gaps.operations import register
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.organisations.models import Branch, Organisation, Succession
from portal.policy import PORTAL, Action, insist

_OVERTAKEN = (
    sa.select(Assessment.id)
    .join(Organisation, Organisation.id == Assessment.organisation_id)
    .where(
        Organisation.closed_on <= sa.bindparam("today"),
        Assessment.state.in_(tuple(state for state in State if ASSESSMENT.can(state, Verb.SUPERSEDE))),
    )
    .order_by(Assessment.id)
)
_COVERED = (
    sa.select(Assessment.id)
    .join(Branch, Branch.branch_id == Assessment.organisation_id)
    .where(
        Branch.since_on <= sa.bindparam("today"),
        Branch.until_on.is_(None),
        Assessment.state.in_(OPEN),
    )
    .order_by(Assessment.id)
)
_LEFT_OPEN = (
    sa.select(Gap.id)
    .join(Organisation, Organisation.id == Gap.organisation_id)
    .where(Organisation.closed_on <= sa.bindparam("today"), Gap.closed_on.is_(None))
    .order_by(Gap.id)
)
_SUCCESSORS = (
    sa.select(Organisation.name)
    .join(Succession, Succession.successor_id == Organisation.id)
    .where(Succession.organisation_id == sa.bindparam("organisation_id"))
    .order_by(Organisation.sort_name)
)
_GROUP = (
    sa.select(Organisation.name)
    .join(Branch, Branch.organisation_id == Organisation.id)
    .where(Branch.branch_id == sa.bindparam("organisation_id"), Branch.until_on.is_(None))
)


def supersede(today: date) -> Iterator[Callable[[], int]]:
    """Supersede what closed organisations and branches had not handed in, and close the gaps of the closed, a row a step."""
    for assessment_id in db.session.scalars(_OVERTAKEN, {"today": today}).all():
        yield partial(_supersede_one, assessment_id)
    for assessment_id in db.session.scalars(_COVERED, {"today": today}).all():
        yield partial(_supersede_one, assessment_id)
    for gap_id in db.session.scalars(_LEFT_OPEN, {"today": today}).all():
        yield partial(_close_one, gap_id)


def _supersede_one(assessment_id: int) -> int:
    assessment = hold(db.session.get_one(Assessment, assessment_id))
    insist(PORTAL, Action.SET_PERIODS, assessment)
    if not ASSESSMENT.can(assessment.state, Verb.SUPERSEDE):
        return 0
    ASSESSMENT.move(assessment, Verb.SUPERSEDE)
    assessment.changed_at = clock.now()
    audit.record(Event.SUPERSEDED, assessment, by=PORTAL, successor=in_words(assessment.organisation_id))
    return 1


def _close_one(gap_id: int) -> int:
    gap = hold(db.session.get_one(Gap, gap_id))
    if gap.closed_on is not None:
        return 0
    why = f"The organisation closed; {in_words(gap.organisation_id)} answers for its duties now."
    register.close_gap(gap, why, by=PORTAL)
    return 1


def in_words(organisation_id: int) -> str:
    """Who took over: the successors or the group by name, or that none is named."""
    names = db.session.scalars(_SUCCESSORS, {"organisation_id": organisation_id}).all()
    names = names or db.session.scalars(_GROUP, {"organisation_id": organisation_id}).all()
    return words.listing(names) if names else "no named successor"
