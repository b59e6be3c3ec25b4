"""A paper is drawn, answered and handed in. Everything is decided here, by the server's clock and its copy of the course."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from functools import partial

import sqlalchemy as sa

from portal import audit
from portal.accreditation import drawing, marking, sittings
from portal.accreditation.lifecycle import ATTEMPT, AttemptKind, AttemptState, AttemptVerb
from portal.accreditation.models import Attempt, AttemptItem
from portal.accreditation.operations import certifying
from portal.accreditation.queries import examining as queries
from portal.accreditation.queries.examining import Asked, Examined, Sitting
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Incomplete, Step, WrongState
from portal.policy import PORTAL, Acting, Action, insist


def begin(at: Examined, kind: AttemptKind, *, by: Acting) -> Attempt:
    """Draw a paper and start its clock; whoever has one open goes on with it."""
    insist(by, Action.LEARN)
    hold(at.studied.begun)  # one paper at a time, in however many windows
    now_there = queries.examined(by.id or 0, at.studied.course.id)
    assert now_there is not None
    if now_there.open is not None:
        return now_there.open
    _refuse_to_begin(now_there, kind)
    at = now_there  # in the version that is theirs now that no other can come
    course, now, seed = at.studied.course, clock.now(), secrets.randbits(62)
    drawn = drawing.draw(course, seed, queries.seen(by.id or 0, course.id), queries.exposed(at.studied.version.id))
    extra = queries.extra(by.id or 0)
    made = Attempt(
        reference=fresh_reference(Attempt, "PA"), enrolment_id=at.studied.begun.id, person_id=by.id, course=course.id,
        course_version_id=at.studied.version.id, kind=kind, number=len(at.of(kind)) + 1, seed=seed, extra=extra,
        began_at=now, deadline_at=sittings.deadline(now, course.paper.minutes, extra), asked=len(drawn),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    # By the table: the mapper would send a statement of its own wherever a question with a day follows one without.
    db.session.execute(sa.insert(AttemptItem.__table__), [
        {"attempt_id": made.id, "position": position, "question": one.question.id, "offered": drawing.as_text(one.offered), "starts_on": one.start,
         "answer": "", "late": False}
        for position, one in enumerate(drawn, start=1)
    ])  # fmt: skip
    audit.record(Event.PAPER_BEGUN, made, by=by, course=made.course, kind=kind.value, number=made.number)
    return made


def _refuse_to_begin(at: Examined, kind: AttemptKind) -> None:
    here = f"/learning/{at.studied.course.id}"
    if at.passed is not None:
        raise WrongState("You have passed this examination.", next_steps=[Step("See the course", here)])
    if kind is AttemptKind.PRE_TEST:
        if at.attempts or at.studied.read:
            raise WrongState(
                "A pre-test shows what you know before you learn, so it is offered once, before the first lesson.",
                next_steps=[Step("Go on with the course", here)],
            )
        return
    if needed := at.lessons_needed:
        raise Incomplete(
            f"Read {words.count(len(needed), 'more lesson', 'more lessons')} before the examination.",
            [Step(lesson.title, f"{here}/lessons/{lesson.slug}/1") for lesson in needed],
        )
    if at.opens_at is not None:
        raise WrongState(
            f"You can try again from {words.moment(at.opens_at)}. Until then, read again what was not right.",
            next_steps=[Step("See the lessons", here)],
        )


def save(at: Asked, answer: str, *, by: Acting) -> None:
    """Keep an answer, written as portal/accreditation/marking.py says; the last one that comes in time counts."""
    insist(by, Action.LEARN)
    one = hold(at.sitting.attempt)
    if one.state is not AttemptState.OPEN:
        raise WrongState(
            f"This paper is {one.state.value}. What you chose just now was not added.", next_steps=[Step("See your result", paper_path(one))]
        )
    now = clock.now()
    if not sittings.taken(now, one.deadline_at):
        raise WrongState("The time has run out. What you chose just now was not added.", next_steps=[Step("See your result", paper_path(one))])
    at.item.answer, at.item.answered_at = answer, now if answer else None
    at.item.late = sittings.late(now, one.deadline_at)


def hand_in(at: Sitting, *, by: Acting) -> None:
    """Hand in what there is. A second time changes nothing."""
    insist(by, Action.LEARN)
    one = hold(at.attempt)
    if one.state is not AttemptState.OPEN:
        return
    _close(one, AttemptVerb.HAND_IN if sittings.taken(clock.now(), one.deadline_at) else AttemptVerb.TIME_OUT, by)


def close_if_over(at: Sitting, *, by: Acting) -> bool:
    """Close a paper whose time is over; True if that was so."""
    one = hold(at.attempt)
    if one.state is AttemptState.OPEN and not sittings.taken(clock.now(), one.deadline_at):
        _close(one, AttemptVerb.TIME_OUT, by)
        return True
    return False


def close_abandoned() -> Iterator[Callable[[], int]]:
    """A step for each paper that nobody handed in and whose time is over."""
    for id in queries.overdue(clock.now()):
        yield partial(_close_abandoned, id)


def _close_abandoned(id: int) -> int:
    one = db.session.scalar(sa.select(Attempt).where(Attempt.id == id, Attempt.state == AttemptState.OPEN).with_for_update())
    if one is None or sittings.taken(clock.now(), one.deadline_at):
        return 0
    _close(one, AttemptVerb.TIME_OUT, PORTAL)
    return 1


def _close(one: Attempt, verb: AttemptVerb, by: Acting) -> None:
    sitting = queries.whole(one)
    judged = []
    for item in sitting.items:
        said = sitting.judged(item)
        item.correct, item.critical = said.right, said.critical is not None
        judged.append(said)
    found = marking.result(sitting.course.paper, judged)
    ATTEMPT.move(one, verb)
    one.ended_at = clock.now() if verb is AttemptVerb.HAND_IN else one.deadline_at
    one.correct, one.critical, one.passed = found.right, found.critical, found.passed
    if one.kind is AttemptKind.PRE_TEST:
        one.passed = False  # it shows what is known, and certifies nothing
    event = Event.PAPER_HANDED_IN if verb is AttemptVerb.HAND_IN else Event.PAPER_TIMED_OUT
    audit.record(event, one, by=by, course=one.course, correct=found.right, asked=found.asked, critical=found.critical, passed=bool(one.passed))
    if one.passed:
        certifying.give_if_whole(one.enrolment_id, by=by)


def paper_path(one: Attempt) -> str:
    return f"/learning/papers/{one.reference}"
