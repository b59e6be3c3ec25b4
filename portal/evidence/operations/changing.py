"""What is said of evidence is changed: one thing on its page, or the titles of everything handed in together."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import date
from typing import Any

from portal import audit
from portal.audit import Event
from portal.evidence.describing import DESCRIPTION, LABELS, described
from portal.evidence.models import EvidenceItem
from portal.evidence.operations.handing_in import searched
from portal.evidence.operations.replacing import refuse_withdrawn, versions_of
from portal.kernel.db import hold
from portal.kernel.errors import Both, Stale
from portal.policy import Acting, Action, insist


def describe(item: EvidenceItem, said: Mapping[str, Any], *, version: int, by: Acting) -> bool:
    """Change the description; `said` names any of describing.DESCRIPTION. False where it says what stands there already.

    Whoever comes second is shown both texts.
    """
    insist(by, Action.CHANGE_EVIDENCE, item)
    hold(item)
    refuse_withdrawn(item)
    if unknown := set(said) - set(DESCRIPTION):
        raise TypeError(f"evidence is not described by {', '.join(sorted(unknown))}")
    typed = described(said)
    if item.version != version:
        raise Stale("Your change was not saved, so that theirs is not lost.", fields=_both(item, typed), version=item.version)
    changes = {name: [getattr(item, name), value] for name, value in typed.items() if getattr(item, name) != value}
    if not changes:
        return False
    for name, value in typed.items():
        setattr(item, name, value)
    item.sort_title = item.title.casefold()
    item.searched = searched(item, versions_of(item)[item.current])
    audit.record(Event.EVIDENCE_CHANGED, item, by=by, changes=changes)
    return True


def _both(item: EvidenceItem, typed: Mapping[str, Any]) -> list[Both]:
    """Both texts of each field; a day goes as its three boxes, so that it can be sent again."""
    found = []
    for name, yours in typed.items():
        theirs = getattr(item, name)
        if name in ("covers_from", "covers_until", "review_on"):
            for part in ("day", "month", "year"):
                found.append(Both(f"{LABELS[name]}: {part}", _part(theirs, part), _part(yours, part), f"{name}-{part}"))
        else:
            found.append(Both(LABELS[name], _plain(theirs), _plain(yours), name))
    return found


def _part(day: date | None, part: str) -> str:
    return str(getattr(day, part)) if day is not None else ""


def _plain(value: Any) -> str:
    return str(value.value if isinstance(value, enum.Enum) else value or "")
