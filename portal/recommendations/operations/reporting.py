"""The organisation reports what changed, how it knows, and what is left; and shows it, line by line of the checklist."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal import audit
from portal.audit import Event
from portal.evidence.lifecycle import LIVE
from portal.evidence.operations import pinning
from portal.evidence.queries import pins
from portal.evidence.reading.findings import PersonalKind
from portal.evidence.reading.spotting import readable, spot
from portal.kernel import clock, words
from portal.kernel.db import db, fresh_reference
from portal.kernel.errors import Both, Invalid, Stale, Step, WrongState
from portal.outbox import Letter
from portal.policy import Acting, Action, insist
from portal.recommendations import deadlines
from portal.recommendations.lifecycle import DELIVERY, OPEN, Delivery, DeliveryVerb
from portal.recommendations.models import WORDS, LineSeen, ProgressReport, Recommendation
from portal.recommendations.operations import asking, colliding, falling_short
from portal.recommendations.operations.telling import tell_officer
from portal.recommendations.queries import places, promising
from portal.recommendations.queries import reporting as queries
from portal.recommendations.types import type_of

LABELS = {"changed": "What changed", "how_we_know": "How you know", "left_to_do": "What is left to do"}
JOB = 200


@dataclass(frozen=True)
class Seen:
    """Who saw the document that meets a line (a job title), and when."""

    by: str
    on: date | None


@dataclass(frozen=True)
class Personal:
    """Something in a text that tells who a person is; `excerpt` is masked."""

    field: str
    kind: PersonalKind
    excerpt: str


def personal(**texts: str) -> list[Personal]:
    """What stands in these texts (by the names of their fields) that looks like personal data, as evidence is looked into."""
    return [Personal(name, one.kind, one.excerpt) for name, text in texts.items() for one in spot(readable(text))]


def report(
    one: Recommendation, *, version: int, changed: str, how_we_know: str, left_to_do: str = "", finished: bool = False,
    done_on: date | None = None, steps_done: Collection[str] = (), seen: Mapping[int, Seen] | None = None, explained: str = "", by: Acting,
) -> ProgressReport:
    """Report progress, or that it is done (on `done_on`). `seen`: lines of the checklist whose document was seen, by number.

    A finished report shows each line of the checklist, as seen or by a pin of evidence that is in use and was not refused.
    """
    insist(by, Action.REPORT_PROGRESS, one)
    colliding.hold_issued(one)
    if one.delivery not in OPEN:
        raise WrongState(
            f"This recommendation has ended: it is “{one.delivery.value}”, so there is nothing more to report.",
            next_steps=[Step("Read it", f"/recommendations/{one.reference}")],
        )
    texts = {"changed": words.clean(changed), "how_we_know": words.clean(how_we_know), "left_to_do": words.clean(left_to_do)}
    if one.version != version:
        typed = {**texts, "explained": words.clean(explained)}
        raise Stale("Your report was not sent, for something else was reported or decided meanwhile.", version=one.version,
                    fields=list(_both(one, typed, finished, done_on, steps_done, seen or {})))  # fmt: skip
    lines = _lines_seen(one, seen or {})
    explained = _judged(texts, {number: line.by for number, line in lines.items()}, words.clean(explained), finished)
    _day_done(one, finished, done_on)
    _steps_finished(one, steps_done, done_on)
    abouts = [places.about(one.reference, number) for number in range(1, len(type_of(one.type).evidence) + 1)]
    if finished:
        _refuse_unshown(one, abouts, lines)
    now, today = clock.now(), clock.today()
    told = ProgressReport(
        **texts, reference=fresh_reference(ProgressReport, "PR"), recommendation_id=one.id, recommendation_reference=one.reference,
        organisation_id=one.organisation_id, number=queries.next_number(one.id), finished=finished, done_on=done_on,
        explained=explained, reported_at=now, reported_on=today, reported_by_id=by.id, reported_by=by.name,
    )  # fmt: skip
    db.session.add(told)
    db.session.flush()
    for number, one_seen in lines.items():
        db.session.add(LineSeen(
            recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id,
            report_id=told.id, line=number, seen_by=one_seen.by, seen_on=one_seen.on,
        ))  # fmt: skip
    pinning.freeze(one.organisation_id, abouts)
    _move(one, finished)
    one.heard_on, one.changed_at = today, now
    one.next_evidence_on = deadlines.next_evidence(one.due_on, promising.days_to_keep(one.id), today)
    audit.record(Event.PROGRESS_REPORTED, one, by=by, report=told.reference, finished=finished)
    falling_short.settle(one, by=by)
    _tell(one, told, by)
    if finished:
        asking.ask(one, told)
    return told


def _judged(texts: Mapping[str, str], seen_by: Mapping[int, str], explained: str, finished: bool) -> str:
    """Why what looks like personal data stays; raises for the first text that may not be stored."""
    wanted = ("changed", "how_we_know") if finished else ("changed", "how_we_know", "left_to_do")
    for name, text in texts.items():
        if name in wanted and not text:
            raise Invalid(name, f"Say {LABELS[name][:1].lower()}{LABELS[name][1:]}")
        if len(text) > WORDS:
            raise Invalid(name, f"{LABELS[name]} must be {words.number(WORDS)} characters or fewer")
    if len(explained) > WORDS:
        raise Invalid("explained", f"Why it stays must be {words.number(WORDS)} characters or fewer")
    found = personal(**texts, **{f"seen_by_{number}": by for number, by in seen_by.items()}, explained=explained)
    for one in found:
        if one.kind is PersonalKind.BANK_DETAILS:
            raise Invalid(one.field, f"Take out the bank details ({one.excerpt}): a report never holds them. Say the amount and the day")
    if found and not explained:
        raise Invalid("explained", "Take out what tells who a person is, or say why it stays")
    return explained if found else ""


def _lines_seen(one: Recommendation, seen: Mapping[int, Seen]) -> dict[int, Seen]:
    lines, kept = type_of(one.type).evidence, {}
    for number, said in sorted(seen.items()):
        by = words.clean_line(said.by)
        if not by and said.on is None:
            continue
        if not 1 <= number <= len(lines) or not lines[number - 1].seen:
            raise Invalid("finished", f"Line {number} of the checklist needs evidence: it cannot be recorded as seen")
        if not by:
            raise Invalid(f"seen_by_{number}", f"Say who saw the document of line {number}, by job title")
        if len(by) > JOB:
            raise Invalid(f"seen_by_{number}", f"Who saw it must be {JOB} characters or fewer")
        if said.on is None:
            raise Invalid(f"seen_on_{number}", f"Say on which day the document of line {number} was seen")
        if said.on > clock.today():
            raise Invalid(f"seen_on_{number}", "The day on which it was seen must be today or earlier")
        kept[number] = Seen(by, said.on)
    return kept


def _day_done(one: Recommendation, finished: bool, done_on: date | None) -> None:
    if not finished:
        if done_on is not None:
            raise Invalid("finished", "Say that it is finished, or leave the day on which it was done empty")
        return
    if done_on is None:
        raise Invalid("done_on", "Say on which day it was done")
    if done_on > clock.today():
        raise Invalid("done_on", "The day on which it was done must be today or earlier")
    assert one.issued_on is not None  # it is open, so it was issued
    if done_on < one.issued_on:
        raise Invalid("done_on", f"The day on which it was done must be {words.day(one.issued_on)}, when it was issued, or later")


def _steps_finished(one: Recommendation, references: Collection[str], done_on: date | None) -> None:
    there = {step.reference: step for step in promising.to_keep(one.id)}
    unknown = [reference for reference in references if reference not in there]
    if unknown:
        raise Invalid("steps_done", "Choose from the steps that are not done yet")
    for reference in references:
        there[reference].done_on = done_on or clock.today()


def _refuse_unshown(one: Recommendation, abouts: Sequence[str], lines: Mapping[int, Seen]) -> None:
    pinned = pins.pins_of(one.organisation_id, abouts)
    shown = {about for about, there in pinned.items() if any(not pin.withdrawn and pin.state in LIVE for pin in there)}
    before = queries.lines_seen(one.id)
    bare = [number for number, about in enumerate(abouts, start=1) if about not in shown and number not in {*lines, *before}]
    if bare:
        named = words.listing([str(number) for number in bare])
        plural = "lines" if len(bare) > 1 else "line"
        raise Invalid("finished", f"Nothing shows {plural} {named} of the checklist. Pin evidence there, or report it as not finished yet")


def _move(one: Recommendation, finished: bool) -> None:
    if finished and one.delivery is not Delivery.SUBMITTED:
        DELIVERY.move(one, DeliveryVerb.SUBMIT)
    elif one.delivery is Delivery.NOT_DUE:
        DELIVERY.move(one, DeliveryVerb.BEGIN)


def _both(
    one: Recommendation, typed: Mapping[str, str], finished: bool, done_on: date | None, steps_done: Collection[str], seen: Mapping[int, Seen]
) -> Iterator[Both]:
    """The newest report beside everything that was typed, field by field, so that it can be sent as it is."""
    last = queries.newest(one.id)
    for name, text in typed.items():
        if text or name in LABELS:
            yield Both(LABELS.get(name, "Why it stays"), getattr(last, name) if last else "", text, name)
    yield Both("Is it finished?", "yes" if last and last.finished else "", "yes" if finished else "", "finished")
    yield from _both_days("The day on which it was done", "done_on", last.done_on if last else None, done_on)
    promised = {step.reference: step.what for step in promising.to_keep(one.id)}
    for reference in steps_done:
        if reference in promised:  # what was done meanwhile cannot be done again
            yield Both(f"Done: {promised[reference]}", "", reference, "steps_done")
    for number, said in seen.items():
        if said.by or said.on:
            yield Both(f"Line {number}: who saw the document", "", said.by, f"seen_by_{number}")
            yield from _both_days(f"Line {number}: the day on which it was seen", f"seen_on_{number}", None, said.on)


def _both_days(label: str, name: str, theirs: date | None, yours: date | None) -> Iterator[Both]:
    for part in ("day", "month", "year"):
        if yours is not None:
            yield Both(f"{label}: {part}", str(getattr(theirs, part, "")), str(getattr(yours, part)), f"{name}-{part}")


def _tell(one: Recommendation, told: ProgressReport, by: Acting) -> None:
    tell_officer(
        Letter.PROGRESS_REPORTED, one, period=f"report {told.number}", by=by.name, number=told.number, finished=told.finished,
        changed=told.changed,
    )  # fmt: skip
