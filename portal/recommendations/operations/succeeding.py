"""How one recommendation goes on as another: what is held meanwhile, what the new one takes along, who is told.

What was promised, answered, reported and pinned takes no part in it: it stays with the old one for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference
from portal.kernel.errors import Both, Stale, Step, WrongState
from portal.organisations.models import Organisation
from portal.outbox import Letter
from portal.policy import Acting
from portal.recommendations import checking, queries
from portal.recommendations.lifecycle import DELIVERY, DRAFTING, DeliveryVerb, DraftVerb, Ending, Replaced
from portal.recommendations.models import ComplainantAddress, Recommendation, Succession
from portal.recommendations.operations import describing, drafting, ending
from portal.recommendations.operations.approving import put_out
from portal.recommendations.operations.standing import refuse_unless_open, refuse_unless_settled
from portal.recommendations.operations.telling import tell_organisation
from portal.recommendations.queries.about import about
from portal.recommendations.types import type_of

SAYS = ("type", "severity", "failing", "text", "public_text", "due_on")
Shown = Sequence[tuple[Recommendation, int]]  # each with its version as it was shown

# The whole case is held, in the order of ids: two officers at once would otherwise give one number of it away twice.
_HELD = (
    sa.select(Recommendation)
    .where(sa.or_(Recommendation.id.in_(sa.bindparam("ids", expanding=True)), Recommendation.case_reference == sa.bindparam("case")))
    .order_by(Recommendation.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)


_NUMBERS = sa.select(Recommendation.number).where(Recommendation.case_reference == sa.bindparam("case"))
_ADDRESS = ComplainantAddress.__table__
_ADDRESSES = sa.select(_ADDRESS.c.address).where(_ADDRESS.c.recommendation_id.in_(sa.bindparam("ids", expanding=True)))


def hold_open(shown: Shown, typed: Callable[[], list[Both]]) -> Iterator[int]:
    """Hold them as they are now, or refuse; the free numbers of the first one's case. `typed`: what a stale page had on it."""
    case = shown[0][0].case_reference
    db.session.scalars(_HELD, {"ids": [one.id for one, _ in shown], "case": case}).all()
    for one, _ in shown:
        refuse_unless_open(one)
        refuse_unless_settled(one)
    for one, version in shown:
        if one.version != version:
            raise Stale(f"{one.reference} was changed after you opened this page. Read it again first.", fields=typed(), version=shown[0][0].version)
    # A statement of its own: one that waited for the case does not see what the other officer added to it meanwhile.
    return _free_numbers(case, set(db.session.scalars(_NUMBERS, {"case": case})))


def _free_numbers(case: str, taken: set[int]) -> Iterator[int]:
    last = max(taken)
    yield from range(last + 1, checking.MOST_OF_A_CASE + 1)
    yield from (number for number in range(1, last) if number not in taken)
    raise WrongState(f"Case {case} has {checking.MOST_OF_A_CASE} recommendations, so no more can be issued in it. Withdraw it, and draft another.")


def refuse_closed(one: Recommendation) -> Organisation:
    """Nothing new is issued to an organisation that closed: it is transferred first."""
    organisation = queries.organisation_of(one)
    if organisation.closed_on is not None and organisation.closed_on <= clock.today():
        raise WrongState(
            f"{organisation.name} closed on {words.day(organisation.closed_on)}. Transfer the recommendation to its successor first.",
            next_steps=[Step("Transfer it", f"/recommendations/{one.reference}/transfer")],
        )
    return organisation


def checked(old: Recommendation, number: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the next one of the case says, as it may be stored, or Invalid."""
    return drafting.checked({**{name: said[name] for name in SAYS}, "case_reference": old.case_reference, "number": number})


def follow(old: Recommendation, organisation: Organisation, facts: Mapping[str, Any], *, worded_by: str, by: Acting) -> Recommendation:
    """Issue what follows on from `old`. Its author is that of the old one, and whoever acts has approved it."""
    now = clock.now()
    one = Recommendation(
        **facts, reference=fresh_reference(Recommendation, "RC"), organisation_id=organisation.id,
        organisation_kind=organisation.kind, state=DRAFTING.first, drafted_by_id=old.drafted_by_id, drafted_by=old.drafted_by,
        drafted_at=now, sent_at=now, officer_id=old.officer_id, officer=old.officer,
    )  # fmt: skip
    DRAFTING.move(one, DraftVerb.SEND)
    put_out(one, worded_by=worded_by, by=by)
    return one


def addresses_of(*olds: Recommendation) -> set[str]:
    """Where the complainant can be asked about them: read before they end, for then it is forgotten."""
    return set(db.session.scalars(_ADDRESSES, {"ids": [old.id for old in olds]}))


def end(one: Recommendation, how: Ending, *, reason: str, by: Acting) -> None:
    """It has ended in this way, today, and nothing about it waits for anybody any more."""
    DELIVERY.move(one, DeliveryVerb.TRANSFER if how is Ending.TRANSFERRED else DeliveryVerb.OVERTAKE)
    ending.end(one, how, why=reason, by=by)


def go_on(
    olds: Sequence[Recommendation], news: Sequence[Recommendation], how: Replaced, *, reason: str, addresses: set[str], by: Acting
) -> None:
    """Note that each old one goes on as each new one, which is about the same.

    Whoever could be asked about the old one can be asked about the new one. Where there are several addresses, nobody is: it
    must not be guessed who is asked about what.
    """
    what, now = about(*(old.id for old in olds)), clock.now()
    for new in news:
        describing.store(new.id, what)
        if len(addresses) == 1 and type_of(new.type).asks_complainant:
            asked = {"recommendation_id": new.id, "address": next(iter(addresses)), "noted_at": now}
            db.session.execute(sa.insert(_ADDRESS), [asked])
            audit.record(Event.COMPLAINANT_NOTED, new, by=by)
    db.session.add_all(
        Succession(
            old_id=old.id, new_id=new.id, recommendation_reference=old.reference, organisation_id=old.organisation_id,
            how=how, reason=reason, at=now, by=by.name,
        )
        for old in olds
        for new in news
    )  # fmt: skip


def tell_replaced(says: str, about: Recommendation, olds: Sequence[Recommendation], news: Sequence[Recommendation], reason: str) -> None:
    """One letter to each of those who answer for the organisation, whatever the number of old and new ones."""
    new = [{"reference": one.reference, "due": words.weekday(one.due_on), "text": one.text} for one in news]
    tell_organisation(Letter.RECOMMENDATION_REPLACED, about, says=says, reason=reason, new=new, old=[old.reference for old in olds])
