"""Two people at one recommendation: it is held while one of them acts, and whoever comes second is shown both texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from portal import audit
from portal.kernel import words
from portal.kernel.db import hold
from portal.kernel.errors import Both, Stale, Step, WrongState
from portal.recommendations.lifecycle import DraftState
from portal.recommendations.models import Recommendation


def hold_issued(one: Recommendation) -> None:
    """Hold one that was issued; of a draft there is nothing to decide yet."""
    hold(one)
    if one.state is not DraftState.ISSUED:
        raise WrongState(f"Nothing can be decided about it yet: its draft is “{one.state.value}”.")


def insist_open(one: Recommendation, what_for: str) -> None:
    """Refuse where it has come to its end; `what_for`: what is of no use any more ("More time is no longer needed")."""
    if one.ended_on is not None:
        raise WrongState(
            f"{what_for}: the recommendation is “{one.delivery.value}” since {words.day(one.ended_on)}.",
            next_steps=[Step("See the recommendation", f"/recommendations/{one.reference}")],
        )


def stale(one: Recommendation, fields: Iterable[Both]) -> Stale:
    """What is told to whoever acts on what was changed since, with what happened last and by whom, as both sides may know it."""
    told = audit.trail(one.organisation_id, one.audited_as(), limit=1, drafting=False)
    last = f"{told[0].by_name}, {words.moment(told[0].at)}: {told[0].event.words}. " if told else ""
    return Stale(
        f"The recommendation changed after you opened this page. {last}What you wrote was not saved, and is below.",
        fields=[both for both in fields if both.theirs or both.yours], version=one.version, who=told[0].by_name if told else "",
    )  # fmt: skip


def both_days(label: str, name: str, theirs: date | None, yours: date | None) -> list[Both]:
    """The three boxes of a day, as a form sends them again."""
    return [
        Both(f"{label}: {part}", str(getattr(theirs, part, "")), str(getattr(yours, part, "")), f"{name}-{part}")
        for part in ("day", "month", "year")
    ]
