"""Many recommendations and reports of progress, by COPY on PostgreSQL and by the many on SQLite: invented, and only for measuring."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa

from bench.seeding import sessions, tidied
from portal.demonstration.texts import file
from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import Organisation
from portal.recommendations import deadlines, ladder
from portal.recommendations.models import LadderStep, ProgressReport, Recommendation, Theme, Wording
from portal.recommendations.types import types

BODIES = 500
OF_ONE_BODY = 200  # recommendations to the body whose list is measured, however many there are to others
DAYS = 3650
AT_ONCE = 20_000
SHARES = {"apology": 38, "payment": 22, "action-plan": 17, "explanation": 4, "personal-action": 4, "policy": 4, "training": 4, "review": 3,
          "sharing": 2, "assurance": 2}  # fmt: skip
LATE = ((82, -16, -1), (9, 1, 14), (4, 15, 29), (2, 30, 59), (1, 60, 89), (1, 90, 240), (1, 9999, 9999))
NOTHING = "\\N"


@dataclass(frozen=True)
class Filled:
    """Where the measurements go."""

    recommendations: int
    reports: int
    seconds: float
    officer_token: str
    manager_token: str
    code: str  # of a body with recommendations
    reference: str  # of one of them, which is open


@dataclass(frozen=True)
class One:
    """One recommendation's days, as they would be today."""

    type: str
    issued: dt.date
    due: dt.date
    acceptance: str
    delivery: str
    answered: dt.date | None
    heard: dt.date | None
    done: dt.date | None
    ended: dt.date | None
    ending: str | None


def fill(recommendations: int, reports: int) -> Filled:
    """Fill an empty database of this application."""
    began, now = clock.now(), clock.now()
    run = db.session.execute
    kinds = ("T", "T", "T", "I", "MD", "EA", "NB")
    run(sa.insert(Organisation.__table__), [
        {"code": f"Z{n}", "name": f"Body number {n}", "sort_name": f"body number {n:06}", "kind": kinds[n % len(kinds)], "joined_on": clock.today()}
        for n in range(1, BODIES + 1)
    ] + [{"code": "phso", "name": "The Ombudsman", "sort_name": "ombudsman", "kind": "PO", "joined_on": None}])  # fmt: skip
    officers = [("officer", "phso", "compliance officer"), ("second", "phso", "compliance officer"), ("manager", "Z1", "complaints manager")]
    for number, (name, code, role) in enumerate(officers, start=1):
        run(sa.text("INSERT INTO people (reference, email, name, added_at, totp_last_step, version) VALUES (:reference, :email, :name, :now, 0, 1)"),
            {"reference": f"PE-{number:07}", "email": f"{name}@example.org", "name": f"The {name}", "now": moment(now)})  # fmt: skip
        run(sa.text(
            """INSERT INTO memberships (reference, person_id, organisation_id, role, job_title, since_on)
            SELECT :reference, p.id, o.id, :role, '', :today FROM people p, organisations o WHERE p.email = :email AND o.code = :code"""
        ), {"reference": f"MB-{number:07}", "role": role, "today": clock.today().isoformat(), "email": f"{name}@example.org", "code": code})  # fmt: skip
    people = {row.email: row.id for row in run(sa.text("SELECT email, id FROM people"))}
    bodies = [(row.id, row.kind) for row in run(sa.select(Organisation.id, Organisation.kind).where(Organisation.code.like("Z%")).order_by(Organisation.id))]
    ones = list(_ones(recommendations, clock.today()))
    trust_what_comes()
    pour(Recommendation, _rows(ones, bodies, people["officer@example.org"], people["second@example.org"]))
    pour(Theme, _themes(len(ones)))
    pour(Wording, _wordings(ones, bodies))
    pour(LadderStep, _steps(ones, bodies, people["officer@example.org"], people["second@example.org"]))
    made = pour(ProgressReport, _reports(ones, bodies, reports))
    tokens = sessions(now, ["officer@example.org", "manager@example.org"])
    db.session.commit()
    tidied()
    open_one = next(number for number, one in enumerate(ones, start=1) if one.ended is None and one.answered and _body(number, bodies)[0] == bodies[0][0])
    return Filled(len(ones), made, (clock.now() - began).total_seconds(), tokens[0], tokens[1], "Z1", _reference(open_one))


def _ones(many: int, today: dt.date) -> Iterator[One]:
    chance, kinds = random.Random(1967), types()
    codes = chance.choices(list(SHARES), list(SHARES.values()), k=many)
    spans = chance.choices(LATE, [share for share, _, _ in LATE], k=many)
    for code, (_, least, most) in zip(codes, spans, strict=True):
        issued = today - dt.timedelta(days=1 + int(DAYS * chance.random() ** 1.2))
        yield _one(chance, today, code, issued, issued + dt.timedelta(weeks=kinds[code].weeks), chance.randint(least, most))


def _one(chance: random.Random, today: dt.date, code: str, issued: dt.date, due: dt.date, late: int) -> One:
    answered = issued + dt.timedelta(days=int(chance.triangular(3, 30, 9)))
    if answered > today:
        return One(code, issued, due, "awaiting response", "not due", None, None, None, None, None)
    said = chance.random()
    acceptance = "accepted" if said < 0.965 else "accepted in part" if said < 0.99 else "not accepted" if said < 0.995 else "disputed"
    given_up = due + dt.timedelta(days=chance.randint(150, 400))
    if late == 9999 or acceptance in ("not accepted", "disputed"):
        if given_up <= today:
            return One(code, issued, due, acceptance, "not complied", answered, None, None, given_up, "decided")
        return One(code, issued, due, acceptance, "not due", answered, None, None, None, None)
    done = max(due + dt.timedelta(days=late), answered)
    ended = done + dt.timedelta(days=chance.randint(4, 40))
    if ended <= today:
        delivery = "complied late" if done > due else "complied on time"
        if chance.random() < 0.03:
            delivery = "complied in substance by other means"
        return One(code, issued, due, acceptance, delivery, answered, done, done, ended, "decided")
    if done <= today:
        state = "evidence submitted" if chance.random() < 0.8 else "more information needed"
        return One(code, issued, due, acceptance, state, answered, done, None, None, None)
    begun = answered + dt.timedelta(days=chance.randint(10, 60))
    if begun <= today:
        return One(code, issued, due, acceptance, "in progress", answered, begun, None, None, None)
    return One(code, issued, due, acceptance, "not due", answered, None, None, None, None)


def _body(number: int, bodies: Sequence[tuple[int, str]]) -> tuple[int, str]:
    return bodies[0] if number <= OF_ONE_BODY else bodies[1 + number * 7919 % (len(bodies) - 1)]


@cache
def _cards() -> list[dict[str, Any]]:
    filling = {"due": "4 March", "body": "Trust", "person": "Mrs B", "amount": "£650"}
    texts = ("text", "public_text")
    return [card | {name: card[name].format(**filling) for name in texts} for story in file("recommendations")["stories"] for card in story["cards"]]


def _rows(ones: Sequence[One], bodies: Sequence[tuple[int, str]], officer: int, second: int) -> Iterator[dict[str, Any]]:
    cards: dict[str, list[Any]] = {}
    for card in _cards():
        cards.setdefault(card["type"], []).append(card)
    today = clock.today()
    for number, one in enumerate(ones, start=1):
        card = cards[one.type][number % len(cards[one.type])]
        body, kind = _body(number, bodies)
        issued = f"{one.issued} 09:00:00.000000"
        last = one.heard or one.answered or one.issued
        author, other = _officers(number, officer, second)
        yield {
            "id": number, "reference": _reference(number), "organisation_id": body, "organisation_kind": kind,
            "case_reference": f"P-{1_000_000 + number // 4}", "number": 1 + number % 4, "type": one.type, "severity": 1 + number % 6,
            "failing": card["failing"], "text": card["text"], "public_text": card["public_text"], "due_on": one.due,
            "original_due_on": one.due, "overruled_why": "", "state": "issued", "acceptance": one.acceptance, "delivery": one.delivery,
            "drafted_by_id": author, "drafted_by": "An officer", "drafted_at": issued, "sent_at": issued, "returned_why": "",
            "approved_by_id": other, "approved_by": "Another officer", "issued_at": issued, "issued_on": one.issued, "officer_id": author,
            "officer": "An officer", "answer_due_on": one.issued + dt.timedelta(days=28), "answered_on": one.answered, "heard_on": one.heard,
            "next_evidence_on": None if one.ended else deadlines.next_evidence(one.due, (), last), "complied_on": one.done,
            "ended_on": one.ended, "ending": one.ending, "level": 0 if one.ended else min(3, ladder.level(one.due, today)),
            "paused_until": None, "objected": not one.ended and number % 199 == 0, "source": "", "changed_at": issued, "version": 1,
        }  # fmt: skip


def _themes(many: int) -> Iterator[dict[str, Any]]:
    stories = [story["themes"] for story in file("recommendations")["stories"]]
    key = 0
    for number in range(1, many + 1):
        for theme in stories[number % len(stories)]:
            key += 1
            yield {"id": key, "recommendation_id": number, "theme": theme}


def _wordings(ones: Sequence[One], bodies: Sequence[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    card = _cards()[0]
    for number, one in enumerate(ones, start=1):
        yield {"id": number, "recommendation_id": number, "recommendation_reference": _reference(number),
               "organisation_id": _body(number, bodies)[0], "number": 1, "text": card["text"], "public_text": card["public_text"],
               "reason": "", "worded_at": f"{one.issued} 09:00:00.000000", "worded_by": "An officer"}  # fmt: skip


def _officers(number: int, officer: int, second: int) -> tuple[int, int]:
    """Who looks after it, and the other."""
    return (officer, second) if number % 3 else (second, officer)


def _steps(ones: Sequence[One], bodies: Sequence[tuple[int, str]], officer: int, second: int) -> Iterator[dict[str, Any]]:
    """Of those that are late the steps that wait for a person."""
    key, today = 0, clock.today()
    for number, one in enumerate(ones, start=1):
        if one.ended is None and one.delivery != "evidence submitted" and number % 2:
            for on, step in ladder.steps(one.due, since=one.issued, today=today):
                if not step.by_itself:
                    key += 1
                    yield {"id": key, "recommendation_id": number, "recommendation_reference": _reference(number),
                           "organisation_id": _body(number, bodies)[0], "due_on": one.due, "after_days": step.after, "level": step.level,
                           "state": "waits for a person", "officer_id": _officers(number, officer, second)[0], "reached_on": on, "decided_by": "", "decided_at": None, "note": "", "version": 1}  # fmt: skip


def _reports(ones: Sequence[One], bodies: Sequence[tuple[int, str]], many: int) -> Iterator[dict[str, Any]]:
    """Spread evenly over those from whom something was heard."""
    heard = [(number, one) for number, one in enumerate(ones, start=1) if one.heard is not None]
    cards, key = _cards(), 0
    for place, (number, one) in enumerate(heard):
        own = many * (place + 1) // len(heard) - many * place // len(heard)
        assert one.answered is not None
        assert one.heard is not None
        for each in range(own):
            key += 1
            on = one.answered + (one.heard - one.answered) * (each + 1) / own
            finished = one.done is not None and each == own - 1
            card = cards[key % len(cards)]
            yield {
                "id": key, "reference": f"PR-{key:08}", "recommendation_id": number, "recommendation_reference": _reference(number),
                "organisation_id": _body(number, bodies)[0], "number": each + 1, "changed": card.get("changed", card["failing"]),
                "how_we_know": card.get("how", card["public_text"]), "left_to_do": "" if finished else "The rest of it.", "finished": finished,
                "done_on": one.done if finished else None, "explained": "", "reported_at": f"{on} 10:00:00.000000", "reported_on": on,
                "reported_by_id": None, "reported_by": "The manager",
            }  # fmt: skip


@cache
def _reference(number: int) -> str:
    return reference("RC", number)


def reference(prefix: str, number: int) -> str:
    """A sound reference that belongs to this number alone."""
    digits, left = [], number
    for _ in range(references.LENGTH - 1):
        left, digit = divmod(left, len(references.SYMBOLS))
        digits.append(references.SYMBOLS[digit])
    symbols = iter(digits)
    return references.new(prefix, lambda _: next(symbols))


def moment(at: dt.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def trust_what_comes() -> None:
    """PostgreSQL looks up no foreign key of what is poured in, where it lets us say so: a third of the time."""
    connection = db.session.connection()
    if connection.dialect.name == "postgresql" and connection.exec_driver_sql("SELECT usesuper FROM pg_user WHERE usename = user").scalar():
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")


def pour(kind: Any, rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows as fast as the database takes them, and make the indexes afterwards. Returns how many there were."""
    rows, connection, table = iter(rows), db.session.connection(), kind.__table__
    first = next(rows, None)
    if first is None:
        return 0
    names = {one["name"] for one in sa.inspect(connection).get_indexes(table.name)}
    indexes = [one for one in sorted(table.indexes, key=lambda one: str(one.name)) if one.name in names]
    for index in indexes:
        index.drop(connection)
    put = _copied if connection.dialect.name == "postgresql" else _executed
    many = put(connection, table.name, list(first), (tuple(row.values()) for row in chain([first], rows)))
    for index in indexes:
        index.create(connection)
    return many


def _copied(connection: sa.Connection, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> int:
    cursor: Any = connection.connection.cursor()
    many = 0
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        while some := list(islice(rows, AT_ONCE)):
            copy.write("".join("\t".join(map(_plain, row)) + "\n" for row in some))
            many += len(some)
    connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    return many


def _executed(connection: sa.Connection, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> int:
    statement, many = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", 0
    while some := list(islice(rows, AT_ONCE)):
        connection.exec_driver_sql(statement, [tuple(str(one) if isinstance(one, dt.date) else one for one in row) for row in some])
        many += len(some)
    return many


def _plain(value: Any) -> str:
    """As COPY reads it. None of our texts has a tab, a line end or a backslash."""
    return NOTHING if value is None else str(value)
