"""Evidence is withdrawn and restored, and kept from being removed where somebody says so. What was signed with it stays."""

from __future__ import annotations

from flask import current_app

from portal import audit
from portal.audit import Event
from portal.config import Settings
from portal.evidence.lifecycle import ITEM, ItemVerb
from portal.evidence.models import EvidenceItem
from portal.kernel import clock, words
from portal.kernel.db import hold
from portal.kernel.errors import Both, Invalid, Stale, WrongState
from portal.kernel.working_days import add_months
from portal.policy import Acting, Action, insist

LONGEST_REASON = 500


def withdraw(item: EvidenceItem, *, version: int, reason: str, by: Acting) -> None:
    """Take it out of use: it is offered for no new pin, and may be removed once it need no longer be kept."""
    insist(by, Action.CHANGE_EVIDENCE, item)
    _judge(item, version, reason)
    settings: Settings = current_app.extensions["settings"]
    ITEM.move(item, ItemVerb.WITHDRAW)
    item.withdrawn_on, item.withdrawn_why = clock.today(), words.clean(reason)
    item.keep_until = add_months(clock.today(), 12 * settings.evidence_years)
    audit.record(Event.EVIDENCE_WITHDRAWN, item, by=by, reason=item.withdrawn_why)


def restore(item: EvidenceItem, *, version: int, by: Acting) -> None:
    """Take it back into use."""
    insist(by, Action.CHANGE_EVIDENCE, item)
    hold(item)
    _refuse_stale(item, version)
    ITEM.move(item, ItemVerb.RESTORE)
    item.withdrawn_on = item.keep_until = None
    item.withdrawn_why = ""
    audit.record(Event.EVIDENCE_RESTORED, item, by=by)


def keep(item: EvidenceItem, *, version: int, reason: str, by: Acting) -> None:
    """Keep it whatever its days, for a reason (a review by a court, a complaint about the finding)."""
    insist(by, Action.HOLD_EVIDENCE, item)
    _judge(item, version, reason)
    item.on_hold, item.hold_why = True, words.clean(reason)
    audit.record(Event.EVIDENCE_HELD, item, by=by, reason=item.hold_why)


def let_go(item: EvidenceItem, *, version: int, by: Acting) -> None:
    """Its days count again."""
    insist(by, Action.HOLD_EVIDENCE, item)
    hold(item)
    _refuse_stale(item, version)
    if not item.on_hold:
        raise WrongState(f"“{item.title}” is not kept beyond its time.")
    item.on_hold, item.hold_why = False, ""
    audit.record(Event.EVIDENCE_LET_GO, item, by=by)


def _judge(item: EvidenceItem, version: int, reason: str) -> None:
    hold(item)
    if item.version != version:
        both = [Both("Your reason", "", reason, "reason")]
        raise Stale("This was changed since you opened the page.", fields=both, version=item.version)
    if not words.clean(reason):
        raise Invalid("reason", "Say why")
    if len(words.clean(reason)) > LONGEST_REASON:
        raise Invalid("reason", f"The reason must be {LONGEST_REASON} characters or fewer")


def _refuse_stale(item: EvidenceItem, version: int) -> None:
    if item.version != version:
        raise WrongState(f"“{item.title}” was changed since you opened the page. Look at it again first.")
