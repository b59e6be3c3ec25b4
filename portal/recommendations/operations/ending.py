"""A recommendation comes to its end: nothing that waited for anybody waits any longer."""

from __future__ import annotations

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.policy import Acting
from portal.recommendations.lifecycle import Ending
from portal.recommendations.models import ComplainantAddress, Recommendation
from portal.recommendations.operations import extending, falling_short, pausing


def end(one: Recommendation, how: Ending, *, why: str, by: Acting) -> None:
    """Set what belongs to the end of one that is held and whose delivery was moved just before, by a caller who records it.

    A request for more time is answered with `why`, a pause is over, and the complainant's address is forgotten.
    """
    one.ended_on, one.ending, one.next_evidence_on = clock.today(), how, None
    one.changed_at = clock.now()
    falling_short.settle(one, by=by)
    extending.lapse(one, why=why, by=by)
    pausing.lapse(one, by=by)
    there = db.session.get(ComplainantAddress, one.id)
    if there is not None:
        db.session.delete(there)
        audit.record(Event.COMPLAINANT_FORGOTTEN, one, by=by)
