"""The shape of course.yaml and awards.yaml, and what must hold in them beyond their shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field

from portal.kernel.content import Check, Place, Record, Text, WholeNumber

Complaint = tuple[Place, str]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Percent = Annotated[WholeNumber, Field(ge=1, le=100)]
Minutes = Annotated[WholeNumber, Field(ge=1, le=2000)]
Months = Annotated[WholeNumber, Field(ge=1, le=120)]
CourseId = Annotated[str, Field(pattern=r"^[A-Z]{1,4}[0-9]{1,3}$")]


class ModuleEntry(Record):
    """A module; its lessons are the files in its folder."""

    folder: Annotated[str, Field(pattern=r"^\d\d-[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text


class OutcomeEntry(Record):
    """What a person can do afterwards."""

    code: Slug
    text: Annotated[Text, Field(max_length=200)]
    expectations: Annotated[tuple[Text, ...], Field(min_length=1)]


class TopicEntry(Record):
    """A file of the bank."""

    file: Slug
    title: Text


class PaperEntry(Record):
    """How the examination is drawn and sat."""

    questions_per_outcome: Annotated[WholeNumber, Field(ge=1, le=20)]
    pass_mark: Percent
    minutes: Annotated[WholeNumber, Field(ge=5, le=240)]
    attempts: Annotated[WholeNumber, Field(ge=1, le=10)]
    wait_hours: Annotated[WholeNumber, Field(ge=0, le=720)]


class ScenarioEntry(Record):
    """A scenario and what passes it."""

    file: Slug
    pass_mark: Percent


class AssignmentEntry(Record):
    """An assignment, and how it is marked."""

    file: Slug
    pass_mark: Percent
    least_level: Annotated[WholeNumber, Field(ge=0, le=4)]
    assessors: Annotated[WholeNumber, Field(ge=1, le=2)]
    third_when_levels_differ_by: Annotated[WholeNumber, Field(ge=1, le=4)]
    resubmissions: Annotated[WholeNumber, Field(ge=0, le=5)]


class RenewalEntry(Record):
    """What has to be done again when a certificate ends."""

    needs: Annotated[tuple[Literal["paper", "scenarios", "assignments"], ...], Field(min_length=1)]


class CourseEntry(Record):
    """course.yaml."""

    id: CourseId
    version: Annotated[str, Field(pattern=r"^\d{1,3}\.\d{1,3}\.\d{1,3}$")]
    title: Annotated[Text, Field(max_length=120)]
    about: Annotated[Text, Field(max_length=300)]
    audience: Annotated[Text, Field(max_length=200)]
    roles: Annotated[tuple[Literal["handler", "manager", "leader"], ...], Field(min_length=1)]
    settings: Annotated[tuple[Literal["nhs", "government"], ...], Field(min_length=1)]
    minutes: Minutes
    cpd_minutes: Minutes
    valid_months: Months
    standards: Annotated[tuple[Text, ...], Field(min_length=1)]
    modules: Annotated[tuple[ModuleEntry, ...], Field(min_length=1)]
    outcomes: Annotated[tuple[OutcomeEntry, ...], Field(min_length=1)]
    topics: Annotated[tuple[TopicEntry, ...], Field(min_length=1)]
    paper: PaperEntry
    scenarios: tuple[ScenarioEntry, ...]
    assignments: tuple[AssignmentEntry, ...]
    renewal: RenewalEntry


class AwardEntry(Record):
    """One award."""

    code: Slug
    title: Annotated[Text, Field(max_length=60)]
    about: Annotated[Text, Field(max_length=300)]
    courses: tuple[CourseId, ...]
    awards: tuple[Slug, ...]
    valid_months: Months


class AwardsFile(Record):
    """awards.yaml."""

    awards: Annotated[tuple[AwardEntry, ...], Field(min_length=1)]


def once(course: CourseEntry) -> Iterator[Complaint]:
    """Each module, outcome, topic, scenario and assignment has a name of its own."""
    named = {
        "modules": [one.folder for one in course.modules],
        "outcomes": [one.code for one in course.outcomes],
        "topics": [one.file for one in course.topics],
        "scenarios": [one.file for one in course.scenarios],
        "assignments": [one.file for one in course.assignments],
    }
    for where, names in named.items():
        for name, times in Counter(names).items():
            if times > 1:
                yield (where,), f"{name} stands here {times} times; each has a name of its own"


def expectations_known(codes: Collection[str]) -> Check[CourseEntry]:
    """Outcomes name expectations that are in a published standard."""

    def check(course: CourseEntry) -> Iterator[Complaint]:
        for number, outcome in enumerate(course.outcomes):
            for code in outcome.expectations:
                if code not in codes:
                    yield ("outcomes", number, "expectations"), f"{code} is not an expectation of a published standard"

    return check


def needs_exist(course: CourseEntry) -> Iterator[Complaint]:
    """Renewal asks only for what the course has."""
    if "scenarios" in course.renewal.needs and not course.scenarios:
        yield ("renewal", "needs"), "asks for scenarios, and the course has none"
    if "assignments" in course.renewal.needs and not course.assignments:
        yield ("renewal", "needs"), "asks for assignments, and the course has none"


def awards_fit(file: AwardsFile) -> Iterator[Complaint]:
    """Codes are used once, and an award is made of courses and of awards above it in the file."""
    above: set[str] = set()
    for number, award in enumerate(file.awards):
        if award.code in above:
            yield ("awards", number, "code"), f"{award.code} is used twice. Give each award its own code"
        if not award.courses and not award.awards:
            yield ("awards", number), "is made of nothing. Name a course or an award"
        for inner in award.awards:
            if inner not in above:
                yield ("awards", number, "awards"), f"{inner} does not stand above it. Awards that others are made of come first"
        above.add(award.code)
