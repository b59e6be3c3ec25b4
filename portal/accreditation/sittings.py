"""When a paper may be sat, how long it lasts, and until when an answer is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.accreditation.courses.records import Paper

GRACE = timedelta(seconds=60)  # a slow line is nobody's fault
MOST_EXTRA = 300  # per cent


@dataclass(frozen=True)
class Sat:
    """An examination that is over."""

    ended_at: datetime
    passed: bool


def deadline(began_at: datetime, minutes: int, extra: int) -> datetime:
    """When a paper of so many minutes ends; `extra` per cent of time for whoever needs it."""
    return began_at + timedelta(seconds=minutes * 60 * (100 + extra) // 100)


def taken(at: datetime, deadline_at: datetime) -> bool:
    """Whether an answer that comes now still counts."""
    return at <= deadline_at + GRACE


def late(at: datetime, deadline_at: datetime) -> bool:
    """Whether it counts only by the grace of a slow line."""
    return deadline_at < at <= deadline_at + GRACE


def opens_at(paper: Paper, sat: Sequence[Sat]) -> datetime | None:
    """When the next examination may begin, after these (oldest first); None for at once.

    After each so many attempts without a pass there is a pause, to read again what was not known."""
    failed = 0
    for one in sat:
        failed = 0 if one.passed else failed + 1
    return sat[-1].ended_at + timedelta(hours=paper.wait_hours) if failed and failed % paper.attempts == 0 else None


def attempts_left(paper: Paper, sat: Sequence[Sat]) -> int:
    """How many are left before the next pause."""
    failed = 0
    for one in sat:
        failed = 0 if one.passed else failed + 1
    return paper.attempts - failed % paper.attempts
