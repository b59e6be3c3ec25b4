"""Book 2: what happened. A closed vocabulary of events, chained by hash within each organisation's stream."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column

from portal.kernel import clock
from portal.kernel.db import Model, Moment, at_most, db, insert_all_unless_there, primary_key
from portal.policy import Acting

START = "0" * 64  # what the first record of a stream names as the one before it
PORTAL_STREAM = 0  # the stream of what belongs to no organisation


class Event(enum.Enum):
    """What can happen, in the past tense; beside each, the facts that a record of it must carry."""

    def __init__(self, words: str, facts: str = "") -> None:
        self.words = words
        self.facts = frozenset(facts.split())

    # organisations and people
    ORGANISATION_ADDED = "added to the register", "name kind source"
    ORGANISATION_RENAMED = "renamed", "old new source"
    ORGANISATION_CHANGED = "register entry changed", "changes source"
    ORGANISATION_CLOSED = "closed", "closed_on source"
    ORGANISATION_REOPENED = "reopened in the register", "source"
    ORGANISATION_SUCCEEDED = "succeeded by another organisation", "successor"
    ORGANISATION_JOINED = "began to take part", "joined_on"
    ORGANISATION_LEFT = "stopped taking part", "reason"
    BRANCH_COVERED = "answers for a branch", "branch"
    BRANCH_RELEASED = "no longer answers for a branch", "branch"
    PERSON_ADDED = "person added", ""
    PERSON_RENAMED = "person changed their name", ""
    MEMBERSHIP_BEGAN = "person took a role", "person role"
    MEMBERSHIP_ENDED = "person gave up a role", "person role reason"
    DEPUTY_NAMED = "deputy named", "person role until"
    INVITATION_SENT = "person invited", "role"
    INVITATION_ACCEPTED = "invitation accepted", "role"
    INVITATION_WITHDRAWN = "invitation withdrawn", ""
    SIGNED_IN = "signed in", ""
    SIGNED_OUT = "signed out", ""
    SESSION_ENDED = "sessions ended", "reason"
    SECOND_FACTOR_SET = "second factor set up", ""
    SECOND_FACTOR_REMOVED = "second factor removed", "reason"
    RECOVERY_CODES_MADE = "recovery codes made again", ""
    RECOVERY_CODE_USED = "recovery code used", "left"
    CONFLICT_DECLARED = "conflict of interest declared", "organisation"
    CONFLICT_ENDED = "conflict of interest ended", "organisation"

    # periods
    PERIOD_SET = "period set", "name"
    PERIOD_CHANGED = "period changed", "changes"
    PERIOD_OPENED = "assessment opened", "period standard due_on"
    EXTENSION_ASKED = "more time asked for", "until reason"
    EXTENSION_GRANTED = "more time granted", "from_day until reason"
    EXTENSION_REFUSED = "more time refused", "reason"
    DUE_DAY_MOVED = "day to hand in moved", "from_day until"
    NOT_SUBMITTED = "not submitted by the closing day", "closed_on"

    # assessments
    ASSESSMENT_STARTED = "assessment started", ""
    ANSWER_SAVED = "answer saved", "expectation changes"
    ANSWER_CONFIRMED = "last year's answer confirmed", "expectation"
    ANSWER_ASSIGNED = "expectation assigned", "expectation to"
    WORKBOOK_RETURNED = "answers saved from a workbook", "rows"
    SENT_FOR_SIGN_OFF = "sent for sign-off", ""
    RETURNED_BY_LEAD = "returned before sign-off", "comment"
    SIGNED_OFF = "signed off", "sha256 signatory late"
    WITHDRAWN = "withdrawn", "reason"
    SUPERSEDED = "superseded", "successor"
    REVIEW_ALLOCATED = "review given to a reviewer", "reviewer"
    REVIEW_CLAIMED = "review begun", "reviewer"
    REVIEW_RELEASED = "review given up", "reason"
    FINDING_RECORDED = "view recorded on an expectation", "expectation view"
    SECOND_VIEW_RECORDED = "second view recorded on an expectation", "expectation view"
    RELIABILITY_RATED = "reliability rated", "reliability"
    CLARIFICATION_ASKED = "question asked by the reviewer", "expectation due_on"
    CLARIFICATION_ANSWERED = "reviewer's question answered", "expectation"
    FINDING_SHARED = "draft finding shared for reply", "reply_due_on"
    FINDING_REPLIED = "reply to the draft finding", "late"
    REPLY_ANSWERED = "reply answered by the Ombudsman", ""
    ACCEPTED_IN_BULK = "accepted without a review of its own", "sample_of sample_size seed"
    PUBLISHED = "published", "outcome checked"
    OUTCOME_CHANGED = "outcome changed after publication", "old new"
    REOPENED = "reopened", "reason"
    PLAN_PROPOSED = "plan proposed again", ""
    PLAN_AGREED = "plan agreed", ""
    PLAN_RETURNED = "plan returned", "reason"

    # gaps and actions
    GAP_OPENED = "gap opened", "kind expectation due_on"
    GAP_CHANGED = "gap changed", "changes"
    GAP_CLOSED = "gap closed", "why"
    ACTION_PLANNED = "action planned", "what owner due_on"
    ACTION_CHANGED = "action changed", "changes"
    ACTION_FINISHED = "action finished", "note"

    # evidence
    EVIDENCE_HANDED_IN = "evidence handed in", "title form content"
    EVIDENCE_CHANGED = "evidence described anew", "changes"
    EVIDENCE_REPLACED = "evidence replaced by a new version", "number content"
    EVIDENCE_PUT_ASIDE = "version of evidence put aside, as another came first", "number content"
    EVIDENCE_USED = "version of evidence put aside before taken into use", "number"
    EVIDENCE_WITHDRAWN = "evidence withdrawn", "reason"
    EVIDENCE_RESTORED = "evidence restored", ""
    EVIDENCE_SCANNED = "evidence came from the scanner", "number outcome"
    EVIDENCE_REFUSED = "evidence refused for malware", "number malware"
    PERSONAL_DATA_LOOKED_FOR = "looked for personal data in evidence", "number found could_be_read"
    PERSONAL_DATA_DECIDED = "decided about personal data in evidence", "number choice reason"
    EVIDENCE_STOPPED = "version of evidence stopped", "number reason"
    EVIDENCE_OPENED = "evidence opened by the Ombudsman", "number"
    EVIDENCE_PINNED = "evidence pinned", "to number page place"
    PIN_CHANGED = "pin of evidence changed", "to changes"
    PIN_REMOVED = "pin of evidence taken away", "to"
    EVIDENCE_MARKED = "evidence marked by a reviewer", "to shows"
    EVIDENCE_HELD = "evidence kept from being removed", "reason"
    EVIDENCE_LET_GO = "evidence no longer kept from being removed", ""
    EVIDENCE_REMOVED = "files of evidence removed at the end of their time", "numbers"

    # recommendations
    RECOMMENDATION_DRAFTED = "recommendation drafted", "case"
    RECOMMENDATION_CHANGED = "draft of a recommendation changed", "changes"
    RECOMMENDATION_SENT = "draft of a recommendation sent for approval", "remarks overruled"
    RECOMMENDATION_RETURNED = "draft of a recommendation returned", "reason"
    RECOMMENDATION_DISCARDED = "draft of a recommendation discarded", "reason"
    RECOMMENDATION_ISSUED = "recommendation issued", "type due_on"
    RESPONSE_PREPARED = "answer to a recommendation prepared", "answer steps"
    RESPONSE_SENT = "answer to a recommendation sent for signature", ""
    RESPONSE_RETURNED = "answer to a recommendation returned before signature", "reason"
    RESPONSE_SIGNED = "recommendation answered", "answer sha256 signatory steps"
    PROGRESS_REPORTED = "progress reported on a recommendation", "report finished"
    COMPLAINANT_NOTED = "noted where a complainant can be asked", ""
    COMPLAINANT_FORGOTTEN = "forgot where a complainant can be asked", ""
    COMPLAINANT_ASKED = "complainant asked", "until"
    COMPLAINANT_ANSWERED = "complainant answered", "arrived matches"
    OBJECTION_SETTLED = "settled what a complainant said", "reason"
    TOKEN_MADE = "token made for another system", "name scopes person ends_on"
    TOKEN_REVOKED = "token of another system revoked", "reason"
    VERDICT_GIVEN = "verdict given", "number kind reason complied_on due_on original_due_on evidence_due_on steps"
    RECOMMENDATION_REOPENED = "recommendation reopened", "reason evidence_due_on"
    LADDER_PAUSED = "reminders and further steps paused", "kind until reason"
    LADDER_RESUMED = "reminders and further steps resumed", "reason"
    CONTACT_LOGGED = "contact logged by an officer", "on how"
    RECOMMENDATION_HANDED_OVER = "recommendation handed over to another officer", "old new"
    RECOMMENDATION_REWORDED = "recommendation reworded", "number reason"
    RECOMMENDATION_SPLIT = "recommendation split into several", "into reason"
    RECOMMENDATION_MERGED = "recommendation merged with others", "into reason"
    RECOMMENDATION_SUPERSEDED = "recommendation superseded", "into reason"
    RECOMMENDATION_TRANSFERRED = "recommendation transferred to the successor", "into successor reason"
    RECOMMENDATION_WITHDRAWN = "recommendation withdrawn", "reason"
    LADDER_STEP_SENT = "step of the ladder sent", "level after"
    LADDER_STEP_PLACED = "step of the ladder placed before a person", "level after"
    LADDER_STEP_TAKEN = "step of the ladder taken", "level after"
    LADDER_STEP_PUT_ASIDE = "step of the ladder put aside", "level after"
    STEPS_REORDERED = "promised steps put in another order", "steps"
    CALENDAR_MADE = "secret address of the calendar of deadlines made", ""
    CALENDAR_ENDED = "secret address of the calendar of deadlines ended", ""

    # accreditation
    COURSE_PUBLISHED = "course published", "version sha256 note"
    COURSE_CLOSED = "course closed to people who have not begun it", "version"
    COURSE_BEGUN = "course begun", "version"
    PAPER_BEGUN = "paper begun", "course kind number"
    PAPER_HANDED_IN = "paper handed in", "course correct asked critical passed"
    PAPER_TIMED_OUT = "paper closed when its time had run out", "course correct asked critical passed"
    TIME_ALLOWED = "more time allowed in papers", "extra"
    COURSE_LEARNT = "every lesson of a course read", "version"

    # letters
    LETTER_NOT_DELIVERED = "letter could not be delivered", "letter reason"

    # the demonstration and other bulk work
    IMPORTED = "imported", "source rows"


# A reviewer's working papers: organisations read the finding, and the second reviewer must not know of the first view.
# Likewise what officers drafted, for organisations read what was issued; and what is between the Ombudsman and a complainant.
WORKING_PAPERS = frozenset(
    {
        Event.FINDING_RECORDED,
        Event.SECOND_VIEW_RECORDED,
        Event.RELIABILITY_RATED,
        Event.REVIEW_RELEASED,
        Event.EVIDENCE_MARKED,
        Event.RECOMMENDATION_DRAFTED,
        Event.RECOMMENDATION_CHANGED,
        Event.RECOMMENDATION_SENT,
        Event.RECOMMENDATION_RETURNED,
        Event.RECOMMENDATION_DISCARDED,
        Event.COMPLAINANT_NOTED,
        Event.COMPLAINANT_FORGOTTEN,
        Event.COMPLAINANT_ASKED,
        Event.COMPLAINANT_ANSWERED,
        Event.OBJECTION_SETTLED,
        Event.CONTACT_LOGGED,
        Event.LADDER_STEP_PLACED,
        Event.LADDER_STEP_PUT_ASIDE,
    }
)

# How an organisation came to its answers, and its own library: its own affair, whatever was handed in since.
_LIBRARY = frozenset(
    one
    for one in Event
    if one.name.startswith(("EVIDENCE_", "PERSONAL_DATA_", "PIN_"))
    and one not in (Event.EVIDENCE_OPENED, Event.EVIDENCE_MARKED)
)
DRAFTING = _LIBRARY | {
    Event.ANSWER_SAVED, Event.ANSWER_CONFIRMED, Event.ANSWER_ASSIGNED, Event.WORKBOOK_RETURNED, Event.RETURNED_BY_LEAD,
    Event.RESPONSE_PREPARED, Event.RESPONSE_SENT, Event.RESPONSE_RETURNED,
}  # fmt: skip


class Stream(Model):
    """The head of one organisation's chain; locked while a record is added, so that the chain has no forks."""

    __tablename__ = "audit_streams"
    organisation_id: Mapped[int] = primary_key()
    sequence: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(sa.String(64), default=START)


class Record(Model):
    """One thing that happened. Inserted, never updated; `facts` is canonical JSON."""

    __tablename__ = "audit_records"
    id: Mapped[int] = primary_key()
    organisation_id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"))
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment())
    event: Mapped[str] = mapped_column(sa.String(40))
    about: Mapped[str] = mapped_column(sa.String(160), index=True)
    by_id: Mapped[int | None]
    by_name: Mapped[str] = mapped_column(sa.String(200))
    facts: Mapped[str] = mapped_column(sa.Text)
    before: Mapped[str] = mapped_column(sa.String(64))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    __table_args__ = (sa.UniqueConstraint("organisation_id", "sequence"),)


class Audited:
    """Mixed into a model whose every change must be recorded before the transaction may end.

    `audited_as()` names the thing in the record ("assessment AS-7K2QD"); rows that belong to another thing
    return that thing's name, so that one record covers them.
    """

    audited: ClassVar[bool] = True
    organisation_id: Any

    def audited_as(self) -> str:
        raise NotImplementedError(type(self).__name__)  # a model that forgets its name learns it at its first record


class Unrecorded(Exception):
    """A change was about to be committed that no record tells of. This is a fault in the code."""


@dataclass(frozen=True)
class Entry:
    """A record before it is sealed into its chain."""

    organisation_id: int
    event: Event
    about: str
    by: Acting
    facts: Mapping[str, Any]
    at: datetime


def record(event: Event, thing: Any, *, by: Acting, **facts: Any) -> None:
    """Say that `event` happened to `thing`, an Audited row, in the transaction under way.

    Raises ValueError unless the facts named are exactly those that the event asks for. Facts are text, numbers,
    days, or lists and maps of these; never a secret, and never more of a person than a name in their role.
    """
    if set(facts) != event.facts:
        raise ValueError(f"{event.name} carries {sorted(event.facts)}, not {sorted(facts)}.")
    organisation_id = thing.organisation_id if thing.organisation_id is not None else PORTAL_STREAM
    entry = Entry(organisation_id, event, thing.audited_as(), by, facts, clock.now())
    db.session.info.setdefault("audit.entries", []).append(entry)


def canonical(facts: Mapping[str, Any]) -> str:
    """Facts as the one JSON text that is hashed: sorted keys, no spaces, days as yyyy-mm-dd."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{value!r} cannot stand in a record.")


def digest(before: str, sequence: int, at: datetime, event: str, about: str, by_name: str, facts: str) -> str:
    """The hash of one record: SHA-256 over its fields and the hash before it, joined by line feeds.

    docs/record.md says the same for a stranger who wants to recompute it.
    """
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return hashlib.sha256("\n".join([before, str(sequence), moment, event, about, by_name, facts]).encode()).hexdigest()


def chained(entries: Iterable[Entry], organisation_id: int, sequence: int, head: str) -> list[dict[str, Any]]:
    """`entries` of one stream as rows of audit_records that follow on from (`sequence`, `head`)."""
    rows = []
    for entry in entries:
        sequence += 1
        facts = canonical(entry.facts)
        sha256 = digest(head, sequence, entry.at, entry.event.name, entry.about, entry.by.name, facts)
        rows.append(
            {
                "organisation_id": organisation_id,
                "sequence": sequence,
                "at": entry.at,
                "event": entry.event.name,
                "about": entry.about,
                "by_id": entry.by.id,
                "by_name": entry.by.name,
                "facts": facts,
                "before": head,
                "sha256": sha256,
            }
        )
        head = sha256
    return rows


def seal(session: Session) -> None:
    """Add the entries of this transaction to their chains, each stream locked in turn in the order of its id."""
    entries: list[Entry] = session.info.pop("audit.entries", [])
    streams: dict[int, list[Entry]] = {}
    for entry in entries:
        streams.setdefault(entry.organisation_id, []).append(entry)
    ids = sorted(streams)
    for start in range(0, len(ids), AT_ONCE):
        _add(session, {one: streams[one] for one in ids[start : start + AT_ONCE]})


def _add(session: Session, streams: Mapping[int, list[Entry]]) -> None:
    """Four statements for all of `streams` together, so that an import of thousands takes seconds."""
    heads = [{"organisation_id": one, "sequence": 0, "head": START} for one in streams]
    session.execute(insert_all_unless_there(Stream, ("organisation_id",)), heads)
    held = session.execute(_HELD, {"ids": list(streams)})
    rows = [row for one, sequence, head in held for row in chained(streams[one], one, sequence, head)]
    ends = {row["organisation_id"]: {"one": row["organisation_id"], "to": row["sequence"], "hash": row["sha256"]} for row in rows}
    session.execute(sa.insert(Record.__table__), rows)
    session.execute(_ADVANCE, list(ends.values()))


AT_ONCE = 500  # streams locked together, always in the order of their ids
_STREAM = Stream.__table__
_HELD = (
    sa.select(_STREAM.c.organisation_id, _STREAM.c.sequence, _STREAM.c.head)
    .where(_STREAM.c.organisation_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(_STREAM.c.organisation_id)
    .with_for_update()
)
_ADVANCE = (
    sa.update(_STREAM)
    .where(_STREAM.c.organisation_id == sa.bindparam("one"))
    .values(sequence=sa.bindparam("to"), head=sa.bindparam("hash"))
)


# The guard: what a flush changed must be named by a record before the commit.


def _noticed(session: Session, _flush: UOWTransaction) -> None:
    changed = session.info.setdefault("audit.changed", set())
    for row in [*session.new, *session.dirty, *session.deleted]:
        if getattr(row, "audited", False) and (row not in session.dirty or session.is_modified(row)):
            changed.add(row)


def _noticed_in_bulk(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    for mapper in state.all_mappers:
        if getattr(mapper.class_, "audited", False):
            state.session.info.setdefault("audit.bulk", set()).add(mapper.class_.__name__)


def _refused_unless_recorded(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    told = {entry.about for entry in session.info.get("audit.entries", [])}
    silent = {row.audited_as() for row in session.info.pop("audit.changed", set())} - told
    bulk = session.info.pop("audit.bulk", set())
    if silent or (bulk and not told):
        session.info.pop("audit.entries", None)
        raise Unrecorded(f"No record tells of the change to {sorted(silent) or sorted(bulk)}.")
    seal(session)


def _forgotten(session: Session) -> None:
    for name in ("audit.entries", "audit.changed", "audit.bulk"):
        session.info.pop(name, None)


def handed_over(session: Session) -> list[Entry]:
    """What this transaction has noted so far, for bulk work that seals it together with older records, in their order."""
    session.flush()
    entries: list[Entry] = session.info.get("audit.entries", [])
    _forgotten(session)
    return entries


def guard() -> None:
    """Attach the guard to the session; called once when the application is put together."""
    sa.event.listen(db.session, "after_flush", _noticed)
    sa.event.listen(db.session, "do_orm_execute", _noticed_in_bulk)
    sa.event.listen(db.session, "before_commit", _refused_unless_recorded)
    sa.event.listen(db.session, "after_rollback", _forgotten)


@dataclass(frozen=True)
class Told:
    """One line of a trail, as pages show it."""

    at: datetime
    event: Event
    by_name: str
    about: str
    facts: dict[str, Any]
    sequence: int
    sha256: str


def trail(
    organisation_id: int,
    about: str | None = None,
    *,
    before: int | None = None,
    limit: int = 50,
    working_papers: bool = False,
    drafting: bool = True,
) -> list[Told]:
    """The newest records of one stream, newest first; `before` is the sequence to go on from.

    Working papers stay out unless they are asked for: ask only where an assessment is published and the Ombudsman reads.
    `drafting` is False wherever somebody reads who does not act for the organisation.

    `about` ("assessment AS-7K2HDX4") also brings what belongs to it ("assessment AS-7K2HDX4/NHS-1.3").
    """
    wanted = sa.select(Record).where(Record.organisation_id == organisation_id)
    if about is not None:
        wanted = wanted.where(sa.or_(Record.about == about, Record.about.startswith(about + "/", autoescape=True)))
    if before is not None:
        wanted = wanted.where(Record.sequence < before)
    kept = (frozenset() if working_papers else WORKING_PAPERS) | (frozenset() if drafting else DRAFTING)
    if kept:
        wanted = wanted.where(Record.event.not_in(sorted(event.name for event in kept)))
    rows = db.session.scalars(wanted.order_by(Record.sequence.desc()).limit(at_most(limit)))
    return [Told(r.at, Event[r.event], r.by_name, r.about, json.loads(r.facts), r.sequence, r.sha256) for r in rows]


@dataclass(frozen=True)
class Fault:
    """The first record of a stream that does not hold, and why."""

    organisation_id: int
    sequence: int
    why: str


def verify(organisation_id: int | None = None) -> list[Fault]:
    """Recompute the chains (all, or one) and name the first bad record of each that was altered by hand."""
    wanted = sa.select(Record.__table__).order_by(Record.organisation_id, Record.sequence)
    heads = sa.select(_STREAM)
    if organisation_id is not None:
        wanted = wanted.where(Record.organisation_id == organisation_id)
        heads = heads.where(_STREAM.c.organisation_id == organisation_id)
    faults: dict[int, Fault] = {}
    ends: dict[int, tuple[int, str]] = {}
    for row in db.session.execute(wanted.execution_options(yield_per=5000)):
        stream = row.organisation_id
        if stream in faults:
            continue
        sequence, head = ends.get(stream, (0, START))
        computed = digest(head, row.sequence, row.at, row.event, row.about, row.by_name, row.facts)
        if row.sequence != sequence + 1:
            faults[stream] = Fault(stream, sequence + 1, "this record is missing")
        elif row.before != head or row.sha256 != computed:
            faults[stream] = Fault(stream, row.sequence, "this record was altered after it was written")
        ends[stream] = (row.sequence, row.sha256)
    for stream in db.session.execute(heads):
        if stream.organisation_id not in faults and ends.get(stream.organisation_id, (0, START)) != (
            stream.sequence,
            stream.head,
        ):
            faults[stream.organisation_id] = Fault(
                stream.organisation_id, ends.get(stream.organisation_id, (0, START))[0] + 1, "the end of the chain is missing"
            )
    return list(faults.values())


def as_markdown() -> str:
    """The vocabulary for docs/events.md."""
    rows = (f"| `{event.name}` | {event.words} | {', '.join(sorted(event.facts)) or '–'} |" for event in Event)
    return "\n".join(["| Event | what it says | facts it carries |", "| --- | --- | --- |", *rows])
