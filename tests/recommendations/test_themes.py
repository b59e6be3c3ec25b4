"""Drafts say what they are about: themes that are ticked, and expectations that are typed as codes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal import audit
from portal.audit import Event
from portal.kernel.db import db
from portal.kernel.errors import Invalid, Stale
from portal.recommendations.models import Recommendation
from portal.recommendations.operations import drafting
from portal.recommendations.queries.about import about
from portal.recommendations.themes import expectations, themes, typed_codes
from tests import builders
from tests.people import Cast


def said(one: Recommendation, **changed: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in drafting.LABELS} | changed


def test_there_are_themes_of_the_nhs_and_of_government_each_with_a_line_about_it() -> None:
    assert 10 <= len(themes()) <= 14
    assert {"communication", "complaint-handling", "delay", "decisions", "discharge", "end-of-life"} <= themes().keys()
    assert all(one.about.endswith(".") for one in themes().values())
    assert len({one.title for one in themes().values()}) == len(themes())


@pytest.mark.parametrize(
    ("typed", "codes"),
    [("", ()), (" , ;", ()), ("NHS-1.3", ("NHS-1.3",)), ("nhs-1.3,NHS-2.1 ; nhs-1.3", ("NHS-1.3", "NHS-2.1")),
     ("NHS-1.3\nGOV-1.1", ("NHS-1.3", "GOV-1.1")), (("nhs-1.3", "gov-1.1"), ("NHS-1.3", "GOV-1.1"))],
)  # fmt: skip
def test_codes_are_read_however_they_are_typed(typed: Any, codes: tuple[str, ...]) -> None:
    assert typed_codes(typed) == codes


def test_a_draft_keeps_what_it_is_about_in_the_order_of_the_files(cast: Cast) -> None:
    one = builders.a_draft(cast, themes=["delay", "communication"], expectations="NHS-2.1, nhs-1.3")
    assert about(one.id).themes == ("communication", "delay")
    assert about(one.id).expectations == ("NHS-1.3", "NHS-2.1")
    assert about(one.id).theme_titles == ["Communication", "Delay"]
    assert about(one.id).expectation_titles[0] == f"NHS-1.3: {expectations()['NHS-1.3']}"


def test_a_draft_need_not_be_about_anything(cast: Cast) -> None:
    found = about(builders.a_draft(cast).id)
    assert (found.themes, found.expectations) == ((), ())


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [({"themes": ["weather"]}, "themes", "Choose from the themes offered"),
     ({"expectations": "NHS-1.3, NHS-9.9, XYZ"}, "expectations", "No standard has an expectation NHS-9.9 or XYZ"),
     ({"expectations": " ".join(f"NHS-{p}.{n}" for p in (1, 2, 3, 4) for n in (1, 2, 3, 4, 5, 6))}, "expectations", "20 expectations or fewer")],
)  # fmt: skip
def test_what_nobody_knows_is_refused(cast: Cast, facts: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        builders.a_draft(cast, **facts)
    assert refused.value.field == field


def test_a_change_of_what_it_is_about_is_recorded_and_makes_an_old_page_stale(cast: Cast) -> None:
    one = builders.a_draft(cast, themes=["delay"], expectations="NHS-1.3")
    colin, version = builders.a_second_officer(cast), one.version
    drafting.change(one, version=version, by=colin, **said(one, themes=["records"], expectations="NHS-1.3"))
    db.session.commit()
    assert about(one.id).themes == ("records",)
    told = audit.trail(cast.trust.id, one.audited_as(), working_papers=True)[0]
    assert (told.event, told.facts["changes"]) == (Event.RECOMMENDATION_CHANGED, {"themes": [["delay"], ["records"]]})
    with pytest.raises(Stale) as stale:
        drafting.change(one, version=version, by=cast.cora, **said(one, themes=["money", "delay"], expectations="gov-1.1"))
    offered = [(both.name, both.yours) for both in stale.value.fields]
    assert {("themes", "money"), ("themes", "delay"), ("expectations", "GOV-1.1")} <= set(offered)


def test_a_change_that_says_nothing_of_it_leaves_it(cast: Cast) -> None:
    one = builders.a_draft(cast, themes=["delay"], expectations="NHS-1.3")
    drafting.change(one, version=one.version, by=cast.cora, **said(one, due_on=dt.date(2026, 10, 1)))
    db.session.commit()
    assert (about(one.id).themes, about(one.id).expectations) == (("delay",), ("NHS-1.3",))


def test_the_pages_tick_type_and_show_it(cast: Cast, browser: Any) -> None:
    one = builders.a_draft(cast, themes=["delay"])
    page = browser("cora")
    page.open(f"/drafts/{one.reference}")
    shown = page.press("Save the draft", status=422, expectations="NHS-99.1")
    assert shown.errors == ["No standard has an expectation NHS-99.1. Enter codes like NHS-1.3"]
    shown = page.press("Save the draft", themes=["communication", "delay"], expectations="nhs-1.3")
    assert "Communication and Delay" in shown.text
    assert "NHS-1.3: " in shown.text
    page.open(f"/drafts/{one.reference}")
    assert "Communication" not in page.press("Save the draft", themes=[]).text
