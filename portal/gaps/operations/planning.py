"""The improvement plan: actions are planned for a gap and live on across years until they are done or dropped."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.gaps.lifecycle import ACTION, OPEN, ActionVerb
from portal.gaps.models import Gap, PlannedAction
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Both, Invalid, Stale, Step, WrongState
from portal.policy import Acting, Action, insist

_OPEN_ACTIONS = sa.select(PlannedAction).where(
    PlannedAction.gap_id == sa.bindparam("gap_id"), PlannedAction.state.in_(OPEN)
)
FACTS = {"what": "What will be done", "owner": "Who will do it", "due_on": "To be done by", "progress": "Progress"}


def plan(gap: Gap, *, what: str, owner: str, due_on: date, by: Acting) -> PlannedAction:
    """Plan an action for a gap. One that is open in the same words is brought up to date instead."""
    insist(by, Action.WORK_ON_PLAN, gap)
    hold(gap)
    insist_plannable(gap)
    _refuse_empty(what, owner)
    for one in db.session.scalars(_OPEN_ACTIONS, {"gap_id": gap.id}).all():
        if one.what == what:
            _set(one, {"owner": owner, "due_on": due_on}, by)
            return one
    planned = PlannedAction(
        reference=fresh_reference(PlannedAction, "AC"),
        organisation_id=gap.organisation_id,
        gap_id=gap.id,
        what=what,
        owner=owner,
        due_on=due_on,
        state=ACTION.first,
        progress="",
        changed_at=clock.now(),
    )
    db.session.add(planned)
    audit.record(Event.ACTION_PLANNED, planned, by=by, what=what, owner=owner, due_on=due_on)
    return planned


def insist_plannable(gap: Gap) -> None:
    """Refuse where nothing can be planned here: the gap is closed, or about a recommendation."""
    if gap.recommendation:
        raise WrongState(
            "What will be done about a recommendation is promised where it is answered.",
            next_steps=[Step("Read the recommendation", f"/recommendations/{gap.recommendation}")],
        )
    if gap.closed_on is not None:
        raise WrongState(f"This gap was closed on {words.day(gap.closed_on)}, so nothing more can be planned for it.")


def change(
    action: PlannedAction, *, version: int, what: str, owner: str, due_on: date, progress: str, by: Acting
) -> None:
    """Change what will be done, by whom and when, or say how far it has come."""
    insist(by, Action.WORK_ON_PLAN, action)
    hold(action)
    typed = {"what": what, "owner": owner, "due_on": due_on, "progress": progress}
    if action.version != version:
        raise Stale("Your change was not saved, so that theirs is not lost.", fields=_both(action, typed), version=action.version)
    if action.state not in OPEN:
        raise WrongState(f"This action is “{action.state.value}”, so it cannot be changed. Take it up again first.")
    _refuse_empty(what, owner)
    _set(action, typed, by)


def begin(action: PlannedAction, *, version: int, note: str = "", by: Acting) -> None:
    """Say that work on it has begun."""
    _move(action, ActionVerb.BEGIN, version, note, by)


def drop(action: PlannedAction, *, version: int, note: str, by: Acting) -> None:
    """Give it up, with the reason."""
    _move(action, ActionVerb.DROP, version, note, by, wanted="Say why it will not be done")


def take_up_again(action: PlannedAction, *, version: int, note: str = "", by: Acting) -> None:
    """Go on with what was finished or dropped."""
    _move(action, ActionVerb.TAKE_UP_AGAIN, version, note, by)


def finish(action: PlannedAction, *, version: int, note: str, by: Acting) -> None:
    """Say that it is done, and how anybody would know."""
    _move(action, ActionVerb.FINISH, version, note, by, wanted="Say what was done and how you know that it works")


def _move(action: PlannedAction, verb: ActionVerb, version: int, note: str, by: Acting, *, wanted: str = "") -> None:
    insist(by, Action.WORK_ON_PLAN, action)
    hold(action)
    if not ACTION.can(action.state, verb):
        raise WrongState(ACTION.refusal(action.state, verb))
    if action.version != version:
        both = [Both("Progress", action.progress, note, "note")]
        raise Stale("This action was changed since you opened the page.", fields=both, version=action.version)
    if wanted and not note:
        raise Invalid("note", wanted)
    before = action.state
    after = ACTION.move(action, verb)
    action.finished_on = clock.today() if verb is ActionVerb.FINISH else None
    action.progress = note or action.progress
    action.changed_at = clock.now()
    if verb is ActionVerb.FINISH:
        audit.record(Event.ACTION_FINISHED, action, by=by, note=note)
    else:
        audit.record(Event.ACTION_CHANGED, action, by=by, changes={"state": [before, after], "note": note})


def _set(action: PlannedAction, facts: dict[str, Any], by: Acting) -> None:
    changes = {name: [getattr(action, name), value] for name, value in facts.items() if getattr(action, name) != value}
    if not changes:
        return
    for name, value in facts.items():
        setattr(action, name, value)
    action.changed_at = clock.now()
    audit.record(Event.ACTION_CHANGED, action, by=by, changes=changes)


def _refuse_empty(what: str, owner: str) -> None:
    if not what:
        raise Invalid("what", "Enter what will be done")
    if not owner:
        raise Invalid("owner", "Enter the job title of the person who will do it")


def _both(action: PlannedAction, typed: dict[str, Any]) -> list[Both]:
    """Both texts of each field; a day goes as its three boxes, so that it can be sent again."""
    found = [Both(FACTS[name], getattr(action, name), typed[name], name) for name in ("what", "owner", "progress")]
    for part in ("day", "month", "year"):
        theirs, yours = str(getattr(action.due_on, part)), str(getattr(typed["due_on"], part))
        found.append(Both(f"To be done by: {part}", theirs, yours, f"due_on-{part}"))
    return found
