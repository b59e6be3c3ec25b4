"""What is said of accredited posts: the share a kind of organisation is asked for, and the figure as it may be published. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

FEWEST = 10  # posts, below which a figure would say who is meant
NEAREST = 5  # what a published figure is rounded to
START = "0" * 64  # what the first month names as the one before it


@dataclass(frozen=True)
class Figure:
    """So many of so many frontline posts are held by accredited people."""

    accredited: int
    posts: int

    def reaches(self, target: int) -> bool:
        """Whether this is so many per cent."""
        return self.accredited * 100 >= target * self.posts

    @property
    def percent(self) -> int:
        """Rounded down, so that nobody reads 80% who has less."""
        return self.accredited * 100 // self.posts


def counted(people: int, posts: int) -> Figure:
    """The figure for so many accredited people; two who share a post hold one."""
    return Figure(min(people, posts), posts)


def published(figure: Figure) -> Figure | None:
    """The figure as the public reads it; None where too few posts are there to say anything."""
    return None if figure.posts < FEWEST else Figure(_rounded(figure.accredited), _rounded(figure.posts))


def _rounded(number: int) -> int:
    return (number + NEAREST // 2) // NEAREST * NEAREST


def digest(before: str, code: str, month: date, said: Figure | None, published_at: datetime, by: str) -> str:
    """The hash of one month: SHA-256 over the hash of the one before and what was published, joined by line feeds."""
    figure = f"{said.accredited} of {said.posts}" if said else "few"
    moment = published_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return hashlib.sha256("\n".join([before, code, month.isoformat(), figure, moment, by]).encode()).hexdigest()
