"""What of last year's answer is carried, by tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from portal.assessments import carrying
from portal.assessments.carrying import LastAnswer
from portal.standards import library

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
