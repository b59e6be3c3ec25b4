"""Whose calendar an address is, whether they may have it still, and the days that stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from portal.kernel import clock
from portal.kernel.db import at_most, db
from portal.kernel.references import hashed
from portal.organisations.models import Membership, Organisation
from portal.organisations.queries import HOLDING
from portal.policy import Acting, Action, Post, may
from portal.recommendations.calendars import Day
from portal.recommendations.lifecycle import Acceptance, ResponseState
from portal.recommendations.models import CalendarFeed, PromisedStep, Response
from portal.recommendations.models import Recommendation as R
from portal.recommendations.queries.narrowing import IS_OPEN

MOST = 2000  # recommendations of one calendar, the soonest due

_OWN = sa.select(CalendarFeed).where(
    CalendarFeed.organisation_id == sa.bindparam("organisation_id"), CalendarFeed.person_id == sa.bindparam("person_id")
)
_FEED = (
    sa.select(Organisation.id, Organisation.code, Organisation.name, CalendarFeed.person_id, Membership.role)
    .select_from(CalendarFeed)
    .join(Organisation, Organisation.id == CalendarFeed.organisation_id)
    .join(
        Membership,
        sa.and_(Membership.person_id == CalendarFeed.person_id, Membership.organisation_id == CalendarFeed.organisation_id, HOLDING),
    )
    .where(CalendarFeed.token_hash == sa.bindparam("token"))
)
_OPEN_ONES = (
    sa.select(R.reference, R.public_text, R.due_on, R.answer_due_on, R.acceptance, R.next_evidence_on, R.issued_at, R.changed_at)
    .where(R.organisation_id == sa.bindparam("organisation_id"), IS_OPEN)
    .order_by(R.due_on, R.id)
    .limit(at_most(MOST))
)
_STEPS = (
    sa.select(PromisedStep.reference, PromisedStep.position, PromisedStep.owner, PromisedStep.due_on, R.reference, R.public_text, R.issued_at, R.changed_at)
    .join(R, R.id == PromisedStep.recommendation_id)
    .join(Response, Response.id == PromisedStep.response_id)
    .where(
        R.organisation_id == sa.bindparam("organisation_id"), IS_OPEN, PromisedStep.done_on.is_(None), Response.state == ResponseState.SIGNED
    )
    .order_by(PromisedStep.due_on, PromisedStep.id)
    .limit(at_most(MOST))
)  # fmt: skip


def own_feed(organisation: Organisation, person_id: int | None) -> CalendarFeed | None:
    return db.session.scalar(_OWN, {"organisation_id": organisation.id, "person_id": person_id})


@dataclass(frozen=True)
class Feed:
    """The organisation whose days are asked for."""

    organisation_id: int
    code: str
    name: str


def feed(token: str) -> Feed | None:
    """Whose days this secret address shows; None where it leads nowhere, or its owner left the organisation or lost the role."""
    rows = db.session.execute(_FEED, {"token": hashed(token), "today": clock.today()}).all()
    if not rows:
        return None
    found = Feed(*rows[0][:3])
    posts = tuple(Post(found.organisation_id, row.role) for row in rows)
    return found if may(Acting(rows[0].person_id, "", posts=posts), Action.HAVE_CALENDAR, found) else None


def days(organisation_id: int) -> list[Day]:
    """Every day on which something is due from the organisation, in two statements."""
    found: list[Day] = []
    values: dict[str, Any] = {"organisation_id": organisation_id}
    row: Any
    for row in db.session.execute(_OPEN_ONES, values):
        reference, text, due_on, answer_due_on, acceptance, evidence_on, issued_at, changed_at = row
        said: dict[str, Any] = {"reference": reference, "text": text, "made_at": issued_at, "changed_at": changed_at}
        found.append(Day("due", due_on, f"{reference} is due", **said))
        if acceptance is Acceptance.AWAITING:
            found.append(Day("answer", answer_due_on, f"Answer to {reference} is due", **said))
        if evidence_on != due_on:
            found.append(Day("evidence", evidence_on, f"Evidence of {reference} is due", **said))
    for row in db.session.execute(_STEPS, values):
        step, position, owner, due_on, reference, text, issued_at, changed_at = row
        title = f"Step {position} of {reference} is due: {owner}"
        found.append(Day(step, due_on, title, reference=reference, text=text, made_at=issued_at, changed_at=changed_at))
    return found
