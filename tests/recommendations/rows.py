"""Recommendations put straight into the database, many and in any state that its constraints allow: for lists and boards,
which only read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import COMPLIED, OPEN, Acceptance, Delivery, DraftState, Ending, Taken
from portal.recommendations.models import LadderStep, Recommendation, Theme
from tests.people import Cast


def days(number: int) -> dt.date:
    """A day so many days from today."""
    return clock.today() + dt.timedelta(days=number)


def insert(cast: Cast, organisation: Organisation | None = None, *, of: int = 1, due: int = 30, themes: tuple[str, ...] = (), **facts: Any) -> str:
    """`of` issued ones alike but for their numbers; the reference of the last. `due` and every day: days from today."""
    facts = {name: days(value) if name.endswith("_on") and isinstance(value, int) else value for name, value in facts.items()}
    organisation = organisation or cast.trust
    there = db.session.scalar(sa.select(sa.func.count()).select_from(Recommendation)) or 0
    delivery = facts.get("delivery", Delivery.NOT_DUE)
    acceptance = facts.get("acceptance", Acceptance.AWAITING if delivery is Delivery.NOT_DUE else Acceptance.ACCEPTED)
    due_on = days(due)
    row = {
        "organisation_id": organisation.id, "organisation_kind": organisation.kind, "type": "apology", "severity": 2,
        "failing": "Nobody told Mr A.", "text": "Write to Mr A.", "public_text": "Apologise to the complainant.",
        "due_on": due_on, "original_due_on": due_on, "overruled_why": "", "state": DraftState.ISSUED, "acceptance": acceptance,
        "delivery": delivery, "drafted_by_id": cast.rows["ada"].id, "drafted_by": "Ada Nowak", "drafted_at": clock.now(), "returned_why": "",
        "approved_by_id": cast.rows["cora"].id, "approved_by": "Cora Stein", "issued_at": clock.now(), "issued_on": due_on - dt.timedelta(60),
        "officer_id": cast.rows["cora"].id, "officer": "Cora Stein", "answer_due_on": days(20),
        "answered_on": None if acceptance is Acceptance.AWAITING else due_on - dt.timedelta(40),
        "next_evidence_on": days(30) if delivery in OPEN else None, "complied_on": due_on if delivery in COMPLIED else None,
        "ended_on": None if delivery in OPEN else due_on, "ending": None if delivery in OPEN else Ending.DECIDED,
        "heard_on": None, "level": 0, "objected": False, "source": "", "changed_at": clock.now(), "version": 1,
    }  # fmt: skip
    rows = [
        {**row, "reference": references.new("RC"), "case_reference": f"P-{there + number}", "number": 1, **facts} for number in range(1, of + 1)
    ]
    db.session.execute(sa.insert(Recommendation.__table__), rows)
    if themes:
        ids = db.session.scalars(sa.select(Recommendation.id).where(Recommendation.reference.in_([one["reference"] for one in rows])))
        db.session.execute(sa.insert(Theme.__table__), [{"recommendation_id": id, "theme": theme} for id in ids.all() for theme in themes])
    db.session.commit()
    return str(rows[-1]["reference"])


def a_waiting_step(reference: str, *, level: int = 3, reached: int = -5) -> None:
    """A step of the ladder of this recommendation that waits for a person."""
    one = db.session.query(Recommendation).filter_by(reference=reference).one()
    row = {"recommendation_id": one.id, "recommendation_reference": reference, "organisation_id": one.organisation_id, "due_on": one.due_on,
           "after_days": 30, "level": level, "state": Taken.WAITING, "officer_id": one.officer_id, "reached_on": days(reached), "decided_by": "", "note": "", "version": 1}  # fmt: skip
    db.session.execute(sa.insert(LadderStep.__table__), [row])
    db.session.commit()


LONG_AGO = -deadlines.AT_LEAST_EVERY.days
