"""What is done about personal data in a version: explain why it may stay, take out hidden details, or stop it."""

from __future__ import annotations

from collections.abc import Iterable

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import VERSION, VersionState, VersionVerb
from portal.evidence.models import Choice, EvidenceItem, EvidenceVersion, PersonalFinding
from portal.evidence.reading.findings import PersonalKind
from portal.files.models import StoredFile
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Invalid, WrongState
from portal.policy import Acting, Action, insist

LONGEST_REASON = 2000
DECLARATION = (
    "I have looked at this version myself. It holds no personal data, or only what the Ombudsman may see and needs to see."
)


HIDDEN = frozenset(
    one.value
    for one in (PersonalKind.TRACKED_CHANGES, PersonalKind.HIDDEN_SHEET, PersonalKind.COMMENTS, PersonalKind.METADATA)
)  # what can be taken out without changing what a reader sees


def can_be_stripped(version: EvidenceVersion, found: Iterable[PersonalFinding], file: StoredFile | None) -> bool:
    """Whether there is something hidden in it that the portal could take out, and has not tried to in vain."""
    return file is not None and not version.unstrippable and any(one.kind in HIDDEN for one in found)


def explain(version: EvidenceVersion, *, reason: str, declared: bool = False, found: bool = True, by: Acting) -> None:
    """Let a version be released as it is. `found`: something was found in it, so a reason is needed.

    What could not be looked into needs a declaration besides.
    """
    _insist(version, VersionVerb.EXPLAIN, by)
    reason = _checked(reason, "Say why it may stay" if found else "")
    if not version.could_be_read and not declared:
        raise Invalid("declared", "Tick the box to say that you have looked at it yourself")
    VERSION.move(version, VersionVerb.EXPLAIN)
    _chosen(version, Choice.EXPLAINED if found else Choice.DECLARED, reason, by)


def strip(version: EvidenceVersion, *, by: Acting) -> None:
    """Have a copy made without comments, tracked changes, hidden sheets and authors' names; the worker makes it."""
    _insist(version, VersionVerb.STRIP, by)
    VERSION.move(version, VersionVerb.STRIP)
    version.claimed_at = None
    _chosen(version, Choice.STRIPPED, "", by)


def stop(version: EvidenceVersion, *, reason: str, by: Acting) -> None:
    """Nobody at the Ombudsman sees this version, or sees it again. Its file is removed after 30 days unless it was signed."""
    _insist(version, VersionVerb.STOP, by)
    reason = _checked(reason, "Say why this version is stopped")[:500]
    in_question = version.state is VersionState.CHOICE
    VERSION.move(version, VersionVerb.STOP)
    version.stopped_why, version.stopped_at = reason, clock.now()
    if in_question:
        _chosen(version, Choice.STOPPED, reason, by)
    else:
        audit.record(Event.EVIDENCE_STOPPED, version, by=by, number=version.number, reason=reason)


def _insist(version: EvidenceVersion, verb: VersionVerb, by: Acting) -> None:
    insist(by, Action.DECIDE_PERSONAL_DATA, db.session.get_one(EvidenceItem, version.item_id))  # whose it is, whoever replaced it
    hold(version)
    if not VERSION.can(version.state, verb):
        raise WrongState(VERSION.refusal(version.state, verb))


def _checked(reason: str, missing: str) -> str:
    reason = words.clean(reason)
    if missing and not reason:
        raise Invalid("reason", missing)
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", f"The reason must be {words.number(LONGEST_REASON)} characters or fewer")
    return reason


def _chosen(version: EvidenceVersion, choice: Choice, reason: str, by: Acting) -> None:
    version.choice, version.choice_reason = choice, reason
    version.chosen_by_id, version.chosen_by, version.chosen_at = by.id, by.name, clock.now()
    audit.record(Event.PERSONAL_DATA_DECIDED, version, by=by, number=version.number, choice=choice, reason=reason)
