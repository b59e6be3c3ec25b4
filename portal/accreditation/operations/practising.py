"""An assessor marks scripts that the panel has marked, and sees how far they agree; who agrees may mark what learners write."""

from __future__ import annotations

from collections.abc import Mapping

from portal.accreditation import agreement, settling
from portal.accreditation.courses.records import Script
from portal.accreditation.models import PracticeMarking
from portal.accreditation.queries.practising import Practice
from portal.kernel import clock
from portal.kernel.db import insert_unless_there
from portal.kernel.errors import Invalid
from portal.policy import Acting, Action, insist


def mark(at: Practice, round: int, script: Script, levels: Mapping[str, int | None], must_nots: frozenset[str], *, by: Acting) -> None:
    """Mark a script of a round, once: whoever sent it already is shown what they said then."""
    insist(by, Action.MARK)
    for place, criterion in enumerate(at.assignment.criteria):
        if levels.get(criterion.title) is None:
            raise Invalid(f"level_{place}", f"Choose a level for “{criterion.title}”")
    given = [levels[criterion.title] or 0 for criterion in at.assignment.criteria]
    insert_unless_there(
        PracticeMarking, ("assessor_id", "course_version_id", "assignment", "round", "script"), assessor_id=by.id, course_version_id=at.version.id,
        assignment=at.assignment.slug, round=round, script=script.slug, levels=",".join(map(str, given)),
        must_nots=",".join(sorted(must_nots)), agreed=_agreed(at, script, given, must_nots), marked_at=clock.now(),
    )  # fmt: skip
