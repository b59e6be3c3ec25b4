"""The rows of accreditation: courses that were published, and what people did with them."""

from portal.accreditation.models.certifying import AwardEdition, Certificate, CertificateDecision
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
from portal.accreditation.models.posts import PublishedFigure, StatedPosts
from portal.accreditation.models.publishing import CourseFigures, CourseFile, CourseVersion
from portal.accreditation.models.remarking import PassDecision, Remark, RemarkedPaper

__all__ = [
    "Appeal", "Attempt", "AttemptItem", "AwardEdition", "Certificate", "CertificateDecision", "CourseFigures", "CourseFile", "CourseVersion", "CpdEntry",
    "Enrolment", "KeptComment", "LessonRead", "Marking", "MarkingSheet", "MustNotFound", "PassDecision", "PracticeMarking", "PublishedFigure",
    "Remark", "RemarkedPaper", "ScenarioTry", "StatedPosts", "Tie", "TimeAllowed", "Work", "WorkMark", "WorkText",
]  # fmt: skip
