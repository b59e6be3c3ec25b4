"""A work is settled: its markings come to points, or a third assessor is asked; and what an appeal came to."""

from __future__ import annotations

from portal import audit, outbox
from portal.accreditation import settling, works
from portal.accreditation.lifecycle import APPEAL, WORK, AppealState, AppealVerb, WorkState, WorkVerb
from portal.accreditation.models import Appeal, Work
from portal.accreditation.operations import certifying
from portal.accreditation.queries import works as queries
from portal.accreditation.queries.works import Handed
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.organisations.queries import recipients
from portal.outbox import Letter
from portal.policy import PORTAL, Acting


def settle(work: Work, *, by: Acting) -> None:
    """Decide a work whose markings are there, or ask a third assessor; nothing where one is still to come.

    For whoever has just finished a marking of it, within the same transaction."""
    one = hold(work)
    if one.state not in (WorkState.HANDED_IN, WorkState.DIFFERING):
        return
    at = queries.whole(one)
    given = [judgement.given for judgement in at.counted]
    if len(given) < (at.assignment.assessors if one.state is WorkState.HANDED_IN else 3):
        return
    why = settling.differences(at.assignment, given[0], given[1]) if len(given) == 2 else frozenset()
    if why:
        WORK.move(one, WorkVerb.ASK_A_THIRD)
        audit.record(Event.THIRD_ASSESSOR_ASKED, one, by=by, course=one.course, assignment=one.assignment, why=sorted(reason.value for reason in why))
        return
    found = settling.settled(at.assignment, given)
    WORK.move(one, WorkVerb.PASS if found.passed else WorkVerb.FAIL)
    one.decided_at, one.points = clock.now(), found.points
    audit.record(
        Event.WORK_MARKED, one, by=by, course=one.course, assignment=one.assignment, points=found.points, passed=found.passed,
        must_nots=sorted(found.must_nots), markings=len(given),
    )  # fmt: skip
    _decided(Letter.WORK_MARKED, at, passed=found.passed, points=found.points, until=words.day(works.appeal_until(one.decided_at)))


def settle_appeal(appeal: Appeal, *, changed: bool, reasons: str, by: Acting) -> None:
    """Enter what an appeal came to, and tell the learner. Where it `changed` the marks, those of its marking count if they are better.

    For whoever has just finished the marking that the appeal names, within the same transaction."""
    db.session.flush()  # what was just entered of it, before it is read again
    one, work = hold(appeal), hold(db.session.get_one(Work, appeal.work_id))
    APPEAL.move(one, AppealVerb.CHANGE if changed else AppealVerb.LET_STAND)
    one.decided_at, one.reasons = clock.now(), reasons
    at, had_passed = queries.whole(work), work.passed
    if at.on_appeal is not None:
        work.points, passed = settling.after_appeal(at.assignment, one.points_before, had_passed, at.on_appeal.given)
        if passed and not had_passed:
            WORK.move(work, WorkVerb.PASS_ON_APPEAL)
    audit.record(Event.APPEAL_DECIDED, one, by=by, work=work.reference, outcome=one.state.value, points=work.points, passed=work.passed)
    _decided(Letter.APPEAL_DECIDED, at, passed=work.passed, points=work.points, changed=one.state is AppealState.CHANGED, reasons=reasons)


def _decided(letter: Letter, at: Handed, **facts: object) -> None:
    """What follows once a work is decided, and decided anew: the learner is told, and whatever this completes is given."""
    person = recipients.person(at.work.person_id)
    if person is not None:
        outbox.post(
            letter, to=person.email, name=person.name, about=at.work.reference,
            facts={"reference": at.work.reference, "course": at.course.title, "assignment": at.assignment.title, **facts},
        )  # fmt: skip
    if at.work.passed:
        certifying.give_if_whole(at.work.enrolment_id, by=PORTAL)
