"""Each rule by a table: what it asks about, and what it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from portal.assessments.quality import RULES, effort

TODAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Facts:
    expectation: str = "NHS-1.1"
    weight: str = "core"
    target: int = 3
    level: int | None = 3
    not_applicable_why: str = ""
    claim: str = "We do it every week on each ward and check a sample of ten."
    proof: str = "Minutes of the quality committee."
    proof_link: str = ""
    proof_on: date | None = date(2026, 3, 1)
    gap: str = ""
    action: str = ""
    action_owner: str = ""
    action_due_on: date | None = None
    last_level: int | None = None
    reworded: bool = False


GOOD = Facts()
UNDER = Facts(level=2, gap="Nights", action="Train the night staff", action_owner="Matron", action_due_on=date(2026, 12, 1))


def asked(answer: Facts, *others: Facts, last: str = "") -> set[str]:
    found = RULES.queries((answer, *others), today=TODAY, last_claims={answer.expectation: last})
    return {query.code for query in found if query.expectation == answer.expectation}


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("no-proof", replace(GOOD, proof="")),
        ("no-proof", replace(GOOD, level=4, proof=" ")),
        ("level-leap", replace(GOOD, last_level=1)),
        ("old-proof", replace(GOOD, proof_on=date(2024, 11, 30))),
        ("open-link", replace(GOOD, proof_link="http://example.org/minutes")),
        ("no-plan", replace(UNDER, gap="")),
        ("no-plan", replace(UNDER, action="")),
        ("action-open-ended", replace(UNDER, action_owner="")),
        ("action-open-ended", replace(UNDER, action_due_on=None)),
        ("action-open-ended", replace(UNDER, action_due_on=TODAY)),
        ("action-open-ended", replace(UNDER, action_due_on=date(2027, 6, 2))),
        ("core-set-aside", replace(GOOD, level=None, not_applicable_why="We see no patients")),
        ("short-claim", replace(GOOD, claim="We do this every week on wards")),
        ("short-claim", replace(GOOD, claim="")),
    ],
)
def test_a_rule_asks(code: str, answer: Facts) -> None:
    assert code in asked(answer)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("no-proof", replace(GOOD, proof="", proof_link="https://example.org/minutes")),
        ("no-proof", replace(UNDER, proof="")),
        ("level-leap", replace(GOOD, last_level=2)),
        ("level-leap", replace(GOOD, level=1, last_level=4)),
        ("old-proof", replace(GOOD, proof_on=date(2024, 12, 1))),
        ("old-proof", replace(GOOD, proof_on=date(2020, 1, 1), proof="Our complaints Policy, section 4")),
        ("old-proof", replace(GOOD, proof_on=None)),
        ("open-link", replace(GOOD, proof_link="HTTPS://example.org/minutes")),
        ("no-plan", UNDER),
        ("no-plan", GOOD),
        ("action-open-ended", UNDER),
        ("action-open-ended", replace(UNDER, action_due_on=date(2027, 6, 1))),
        ("action-open-ended", replace(UNDER, action="", action_owner="")),
        ("core-set-aside", replace(GOOD, weight="light", level=None, not_applicable_why="We see no patients")),
        ("short-claim", replace(GOOD, claim="one two three four five six seven eight")),
        ("all-leading", replace(GOOD, level=4)),
    ],
)
def test_a_rule_leaves_alone(code: str, answer: Facts) -> None:
    assert code not in asked(answer)


def test_a_good_answer_is_asked_nothing() -> None:
    assert asked(GOOD) == set()
    assert asked(UNDER) == set()


def test_the_same_words_twice_are_asked_about_at_both_whatever_their_case() -> None:
    twin = replace(GOOD, expectation="NHS-1.2", claim=GOOD.claim.upper().replace(".", " "))
    found = RULES.queries((GOOD, twin), today=TODAY)
    assert [(query.code, query.expectation) for query in found] == [("same-text", "NHS-1.1"), ("same-text", "NHS-1.2")]
    assert "NHS-1.2" in found[0].words


def test_two_empty_texts_are_not_the_same_words() -> None:
    bare = replace(GOOD, claim="")
    assert "same-text" not in asked(bare, replace(bare, expectation="NHS-1.2"))


def test_last_years_words_are_asked_about_only_where_the_question_changed() -> None:
    assert "text-not-read-again" in asked(replace(GOOD, reworded=True), last=GOOD.claim)
    assert "text-not-read-again" not in asked(GOOD, last=GOOD.claim)
    assert "text-not-read-again" not in asked(replace(GOOD, reworded=True), last="Something else")
    assert "text-not-read-again" not in asked(replace(GOOD, reworded=True))


def test_level_four_everywhere_is_asked_about_once() -> None:
    first, second = replace(GOOD, level=4), replace(GOOD, level=4, expectation="NHS-1.2", claim=GOOD.claim + " Twice.")
    aside = replace(GOOD, level=None, not_applicable_why="No", weight="light", expectation="NHS-1.3")
    assert "all-leading" in asked(first, second, aside)
    assert "all-leading" not in asked(second, replace(first, level=3))


def test_an_answer_not_given_yet_is_not_asked_about() -> None:
    assert asked(Facts(level=None, claim="", proof="")) == set()


def test_every_rule_says_why_and_how_long_it_takes() -> None:
    assert len({rule.code for rule in RULES.rules}) == len(RULES.rules) == 13
    assert all(rule.why.endswith(".") and rule.minutes > 0 for rule in RULES.rules)
    assert effort(RULES.queries((replace(GOOD, proof="", claim="Yes"),), today=TODAY)) == 10
