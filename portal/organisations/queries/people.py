"""Who is signed in, and who acts for an organisation."""

from __future__ import annotations

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.references import hashed
from portal.organisations.models import BrowserSession, Conflict, Membership, Organisation, Person
from portal.policy import Acting, Post

_today, _now = sa.bindparam("today"), sa.bindparam("now")
# A membership that is held today; wherever it is used, `today` must be given. One that was taken away ends at once.
HOLDING = sa.and_(
    Membership.since_on <= _today,
    sa.or_(Membership.until_on.is_(None), Membership.until_on >= _today),
    Membership.ended_at.is_(None),
)

_PERSON_OF_SESSION = (
    sa.select(
        Person.id,
        Person.name,
        Person.email,
        BrowserSession.id.label("session_id"),
        BrowserSession.second_factor_at,
        Membership.role,
        Membership.deputy_for_id,
        Organisation.id.label("organisation_id"),
        Organisation.code,
        Organisation.name.label("organisation"),
        Conflict.organisation_id.label("conflict_id"),
    )
    .select_from(BrowserSession)
    .join(Person, Person.id == BrowserSession.person_id)
    .outerjoin(Membership, sa.and_(Membership.person_id == Person.id, HOLDING))
    .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(Conflict, sa.and_(Conflict.person_id == Person.id, Conflict.ended_on.is_(None)))
    .where(
        BrowserSession.token_hash == sa.bindparam("token"),
        BrowserSession.ended_at.is_(None),
        BrowserSession.expires_at > _now,
    )
    .order_by(Organisation.sort_name, Membership.id)
)


def person_of_session(token: str) -> Acting | None:
    """Who is signed in with this session token, with the posts they hold today; None if the session has ended.

    One query, which is the whole cost of being signed in.
    """
    rows = db.session.execute(
        _PERSON_OF_SESSION, {"token": hashed(token), "today": clock.today(), "now": clock.now()}
    ).all()
    if not rows:
        return None
    first = rows[0]
    posts = dict.fromkeys(
        Post(row.organisation_id, row.role, row.code, row.organisation, row.deputy_for_id is not None)
        for row in rows
        if row.organisation_id is not None
    )
    return Acting(
        id=first.id,
        name=first.name,
        email=first.email,
        posts=tuple(posts),
        conflicts=frozenset(row.conflict_id for row in rows if row.conflict_id is not None),
        session_id=first.session_id,
        second_factor_at=first.second_factor_at,
    )
