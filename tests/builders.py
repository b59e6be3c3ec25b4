"""Reach a state by calling the operations; a builder begins with its article. No test starts from an impossible row."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import pyotp
import sqlalchemy as sa

from portal import audit
from portal.assessments.models import Answer, Assessment, Period, Reliability, View, Window
from portal.assessments.operations import (
    allocating,
    answering,
    concluding,
    opening,
    periods,
    publishing,
    replying,
    reviewing,
    sending,
    signing,
    starting,
)
from portal.assessments.operations.periods import Days, ForKind
from portal.audit import Event
from portal.evidence import places
from portal.evidence.lifecycle import VERSION, VersionVerb
from portal.evidence.models import EvidenceItem, EvidenceKind, EvidenceVersion, Pin, PinKind
from portal.evidence.operations import handing_in, looking, pinning, replacing
from portal.evidence.places import Place
from portal.files import receiving
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.references import new as new_reference
from portal.organisations.models import Membership, Organisation, Person
from portal.organisations.queries import person_of_session
from portal.policy import PORTAL, Acting, Action, Role
from portal.recommendations.ladder import LADDER
from portal.recommendations.lifecycle import Acceptance, Delivery, Ending
from portal.recommendations.models import LadderStep, Recommendation, Response
from portal.recommendations.operations import answering as responding
from portal.recommendations.operations import approving, climbing, drafting
from portal.recommendations.operations.answering import Promise
from portal.standards import library
from tests.people import OMBUDSMAN, Cast

PERIOD = "2025-26"


def a_period(cast: Cast, name: str = PERIOD, *, version: str = "1.0", **days: dt.date) -> Period:
    """A period open since a month for every kind, due in thirty days and closing thirty days later."""
    found = db.session.query(Period).filter_by(name=name).one_or_none()
    if found is not None:
        return found
    today, start = clock.today(), int(name[:4])
    usual = Days(**{"opens_on": today - dt.timedelta(30), "due_on": today + dt.timedelta(30),
                    "closes_on": today + dt.timedelta(60), **days})  # fmt: skip
    windows = [ForKind(kind.code, kind.standard, version, usual) for kind in library.load().kinds.values()
               if version == "1.0" or kind.standard != "VEN"]  # fmt: skip
    period = periods.set_period(
        name=name, starts_on=dt.date(start, 4, 1), ends_on=dt.date(start + 1, 3, 31), windows=windows, by=cast.ada
    )
    db.session.commit()
    return period


def an_open_assessment(
    cast: Cast, organisation: Organisation | None = None, *, period: str = PERIOD, **rest: Any
) -> Assessment:
    """Opened, not started; of the trust unless said otherwise."""
    organisation = organisation or cast.trust
    row = a_period(cast, period, **rest)
    window = db.session.query(Window).filter_by(period_id=row.id, organisation_kind=organisation.kind).one()
    assessment = opening.open_for(organisation, row, window)
    assert assessment is not None, f"{organisation.code} was not opened for {period}"
    db.session.commit()
    return assessment


def a_started_assessment(
    cast: Cast, organisation: Organisation | None = None, *, by: str = "priya", **rest: Any
) -> Assessment:
    """In progress, nothing answered."""
    assessment = an_open_assessment(cast, organisation, **rest)
    starting.start(assessment, by=getattr(cast, by))
    db.session.commit()
    return assessment


def an_answered_assessment(
    cast: Cast,
    organisation: Organisation | None = None,
    *,
    by: str = "priya",
    levels: dict[str, int] | None = None,
    **rest: Any,
) -> Assessment:
    """Every expectation answered at its target, or at the level that `levels` names, with gap and action under target."""
    assessment = a_started_assessment(cast, organisation, by=by, **rest)
    person = getattr(cast, by)
    for one in answers_of(assessment):
        answering.save(one, version=one.version, by=person, **an_answer(one, (levels or {}).get(one.expectation, one.target)))
    db.session.commit()
    return assessment


def a_sent_assessment(cast: Cast, organisation: Organisation | None = None, *, by: str = "priya", **rest: Any) -> Assessment:
    """Answered and waiting for the executive lead."""
    assessment = an_answered_assessment(cast, organisation, by=by, **rest)
    sending.send(assessment, by=getattr(cast, by))
    db.session.commit()
    return assessment


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def a_code(cast: Cast, person: str) -> str:
    """A code of the second factor that the person's app shows now; they get a factor if they have none yet.

    A code is good once: the last one taken is forgotten, so that the clock of a test may stand still.
    """
    acting = getattr(cast, person)
    row = db.session.get_one(Person, acting.id)
    row.totp_secret, row.totp_confirmed_at, row.totp_last_step = SECRET, clock.now(), 0
    audit.record(Event.SECOND_FACTOR_SET, row, by=acting)
    db.session.commit()
    return pyotp.TOTP(SECRET).at(clock.now())


def a_signed_assessment(
    cast: Cast, organisation: Organisation | None = None, *, by: str = "priya", signatory: str = "edwin",
    signing_with: dict[str, Any] | None = None, **rest: Any,
) -> Assessment:
    """Signed by the executive lead and handed in; `signing_with` is passed on to signing."""
    assessment = a_sent_assessment(cast, organisation, by=by, **rest)
    code = a_code(cast, signatory)
    signing.sign(
        assessment, version=assessment.version, code=code, declared=True, by=getattr(cast, signatory), **(signing_with or {})
    )
    db.session.commit()
    return assessment


def a_claimed_assessment(cast: Cast, organisation: Organisation | None = None, **rest: Any) -> Assessment:
    """Handed in, and Owen has begun its review."""
    assessment = a_signed_assessment(cast, organisation, **rest)
    allocating.claim(assessment, by=cast.owen)
    db.session.commit()
    return assessment


def a_judged_assessment(
    cast: Cast, organisation: Organisation | None = None, *, lowered: dict[str, int] | None = None, **rest: Any
) -> Assessment:
    """Owen has a view on everything and rated the reliability; Rosa would lower what he lowered. Nothing is shared yet."""
    assessment = a_claimed_assessment(cast, organisation, **rest)
    reviewing.rate_reliability(
        assessment, Reliability.HIGH, reason="The texts fit the proof.", version=assessment.version, by=cast.owen
    )
    for code, level in (lowered or {}).items():
        facts = {"view": View.LOWER, "level": level, "reason": "The minutes show it at one site only."}
        reviewing.record_view(assessment, code, version=0, by=cast.owen, **facts)
        reviewing.record_second_view(assessment, code, by=cast.rosa, **facts)
    reviewing.agree_with_the_rest(assessment, reason="", queried=frozenset(), by=cast.owen)
    db.session.commit()
    return assessment


def a_reviewed_assessment(cast: Cast, organisation: Organisation | None = None, **rest: Any) -> Assessment:
    """The draft finding was shared; the organisation has not replied yet."""
    assessment = a_judged_assessment(cast, organisation, **rest)
    concluding.share(assessment, by=cast.owen)
    db.session.commit()
    return assessment


def a_published_assessment(
    cast: Cast, organisation: Organisation | None = None, *, by: str = "priya", **rest: Any
) -> Assessment:
    """The organisation had nothing to add, and the finding is public."""
    assessment = a_reviewed_assessment(cast, organisation, by=by, **rest)
    replying.reply(assessment, text="", nothing_to_add=True, by=getattr(cast, by))
    publishing.publish(assessment, by=cast.owen)
    db.session.commit()
    return assessment


def answers_of(assessment: Assessment) -> list[Answer]:
    """The answers in the order of the standard."""
    return db.session.query(Answer).filter_by(assessment_id=assessment.id).order_by(Answer.position).all()


def an_answer(one: Answer, level: int) -> dict[str, Any]:
    """What somebody types for an expectation at a level; with a gap and an action where it is under the target."""
    today = clock.today()
    facts: dict[str, Any] = {
        "level": level,
        "claim": f"We do what {one.expectation} asks and looked at it again in spring, ward by ward.",
        "proof": f"Minutes of the quality committee, item {one.position}.",
        "proof_on": today - dt.timedelta(90),
    }
    if level < one.target:
        facts |= {
            "gap": f"Two of our sites do not do what {one.expectation} asks at weekends.",
            "action": "Change the weekend rota so that somebody trained is always there.",
            "action_owner": "Head of Patient Experience",
            "action_due_on": today + dt.timedelta(120),
        }
    return facts


def an_item(
    cast: Cast, organisation: Organisation | None = None, *, title: str = "Complaints policy", name: str = "policy.txt",
    content: bytes | None = None, by: str = "priya", **said: Any,
) -> EvidenceItem:
    """A file in the library of the trust, received and not looked at yet; or a link, or something held elsewhere."""
    facts = {"kind": EvidenceKind.POLICY, "proves": "Everybody is told how to complain.", "owner": "Head of complaints", **said}
    organisation = organisation or cast.trust
    if "link" in facts or "held_where" in facts:
        item = handing_in.hand_in(organisation, title=title, by=getattr(cast, by), **facts)
        db.session.commit()
        return item
    with tempfile.TemporaryDirectory() as folder, receiving.clearing():
        path = Path(folder) / "handed-in"
        path.write_bytes(f"The text of {title}.".encode() if content is None else content)
        item = handing_in.hand_in(organisation, title=title, file=receiving.bring(path, name), by=getattr(cast, by), **facts)
        db.session.commit()
    return item


def a_replacement(
    cast: Cast, item: EvidenceItem, *, name: str = "policy-2.txt", content: bytes | None = None, by: str = "priya", **facts: Any
) -> EvidenceVersion:
    """Another file in place of the version in use."""
    facts = {"number": item.current, **facts}
    with tempfile.TemporaryDirectory() as folder, receiving.clearing():
        path = Path(folder) / "handed-in"
        path.write_bytes(f"The text of {name} for {item.title}.".encode() if content is None else content)
        version = replacing.replace(item, file=receiving.bring(path, name), by=getattr(cast, by), **facts)
        db.session.commit()
    return version


def the_worker_is_done() -> int:
    """The worker moved on everything that waited for it, step by step, as jobs/runner.py does."""
    done = 0
    for step in looking.move_on():
        db.session.commit()
        done += step()
        db.session.commit()
    return done


def released(item: EvidenceItem) -> EvidenceItem:
    """The worker looked into the version in use and found nothing."""
    version = versions_of(item)[item.current - 1]
    version.looked_at, version.could_be_read = clock.now(), True
    VERSION.move(version, VersionVerb.RELEASE)
    audit.record(Event.PERSONAL_DATA_LOOKED_FOR, version, by=PORTAL, number=version.number, found={}, could_be_read=True)
    db.session.commit()
    return item


def versions_of(item: EvidenceItem) -> list[EvidenceVersion]:
    """Its versions, the oldest first."""
    return db.session.query(EvidenceVersion).filter_by(item_id=item.id).order_by(EvidenceVersion.number).all()


def a_place(cast: Cast, about: str, organisation: Organisation | None = None, **facts: Any) -> Place:
    """Something that evidence may be pinned to, as its owner would tell of it."""
    of = {"kind": PinKind.EXPECTATION, "organisation_id": (organisation or cast.trust).id, "words": about, "href": "/work",
          "editable": True, "to_change": Action.ANSWER, **facts}  # fmt: skip
    return Place(about=about, **of)


def a_pin(cast: Cast, about: str, item: EvidenceItem | None = None, *, by: str = "priya", **facts: Any) -> Pin:
    """A piece of evidence pinned to what has this reference, as if it could still be changed."""
    item = item or an_item(cast, title=f"Proof of {about}")
    kind = PinKind.ACTION if about.startswith("AC-") else PinKind.EXPECTATION
    with made_up_places():
        pin = pinning.pin(item, a_place(cast, about, kind=kind), by=getattr(cast, by), **facts)
    db.session.commit()
    return pin


def made_up_places() -> Any:
    """Within it a place need have no owner: what `a_place` says of it is believed."""
    return mock.patch.object(places, "hold", lambda place: place)


# Recommendations.

RECOMMENDED = {
    "case_reference": "P-1234567", "number": 1, "type": "apology", "severity": 2,
    "failing": "Nobody told Mr A for eleven weeks that his complaint had been closed.",
    "text": "By 1 September 2026 the Trust should write to Mr A to apologise for not telling him, and send us a copy of the letter.",
    "public_text": "Apologise to the complainant for not telling them that their complaint had been closed.",
}  # fmt: skip


def a_second_officer(cast: Cast) -> Acting:
    """Colin, a compliance officer besides Cora: nobody issues what they drafted."""
    if "colin" not in cast.rows:
        person = {"reference": new_reference("PE"), "email": "colin@example.org", "name": "Colin Marsh",
                  "added_at": clock.now(), "totp_last_step": 0, "version": 1}  # fmt: skip
        db.session.execute(sa.insert(Person.__table__), [person])
        cast.rows["colin"] = db.session.query(Person).filter_by(email=person["email"]).one()
        membership = {"reference": new_reference("MB"), "person_id": cast.rows["colin"].id, "role": Role.COMPLIANCE_OFFICER,
                      "organisation_id": cast.bodies[OMBUDSMAN].id, "job_title": "", "since_on": clock.today() - dt.timedelta(400)}  # fmt: skip
        db.session.execute(sa.insert(Membership.__table__), [membership])
        db.session.commit()
    found = person_of_session(cast.sign_in("colin"))
    assert found is not None
    return found


def a_draft(cast: Cast, organisation: Organisation | None = None, **facts: Any) -> Recommendation:
    """Drafted by Colin: an apology that the drafting aid has nothing to say about."""
    said = {**RECOMMENDED, "due_on": dt.date(2026, 9, 1), **facts}
    one = drafting.draft(organisation or cast.trust, by=a_second_officer(cast), **said)
    db.session.commit()
    return one


def a_sent_draft(cast: Cast, **facts: Any) -> Recommendation:
    one = a_draft(cast, **facts)
    drafting.send(one, version=one.version, by=a_second_officer(cast))
    db.session.commit()
    return one


def an_issued_recommendation(cast: Cast, **facts: Any) -> Recommendation:
    """Approved by Cora."""
    one = a_sent_draft(cast, **facts)
    approving.issue(one, version=one.version, by=cast.cora)
    db.session.commit()
    return one


def a_prepared_answer(cast: Cast, one: Recommendation | None = None, **facts: Any) -> tuple[Recommendation, Response]:
    """Prepared by Priya: accepted, with one step."""
    one = one or an_issued_recommendation(cast)
    said: dict[str, Any] = {
        "answer": Acceptance.ACCEPTED, "reasons": "", "not_accepted": "", "version": 0,
        "promises": [Promise("Write to Mr A and say what went wrong.", "Head of complaints", one.due_on - dt.timedelta(7))],
    }  # fmt: skip
    response = responding.prepare(one, by=cast.priya, **{**said, **facts})
    db.session.commit()
    return one, response


def an_answered_recommendation(cast: Cast, one: Recommendation | None = None, **facts: Any) -> Recommendation:
    """Prepared and sent by Priya, signed by Edwin."""
    one, response = a_prepared_answer(cast, one, **facts)
    responding.send(one, response, version=response.version, by=cast.priya)
    db.session.commit()
    responding.sign(one, response, version=response.version, code=a_code(cast, "edwin"), declared=True, by=cast.edwin)
    db.session.commit()
    return one


def an_ended_recommendation(cast: Cast, one: Recommendation) -> Recommendation:
    """Overtaken by something else, as an officer found."""
    cora = cast.cora
    one.delivery, one.ended_on, one.ending, one.next_evidence_on = Delivery.OVERTAKEN, clock.today(), Ending.DECIDED, None
    audit.record(Event.RECOMMENDATION_ISSUED, one, by=cora, type=one.type, due_on=one.due_on)
    db.session.commit()
    return one
def a_placed_step(cast: Cast, level: int = 3, **facts: Any) -> LadderStep:
    """The daily job of the day placed it before an officer."""
    one = an_issued_recommendation(cast, **facts)
    after = next(step.after for step in LADDER if step.level == level)
    with clock.at(one.due_on + dt.timedelta(after)):
        for step in climbing.climb(clock.today()):
            step()
            db.session.commit()
    return db.session.query(LadderStep).filter_by(recommendation_id=one.id, level=level).one()
