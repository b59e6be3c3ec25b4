"""The recommendations of the demonstration: issued in the last weeks, waiting for approval, and drafts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from portal.audit import Event
from portal.demonstration.bodies import Body
from portal.demonstration.featured import FATES
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Someone
from portal.demonstration.stories import Office
from portal.demonstration.texts import file
from portal.demonstration.years import Pen
from portal.kernel import words
from portal.organisations.remit import OMBUDSMAN_CODE
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import DRAFTING, DraftState, DraftVerb
from portal.recommendations.models import Recommendation, Wording
from portal.recommendations.types import type_of
from portal.recommendations.wording import Draft, read

ISSUED, WAITING, DRAFTS = 60, 5, 6
WITHIN = 70  # days in which all of them were drafted
EVERY_ONE_TO = frozenset(FATES)  # whoever a visitor can be first has one to read


def recommend(ledger: Ledger, taking_part: Sequence[Body], office: Office, chance: random.Random, today: date) -> None:
    """Every one of them, in the order of the organisations."""
    there = [body for body in taking_part if body.closed_on is None and not body.covered_by and body.code != OMBUDSMAN_CODE]
    first = [body for body in there if body.code in EVERY_ONE_TO]
    rest = chance.sample([body for body in there if body.code not in EVERY_ONE_TO], ISSUED + WAITING + DRAFTS - len(first))
    ends = [DraftVerb.ISSUE] * ISSUED + [DraftVerb.SEND] * WAITING + [None] * DRAFTS
    for number, (body, end) in enumerate(zip([*first, *rest], ends, strict=True), start=1):
        _one(ledger, body, office, chance, today, end, number)


def _one(
    ledger: Ledger, body: Body, office: Office, chance: random.Random, today: date, end: DraftVerb | None, number: int
) -> None:
    free = [one for one in office.officers if body.id not in office.conflicts.get(one.id, frozenset())]
    author, approver = chance.sample(free, 2)
    pen, texts = Pen(chance, ledger.now), file("recommendations")
    drafted_on = today - timedelta(days=chance.randint(8, WITHIN) if end is DraftVerb.ISSUE else chance.randint(1, 6))
    card = chance.choice(texts["issued"] if end is DraftVerb.ISSUE or chance.random() < 0.5 else texts["vague"])
    at = pen.on(drafted_on)
    due_on = type_of(card["type"]).usually_due(pen.day)
    row = ledger.add(
        Recommendation, reference=ledger.reference("RC"), organisation_id=body.id, organisation_kind=body.kind,
        case_reference=f"P-{2_040_000 + number * 37}",
        number=1, type=card["type"], severity=card["severity"], failing=card["failing"],
        text=card["text"].format(due=words.day(due_on)), public_text=card["public_text"], due_on=due_on, state=DRAFTING.first,
        drafted_by_id=author.id, drafted_by=author.name, drafted_at=at, officer_id=author.id, officer=author.name,
        changed_at=at,
    )  # fmt: skip
    _say(ledger, row, Event.RECOMMENDATION_DRAFTED, author, at, case=f"{row['case_reference']} (1)")
    if end is None:
        return
    at = pen.on(drafted_on + timedelta(days=1))
    remarks = read(Draft(row["text"], row["due_on"]))
    row.update(state=DraftState.AWAITING_APPROVAL, sent_at=at, changed_at=at, version=2)
    row["overruled_why"] = chance.choice(texts["overruled"]) if remarks else ""
    _say(ledger, row, Event.RECOMMENDATION_SENT, author, at, remarks=len(remarks), overruled=row["overruled_why"])
    if end is DraftVerb.SEND:
        return
    at = pen.on(drafted_on + timedelta(days=3))
    row.update(state=DraftState.ISSUED, approved_by_id=approver.id, approved_by=approver.name, issued_at=at, issued_on=pen.day,
               original_due_on=row["due_on"], answer_due_on=deadlines.answer_due(pen.day),
               next_evidence_on=deadlines.next_evidence(row["due_on"], (), pen.day), changed_at=at, version=3)  # fmt: skip
    ledger.add(
        Wording, recommendation_id=row["id"], recommendation_reference=row["reference"], organisation_id=body.id, number=1,
        text=row["text"], public_text=row["public_text"], worded_at=at, worded_by=author.name,
    )  # fmt: skip
    _say(ledger, row, Event.RECOMMENDATION_ISSUED, approver, at, type=row["type"], due_on=row["due_on"])


def _say(ledger: Ledger, row: dict[str, Any], event: Event, by: Someone, at: Any, **facts: Any) -> None:
    ledger.say(event, row["organisation_id"], f"recommendation {row['reference']}", by=by.acting, at=at, **facts)
