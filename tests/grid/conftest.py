"""A portal with people of every kind, and a thing in every state that a page may be about."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import create_app
from portal.accreditation.lifecycle import Bond, CertificateKind
from portal.accreditation.models import Certificate, Enrolment, Tie
from portal.accreditation.operations import certifying, issuing, posts, tying
from portal.accreditation.queries import catalogue
from portal.assessments.models import View
from portal.assessments.operations import assigning, clarifying, extending, reviewing
from portal.config import Settings
from portal.evidence import places
from portal.evidence.operations import handing_in, withdrawing
from portal.gaps.models import Gap, PlannedAction
from portal.kernel import clock, references
from portal.kernel.db import Session, db
from portal.kernel.working_days import add_months
from portal.organisations.models import Conflict, Membership, Person
from portal.organisations.operations import conflicts, grouping, inviting
from portal.organisations.queries import person_of_session
from portal.outbox import Letter, OutgoingLetter
from portal.policy import Role
from portal.recommendations.lifecycle import Delivery, VerdictKind
from portal.recommendations.operations import answering, asking, deciding, having_calendars, reporting, tokens, waiting
from portal.recommendations.operations import extending as more_time
from tests import builders, databases
from tests.accreditation import assessors, learners
from tests.assessments.filled import brought_back
from tests.conftest import MONDAY
from tests.evidence.papers import a_pdf
from tests.grid.samples import CONFLICTED, EVERYBODY, LEFT, ONE_FACTOR, VISITOR, World
from tests.people import OMBUDSMAN, PRACTICE, TRUST, Cast
from tests.recommendations import rows
from tests.recommendations.test_importing import as_csv, row


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with the demonstration's own pages among its routes."""
    folder = tmp_path_factory.mktemp("grid")
    with databases.empty(os.environ.get("PORTAL_TEST_DATABASE", "sqlite"), folder) as url:
        settings = Settings(instance=folder, database_url=url, base_url="http://localhost", demonstration=True)
        app = create_app(settings)
        with app.app_context():
            databases.migrate()
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def world(demonstration: Flask) -> Iterator[World]:
    """Built once, within one transaction; every cell is a savepoint in it that is rolled back."""
    app = demonstration
    with pytest.MonkeyPatch.context() as patch, clock.at(MONDAY), db.engine.connect() as connection:
        whole = connection.begin()
        patch.setattr(Session, "get_bind", lambda *_, **__: connection)
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        world = World(app, connection, Cast.arrive())
        _people(world)
        _things(world)
        _recommendations(world)
        learners.published(world.cast)
        world.at["paper"] = learners.a_paper(world.cast.hal).attempt.reference
        _certificate(world)
        _figure(world)
        world.at["doubtful paper"] = learners.a_doubtful_paper(world.cast.priya).reference
        _works(world)
        _sessions(world)
        db.session.remove()
        yield world
        db.session.remove()
        whole.rollback()


def _certificate(world: World) -> None:
    """A certificate of the learner's, given for their enrolment in the course."""
    enrolment = db.session.query(Enrolment).filter_by(person_id=world.cast.rows["hal"].id).one()
    version = catalogue.version(enrolment.course_version_id)
    row = certifying.row_of(
        world.cast.rows["hal"], certifying.free_places(), from_on=clock.today(), until_on=add_months(clock.today(), 1), kind=CertificateKind.COURSE,
        code="T1", cycle=1, enrolment_id=enrolment.id, course_version_id=version.id, award_edition_id=None, title=version.title,
        content_sha256=version.sha256, standards="", score=90,
    )  # fmt: skip
    db.session.execute(sa.insert(Certificate.__table__), [row])
    db.session.commit()
    world.at |= {"certificate": row["reference"], "uuid": row["uuid"], "key": issuing.ring().signer().name}


def _figure(world: World) -> None:
    """How many of the trust's frontline posts are accredited, as it says this month."""
    posts.state(world.cast.trust, 20, version=0, by=world.cast.bea)
    db.session.commit()
    world.at["month"] = f"{posts.publish(world.cast.trust, by=world.cast.edwin).month:%Y-%m}"
    db.session.commit()


def _people(world: World) -> None:
    """A second trust's people are strangers already; besides them somebody in conflict, and somebody who left."""
    cast = world.cast
    for name, full, code, role, until in (
        (CONFLICTED, "Cyril Stone", OMBUDSMAN, Role.STANDARDS_REVIEWER, None),
        (LEFT, "Lee Park", TRUST, Role.COMPLAINTS_MANAGER, clock.today() - dt.timedelta(30)),
    ):
        person = {"reference": references.new("PE"), "email": f"{name.split()[0]}@example.org", "name": full,
                  "added_at": clock.now(), "totp_last_step": 0, "version": 1}  # fmt: skip
        db.session.execute(sa.insert(Person.__table__), [person])
        cast.rows[name] = db.session.query(Person).filter_by(email=person["email"]).one()
        membership = {"reference": references.new("MB"), "person_id": cast.rows[name].id, "role": role,
                      "organisation_id": cast.bodies[code].id, "job_title": "", "until_on": until,
                      "since_on": clock.today() - dt.timedelta(400)}  # fmt: skip
        db.session.execute(sa.insert(Membership.__table__), [membership])
    db.session.commit()
    cyril = person_of_session(cast.sign_in(CONFLICTED))
    assert cyril is not None
    conflicts.declare(cast.trust, reason="My sister sits on its board.", by=cyril)
    db.session.commit()


def _things(world: World) -> None:
    """An assessment of the trust in every stage of its life, each in a period of its own; and people's papers."""
    cast, at = world.cast, world.at
    at |= {"trust": TRUST, "period": "2020-21"}
    at["not started"] = builders.an_open_assessment(cast, period="2019-20").reference
    begun = builders.a_started_assessment(cast, period="2020-21")
    at["in progress"] = begun.reference
    at["workbook"] = brought_back(begun, cast.priya)
    assigning.assign(begun, ["NHS-1.1"], cast.connie.id, by=cast.priya)
    asked = extending.ask(begun, until=begun.due_on + dt.timedelta(10), reason="Two of us are ill.", by=cast.priya)
    at["extension"] = asked.reference
    at["sent"] = builders.a_sent_assessment(cast, period="2021-22").reference
    at["signed"] = builders.a_signed_assessment(cast, period="2022-23", levels={"NHS-1.1": 1}).reference
    claimed = builders.a_claimed_assessment(cast, period="2023-24")
    at["under review"] = claimed.reference
    lower = {"view": View.LOWER, "level": 2, "reason": "The minutes show a plan, not a practice.", "version": 0}
    reviewing.record_view(claimed, "NHS-1.1", by=cast.owen, **lower)
    question = clarifying.ask(claimed, "NHS-1.2", question="How many?", due_on=None, by=cast.owen)
    at["question"] = question.reference
    at["shared"] = builders.a_reviewed_assessment(cast, period="2024-25", levels={"NHS-1.2": 1}).reference
    at["published"] = builders.a_published_assessment(cast, period="2025-26").reference
    action = db.session.query(PlannedAction).filter_by(organisation_id=cast.trust.id).first()
    assert action is not None
    at |= {"action": action.reference, "gap": db.session.get_one(Gap, action.gap_id).reference}
    invited = inviting.invite(cast.trust, email="new@example.org", name="Nell Ward", roles=[Role.HANDLER], by=cast.bea)
    db.session.commit()
    letter = db.session.query(OutgoingLetter.facts).filter_by(letter=Letter.INVITATION.name).scalar()
    at |= {"invitation": invited[0].reference, "invitation token": json.loads(letter)["token"]}
    _evidence(world)
    grouping.cover_branch(cast.trust, cast.practice, clock.today(), by=cast.ada)
    at["branch"] = PRACTICE
    at["membership"] = db.session.query(Membership.reference).filter_by(person_id=cast.rows["priya"].id).scalar()
    at["person"] = cast.rows["priya"].reference
    at["conflict"] = db.session.query(Conflict.reference).filter_by(person_id=cast.rows[CONFLICTED].id).scalar()


def _evidence(world: World) -> None:
    """A draft of the trust's; something a contributor handed in; something that was signed, in two versions; something withdrawn."""
    cast, at = world.cast, world.at
    begun, signed = at["in progress"], at["signed"]
    at |= {"assigned place": f"{begun}/NHS-1.1", "another place": f"{begun}/NHS-1.2", "signed place": f"{signed}/NHS-1.1"}
    batch = handing_in.a_batch()
    draft = builders.an_item(cast, content=a_pdf("Our policy."), name="policy.pdf", batch=batch)
    place = places.find(at["assigned place"])
    mine = builders.an_item(cast, title="Contributed", by="connie", place=place)
    handed = builders.released(builders.an_item(cast, title="Signed", content=a_pdf("What was signed."), name="signed.pdf"))
    builders.a_pin(cast, at["another place"], draft)
    at |= {"pin": builders.a_pin(cast, at["assigned place"], mine, by="priya").reference,
           "signed pin": builders.a_pin(cast, at["signed place"], handed).reference,
           "review pin": builders.a_pin(cast, f"{at['under review']}/NHS-1.1", handed).reference,
           "action pin": builders.a_pin(cast, at["action"], handed).reference}  # fmt: skip
    builders.a_replacement(cast, handed, move_pins=False)
    old = builders.an_item(cast, title="Withdrawn")
    withdrawing.keep(old, version=old.version, reason="A court may ask for it.", by=cast.edwin)
    db.session.commit()
    withdrawing.withdraw(old, version=old.version, reason="Out of date", by=cast.priya)
    db.session.commit()
    at |= {"evidence": draft.reference, "batch": batch, "contributed evidence": mine.reference,
           "signed evidence": handed.reference, "withdrawn evidence": old.reference}  # fmt: skip


def _recommendations(world: World) -> None:
    """One draft, one that waits for approval, one that was issued; none of them drafted by anybody of the grid."""
    cast, at = world.cast, world.at
    at["draft"] = builders.a_draft(cast, number=1).reference
    at["waiting draft"] = builders.a_sent_draft(cast, number=2).reference
    at["late"] = rows.insert(cast, due=-40, delivery=Delivery.IN_PROGRESS)
    rows.a_waiting_step(at["late"])
    at["calendar token"] = having_calendars.make(cast.trust, by=cast.priya)
    db.session.commit()
    at["issued"] = builders.an_issued_recommendation(cast, number=3).reference
    at["prepared"] = builders.a_prepared_answer(cast, builders.an_issued_recommendation(cast, number=4))[0].reference
    sent, response = builders.a_prepared_answer(cast, builders.an_issued_recommendation(cast, number=5))
    answering.send(sent, response, version=response.version, by=cast.priya)
    db.session.commit()
    at["answer to sign"] = sent.reference
    reported = builders.an_issued_recommendation(cast, number=7)
    asking.note_address(reported, address="somebody@example.net", version=reported.version, by=cast.cora)
    db.session.commit()
    builders.a_pin(cast, f"{reported.reference}/2")
    reporting.report(
        reported, version=reported.version, changed="We wrote.", how_we_know="We hold a copy.", finished=True, done_on=clock.today(),
        seen={1: reporting.Seen("Head of complaints", clock.today())}, by=cast.priya,
    )  # fmt: skip
    db.session.commit()
    at["reported"] = reported.reference
    asked = db.session.query(OutgoingLetter).filter_by(letter=Letter.COMPLAINANT_ASKED.name).one()
    at["token of a question"] = json.loads(asked.facts)["token"]
    at["answered"] = builders.an_answered_recommendation(cast, builders.an_issued_recommendation(cast, number=6)).reference
    at["cases"] = waiting.keep(as_csv(row(number=4)).decode(), name="cases.csv", by=cast.cora)
    made, _ = tokens.make(name="Case system", scopes=[tokens.READ], officer="cora@example.org", ends_on=clock.today(), by=cast.ada)
    at["token"] = made.reference
    db.session.commit()
    later = builders.an_issued_recommendation(cast, number=8)
    more_time.ask(later, until=later.due_on + dt.timedelta(10), reason="Two of us are ill.", version=later.version, by=cast.priya)
    at["more time asked"] = later.reference
    decided = builders.an_issued_recommendation(cast, number=9)
    deciding.decide(decided, version=decided.version, kind=VerdictKind.OVERTAKEN, reason="The unit closed.", by=cast.cora)
    db.session.commit()
    at["decided"] = decided.reference


def _works(world: World) -> None:
    """A work of hal's that two assessors of no cell have marked, with his appeal; one of priya's that mark has taken; a tie of mark's."""
    cast, at = world.cast, world.at
    work = assessors.decided(cast, *(assessors.an_assessor(cast, name) for name in ("vera", "noor")))
    assessors.a_round(cast.mark)
    learners.a_work(cast.priya)
    tying.declare("sam@example.org", Bond.CLOSE, by=cast.mark)
    at |= {"work": work.reference, "appeal": assessors.an_appeal(cast, work).reference,
           "marking": assessors.taken(cast.mark).marking.reference, "tie": db.session.query(Tie.id).scalar()}  # fmt: skip
    learners.a_draft(cast.connie)
    db.session.commit()


def _sessions(world: World) -> None:
    """A cookie for each person, made by the application itself, and a token for their forms."""
    for name in EVERYBODY:
        client = world.app.test_client()
        if name != VISITOR:
            row = "owen" if name == ONE_FACTOR else name
            token = world.cast.sign_in(row, second_factor=name != ONE_FACTOR)
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = token, True
        page = client.get("/sign-in" if name == VISITOR else "/account/name" if name != ONE_FACTOR else "/second-factor/set-up")
        text = page.get_data(as_text=True)
        world.tokens[name] = text.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
        assert world.tokens[name], f"{page.request.path} gave {name} no token for a form: {page.status}"
        cookie = client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        world.cookies[name] = f"{cookie.key}={cookie.value}"
