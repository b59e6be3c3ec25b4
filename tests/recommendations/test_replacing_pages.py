"""The pages on which a recommendation goes on as another, and what they make of what nobody should send."""

from __future__ import annotations

from typing import Any

import pytest

from portal.recommendations.lifecycle import Ending
from portal.recommendations.queries.lineage import lineage
from tests import builders
from tests.people import Cast
from tests.recommendations.replaced import (
    ANOTHER,
    PARTS,
    WHY,
    closed,
)


def boxes(prefix: str = "", **said: Any) -> dict[str, Any]:
    """What is typed into the boxes of a recommendation."""
    day = said.pop("due_on", None)
    days = {f"{prefix}due_on-{part}": str(getattr(day, part)) for part in ("day", "month", "year")} if day else {}
    return {f"{prefix}{name}": str(value) for name, value in said.items()} | days


def test_the_page_of_a_split_grows_and_shrinks_without_script(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    page = browser("cora")
    page.open(f"/recommendations/{one.reference}/split")
    typed = boxes("parts-0-", **PARTS[0]) | boxes("parts-1-", **PARTS[1])
    shown = page.press("Add another part", **typed)
    assert [legend.text for legend in shown.all("legend") if (legend.text or "").strip().startswith("Part")] == ["Part 1", "Part 2", "Part 3"]
    assert shown.form("Split it")["values"]["parts-1-text"] == PARTS[1]["text"]
    shown = page.press("Leave out part 3")
    assert "Leave out part" not in shown.text
    assert page.press("Split it", status=422, **{"parts-1-text": ""}).errors == ["Enter the recommendation", "Say why"]
    wrong = {"parts-1-text": PARTS[1]["text"], "parts-1-due_on-year": "2025", "reason": WHY}
    assert page.press("Split it", status=422, **wrong).errors == ["Part 2: The due date must be in the future"]
    assert page.press("Split it", **{"parts-1-due_on-year": "2026"}).h1 == f"Recommendation {one.reference}"
    news = lineage(one).now
    assert [kin.organisation for kin in news] == [cast.trust.name] * 2
    assert "has ended already" in page.open(f"/recommendations/{one.reference}/split", status=409).text


@pytest.mark.parametrize("figure", ["²", "٩", "9" * 5000, "\x00", "-1", "999"])
def test_figures_that_no_page_sends_break_nothing(cast: Cast, browser: Any, figure: str) -> None:
    one, two = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    page = browser("cora")
    address = f"/recommendations/{one.reference}"
    page.send(f"{address}/split", {"version": one.version, f"parts-{figure}-text": "A part", "reason": WHY}, status=422)
    page.send(f"{address}/split", {"leave_out": figure})
    page.send(f"{address}/merge", {"version": one.version, "others": f"{two.reference}.{figure}", "reason": WHY, **boxes(**ANOTHER)}, status=409)
    page.send(f"{address}/merge", {"version": one.version, "others": f"{figure}.1", "reason": WHY, **boxes(**ANOTHER)}, status=422)
    assert (one.ended_on, two.ended_on) == (None, None)


def test_the_pages_of_a_merge_a_replacement_and_a_withdrawal(cast: Cast, browser: Any) -> None:
    one, two = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    page = browser("cora")
    page.open(f"/recommendations/{one.reference}/merge")
    assert page.press("Merge them", status=422).errors == ["Say why", "Choose at least one other recommendation"]
    shown = page.press("Merge them", others=[f"{two.reference}.{two.version}"], reason=WHY, **boxes(**ANOTHER))
    new = shown.h1.removeprefix("Recommendation ")
    assert {one.ending, two.ending} == {Ending.MERGED}
    assert "There is no other open recommendation" in page.open(f"/recommendations/{new}/merge").text
    page.open(f"/recommendations/{new}/supersede")
    assert page.press("Replace it", status=422).errors == ["Say why"]
    newer = page.press("Replace it", reason=WHY, **boxes(**ANOTHER)).h1.removeprefix("Recommendation ")
    page.open(f"/recommendations/{newer}/withdraw")
    assert page.press("Withdraw it", status=422).errors == ["Say why"]
    assert page.press("Withdraw it", reason=WHY).h1 == f"Recommendation {newer}"


def test_the_page_of_a_transfer_names_the_successors(cast: Cast, browser: Any) -> None:
    one = builders.an_issued_recommendation(cast)
    page = browser("cora")
    assert "is open, so nobody has taken over" in page.open(f"/recommendations/{one.reference}/transfer", status=409).text
    closed(cast, cast.trust, cast.other, cast.practice)
    assert "Transfer it" in page.open(f"/recommendations/{one.reference}/supersede", status=409).links
    page.open(f"/recommendations/{one.reference}/transfer")
    assert page.press("Transfer it", status=422).errors == ["Choose the organisation", "Say why"]
    shown = page.press("Transfer it", successor="RYZ", reason="It merged.")
    assert cast.other.name in shown.text


def test_a_merge_on_a_stale_page_can_be_saved_after_all(cast: Cast, browser: Any) -> None:
    one, two = builders.an_issued_recommendation(cast), builders.an_issued_recommendation(cast, number=2)
    page = browser("cora")
    page.open(f"/recommendations/{one.reference}/merge")
    page.send(f"/recommendations/{one.reference}/merge",
              {"version": one.version, "others": [f"{two.reference}.{two.version - 1}"], "reason": WHY, **boxes(**ANOTHER)}, status=409)  # fmt: skip
    page.press("Save yours instead")
    assert (one.ending, two.ending) == (Ending.MERGED, Ending.MERGED)
