"""What changed between two versions of a standard, expectation by expectation and word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Literal

from portal.standards import library
from portal.standards.records import Expectation, Standard, Weight

Marking = Literal["same", "added", "removed"]
Marked = tuple[tuple[Marking, str], ...]


class Change(StrEnum):
    """What became of one expectation. RETARGETED: same words, another target or weight for some kind."""

    ADDED = "added"
    REMOVED = "removed"
    REWORDED = "reworded"
    RETARGETED = "retargeted"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class FieldChange:
    """One text that changed, with its words marked for display."""

    field: str
    label: str
    old: str
    new: str
    words: Marked


@dataclass(frozen=True)
class TargetChange:
    """What a kind of organisation is asked to reach, before and after; None where it does not apply."""

    kind: str
    old: int | None
    new: int | None
    old_weight: Weight | None
    new_weight: Weight | None


@dataclass(frozen=True)
class ExpectationChange:
    """One expectation in both versions; `old` or `new` is None where it was added or removed."""

    code: str
    change: Change
    old: Expectation | None
    new: Expectation | None
    fields: tuple[FieldChange, ...] = ()
    targets: tuple[TargetChange, ...] = ()

    @property
    def title(self) -> str:
        shown = self.new or self.old
        return shown.title if shown else self.code


def difference(old: Standard, new: Standard) -> tuple[ExpectationChange, ...]:
    """Every expectation of either version: those of the new one in its order, then the removed."""
    kept = tuple(
        _change(old.expectation(e.code), e) if old.has(e.code) else ExpectationChange(e.code, Change.ADDED, None, e)
        for e in new.expectations
    )
    gone = (e for e in old.expectations if not new.has(e.code))
    return (*kept, *(ExpectationChange(e.code, Change.REMOVED, e, None) for e in gone))


def reworded(id: str, old_version: str, new_version: str) -> frozenset[str]:
    """The codes in both versions whose words differ, so that an earlier answer needs reading again."""
    changes = difference(library.standard(id, old_version), library.standard(id, new_version))
    return frozenset(change.code for change in changes if change.change is Change.REWORDED)


def marked(old: str, new: str) -> Marked:
    """Both texts in one run of pieces; joining `same` and `added` gives the new text, and so on."""
    before, after = re.findall(r"\s*\S+", old), re.findall(r"\s*\S+", new)
    pieces: list[tuple[Marking, str]] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(before[i:j])))
            continue
        if i < j:
            pieces.append(("removed", "".join(before[i:j])))
        if k < m:
            pieces.append(("added", "".join(after[k:m])))
    return tuple(pieces)


_LABELS = {
    "title": "Title",
    "question": "Question",
    "light_wording": "Question for small organisations",
    "guidance": "Guidance",
    "level_1": "Level 1",
    "level_2": "Level 2",
    "level_3": "Level 3",
    "level_4": "Level 4",
}


def _words(expectation: Expectation) -> dict[str, str]:
    """The words an answer is given to. Hints and examples are help, not the question, and are left out."""
    told = {
        "title": expectation.title,
        "question": expectation.question,
        "light_wording": expectation.light_wording or "",
        "guidance": expectation.guidance,
    }
    return told | {f"level_{number}": words for number, words in enumerate(expectation.levels, start=1)}


def _change(old: Expectation, new: Expectation) -> ExpectationChange:
    before, after = _words(old), _words(new)
    fields = tuple(
        FieldChange(name, label, before[name], after[name], marked(before[name], after[name]))
        for name, label in _LABELS.items()
        if before[name] != after[name]
    )
    targets = tuple(
        change
        for kind in (*old.targets, *(kind for kind in new.targets if kind not in old.targets))
        if (change := _target(kind, old, new)).old != change.new or change.old_weight != change.new_weight
    )
    became = Change.REWORDED if fields else Change.RETARGETED if targets else Change.UNCHANGED
    return ExpectationChange(new.code, became, old, new, fields, targets)


def _target(kind: str, old: Expectation, new: Expectation) -> TargetChange:
    return TargetChange(
        kind, old.targets.get(kind), new.targets.get(kind), old.weights.get(kind), new.weights.get(kind)
    )
