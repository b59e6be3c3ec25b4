"""Assessors, brought to a state by the operations themselves."""

from __future__ import annotations

import sqlalchemy as sa

from portal.accreditation.models import Appeal, Marking, Work
from portal.accreditation.operations import appealing, assessing, practising
from portal.accreditation.operations.assessing import Marks
from portal.accreditation.queries import appeals, works
from portal.accreditation.queries import assessing as queries
from portal.accreditation.queries import practising as practice
from portal.accreditation.queries.practising import Practice, Rubric
from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import Membership, Person
from portal.organisations.queries import person_of_session
from portal.policy import Acting, Role
from tests.accreditation.learners import A_TEXT, a_work
from tests.people import Cast

REPLY = Rubric("T1", 1, "a-reply")
PANEL = {"Answers every point": 2, "Tone": 3}  # of each script of the small course


def an_assessor(cast: Cast, name: str, practised: bool = True) -> Acting:
    """Somebody at the Ombudsman who marks; `cast.sign_in(name)` knows them from now on."""
    db.session.execute(sa.insert(Person.__table__), {
        "reference": references.new("PE"), "email": f"{name}@example.org", "name": f"{name.capitalize()} Vane", "added_at": clock.now(),
        "totp_last_step": 0, "version": 1,
    })  # fmt: skip
    cast.rows[name] = db.session.query(Person).filter_by(email=f"{name}@example.org").one()
    db.session.execute(sa.insert(Membership.__table__), {
        "reference": references.new("MB"), "person_id": cast.rows[name].id, "organisation_id": cast.ombudsman.id, "role": Role.ASSESSOR,
        "since_on": clock.today(),
    })  # fmt: skip
    db.session.commit()
    found = person_of_session(cast.sign_in(name))
    assert found is not None
    if practised:
        a_round(found)
    return found


def the_practice(by: Acting, rubric: Rubric = REPLY) -> Practice:
    found = practice.practice(by.id or 0, rubric)
    assert found is not None
    return found


def a_round(by: Acting, agreeing: int = 5) -> None:
    """A whole round of practice that agrees on so many scripts."""
    number = len(the_practice(by).rounds) + 1
    for place, script in enumerate(the_practice(by).assignment.scripts):
        given = PANEL if place < agreeing else {"Answers every point": 4, "Tone": 0}
        practising.mark(the_practice(by), number, script, given, frozenset(), by=by)
    db.session.commit()


def held(by: Acting, one: Marking) -> queries.Held:
    db.session.expire_all()
    found = queries.held(by.id or 0, one.reference)
    assert found is not None
    return found


def taken(by: Acting) -> queries.Held:
    """The next work, taken."""
    one = assessing.take(by=by)
    db.session.commit()
    return held(by, one)


def written(at: queries.Held, *levels: int, by: Acting, feedback: str = "", found: dict[str, str] | None = None) -> queries.Held:
    """Levels in the order of the rubric, with a comment on each."""
    titles = [criterion.title for criterion in at.assignment.criteria]
    marks = Marks(dict(zip(titles, levels, strict=True)), {title: f"Why {title}." for title in titles}, found or {}, feedback)
    assessing.save(at, marks, version=at.sheet.version, by=by)
    db.session.commit()
    return held(by, at.marking)


def finished(at: queries.Held, *levels: int, by: Acting, found: dict[str, str] | None = None) -> queries.Held:
    at = written(at, *levels, by=by, found=found)
    assessing.finish(at, version=at.sheet.version, by=by)
    db.session.commit()
    return held(by, at.marking)


def decided(cast: Cast, *assessors: Acting, text: str = A_TEXT, levels: tuple[int, int] = (3, 3)) -> Work:
    """A work of hal's that these assessors have marked alike."""
    one = a_work(cast.hal, text)
    for by in assessors:
        finished(taken(by), *levels, by=by)
    return db.session.get_one(Work, one.id)


def an_appeal(cast: Cast, work: Work) -> Appeal:
    handed = works.handed(work.person_id, work.reference)
    assert handed is not None
    appealing.ask(handed, "My tone is kinder than that.", by=cast.hal)
    db.session.commit()
    return db.session.query(Appeal).filter_by(work_id=work.id).one()


def appealed(by: Acting, one: Appeal) -> appeals.Appealed:
    found = appeals.appealed(by, one.reference)
    assert found is not None
    return found
