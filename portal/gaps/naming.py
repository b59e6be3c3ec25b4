"""What the codes that gaps carry are called: expectations, pillars, and the ages that the register counts by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.gaps.models import RECOMMENDATIONS, GapKind, Severity
from portal.kernel.working_days import add_months
from portal.standards import library


@dataclass(frozen=True)
class Age:
    """A band of calendar months since a gap opened: `months` at least, and less than `under` (None: no end)."""

    slug: str
    words: str
    months: int
    under: int | None

    def days(self, today: date) -> tuple[date | None, date | None]:
        """The first day on which a gap of this age opened, and the day before which it did."""
        first = None if self.under is None else _month(today, 1 - self.under)
        before = None if self.months == 0 else _month(today, 1 - self.months)
        return first, before


AGES = (
    Age("under-3-months", "Under 3 months", 0, 3),
    Age("3-to-6-months", "3 to 6 months", 3, 6),
    Age("6-to-12-months", "6 to 12 months", 6, 12),
    Age("over-a-year", "Over a year", 12, None),
)
KINDS = {
    "below-target": GapKind.BELOW_TARGET,
    "not-submitted": GapKind.NOT_SUBMITTED,
    "overdue-promise": GapKind.OVERDUE_PROMISE,
    "refused": GapKind.REFUSED,
    "stalled": GapKind.STALLED,
    "too-few-accredited": GapKind.TOO_FEW_ACCREDITED,
}
SEVERITIES = {"legal-duty": Severity.STATUTORY, "serious": Severity.SERIOUS, "moderate": Severity.MODERATE}
KIND_WORDS = {
    GapKind.BELOW_TARGET: "Below target",
    GapKind.NOT_SUBMITTED: "Assessment not submitted",
    GapKind.OVERDUE_PROMISE: "Recommendation overdue",
    GapKind.REFUSED: "Recommendation refused",
    GapKind.STALLED: "Recommendation accepted, then stalled",
    GapKind.TOO_FEW_ACCREDITED: "Too few frontline posts accredited",
}
SEVERITY_WORDS = {
    Severity.STATUTORY: "A legal duty",
    Severity.SERIOUS: "Serious: 2 or more levels under target, 30 or more days late, or a grave injustice",
    Severity.MODERATE: "Moderate",
}
NO_PILLAR = "none"  # what addresses say for gaps that are about no expectation
_NO_PILLAR_OF_A_STANDARD = {"": "The assessment as a whole", RECOMMENDATIONS: "What the Ombudsman recommended"}


def _month(day: date, by: int) -> date:
    return add_months(day.replace(day=1), by)


def age_of(opened_on: date, today: date) -> Age:
    """The band by the month in which the gap opened, which is what the tallies keep."""
    months = (today.year - opened_on.year) * 12 + today.month - opened_on.month
    return next(age for age in AGES if age.under is None or months < age.under)


def title(expectation: str) -> str:
    """What the newest version of its standard calls an expectation; the code itself if no version knows it."""
    for standard in reversed(library.versions(expectation.partition("-")[0])):
        if standard.has(expectation):
            return standard.expectation(expectation).title
    return expectation


def about(expectation: str, kind: GapKind) -> str:
    """What a gap is about, in words."""
    return title(expectation) if expectation else KIND_WORDS[kind]


def heading(code: str) -> str:
    """A pillar with the standard it belongs to, for several standards share their pillars' names."""
    return pillar(code) if code in _NO_PILLAR_OF_A_STANDARD else f"{code.partition('-')[0]}: {pillar(code)}"


def pillar(code: str) -> str:
    """What the newest version of its standard calls a pillar; the words for gaps that are about no pillar."""
    if code in _NO_PILLAR_OF_A_STANDARD:
        return _NO_PILLAR_OF_A_STANDARD[code]
    for standard in reversed(library.versions(code.partition("-")[0])):
        for one in standard.pillars:
            if one.code == code:
                return one.title
    return code


def level(number: int | None) -> str:
    """2, Developing; the four levels have the same names in every standard."""
    if number is None:
        return "None"
    return f"{number}, {library.latest('NHS').levels[number - 1].name}"
