"""The result of a paper or a work computed again, from what was exported of it and the files of the course alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from portal.accreditation import marking, settling, sittings
from portal.accreditation.courses.records import Assignment, Course
from portal.accreditation.lifecycle import AppealState, Place, WorkState
from portal.accreditation.settling import HIGHEST, Given


def recheck(export: Mapping[str, Any], course: Course, corrected: Course | None = None) -> Iterator[str]:
    """What does not agree, one sentence each; nothing where everything does. `export` is as queries/exporting.py makes it.

    `corrected`: the version by which the paper was marked again, where the export names one."""
    if course.sha256 != export["sha256"]:
        yield f"the files of {course.id} are not those of the version that was sat: {course.sha256} is not {export['sha256']}"
        return
    marked_by = export.get("remarked")
    if marked_by and (corrected is None or corrected.sha256 != marked_by["sha256"]):
        yield f"the paper was marked again by version {marked_by['version']}, and its files are needed, whose hash is {marked_by['sha256']}"
        return
    ids = [one["question"] for one in export["items"]]
    unknown = [id for id in ids if id not in course.questions]
    if unknown or len(set(ids)) != len(ids):
        yield f"the paper asks what the course does not, or asks something twice: {', '.join(unknown) or 'a question stands in it twice'}"
        return
    judged = []
    for one in export["items"]:
        if one["answered_at"] and not sittings.taken(_moment(one["answered_at"]), _moment(export["deadline_at"])):
            yield f"question {one['question']} was answered after the time had run out"
        question = course.questions[one["question"]]
        if marked_by and corrected:
            question = marking.corrected(question, corrected.questions.get(question.id))
        found = marking.judge(question, date.fromisoformat(one["starts_on"]) if one["starts_on"] else None, one["answer"])
        if export["result"] and (found.right, found.critical is not None) != (one["correct"], one["critical"]):
            yield f"question {one['question']} was marked otherwise than its answer deserves"
        judged.append(found)
    if export["result"] is None:
        return
    result = marking.result(course.paper, judged)
    passed = result.passed and export["kind"] == "examination"
    came_to = {"correct": result.right, "asked": result.asked, "critical": result.critical, "passed": passed}
    for name, value in came_to.items():
        if export["result"][name] != value:
            yield f"{name} is {export['result'][name]} and comes to {value}"


def recheck_work(export: Mapping[str, Any], course: Course) -> Iterator[str]:
    """The same of a work; `export` is as queries/exporting.py makes it."""
    if course.sha256 != export["sha256"]:
        yield f"the files of {course.id} are not those of the version that was written for: {course.sha256} is not {export['sha256']}"
        return
    assignment = next((one for one in course.assignments if one.slug == export["assignment"]), None)
    if assignment is None:
        yield f"the course has no assignment {export['assignment']}"
        return
    appeal = export["appeal"]
    changed = appeal is not None and appeal["outcome"] == AppealState.CHANGED.value
    markings = [one for one in export["markings"] if one["place"] != Place.APPEAL.value or changed or appeal is None]
    if faults := list(_no_markings(assignment, markings, changed=changed)):
        yield from faults
        return
    given = {one["place"]: Given(one["levels"], frozenset(one["must_nots"])) for one in sorted(markings, key=lambda one: _moment(one["finished_at"]))}
    on_appeal = given.pop(Place.APPEAL.value, None)
    counted = list(given.values())
    differ = len(counted) >= 2 and bool(settling.differences(assignment, counted[0], counted[1]))
    asked = 3 if differ else assignment.assessors
    if len(counted) != asked:
        waits = WorkState.DIFFERING if differ else WorkState.HANDED_IN
        if len(counted) > asked or (export["state"], export["result"], appeal) != (waits.value, None, None):
            yield f"{len(counted)} assessors marked it, and {asked} were to before it is settled"
        return
    settled = settling.settled(assignment, counted)
    points, passed = settled.points, settled.passed
    if appeal is not None and (appeal["points_before"], appeal["passed_before"]) != (points, passed):
        yield f"the appeal was against {appeal['points_before']} points, and the markings come to {points}"
    if on_appeal is not None:
        points, passed = settling.after_appeal(assignment, points, passed, on_appeal)
        settled = settling.alone(assignment, on_appeal)
    state = WorkState.PASSED if passed else WorkState.NOT_PASSED
    if export["state"] != state.value:
        yield f"it is “{export['state']}” and comes to “{state.value}”"
    came_to = {"points": points, "passed": passed, "levels": settled.levels, "must_nots": sorted(settled.must_nots)}
    for name, value in came_to.items():
        said = export["result"][name] if export["result"] else None
        if said != value:
            yield f"{name} is {said} and comes to {value}"


def _no_markings(assignment: Assignment, markings: Sequence[Mapping[str, Any]], *, changed: bool) -> Iterator[str]:
    """Why these cannot be the markings of a work for this assignment, of which one `changed` the marks on appeal."""
    criteria, places = {criterion.title for criterion in assignment.criteria}, [one["place"] for one in markings]
    counting = {Place.FIRST.value, Place.SECOND.value, Place.THIRD.value}
    if len(set(places)) != len(places) or not set(places) <= counting | {Place.APPEAL.value} or (Place.APPEAL.value in places) is not changed:
        yield f"these are not the markings of one work: {', '.join(places) or 'none'}"
    for one in markings:
        if set(one["levels"]) != criteria or not set(one["levels"].values()) <= set(range(HIGHEST + 1)):
            yield f"the {one['place']} marking does not give each criterion a level from 0 to {HIGHEST}"
        if unknown := sorted(set(one["must_nots"]) - set(assignment.must_not)):
            yield f"the {one['place']} marking finds what the rubric does not name: {', '.join(unknown)}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
