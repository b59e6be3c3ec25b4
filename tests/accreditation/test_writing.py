"""An assignment is written and saved by itself, looked through, handed in once, and read with its marks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from portal.accreditation.lifecycle import WorkState
from portal.accreditation.models import CpdEntry, Work, WorkText
from portal.accreditation.operations import writing
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Incomplete, Invalid, Stale, WrongState
from tests.accreditation.learners import A_TEXT, a_draft, a_work, assigned, begun, levels, marked, published
from tests.conftest import MONDAY
from tests.people import Cast

HERE = "/learning/T1/assignments/a-reply"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_journey_from_an_empty_page_to_a_passed_work(cast: Cast, browser: Any, htmx: bool) -> None:
    published(cast)
    begun(cast.hal)
    hal = browser("hal", htmx=htmx)
    hal.open("/learning/T1")
    page = hal.click("Write a reply")
    assert "Nothing saved yet. No words of 200 to 400" in page.text
    assert "A letter." in page.text
    page = hal.press("Save", text="Dear Ms Bell")
    assert "3 words of 200 to 400" in page.text
    page = hal.press("Save and look through it")
    assert "Your text is too short: it has 3 words." in page.text
    page = hal.click("Go on writing")
    page = hal.press("Save and look through it", text=f"{A_TEXT} Hal Osei")
    assert "Part" not in page.errors
    assert "Your name" in page.text
    assert hal.press("Hand in", status=422).errors == ["Change these words, or confirm that they say nothing about a real person"]
    hal.open(HERE)
    page = hal.press("Save and look through it", text=A_TEXT)
    assert "We found nothing in it that does." in page.text
    page = hal.press("Hand in")
    assert page.h1 == "Your work: Write a reply"
    assert "Handed in. It is marked by 22 June 2026." in page.text
    assert "Handed in" in hal.open("/learning/T1").text
    one = db.session.query(Work).one()
    marked(one, levels(3, 3), levels(2, 3), by=(cast.mark, cast.rosa))
    page = hal.open(f"/learning/works/{one.reference}")
    assert "67 of 100 points" in page.text
    assert "Answers every point: between level 2 and level 3" in page.text
    assert "second: Tone 3" in page.text
    assert cast.mark.name not in page.text
    assert "Passed" in hal.open("/learning/T1").text
    assert "Passed" in hal.open(HERE).text
