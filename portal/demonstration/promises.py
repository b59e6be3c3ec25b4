"""The organisations of the demonstration answer, promise steps, report how far they are, and ask for more time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from portal.audit import Event
from portal.demonstration import showing
from portal.demonstration.fortunes import NEVER, Fortune
from portal.demonstration.matters import ONE_DAY, Course, Matter
from portal.demonstration.texts import file
from portal.kernel.references import hashed
from portal.kernel.working_days import next_working_day
from portal.policy import PORTAL, Acting
from portal.recommendations.lifecycle import (
    ACCEPTANCE,
    DELIVERY,
    RESPONDING,
    Acceptance,
    Asked,
    Delivery,
    DeliveryVerb,
    ResponseState,
    ResponseVerb,
    Said,
)
from portal.recommendations.models import (
    ComplainantQuestion,
    LineSeen,
    MoreTime,
    ProgressReport,
    PromisedStep,
    Response,
)
from portal.recommendations.operations import answering, asking
from portal.standards import library

COMPLAINANT = Acting(id=None, name="the complainant")
PROMISED = (Acceptance.ACCEPTED, Acceptance.IN_PART)


def answer(
    matter: Matter, given: Acceptance, by_day: date, *, returned: bool = False, leaves: ResponseState | None = None
) -> Course:
    """Prepare it, send it to be signed, and sign it at about `by_day`; or leave it before."""
    yield max(matter.day + ONE_DAY, by_day - timedelta(days=3 + 3 * returned))
    row = _prepared(matter, given)
    if leaves is ResponseState.PREPARED:
        return
    yield matter.day + ONE_DAY
    _pass_on(matter, row, ResponseVerb.SEND, Event.RESPONSE_SENT, matter.manager())
    if leaves is ResponseState.WAITING:
        return
    if returned:
        yield matter.day + ONE_DAY
        reason = matter.chance.choice(file("promises")["give_back"])
        row["returned_why"] = reason
        _pass_on(matter, row, ResponseVerb.RETURN, Event.RESPONSE_RETURNED, matter.lead(), reason=reason)
        yield matter.day + ONE_DAY
        row["returned_why"] = ""
        _pass_on(matter, row, ResponseVerb.SEND, Event.RESPONSE_SENT, matter.manager())
    yield max(matter.day + ONE_DAY, by_day)
    _signed(matter, row)


def _prepared(matter: Matter, given: Acceptance) -> dict[str, Any]:
    texts, by, at = file("promises"), matter.manager(), matter.now()
    reasons, besides = "", ""
    if given is Acceptance.IN_PART:
        card = matter.chance.choice(texts["in_part"])
        reasons, besides = card["reasons"], card["not_accepted"]
    elif matter.answers:
        reasons = matter.chance.choice(texts["thought_better"])
    elif given is not Acceptance.ACCEPTED:
        reasons = matter.chance.choice(texts["refused" if given is Acceptance.NOT_ACCEPTED else "disputed"])
    row = matter.add(Response, number=len(matter.answers) + 1, answer=given, reasons=reasons, not_accepted=besides,
                     state=RESPONDING.first, prepared_by_id=by.id, prepared_by=by.name, prepared_at=at)  # fmt: skip
    matter.answers.append(row)
    promised = _steps(matter, row) if given in PROMISED else []
    matter.say(Event.RESPONSE_PREPARED, by, at, answer=given, steps=len(promised))
    return row


def _steps(matter: Matter, response: dict[str, Any]) -> list[dict[str, Any]]:
    cards = matter.card.get("steps") or file("promises")["of_types"][matter.type.code]["steps"]
    begin = matter.day + timedelta(days=5)  # about when it is signed
    end = max(matter.row["due_on"], begin + timedelta(days=10 * len(cards)))
    days = [begin + (end - begin) * number / len(cards) for number in range(1, len(cards) + 1)]
    rows = [
        matter.add(PromisedStep, reference=matter.ledger.reference("PS"), response_id=response["id"], position=len(matter.steps) + number,
                   what=card["what"], owner=card["owner"], due_on=day)
        for number, (card, day) in enumerate(zip(cards, days, strict=True), start=1)
    ]  # fmt: skip
    matter.steps += rows
    return rows


def _pass_on(matter: Matter, response: dict[str, Any], verb: ResponseVerb, event: Event, by: Acting, **facts: Any) -> None:
    at = matter.now()
    held = SimpleNamespace(state=response["state"])
    response["state"] = RESPONDING.move(held, verb)
    response["version"] += 1
    matter.say(event, by, at, **facts)


def _signed(matter: Matter, response: dict[str, Any]) -> None:
    """Signed, and sealed by the text that the real ones are sealed by."""
    small = library.kind(matter.place.kind).small
    by = matter.manager() if small and matter.place.team and matter.place.team.of_one else matter.lead()
    matter.move(ACCEPTANCE, answering.VERBS[response["answer"]])
    at = matter.now()
    response.update(signatory_id=by.id, signatory=by.name, signed_at=at, signed_on=matter.day)
    promised: list[Any] = [SimpleNamespace(**step) for step in matter.steps if step["response_id"] == response["id"]]
    one: Any = SimpleNamespace(**matter.row)
    answer: Any = SimpleNamespace(**response)
    response["sha256"] = hashlib.sha256(answering.sealed(one, answer, promised).encode()).hexdigest()
    matter.row["answered_on"] = matter.day
    matter.next_evidence()
    response["state"] = RESPONDING.move(SimpleNamespace(state=response["state"]), ResponseVerb.SIGN)
    response["version"] += 1
    matter.say(Event.RESPONSE_SIGNED, by, at, answer=response["answer"], sha256=response["sha256"], signatory=by.name,
               steps=len(promised))  # fmt: skip
    matter.settle(by, at)


def on_the_way(matter: Matter, fortune: Fortune, until: date) -> Course:
    """Reports that it goes on, now and then, as long as anybody writes them."""
    for number in range(NEVER):
        day = matter.day + timedelta(days=fortune.heard_every)
        if day >= until or number >= fortune.silent_after:
            return
        yield day
        under_way(matter)


def under_way(matter: Matter) -> None:
    card = matter.chance.choice(file("promises")["of_types"][matter.type.code]["under_way"])
    if matter.row["delivery"] is Delivery.NOT_DUE:
        matter.move(DELIVERY, DeliveryVerb.BEGIN)
    undone = [step for step in matter.steps if step["done_on"] is None]
    _report(matter, card, done=undone[:1] if len(undone) > 1 else [])


def finished(matter: Matter, done_on: date, *, all_but: int = 0) -> dict[str, Any]:
    """The report that it is done. `all_but`: steps that are not, whatever it says."""
    own = matter.card if "changed" in matter.card else None
    card = own or matter.chance.choice(file("promises")["of_types"][matter.type.code]["finished"])
    matter.move(DELIVERY, DeliveryVerb.SUBMIT)
    undone = [step for step in matter.steps if step["done_on"] is None]
    pins = showing.show(matter)
    row = _report(matter, card, done=undone[: len(undone) - all_but], done_on=done_on)
    for pin in pins:
        pin["frozen_at"] = row["reported_at"]
    return row


def _report(matter: Matter, card: Mapping[str, Any], done: list[dict[str, Any]], done_on: date | None = None) -> dict[str, Any]:
    by, at = matter.manager(), matter.now()
    row = matter.add(
        ProgressReport, reference=matter.ledger.reference("PR"), number=len(matter.reports) + 1, changed=card["changed"],
        how_we_know=card["how"], left_to_do=card.get("left", ""), finished=done_on is not None, done_on=done_on, reported_at=at,
        reported_on=matter.day, reported_by_id=by.id, reported_by=by.name,
    )  # fmt: skip
    matter.reports.append(row)
    for step in done:
        step["done_on"] = done_on or matter.day
        step["version"] += 1
    matter.row["heard_on"] = matter.day
    matter.next_evidence()
    matter.say(Event.PROGRESS_REPORTED, by, at, report=row["reference"], finished=row["finished"])
    matter.settle(by, at)
    if done_on is not None:
        for number, line in enumerate(matter.type.evidence, start=1):
            if line.seen:
                matter.add(LineSeen, report_id=row["id"], line=number, seen_by=matter.chance.choice(file("promises")["saw"]),
                           seen_on=done_on)  # fmt: skip
    return row


def ask_complainant(matter: Matter, report: Mapping[str, Any], said: Said | None) -> None:
    """A link is sent to whoever complained, if it is known where; what they say comes some days later, or never."""
    if matter.row["id"] not in matter.chronicle.known_addresses:
        return
    matter.chronicle.known_addresses.discard(matter.row["id"])
    until = matter.day + asking.STANDS
    row = matter.add(ComplainantQuestion, report_id=report["id"], token_hash=hashed(f"{matter.chance.getrandbits(256):064x}"),
                     asked_on=matter.day, expires_on=until)  # fmt: skip
    matter.say(Event.COMPLAINANT_ASKED, PORTAL, matter.now(), until=until)
    if said is not None:
        matter.later(next_working_day(matter.day + timedelta(days=matter.chance.randint(2, 8))), lambda _: _says(matter, row, said))


def note_address(matter: Matter) -> None:
    """An officer notes where the complainant can be asked, once."""
    if matter.open and matter.row["delivery"] is not Delivery.SUBMITTED:
        matter.chronicle.known_addresses.add(matter.row["id"])
        matter.say(Event.COMPLAINANT_NOTED, matter.officer().acting, matter.now())


def _says(matter: Matter, row: dict[str, Any], said: Said) -> None:
    texts, at = file("verdicts")["complainant"], matter.now()
    arrived = said if said is not Said.PARTLY else matter.chance.choice((Said.YES, Said.PARTLY))
    row.update(answered_at=at, arrived=arrived, matches=said, words=matter.chance.choice(texts["arrived" if said is Said.YES else said.value]))
    row["version"] += 1
    if said is Said.NO and matter.open:
        matter.row["objected"] = True
    matter.say(Event.COMPLAINANT_ANSWERED, COMPLAINANT, at, arrived=arrived, matches=said)


def more_time(matter: Matter, decided_after: int) -> Course:
    """The organisation asks for more time, and an officer decides. Both days stay."""
    card, by, at = matter.chance.choice(file("promises")["more_time"]), matter.manager(), matter.now()
    until = next_working_day(matter.row["due_on"] + timedelta(days=matter.chance.choice((14, 21, 28, 42, 56))))
    row = matter.add(MoreTime, number=len(matter.more_time) + 1, from_day=matter.row["due_on"], until_day=until, reason=card["asks"],
                     asked_by=by.name, asked_at=at)  # fmt: skip
    matter.more_time.append(row)
    matter.say(Event.EXTENSION_ASKED, by, at, until=until, reason=card["asks"])
    yield matter.day + timedelta(days=decided_after)
    officer, at = matter.officer(), matter.now()
    row.update(state=Asked.GRANTED if card["granted"] else Asked.REFUSED, decided_by=officer.name, decided_at=at, decision=card["says"])
    row["version"] += 1
    if card["granted"]:
        before, matter.row["due_on"], matter.row["level"] = matter.row["due_on"], until, 0
        matter.next_evidence()
        matter.say(Event.EXTENSION_GRANTED, officer.acting, at, from_day=before, until=until, reason=card["says"])
        matter.settle(officer.acting, at)
    else:
        matter.say(Event.EXTENSION_REFUSED, officer.acting, at, reason=card["says"])
