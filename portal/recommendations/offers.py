"""What somebody can do next with a recommendation: one table of links, each with who may follow it and when it is of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.kernel import clock
from portal.policy import Acting, Action, may
from portal.recommendations.lifecycle import ACCEPTANCE, DELIVERY, OPEN, Acceptance, Delivery, DeliveryVerb, Ending
from portal.recommendations.models import Recommendation

Condition = Callable[[Recommendation], bool]


@dataclass(frozen=True)
class Offer:
    """A link: its words, the view that it leads to, and whether it is the thing to do now."""

    words: str
    endpoint: str
    first: bool = False


def _open(one: Recommendation) -> bool:
    return one.delivery in OPEN


def _unanswered(one: Recommendation) -> bool:
    return _open(one) and not _was_answered(one)


def _was_answered(one: Recommendation) -> bool:
    return one.acceptance is not Acceptance.AWAITING


def _can_be_changed(one: Recommendation) -> bool:
    return _open(one) and _was_answered(one) and bool(ACCEPTANCE.offers(one.acceptance))


def _promised(one: Recommendation) -> bool:
    return _open(one) and one.acceptance in (Acceptance.ACCEPTED, Acceptance.IN_PART)


def _submitted(one: Recommendation) -> bool:
    return one.delivery is Delivery.SUBMITTED


def _answered_and_theirs(one: Recommendation) -> bool:
    return _open(one) and _was_answered(one) and not _submitted(one)


def _stands_still(one: Recommendation) -> bool:
    return _open(one) and one.paused_until is not None and one.paused_until > clock.today()


def _goes_on(one: Recommendation) -> bool:
    return _open(one) and not _stands_still(one)


def _could_reopen(one: Recommendation) -> bool:
    return one.ending is Ending.DECIDED and DELIVERY.can(one.delivery, DeliveryVerb.REOPEN)


def _always(_one: Recommendation) -> bool:
    return True


# (words, view, action, when, whether it is the thing to do now).
_TABLE: tuple[tuple[str, str, Action, Condition, bool], ...] = (
    ("Answer this recommendation", "answering.answer", Action.ANSWER_RECOMMENDATION, _unanswered, True),
    ("Report what was done", "reporting.report", Action.REPORT_PROGRESS, _answered_and_theirs, True),
    ("Report what was done", "reporting.report", Action.REPORT_PROGRESS, _unanswered, False),
    ("Decide about it", "casework.decide", Action.DECIDE_RECOMMENDATION, _submitted, True),
    ("Report more", "reporting.report", Action.REPORT_PROGRESS, _submitted, False),
    ("Change the answer", "answering.answer", Action.ANSWER_RECOMMENDATION, _can_be_changed, False),
    ("Put the promised steps in another order", "revising.order", Action.ANSWER_RECOMMENDATION, _promised, False),
    ("Ask for more time", "more_time.ask", Action.ASK_FOR_EXTENSION, _open, False),
    ("See its casework", "casework.decide", Action.SEE_CASEWORK, _always, False),
    ("Give more time, or answer who asked for it", "more_time.ask", Action.GRANT_EXTENSION, _open, False),
    ("Pause reminders and further steps", "casework.pause", Action.DECIDE_RECOMMENDATION, _goes_on, False),
    ("Resume reminders and further steps", "casework.resume", Action.DECIDE_RECOMMENDATION, _stands_still, False),
    ("Ask the complainant, and settle what they say", "asking.complainant", Action.NOTE_COMPLAINANT, _always, False),
    ("Contacts", "casework.contacts", Action.SEE_CASEWORK, _always, False),
    ("Hand it over to another officer", "casework.hand_over", Action.DECIDE_RECOMMENDATION, _always, False),
    ("Open it again", "casework.reopen", Action.DECIDE_RECOMMENDATION, _could_reopen, False),
    ("Change its words", "revising.reword", Action.REVISE_RECOMMENDATION, _open, False),
    ("Split it into several", "revising.split", Action.REPLACE_RECOMMENDATION, _open, False),
    ("Merge it with others", "revising.merge", Action.REPLACE_RECOMMENDATION, _open, False),
    ("Replace it with another", "revising.supersede", Action.REPLACE_RECOMMENDATION, _open, False),
    ("Withdraw it", "revising.withdraw", Action.REPLACE_RECOMMENDATION, _open, False),
)  # fmt: skip
_OF_A_CLOSED_ORGANISATION: tuple[tuple[str, str, Action, Condition, bool], ...] = (
    ("Transfer it to the successor", "revising.transfer", Action.REPLACE_RECOMMENDATION, _open, True),
)


def offers(one: Recommendation, acting: Acting, *, closed: bool = False) -> list[Offer]:
    """What this person can do with it as it stands now, the thing to do first. `closed`: its organisation is no more."""
    table = (*_TABLE, *(_OF_A_CLOSED_ORGANISATION if closed else ()))
    found = [Offer(words, endpoint, first) for words, endpoint, action, when, first in table if when(one) and may(acting, action, one)]
    return sorted(found, key=lambda offer: not offer.first)
