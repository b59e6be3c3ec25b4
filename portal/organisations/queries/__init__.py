"""Every SELECT about organisations and people, returning what one page needs."""

from __future__ import annotations

import sqlalchemy as sa

from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.organisations.queries.people import HOLDING, person_of_session

__all__ = ["HOLDING", "organisation", "person_of_session"]

_BY_CODE = sa.select(Organisation).where(Organisation.code == sa.bindparam("code"))


def organisation(code: str) -> Organisation | None:
    """The organisation on the register under this code, open or closed."""
    return db.session.scalar(_BY_CODE, {"code": code})
