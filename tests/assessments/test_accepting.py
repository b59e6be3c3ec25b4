"""Accepting together: the sample is stated first, can be drawn again, and doing it twice changes nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from portal import audit
from portal.assessments import sampling
from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment
from portal.assessments.operations import accepting, publishing
from portal.assessments.operations.accepting import Choice
from portal.assessments.queries import public
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, NotAllowed
from portal.organisations.operations import conflicts
from tests.browser import Browser
from tests.builders import a_signed_assessment
from tests.people import Cast


def two(cast: Cast) -> list[Assessment]:
    return [a_signed_assessment(cast), a_signed_assessment(cast, cast.other, by="sam", signatory="nadia")]


def test_the_sample_is_stated_and_then_kept(cast: Cast, browser: Any) -> None:
    rows = two(cast)
    owen = browser("owen")
    owen.open("/reviews/accept-in-bulk")
    page = owen.press("Draw the sample")
    drawn = accepting.drawing(Choice(), by=cast.owen)
    assert drawn.seed in page.text
    assert min(drawn.sample) in page.text

    page = owen.press("Accept 1 and keep 1 for review")

    assert "1 assessment was accepted" in page.text
    for row in rows:
        db.session.refresh(row)
    kept = next(row for row in rows if row.reference in drawn.sample)
    gone = next(row for row in rows if row is not kept)
    assert (kept.state, kept.sampled) == (State.SIGNED_OFF, True)
    assert (gone.state, gone.checked) == (State.REVIEWED, False)
    told = next(one for one in audit.trail(gone.organisation_id) if one.event is Event.ACCEPTED_IN_BULK)
    assert told.facts == {"sample_of": 2, "sample_size": 1, "seed": drawn.seed}
    assert sampling.draw([row.reference for row in rows], 1, drawn.seed) == (kept.reference,)

    publishing.publish(gone, by=cast.owen)
    db.session.commit()
    said = public.findings_of(gone.organisation_id).newest[0]
    assert not said["checked"]
    assert not any(one["checked"] for one in said["expectations"])


def test_a_list_that_changed_is_shown_again_and_nothing_is_accepted(cast: Cast, browser: Any) -> None:
    first = a_signed_assessment(cast)
    owen = browser("owen")
    owen.open("/reviews/accept-in-bulk?percent=50&unqueried=y&kind=&standard=")
    a_signed_assessment(cast, cast.other, by="sam", signatory="nadia")

    page = owen.press("Accept 0 and keep 1 for review", status=409)

    assert "The list changed since you looked" in page.text
    db.session.refresh(first)
    assert first.state is State.SIGNED_OFF
    assert not first.sampled


def test_twice_changes_nothing_more(cast: Cast) -> None:
    two(cast)
    drawn = accepting.drawing(Choice(), by=cast.owen)

    assert accepting.accept(drawn, by=cast.owen) == (1, 1)
    assert accepting.accept(drawn, by=cast.rosa) == (0, 0)


def test_a_conflict_is_left_out(cast: Cast) -> None:
    _trust, other = two(cast)
    drawn = accepting.drawing(Choice(), by=cast.owen)
    conflicts.declare(cast.trust, reason="A relative works there.", by=cast.owen)
    db.session.commit()

    assert accepting.drawing(Choice(), by=cast.owen).references == (other.reference,)
    with pytest.raises(NotAllowed):
        accepting.accept(drawn, by=cast.owen)


@pytest.mark.parametrize(("choice", "found"), [(Choice(kind="G"), 0), (Choice(standard="GOV"), 0), (Choice(kind="T"), 2)])
def test_the_choice_narrows_the_list(cast: Cast, choice: Choice, found: int) -> None:
    two(cast)

    assert len(accepting.drawing(choice, by=cast.owen).references) == found


def test_a_sample_of_nothing_is_refused(cast: Cast, browser: Any) -> None:
    with pytest.raises(Invalid):
        accepting.drawing(Choice(percent=0), by=cast.owen)
    owen = browser("owen")
    for percent in ("0", "101", "x", ""):
        assert owen.open(f"/reviews/accept-in-bulk?percent={percent}", status=422).errors
    owen.open("/reviews/accept-in-bulk")
    owen.send("/reviews/accept-in-bulk", {"percent": "x", "seed": "made up"}, status=422)
    browser("cora").open("/reviews/accept-in-bulk", status=403)


def test_two_people_at_once_accept_each_once(own_app: Flask) -> None:
    cast = Cast.arrive()
    two(cast)
    browsers = [Browser(own_app, cast.sign_in(name)) for name in ("owen", "rosa")]
    forms = []
    for one in browsers:
        one.open("/reviews/accept-in-bulk?percent=5&unqueried=y&kind=&standard=")
        assert one.page is not None
        forms.append(one.page.form("Accept 1 and keep 1 for review")["values"])
    bodies = (cast.trust.id, cast.other.id)
    db.session.remove()
    answers: list[int] = []

    def accept(browser: Browser, values: dict[str, Any]) -> None:
        answer = browser.client.post("/reviews/accept-in-bulk", data=values, headers={"Sec-Fetch-Site": "same-origin"})
        answers.append(answer.status_code)

    threads = [threading.Thread(target=accept, args=pair) for pair in zip(browsers, forms, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert 200 in answers
    assert set(answers) <= {200, 409}
    told = [
        one for body in bodies for one in audit.trail(body) if one.event is Event.ACCEPTED_IN_BULK
    ]
    assert len(told) == 2
