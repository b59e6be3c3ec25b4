"""Dates, counts and lists as GOV.UK style writes them, and the one way that typed text is cleaned."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from portal.kernel import clock

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
# Control characters but tab and newline; halves of surrogate pairs, which no database stores; marks that turn the
# direction of text round, with which one name can be made to read as another; and characters that show nothing.
# The joiners U+200C and U+200D stay: Persian and emoji need them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]"
)


def day(value: date) -> str:
    """4 June 2026. A moment is written as the day it was in London."""
    on = _day_of(value)
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def days_from_to(first: date | None, last: date | None) -> str:
    """1 April 2025 to 31 March 2026; from 1 April 2025, or up to 31 March 2026, where one is not known; nothing for neither."""
    if first is None:
        return f"up to {day(last)}" if last is not None else ""
    return f"{day(first)} to {day(last)}" if last is not None else f"from {day(first)}"


def weekday(value: date) -> str:
    """Thursday 4 June 2026, for a deadline that a person plans by."""
    return f"{WEEKDAYS[_day_of(value).weekday()]} {day(value)}"


def time(value: datetime) -> str:
    """3:05pm, 3pm, midday or midnight, in London.

    Midnight is the first minute of a day, so a deadline is written as its last day, not as a time.
    """
    there = clock.london(value)
    if there.minute == 0 and there.hour in (0, 12):
        return "midday" if there.hour else "midnight"
    minutes = f":{there.minute:02}" if there.minute else ""
    return f"{there.hour % 12 or 12}{minutes}{'am' if there.hour < 12 else 'pm'}"


def moment(value: datetime) -> str:
    """4 June 2026 at 3:05pm, in London."""
    return f"{day(value)} at {time(value)}"


def number(value: int) -> str:
    """1,234."""
    return f"{value:,}"


def count(value: int, one: str, many: str) -> str:
    """1 answer, 2 answers, 1,234 answers, and in place of 0 "no answers"; a table shows `number` instead."""
    if value == 0:
        return f"no {many}"
    return f"{number(value)} {one if value == 1 else many}"


def file_size(value: int) -> str:
    """900 bytes, 12 KB or 3.4 MB, in steps of a thousand and rounded up."""
    if value < 1000:
        return count(value, "byte", "bytes")
    if value < 1_000_000:
        return f"{-(-value // 1000)} KB"
    return f"{-(-value // 100_000) / 10:.1f} MB".replace(".0 MB", " MB")


def listing(items: Iterable[str], joining: str = "and") -> str:
    """a, b and c, without a comma before the last; nothing for no items."""
    *rest, last = list(items) or [""]
    return f"{', '.join(rest)} {joining} {last}" if rest else last


def remaining(days: int) -> str:
    """What is left before a deadline, in calendar days: due in 3 days, due tomorrow, due today, 2 days overdue."""
    if days < 0:
        return f"{count(-days, 'day', 'days')} overdue"
    near = {0: "due today", 1: "due tomorrow"}
    return near.get(days) or f"due in {count(days, 'day', 'days')}"


def clean(text: str) -> str:
    """`text` as it may be stored: line ends as newlines, nothing hidden in it, no spaces at the end of a line, in NFC.

    Cleaning twice changes nothing more. Text that shows nothing comes back empty, so that it counts as missing.
    """
    shown = _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))
    composed = unicodedata.normalize("NFC", shown)
    trimmed = "\n".join(line.rstrip() for line in composed.split("\n")).strip()
    return trimmed if _can_be_seen(trimmed) else ""


def clean_line(text: str) -> str:
    """`text` cleaned for a field of one line: every run of spaces, tabs and newlines becomes one space."""
    return clean(" ".join(clean(text).split()))


def _can_be_seen(text: str) -> bool:
    return any(not (letter.isspace() or unicodedata.category(letter) == "Cf") for letter in text)


def _day_of(value: date) -> date:
    return clock.london(value).date() if isinstance(value, datetime) else value
