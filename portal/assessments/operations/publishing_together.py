"""Findings that are ready are published together; what is not, or no longer, is passed over with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.assessments.lifecycle import HANDED_IN, State
from portal.assessments.models import Assessment
from portal.assessments.operations import publishing
from portal.assessments.queries import publishable, queueing
from portal.assessments.queries.publishable import MOST_TOGETHER, Line
from portal.kernel import words
from portal.kernel.errors import Incomplete, WrongState
from portal.policy import Acting, Action, insist, may

CONFLICT = "You declared a conflict of interest with the organisation."


@dataclass(frozen=True)
class Sorted:
    """What could be published now, and what could not, each with why."""

    ready: tuple[Line, ...]
    waiting: tuple[tuple[Line, str], ...]


def sort(lines: Iterable[Line], *, by: Acting) -> Sorted:
    """Part the reviewed assessments into those that this person may publish now and the others."""
    insist(by, Action.PUBLISH)
    told = [(line, why_not(line, by)) for line in lines]
    return Sorted(tuple(line for line, why in told if not why), tuple((line, why) for line, why in told if why))


def why_not(line: Line, by: Acting) -> str:
    """Why it cannot be published by this person now; empty where it can."""
    if not may(by, Action.PUBLISH, line):
        return CONFLICT
    if line.window_open and line.reply_due_on is not None:
        return f"The organisation may reply until {words.day(line.reply_due_on)}."
    if line.waits_for_a_second_view:
        return "A lowered level waits for a second reviewer’s view."
    return "The organisation’s reply has no answer yet." if line.unanswered else ""


@dataclass(frozen=True)
class Told:
    """One assessment after the publishing; `why` is empty where it was published."""

    reference: str
    organisation: str
    why: str = ""


def publish(references: Sequence[str], *, by: Acting) -> tuple[Told, ...]:
    """Publish each of these that can be published now, and say of the others why they were passed over.

    They are held in one order, so that two people at once wait for each other and each finding is published once.
    """
    insist(by, Action.PUBLISH)
    wanted = list(dict.fromkeys(references))[:MOST_TOGETHER]
    names = publishable.organisations_of(wanted)
    # What was never handed in is unknown to reviewers, and stays so.
    held = [one for one in queueing.held(wanted) if one.state in HANDED_IN]
    return tuple(Told(one.reference, names[one.reference], _published(one, by)) for one in held)


def _published(assessment: Assessment, by: Acting) -> str:
    if not may(by, Action.PUBLISH, assessment):
        return CONFLICT
    if assessment.state is not State.REVIEWED:
        return f"It is “{assessment.state.value}” now."
    try:
        publishing.publish_held(assessment, by=by)
    except Incomplete as refusal:
        return "; ".join(step.text for step in refusal.missing) + "."
    except WrongState as refusal:
        return str(refusal)
    return ""
