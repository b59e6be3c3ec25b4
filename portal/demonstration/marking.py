"""Works for one assignment in every state, their assessors, and two appeals: told by the operations themselves, on the days on which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from portal.accreditation.courses.records import Script
from portal.accreditation.lifecycle import Bond
from portal.accreditation.models import Enrolment, Work
from portal.accreditation.operations import appealing, assessing, deciding_appeals, learning, practising, tying
from portal.accreditation.operations.assessing import Marks
from portal.accreditation.queries import appeals, catalogue, works
from portal.accreditation.queries import assessing as marked
from portal.accreditation.queries import practising as practice
from portal.accreditation.queries.practising import Rubric
from portal.demonstration import desk, featured, passing
from portal.demonstration.bodies import Body
from portal.demonstration.people import OMBUDSMAN_STAFF, Recruiter, Someone
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.working_days import add_working_days, next_working_day
from portal.organisations.models import Membership, Person
from portal.policy import Acting, Role

COURSE, ASSIGNMENT = "C3", "resolution-call"
BEGINS_AGO = 22  # working days, so that these works are due before all that still wait (desk.py), and what two assessors differ on first of all
MORE = 4  # assessors
TOLD = 2  # assessors, the longest there, who mark here and in everything.py, and nothing of the many
LEARNERS = 7
FEEDBACK = "What is good is in the comments, and what would make it better."
KEPT = "You see the cause. Say as well what it did to her: she was made to look careless."
STANDS = (
    "I read the two places that you name. The sorry in them names what the agency did, and both assessors counted that. What they miss is "
    "what it did to her, and I do not find it either. The marks stand."
)
GROUNDS = (
    "Both assessors write that the letter gives no day on which she hears from us. It does, in the third line from the end.",
    "I think that level 1 for the tone is too low. The call is in short sentences, and I say sorry for what we did.",
)


def hire(recruiter: Recruiter, office: Body, today: date) -> list[Someone]:
    """The assessors who came last: one who practises on the first day, and one who has not. Returns those who were there before, with
    those who came to them when there was more to mark."""
    before = [one for one in office.team.people if one.role is Role.ASSESSOR]
    title = OMBUDSMAN_STAFF[Role.ASSESSOR][1]
    for one in featured.LATER:
        if one.role is Role.ASSESSOR:
            recruiter.hire(office, one.role, add_working_days(today, -BEGINS_AGO) - timedelta(days=30), job_title=title, name=one.name)
    return before + [recruiter.hire(office, Role.ASSESSOR, office.joined_on, job_title=title) for _ in range(MORE)]


def tell(now: datetime) -> None:
    """Everything, in its order."""
    days = _days(add_working_days(clock.london(now).date(), -BEGINS_AGO))
    first, second, *_ = assessors()
    third = _acting_as(featured.LATER[0].name)
    _practises(third, second, days)
    everybody = iter(_learners())
    _passes(next(everybody), days, first, second)
    _appeal(_fails(next(everybody), days, first, second), GROUNDS[0], days, decides=third)
    _appeal(_fails(next(everybody), days, first, second), GROUNDS[1], days)
    _differs(next(everybody), days, first, second)
    for script, learner in zip("de", everybody, strict=False):
        _hands_in(learner, days, script)
    _writes(next(everybody), days)


def _days(day: date) -> Iterator[datetime]:
    """Twice each working day from this one on."""
    while True:
        day = next_working_day(day)
        yield from (clock.start_of_day(day) + timedelta(hours=hour) for hour in (10, 14))
        day += timedelta(days=1)


def assessors() -> list[Acting]:
    """Those who mark, the longest there first."""
    found = db.session.scalars(
        sa.select(Membership.person_id).where(Membership.role == Role.ASSESSOR, Membership.until_on.is_(None)).order_by(Membership.since_on, Membership.id)
    )  # fmt: skip
    return [passing.acting(id) for id in found]


def _acting_as(name: str) -> Acting:
    return passing.acting(db.session.scalars(sa.select(Person.id).where(Person.name == name)).one())


def _learners() -> list[Acting]:
    """Handlers who have not begun this course."""
    begun = sa.select(Enrolment.person_id).where(Enrolment.course == COURSE)
    known = [one.name for one in (*featured.FEATURED, *featured.LATER)]
    found = db.session.scalars(
        sa.select(Membership.person_id).join(Person, Person.id == Membership.person_id)
        .where(Membership.role == Role.HANDLER, Membership.until_on.is_(None), Person.name.not_in(known), Person.id.not_in(begun))
        .order_by(Membership.id).limit(LEARNERS)
    )  # fmt: skip
    return [passing.acting(id) for id in found]


def _practises(by: Acting, close_to: Acting, days: Iterator[datetime]) -> None:
    """On every script, as the panel marked them; and says whose work they do not mark."""
    with clock.at(next(days)):
        at = practice.practice(by.id or 0, Rubric(COURSE, 1, ASSIGNMENT))
        assert at is not None
        for script in at.assignment.scripts:
            practising.mark(at, 1, script, passing.levels(at.assignment, script), frozenset(script.broken), by=by)
        db.session.flush()
    with clock.at(next(days)):
        tying.declare(close_to.email, Bond.CLOSE, by=by)


def _script(name: str) -> Script:
    there = catalogue.published(COURSE)
    assert there is not None
    return next(one for one in there.course.assignment(ASSIGNMENT).scripts if one.slug == name)


def _writes(by: Acting, days: Iterator[datetime], script: str = "b") -> works.Assigned:
    at = next(days)
    there = catalogue.published(COURSE)
    assert there is not None
    with clock.at(at):
        learning.begin(there.version, by=by)
        db.session.flush()
    return passing.write(by, COURSE, ASSIGNMENT, desk.typed(_script(script)), at)


def _hands_in(by: Acting, days: Iterator[datetime], script: str) -> Work:
    return passing.hand_in(by, _writes(by, days, script), next(days))


def _marks(work: Work, by: Acting, at: datetime, script: str, change: int = 0) -> None:
    """The next work, marked as the panel marked this script; and a comment that is good enough to be kept."""
    one = passing.mark(work, _script(script), FEEDBACK, by, at, change)
    held = marked.held(by.id or 0, one.reference)
    assert held is not None
    with clock.at(at + passing.A_MARKING):
        assessing.keep_comment(held, held.assignment.criteria[0].title, KEPT, by=by)
        db.session.flush()


def _passes(learner: Acting, days: Iterator[datetime], *marked_by: Acting) -> None:
    work = _hands_in(learner, days, "a")
    for by in marked_by:
        _marks(work, by, next(days), "a")


def _fails(learner: Acting, days: Iterator[datetime], *marked_by: Acting) -> Work:
    work = _hands_in(learner, days, "c")
    for by in marked_by:
        _marks(work, by, next(days), "c", change=-1)
    return work


def _differs(learner: Acting, days: Iterator[datetime], one: Acting, other: Acting) -> None:
    work = _hands_in(learner, days, "b")
    _marks(work, one, next(days), "b")
    _marks(work, other, next(days), "b", change=-2)


def _appeal(work: Work, grounds: str, days: Iterator[datetime], decides: Acting | None = None) -> None:
    learner = passing.acting(work.person_id)
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
        held = marked.held(decides.id or 0, deciding_appeals.take(at, by=decides).reference)
        assert held is not None
        assessing.save(held, Marks(feedback=STANDS), version=held.sheet.version, by=decides)
        deciding_appeals.decide(held, changed=False, version=held.sheet.version, by=decides)
        db.session.flush()
