"""A finding of the demonstration is published by the rules of the real one: same outcome, same public text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

from portal import audit
from portal.assessments import snapshots
from portal.assessments.lifecycle import Verb
from portal.assessments.models import PublicFinding
from portal.assessments.operations import publishing
from portal.assessments.queries.reviewing import Context, Judged
from portal.audit import Event
from portal.demonstration.lives import Life
from portal.demonstration.reviews import Review
from portal.demonstration.shortfalls import Shortfalls


def publish(life: Life, review: Review, gaps: Shortfalls, day: date) -> None:
    """Publish on a day; the reviewer who holds it does, or whoever accepted it."""
    at = life.pen.on(day)
    life.move(Verb.PUBLISH)
    assessment, judged = _as_row(life.row), _judged(life, review)
    found = publishing.outcome_of(assessment, judged, life.standard)
    life.row.update(outcome=found.name, published_on=life.pen.day)
    assessment = _as_row(life.row)
    by = review.first.acting
    life.stood = {code: review.settled(code) for code in life.answers}
    gaps.settled(life, life.stood, by=by)
    life.say(Event.PUBLISHED, by=by, at=at, outcome=found.name, checked=life.row["checked"])
    reply = _as_row(review.replied) if review.replied else None
    said = publishing.content(assessment, _context(life), life.standard, judged, reply, gaps.plan_at(life))
    text = audit.canonical(said | {"signed_by": life.lead().job_title})
    life.ledger.add(
        PublicFinding, assessment_id=life.row["id"], organisation_id=life.body.id, published_at=at, content=text,
        sha256=snapshots.sha256(text),
    )  # fmt: skip


def _as_row(facts: Mapping[str, Any]) -> Any:
    """The facts as the rules read them: the rules look at attributes, whether of a stored row or of one to be."""
    return SimpleNamespace(**facts)


def _judged(life: Life, review: Review) -> list[Judged]:
    lines = []
    for code, answer in life.answers.items():
        views = [review.views.get((code, second)) for second in (False, True)]
        first, second = (_as_row(view) if view else None for view in views)
        lines.append(Judged(_as_row(answer), first, second, "", ""))
    return lines


def _context(life: Life) -> Context:
    year, body = life.year, life.body
    return Context(body.name, body.code, year.name, year.reply_days, year.question_days, "", "")
