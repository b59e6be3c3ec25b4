"""An officer who did not draft it splits, merges, supersedes, withdraws or transfers what was issued.

The old one ends and its reference resolves for ever; what takes its place is issued at once, and waits for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.errors import Both, Invalid, Step, WrongState
from portal.organisations.models import Organisation
from portal.organisations.queries.register import heirs_of
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.recommendations import queries
from portal.recommendations.lifecycle import Ending, Replaced
from portal.recommendations.models import Recommendation
from portal.recommendations.operations.drafting import both, checked_reason
from portal.recommendations.operations.succeeding import (
    SAYS,
    Shown,
    addresses_of,
    checked,
    end,
    follow,
    go_on,
    hold_open,
    refuse_closed,
    tell_replaced,
)
from portal.recommendations.operations.telling import tell_organisation

MOST_PARTS = 10


def split(one: Recommendation, parts: Sequence[Mapping[str, Any]], *, reason: str, version: int, by: Acting) -> list[Recommendation]:
    """In its place two or more, each with values for some of SAYS; what a part does not say is as in the old one."""
    insist(by, Action.REPLACE_RECOMMENDATION, one)
    free = hold_open([(one, version)], lambda: [
        *(field for at, part in enumerate(parts) for field in _part(at, both(one, dict(part), f"parts-{at}-"))), _why(reason),
    ])  # fmt: skip
    organisation = refuse_closed(one)
    if not 2 <= len(parts) <= MOST_PARTS:
        raise Invalid("parts", f"Enter from 2 to {MOST_PARTS} parts. To put it in other words, replace it")
    reason = checked_reason(reason)
    facts = [_checked_part(one, at, next(free), part) for at, part in enumerate(parts)]
    addresses = addresses_of(one)
    end(one, Ending.SPLIT, reason=reason, by=by)
    news = [follow(one, organisation, each, worded_by=by.name, by=by) for each in facts]
    go_on([one], news, Replaced.SPLIT, reason=reason, addresses=addresses, by=by)
    into = [new.reference for new in news]
    audit.record(Event.RECOMMENDATION_SPLIT, one, by=by, into=into, reason=reason)
    tell_replaced(f"Recommendation {one.reference} was split into {words.listing(into)}", one, [one], news, reason)
    return news


def merge(shown: Shown, *, reason: str, by: Acting, **said: Any) -> Recommendation:
    """In the place of several of one organisation one, with a value for each of SAYS. It stands in the case of the first."""
    for one, _ in shown:
        insist(by, Action.REPLACE_RECOMMENDATION, one)
    olds = [one for one, _ in shown]
    first = olds[0]
    free = hold_open(shown, lambda: [
        *(Both("Merged with it", one.reference, f"{one.reference}.{one.version}", "others") for one in olds[1:]), *both(first, said), _why(reason),
    ])  # fmt: skip
    if len({one.id for one in olds}) < max(2, len(olds)):
        raise Invalid("others", "Choose at least one other recommendation to merge it with, and each only once")
    if {one.organisation_id for one in olds} != {first.organisation_id}:
        raise Invalid("others", "Choose recommendations to the same organisation")
    organisation = refuse_closed(first)
    reason, facts = checked_reason(reason), checked(first, next(free), said)
    addresses = addresses_of(*olds)
    for one in olds:
        end(one, Ending.MERGED, reason=reason, by=by)
    new = follow(first, organisation, facts, worded_by=by.name, by=by)
    go_on(olds, [new], Replaced.MERGED, reason=reason, addresses=addresses, by=by)
    for one in olds:
        audit.record(Event.RECOMMENDATION_MERGED, one, by=by, into=[new.reference], reason=reason)
    says = f"Recommendations {words.listing([one.reference for one in olds])} were merged into {new.reference}"
    tell_replaced(says, new, olds, [new], reason)
    return new


def supersede(one: Recommendation, *, reason: str, version: int, by: Acting, **said: Any) -> Recommendation:
    """In its place another, with a value for each of SAYS."""
    insist(by, Action.REPLACE_RECOMMENDATION, one)
    free = hold_open([(one, version)], lambda: [*both(one, said), _why(reason)])
    organisation = refuse_closed(one)
    reason, facts = checked_reason(reason), checked(one, next(free), said)
    addresses = addresses_of(one)
    end(one, Ending.SUPERSEDED, reason=reason, by=by)
    new = follow(one, organisation, facts, worded_by=by.name, by=by)
    go_on([one], [new], Replaced.SUPERSEDED, reason=reason, addresses=addresses, by=by)
    audit.record(Event.RECOMMENDATION_SUPERSEDED, one, by=by, into=[new.reference], reason=reason)
    tell_replaced(f"Recommendation {one.reference} was replaced by {new.reference}", one, [one], [new], reason)
    return new


def withdraw(one: Recommendation, *, reason: str, version: int, by: Acting) -> None:
    """Nothing takes its place."""
    insist(by, Action.REPLACE_RECOMMENDATION, one)
    hold_open([(one, version)], lambda: [_why(reason)])
    reason = checked_reason(reason)
    end(one, Ending.WITHDRAWN, reason=reason, by=by)
    audit.record(Event.RECOMMENDATION_WITHDRAWN, one, by=by, reason=reason)
    tell_organisation(Letter.RECOMMENDATION_WITHDRAWN, one, reason=reason)


def transfer(one: Recommendation, successor: Organisation, *, due_on: date, reason: str, version: int, by: Acting) -> Recommendation:
    """It goes on, in the same words, with an organisation that took over from the one that closed."""
    insist(by, Action.REPLACE_RECOMMENDATION, one)
    insist(by, Action.DRAFT_RECOMMENDATION, successor)
    typed = {"due_on": due_on}
    free = hold_open([(one, version)], lambda: [Both("Successor", "", successor.code, "successor"), *both(one, typed), _why(reason)])
    closed = queries.organisation_of(one)
    if successor.id not in {heir.id for heir in heirs(closed)}:
        raise Invalid("successor", f"{successor.name} did not take over from {closed.name}. Choose one that did")
    reason, facts = checked_reason(reason), checked(one, next(free), _as_before(one) | typed)
    addresses = addresses_of(one)
    end(one, Ending.TRANSFERRED, reason=reason, by=by)
    new = follow(one, successor, facts, worded_by=one.drafted_by, by=by)
    go_on([one], [new], Replaced.TRANSFERRED, reason=reason, addresses=addresses, by=by)
    audit.record(Event.RECOMMENDATION_TRANSFERRED, one, by=by, into=[new.reference], successor=successor.code, reason=reason)
    _tell_successor(one, closed, new, reason)
    tell_replaced(f"Recommendation {one.reference} was transferred to {successor.name} as {new.reference}", one, [one], [new], reason)
    return new


def heirs(organisation: Organisation) -> list[Organisation]:
    """Who may be given what was recommended to it; refused while it is open, or where the register names nobody."""
    if organisation.closed_on is None or organisation.closed_on > clock.today():
        raise WrongState(f"{organisation.name} is open, so nobody has taken over from it. A recommendation moves only with a merger or a closure.")
    found = [one for one in heirs_of(organisation.id) if one.closed_on is None or one.closed_on > clock.today()]
    if not found:
        raise WrongState(
            f"The register names no open successor of {organisation.name}. Name it in the register first; an administrator can.",
            next_steps=[Step(f"Open {organisation.name}", f"/organisations/{organisation.code}")],
        )
    return found


def _as_before(one: Recommendation) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SAYS}


def _checked_part(one: Recommendation, at: int, number: int, part: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return checked(one, number, _as_before(one) | dict(part))
    except Invalid as refusal:
        raise Invalid(f"parts-{at}-{refusal.field}", f"Part {at + 1}: {refusal.message}") from None


def _why(reason: str) -> Both:
    return Both("Why", "", words.clean(reason), "reason")


def _part(at: int, fields: Sequence[Both]) -> list[Both]:
    """What one part of a stale page had on it. Nothing stands there yet."""
    return [Both(f"Part {at + 1}: {field.label}", field.theirs if at == 0 else "", field.yours, field.name) for field in fields]


def _tell_successor(old: Recommendation, closed: Organisation, new: Recommendation, reason: str) -> None:
    tell_organisation(
        Letter.RECOMMENDATION_TAKEN_OVER, new, closed=closed.name, case=new.case_reference, due=words.weekday(new.due_on), text=new.text,
        reason=reason, old=old.reference,
    )  # fmt: skip
