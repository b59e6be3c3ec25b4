"""An organisation puts the steps that it promised in the order in which it wants them read. Nothing else of them changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm.attributes import flag_modified

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import hold
from portal.kernel.errors import Both, Invalid
from portal.policy import Acting, Action, insist
from portal.recommendations.models import Recommendation
from portal.recommendations.operations.colliding import stale
from portal.recommendations.operations.standing import refuse_unless_open
from portal.recommendations.queries.promising import promised


def reorder(one: Recommendation, order: Sequence[str], *, version: int, by: Acting) -> None:
    """The steps of one recommendation in another order: `order` names each of them once, by reference."""
    insist(by, Action.ANSWER_RECOMMENDATION, one)
    hold(one)
    refuse_unless_open(one)
    steps = {step.reference: step for step in promised(one.id)}
    if one.version != version:
        both = [
            Both(steps[reference].what, str(steps[reference].position), str(at), reference)
            for at, reference in enumerate(order, start=1)
            if reference in steps
        ]
        raise stale(one, both)
    if sorted(order) != sorted(steps):
        raise Invalid("order", "Give each step one place. Open the page again if a step is missing")
    if list(order) == list(steps):
        return
    for at, reference in enumerate(order, start=1):
        steps[reference].position = at
    one.changed_at = clock.now()
    flag_modified(one, "changed_at")  # its version goes up although only its steps changed, even in the same moment
    audit.record(Event.STEPS_REORDERED, one, by=by, steps=list(order))
