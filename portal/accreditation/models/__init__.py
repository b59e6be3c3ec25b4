"""The rows of accreditation: courses that were published, and what people did with them."""

from portal.accreditation.models.certifying import AwardEdition, Certificate, CertificateDecision
from portal.accreditation.models.examining import Attempt, AttemptItem, TimeAllowed
from portal.accreditation.models.learning import CpdEntry, Enrolment, LessonRead, ScenarioTry
from portal.accreditation.models.publishing import CourseFile, CourseVersion

__all__ = [
    "Attempt", "AttemptItem", "AwardEdition", "Certificate", "CertificateDecision", "CourseFile", "CourseVersion", "CpdEntry", "Enrolment",
    "LessonRead", "ScenarioTry", "TimeAllowed",
]  # fmt: skip
