"""Somebody walks through a scenario: what they choose leads on, until an ending explains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.accreditation.courses.records import Choice, Part, Scenario
from portal.accreditation.models import ScenarioTry
from portal.accreditation.operations import certifying, learning
from portal.accreditation.queries.learning import Walked
from portal.kernel import clock
from portal.kernel.db import hold, insert_unless_there
from portal.kernel.errors import Invalid, WrongState
from portal.kernel.errors import Step as Next
from portal.policy import Acting, Action, insist


@dataclass(frozen=True)
class Step:
    """A part that was come to, and what was chosen there (None: not yet, or an ending)."""

    part: Part
    chosen: Choice | None


def steps(scenario: Scenario, path: str) -> list[Step]:
    """The way that a path has gone, the part where it stands now last."""
    at = scenario.parts[scenario.start]
    gone = []
    for choice in _choices(path):
        chosen = at.choices[choice]
        gone.append(Step(at, chosen))
        at = scenario.parts[chosen.leads_to]
    return [*gone, Step(at, None)]


def _choices(path: str) -> Iterator[int]:
    return (int(one.rpartition(" ")[2]) for one in path.split(", ") if one)


def begin(at: Walked, *, by: Acting) -> None:
    """Begin to walk, or go on if a walk is open."""
    insist(by, Action.LEARN)
    if at.walk is None or at.walk.finished_at is not None:
        before = at.studied.version.id
        if hold(at.studied.begun).course_version_id != before:
            raise WrongState(
                "A newer version of this course came out just now. Your lessons are as you left them.",
                next_steps=[Next("Go on with the course", f"/learning/{at.studied.course.id}")],
            )
        number = at.walk.number + 1 if at.walk else 1
        insert_unless_there(ScenarioTry, ("enrolment_id", "scenario", "number"), enrolment_id=at.studied.begun.id,
                            scenario=at.scenario.slug, number=number, path="", began_at=clock.now(), version=1)  # fmt: skip


def choose(at: Walked, step: int, choice: int | None, *, by: Acting) -> None:
    """Choose at the step that was shown. A step that was taken already, in another window or before going back, stays taken."""
    insist(by, Action.LEARN)
    walk = at.walk
    if walk is None or walk.finished_at is not None:
        return
    gone = steps(at.scenario, walk.path)
    here = gone[-1].part
    if step != len(gone):
        return
    if choice is None:
        raise Invalid("choice", "Choose what you say or do")
    if not 0 <= choice < len(here.choices):
        raise Invalid("choice", "Choose from what is offered here")
    walk.path = ", ".join(filter(None, (walk.path, f"{here.name} {choice}")))
    ended = steps(at.scenario, walk.path)
    if not ended[-1].part.choices:
        _finish(at, walk, [one.chosen for one in ended if one.chosen], by)


def _finish(at: Walked, walk: ScenarioTry, chosen: list[Choice], by: Acting) -> None:
    walk.finished_at = clock.now()
    walk.points = sum(one.points for one in chosen)
    walk.passed = judged(at.scenario, chosen)
    if walk.passed:
        seconds = (walk.finished_at - walk.began_at).total_seconds()
        claimed = at.scenario.minutes
        learning.count(
            at.studied, f"scenario {at.scenario.slug}", at.scenario.title, claimed=claimed, observed=min(claimed * 2, round(seconds / 60)), by=by
        )  # fmt: skip
        certifying.give_if_whole(at.studied.begun.id, by=by)


def judged(scenario: Scenario, chosen: list[Choice]) -> bool:
    """Whether what was chosen passes: enough of the points of the best path, and nothing that must never be done."""
    points = sum(one.points for one in chosen)
    return not any(one.critical for one in chosen) and points * 100 >= scenario.pass_mark * scenario.best
