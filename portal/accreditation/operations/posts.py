"""An organisation says how many frontline posts it has and publishes how many are accredited; falling below its target opens a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from portal import audit
from portal.accreditation import posts
from portal.accreditation.models import PublishedFigure, StatedPosts
from portal.accreditation.queries import posts as queries
from portal.audit import Event
from portal.gaps.models import GapKind, Severity
from portal.gaps.operations import register
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, Stale, Step, WrongState
from portal.kernel.working_days import add_months
from portal.organisations.models import Organisation
from portal.policy import PORTAL, Acting, Action, insist
from portal.standards import library

MOST = 100_000
MONTHS = 6  # in which an organisation that fell below its target is to reach it again


def state(body: Organisation, count: int, *, version: int, by: Acting) -> None:
    """Say how many frontline posts there are. `version`: of the statement that the page showed as the newest (0: none)."""
    insist(by, Action.STATE_POSTS, body)
    if not 1 <= count <= MOST:
        raise Invalid("posts", f"Enter a number of posts from 1 to {words.number(MOST)}")
    hold(body)
    there = queries.stated(body.id)
    before = there[0].posts if there else None
    if count == before:
        return
    if version != len(there):
        both = [Both("Frontline posts", words.number(before or 0), str(count), "posts")]
        raise Stale("A colleague changed the number of posts since you opened the page.", fields=both, version=len(there))
    db.session.add(
        StatedPosts(organisation_id=body.id, code=body.code, number=len(there) + 1, posts=count, stated_at=clock.now(), stated_by=by.name)
    )
    db.session.flush()
    audit.record(Event.POSTS_STATED, body, by=by, posts=count, before=before)
    settle(body, by=by)


def publish(body: Organisation, *, by: Acting) -> PublishedFigure:
    """Publish the figure of this month. It is said once a month; a second time changes nothing."""
    insist(by, Action.PUBLISH_ACCREDITED, body)
    hold(body)
    month = clock.today().replace(day=1)
    there = queries.figures(body.id)
    if there and there[0].month >= month:
        return there[0]
    figure = queries.figure(body.id)
    if figure is None:
        raise WrongState(
            "Nobody has said yet how many frontline posts there are.", next_steps=[Step("Say how many", f"/organisations/{body.code}/accreditation/posts")]
        )
    said, now = posts.published(figure), clock.now()
    before = there[0].sha256 if there else posts.START
    made = PublishedFigure(
        organisation_id=body.id, code=body.code, month=month, accredited=said.accredited if said else None, posts=said.posts if said else None,
        published_at=now, published_by=by.name, before=before, sha256=posts.digest(before, body.code, month, said, now, by.name),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(Event.FIGURE_PUBLISHED, body, by=by, month=month, accredited=made.accredited, posts=made.posts, sha256=made.sha256)
    return made


def settle(body: Organisation, *, by: Acting) -> int:
    """Open the gap of an organisation that is below its target today, or close it; 1 if either was done."""
    kind = library.kind(body.kind)
    there = register.find_open(organisation_id=body.id, kind=GapKind.TOO_FEW_ACCREDITED, standard=kind.standard)
    figure = queries.figure(body.id)
    if body.closed_on is not None or body.joined_on is None or figure is None:
        gone = "The organisation closed" if body.closed_on is not None else "The organisation no longer takes part"
        return int(register.close_gap(there, gone, by=by)) if there else 0
    if figure.reaches(kind.accredited):
        why = f"{figure.accredited} of {words.count(figure.posts, 'frontline post', 'frontline posts')} are accredited, which reaches {kind.accredited}%"
        return int(register.close_gap(there, why, by=by)) if there else 0
    serious = not figure.reaches(kind.accredited // 2)
    register.open_gap(
        organisation_id=body.id, organisation_kind=body.kind, kind=GapKind.TOO_FEW_ACCREDITED, about="accreditation", standard=kind.standard,
        pillar="", expectation="", level=None, target=None, severity=Severity.SERIOUS if serious else Severity.MODERATE,
        due_on=there.due_on if there else add_months(clock.today(), MONTHS), by=by, known=there,
    )  # fmt: skip
    return int(there is None)


def settle_all() -> Iterator[Callable[[], int]]:
    """A step for each organisation that said how many posts it has."""
    for id in queries.stating():
        yield partial(_settle_one, id)


def _settle_one(id: int) -> int:
    return settle(hold(queries.body(id)), by=PORTAL)
