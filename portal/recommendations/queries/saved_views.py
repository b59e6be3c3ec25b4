"""One person's saved views of the list."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from portal.kernel.db import db
from portal.recommendations.models import SavedView

_OF: sa.BindParameter[int] = sa.bindparam("person_id")
_ALL = sa.select(SavedView).where(SavedView.person_id == _OF).order_by(SavedView.name, SavedView.id)
_ONE = sa.select(SavedView).where(SavedView.person_id == _OF, SavedView.id == sa.bindparam("id"))


def saved_views(person_id: int | None) -> Sequence[SavedView]:
    return db.session.scalars(_ALL, {"person_id": person_id}).all()


def saved_view(person_id: int | None, id: int) -> SavedView | None:
    """One of this person's own; of another's nobody learns that it is there."""
    return db.session.scalar(_ONE, {"person_id": person_id, "id": id})
