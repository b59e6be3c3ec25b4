"""A paper, or a work, as it can be carried away and checked: everything that its result depends on, and nothing that says whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from portal.accreditation.courses.records import Course
from portal.accreditation.models import Attempt
from portal.accreditation.queries import catalogue, examining, remarking
from portal.accreditation.queries.examining import Sitting
from portal.accreditation.queries.works import Handed
from portal.kernel.db import db


def attempt(reference: str) -> Attempt | None:
    return db.session.scalar(sa.select(Attempt).where(Attempt.reference == reference.upper()))


def export(at: Sitting) -> dict[str, Any]:
    """A paper as plain values, as they stand in a file of JSON. `result` is null while it is open."""
    one = at.attempt
    over = one.ended_at is not None
    corrected = remarking.applied(one.id)
    return {
        "paper": one.reference,
        "course": one.course,
        "version": at.version.version,
        "sha256": at.version.sha256,
        "remarked": {"version": corrected.version, "sha256": corrected.sha256} if corrected else None,
        "kind": one.kind.value,
        "number": one.number,
        "state": one.state.value,
        "seed": one.seed,
        "extra": one.extra,
        "began_at": one.began_at.isoformat(),
        "deadline_at": one.deadline_at.isoformat(),
        "ended_at": one.ended_at.isoformat() if one.ended_at else None,
        "items": [
            {
                "question": item.question,
                "offered": item.offered,
                "starts_on": item.starts_on.isoformat() if item.starts_on else None,
                "answer": item.answer,
                "answered_at": item.answered_at.isoformat() if item.answered_at else None,
                "late": item.late,
                "correct": item.correct,
                "critical": item.critical,
            }
            for item in at.items
        ],
        "result": {"correct": one.correct, "asked": one.asked, "critical": one.critical, "passed": one.passed} if over else None,
    }


def export_work(at: Handed) -> dict[str, Any]:
    """A work with its markings and its appeal, as plain values. `result` is null until it is marked.

    Its text is not among them: nothing is computed from it, and it may say who wrote it."""
    one, found = at.work, at.settled
    return {
        "work": one.reference,
        "course": one.course,
        "version": at.version.version,
        "sha256": at.version.sha256,
        "assignment": one.assignment,
        "number": one.number,
        "state": one.state.value,
        "words": one.words,
        "began_at": one.began_at.isoformat(),
        "handed_in_at": one.handed_in_at.isoformat() if one.handed_in_at else None,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "markings": [
            {
                "place": said.place.value,
                "finished_at": said.finished_at.isoformat(),
                "levels": dict(said.levels),
                "must_nots": sorted(said.must_nots),
            }
            for said in at.judgements
        ],
        "appeal": {
            "asked_at": at.appeal.asked_at.isoformat(),
            "decided_at": at.appeal.decided_at.isoformat() if at.appeal.decided_at else None,
            "outcome": at.appeal.state.value,
            "points_before": at.appeal.points_before,
            "passed_before": at.appeal.passed_before,
        } if at.appeal else None,
        "result": {
            "points": one.points, "passed": one.passed, "levels": dict(found.levels), "must_nots": sorted(found.must_nots),
        } if found else None,
    }  # fmt: skip


def corrected(at: Sitting) -> Course | None:
    """The course by which a paper was marked again, if it was."""
    version = remarking.applied(at.attempt.id)
    return catalogue.content(version) if version else None


def all_over() -> Iterator[Sitting]:
    """Every paper that is over, one after the other."""
    ids = db.session.scalars(sa.select(Attempt.id).where(Attempt.ended_at.is_not(None)).order_by(Attempt.id)).all()
    for id in ids:
        yield examining.whole(db.session.get_one(Attempt, id))
