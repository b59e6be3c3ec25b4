"""A workbook comes back: kept as it was read, compared with what is there now, and saved as any answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from portal import audit
from portal.assessments.models import Assessment, ReturnedWorkbook
from portal.assessments.operations import answering
from portal.assessments.operations.doors import refuse_unless_editable
from portal.assessments.queries import workbooks as queries
from portal.assessments.queries.workbooks import Pack
from portal.assessments.workbooks import comparing, keeping
from portal.assessments.workbooks.comparing import Compared, Stored, Verdict
from portal.assessments.workbooks.reading import NotAWorkbook, Reading, Row
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db, fresh_reference, hold
from portal.kernel.errors import Step, WrongState
from portal.policy import Acting, Action, insist, may

KEPT = timedelta(days=7)  # then the sweep deletes what nobody saved
YOURS, THEIRS = "yours", "theirs"

_REPLACED = sa.delete(ReturnedWorkbook).where(
    ReturnedWorkbook.assessment_id == sa.bindparam("assessment_id"),
    ReturnedWorkbook.person_id == sa.bindparam("person_id"),
)
_TAKEN = sa.delete(ReturnedWorkbook).where(ReturnedWorkbook.id == sa.bindparam("one"))


def hand_in(pack: Pack, reading: Reading, *, name: str, by: Acting) -> str:
    """Keep what was read until it is looked at, in place of what this person uploaded before; its reference.

    Raises NotAWorkbook where it is the workbook of another assessment.
    """
    insist(by, Action.ANSWER, pack)
    _refuse_another(pack, reading)
    db.session.execute(_REPLACED, {"assessment_id": pack.head.assessment_id, "person_id": by.id})
    kept = ReturnedWorkbook(
        reference=fresh_reference(ReturnedWorkbook, "WB"),
        assessment_id=pack.head.assessment_id,
        person_id=by.id,
        name=name,
        content=keeping.packed(reading),
        returned_at=clock.now(),
    )
    db.session.add(kept)
    return kept.reference


def _refuse_another(pack: Pack, reading: Reading) -> None:
    head = pack.head
    if reading.reference != head.reference:
        raise NotAWorkbook(
            f"This is the workbook of another assessment. On this page only the workbook of {head.reference}, "
            f"{head.period}, can be uploaded."
        )
    if (reading.standard, reading.standard_version) != (head.standard, head.standard_version):
        raise NotAWorkbook(
            "This workbook asks about another version of the standard. Download the workbook again, and copy into it what you wrote."
        )


class Asked(Protocol):
    """An answer, or a page's record of one, as the policy reads it."""

    @property
    def organisation_id(self) -> int: ...
    @property
    def assigned_to_id(self) -> int | None: ...


def compare(reading: Reading, answers: Mapping[str, Any], *, by: Acting) -> tuple[Compared, ...]:
    """Each row with what becomes of it; `answers` by expectation, as they are now."""
    return tuple(_compared(row, answers.get(row.expectation), by) for row in reading.rows)


def _compared(row: Row, now: Any, by: Acting) -> Compared:
    # What somebody may not read is not compared either: the difference would tell of it.
    if now is None or not may(by, Action.READ_ANSWER, now):
        return comparing.refused(row, row.faults[0].message if row.faults and row.version < 0 else "It is not assigned to you, so it is left as it is.")
    if not may(by, Action.ANSWER, now):
        return comparing.refused(row, "Your role does not let you answer this expectation.")
    stored: Stored = now
    return comparing.compared(row, stored)


class Undecided(Exception):
    """Something collides and nobody has chosen yet; nothing was changed.

    `moved` names the expectations that changed after the person looked at them, `open` what is left to choose as
    (expectation, unit).
    """

    def __init__(self, moved: Sequence[str], open: Sequence[tuple[str, str]]) -> None:
        super().__init__("A choice is missing.")
        self.moved = tuple(moved)
        self.open = tuple(open)


@dataclass(frozen=True)
class Choices:
    """What the person chose on the page: (expectation, unit) to YOURS or THEIRS, and the version each answer had there."""

    chosen: Mapping[tuple[str, str], str]
    seen: Mapping[str, int]

    def of(self, line: Compared, unit: str) -> str | None:
        """The choice for one change; None where it was not made, or for an answer that was another then."""
        if self.seen.get(line.expectation) != line.version:
            return None
        return self.chosen.get((line.expectation, unit))


@dataclass(frozen=True)
class Taken:
    """What was saved of a workbook, and every row with what became of it."""

    saved: tuple[str, ...]
    lines: tuple[Compared, ...]


def take(assessment: Assessment, pack: Pack, choices: Choices, *, by: Acting) -> Taken:
    """Save the rows, each as an answer is saved, all of them in this transaction or none.

    Raises Undecided, before anything is changed, where an answer was changed on the portal and no choice was made of it
    as it is now.
    """
    insist(by, Action.ANSWER, pack)
    if pack.returned is None:
        raise no_longer_kept(pack)
    hold(assessment)
    refuse_unless_editable(assessment)
    answers = queries.held_answers(assessment.id)
    lines = compare(pack.returned.reading, answers, by=by)
    _refuse_undecided(lines, choices)
    _claim(pack, pack.returned.id)
    saved = []
    for line in lines:
        values = _chosen(line, choices)
        answer = answers.get(line.expectation)
        if answer is None or not (values or line.confirms):
            continue
        if values:
            answering.save(answer, version=answer.version, by=by, **values)
        else:
            answering.confirm(answer, version=answer.version, by=by)
        saved.append(line.expectation)
    audit.record(Event.WORKBOOK_RETURNED, assessment, by=by, rows=len(saved))
    return Taken(tuple(saved), lines)


def _claim(pack: Pack, returned_id: int) -> None:
    """Take the workbook out of what is kept: whoever presses twice saves once."""
    gone: Any = db.session.execute(_TAKEN, {"one": returned_id})
    if gone.rowcount != 1:
        raise no_longer_kept(pack)


def no_longer_kept(pack: Pack) -> WrongState:
    """It is gone; the way to upload it again."""
    return WrongState(
        "This workbook is no longer kept: it was saved, or you uploaded another one, or more than a week has passed. "
        "Uploading it again does no harm: what is saved already counts as not changed.",
        next_steps=[Step("Upload the workbook again", f"/assessments/{pack.head.reference}/workbook")],
    )


def _refuse_undecided(lines: Sequence[Compared], choices: Choices) -> None:
    colliding = [line for line in lines if line.verdict is Verdict.CONFLICTING]
    moved = [line.expectation for line in colliding if choices.seen.get(line.expectation) != line.version]
    open = [
        (line.expectation, change.unit)
        for line in colliding
        for change in line.changes
        if choices.of(line, change.unit) not in (YOURS, THEIRS)
    ]
    if open:
        raise Undecided(moved, open)


def _chosen(line: Compared, choices: Choices) -> dict[str, Any]:
    """The fields to save of one row."""
    kept = [
        change
        for change in line.changes
        if line.verdict is Verdict.ACCEPTED or choices.of(line, change.unit) == YOURS
    ]
    return {name: value for change in kept for name, value in change.values.items()}
