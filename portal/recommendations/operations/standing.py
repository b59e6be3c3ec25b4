"""Where a recommendation must stand before its words change, or before it goes on as another."""

from __future__ import annotations

from portal.kernel.errors import Step, WrongState
from portal.recommendations.lifecycle import OPEN, DraftState
from portal.recommendations.models import Recommendation


def refuse_unless_open(one: Recommendation) -> None:
    """Only what was issued and has not ended can be changed."""
    if one.state is not DraftState.ISSUED:
        raise WrongState(
            f"{one.reference} has not been issued: it is “{one.state.value}”. Change the draft instead.",
            next_steps=[Step("Read the draft", f"/drafts/{one.reference}/read")],
        )
    if one.delivery not in OPEN:
        how = one.ending.value if one.ending is not None else one.delivery.value
        raise WrongState(
            f"{one.reference} has ended already: it is “{how}”. What stands now can be read on its page.",
            next_steps=[Step(f"Read {one.reference}", f"/recommendations/{one.reference}")],
        )


def refuse_unless_settled(one: Recommendation) -> None:
    """What the complainant objected to is not ended over their head."""
    if one.objected:
        raise WrongState(
            f"The complainant says that what was reported about {one.reference} did not happen. Settle that first, then come back.",
            next_steps=[Step("Settle what the complainant said", f"/recommendations/{one.reference}/complainant")],
        )
