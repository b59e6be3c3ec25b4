"""The tokens of other systems: as their page lists them, and as a request shows one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.organisations.models import Membership, Person
from portal.organisations.queries import HOLDING
from portal.policy import Role
from portal.recommendations.models import ApiToken

MOST = 200


@dataclass(frozen=True)
class Listed:
    """One token in the list."""

    reference: str
    name: str
    scopes: str
    person: str
    ends_on: date
    used_on: date | None
    revoked: bool

    def good(self, today: date) -> bool:
        return not self.revoked and self.ends_on >= today


_LISTED = (
    sa.select(
        ApiToken.reference, ApiToken.name, ApiToken.scopes, Person.name, ApiToken.ends_on, ApiToken.used_on, ApiToken.revoked_at.is_not(None)
    )
    .join(Person, Person.id == ApiToken.person_id)
    .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
    .limit(at_most(MOST))
)  # fmt: skip


def listed() -> list[Listed]:
    """The newest tokens, those that were revoked last."""
    return [Listed(*row) for row in db.session.execute(_LISTED)]


_BY_REFERENCE = sa.select(ApiToken).where(ApiToken.reference == sa.bindparam("reference"))


def token(reference: str) -> ApiToken | None:
    """The token with this reference, whatever became of it."""
    return db.session.scalar(_BY_REFERENCE, {"reference": reference})


_SHOWN = sa.select(ApiToken.id, ApiToken.reference, ApiToken.name, ApiToken.scopes, ApiToken.person_id, ApiToken.used_on).where(
    ApiToken.token_hash == sa.bindparam("token_hash"), ApiToken.revoked_at.is_(None), ApiToken.ends_on >= sa.bindparam("today")
)


def shown(token_hash: str) -> Any:
    """(id, reference, name, scopes, person_id, used_on) of a token that is good today, or None."""
    return db.session.execute(_SHOWN, {"token_hash": token_hash, "today": clock.today()}).first()


_OFFICERS = (
    sa.select(Person.email, Person.name)
    .distinct()
    .join(Membership, Membership.person_id == Person.id)
    .where(HOLDING, Membership.role == Role.COMPLIANCE_OFFICER)
    .order_by(Person.name, Person.email)
)


def officers() -> list[tuple[str, str]]:
    """(address, name) of everybody in whose name a token may act."""
    return [(email, name) for email, name in db.session.execute(_OFFICERS, {"today": clock.today()})]
