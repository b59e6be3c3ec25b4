"""A paper's result computed again, from what was exported of it and the files of the course alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from portal.accreditation import marking, sittings
from portal.accreditation.courses.records import Course


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


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
