"""Works for one assignment in every state, their assessors, and two appeals: told by the operations themselves, on the days on which it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from portal import audit
from portal.accreditation.courses.records import Assignment, Script
from portal.accreditation.lifecycle import Bond
from portal.accreditation.models import Work
from portal.accreditation.operations import (
    appealing,
    assessing,
    deciding_appeals,
    learning,
    practising,
    tying,
    writing,
)
from portal.accreditation.operations.assessing import Marks
from portal.accreditation.queries import appeals, works
from portal.accreditation.queries import assessing as assessors
from portal.accreditation.queries import learning as studied
from portal.accreditation.queries import practising as practice
from portal.accreditation.queries.practising import Rubric
from portal.audit import Entry
from portal.demonstration import featured
from portal.demonstration.people import OMBUDSMAN_STAFF, Recruiter
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership, Organisation, Person
from portal.organisations.queries.people import person_of_id
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.policy import Acting, Role

COURSE, ASSIGNMENT = "C3", "resolution-call"
BEGINS_AGO = timedelta(days=19)  # nothing is old enough yet to come back as a hidden repeat
LEARNERS = 7
KEPT = "You see the cause. Say as well what it did to her: she was made to look careless."
STANDS = (
    "I read the two places that you name. The sorry in them names what the agency did, and both assessors counted that. What they miss is "
    "what it did to her, and I do not find it either. The marks stand."
)
GROUNDS = (
    "Both assessors write that the letter gives no day on which she hears from us. It does, in the third line from the end.",
    "I think that level 1 for the tone is too low. The call is in short sentences, and I say sorry for what we did.",
)


def hire(recruiter: Recruiter, today: date) -> None:
    """The assessors who came last: one who practises on the first day, and one who has not."""
    ombudsman = db.session.scalars(sa.select(Organisation).where(Organisation.code == OMBUDSMAN_CODE)).one()
    for one in featured.LATER:
        recruiter.hire(ombudsman, one.role, today - BEGINS_AGO - timedelta(days=30), job_title=OMBUDSMAN_STAFF[one.role][1], name=one.name)


def tell(now: datetime) -> list[Entry]:
    """Everything, in its order. Returns what the record will say of it, which is sealed with all the rest."""
    days = iter(now - BEGINS_AGO + timedelta(hours=12 * half) for half in range(2 * BEGINS_AGO.days))
    first, second, third = _practised(days)
    everybody = iter(_learners())
    _passes(next(everybody), days, first, second)
    _appeal(_fails(next(everybody), days, first, second), GROUNDS[0], days, decides=third)
    _appeal(_fails(next(everybody), days, first, second), GROUNDS[1], days)
    _differs(next(everybody), days, first, second)
    for script, learner in zip("de", everybody, strict=False):
        _hands_in(learner, days, script)
    _writes(next(everybody), days)
    return audit.handed_over(db.session())


def _assessors() -> list[Acting]:
    found = db.session.scalars(
        sa.select(Membership.person_id).where(Membership.role == Role.ASSESSOR, Membership.until_on.is_(None)).order_by(Membership.id)
    )  # fmt: skip
    return [_acting(id) for id in found]


def _learners() -> list[Acting]:
    found = db.session.scalars(
        sa.select(Membership.person_id).join(Person, Person.id == Membership.person_id)
        .where(Membership.role == Role.HANDLER, Membership.until_on.is_(None), Person.name.not_in([one.name for one in featured.FEATURED]))
        .order_by(Membership.id).limit(LEARNERS)
    )  # fmt: skip
    return [_acting(id) for id in found]


def _acting(id: int) -> Acting:
    found = person_of_id(id)
    assert found is not None
    return found


def _practised(days: Iterator[datetime]) -> tuple[Acting, Acting, Acting]:
    """The assessors but for the last, each of whom agrees with the panel on every script."""
    *found, _ = _assessors()
    for by in found:
        with clock.at(next(days)):
            at = practice.practice(by.id or 0, Rubric(COURSE, 1, ASSIGNMENT))
            assert at is not None
            for script in at.assignment.scripts:
                practising.mark(at, 1, script, _levels(at.assignment, script), frozenset(script.broken), by=by)
            db.session.flush()
    first, second, third = found
    with clock.at(next(days)):
        tying.declare(second.email, Bond.CLOSE, by=third)
    return first, second, third


def _levels(assignment: Assignment, script: Script, change: int = 0) -> Mapping[str, int | None]:
    """The panel's levels, all of them so much higher or lower."""
    return {one.title: max(0, min(4, marked.level + change)) for one, marked in zip(assignment.criteria, script.marks, strict=True)}


def _writes(by: Acting, days: Iterator[datetime], script: str = "b") -> works.Assigned:
    with clock.at(next(days)):
        at = studied.studied(by.id or 0, COURSE)
        assert at is not None
        learning.begin(at.version, by=by)
        db.session.flush()
        assigned = _assigned(by)
        text = next(one.text for one in assigned.assignment.scripts if one.slug == script).replace("### ", "")
        writing.save(assigned, text, number=1, version=0, by=by)
        db.session.flush()
        return _assigned(by)


def _assigned(by: Acting) -> works.Assigned:
    found = works.assigned(by.id or 0, COURSE, ASSIGNMENT)
    assert found is not None
    return found


def _hands_in(by: Acting, days: Iterator[datetime], script: str) -> Work:
    at = _writes(by, days, script)
    assert at.written is not None
    with clock.at(next(days)):
        return writing.hand_in(at, number=1, version=at.written.version, confirmed=True, by=by)


def _marks(by: Acting, at: datetime, script: str, change: int = 0) -> None:
    """The next work, marked as the panel marked this script."""
    with clock.at(at):
        one = assessing.take(by=by)
    with clock.at(at + timedelta(minutes=40)):
        held = assessors.held(by.id or 0, one.reference)
        assert held is not None
        of = next(each for each in held.assignment.scripts if each.slug == script)
        whys = {criterion.title: marked.why for criterion, marked in zip(held.assignment.criteria, of.marks, strict=True)}
        quotes = dict.fromkeys(of.broken, held.text[:60])
        assessing.save(held, Marks(_levels(held.assignment, of, change), whys, quotes, "What is good is in the comments, and what would make it better."),
                       version=held.sheet.version, by=by)  # fmt: skip
        held = assessors.held(by.id or 0, one.reference)
        assert held is not None
        assessing.keep_comment(held, held.assignment.criteria[0].title, KEPT, by=by)
        assessing.finish(held, version=held.sheet.version, by=by)
        db.session.flush()


def _passes(learner: Acting, days: Iterator[datetime], *marked_by: Acting) -> None:
    _hands_in(learner, days, "a")
    for by in marked_by:
        _marks(by, next(days), "a")


def _fails(learner: Acting, days: Iterator[datetime], *marked_by: Acting) -> Work:
    work = _hands_in(learner, days, "c")
    for by in marked_by:
        _marks(by, next(days), "c", change=-1)
    return work


def _differs(learner: Acting, days: Iterator[datetime], one: Acting, other: Acting) -> None:
    _hands_in(learner, days, "b")
    _marks(one, next(days), "b")
    _marks(other, next(days), "b", change=-2)


def _appeal(work: Work, grounds: str, days: Iterator[datetime], decides: Acting | None = None) -> None:
    learner = _acting(work.person_id)
    with clock.at(next(days)):
        handed = works.handed(work.person_id, work.reference)
        assert handed is not None
        appealing.ask(handed, grounds, by=learner)
        db.session.flush()
    if decides is None:
        return
    with clock.at(next(days)):
        appeal = works.appeal(work.id)
        assert appeal is not None
        at = appeals.appealed(decides, appeal.reference)
        assert at is not None
        held = assessors.held(decides.id or 0, deciding_appeals.take(at, by=decides).reference)
        assert held is not None
        assessing.save(held, Marks(feedback=STANDS), version=held.sheet.version, by=decides)
        deciding_appeals.decide(held, changed=False, version=held.sheet.version, by=decides)
        db.session.flush()
