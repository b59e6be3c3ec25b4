"""The next thing to do about an assessment, for somebody in these roles; values in, words and an address out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from portal.assessments.lifecycle import OPEN, State
from portal.home.queries.work import Due
from portal.kernel import words
from portal.policy import Role


@dataclass(frozen=True)
class Next:
    """What to do next. `mine`: this person is the one who can do it; otherwise it says who or what is waited for."""

    words: str
    href: str
    mine: bool


def left(one: Due, today: date) -> str:
    """How long there is, while it has not been handed in."""
    return words.remaining((one.due_on - today).days) if one.state in OPEN else ""


def next_step(one: Due, roles: Collection[Role], today: date) -> Next:
    """What this person can do about it now, or what it waits for."""
    manages, leads = Role.COMPLAINTS_MANAGER in roles, Role.EXECUTIVE_LEAD in roles
    here = f"/assessments/{one.reference}"
    if one.state is State.NOT_STARTED:
        mine = manages or leads
        return Next("Start the assessment" if mine else "The complaints manager has not started it yet", here, mine)
    if one.state is State.IN_PROGRESS:
        return _answering(one, here) if manages else Next(_progress(one), here, False)
    if one.state is State.READY_FOR_SIGN_OFF:
        return Next("Read it and sign" if leads else "It waits for the executive lead’s signature", f"{here}/sign-off", leads)
    if one.state is State.CLARIFICATION_REQUESTED:
        by = ""
        if one.question_due_on:
            late = one.question_due_on < today
            by = f": overdue since {words.day(one.question_due_on)}" if late else f" by {words.day(one.question_due_on)}"
        return Next(f"Answer the reviewer’s questions{by}", f"{here}/questions", manages)
    if one.state is State.REVIEWED and one.reply_due_on is not None and today <= one.reply_due_on:
        return Next(f"Reply to the draft finding by {words.day(one.reply_due_on)}", f"{here}/reply", manages or leads)
    if one.state is State.NOT_SUBMITTED:
        return Next("It was not handed in. Ask for more time", f"{here}/extension", manages or leads)
    waiting = {
        State.SIGNED_OFF: "It is handed in and waits for a reviewer",
        State.UNDER_REVIEW: "A reviewer is reading it",
        State.REVIEWED: "It is reviewed and will be published",
        State.PUBLISHED: "The finding is on your public page",
    }
    return Next(waiting.get(one.state, f"It is {one.state.value}"), here, False)


def _answering(one: Due, here: str) -> Next:
    if one.answers_given == one.answers_wanted:
        return Next("Everything is answered: send it for sign-off", f"{here}/send", True)
    if one.to_confirm:
        return Next(f"Confirm last year’s answers: {words.number(one.to_confirm)} left", here, True)
    return Next(f"Go on: {_progress(one)}", here, True)


def _progress(one: Due) -> str:
    return f"{one.answers_given} of {words.count(one.answers_wanted, 'expectation', 'expectations')} answered"
