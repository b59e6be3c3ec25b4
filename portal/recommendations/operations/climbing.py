"""The ladder, climbed day by day: the portal writes the first letters itself, and places every further step before an officer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold, insert_unless_there
from portal.organisations.queries.recipients import Recipient
from portal.outbox import Letter
from portal.policy import PORTAL, Action, insist
from portal.recommendations import deadlines, ladder
from portal.recommendations.ladder import LADDER, Step
from portal.recommendations.lifecycle import CLIMBING, Taken, TakenVerb
from portal.recommendations.models import LadderStep, Recommendation
from portal.recommendations.operations import falling_short, telling_officers
from portal.recommendations.operations.pausing import paused
from portal.recommendations.operations.telling import answerable, tell
from portal.recommendations.queries import climbing
from portal.recommendations.types import type_of

NOBODY = "Nobody of the organisation is on the portal, so no letter went."
_UNIQUE = ("recommendation_id", "due_on", "after_days")


def climb(today: date, since: date | None = None) -> Iterator[Callable[[], int]]:
    """Take every step that falls on a day after `since` (by default yesterday) until `today`, one recommendation a step.

    The rows of the ladder say what was taken, and the outbox what was written: to run this again changes nothing.
    """
    since = since or today - timedelta(days=1)
    first = ladder.first_day(since, today)
    for one in climbing.overtaken():
        yield partial(_put_aside, one)
    for one in _to_climb(since, first, today):
        yield partial(_climb_one, one, since)
    for one in climbing.silent(first, today):
        yield partial(_ask_after, one)
    for one in climbing.unsettled(today):
        yield partial(falling_short.settle_by_time, one)
    if first <= today:
        yield partial(telling_officers.write, first, today)


def _to_climb(since: date, first: date, today: date) -> Sequence[int]:
    """The ids of those of which a step may fall due, each once."""
    found: dict[int, None] = {}
    for step in LADDER:
        days = ladder.due_days(step, since=since, today=today)
        if days is not None:
            found |= dict.fromkeys(climbing.reached(step, days, today))
    if first <= today:
        found |= dict.fromkeys(climbing.let_go(first, today))
    return list(found)


def _climb_one(recommendation_id: int, since: date) -> int:
    one, today = hold(db.session.get_one(Recommendation, recommendation_id)), clock.today()
    insist(PORTAL, Action.CLIMB_LADDER, one)
    if not to_act(one) or paused(one):
        return 0
    steps = ladder.to_take(one.due_on, since=since, today=today, pauses=climbing.pauses_of(one.id))
    there = climbing.taken(one)
    wanted = [step for on, step in steps if step.after not in there and one.issued_on is not None and on > one.issued_on]
    return sum(_take(one, step, today) for step in wanted)


def to_act(one: Recommendation) -> bool:
    """Whether it is for the organisation to do something: nobody is chased for what was received."""
    return one.issued_on is not None and one.ended_on is None and one.delivery in deadlines.THEIRS


def _take(one: Recommendation, step: Step, today: date) -> bool:
    """Claim one step and do what it asks for, in the same transaction. False where it was taken before."""
    to = answerable(one) if step.by_itself else []
    mine = insert_unless_there(
        LadderStep, _UNIQUE, recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
        due_on=one.due_on, after=step.after, level=step.level, state=Taken.SENT if step.by_itself else CLIMBING.first,
        officer_id=one.officer_id, reached_on=today, note=NOBODY if step.by_itself and not to else "",
    )  # fmt: skip
    if not mine:
        return False
    if not step.by_itself:
        audit.record(Event.LADDER_STEP_PLACED, one, by=PORTAL, level=step.level, after=step.after)
        return True
    one.level = max(one.level, step.level)
    audit.record(Event.LADDER_STEP_SENT, one, by=PORTAL, level=step.level, after=step.after)
    letter = Letter.RECOMMENDATION_REMINDER if step.level == 1 else Letter.RECOMMENDATION_OVERDUE
    _write(letter, one, to, f"{one.due_on}, {step.after} days", today)
    return True


def _write(letter: Letter, one: Recommendation, to: Sequence[Recipient], period: str | date, today: date) -> None:
    late = ladder.days_late(one.due_on, today)
    tell(
        letter, one, to, period=period, case=one.case_reference, text=one.public_text, due=words.weekday(one.due_on),
        when=words.remaining((one.due_on - today).days), late=words.count(late, "day", "days"),
        evidence=[line.text for line in type_of(one.type).evidence],
        evidence_due=words.weekday(one.next_evidence_on) if one.next_evidence_on else "",
    )  # fmt: skip


def _ask_after(recommendation_id: int) -> int:
    """Write about a day for evidence that passed without any, once for each such day. Of the due day itself the ladder writes."""
    one, today = hold(db.session.get_one(Recommendation, recommendation_id)), clock.today()
    insist(PORTAL, Action.CLIMB_LADDER, one)
    day = one.next_evidence_on
    if day is None or day == one.due_on or not to_act(one) or paused(one) or not deadlines.silent(one.delivery, day, today):
        return 0
    to = answerable(one)
    _write(Letter.EVIDENCE_MISSED, one, to, day, today)
    return len(to)


def _put_aside(step_id: int) -> int:
    """What waits for a person, but need not any more: it ended, or more time was given."""
    step = db.session.get_one(LadderStep, step_id)
    one = hold(climbing.recommendation_of(step))
    insist(PORTAL, Action.CLIMB_LADDER, one)
    hold(step)
    if step.state is not Taken.WAITING or (one.ended_on is None and one.due_on == step.due_on):
        return 0
    CLIMBING.move(step, TakenVerb.PUT_ASIDE)
    step.decided_by, step.decided_at = PORTAL.name, clock.now()
    step.note = "The recommendation ended." if one.ended_on is not None else f"More time was given, until {words.day(one.due_on)}."
    audit.record(Event.LADDER_STEP_PUT_ASIDE, one, by=PORTAL, level=step.level, after=step.after)
    return 1
