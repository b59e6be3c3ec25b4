"""The officers' board: each group holds what waits, counts it, and leads to the same on a list; in the same few statements."""

from __future__ import annotations

from typing import Any

import pytest

from portal.kernel import clock
from portal.recommendations.ladder import Band
from portal.recommendations.lifecycle import Acceptance, Delivery
from portal.recommendations.queries import board
from tests.people import Cast
from tests.recommendations.rows import LONG_AGO, a_waiting_step, insert

IN_PROGRESS, SUBMITTED = Delivery.IN_PROGRESS, Delivery.SUBMITTED
STALLED: dict[str, Any] = {"delivery": IN_PROGRESS, "answered_on": LONG_AGO - 30, "heard_on": LONG_AGO}


def references(group: str, officer_id: int | None = None) -> list[str]:
    return [one.reference for one in board.board(clock.today(), officer_id).first[group]]


def a_full_board(cast: Cast, **facts: Any) -> dict[str, str]:
    """One for each group, by its name."""
    found = {
        "due soon": insert(cast, due=6, delivery=IN_PROGRESS, heard_on=-1, **facts),
        "overdue": insert(cast, due=-20, delivery=IN_PROGRESS, heard_on=-1, **facts),
        "awaiting us": insert(cast, due=-3, delivery=SUBMITTED, heard_on=-4, **facts),
        "objected": insert(cast, due=-30, delivery=Delivery.ON_TIME, objected=True, **facts),
        "stalled": insert(cast, due=100, **STALLED, **facts),
        "unanswered": insert(cast, due=100, answer_due_on=6, **facts),
        "steps": insert(cast, due=8, delivery=IN_PROGRESS, heard_on=-1, **facts),
    }
    a_waiting_step(found["steps"])
    return found


def test_each_group_holds_what_waits_there_and_nothing_else(cast: Cast) -> None:
    expected = a_full_board(cast)
    insert(cast, due=7, delivery=IN_PROGRESS, heard_on=-1)
    insert(cast, due=-20, delivery=Delivery.LATE, complied_on=-5)
    insert(cast, due=200, delivery=IN_PROGRESS, answered_on=LONG_AGO + 1)
    insert(cast, due=200, acceptance=Acceptance.DISPUTED, answered_on=LONG_AGO)
    insert(cast, due=200, answer_due_on=7)
    found = board.board(clock.today())
    assert {group: [one.reference for one in lines] for group, lines in found.first.items()} == {
        group: [reference] for group, reference in expected.items()
    }
    assert found.counts == {**{group: 1 for group in expected if group != "overdue"}, **{band.name: int(band is Band.A_MONTH) for band in board.OVERDUE}}


def test_a_body_that_said_it_is_done_is_not_chased(cast: Cast) -> None:
    insert(cast, due=-40, delivery=SUBMITTED, heard_on=-1)
    insert(cast, due=3, delivery=SUBMITTED, heard_on=-1)
    insert(cast, due=100, delivery=SUBMITTED, answered_on=LONG_AGO - 30, heard_on=LONG_AGO)
    assert (references("overdue"), references("due soon"), references("stalled")) == ([], [], [])
    assert len(references("awaiting us")) == 3


def test_what_we_block_longest_comes_first(cast: Cast, browser: Any) -> None:
    newer, oldest = (insert(cast, due=50, delivery=SUBMITTED, heard_on=day) for day in (-2, -33))
    assert references("awaiting us") == [oldest, newer]
    assert "We have had it for 33 days" in browser("cora").open("/recommendations/board").text


def test_stalled_ones_come_by_when_they_were_last_heard_of(cast: Cast) -> None:
    heard = insert(cast, due=100, **{**STALLED, "heard_on": LONG_AGO - 5})
    never = insert(cast, due=100, delivery=Delivery.NOT_DUE, acceptance=Acceptance.ACCEPTED, answered_on=LONG_AGO - 9)
    insert(cast, due=100, delivery=IN_PROGRESS, answered_on=-3, heard_on=LONG_AGO)
    assert references("stalled") == [never, heard]


@pytest.mark.parametrize(("due", "band"), [(-1, "TWO_WEEKS"), (-15, "A_MONTH"), (-30, "TWO_MONTHS"), (-60, "THREE_MONTHS"), (-90, "LONGER"), (0, None)])
def test_overdue_is_counted_by_band(cast: Cast, due: int, band: str | None) -> None:
    insert(cast, due=due, delivery=IN_PROGRESS, heard_on=-1)
    counts = board.board(clock.today()).counts
    assert [name for name in (one.name for one in board.OVERDUE) if counts[name]] == ([band] if band else [])


def test_mine_and_everybodys(cast: Cast, browser: Any) -> None:
    mine = a_full_board(cast)
    theirs = a_full_board(cast, officer_id=cast.rows["ada"].id, officer="Ada Nowak")
    cora = browser("cora")
    own = cora.open("/recommendations/board").text
    assert all(one in own for one in mine.values())
    assert not any(one in own for one in theirs.values())
    both = cora.click("Everybody’s").text
    assert all(one in both for one in (*mine.values(), *theirs.values()))
    assert own == cora.click("Mine").text
    for name in ("ana", "ada"):
        page = browser(name).open("/recommendations/board")
        assert "Mine" not in page.links
        assert all(one in page.text for one in (*mine.values(), *theirs.values()))


@pytest.mark.parametrize("whose", ["mine", "everybody"])
def test_each_count_leads_to_the_list_behind_it(cast: Cast, browser: Any, whose: str) -> None:
    for _ in range(6):
        a_full_board(cast)
        a_full_board(cast, officer_id=cast.rows["ada"].id, officer="Ada Nowak")
    number, cora = (6 if whose == "mine" else 12), browser("cora")
    page = cora.open(f"/recommendations/board?whose={whose}")
    behind = {words: href for words, href in page.links.items() if words.startswith((f"All {number}", f"{number} "))}
    assert len(behind) == 8  # seven groups, and one band of what is overdue
    for href in behind.values():
        assert f"{number} recommendations" in cora.open(href).text


def test_counts_stop_at_a_thousand(cast: Cast, browser: Any) -> None:
    insert(cast, of=1005, due=50, delivery=SUBMITTED, heard_on=-2)
    assert board.board(clock.today()).counts["awaiting us"] == 1001
    assert "Awaiting us: more than 1,000" in browser("cora").open("/recommendations/board").text


def test_an_empty_board_says_so(cast: Cast, browser: Any) -> None:
    page = browser("cora").open("/recommendations/board")
    assert all(words in page.text for words in ("Nothing is overdue.", "Nothing is stalled.", "Nobody waits for our decision."))


def test_it_costs_the_same_few_statements(cast: Cast, queries: Any, browser: Any) -> None:
    cora = browser("cora")
    seen = []
    for more in (1, 3):
        for _ in range(more):
            a_full_board(cast)
        for whose in ("mine", "everybody"):
            with queries() as these:
                cora.open(f"/recommendations/board?whose={whose}")
            seen.append(len(these))
    assert seen == [4, 3, 4, 3]  # who it is, the first of each group, the counts; of one's own, also what an address calls one


def test_it_is_the_officers_way_in(cast: Cast, browser: Any) -> None:
    insert(cast)
    for name, href in (("cora", "/recommendations/board"), ("ana", "/recommendations/board"), ("owen", "/recommendations")):
        page = browser(name).open("/recommendations")
        assert page.links["Recommendations"] == href
        assert [link.get("aria-current") for link in page.all("a", class_="govuk-service-navigation__link") if link.get("href") == href] == ["page"]
    browser("owen").open("/recommendations/board", status=403)
    browser("priya").open("/recommendations/board", status=403)
