"""One timeline of one recommendation, from the record: for everybody in a few plain words, for those it concerns with what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal import audit
from portal.audit import Event, Told
from portal.kernel import words
from portal.policy import Acting, Action, may
from portal.recommendations.lifecycle import Acceptance, VerdictKind
from portal.recommendations.models import Recommendation

MOST = 500
OVERDUE = 2  # the level of the ladder on which the letters say so


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `by` is empty where only the office matters; each line says more of it."""

    at: datetime
    what: str
    by: str = ""
    lines: tuple[str, ...] = ()


_ANSWERS = {
    Acceptance.ACCEPTED.value: "The organisation accepted it",
    Acceptance.IN_PART.value: "The organisation accepted it in part",
    Acceptance.NOT_ACCEPTED.value: "The organisation did not accept it",
    Acceptance.DISPUTED.value: "The organisation disputes it",
}
_VERDICTS = {
    VerdictKind.COMPLIED.value: "The Ombudsman found that it was done",
    VerdictKind.IN_SUBSTANCE.value: "The Ombudsman found that it was done in substance, by other means",
    VerdictKind.MORE_NEEDED.value: "The Ombudsman asked for more",
    VerdictKind.PARTLY.value: "The Ombudsman found that it was done in part",
    VerdictKind.NOT_COMPLIED.value: "The Ombudsman found that it was not done",
    VerdictKind.OVERTAKEN.value: "The Ombudsman closed it, as events overtook it",
}

# What everybody is told, by the event: no person's name, no reason, no text.
PUBLIC: dict[Event, str] = {
    Event.RECOMMENDATION_ISSUED: "The Ombudsman made the recommendation",
    Event.RESPONSE_SIGNED: "The organisation answered",
    Event.PROGRESS_REPORTED: "The organisation reported progress",
    Event.VERDICT_GIVEN: "The Ombudsman decided",
    Event.RECOMMENDATION_REOPENED: "The Ombudsman opened it again",
    Event.EXTENSION_ASKED: "The organisation asked for more time",
    Event.EXTENSION_GRANTED: "More time was given",
    Event.EXTENSION_REFUSED: "More time was refused",
    Event.RECOMMENDATION_REWORDED: "The Ombudsman changed its words",
    Event.RECOMMENDATION_SPLIT: "It was split into several",
    Event.RECOMMENDATION_MERGED: "It was merged with others",
    Event.RECOMMENDATION_SUPERSEDED: "It was replaced by another",
    Event.RECOMMENDATION_TRANSFERRED: "It was transferred to whoever took over",
    Event.RECOMMENDATION_WITHDRAWN: "The Ombudsman withdrew it",
    Event.LADDER_STEP_SENT: "The Ombudsman sent a reminder",
    Event.LADDER_STEP_TAKEN: "The Ombudsman wrote to those who lead the organisation",
}
# Which facts everybody may read, and what they are called.
_PUBLIC_FACTS = {"due_on": "Due", "until": "Due now", "from_day": "Due before", "complied_on": "Done on", "into": "Goes on as", "done_on": "Said to be done on"}
_CALLED = {
    **_PUBLIC_FACTS, "reason": "Why", "original_due_on": "Due as issued", "evidence_due_on": "Next evidence due", "signatory": "Signed by",
    "steps": "Steps", "how": "How", "on": "On", "number": "Number", "kind": "Kind", "answer": "Answer", "type": "Type", "left": "Left to do",
    "old": "Before", "new": "After", "note": "Note", "level": "Level", "overruled": "Why it is worded so",
}  # fmt: skip
_NEVER = {"sha256", "remarks", "after", "report"}


def told(one: Recommendation, reader: Acting, *, in_full: bool) -> list[Moment]:
    """What happened, the newest first, as far as the reader may know."""
    own = any(post.organisation_id == one.organisation_id for post in reader.posts)
    records = audit.trail(
        one.organisation_id, one.audited_as(), limit=MOST, drafting=in_full and own,
        working_papers=in_full and not own and may(reader, Action.SEE_DRAFTS, one),
    )  # fmt: skip
    return list(_in_full(records) if in_full else _in_public(records))


def _in_public(records: Iterable[Told]) -> Iterable[Moment]:
    for record in records:
        if record.event in PUBLIC:
            said = tuple(_line(name, value) for name, value in record.facts.items() if name in _PUBLIC_FACTS and value not in (None, "", []))
            yield Moment(record.at, _what(record), lines=said)


def _in_full(records: Iterable[Told]) -> Iterable[Moment]:
    for record in records:
        said = tuple(_line(name, value) for name, value in record.facts.items() if name not in _NEVER and value not in (None, "", [], {}))
        yield Moment(record.at, _what(record) if record.event in PUBLIC else _capital(record.event.words), record.by_name, said)


def _what(record: Told) -> str:
    if record.event is Event.RESPONSE_SIGNED:
        return _ANSWERS.get(str(record.facts.get("answer")), PUBLIC[record.event])
    if record.event is Event.VERDICT_GIVEN:
        return _VERDICTS.get(str(record.facts.get("kind")), PUBLIC[record.event])
    if record.event is Event.PROGRESS_REPORTED and record.facts.get("finished"):
        return "The organisation reported that it is done"
    if record.event is Event.LADDER_STEP_SENT and record.facts.get("level") == OVERDUE:
        return "The Ombudsman wrote that it is overdue"
    return PUBLIC[record.event]


def _line(name: str, value: Any) -> str:
    return f"{_CALLED.get(name) or _capital(name.removesuffix('_on').replace('_', ' '))}: {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{_CALLED.get(name) or name.replace('_', ' ')}: {_plain(one)}" for name, one in value.items())
    if isinstance(value, list):
        return words.listing(_plain(one) for one in value)
    try:
        return words.day(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
