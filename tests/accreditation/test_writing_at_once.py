"""One learner in several windows at the same moment: one work, one line for the time it took, and whatever comes second is told so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

from portal import audit
from portal.accreditation.lifecycle import WorkState
from portal.accreditation.models import CpdEntry, Work, WorkText
from portal.audit import Event, Record
from portal.kernel.db import db
from tests.accreditation.learners import A_TEXT, a_draft, begun, published
from tests.accreditation.test_papers_at_once import learners
from tests.browser import Browser
from tests.people import Cast

HERE = "/learning/T1/assignments/a-reply"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def sent_at_once(app: Flask, token: str, path: str, sent: list[tuple[str, dict[str, str]]]) -> list[tuple[int, str, str]]:
    """The page at `path` in as many windows, and then one sending from each at the same moment: status, way on and text."""
    together = threading.Barrier(len(sent), timeout=60)

    def send(one: tuple[str, dict[str, str]]) -> tuple[int, str, str]:
        to, data = one
        browser = Browser(app, token, follow=False)
        browser.open(path)
        together.wait()
        answer = browser.client.post(to, data={"csrf_token": browser.token(), **data}, headers=SAME_ORIGIN)
        return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)

    db.session.remove()
    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(send, sent))


def recorded(event: Event) -> int:
    return db.session.query(Record).filter_by(event=event.name).count()


def a_learner(cast: Cast, ready: Callable[..., object]) -> str:
    published(cast)
    [(token, person)] = learners(cast, 1)
    ready(person)
    return token


def test_a_work_that_is_handed_in_from_four_windows_is_handed_in_once(own_app: Flask) -> None:
    token = a_learner(Cast.arrive(), a_draft)
    answers = sent_at_once(own_app, token, f"{HERE}/hand-in", [(f"{HERE}/hand-in", {"number": "1", "version": "1"})] * 4)
    one = db.session.query(Work).one()
    assert [answer[:2] for answer in answers] == [(303, f"/learning/works/{one.reference}")] * 4
    assert (one.state, one.words, db.session.query(WorkText).one().text) == (WorkState.HANDED_IN, 250, A_TEXT.strip())
    assert (recorded(Event.WORK_HANDED_IN), db.session.query(CpdEntry).count()) == (1, 1)
    assert audit.verify() == []


def test_a_work_that_is_begun_in_four_windows_is_one_and_three_are_shown_both_texts(own_app: Flask) -> None:
    token = a_learner(Cast.arrive(), begun)
    typed = [f"What I wrote in window {number}" for number in range(4)]
    answers = sent_at_once(own_app, token, HERE, [(HERE, {"number": "1", "version": "0", "text": text}) for text in typed])
    kept = db.session.query(WorkText).one().text
    assert sorted(status for status, _, _ in answers) == [303, 409, 409, 409]
    for text, (status, _, page) in zip(typed, answers, strict=True):
        assert (status == 303) is (text == kept)
        assert status == 303 or (text in page and kept in page and "Not saved: you changed your text in another window" in page)
    assert (db.session.query(Work).count(), recorded(Event.WORK_BEGUN)) == (1, 1)


def test_handing_in_while_another_window_saves_is_one_or_the_other(own_app: Flask) -> None:
    token = a_learner(Cast.arrive(), a_draft)
    better = f"{A_TEXT} And one sentence more."
    [handed, saved] = sent_at_once(own_app, token, f"{HERE}/hand-in", [
        (f"{HERE}/hand-in", {"number": "1", "version": "1"}), (HERE, {"number": "1", "version": "1", "text": better}),
    ])  # fmt: skip
    one, text = db.session.query(Work).one(), db.session.query(WorkText).one().text
    assert sorted((handed[0], saved[0])) == [303, 409]
    if handed[0] == 303:
        assert (one.state, text) == (WorkState.HANDED_IN, A_TEXT.strip())
        assert "What you typed just now was not added." in saved[2]
    else:
        assert (one.state, text) == (WorkState.WRITING, better)
        assert "You changed your text in another window after this page had looked through it. Nothing was handed in." in handed[2]
    assert audit.verify() == []
