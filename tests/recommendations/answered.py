"""Recommendations that were answered and reported on, as rows: the beginning of what officers decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal import audit
from portal.audit import Event
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.references import new
from portal.policy import PORTAL
from portal.recommendations.lifecycle import DELIVERY, Delivery, DeliveryVerb, Said
from portal.recommendations.models import ComplainantQuestion, LineSeen, ProgressReport, PromisedStep, Recommendation
from portal.recommendations.operations.answering import Promise
from tests import builders
from tests.people import Cast


def of(one: Recommendation) -> dict[str, Any]:
    """What each row about a recommendation says of it."""
    return {"recommendation_id": one.id, "recommendation_reference": one.reference, "organisation_id": one.organisation_id}


def kept(one: Recommendation) -> Recommendation:
    """Committed, with a record that tells of everything written."""
    audit.record(Event.IMPORTED, one, by=PORTAL, source="a test", rows=1)
    db.session.commit()
    return one


def an_accepted_recommendation(cast: Cast, *, steps: int = 2, **facts: Any) -> Recommendation:
    """Accepted and in progress: so many steps, of which the first is done. Without steps, there is no answer yet."""
    one, today = builders.an_issued_recommendation(cast, **facts), clock.today()
    if steps:
        apart = 30 if steps <= 3 else 7
        promises = [
            Promise(f"Step {position} of the promise", "Head of complaints", today + dt.timedelta(apart * position))
            for position in range(1, steps + 1)
        ]
        builders.an_answered_recommendation(cast, one, promises=promises)
        db.session.query(PromisedStep).filter_by(recommendation_id=one.id, position=1).one().done_on = today
    DELIVERY.move(one, DeliveryVerb.BEGIN)
    return kept(one)


def a_report(one: Recommendation, *, finished: bool = True, **facts: Any) -> Recommendation:
    """Priya reports; where she says that it is done, evidence is submitted, and the first line of the checklist was seen."""
    today = clock.today()
    number = db.session.query(ProgressReport).filter_by(recommendation_id=one.id).count() + 1
    report = ProgressReport(**{
        **of(one), "reference": new("PR"), "number": number, "changed": "The letter was written and sent.",
        "how_we_know": "The complaints team keeps a copy.", "left_to_do": "" if finished else "The second letter.",
        "finished": finished, "done_on": today if finished else None, "reported_at": clock.now(), "reported_on": today,
        "reported_by": "Priya Raman", **facts,
    })  # fmt: skip
    db.session.add(report)
    db.session.flush()
    one.heard_on = today
    if finished:
        db.session.add(LineSeen(**of(one), report_id=report.id, line=1, seen_by="Chief nurse", seen_on=today))
        if one.delivery is not Delivery.SUBMITTED:
            DELIVERY.move(one, DeliveryVerb.SUBMIT)
    return kept(one)


def a_reported_recommendation(cast: Cast, **facts: Any) -> Recommendation:
    """Evidence was submitted: it waits for the officer."""
    return a_report(an_accepted_recommendation(cast, **facts))


def a_no_of_the_complainant(one: Recommendation, words: str = "No letter ever came.") -> Recommendation:
    today = clock.today()
    db.session.add(ComplainantQuestion(
        **of(one), token_hash=new("TK"), asked_on=today, expires_on=today + dt.timedelta(28), answered_at=clock.now(),
        arrived=Said.NO, matches=Said.NO, words=words,
    ))  # fmt: skip
    one.objected = True
    return kept(one)
