"""The queue, sharing out, claiming, giving up and taking over."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from flask import Flask

from portal.assessments.lifecycle import State
from portal.assessments.models import Assessment
from portal.assessments.operations import allocating
from portal.assessments.queries import queueing
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Invalid, WrongState
from portal.organisations.models import Organisation
from portal.organisations.operations import conflicts
from tests.browser import Browser
from tests.builders import a_claimed_assessment, a_judged_assessment, a_period, a_signed_assessment
from tests.people import Cast


def many_signed(cast: Cast, number: int) -> None:
    """Signed assessments of invented trusts, as many as asked; rows alone, for the queue to be long."""
    period = a_period(cast)
    now = clock.now()
    bodies = [
        {"code": f"X{one:04}", "name": f"Trust {one:04}", "sort_name": f"trust {one:04}", "kind": "T", "version": 1,
         "region_code": "", "board_code": ""}
        for one in range(number)
    ]  # fmt: skip
    db.session.execute(Organisation.__table__.insert(), bodies)  # type: ignore[attr-defined]
    ids = dict(db.session.query(Organisation.code, Organisation.id).filter(Organisation.code.startswith("X")).all())
    rows = [
        {"reference": f"AS-Q{one:06}", "organisation_id": ids[f"X{one:04}"], "organisation_kind": "T",
         "period_id": period.id, "standard": "NHS", "standard_version": "1.0", "state": State.SIGNED_OFF,
         "first_due_on": clock.today(), "due_on": clock.today(), "closes_on": clock.today(), "signatory": "Somebody",
         "signed_off_at": now - dt.timedelta(minutes=one // 2), "signed_off_on": clock.today(), "late": one % 3 == 0,
         "queried": one % 7, "changed_at": now, "version": 1}
        for one in range(number)
    ]  # fmt: skip
    db.session.execute(Assessment.__table__.insert(), rows)  # type: ignore[attr-defined]
    db.session.commit()


def lines(page: Any) -> list[str]:
    return [href for href in page.links.values() if href.startswith("/reviews/AS-")]


def test_the_queue_is_paged_by_key_with_three_queries_however_long(cast: Cast, browser: Any, queries: Any) -> None:
    counts = []
    for number in (3, 117):
        if number == 117:
            db.session.query(Assessment).delete()
            db.session.query(Organisation).filter(Organisation.code.startswith("X")).delete()
            db.session.info.clear()
        many_signed(cast, number)
        owen = browser("owen")
        with queries() as seen:
            first = owen.open("/reviews")
        counts.append(len(seen))

    assert counts == [3, 3]
    second = owen.open(next(href for words, href in first.links.items() if "after=" in href))
    third = owen.open(next(href for words, href in second.links.items() if "after=" in href))
    met = [lines(page) for page in (first, second, third)]
    assert [len(one) for one in met] == [50, 50, 17]
    assert len({href for one in met for href in one}) == 117


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", 2),
        ("state=signed+off", 1),
        ("state=under+review", 1),
        ("state=nonsense", 2),
        ("kind=T", 2),
        ("kind=G", 0),
        ("standard=GOV", 0),
        ("period=2025-26", 2),
        ("late=yes", 0),
        ("whose=mine", 1),
        ("whose=unallocated", 1),
        ("queried=none", 2),
        ("queried=many", 0),
        ("text=southFELL", 1),
        ("text=%25", 0),
        ("after=nonsense", 2),
        ("after=20260101T000000000000-1", 2),
        ("after=20990101T000000000000-1", 0),
    ],
)
def test_the_queue_is_narrowed(cast: Cast, browser: Any, asked: str, found: int) -> None:
    a_claimed_assessment(cast)
    a_signed_assessment(cast, cast.other, by="sam", signatory="nadia")

    assert len(lines(browser("owen").open(f"/reviews?{asked}"))) == found


def test_the_queue_says_how_long_it_waits_for_us_in_working_days(cast: Cast, browser: Any) -> None:
    a_signed_assessment(cast)

    with clock.at(dt.datetime(2026, 6, 8, 9, 30, tzinfo=dt.UTC)):
        page = browser("owen").open("/reviews")

    assert "Awaiting us, 5 working days" in page.text


def test_htmx_gets_the_queue_alone(cast: Cast, browser: Any) -> None:
    a_signed_assessment(cast)

    page = browser("owen").open("/reviews", headers={"HX-Request": "true", "HX-Target": "queue"})

    assert not page.all("h1")
    assert lines(page)


def test_reviews_are_shared_out_evenly_and_never_across_a_conflict(cast: Cast, browser: Any) -> None:
    trust = a_signed_assessment(cast)
    other = a_signed_assessment(cast, cast.other, by="sam", signatory="nadia")
    conflicts.declare(cast.trust, reason="A relative works there.", by=cast.owen)
    db.session.commit()
    owen = browser("owen")
    owen.open("/reviews")
    owen.click("Share out")

    page = owen.press("Share out", number="50")

    assert "Owen Hughes 1 review" in page.text
    assert "Rosa Adeyemi 1 review" in page.text
    for row in (trust, other):
        db.session.refresh(row)
    assert (trust.first_reviewer_id, other.first_reviewer_id) == (cast.rosa.id, cast.owen.id)
    owen.open("/reviews/share-out")
    assert "nothing to share out" in owen.press("Share out").text
    for number in ("0", "201", "many", ""):
        owen.open("/reviews/share-out")
        owen.press("Share out", number=number, status=422)
    with pytest.raises(Invalid):
        allocating.allocate(0, by=cast.owen)


def test_what_was_given_to_another_is_taken_over_with_a_reason(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    rosa = browser("rosa")
    page = rosa.open(f"/reviews/{assessment.reference}")
    assert "Begin the review" not in page.text
    rosa.send(f"/reviews/{assessment.reference}/claim", {}, status=409)
    rosa.open(f"/reviews/{assessment.reference}/take-over")
    rosa.press("Take over", status=422)

    rosa.press("Take over", reason="Owen is on leave.")

    db.session.refresh(assessment)
    assert assessment.first_reviewer_id == cast.rosa.id
    assert assessment.state is State.UNDER_REVIEW


def test_a_review_given_up_goes_back_to_the_queue(cast: Cast, browser: Any) -> None:
    assessment = a_claimed_assessment(cast)
    owen = browser("owen")
    owen.open(f"/reviews/{assessment.reference}/give-up")

    owen.press("Give up", reason="I know the chief executive.")

    db.session.refresh(assessment)
    assert assessment.state is State.SIGNED_OFF
    assert assessment.first_reviewer_id is None
    owen.press("Begin the review")
    with pytest.raises(WrongState):
        allocating.claim(assessment, by=cast.owen)


def test_the_second_reviewer_cannot_take_the_review_over(cast: Cast) -> None:
    assessment = a_judged_assessment(cast, lowered={"NHS-1.1": 2})

    with pytest.raises(WrongState, match="second view"):
        allocating.take_over(assessment, reason="Owen left.", by=cast.rosa)


def test_of_two_who_claim_at_once_one_gets_it(own_app: Flask) -> None:
    cast = Cast.arrive()
    assessment = a_signed_assessment(cast)
    reference, id = assessment.reference, assessment.id
    browsers = {name: Browser(own_app, cast.sign_in(name)) for name in ("owen", "rosa")}
    owen, rosa = cast.owen.id, cast.rosa.id
    db.session.remove()
    answers: list[int] = []

    def claim(name: str) -> None:
        browser = browsers[name]
        browser.open("/reviews/share-out")
        answer = browser.client.post(
            f"/reviews/{reference}/claim", data={"csrf_token": browser.token()}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        answers.append(answer.status_code)

    threads = [threading.Thread(target=claim, args=(name,)) for name in browsers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(answers) == [303, 409]
    held = db.session.get_one(Assessment, id)
    assert held.state is State.UNDER_REVIEW
    assert held.first_reviewer_id in (owen, rosa)


def test_a_key_is_read_or_begins_at_the_start() -> None:
    assert queueing._key("20260601T093000000000-7") == (dt.datetime(2026, 6, 1, 9, 30, tzinfo=dt.UTC), 7)
    for wrong in ("", "-", "x-1", "20260601T093000000000-x", "20260601T093000000000-" + "9" * 40):
        assert queueing._key(wrong) is None
