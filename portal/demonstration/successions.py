"""Recommendations of the demonstration that end otherwise than by a verdict: withdrawn, or gone on as others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from portal.audit import Event
from portal.demonstration.matters import Matter
from portal.demonstration.parties import Place
from portal.demonstration.texts import file
from portal.kernel.working_days import next_working_day
from portal.recommendations.lifecycle import DELIVERY, DeliveryVerb, Ending, Replaced
from portal.recommendations.models import Succession
from portal.recommendations.types import type_of

TELLS = {
    Replaced.SPLIT: Event.RECOMMENDATION_SPLIT,
    Replaced.MERGED: Event.RECOMMENDATION_MERGED,
    Replaced.SUPERSEDED: Event.RECOMMENDATION_SUPERSEDED,
    Replaced.TRANSFERRED: Event.RECOMMENDATION_TRANSFERRED,
}
LONGEST_HANDOVER = 40  # days from the closing of a body


def end_otherwise(matter: Matter, how: Ending) -> list[Matter]:
    """End it in one of the ways that leave nothing, one or two in its place; those that follow are issued."""
    match how:
        case Ending.WITHDRAWN:
            at, reason, by = matter.now(), matter.chance.choice(file("verdicts")["withdrawn"]), matter.another(matter.row["drafted_by_id"])
            matter.move(DELIVERY, DeliveryVerb.OVERTAKE)
            matter.end(how)
            matter.say(Event.RECOMMENDATION_WITHDRAWN, by.acting, at, reason=reason)
            matter.settle(by.acting, at)
            return []
        case Ending.SPLIT:
            check = file("verdicts")["split_off"] | {"failing": matter.card["failing"]}
            news = [_follow(matter, card) for card in (matter.card, check)]
        case _:
            news = [_follow(matter, matter.card)]
    replace([matter], news, Replaced[how.name])
    return news


def merge(olds: Sequence[Matter]) -> Matter:
    """In the place of several of one case one."""
    new = _follow(olds[0], olds[0].card)
    replace(olds, [new], Replaced.MERGED)
    return new


def transfer_when_it_closes(matter: Matter, follow: Callable[[Matter], None]) -> None:
    """What is open when its organisation closes goes on with whoever took over from it. `follow`: what becomes of it there."""
    closed_on = matter.place.closed_on
    if closed_on is not None:
        day = next_working_day(closed_on + timedelta(days=matter.chance.randint(2, LONGEST_HANDOVER)))
        matter.later(day, lambda _: _transfer(matter, follow))


def _transfer(matter: Matter, follow: Callable[[Matter], None]) -> None:
    places = [matter.chronicle.places[one] for one in matter.place.successors if one in matter.chronicle.places]
    successor = next((one for one in places if one.there(matter.day, matter.day)), None)
    if not matter.open or successor is None:
        return
    if matter.row["objected"]:
        settled, by, at = matter.chance.choice(file("verdicts")["complainant"]["settled"]), matter.officer(), matter.now()
        matter.row["objected"] = False
        matter.say(Event.OBJECTION_SETTLED, by.acting, at, reason=settled)
    new = _follow(matter, matter.card, successor)
    replace([matter], [new], Replaced.TRANSFERRED)
    matter.gone = True
    follow(new)


def _follow(old: Matter, card: Mapping[str, Any], place: Place | None = None) -> Matter:
    """What takes its place: of the same author, approved by another, and issued at once."""
    weeks = type_of(card["type"]).weeks
    due_on = next_working_day(old.day + timedelta(weeks=weeks))
    return Matter(old.chronicle, old.case, place or old.place, card, old.day, due_on, after=old)


def replace(olds: Sequence[Matter], news: Sequence[Matter], how: Replaced) -> None:
    """End the old ones, issue the new ones, and note which goes on as which."""
    reason = file("verdicts")["replaced"][how.value]
    by = olds[0].another(olds[0].row["drafted_by_id"])
    into = [new.row["reference"] for new in news]
    for old in olds:
        at = old.now()
        old.move(DELIVERY, DeliveryVerb.TRANSFER if how is Replaced.TRANSFERRED else DeliveryVerb.OVERTAKE)
        old.end(Ending[how.name])
        facts: dict[str, Any] = {"successor": news[0].place.code} if how is Replaced.TRANSFERRED else {}
        old.say(TELLS[how], by.acting, at, into=into, reason=reason, **facts)
        old.settle(by.acting, at)
        for new in news:
            old.ledger.add(
                Succession, old_id=old.row["id"], new_id=new.row["id"], recommendation_reference=old.row["reference"],
                organisation_id=old.place.id, how=how, reason=reason, succeeded_at=at, succeeded_by=by.name,
            )  # fmt: skip
    for new in news:
        new.issue(approver=by)
