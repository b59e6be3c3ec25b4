"""The complainant is asked once, by a link that says nothing of who they are, whether what was reported really came."""

from __future__ import annotations

import re
from datetime import timedelta

from portal import audit, outbox
from portal.audit import Event
from portal.kernel import clock, words
from portal.kernel.db import db, hold
from portal.kernel.errors import Both, Invalid, NotFound, Stale, WrongState
from portal.kernel.references import hashed, secret_token
from portal.organisations.operations import attempts
from portal.organisations.operations.attempts import Limit
from portal.outbox import Letter
from portal.policy import PORTAL, Acting, Action, insist
from portal.recommendations import queries as recommendations
from portal.recommendations.lifecycle import OPEN, Said
from portal.recommendations.models import (
    NOTE,
    WORDS,
    ComplainantAddress,
    ComplainantQuestion,
    ProgressReport,
    Recommendation,
)
from portal.recommendations.operations import colliding
from portal.recommendations.operations.telling import tell_officer
from portal.recommendations.queries import asking as queries
from portal.recommendations.types import type_of
from portal.web.transaction import by_itself

STANDS = timedelta(days=28)
ANSWERS_FROM_ONE_NETWORK = Limit("complainants' answers, one network", 30, timedelta(hours=1))
_ADDRESS = re.compile(r"[^\s@<>\"(),;:\\]+@[^\s@<>\"(),;:\\]+\.[^\s@<>\"(),;:\\]+\Z")


def note_address(one: Recommendation, *, address: str, version: int, by: Acting) -> None:
    """Note where the complainant can be asked once; empty: forget it. The record does not say the address."""
    insist(by, Action.NOTE_COMPLAINANT, one)
    colliding.hold_issued(one)
    address = words.clean_line(address)
    if one.version != version:
        raise Stale("Nothing was noted, for the recommendation was changed meanwhile.",
                    fields=[Both("Address", "", address, "address")], version=one.version)  # fmt: skip
    if one.delivery not in OPEN:
        raise WrongState("This recommendation has ended, so nobody is asked about it any more.")
    if address and (len(address) > 320 or not _ADDRESS.match(address)):
        raise Invalid("address", "Enter an email address, like name@example.com")
    if address and not type_of(one.type).asks_complainant:
        raise Invalid("address", "Complainants are not asked about recommendations of this type")
    there = db.session.get(ComplainantAddress, one.id)
    if there is not None:
        db.session.delete(there)
        db.session.flush()
    if address:
        db.session.add(ComplainantAddress(recommendation_id=one.id, address=address, noted_at=clock.now()))
    one.changed_at = clock.now()
    audit.record(Event.COMPLAINANT_NOTED if address else Event.COMPLAINANT_FORGOTTEN, one, by=by)


def ask(one: Recommendation, report: ProgressReport) -> bool:
    """Part of a finished report: the portal sends the complainant the link, and forgets where they are. False where nobody can be
    asked."""
    there = db.session.get(ComplainantAddress, one.id)
    if there is None or not type_of(one.type).asks_complainant:
        return False
    token, today = secret_token(), clock.today()
    db.session.add(ComplainantQuestion(
        recommendation_id=one.id, recommendation_reference=one.reference, organisation_id=one.organisation_id, report_id=report.id,
        token_hash=hashed(token), asked_on=today, expires_on=today + STANDS,
    ))  # fmt: skip
    outbox.post(
        Letter.COMPLAINANT_ASKED, to=there.address, name="", about=one.reference, period=f"report {report.number}",
        facts={"token": token, "until": words.weekday(today + STANDS), "public_text": one.public_text,
               "organisation": recommendations.organisation_of(one).name},
    )  # fmt: skip
    db.session.delete(there)
    audit.record(Event.COMPLAINANT_ASKED, one, by=PORTAL, until=today + STANDS)
    return True


def knock(*, network: str, by: Acting) -> None:
    """Count one more try to answer by a link, whether there is such a link or not; raises TooMany."""
    insist(by, Action.ANSWER_AS_COMPLAINANT)
    with by_itself():  # a refused answer is rolled back, and a guess is refused
        attempts.count(ANSWERS_FROM_ONE_NETWORK, attempts.network(network))


def answer(token: str, *, arrived: Said, matches: Said, said: str = "", by: Acting) -> None:
    """What the complainant says, once. A “no” to either question opens the matter to the officer."""
    insist(by, Action.ANSWER_AS_COMPLAINANT)
    said = words.clean(said)
    question = queries.question(token)
    if question is None:
        raise NotFound()
    one = hold(db.session.get_one(Recommendation, question.recommendation_id))
    hold(question)
    refuse_unless_open(question)
    if len(said) > WORDS:
        raise Invalid("said", f"What you tell us must be {words.number(WORDS)} characters or fewer")
    question.arrived, question.matches, question.words, question.answered_at = arrived, matches, said, clock.now()
    audit.record(Event.COMPLAINANT_ANSWERED, one, by=by, arrived=arrived, matches=matches)
    if Said.NO not in (arrived, matches):
        return
    one.objected, one.changed_at = True, clock.now()
    tell_officer(
        Letter.COMPLAINANT_OBJECTED, one, period=f"question {question.id}", arrived=arrived.value, matches=matches.value
    )


def refuse_unless_open(question: ComplainantQuestion) -> None:
    """Raise where the link was used or has ended; says nothing of what it was about."""
    if question.answered_at is not None:
        raise WrongState(f"This link was used on {words.day(question.answered_at)}. We have your answer, and nothing more is needed.")
    if clock.today() > question.expires_on:
        raise WrongState(
            f"This link could be used until {words.day(question.expires_on)}. If there is something that you want to tell us, "
            "write to the Ombudsman and name the letter that you had from us."
        )


def settle(one: Recommendation, *, why: str, version: int, by: Acting) -> None:
    """An officer has looked into what the complainant said, and says how it was settled."""
    insist(by, Action.NOTE_COMPLAINANT, one)
    hold(one)
    why = words.clean(why)
    if one.version != version:
        raise Stale("Nothing was settled, for the recommendation was changed meanwhile.", fields=[Both("How", "", why, "why")],
                    version=one.version)  # fmt: skip
    if not one.objected:
        raise WrongState("There is nothing that the complainant said to settle.")
    if not why:
        raise Invalid("why", "Say how it was settled")
    if len(why) > NOTE:
        raise Invalid("why", f"How it was settled must be {words.number(NOTE)} characters or fewer")
    one.objected, one.changed_at = False, clock.now()
    audit.record(Event.OBJECTION_SETTLED, one, by=by, reason=why)
