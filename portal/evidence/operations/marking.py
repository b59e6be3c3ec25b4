"""A reviewer marks a pin: shows it, does not show it, or cannot be opened, with a reason."""

from __future__ import annotations

import sqlalchemy as sa

from portal import audit
from portal.audit import Event
from portal.evidence.models import Mark, Pin, Shows
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, Stale
from portal.policy import Acting, Action, insist

LONGEST_REASON = 2000
_MINE = sa.select(Mark).where(Mark.pin_id == sa.bindparam("pin_id"), Mark.reviewer_id == sa.bindparam("reviewer_id"))


def mark(pin: Pin, shows: Shows, *, reason: str = "", version: int = 0, by: Acting) -> Mark:
    """Say what a pin shows, or say it anew. `version` is that of one's own mark as it was shown, 0 where there was none.

    Whether what it is pinned to is under review is for the caller to see.
    """
    insist(by, Action.MARK_EVIDENCE, pin)
    assert by.id is not None  # a rule that lets nobody in but people
    hold(pin)
    reason = words.clean(reason)
    if shows is not Shows.SHOWS and not reason:
        raise Invalid("reason", "Say why it does not show it, or what happened when you opened it")
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"The reason must be {words.number(LONGEST_REASON)} characters or fewer")
    mine = db.session.scalar(_MINE, {"pin_id": pin.id, "reviewer_id": by.id})
    if (mine.version if mine else 0) != version:
        theirs = (mine.shows.value, mine.reason) if mine else ("", "")
        both = [Both("What it shows", theirs[0], shows.value, "shows"), Both("Why", theirs[1], reason, "reason")]
        raise Stale("Your mark was not saved.", fields=both, version=mine.version if mine else 0, own=True)
    if mine is None:
        mine = Mark(
            organisation_id=pin.organisation_id,
            item_reference=pin.item_reference,
            pin_id=pin.id,
            pin_reference=pin.reference,
            reviewer_id=by.id,
        )
        db.session.add(mine)
    mine.shows, mine.reason, mine.marked_at = shows, reason, clock.now()
    audit.record(Event.EVIDENCE_MARKED, mine, by=by, to=pin.about, shows=shows)
    return mine
