"""Who reviews what: shared out fairly, claimed, given up with a reason, or taken over with one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from portal import audit
from portal.assessments.lifecycle import ASSESSMENT, State, Verb
from portal.assessments.models import Assessment
from portal.assessments.queries import queueing
from portal.assessments.queries import reviewing as queries
from portal.assessments.sampling import share_out
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid, Step, WrongState
from portal.organisations.queries import recipients
from portal.policy import Acting, Action, insist

MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Shared:
    """What sharing out did: how many each reviewer was given, and how many nobody could take."""

    given: Mapping[str, int]
    nobody: int


def allocate(number: int, *, by: Acting) -> Shared:
    """Give the longest waiting reviews to the reviewers with the least open work, never across a conflict."""
    insist(by, Action.REVIEW)
    if not 1 <= number <= MOST_AT_ONCE:
        raise Invalid("number", f"Enter a number from 1 to {MOST_AT_ONCE}")
    names, load = queries.reviewers(), queries.open_load()
    waiting = queueing.unallocated(number)
    shares = share_out(waiting, {who: load.get(who, 0) for who in names}, queries.conflicts())
    for id, who in shares.given:
        assessment = hold(db.session.get_one(Assessment, id))
        if assessment.state is not State.SIGNED_OFF or assessment.first_reviewer_id is not None:
            continue
        _give_to(assessment, who)
        audit.record(Event.REVIEW_ALLOCATED, assessment, by=by, reviewer=names[who])
    return Shared(Counter(names[who] for _, who in shares.given), len(shares.nobody))


def claim(assessment: Assessment, *, by: Acting) -> None:
    """Begin the review, unless it was given to somebody else."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    if assessment.state is not State.SIGNED_OFF or assessment.first_reviewer_id not in (None, by.id):
        _refuse_anothers(assessment, by)
    ASSESSMENT.move(assessment, Verb.CLAIM)
    assert by.id is not None
    _give_to(assessment, by.id)
    audit.record(Event.REVIEW_CLAIMED, assessment, by=by, reviewer=by.name)


def give_up(assessment: Assessment, *, reason: str, by: Acting) -> None:
    """Hand a review back to the queue; the views given so far stay with it."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    insist_holder(assessment, by)
    if not reason:
        raise Invalid("reason", "Say why you give the review up")
    if assessment.state is not State.SIGNED_OFF:  # given to them, not begun
        ASSESSMENT.move(assessment, Verb.RELEASE)
    assessment.first_reviewer_id = None
    assessment.changed_at = clock.now()
    audit.record(Event.REVIEW_RELEASED, assessment, by=by, reason=reason)


def take_over(assessment: Assessment, *, reason: str, by: Acting) -> None:
    """Take a review from the reviewer who has it: somebody is away, or has left."""
    insist(by, Action.REVIEW, assessment)
    hold(assessment)
    if not reason:
        raise Invalid("reason", "Say why you take the review over")
    if assessment.first_reviewer_id in (None, by.id):
        raise WrongState("There is nobody to take this review over from.", next_steps=[_review(assessment)])
    if assessment.second_reviewer_id == by.id:
        raise WrongState("You gave the second view on this assessment, so you cannot hold its review as well.")
    if assessment.state is State.PUBLISHED:
        raise WrongState("The finding has been published, so there is no review left to take over.")
    audit.record(Event.REVIEW_RELEASED, assessment, by=by, reason=reason)
    if assessment.state is State.SIGNED_OFF:
        ASSESSMENT.move(assessment, Verb.CLAIM)
    assert by.id is not None
    _give_to(assessment, by.id)
    audit.record(Event.REVIEW_CLAIMED, assessment, by=by, reviewer=by.name)


def insist_holder(assessment: Assessment, by: Acting) -> None:
    """Raise WrongState unless the person has this review, saying who has it and how to take it over."""
    if assessment.first_reviewer_id == by.id:
        return
    if assessment.first_reviewer_id is None:
        raise WrongState("Nobody has begun this review. Begin it first.", next_steps=[_review(assessment)])
    _refuse_anothers(assessment, by)


def _refuse_anothers(assessment: Assessment, by: Acting) -> None:
    """Raise WrongState where another reviewer has it; fall through where the lifecycle will say what is wrong."""
    if assessment.first_reviewer_id in (None, by.id):
        return
    holder = recipients.person(assessment.first_reviewer_id)
    raise WrongState(
        f"{holder.name if holder else 'Another reviewer'} has this review, so nothing was changed. "
        "Ask them to give it up, or take it over and say why.",
        next_steps=[Step("Take over the review", f"/reviews/{assessment.reference}/take-over"), _review(assessment)],
    )


def _give_to(assessment: Assessment, who: int) -> None:
    assessment.first_reviewer_id = who
    if assessment.second_reviewer_id == who:
        assessment.second_reviewer_id = None
    assessment.changed_at = clock.now()


def _review(assessment: Assessment) -> Step:
    return Step("Open the review", f"/reviews/{assessment.reference}")
