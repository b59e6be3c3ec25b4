"""Somebody's own record as statements of the Experience API. Pure: facts in, statements out, the same each time.

Answers are not among them: which mistakes somebody made is theirs."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

VERSION = "1.0.3"  # of the Experience API
ADL = "http://adlnet.gov/expapi"
VERBS = {name: f"{ADL}/verbs/{name}" for name in ("initialized", "completed", "passed", "failed")}
COURSE, LESSON, PAPER, CONVERSATION, WORK = (f"{ADL}/activities/{kind}" for kind in ("course", "lesson", "assessment", "simulation", "performance"))


@dataclass(frozen=True)
class Score:
    """`passed` is None for what is not passed or failed."""

    right: int
    most: int
    passed: bool


@dataclass(frozen=True)
class Fact:
    """One thing that somebody did in one version of a course. `about` is its path within the course, "" for the course itself.

    `attempt` tells apart what was done more than once; `began_at` is given where how long it took is known."""

    verb: str
    kind: str
    about: str
    title: str
    attempt: str
    at: datetime
    course: str
    version: str
    course_title: str
    sha256: str
    began_at: datetime | None = None
    seconds: int | None = None
    score: Score | None = None
    levels: Mapping[str, float] | None = None  # of a work, by what its rubric looks at


def account(key: str, organisation: str, person: str) -> str:
    """A name that says nothing: another for each organisation, so that two cannot put their records together."""
    return hmac.new(key.encode(), f"xapi {organisation} {person}".encode(), hashlib.sha256).hexdigest()[:32]


def statements(facts: Iterable[Fact], *, home: str, name: str) -> list[dict[str, Any]]:
    """The statements of what one account did, oldest first. `home`: the address of the portal."""
    own = uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, home), name)
    actor = {"objectType": "Agent", "account": {"homePage": home, "name": name}}
    return [_statement(one, own, actor, home) for one in sorted(facts, key=lambda one: (one.at, one.attempt, one.verb))]


def _statement(one: Fact, own: uuid.UUID, actor: dict[str, Any], home: str) -> dict[str, Any]:
    course = f"{home}/courses/{one.course}"
    made: dict[str, Any] = {
        "id": str(uuid.uuid5(own, f"{one.attempt} {one.verb} {one.version}")),
        "actor": actor,
        "verb": {"id": VERBS[one.verb], "display": {"en-GB": one.verb}},
        "object": {
            "objectType": "Activity", "id": f"{course}/{one.about}" if one.about else course,
            "definition": {"type": one.kind, "name": {"en-GB": one.title}},
        },
        "context": {
            "registration": str(uuid.uuid5(own, one.attempt)),
            "language": "en-GB",
            "contextActivities": {
                "grouping": [{"objectType": "Activity", "id": f"{course}/versions/{one.version}", "definition": {"type": COURSE, "name": {"en-GB": one.course_title}}}]
            },
            "extensions": {f"{home}/xapi/content-hash": one.sha256},
        },
        "timestamp": one.at.isoformat(timespec="milliseconds"),
        "version": VERSION,
    }  # fmt: skip
    if result := _result(one, home):
        made["result"] = result
    return made


def _result(one: Fact, home: str) -> dict[str, Any]:
    if one.verb == "initialized":
        return {}
    made: dict[str, Any] = {"completion": True}
    if one.score is not None:
        made |= {"success": one.score.passed, "score": {"scaled": round(one.score.right / one.score.most, 4), "raw": one.score.right, "min": 0, "max": one.score.most}}
    if one.levels is not None:
        made["extensions"] = {f"{home}/xapi/levels": dict(one.levels)}
    if one.seconds is not None or one.began_at is not None:
        made["duration"] = duration(one.seconds if one.seconds is not None else max(0, int((one.at - (one.began_at or one.at)).total_seconds())))
    return made


def duration(seconds: int) -> str:
    """As ISO 8601 writes it: PT1H5M30S."""
    minutes, left = divmod(int(timedelta(seconds=seconds).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", f"{left}S" if left or not (hours or minutes) else ""]
    return "PT" + "".join(parts)
