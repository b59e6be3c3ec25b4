"""The officer's page: promise, evidence, reports, the complainant, verdicts, days and contacts on one screen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.kernel import clock
from portal.kernel.db import db
from portal.recommendations.lifecycle import Delivery, PauseKind, VerdictKind
from portal.recommendations.models import Recommendation, Verdict
from portal.recommendations.operations import contacting, deciding, extending, pausing
from tests import builders
from tests.people import Cast
from tests.recommendations.answered import (
    a_no_of_the_complainant,
    a_report,
    a_reported_recommendation,
    an_accepted_recommendation,
    kept,
)

DONE = {"complied_on-day": "1", "complied_on-month": "6", "complied_on-year": "2026"}
MORE = {"due_on-day": "1", "due_on-month": "7", "due_on-year": "2026"}

STATEMENTS = 16  # who is looking, the recommendation, and one for each part of the page


def here(one: Recommendation) -> str:
    return f"/recommendations/{one.reference}/decide"


def a_full_file(cast: Cast, times: int, **facts: Any) -> Recommendation:
    """So many of everything that can be of one recommendation."""
    one = a_reported_recommendation(cast, steps=times, **facts)
    for number in range(times):
        a_report(one, finished=False)
        a_no_of_the_complainant(one, f"No letter, {number}.")
        item = builders.released(builders.an_item(cast, title=f"Letter {number}", content=f"{one.reference} {number}".encode()))
        builders.a_pin(cast, f"{one.reference}/{number % 2 + 1}", item, page=1)
        extending.give(one, until=one.due_on + dt.timedelta(7), reason="A week more.", version=one.version, by=cast.cora)
        db.session.flush()
        until = dt.date(2026, 8, 1)
        pausing.pause(one, kind=PauseKind.OTHER, reason="Why not.", until=until, version=one.version, by=cast.cora)
        contacting.log(one, on=clock.today(), how="call", what=f"Call {number}", by=cast.cora)
        db.session.flush()
        due = dt.date(2026, 7, 1)
        deciding.decide(one, version=one.version, kind=VerdictKind.MORE_NEEDED, reason="More.", due_on=due, by=cast.cora)
        db.session.commit()
        a_report(one)
    return one


def test_everything_about_it_is_on_one_screen(cast: Cast, browser: Any) -> None:
    one = a_full_file(cast, 2)
    page = browser("cora").open(here(one))
    assert page.h1 == f"Casework of {one.reference}"
    for words in (
        "Nobody told Mr A for eleven weeks",
        "Accepted. Signed by Edwin Clarke, 1 June 2026.",
        "Steps: 1 of 2 done",
        "Step 2 of the promise Head of complaints, by 31 July 2026",
        "Letter 0, page 1", "Letter 1, page 1", "Seen by Chief nurse, 1 June 2026",
        "Priya Raman says that it is done since 1 June 2026.", "What is left The second letter.",
        "Says that it did not happen", "No letter, 1.",
        "More needed Cora Stein, 1 June 2026. More is due by 1 July 2026.",
        "First due 1 September 2026 Due now 15 September 2026, changed",
        "8 September 2026 to 15 September 2026: granted. Given by Cora Stein, 1 June 2026: A week more.",
        "another reason.", "Call, Cora Stein Call 0",
        "Priya Raman, complaints manager priya@example.org", "Edwin Clarke, executive lead edwin@example.org",
        "Level 0: on track, paused until 1 August 2026",
    ):  # fmt: skip
        assert words in page.text, words


def test_a_pinned_page_is_a_click_away_and_what_is_not_released_is_not_named(cast: Cast, browser: Any) -> None:
    one = a_reported_recommendation(cast)
    item = builders.released(builders.an_item(cast, title="Copy of the letter"))
    builders.a_pin(cast, f"{one.reference}/1", item, page=4)
    builders.a_pin(cast, f"{one.reference}/2", builders.an_item(cast, title="Not looked at yet", name="other.txt"))
    cora = browser("cora")
    page = cora.open(here(one))
    assert page.links["Copy of the letter"] == f"/evidence/{item.reference}"
    assert "Copy of the letter, page 4" in page.text
    assert "Not looked at yet" not in page.text
    assert page.text.count("Nothing shown") == 1
    assert cora.click("Copy of the letter").h1 == "Copy of the letter"


def test_the_page_keeps_its_number_of_statements(cast: Cast, queries: Any, browser: Any) -> None:
    small, large = here(a_full_file(cast, 1)), here(a_full_file(cast, 6, number=2))
    cora = browser("cora")
    cora.open(small)
    with queries() as few:
        cora.open(small)
    with queries() as many:
        cora.open(large)
    assert len(few) == len(many) == STATEMENTS, "\n".join(many)


def test_who_sees_the_casework_and_who_decides(cast: Cast, browser: Any) -> None:
    one = a_reported_recommendation(cast)
    for name in ("ana", "owen", "ada"):
        page = browser(name).open(here(one))
        assert "Give this verdict" not in [button.text for button in page.all("button")]
        assert "Hand over" not in page.text
    for name in ("priya", "edwin", "hal"):
        browser(name).open(here(one), status=403)
    browser("sam").open(here(one), status=404)
    browser("cora").open(here(builders.a_sent_draft(cast, number=2)), status=404)
    ana = browser("ana")
    ana.open(here(one))
    ana.send(here(one), {"kind": "complied", "version": "1", "reason": "Yes.", **DONE}, status=403)


def test_a_verdict_from_the_page(cast: Cast, browser: Any) -> None:
    one = a_reported_recommendation(cast)
    cora = browser("cora")
    page = cora.open(here(one))
    assert page.form("Give this verdict")["values"]["complied_on-year"] == "2026"  # as the organisation reported it
    assert cora.press("Give this verdict", status=422).errors == ["Choose what the evidence shows", "Give the reason"]
    assert cora.press("Give this verdict", status=422, kind="more needed", reason="A page is missing.").errors == [
        "Enter a day in the future, by when evidence is to come"
    ]
    page = cora.press("Give this verdict", kind="complied", reason="The copy shows it.", effect="They know what happened.", **DONE)
    assert "Complied Cora Stein, 1 June 2026. Done on 1 June 2026, on time: it was due on 1 September 2026." in page.text
    assert "What became better: They know what happened." in page.text
    assert "Give this verdict" not in [button.text for button in page.all("button")]
    cora.click("Reopen it")
    assert len(cora.press("Reopen it", status=422).errors) == 2
    day = {"next_evidence_on-day": "1", "next_evidence_on-month": "7", "next_evidence_on-year": "2026"}
    page = cora.press("Reopen it", reason="It was another letter.", **day)
    assert "Delivery In progress" in page.text


@pytest.mark.parametrize("typed", ["", "ten", "-1", "2", "99999", "１"])
def test_steps_are_counted_in_figures(cast: Cast, browser: Any, typed: str) -> None:
    one = a_reported_recommendation(cast)
    cora = browser("cora")
    cora.open(here(one))
    page = cora.press("Give this verdict", status=422, kind="partly", reason="One of two.", steps_done=typed, **MORE)
    assert page.errors == ["Enter how many of the 2 steps are done, from 0 to 1"]
    assert page.form("Give this verdict")["values"]["steps_done"] == typed
    page = cora.press("Give this verdict", steps_done="1")
    assert "Partly: 1 of 2 steps" in page.text


def test_only_what_can_be_found_now_is_offered(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    cora = browser("cora")
    page = cora.open(here(one))
    assert [box.get("value") for box in page.all("input", name="kind")] == ["not complied", "overtaken"]
    assert "no evidence waits for you" in page.text
    page = cora.press("Give this verdict", status=422, kind="splendid", reason="Yes.")
    assert page.errors == ["Choose one of the answers offered for “What does the evidence show?”"]
    assert "the delivery is “in progress”" in cora.press("Give this verdict", status=409, kind="complied", reason="Yes.").text


def test_what_the_complainant_said_is_settled_on_the_page(cast: Cast, browser: Any) -> None:
    one = a_no_of_the_complainant(a_reported_recommendation(cast))
    cora = browser("cora")
    assert "No letter ever came." in cora.open(here(one)).text
    page = cora.press("Give this verdict", status=422, kind="complied", reason="The copy shows it.")
    assert page.errors == ["The complainant says that it did not happen. Say how that was settled"]
    page = cora.press("Give this verdict", complainant_why="They found it at their old address.")
    assert "They found it at their old address." in page.text
    assert "Says that it did not happen" not in page.text


def test_two_officers_with_the_page_open(cast: Cast, browser: Any) -> None:
    one = a_reported_recommendation(cast)
    builders.a_second_officer(cast)
    cora, colin = browser("cora"), browser("colin")
    cora.open(here(one))
    colin.open(here(one))
    cora.press("Give this verdict", kind="more needed", reason="A page is missing.", **MORE)
    page = colin.press("Give this verdict", status=409, kind="not complied", reason="They never meant to.")
    for words in ("A page is missing.", "They never meant to.", "more needed", "not complied", "Cora Stein"):
        assert words in page.text
    page = colin.press("Save yours instead")
    assert "Not complied Colin Marsh" in page.text
    kinds = [verdict.kind for verdict in db.session.query(Verdict).order_by(Verdict.number)]
    assert kinds == [VerdictKind.MORE_NEEDED, VerdictKind.NOT_COMPLIED]


def test_a_verdict_after_its_end_says_where_it_stands(cast: Cast, browser: Any) -> None:
    one = a_reported_recommendation(cast)
    cora = browser("cora")
    cora.open(here(one))
    token = cora.token()
    deciding.decide(one, version=one.version, kind=VerdictKind.OVERTAKEN, reason="The unit closed.", by=cast.cora)
    db.session.commit()
    typed = {"csrf_token": token, "kind": "not complied", "version": str(one.version), "reason": "No."}
    page = cora.send(here(one), typed, status=409)
    assert "the delivery is “closed: overtaken”. From here it is possible to: reopen." in page.text
    assert page.links["See where it stands"] == here(one)
    assert one.delivery is Delivery.OVERTAKEN


def test_lateness_and_the_rung_of_the_ladder_are_said_in_words(cast: Cast, browser: Any) -> None:
    one = an_accepted_recommendation(cast)
    one.level = 3
    kept(one)
    with clock.at(dt.datetime(2026, 10, 2, 9, tzinfo=dt.UTC)):
        page = browser("cora").open(here(one))
    assert "Due 1 September 2026, 31 days late" in page.text
    assert "Level 3: the executive lead is contacted" in page.text
    assert "63 days late" in page.text  # the second step
