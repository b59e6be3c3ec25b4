"""Assessors who take, finish and decide at the same moment: each work goes to as many as it wants, and each mark counts once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flask import Flask

from portal import audit
from portal.accreditation.lifecycle import Place, WorkState
from portal.accreditation.models import Marking, Work
from portal.accreditation.operations import assessing
from portal.audit import Event, Record
from portal.kernel.db import db
from portal.policy import Acting
from tests.accreditation.assessors import an_assessor, taken, written
from tests.accreditation.learners import a_work, published
from tests.accreditation.test_papers_at_once import learners
from tests.at_once import at_once
from tests.browser import Browser
from tests.people import Cast


def test_each_of_four_assessors_at_once_gets_a_place_of_their_own(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast)
    names = ["vera", "noor", "ivan", "lea"]
    for name in names:
        an_assessor(cast, name)
    for _, person in learners(cast, 2):
        a_work(person)
    tokens = [cast.sign_in(name) for name in names]
    db.session.remove()
    together = threading.Barrier(len(names), timeout=60)

    def take(token: str) -> list[str]:
        browser = Browser(own_app, token, follow=False)
        browser.open("/marking")
        together.wait()
        sent = [browser.client.post("/marking/take", data={"csrf_token": browser.token()}, headers={"Sec-Fetch-Site": "same-origin"}) for _ in range(2)]
        return [f"{answer.status_code} {answer.headers.get('Location')}" for answer in sent]

    with ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(take, tokens))
    assert all(first == again and first.startswith("303 /marking/works/") for first, again in answers), answers
    assert len({first for first, _ in answers}) == 4
    places = Counter((one.work_id, one.place) for one in db.session.query(Marking))
    assert len(places) == 4
    assert set(places.values()) == {1}
    assert audit.verify() == []


def test_two_who_finish_at_once_settle_the_work_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    published(cast)
    vera, noor = an_assessor(cast, "vera"), an_assessor(cast, "noor")
    one = a_work(cast.hal).id
    ready = [(by, written(taken(by), 3, 3, by=by)) for by in (vera, noor)]
    references = [(by, at.marking.reference, at.sheet.version) for by, at in ready]
    db.session.remove()

    def finish(by: Acting, reference: str, version: int) -> None:
        at = assessing.queries.held(by.id or 0, reference)
        assert at is not None
        assessing.finish(at, version=version, by=by)

    assert at_once(own_app, *[partial(finish, *of) for of in references * 2]) == []
    assert (db.session.get_one(Work, one).state, db.session.get_one(Work, one).points) == (WorkState.PASSED, 75)
    assert {one.place for one in db.session.query(Marking)} == {Place.FIRST, Place.SECOND}
    for event, times in ((Event.MARKING_FINISHED, 2), (Event.WORK_MARKED, 1)):
        assert db.session.query(Record).filter_by(event=event.name).count() == times
