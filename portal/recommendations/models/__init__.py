"""The rows: what was recommended, what was promised and reported, what was decided, what the complainant said."""

from portal.recommendations.models.asking import ComplainantAddress, ComplainantQuestion
from portal.recommendations.models.deciding import Contact, LadderStep, MoreTime, Pause, Verdict
from portal.recommendations.models.keeping import ApiToken, CalendarFeed, ImportedCases, SavedView
from portal.recommendations.models.promising import PromisedStep, Response
from portal.recommendations.models.recommendation import (
    CASE,
    NOTE,
    WORDS,
    Recommendation,
    Succession,
    Theme,
    Touched,
    Wording,
)
from portal.recommendations.models.reporting import LineSeen, ProgressReport

__all__ = [
    "CASE", "NOTE", "WORDS", "ApiToken", "CalendarFeed", "ComplainantAddress", "ComplainantQuestion", "Contact", "ImportedCases",
    "LadderStep", "LineSeen", "MoreTime", "Pause", "ProgressReport", "PromisedStep", "Recommendation", "Response", "SavedView",
    "Succession", "Theme", "Touched", "Verdict", "Wording",
]  # fmt: skip
