"""What is said of accredited posts: the share a kind of organisation is asked for, and the figure as it may be published. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.kernel import clock

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
    return hashlib.sha256("\n".join([before, code, month.isoformat(), figure, _moment(published_at), by]).encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def statement(address: str, before: str, code: str, month: date, said: Figure | None, published_at: datetime, by: str) -> dict[str, Any]:
    """One published month as claims to sign: all that its hash is made of, and what was done to the numbers."""
    body = f"{address}/organisations/{code}"
    return {
        "iss": f"{address}/issuers/main", "sub": body, "jti": f"{body}/accredited/{month:%Y-%m}.jwt", "iat": int(published_at.timestamp()),
        "organisation": code, "month": month.isoformat(), "on": clock.london(published_at).date().isoformat(),
        "accredited": said.accredited if said else None, "posts": said.posts if said else None, "rounded_to": NEAREST, "hidden_below": FEWEST,
        "published_at": _moment(published_at), "published_by": by, "before": before, "sha256": digest(before, code, month, said, published_at, by),
    }  # fmt: skip
