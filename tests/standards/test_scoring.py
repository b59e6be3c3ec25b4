"""The roll-up, cell by cell."""

from __future__ import annotations

import pytest

from portal.standards.scoring import (
    HoldingBack,
    Outcome,
    PillarCounts,
    Scored,
    Why,
    holding_back,
    outcome,
    pillar_counts,
    shortfalls,
)


def scored(*levels: int | None, target: int = 3, core: bool = True, statutory: bool = False) -> tuple[Scored, ...]:
    return tuple(Scored(f"NHS-1.{n}", level, target, core, statutory) for n, level in enumerate(levels, start=1))


def law(level: int | None, target: int = 3, core: bool = True) -> tuple[Scored, ...]:
    return (Scored("NHS-2.1", level, target, core, True),)


E, M, A, N = Outcome.EXCEEDING, Outcome.MEETING, Outcome.APPROACHING, Outcome.NOT_YET_MEETING

# answers, the outcome with no agreed plan, the outcome with one
TABLE = [
    ("all at target", scored(3, 3, 3), M, M),
    ("one level under target is near enough", scored(3, 2, 3), M, M),
    ("two levels under target is not", scored(3, 1, 3), N, A),
    ("under a target of four by one", scored(3, target=4), M, M),
    ("under a target of four by two", scored(2, target=4), N, A),
    ("level 1 against a light target of two", scored(1, target=2, core=False), M, M),
    ("a third leading", scored(4, 3, 3), E, E),
    ("just under a third leading", scored(4, 3, 3, 3), M, M),
    ("two of six leading", scored(4, 4, 3, 3, 3, 3), E, E),
    ("two of seven leading", scored(4, 4, 3, 3, 3, 3, 3), M, M),
    ("a third leading, one a level short", scored(4, 2, 3), E, E),
    ("a third leading, one two levels short", scored(4, 1, 3), N, A),
    ("not applicable does not count in the third", scored(4, 3, 3, None, None), E, E),
    ("core statutory at three", scored(3) + law(3), M, M),
    ("core statutory at two", scored(3) + law(2), N, A),
    ("core statutory at two, target two", scored(3) + law(2, target=2), N, A),
    ("core statutory at two, half leading", scored(4) + law(2), N, A),
    ("light statutory at two", scored(3) + law(2, target=2, core=False), M, M),
    ("light statutory at one", scored(3) + law(1, target=2, core=False), M, M),
    ("core statutory not applicable", scored(3) + law(None), M, M),
    ("nothing applies", scored(None, None), N, N),
    ("no answers", (), N, N),
]


@pytest.mark.parametrize(("answers", "without", "with_plan"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_outcome(answers: tuple[Scored, ...], without: Outcome, with_plan: Outcome) -> None:
    assert outcome(answers, plan_agreed=False) is without
    assert outcome(answers, plan_agreed=True) is with_plan


@pytest.mark.parametrize("answers", [row[1] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_was_not_submitted_has_no_other_outcome(answers: tuple[Scored, ...]) -> None:
    assert outcome(answers, plan_agreed=True, submitted=False) is Outcome.NOT_SUBMITTED


@pytest.mark.parametrize("answers", [row[1] for row in TABLE if any(a.level for a in row[1])])
def test_something_holds_back_exactly_when_it_is_not_met(answers: tuple[Scored, ...]) -> None:
    assert bool(holding_back(answers)) == (outcome(answers, plan_agreed=False) is N)


def test_what_holds_back_is_named_with_its_reason() -> None:
    answers = scored(3, 1, 2) + law(2)
    assert holding_back(answers) == (HoldingBack("NHS-1.2", Why.FAR_BELOW), HoldingBack("NHS-2.1", Why.STATUTORY))
    assert [held.why for held in holding_back(law(1))] == [Why.STATUTORY, Why.FAR_BELOW]


def test_every_level_under_target_is_a_shortfall() -> None:
    assert shortfalls(scored(4, 3, 2, 1, None)) == ("NHS-1.3", "NHS-1.4")


@pytest.mark.parametrize(
    ("level", "target", "short"),
    [(None, 3, 0), (4, 3, 0), (3, 3, 0), (2, 3, 1), (1, 3, 2), (1, 2, 1), (1, 4, 3), (4, 1, 0)],
)
def test_how_far_short(level: int | None, target: int, short: int) -> None:
    assert Scored("NHS-1.1", level, target, True, False).short_by == short


def test_a_pillar_shows_counts_and_never_an_average() -> None:
    answers = scored(1, 2, 2, 3, 4, 4, 4, None) + law(2)
    assert pillar_counts(answers) == (
        PillarCounts("NHS-1", at=(1, 2, 1, 3), not_applicable=1, below_target=3),
        PillarCounts("NHS-2", at=(0, 1, 0, 0), not_applicable=0, below_target=1),
    )
    assert pillar_counts(answers)[0].applicable == 7


def test_every_outcome_says_what_it_means_in_one_sentence() -> None:
    assert Outcome.MEETING.meaning == (
        "Every core duty in law is at level 3 or above, and nothing is more than one level under its target."
    )
    meanings = [o.meaning for o in Outcome]
    assert len(set(meanings)) == len(meanings)
    assert all(one.endswith(".") and one.count(".") == 1 for one in meanings)


def test_outcomes_are_said_in_the_words_of_the_standard() -> None:
    assert [o.label for o in Outcome] == [
        "Exceeding",
        "Meeting",
        "Approaching (plan agreed)",
        "Not yet meeting",
        "Not submitted",
    ]
