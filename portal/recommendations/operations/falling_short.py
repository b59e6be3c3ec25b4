"""The gaps of a recommendation in the one register follow from its facts: opened, brought up to date and closed here alone."""

from __future__ import annotations

from portal.gaps.models import GapKind, Severity
from portal.gaps.operations import register
from portal.kernel import clock
from portal.kernel.db import db, hold
from portal.policy import PORTAL, Acting
from portal.recommendations import shortfalls
from portal.recommendations.models import Recommendation
from portal.recommendations.queries import climbing
from portal.recommendations.shortfalls import Shortfall

KINDS = {
    Shortfall.OVERDUE: GapKind.OVERDUE_PROMISE,
    Shortfall.REFUSED: GapKind.REFUSED,
    Shortfall.STALLED: GapKind.STALLED,
}


def settle(one: Recommendation, *, by: Acting) -> int:
    """Open the gaps that are there today and close those that no longer are; how many were opened or closed.

    Called by every operation that changes a fact of a recommendation that was issued, once it has changed it, and by a
    job for what merely time changes. Whoever calls has insisted on their own right to.
    """
    today = clock.today()
    found = shortfalls.falling_short(
        one.acceptance, one.delivery, due_on=one.due_on, answered_on=one.answered_on, heard_on=one.heard_on, today=today
    )
    there, changed = register.open_about(one.reference), 0
    gone = bool(found) and climbing.closed(one, today)
    if gone:
        found = frozenset()  # nobody is there who could close them; another answers once it is transferred
    for short, kind in KINDS.items():
        gap = there.get(kind)
        if short in found:
            serious = shortfalls.serious(one.severity, one.delivery, one.due_on, today)
            register.open_promise(
                organisation_id=one.organisation_id, organisation_kind=one.organisation_kind, kind=kind,
                recommendation=one.reference, severity=Severity.SERIOUS if serious else Severity.MODERATE, due_on=one.due_on,
                by=by, known=gap,
            )  # fmt: skip
            changed += gap is None
        elif gap is not None:
            why = "The organisation closed" if gone else shortfalls.no_longer(short, one.acceptance, one.delivery)
            changed += register.close_gap(gap, why, by=by)
    return changed


def settle_by_time(recommendation_id: int) -> int:
    """The same for one that nobody touched: its day came, or too long a time passed in silence."""
    return settle(hold(db.session.get_one(Recommendation, recommendation_id)), by=PORTAL)
