"""The letters of the current year that somebody can still act on, as the operations would have posted them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from portal.assessments.lifecycle import State
from portal.demonstration.ledger import Ledger
from portal.demonstration.people import Someone
from portal.kernel import words
from portal.kernel.db import db
from portal.outbox import Letter, OutgoingLetter

if TYPE_CHECKING:  # who writes of a life is written to about its library
    from portal.demonstration.lives import Life
    from portal.demonstration.reviews import Review


def post_what_waits(life: Life, review: Review) -> None:
    """Tell whoever has to act next."""
    match life.state:
        case State.READY_FOR_SIGN_OFF:
            facts = {"by": life.manager().name, "standard": life.standard.title, "due": words.weekday(life.row["due_on"])}
            _post(life, Letter.READY_FOR_SIGN_OFF, [life.lead()], life.reference, facts)
        case State.CLARIFICATION_REQUESTED:
            for row in review.asked:
                facts = {
                    "organisation": life.body.name,
                    "expectation": row["expectation"],
                    "title": life.standard.expectation(row["expectation"]).title,
                    "question": row["question"],
                    "due_on": words.weekday(row["due_on"]),
                }
                _post(life, Letter.CLARIFICATION_ASKED, [life.manager()], row["reference"], facts)
        case State.REVIEWED if life.row["checked"] and review.replied is None:
            facts = {"organisation": life.body.name, "reply_due_on": words.weekday(life.row["reply_due_on"])}
            _post(life, Letter.FINDING_SHARED, [life.manager(), life.lead()], life.reference, facts)


def post_choice(ledger: Ledger, item: dict[str, Any], organisation: str, to: Someone, at: datetime) -> None:
    """Tell whoever handed something in that a choice about personal data waits for them."""
    facts = {"title": item["title"], "reference": item["reference"], "organisation": organisation, "read": True}
    about = f"evidence of organisation {item['organisation_id']}"
    _write(ledger, Letter.EVIDENCE_NEEDS_A_CHOICE, to, about, f"{at:%Y-%m-%dT%HZ}", facts, at)


def _post(life: Life, letter: Letter, to: Sequence[Someone], about: str, facts: dict[str, Any]) -> None:
    at = life.pen.last
    for one in to:
        period = at.isoformat(timespec="seconds")
        _write(life.ledger, letter, one, about, period, {**facts, "reference": life.reference}, at)


def _write(
    ledger: Ledger, letter: Letter, to: Someone, about: str, period: str, facts: dict[str, Any], at: datetime
) -> None:
    ledger.add(
        OutgoingLetter, letter=letter.name, about=about, period=period, to_address=to.email, to_name=to.name,
        facts=json.dumps(facts, ensure_ascii=False, sort_keys=True), posted_at=at, not_before=at, reason="",
    )  # fmt: skip


def in_order() -> None:
    """Number the letters by the moment at which they were posted, as they would have been."""
    there = db.session.execute(sa.select(OutgoingLetter.id, OutgoingLetter.posted_at)).all()
    ids = sorted(row.id for row in there)
    order = [row.id for row in sorted(there, key=lambda row: (row.posted_at, row.id))]
    beyond = ids[-1] if ids else 0
    for changes in ([(id, beyond + place) for place, id in enumerate(order, 1)], [(beyond + place, id) for place, id in enumerate(ids, 1)]):
        db.session.connection().execute(_NUMBER, [{"old": old, "new": new} for old, new in changes])
    db.session.expire_all()


_LETTER = OutgoingLetter.__table__
_NUMBER = sa.update(_LETTER).where(_LETTER.c.id == sa.bindparam("old")).values(id=sa.bindparam("new"))
