"""What of last year's answer is carried, by tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from portal.assessments import carrying, quality
from portal.assessments.carrying import LastAnswer
from portal.assessments.models import Reliability, View
from portal.assessments.operations import concluding, publishing, replying, reviewing
from portal.kernel import clock
from portal.kernel.db import db
from portal.standards import library
from tests import builders
from tests.people import Cast

TODAY = date(2026, 6, 1)
ONE = library.profile(library.latest("NHS"), "T")[0]
LAST = LastAnswer(
    ONE.code, 3, "", "We do it.", "Minutes.", "https://example.org", date(2025, 3, 1), "Nights", "Train", "Matron",
    date(2026, 9, 1),
)  # fmt: skip


def test_last_years_text_proof_and_level_wait_to_be_confirmed() -> None:
    facts = carrying.carried(LAST, ONE, reworded=False, today=TODAY)
    assert (facts["level"], facts["last_level"], facts["claim"], facts["proof"]) == (3, 3, "We do it.", "Minutes.")
    assert (facts["carried"], facts["confirmed"], facts["reworded"]) == (True, False, False)


def test_a_changed_wording_is_marked() -> None:
    assert carrying.carried(LAST, ONE, reworded=True, today=TODAY)["reworded"] is True


def test_an_answer_never_given_is_not_carried() -> None:
    for last in (None, replace(LAST, level=None)):
        facts = carrying.carried(last, ONE, reworded=True, today=TODAY)
        assert (facts["carried"], facts["confirmed"], facts["level"], facts["claim"]) == (False, True, None, "")


def test_a_gap_is_carried_only_while_the_level_is_under_target() -> None:
    assert carrying.carried(LAST, ONE, reworded=False, today=TODAY)["gap"] == ""
    under = carrying.carried(replace(LAST, level=2), ONE, reworded=False, today=TODAY)
    assert (under["gap"], under["action_owner"], under["action_due_on"]) == ("Nights", "Matron", date(2026, 9, 1))


def test_a_date_that_has_passed_is_asked_again() -> None:
    under = carrying.carried(replace(LAST, level=2, action_due_on=TODAY), ONE, reworded=False, today=TODAY)
    assert under["action_due_on"] is None


def test_rows_follow_the_order_of_the_standard() -> None:
    profile = library.profile(library.latest("NHS"), "T")
    rows = carrying.rows(profile, {ONE.code: LAST}, {ONE.code}, today=TODAY)
    assert [row["expectation"] for row in rows] == [one.code for one in profile]
    assert [row["position"] for row in rows] == list(range(1, 26))
    assert [row["expectation"] for row in rows if row["carried"]] == [ONE.code]


def last_levels(last: dict[str, LastAnswer], stood: dict[str, int | None]) -> int | None:
    rows = carrying.rows([ONE], last, set(), today=TODAY, stood=stood)
    return rows[0]["last_level"]


def test_the_last_level_is_the_one_that_stood_and_the_words_stay_the_organisations_own() -> None:
    assert last_levels({ONE.code: LAST}, {ONE.code: 1}) == 1
    assert last_levels({ONE.code: LAST}, {ONE.code: None}) is None
    assert last_levels({ONE.code: LAST}, {}) == 3
    assert last_levels({}, {ONE.code: 2}) is None
    (row,) = carrying.rows([ONE], {ONE.code: LAST}, set(), today=TODAY, stood={ONE.code: 1})
    assert (row["level"], row["claim"], row["carried"]) == (3, "We do it.", True)


def test_a_leap_is_counted_from_the_level_that_stood(cast: Cast, browser: Any) -> None:
    with clock.at(date(2025, 6, 2)):
        builders.a_published_assessment(cast, period="2024-25", lowered={"NHS-1.1": 1})
    this_year = builders.an_answered_assessment(cast)
    by_code = {one.expectation: one for one in builders.answers_of(this_year)}
    assert (by_code["NHS-1.1"].last_level, by_code["NHS-1.2"].last_level) == (1, 3)
    assert by_code["NHS-1.1"].level == 3
    asked = {(one.code, one.expectation): one.words for one in quality.RULES.queries(by_code.values(), today=TODAY)}
    assert asked["level-leap", "NHS-1.1"] == "Level 1 last year, level 3 now. Say what changed."
    assert ("level-leap", "NHS-1.2") not in asked
    priya = browser("priya")
    page = priya.open(f"/assessments/{this_year.reference}/expectations/NHS-1.1")
    assert "Level 3. The published finding was level 1" in page.text
    page = priya.open(f"/assessments/{this_year.reference}/if-you-submitted-now")
    assert "Level 1 last year, level 3 now." in page.text


def test_a_level_found_higher_is_no_leap_afterwards(cast: Cast) -> None:
    with clock.at(date(2025, 6, 2)):
        first = builders.a_claimed_assessment(cast, period="2024-25", levels={"NHS-1.1": 1})
        reviewing.rate_reliability(first, Reliability.HIGH, reason="It fits.", version=first.version, by=cast.owen)
        raise_it: dict[str, Any] = {"view": View.HIGHER, "level": 2, "reason": "Modest."}
        reviewing.record_view(first, "NHS-1.1", version=0, by=cast.owen, **raise_it)
        reviewing.agree_with_the_rest(first, reason="", queried=frozenset(), by=cast.owen)
        concluding.share(first, by=cast.owen)
        replying.reply(first, text="", nothing_to_add=True, by=cast.priya)
        publishing.publish(first, by=cast.owen)
        db.session.commit()
    one = builders.answers_of(builders.an_answered_assessment(cast))[0]
    assert (one.last_level, one.level) == (2, 3)
    assert not [asked for asked in quality.RULES.queries([one], today=TODAY) if asked.code == "level-leap"]


def test_what_is_not_published_stands_as_it_was_claimed(cast: Cast) -> None:
    with clock.at(date(2025, 6, 2)):
        builders.a_reviewed_assessment(cast, period="2024-25", lowered={"NHS-1.1": 1})
    assert builders.answers_of(builders.a_started_assessment(cast))[0].last_level == 3
