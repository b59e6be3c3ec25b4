"""Twenty people on one assessment at once: what was accepted is there, what was refused was told so."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from portal import audit
from portal.assessments.models import Assessment
from portal.kernel import clock, references
from portal.kernel.db import db
from portal.organisations.models import Membership, Person
from portal.policy import Role
from tests import builders
from tests.browser import Browser
from tests.people import Cast

PEOPLE, EDITS = 20, 10


def colleagues(cast: Cast) -> list[str]:
    """A session for each of twenty complaints managers of the trust."""
    for number in range(PEOPLE):
        person = {"reference": references.new("PE"), "email": f"colleague-{number}@example.org", "name": f"Colleague {number}",
                  "added_at": clock.now(), "totp_last_step": 0, "version": 1}  # fmt: skip
        db.session.execute(Person.__table__.insert(), person)
        row = db.session.query(Person).filter_by(email=person["email"]).one()
        cast.rows[f"colleague-{number}"] = row
        db.session.execute(
            Membership.__table__.insert(),
            {"reference": references.new("MB"), "person_id": row.id, "organisation_id": cast.trust.id,
             "role": Role.COMPLAINTS_MANAGER, "since_on": clock.today()},
        )  # fmt: skip
    db.session.commit()
    return [cast.sign_in(f"colleague-{number}") for number in range(PEOPLE)]


@pytest.mark.slow
def test_every_accepted_text_is_present_and_every_refused_one_was_answered_409(own_app: Flask) -> None:
    cast = Cast.arrive()
    assessment = builders.a_started_assessment(cast)
    reference, codes = assessment.reference, [one.expectation for one in builders.answers_of(assessment)][:4]
    tokens = colleagues(cast)
    trust = cast.trust.id
    db.session.commit()
    together = threading.Barrier(PEOPLE)

    def edit(number: int) -> list[tuple[int, str, str]]:
        browser, order = Browser(own_app, tokens[number], follow=False), random.Random(number)
        seen = []
        together.wait()
        for turn in range(EDITS):
            code = order.choice(codes)
            address = f"/assessments/{reference}/expectations/{code}"
            values: dict[str, Any] = browser.open(address).form("Save")["values"]
            text = f"Colleague {number} wrote this in turn {turn}, and it must not be lost."
            answer = browser.client.post(
                address, data={**values, "claim": text, "level": str(order.randint(1, 4))}, headers={"Sec-Fetch-Site": "same-origin"}
            )
            if answer.status_code == 409:
                assert text in answer.get_data(as_text=True)
            seen.append((answer.status_code, code, text))
        return seen

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = [one for seen in pool.map(edit, range(PEOPLE)) for one in seen]

    assert len(answers) == PEOPLE * EDITS
    assert {status for status, _, _ in answers} <= {303, 409}, sorted({status for status, _, _ in answers})
    accepted = {text for status, _, text in answers if status == 303}
    refused = {text for status, _, text in answers if status == 409}
    assert accepted
    assert refused

    db.session.expire_all()
    told = audit.trail(trust, f"assessment {reference}", limit=1000)
    recorded = [one for one in told if one.event is audit.Event.ANSWER_SAVED]
    assert {one.facts["changes"]["claim"] for one in recorded} == accepted
    assert len(recorded) == len(accepted)
    newest = {one.facts["expectation"]: one.facts["changes"]["claim"] for one in reversed(recorded)}
    rows = {one.expectation: one for one in builders.answers_of(db.session.query(Assessment).one())}
    assert {code: rows[code].claim for code in newest} == newest
    for code in newest:
        assert rows[code].version == 1 + sum(one.facts["expectation"] == code for one in recorded)
    assert db.session.query(Assessment).one().answers_given == len(newest)
    assert audit.verify() == []
