"""Every door for every kind of person: what the book says of it is what happens, by GET and by POST.

The expectation of each cell is computed from the gate that the view declares and from policy.py, and KEY_CELLS says
some of them once more by hand. A route that is not in SAMPLES fails with a sentence that says what to add.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from werkzeug.routing import Rule

from portal import create_app, policy
from portal.accreditation.lifecycle import Bond, CertificateKind
from portal.accreditation.models import Certificate, Enrolment, Tie
from portal.accreditation.operations import certifying, issuing, tying
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
from portal.web.gate import Gate, acting
from tests import builders, databases
from tests.accreditation import assessors, learners
from tests.assessments.filled import brought_back
from tests.conftest import MONDAY
from tests.evidence.papers import a_pdf
from tests.people import OMBUDSMAN, PEOPLE, PRACTICE, TRUST, Cast
from tests.recommendations import rows
from tests.recommendations.test_importing import as_csv, row

VISITOR, LEFT, CONFLICTED, ONE_FACTOR = "a visitor", "lee who left", "cyril in conflict", "owen without a second factor"
EVERYBODY = (VISITOR, LEFT, *PEOPLE, CONFLICTED, ONE_FACTOR)
NOT_REFUSED = {200, 204, 303, 302, 409, 410, 422, 429}


@dataclass
class World:
    """One state of the database for all cells: an assessment of the trust for every stage of its life."""

    app: Flask
    connection: sa.Connection
    cast: Cast
    at: dict[str, Any] = field(default_factory=dict)  # references and codes by the name of what they lead to
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


Sample = dict[str, Any]
Samples = Callable[[World], list[Sample]]


def nothing(_world: World) -> list[Sample]:
    return [{}]


def at(**names: str | int) -> Samples:
    """URL values by the names under which the world keeps them (a value that it does not keep stands for itself)."""
    return lambda world: [{name: world.at.get(value, value) for name, value in names.items()}]


def each(*samples: Samples) -> Samples:
    return lambda world: [one for sample in samples for one in sample(world)]


# Where a route has values in its address, each sample is a thing in a state in which the page is of use. Answers come
# twice: assigned to the contributor, and not.
BODY = at(code="trust")
NEW, BEGUN, SENT, SIGNED = (at(reference=name) for name in ("not started", "in progress", "sent", "signed"))
REVIEW, SHARED, PUBLISHED = (at(reference=name) for name in ("under review", "shared", "published"))
QUESTION = at(reference="under review", question="question")
MEMBERSHIP, INVITATION = at(code="trust", reference="membership"), at(code="trust", reference="invitation")
GAP, ACTION = at(reference="gap"), at(reference="action")
CERTIFICATE, CREDENTIAL = at(reference="certificate"), at(uuid="uuid")
DRAFT_EVIDENCE, SIGNED_EVIDENCE = at(reference="evidence"), at(reference="signed evidence")
EVIDENCE = each(DRAFT_EVIDENCE, at(reference="contributed evidence"), SIGNED_EVIDENCE)
VERSIONS = each(
    *(at(reference=name, number=1) for name in ("evidence", "contributed evidence", "signed evidence", "withdrawn evidence")),
    at(reference="signed evidence", number=2),  # not pinned to anything handed in
)
PAGES = at(reference="signed evidence", number=1, page=1)
PINNED_TO = each(at(about="assigned place"), at(about="another place"), at(about="signed place"), at(about="action"))
SAMPLES: dict[str, Samples] = {
    "/sign-in/<token>": at(token="no-such-token"),
    "/invitations/<token>": at(token="invitation token"),
    "/conflicts/<reference>/end": at(reference="conflict"),
    "/demonstration/people/<reference>": at(reference="person"),
    "/organisations/<code>": BODY,
    "/organisations/<code>/people": BODY,
    "/organisations/<code>/people/invite": BODY,
    "/organisations/<code>/people/<reference>/deputy": MEMBERSHIP,
    "/organisations/<code>/people/<reference>/end-deputy": MEMBERSHIP,
    "/organisations/<code>/people/<reference>/role": MEMBERSHIP,
    "/organisations/<code>/people/<reference>/end": MEMBERSHIP,
    "/organisations/<code>/people/<reference>/second-factor": MEMBERSHIP,
    "/organisations/<code>/people/invitations/<reference>/resend": INVITATION,
    "/organisations/<code>/people/invitations/<reference>/withdraw": INVITATION,
    "/organisations/<code>/evidence": BODY,
    "/organisations/<code>/evidence/hand-in": BODY,
    "/organisations/<code>/evidence/handed-in/<reference>": at(code="trust", reference="batch"),
    "/organisations/<code>/plan": BODY,
    "/organisations/<code>/accreditation": BODY,
    "/organisations/<code>/accreditation.csv": BODY,
    "/organisations/<code>/accreditation/posts": BODY,
    "/organisations/<code>/accreditation/publish": BODY,
    "/organisations/<code>/accredited": BODY,
    "/organisations/<code>/record": BODY,
    "/organisations/<code>/taking-part": BODY,
    "/organisations/<code>/taking-part/join": BODY,
    "/organisations/<code>/taking-part/leave": BODY,
    "/organisations/<code>/keeping": BODY,
    "/organisations/<code>/keeping/correct": BODY,
    "/organisations/<code>/keeping/successor": BODY,
    "/organisations/<code>/keeping/branch": BODY,
    "/organisations/<code>/keeping/branches/<branch>/release": at(code="trust", branch="branch"),
    "/organisations/import/<key>": at(key="file"),
    "/standards/<id>": at(id="NHS"),
    "/standards/<id>/<version>": at(id="NHS", version="1.0"),
    "/standards/<id>/<version>/<code>": at(id="NHS", version="1.0", code="NHS-1.1"),
    "/standards/<id>/<version>/for/<kind>": at(id="NHS", version="1.0", kind="T"),
    "/standards/<id>/changes/<old>/<new>": at(id="NHS", old="0.9", new="1.0"),
    "/periods/<name>": at(name="period"),
    "/periods/<name>/kinds/<kind>": at(name="period", kind="T"),
    "/extensions/<reference>": at(reference="extension"),
    "/assessments/<reference>": each(NEW, BEGUN, SENT, SIGNED, REVIEW, SHARED, PUBLISHED),
    "/assessments/<reference>/start": NEW,
    "/assessments/<reference>/expectations/<expectation>": each(
        at(reference="in progress", expectation="NHS-1.1"), at(reference="in progress", expectation="NHS-1.2")
    ),
    "/assessments/<reference>/workbook": each(NEW, BEGUN, SIGNED),
    "/assessments/<reference>/workbook.xlsx": each(NEW, BEGUN, SIGNED),
    "/assessments/<reference>/workbook/<key>": at(reference="in progress", key="workbook"),
    "/assessments/<reference>/summary": each(NEW, BEGUN, SIGNED, PUBLISHED),
    "/assessments/<reference>/summary.pdf": each(BEGUN, PUBLISHED),
    "/assessments/<reference>/assignments": BEGUN,
    "/assessments/<reference>/if-you-submitted-now": BEGUN,
    "/assessments/<reference>/send": BEGUN,
    "/assessments/<reference>/history": BEGUN,
    "/assessments/<reference>/extension": BEGUN,
    "/assessments/<reference>/extension/grant": BEGUN,
    "/assessments/<reference>/sign-off": SENT,
    "/assessments/<reference>/return": SENT,
    "/assessments/<reference>/withdraw": SENT,
    "/assessments/<reference>/receipt": SIGNED,
    "/assessments/<reference>/receipt/<int:number>.json": at(reference="signed", number="1"),
    "/assessments/<reference>/questions": REVIEW,
    "/assessments/<reference>/questions/<question>": QUESTION,
    "/assessments/<reference>/reply": SHARED,
    "/assessments/<reference>/plan": SHARED,
    "/reviews/<reference>": each(SIGNED, REVIEW, SHARED, PUBLISHED),
    "/reviews/<reference>/receipt": SIGNED,
    "/reviews/<reference>/receipt/<int:number>.json": at(reference="signed", number="1"),
    "/reviews/<reference>/history": each(SIGNED, PUBLISHED),
    "/reviews/<reference>/claim": SIGNED,
    "/reviews/<reference>/agree-with-the-rest": REVIEW,
    "/reviews/<reference>/expectations/<code>": at(reference="under review", code="NHS-1.1"),
    "/reviews/<reference>/expectations/<code>/evidence/<pin>": at(
        reference="under review", code="NHS-1.1", pin="review pin"
    ),
    "/reviews/<reference>/expectations/<code>/question": at(reference="under review", code="NHS-1.1"),
    "/reviews/<reference>/questions/<question>/close": QUESTION,
    "/reviews/<reference>/second": REVIEW,
    "/reviews/<reference>/second/<code>": at(reference="under review", code="NHS-1.1"),
    "/reviews/<reference>/reliability": REVIEW,
    "/reviews/<reference>/give-up": REVIEW,
    "/reviews/<reference>/take-over": REVIEW,
    "/reviews/<reference>/share": REVIEW,
    "/reviews/<reference>/plan": SHARED,
    "/reviews/<reference>/publish": SHARED,
    "/reviews/<reference>/answer-reply": SHARED,
    "/reviews/<reference>/reopen": SIGNED,
    "/gaps/<reference>": GAP,
    "/gaps/<reference>/plan-an-action": GAP,
    "/evidence/<reference>": EVIDENCE,
    "/evidence/<reference>/change": DRAFT_EVIDENCE,
    "/evidence/<reference>/replace": DRAFT_EVIDENCE,
    "/evidence/<reference>/withdraw": DRAFT_EVIDENCE,
    "/evidence/<reference>/restore": at(reference="withdrawn evidence"),
    "/evidence/<reference>/keep": EVIDENCE,
    "/evidence/<reference>/let-go": at(reference="withdrawn evidence"),
    "/evidence/<reference>/personal-data": EVIDENCE,
    "/evidence/<reference>/pin": EVIDENCE,
    "/evidence/<reference>/versions/<int:number>/personal-data": VERSIONS,
    "/evidence/<reference>/versions/<int:number>/stop": VERSIONS,
    "/evidence/<reference>/versions/<int:number>/use": VERSIONS,
    "/evidence/<reference>/versions/<int:number>/open": VERSIONS,
    "/evidence/<reference>/versions/<int:number>/file": VERSIONS,
    "/evidence/<reference>/versions/<int:number>/pages/<int:page>": PAGES,
    "/evidence/<reference>/versions/<int:number>/pages/<int:page>.png": PAGES,
    "/evidence/pins/<reference>": each(at(reference="pin"), at(reference="signed pin"), at(reference="action pin")),
    "/evidence/pins/<reference>/take-away": each(at(reference="pin"), at(reference="signed pin"), at(reference="action pin")),
    "/evidence/for/<path:about>": PINNED_TO,
    "/evidence/hand-in/for/<path:about>": PINNED_TO,
    "/recommendations/<reference>": at(reference="issued"),
    "/recommendations/<reference>/report": at(reference="issued"),
    "/recommendations/<reference>/reports/<int:number>": at(reference="reported", number=1),
    "/recommendations/<reference>/complainant": at(reference="reported"),
    "/recommendations/<reference>/complainant/settle": at(reference="reported"),
    "/your-view/<token>": at(token="token of a question"),
    "/recommendations/<reference>/wordings": at(reference="issued"),
    "/recommendations/<reference>/reword": at(reference="issued"),
    "/recommendations/<reference>/split": at(reference="issued"),
    "/recommendations/<reference>/merge": at(reference="issued"),
    "/recommendations/<reference>/supersede": at(reference="issued"),
    "/recommendations/<reference>/withdraw": at(reference="issued"),
    "/recommendations/<reference>/transfer": at(reference="issued"),
    "/recommendations/<reference>/order": at(reference="answered"),
    "/recommendations/<reference>/answer": each(at(reference="issued"), at(reference="answered")),
    "/recommendations/<reference>/answer/read": each(at(reference="prepared"), at(reference="answered")),
    "/recommendations/<reference>/answer/send": at(reference="prepared"),
    "/recommendations/<reference>/answer/return": at(reference="answer to sign"),
    "/recommendations/<reference>/answer/sign": at(reference="answer to sign"),
    "/recommendations/<reference>/answer/<int:number>.json": at(reference="answered", number=1),
    "/recommendations/<reference>/decide": each(at(reference="issued"), at(reference="answered")),
    "/recommendations/<reference>/reopen": at(reference="decided"),
    "/recommendations/<reference>/more-time": each(at(reference="answered"), at(reference="more time asked")),
    "/recommendations/<reference>/more-time/give": at(reference="answered"),
    "/recommendations/<reference>/more-time/answer": at(reference="more time asked"),
    "/recommendations/<reference>/pause": at(reference="answered"),
    "/recommendations/<reference>/resume": at(reference="answered"),
    "/recommendations/<reference>/contacts": at(reference="answered"),
    "/recommendations/<reference>/hand-over": at(reference="answered"),
    "/recommendations/<reference>/ladder/<int:level>": at(reference="late", level=3),
    "/recommendations/<reference>/ladder/<int:level>/put-aside": at(reference="late", level=3),
    "/organisations/<code>/recommendations": BODY,
    "/organisations/<code>/recommendations.csv": BODY,
    "/organisations/<code>/calendar": BODY,
    "/organisations/<code>/calendar/end": BODY,
    "/calendars/<token>.ics": at(token="calendar token"),
    "/recommendations/views/<int:id>/delete": at(id=1),
    "/recommendations/import/<key>": at(key="cases"),
    "/tokens/<reference>/revoke": at(reference="token"),
    "/api/v1/recommendations/<reference>": each(at(reference="issued"), at(reference="draft"), at(reference="RC-2222222")),
    "/drafts/<reference>": at(reference="draft"),
    "/drafts/<reference>/read": each(at(reference="draft"), at(reference="waiting draft")),
    "/drafts/<reference>/send": at(reference="draft"),
    "/drafts/<reference>/discard": at(reference="draft"),
    "/drafts/<reference>/return": at(reference="waiting draft"),
    "/drafts/<reference>/issue": at(reference="waiting draft"),
    "/organisations/<code>/people/<reference>/extra-time": MEMBERSHIP,
    "/courses/<course>": at(course="T1"),
    "/authoring/<course>": at(course="T1"),
    "/authoring/<course>/remarks": at(course="T1"),
    "/authoring/<course>/remarks/<paper>": at(course="T1", paper="doubtful paper"),
    "/authoring/<course>/lessons": at(course="T1"),
    "/authoring/<course>/fairness": at(course="T1"),
    "/authoring/<course>/questions.csv": at(course="T1"),
    "/authoring/<course>/questions.gift": at(course="T1"),
    "/learning/<course>": at(course="T1"),
    "/learning/<course>/sources": at(course="T1"),
    "/learning/<course>/begin": at(course="T1"),
    "/learning/<course>/images/<name>": at(course="T1", name="line.svg"),
    "/learning/<course>/lessons/<module>/<lesson>/<int:page>": each(*(at(course="T1", module="01-first", lesson="01-one", page=page) for page in (1, 3))),
    "/learning/<course>/scenarios/<scenario>": at(course="T1", scenario="at-the-desk"),
    "/learning/<course>/scenarios/<scenario>/begin": at(course="T1", scenario="at-the-desk"),
    "/learning/<course>/examination": at(course="T1"),
    "/learning/<course>/pre-test": at(course="T1"),
    "/learning/papers/<reference>": at(reference="paper"),
    "/learning/papers/<reference>/<int:position>": at(reference="paper", position=1),
    "/learning/papers/<reference>/hand-in": at(reference="paper"),
    "/learning/certificates/<reference>": CERTIFICATE,
    "/learning/certificates/<reference>/renew": CERTIFICATE,
    "/learning/certificates/<reference>.pdf": CERTIFICATE,
    "/learning/certificates/<reference>.jwt": CERTIFICATE,
    "/learning/certificates/<reference>.png": CERTIFICATE,
    "/learning/certificates/<reference>.svg": CERTIFICATE,
    "/certificates/<reference>": CERTIFICATE,
    "/credentials/<uuid>": CREDENTIAL,
    "/credentials/<uuid>.jwt": CREDENTIAL,
    "/credentials/<uuid>.json": CREDENTIAL,
    "/keys/<name>.json": at(name="key"),
    "/status/<int:number>": each(at(number=1), at(number=2)),
    "/achievements/<code>/v<int:number>": at(code="t1", number=1),
    "/courses/<code>/<version>/criteria": at(code="T1", version="1.0.0"),
    "/learning/<course>/assignments/<assignment>": at(course="T1", assignment="a-reply"),
    "/learning/<course>/assignments/<assignment>/again": at(course="T1", assignment="a-reply"),
    "/learning/<course>/assignments/<assignment>/hand-in": at(course="T1", assignment="a-reply"),
    "/learning/works/<reference>": at(reference="work"),
    "/learning/works/<reference>/appeal": at(reference="work"),
    "/marking/works/<reference>": at(reference="marking"),
    "/marking/works/<reference>/finish": at(reference="marking"),
    "/marking/works/<reference>/put-back": at(reference="marking"),
    "/marking/comments/<int:id>/remove": at(id=1),
    "/marking/people/<int:id>/end": at(id="tie"),
    "/marking/practice/<course>/<int:major>/<assignment>": at(course="T1", major=1, assignment="a-reply"),
    "/marking/practice/<course>/<int:major>/<assignment>/<int:round>/<script>": each(
        at(course="T1", major=1, assignment="a-reply", round=1, script="a"), at(course="T1", major=1, assignment="a-reply", round=2, script="a")
    ),
    "/marking/appeals/<reference>": at(reference="appeal"),
    "/marking/appeals/<reference>/take": at(reference="appeal"),
    "/actions/<reference>": ACTION,
    "/actions/<reference>/<move>": at(reference="action", move="begin"),
}


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


@dataclass
class Cell:
    """One person at one door."""

    rule: Rule
    method: str
    who: str
    values: Sample

    def __str__(self) -> str:
        return f"{self.who}: {self.method} {self.rule.rule} {self.values or ''}"


OUTCOMES = {303: "to sign in or prove who they are", 401: "401", 403: "403", 404: "404", 200: "let in"}


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Whatever happens in here is as if it had not been. The savepoint is released as well, or each cell would stand within
    the one before it and PostgreSQL run out of locks."""
    db.session.remove()
    world.connection.exec_driver_sql("SAVEPOINT cell")
    try:
        yield
    finally:
        db.session.remove()
        world.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT cell")
        world.connection.exec_driver_sql("RELEASE SAVEPOINT cell")


def wanted(world: World, cell: Cell) -> int:
    """What the book says: 200 stands for let in, 303 for sent to the door."""
    gate: Gate = vars(world.app.view_functions[cell.rule.endpoint])["gate"]
    action = gate.action if cell.method == "GET" else gate.for_change
    if gate.scope:
        return 401  # a token alone opens it, and nobody of the grid has one: tests/recommendations/test_api.py
    if policy.RULES[action].anyone:
        return 200
    with undone(world), world.app.test_request_context(address(world, cell), method=cell.method, headers={"Cookie": world.cookies[cell.who]}):
        vars(g._get_current_object()).clear()
        person = acting()
        thing = gate.loader(**cell.values) if gate.loader else None
        if not person.is_authenticated or (gate.second_factor and person.at_the_ombudsman and person.second_factor_at is None):
            return 303
        if gate.loader and thing is None:
            return 404
        if policy.may(person, action, thing):
            return 200
        return 403 if thing is None or person.knows_of(thing.organisation_id) else 404


def address(world: World, cell: Cell) -> str:
    with world.app.test_request_context():
        return world.app.url_for(cell.rule.endpoint, **cell.values)


def knock(world: World, cell: Cell) -> tuple[int, str, bool]:
    """(status, where it leads, whether the record grew) of a request that is undone afterwards."""
    with undone(world):
        before = _records(world)
        client = world.app.test_client(use_cookies=False)
        headers = {"Cookie": world.cookies[cell.who], "Sec-Fetch-Site": "same-origin"}
        typed = {"csrf_token": world.tokens[cell.who]} if cell.method != "GET" else None
        answer = client.open(address(world, cell), method=cell.method, headers=headers, data=typed)
        return answer.status_code, answer.headers.get("Location", ""), _records(world) != before


def _records(world: World) -> int:
    return world.connection.exec_driver_sql("SELECT count(*) FROM audit_records").scalar_one()


def doors(world: World, method: str) -> Iterator[tuple[Rule, Sample]]:
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda one: one.rule):
        if method in (rule.methods or ()):
            for values in samples_of(world, rule):
                yield rule, values


def samples_of(world: World, rule: Rule) -> list[Sample]:
    if rule.rule in SAMPLES:
        return SAMPLES[rule.rule](world)
    assert not rule.arguments, (
        f"The grid does not know what {rule.rule} may lead to: add a line to SAMPLES in tests/test_grid.py that names "
        f"{', '.join(sorted(rule.arguments))} of a thing in a state in which this page is of use."
    )
    return [{}]


def faults_of(world: World, who: str, method: str) -> list[str]:
    faults = []
    for rule, values in doors(world, method):
        cell = Cell(rule, method, who, values)
        expected = wanted(world, cell)
        status, leads_to, changed = knock(world, cell)
        if expected == 200:
            right = status in NOT_REFUSED and not leads_to.startswith(("/sign-in?", "/second-factor?"))
        else:
            right = status == expected and not changed
            right = right and (expected != 303 or leads_to.startswith(("/sign-in", "/second-factor")))
        if method == "GET" and changed:
            faults.append(f"{cell}: a GET changed something")
        if not right:
            faults.append(f"{cell}: the book says {OUTCOMES[expected]}, but the answer was {status} {leads_to}")
    return faults


@pytest.mark.parametrize("who", EVERYBODY)
def test_reading_obeys_the_book(world: World, who: str) -> None:
    assert faults_of(world, who, "GET") == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_changing_obeys_the_book_and_whoever_is_refused_changes_nothing(world: World, who: str) -> None:
    assert faults_of(world, who, "POST") == []


def test_every_route_answers_only_to_get_and_post(demonstration: Flask) -> None:
    """So that the two tests above have seen every way in."""
    for rule in demonstration.url_map.iter_rules():
        assert set(rule.methods or ()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule.rule


def test_samples_are_kept_for_routes_that_exist(demonstration: Flask) -> None:
    gone = set(SAMPLES) - {rule.rule for rule in demonstration.url_map.iter_rules()}
    assert not gone, f"take these out of SAMPLES in tests/test_grid.py: {sorted(gone)}"


# The cells that matter most, written by hand: they hold even if gates and rules were both changed by mistake.

ANSWER, ANOTHER = "/assessments/{in progress}/expectations/NHS-1.1", "/assessments/{in progress}/expectations/NHS-1.2"
KEY_CELLS = [
    (VISITOR, "GET", ANSWER, 303),
    (VISITOR, "POST", ANSWER, 303),
    ("sam", "GET", ANSWER, 404),
    ("sam", "POST", ANSWER, 404),
    ("nadia", "POST", "/assessments/{sent}/sign-off", 404),
    (LEFT, "GET", ANSWER, 404),
    (LEFT, "POST", "/assessments/{in progress}/send", 404),
    ("hal", "GET", ANSWER, 200),
    ("hal", "POST", ANSWER, 403),
    ("edwin", "POST", ANSWER, 403),
    ("priya", "POST", "/assessments/{sent}/sign-off", 403),
    ("connie", "GET", ANSWER, 200),
    ("connie", "GET", ANOTHER, 403),
    ("connie", "POST", ANOTHER, 403),
    ("bea", "GET", "/organisations/RTX/people/invite", 200),
    ("priya", "GET", "/organisations/RTX/people/invite", 403),
    ("owen", "POST", ANSWER, 403),
    ("owen", "GET", ANSWER, 403),
    ("ana", "GET", "/assessments/{sent}", 403),
    ("cora", "GET", "/assessments/{signed}/sign-off", 403),
    ("ana", "GET", "/assessments/{in progress}/history", 403),
    ("ana", "GET", "/reviews/{sent}", 404),
    ("ana", "GET", "/reviews/{in progress}/history", 404),
    ("ana", "GET", "/reviews/{sent}/receipt", 404),
    ("ana", "GET", "/reviews/{signed}/history", 200),
    ("cora", "GET", "/assessments/{in progress}/extension", 200),
    ("cora", "POST", "/assessments/{in progress}/extension", 403),
    ("owen", "GET", "/reviews/{under review}/second/NHS-1.1", 403),
    ("rosa", "GET", "/reviews/{under review}/second/NHS-1.1", 200),
    (CONFLICTED, "GET", "/reviews/{under review}", 403),
    (CONFLICTED, "POST", "/reviews/{signed}/claim", 403),
    (CONFLICTED, "POST", "/reviews/{shared}/publish", 403),
    (ONE_FACTOR, "GET", "/reviews", 303),
    (ONE_FACTOR, "POST", "/reviews/{shared}/publish", 303),
    ("priya", "GET", "/reviews/{under review}", 403),
    ("sam", "GET", "/reviews/{under review}", 404),
    ("connie", "GET", "/assessments/{in progress}/workbook.xlsx", 200),
    ("connie", "GET", "/assessments/{signed}/workbook.xlsx", 403),
    ("sam", "GET", "/assessments/{in progress}/workbook.xlsx", 404),
    ("edwin", "POST", "/assessments/{in progress}/workbook", 403),
    ("connie", "GET", "/assessments/{in progress}/summary.pdf", 403),
    ("sam", "GET", "/assessments/{in progress}/summary.pdf", 404),
    ("owen", "GET", "/assessments/{in progress}/summary", 403),
    ("priya", "GET", "/gaps", 403),
    ("cora", "GET", "/gaps", 200),
    ("cora", "POST", "/reviews/{shared}/publish", 403),
    ("wren", "GET", "/gaps", 403),
    ("wren", "GET", "/authoring/T1/questions.gift", 200),
    ("ana", "GET", "/authoring/T1", 200),
    ("ana", "GET", "/authoring/T1/questions.gift", 403),
    ("ana", "GET", "/authoring/import", 403),
    ("priya", "GET", "/authoring/T1/questions.gift", 404),
    (VISITOR, "GET", "/authoring/T1/questions.gift", 303),
    (VISITOR, "GET", "/courses/T1", 200),
    ("mark", "GET", "/marking/works/{marking}", 200),
    ("ana", "GET", "/marking/works/{marking}", 404),
    ("priya", "GET", "/marking/works/{marking}", 404),  # whose work it is
    ("hal", "GET", "/learning/works/{work}", 200),
    ("priya", "GET", "/learning/works/{work}", 404),
    ("mark", "GET", "/learning/works/{work}", 404),
    ("mark", "GET", "/marking/appeals/{appeal}", 200),
    ("ada", "GET", "/marking/appeals/{appeal}", 403),
    ("hal", "GET", "/marking/appeals/{appeal}", 404),
    ("wren", "GET", "/marking", 403),
    ("hal", "POST", "/marking/take", 403),
    ("ana", "GET", "/marking/agreement", 200),
    ("mark", "GET", "/marking/agreement", 200),
    ("hal", "GET", "/marking/agreement", 403),
    ("ada", "GET", "/periods", 200),
    ("owen", "GET", "/periods", 403),
    (VISITOR, "GET", "/organisations/RTX", 200),
    (VISITOR, "GET", "/evidence/{evidence}/versions/1/file", 303),
    ("sam", "GET", "/evidence/{evidence}", 404),
    ("sam", "GET", "/evidence/{signed evidence}/versions/1/file", 404),
    ("sam", "POST", "/evidence/{evidence}/replace", 404),
    ("hal", "GET", "/evidence/{evidence}", 200),
    ("hal", "POST", "/evidence/{evidence}/replace", 403),
    ("connie", "GET", "/evidence/{evidence}", 403),
    ("connie", "GET", "/evidence/{contributed evidence}", 200),
    ("connie", "POST", "/evidence/{contributed evidence}/change", 422),
    ("connie", "GET", "/organisations/RTX/evidence/hand-in", 403),
    ("owen", "GET", "/evidence/{evidence}", 404),  # the library is the organisation's own until it is handed in
    ("owen", "GET", "/evidence/{evidence}/versions/1/file", 404),
    ("owen", "GET", "/evidence/{signed evidence}", 200),
    ("owen", "GET", "/evidence/{signed evidence}/versions/1/pages/1", 200),
    ("owen", "GET", "/evidence/{signed evidence}/versions/1/file", 303),  # to the button that says on record that it is opened
    ("owen", "POST", "/evidence/{signed evidence}/versions/1/open", 303),
    ("owen", "GET", "/evidence/{signed evidence}/versions/2/file", 404),  # not the version that was handed in
    ("owen", "GET", "/evidence/{withdrawn evidence}", 404),
    ("owen", "GET", "/organisations/RTX/evidence", 403),
    ("ada", "GET", "/evidence/{signed evidence}", 403),
    (CONFLICTED, "GET", "/evidence/{signed evidence}", 403),
    (CONFLICTED, "GET", "/evidence/{signed evidence}/versions/1/pages/1.png", 403),
    (ONE_FACTOR, "GET", "/evidence/{signed evidence}", 303),
    ("cora", "GET", "/recommendations/{answered}/decide", 200),
    ("ana", "GET", "/recommendations/{answered}/decide", 200),
    ("ana", "POST", "/recommendations/{answered}/decide", 403),
    ("priya", "GET", "/recommendations/{answered}/decide", 403),
    ("sam", "GET", "/recommendations/{answered}/decide", 404),
    (CONFLICTED, "GET", "/recommendations/{answered}/decide", 403),
    ("priya", "GET", "/recommendations/{answered}/contacts", 403),
    ("priya", "GET", "/recommendations/{answered}/more-time", 200),
    ("priya", "POST", "/recommendations/{answered}/more-time/give", 403),
    ("hal", "POST", "/recommendations/{answered}/more-time", 403),
    ("sam", "GET", "/recommendations/{answered}/more-time", 404),
    (VISITOR, "GET", "/recommendations/{issued}/wordings", 200),
    ("priya", "GET", "/recommendations/{issued}/split", 403),
    ("sam", "GET", "/recommendations/{issued}/split", 404),
    ("cora", "GET", "/recommendations/{issued}/split", 200),
    ("priya", "GET", "/recommendations/{answered}/order", 200),
    ("cora", "POST", "/recommendations/{answered}/order", 403),
]


@pytest.mark.parametrize(("who", "method", "path", "status"), KEY_CELLS)
def test_the_cells_that_matter_most(world: World, who: str, method: str, path: str, status: int) -> None:
    address = re.sub(r"\{([^}]+)\}", lambda found: world.at[found.group(1)], path)
    rule, values = world.app.url_map.bind("localhost").match(address, method=method, return_rule=True)
    assert knock(world, Cell(rule, method, who, values))[0] == status
