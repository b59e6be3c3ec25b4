"""Which assessments want a blind second view that one reviewer could give."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.assessments.lifecycle import State
from portal.assessments.models import Answer, Assessment, Finding
from portal.audit import Event, Record
from portal.kernel.db import db
from portal.policy import Acting

COMPANIONS = 2  # drawn beside the lowered levels, so that being asked for a second view says nothing
_STATES = (State.UNDER_REVIEW, State.CLARIFICATION_REQUESTED, State.REVIEWED)
_ME: sa.BindParameter[Any] = sa.bindparam("me")
_SECOND = aliased(Finding)


def _current(finding: Any, *, second: bool) -> Any:
    """Views of the assessment at hand, given since it was signed."""
    return sa.and_(
        finding.assessment_id == Assessment.id,
        finding.second.is_(second),
        finding.recorded_at >= Assessment.signed_off_at,
    )


_FIRST = _current(Finding, second=False)
_LOWERED = sa.and_(_FIRST, Finding.level < Finding.claimed)
_UNMATCHED = sa.exists().where(
    _LOWERED,
    ~sa.exists()
    .where(_current(_SECOND, second=True), _SECOND.expectation == Finding.expectation)
    .correlate(Assessment, Finding),
)


def _number(*of: Any) -> Any:
    return sa.select(sa.func.count()).where(*of).correlate(Assessment).scalar_subquery()


_LOWERED_NUMBER = _number(_LOWERED)
_SECONDS = _number(_current(_SECOND, second=True))
_APPLICABLE = _number(Answer.assessment_id == Assessment.id, Answer.level.is_not(None))
# While the first reviewer is at work, an assessment stays until its companions are looked at too: one that left
# with the last lowered level would tell the lowered from the companions.
_WANTED = sa.or_(
    _UNMATCHED.correlate(Assessment),
    sa.and_(
        Assessment.state != State.REVIEWED,
        _LOWERED_NUMBER > 0,
        _SECONDS < _LOWERED_NUMBER + COMPANIONS,
        _SECONDS < _APPLICABLE,
    ),
)
_HELD = sa.exists().where(
    Record.about == "assessment " + Assessment.reference,
    Record.event == Event.REVIEW_CLAIMED.name,
    Record.by_id == _ME,
    Record.at >= Assessment.signed_off_at,
)
OPEN_TO_ME = sa.and_(
    Assessment.state.in_(_STATES),
    sa.or_(Assessment.first_reviewer_id.is_(None), Assessment.first_reviewer_id != _ME),
    Assessment.organisation_id.not_in(sa.bindparam("conflicts", expanding=True)),
    _WANTED,
    ~_HELD.correlate(Assessment),
    ~sa.exists().where(_FIRST, Finding.reviewer_id == _ME).correlate(Assessment),
)
_NUMBER = sa.select(sa.func.count()).select_from(Assessment).where(OPEN_TO_ME)


def values(by: Acting) -> dict[str, Any]:
    """What `OPEN_TO_ME` asks to be told of the reviewer."""
    return {"me": by.id, "conflicts": sorted(by.conflicts)}


def number(by: Acting) -> int:
    """How many assessments want a second view that this reviewer could give."""
    return db.session.scalar(_NUMBER, values(by)) or 0
