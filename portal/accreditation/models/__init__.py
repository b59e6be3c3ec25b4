"""The rows of accreditation: courses that were published, and what people did with them."""

from portal.accreditation.models.examining import Attempt, AttemptItem, TimeAllowed
from portal.accreditation.models.learning import CpdEntry, Enrolment, LessonRead, ScenarioTry
from portal.accreditation.models.marking import (
    Appeal,
    KeptComment,
    Marking,
    MarkingSheet,
    MustNotFound,
    PracticeMarking,
    Tie,
    Work,
    WorkMark,
    WorkText,
)
from portal.accreditation.models.publishing import CourseFile, CourseVersion

__all__ = [
    "Appeal", "Attempt", "AttemptItem", "CourseFile", "CourseVersion", "CpdEntry", "Enrolment", "KeptComment", "LessonRead", "Marking",
    "MarkingSheet", "MustNotFound", "PracticeMarking", "ScenarioTry", "Tie", "TimeAllowed", "Work", "WorkMark", "WorkText",
]  # fmt: skip
