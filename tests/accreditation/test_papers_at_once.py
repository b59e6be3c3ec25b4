"""Fifty people hand in at once, and one person sits in two windows: no mark is lost, and none counts twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import audit
from portal.accreditation.lifecycle import AttemptKind, AttemptState
from portal.accreditation.models import Attempt, AttemptItem
from portal.accreditation.operations import examining
from portal.accreditation.queries import examining as queries
from portal.audit import Event, Record
from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import Membership, Person
from portal.organisations.queries import person_of_session
from portal.policy import Acting, Role
from tests.accreditation.learners import a_paper, answered, begun, published, read
from tests.at_once import at_once
from tests.browser import Browser
from tests.people import Cast

LEARNERS = 50


def learners(cast: Cast, many: int) -> list[tuple[str, Acting]]:
    """So many handlers of the trust, each with a session."""
    found = []
    for number in range(many):
        name = f"learner-{number}"
        db.session.execute(sa.insert(Person.__table__), {
            "reference": references.new("PE"), "email": f"{name}@example.org", "name": f"Learner {number}", "added_at": clock.now(),
            "totp_last_step": 0, "version": 1,
        })  # fmt: skip
        cast.rows[name] = db.session.query(Person).filter_by(email=f"{name}@example.org").one()
        db.session.execute(sa.insert(Membership.__table__), {
            "reference": references.new("MB"), "person_id": cast.rows[name].id, "organisation_id": cast.trust.id, "role": Role.HANDLER,
            "since_on": clock.today(),
        })  # fmt: skip
        db.session.commit()
        token = cast.sign_in(name)
        person = person_of_session(token)
        assert person is not None
        found.append((token, person))
    return found


@pytest.mark.slow
def test_fifty_hand_in_at_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast)
    people = learners(cast, LEARNERS)
    papers = {token: answered(person, a_paper(person), wrong=number % 3).attempt.reference for number, (token, person) in enumerate(people)}
    db.session.remove()
    together = threading.Barrier(LEARNERS, timeout=60)

    def hand_in(token: str) -> int:
        browser = Browser(own_app, token, follow=False)
        here = f"/learning/papers/{papers[token]}"
        browser.open(here)
        together.wait()
        sent = [browser.client.post(f"{here}/hand-in", data={"csrf_token": browser.token()}, headers={"Sec-Fetch-Site": "same-origin"}) for _ in range(2)]
        return sum(answer.status_code == 303 for answer in sent)

    with ThreadPoolExecutor(LEARNERS) as pool:
        assert list(pool.map(hand_in, papers)) == [2] * LEARNERS
    attempts = db.session.query(Attempt).all()
    assert {one.state for one in attempts} == {AttemptState.HANDED_IN}
    assert sorted(one.correct or 0 for one in attempts) == sorted(6 - number % 3 for number in range(LEARNERS))
    recorded = db.session.query(Record).filter_by(event=Event.PAPER_HANDED_IN.name).count()
    assert recorded == LEARNERS
    assert audit.verify() == []


def test_a_paper_that_is_begun_in_two_windows_is_one(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast)
    [(token, person)] = learners(cast, 1)
    begun(person)
    read(person)
    db.session.remove()
    together = threading.Barrier(4, timeout=60)

    def begin(_: int) -> str:
        browser = Browser(own_app, token, follow=False)
        browser.open("/learning/T1/examination")
        together.wait()
        answer = browser.client.post("/learning/T1/examination", data={"csrf_token": browser.token()}, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.headers["Location"]

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(begin, range(4)))) == 1
    assert db.session.query(Attempt).count() == 1
    assert db.session.query(AttemptItem).count() == 6


def test_answers_of_two_windows_both_count_and_the_last_of_one_question_wins(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast)
    [(token, person)] = learners(cast, 1)
    at = a_paper(person)
    choosing = [item for item in at.items if item.question.startswith("one-")][:2]
    places, here = [item.position for item in choosing], f"/learning/papers/{at.attempt.reference}"
    db.session.remove()
    together = threading.Barrier(2, timeout=60)

    def answer(position: int) -> None:
        browser = Browser(own_app, token, follow=False)
        browser.open(f"{here}/{position}")
        together.wait()
        for shown in ("0", "1", "2"):
            sent = browser.client.post(f"{here}/{position}", data={"csrf_token": browser.token(), "one": shown}, headers={"Sec-Fetch-Site": "same-origin"})
            assert sent.status_code == 303

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(answer, places))
    for item in db.session.query(AttemptItem).filter(AttemptItem.position.in_(places)):
        assert item.answer == item.offered.split(",")[2]


def test_handing_in_while_the_sweep_closes_is_one_or_the_other(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast)
    [(_, person)] = learners(cast, 1)
    at = answered(person, a_paper(person))
    reference, later = at.attempt.reference, at.attempt.deadline_at + 2 * examining.sittings.GRACE
    db.session.remove()

    def hand_in() -> None:
        there = queries.sitting(person.id or 0, reference)
        assert there is not None
        examining.hand_in(there, by=person)

    def sweep() -> None:
        for step in examining.close_abandoned():
            step()

    with clock.at(later):
        assert at_once(own_app, hand_in, sweep) == []
    one = db.session.query(Attempt).one()
    assert (one.state, one.correct, one.kind) == (AttemptState.TIMED_OUT, 6, AttemptKind.EXAMINATION)
    assert db.session.query(Record).filter_by(event=Event.PAPER_TIMED_OUT.name).count() == 1
