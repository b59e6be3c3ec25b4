"""Who is accredited where a visitor can look: one organisation that reaches its target, one that is below it, and one too small to publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from portal import audit
from portal.accreditation import posts as figures
from portal.accreditation.lifecycle import CertificateKind
from portal.accreditation.models import Certificate, PublishedFigure, StatedPosts
from portal.accreditation.operations import certifying, posts
from portal.accreditation.queries import catalogue
from portal.audit import Event
from portal.demonstration.bodies import Body
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Recruiter, Someone
from portal.demonstration.years import Pen
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import add_months
from portal.organisations.models import Person
from portal.policy import PORTAL, Role

AWARD = "foundation"
MONTHS = 3  # for which a figure was published


@dataclass(frozen=True)
class Standing:
    """How many handlers join an organisation, and how many of them hold the award: in force, ending soon, and ended."""

    posts: int
    handlers: int
    in_force: int
    soon: int = 0
    ended: int = 0


STANDINGS = {
    "R0A": Standing(posts=15, handlers=14, in_force=11, soon=2, ended=1),
    "hm-revenue-customs": Standing(posts=40, handlers=12, in_force=6, soon=1, ended=2),
    "small-business-commissioner": Standing(posts=4, handlers=1, in_force=1),
}


def tell(ledger: Ledger, recruiter: Recruiter, taking_part: Sequence[Body], today: date) -> dict[str, list[Someone]]:
    """The handlers, the posts as they were stated, and the figures that were published: the handlers by their organisation."""
    hired = {}
    for body in taking_part:
        standing = STANDINGS.get(body.code)
        if standing:
            since = today - timedelta(days=400)
            hired[body.code] = [recruiter.hire(body, Role.HANDLER, since) for _ in range(standing.handlers)]
            _figures(ledger, body, standing, today)
    return hired


def _figures(ledger: Ledger, body: Body, standing: Standing, today: date) -> None:
    pen, about, before = Pen(ledger.chance, ledger.now), f"organisation {body.code}", figures.START
    lead = body.team.holder(Role.EXECUTIVE_LEAD, today)
    at = pen.on(add_months(today.replace(day=1), -MONTHS - 1))
    ledger.add(StatedPosts, organisation_id=body.id, code=body.code, number=1, posts=standing.posts, stated_at=at, stated_by=lead.name)
    ledger.say(Event.POSTS_STATED, body.id, about, by=lead.acting, at=at, posts=standing.posts, before=None)
    for number in range(MONTHS, 0, -1):
        month = add_months(today.replace(day=1), -number)
        said = figures.published(figures.counted(max(0, standing.in_force + standing.soon - number), standing.posts))
        at = pen.on(month + timedelta(days=2))
        facts = {"month": month, "accredited": said.accredited if said else None, "posts": said.posts if said else None,
                 "sha256": figures.digest(before, body.code, month, said, at, lead.name)}  # fmt: skip
        ledger.add(PublishedFigure, organisation_id=body.id, code=body.code, published_at=at, published_by=lead.name, before=before, **facts)
        ledger.say(Event.FIGURE_PUBLISHED, body.id, about, by=lead.acting, at=at, **facts)
        before = str(facts["sha256"])


def certify(hired: dict[str, list[Someone]]) -> None:
    """Give the awards, once everybody is there, and open the gap of whoever is below the target."""
    award = next(one for one in catalogue.awards() if one.code == AWARD)
    kept, places, today = certifying.edition(award), certifying.free_places(), clock.today()
    for code, people in hired.items():
        standing = STANDINGS[code]
        ends = [today + timedelta(days=500)] * standing.in_force + [today + timedelta(days=60)] * standing.soon + [today - timedelta(days=20)] * standing.ended
        for one, until in zip(people, ends, strict=False):
            begins = add_months(until, -award.valid_months)
            row = certifying.row_of(
                db.session.get_one(Person, one.id), places, from_on=begins, until_on=until, kind=CertificateKind.AWARD, code=award.code, cycle=1,
                enrolment_id=None, course_version_id=None, award_edition_id=kept.id, title=award.title, content_sha256=kept.sha256, standards="",
                score=None,
            )  # fmt: skip
            db.session.execute(sa.insert(Certificate.__table__), row | {"given_at": clock.start_of_day(begins)})
            made = db.session.scalars(sa.select(Certificate).where(Certificate.reference == row["reference"])).one()
            audit.record(Event.CERTIFICATE_GIVEN, made, by=PORTAL, kind=CertificateKind.AWARD.value, code=award.code, cycle=1, until=until)
    for step in posts.settle_all():
        step()
