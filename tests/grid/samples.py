"""What stands behind each address that names a thing: something for which the page is of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.people import PEOPLE, Cast

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
    "/organisations/<code>/accredited/<month>.jwt": at(code="trust", month="month"),
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
