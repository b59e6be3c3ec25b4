"""An assessor marks scripts that the panel has marked, and sees how far they agree; who agrees may mark what learners write."""

from __future__ import annotations

from collections.abc import Mapping, Set

from portal.accreditation import agreement, settling
from portal.accreditation.courses.records import Assignment, Script
from portal.accreditation.models import PracticeMarking
from portal.accreditation.queries.practising import Practice
from portal.accreditation.settling import Given
from portal.kernel import clock
from portal.kernel.db import insert_unless_there
from portal.kernel.errors import Invalid
from portal.policy import Acting, Action, insist


def mark(at: Practice, round: int, script: Script, levels: Mapping[str, int | None], must_nots: Set[str], *, by: Acting) -> None:
    """Mark a script of a round, once: what was said first stays."""
    insist(by, Action.MARK)
    chosen = {}
    for place, criterion in enumerate(at.assignment.criteria):
        level = levels.get(criterion.title)
        if level is None:
            raise Invalid(f"level_{place}", f"Choose a level for “{criterion.title}”")
        chosen[criterion.title] = level
    insert_unless_there(
        PracticeMarking, ("assessor_id", "course_version_id", "assignment", "round", "script"), assessor_id=by.id, course_version_id=at.version.id,
        assignment=at.assignment.slug, round=round, script=script.slug, levels=",".join(map(str, chosen.values())),
        must_nots=",".join(sorted(must_nots)), agreed=agrees(at.assignment, script, Given(chosen, frozenset(must_nots))), marked_at=clock.now(),
    )  # fmt: skip


def agrees(assignment: Assignment, script: Script, given: Given) -> bool:
    """Whether a marking of a script agrees with the panel's, by the rule of portal/accreditation/agreement.py."""
    titles = [criterion.title for criterion in assignment.criteria]
    panel = Given({title: marked.level for title, marked in zip(titles, script.marks, strict=True)}, frozenset(script.broken))
    return agreement.agrees(
        [given.levels[title] for title in titles], [panel.levels[title] for title in titles],
        passes=settling.alone(assignment, given).passed, panel_passes=settling.alone(assignment, panel).passed,
    )  # fmt: skip
