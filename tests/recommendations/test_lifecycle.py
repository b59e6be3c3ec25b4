"""What may happen to a draft, an answer and a delivery; and what must never."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import WrongState
from portal.recommendations.lifecycle import (
    ACCEPTANCE,
    COMPLIED,
    DELIVERY,
    DRAFTING,
    OPEN,
    Acceptance,
    AcceptanceVerb,
    Delivery,
    DeliveryVerb,
    DraftState,
    DraftVerb,
)

ALL = (DRAFTING, ACCEPTANCE, DELIVERY)


def reached(lifecycle: Any) -> set[Any]:
    seen, waiting = {lifecycle.first}, [lifecycle.first]
    while waiting:
        state = waiting.pop()
        for verb in lifecycle.offers(state):
            end = lifecycle.moves[state, verb]
            if end not in seen:
                seen.add(end)
                waiting.append(end)
    return seen


@pytest.mark.parametrize(("lifecycle", "states", "verbs"), [
    (DRAFTING, DraftState, DraftVerb), (ACCEPTANCE, Acceptance, AcceptanceVerb), (DELIVERY, Delivery, DeliveryVerb),
])  # fmt: skip
def test_every_state_is_reached_and_every_verb_is_used(lifecycle: Any, states: Any, verbs: Any) -> None:
    assert reached(lifecycle) == set(states)
    assert {verb for _, verb in lifecycle.moves} == set(verbs)


def test_nothing_is_issued_that_was_not_sent_for_approval() -> None:
    assert not DRAFTING.can(DraftState.DRAFT, DraftVerb.ISSUE)
    assert [state for state, verb in DRAFTING.moves if verb is DraftVerb.ISSUE] == [DraftState.AWAITING_APPROVAL]


def test_what_was_issued_or_discarded_stays_so() -> None:
    for state in (DraftState.ISSUED, DraftState.DISCARDED):
        assert DRAFTING.offers(state) == ()


def test_an_acceptance_is_not_taken_back() -> None:
    assert ACCEPTANCE.offers(Acceptance.ACCEPTED) == ()
    with pytest.raises(WrongState, match="“accepted”"):
        ACCEPTANCE.move(SimpleNamespace(acceptance=Acceptance.ACCEPTED), AcceptanceVerb.REFUSE)


def test_whoever_refused_may_think_better_of_it() -> None:
    answer = SimpleNamespace(acceptance=Acceptance.AWAITING)
    ACCEPTANCE.move(answer, AcceptanceVerb.REFUSE)
    ACCEPTANCE.move(answer, AcceptanceVerb.ACCEPT_IN_PART)
    assert ACCEPTANCE.move(answer, AcceptanceVerb.ACCEPT) is Acceptance.ACCEPTED


def test_a_transfer_is_the_end_here_for_the_promise_lives_on_with_the_successor() -> None:
    assert DELIVERY.offers(Delivery.TRANSFERRED) == ()


def walks(verbs: list[DeliveryVerb]) -> Iterator[tuple[Delivery, DeliveryVerb, Delivery]]:
    promise = SimpleNamespace(delivery=DELIVERY.first)
    for verb in verbs:
        before = promise.delivery
        try:
            DELIVERY.move(promise, verb)
        except WrongState:
            assert promise.delivery is before, "a refused move changes nothing"
            continue
        yield before, verb, promise.delivery


@given(st.lists(st.sampled_from(DeliveryVerb), max_size=40))
def test_nobody_complied_who_did_not_say_so_with_evidence(verbs: list[DeliveryVerb]) -> None:
    for before, verb, after in walks(verbs):
        if after in COMPLIED:
            assert before is Delivery.SUBMITTED
        if after in OPEN and before not in OPEN:
            assert verb is DeliveryVerb.REOPEN


@pytest.mark.parametrize("lifecycle", ALL, ids=lambda one: one.noun)
def test_every_refusal_says_what_is_possible(lifecycle: Any) -> None:
    for state in reached(lifecycle):
        for verb in {verb for _, verb in lifecycle.moves}:
            if not lifecycle.can(state, verb):
                said = lifecycle.refusal(state, verb)
                assert state.value in said
                assert "possible to" in said or "That is its end." in said
