"""What of last year's answer is carried into this year's, and what is asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.standards.records import ProfiledExpectation


@dataclass(frozen=True)
class LastAnswer:
    """An answer of the last assessment that was handed in."""

    expectation: str
    level: int | None
    not_applicable_why: str
    claim: str
    proof: str
    proof_link: str
    proof_on: date | None
    gap: str
    action: str
    action_owner: str
    action_due_on: date | None

    @property
    def says_something(self) -> bool:
        return self.level is not None or self.not_applicable_why != ""


def rows(
    profile: Iterable[ProfiledExpectation],
    last: Mapping[str, LastAnswer],
    reworded: Collection[str],
    *,
    today: date,
    stood: Mapping[str, int | None] | None = None,
) -> list[dict[str, Any]]:
    """The answers an assessment begins with, in the order of the standard.

    `stood` are the levels of last year's published finding; without one the levels that were claimed stood.
    """
    standing = stood or {}
    return [
        {
            "expectation": one.code,
            "position": position,
            "weight": one.weight.value,
            "target": one.target,
            **carried(last.get(one.code), one, reworded=one.code in reworded, today=today),
            "last_level": _stood(last.get(one.code), standing),
        }
        for position, one in enumerate(profile, start=1)
    ]


def _stood(last: LastAnswer | None, standing: Mapping[str, int | None]) -> int | None:
    """The level that stood at the end of last year: as it was published, or else as it was claimed."""
    if last is None:
        return None
    return standing.get(last.expectation, last.level)


def carried(
    last: LastAnswer | None, expectation: ProfiledExpectation, *, reworded: bool, today: date
) -> dict[str, Any]:
    """One answer as it begins: last year's text, waiting to be confirmed; or empty.

    A date for an action that has passed is left for the person to set again. Words of a gap are carried only while
    the level is still under the target.
    """
    if last is None or not last.says_something:
        return _facts(None, carried=False, reworded=False)
    under = last.level is not None and last.level < expectation.target
    kept = last if under else _without_gap(last)
    due = kept.action_due_on if kept.action_due_on is not None and kept.action_due_on > today else None
    return {**_facts(kept, carried=True, reworded=reworded), "action_due_on": due}


def _without_gap(last: LastAnswer) -> LastAnswer:
    return LastAnswer(
        last.expectation, last.level, last.not_applicable_why, last.claim, last.proof, last.proof_link, last.proof_on,
        gap="", action="", action_owner="", action_due_on=None,
    )  # fmt: skip


def _facts(last: LastAnswer | None, *, carried: bool, reworded: bool) -> dict[str, Any]:
    return {
        "level": last.level if last else None,
        "last_level": last.level if last else None,
        "not_applicable_why": last.not_applicable_why if last else "",
        "claim": last.claim if last else "",
        "proof": last.proof if last else "",
        "proof_link": last.proof_link if last else "",
        "proof_on": last.proof_on if last else None,
        "gap": last.gap if last else "",
        "action": last.action if last else "",
        "action_owner": last.action_owner if last else "",
        "action_due_on": last.action_due_on if last else None,
        "carried": carried,
        "confirmed": not carried,
        "reworded": reworded,
    }
