"""A file of cases waits, as it was uploaded, until its officer has looked at what it would change."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import db, fresh_reference
from portal.kernel.errors import Step, WrongState
from portal.policy import Acting, Action, insist
from portal.recommendations.importing.outcomes import Outcome
from portal.recommendations.importing.reading import read
from portal.recommendations.importing.rows import Read
from portal.recommendations.models import ImportedCases
from portal.recommendations.operations import importing

KEPT = timedelta(days=7)  # then the sweep deletes what nobody took in
MOST = 20_000  # rows through the page

_REPLACED = sa.delete(ImportedCases).where(ImportedCases.person_id == sa.bindparam("person_id"))
_TAKEN = sa.delete(ImportedCases).where(ImportedCases.id == sa.bindparam("one"))


def keep(text: str, *, name: str, by: Acting) -> str:
    """Keep a file until it is looked at, in place of what this person uploaded before; its reference."""
    insist(by, Action.IMPORT_CASES)
    db.session.execute(_REPLACED, {"person_id": by.id})
    kept = ImportedCases(
        reference=fresh_reference(ImportedCases, "IC"), person_id=by.id, name=name, content=text, came_at=clock.now()
    )
    db.session.add(kept)
    return kept.reference


def rows_of(kept: ImportedCases) -> Callable[[], Iterator[Read]]:
    """The rows of a file that waits, as often as they are asked for."""
    content = kept.content.encode()
    return lambda: read(io.BytesIO(content), most=MOST)


def preview(kept: ImportedCases, *, by: Acting) -> Outcome:
    """What taking it in would do."""
    return importing.preview(rows_of(kept), source=kept.name, by=by)


def take_in(kept: ImportedCases, *, by: Acting) -> Outcome:
    """Take it in, unless a row is refused; then it goes on waiting. Whoever presses twice takes it in once."""
    outcome = importing.take_in(rows_of(kept), source=kept.name, by=by)
    if not outcome.refused:
        gone: Any = db.session.execute(_TAKEN, {"one": kept.id})
        if gone.rowcount != 1:
            raise no_longer_kept()
    return outcome


def no_longer_kept() -> WrongState:
    """It is gone; the way to upload it again."""
    return WrongState(
        "This file is no longer kept: it was taken in, or you uploaded another one, or more than a week has passed. "
        "Uploading it again does no harm: what is there already counts as unchanged.",
        next_steps=[Step("Upload the file again", "/recommendations/import")],
    )
