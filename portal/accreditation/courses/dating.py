"""Dates that a question asks for, by the rules that the portal keeps its own deadlines by."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel import working_days


class Unit(enum.Enum):
    DAYS = "days"
    WORKING_DAYS = "working days"
    MONTHS = "months"


START = "{start}"
_RULE = re.compile(
    r"^(?P<count>\d{1,3}) (?P<unit>working days?|days?|months?) (?P<way>after|before) \{start\}(?P<moves>, or the next working day)?$"
)


@dataclass(frozen=True)
class DateRule:
    """`count` is negative for days before the start."""

    count: int
    unit: Unit
    moves_on: bool = False  # from a day off to the next working day

    def of(self, start: date) -> date:
        """The day that this rule gives for a start."""
        if self.unit is Unit.WORKING_DAYS:
            day = working_days.add_working_days(start, self.count)
        elif self.unit is Unit.MONTHS:
            day = working_days.add_months(start, self.count)
        else:
            day = start + timedelta(days=self.count)
        return working_days.next_working_day(day) if self.moves_on else day


def rule(text: str) -> DateRule | None:
    """The rule that these words are, for example "3 working days after {start}"; None if they are none."""
    found = _RULE.match(" ".join(text.split()))
    if found is None or not int(found["count"]):
        return None
    unit = next(unit for unit in Unit if unit.value.rstrip("s") == found["unit"].rstrip("s"))
    count = int(found["count"]) * (1 if found["way"] == "after" else -1)
    return DateRule(count, unit, found["moves"] is not None)


def days(text: str) -> tuple[date, date] | None:
    """The first and last day of "2026-12-01 to 2027-01-31", or of one day alone; None if it is neither."""
    first, _, last = text.partition(" to ")
    try:
        between = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        return None
    return between if between[0] <= between[1] and between[0].year > working_days.FIRST_YEAR else None
