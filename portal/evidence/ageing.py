"""What is going stale: its review is due or past, or the period it covers ended long ago."""

from __future__ import annotations

import enum
from datetime import date, timedelta

from portal.kernel.working_days import add_months

SOON = timedelta(days=60)
LONG_AGO = 12  # months since the end of the period covered


class Ageing(enum.Enum):
    """One sign of age; the value is what pages say of it."""

    REVIEW_PASSED = "its review date has passed"
    REVIEW_SOON = "its review is due within 60 days"
    COVERS_LONG_AGO = "the period it covers ended over a year ago"


def soon(today: date) -> date:
    """The last review date that counts as soon."""
    return today + SOON


def long_ago(today: date) -> date:
    """A period that ended before this day ended over a year ago."""
    return add_months(today, -LONG_AGO)


def ageing(review_on: date | None, covers_until: date | None, today: date) -> tuple[Ageing, ...]:
    """Every sign of age, the most pressing first; a review date of today has not passed."""
    found = []
    if review_on is not None and review_on <= soon(today):
        found.append(Ageing.REVIEW_PASSED if review_on < today else Ageing.REVIEW_SOON)
    if covers_until is not None and covers_until < long_ago(today):
        found.append(Ageing.COVERS_LONG_AGO)
    return tuple(found)
