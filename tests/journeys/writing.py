"""Somebody writes an assignment in a walk: saved as they go, warned of what says who somebody is, mended, handed in, and read with its marks."""

from __future__ import annotations

from typing import Any

from portal import ROOT
from portal.accreditation.courses import reading

COURSE, HERE = "C3", "/learning/C3/assignments/resolution-call"
NUMBER = "07700 900123"


def a_text() -> str:
    """The reply that the panel marked best, in words that anybody could have written."""
    folder = ROOT / "courses" / COURSE
    [assignment] = reading.course(reading.files_of(folder), COURSE).assignments
    return max(assignment.scripts, key=lambda script: sum(marked.level for marked in script.marks)).text.replace("### ", "")


def write(one: Any) -> None:
    """Begun, saved, left and found again; the text as it stands then says a number of a telephone."""
    one.open(f"/learning/{COURSE}")
    one.press("Begin the course")
    one.open(HERE)
    assert "Nothing saved yet." in one.text
    _typed(one, f"{a_text()}\n\nRing me: {NUMBER}")
    one.open("/learning")
    one.open(HERE)
    assert NUMBER in one.page.locator("#text").input_value()


def mend(one: Any) -> None:
    """Warned, kept from handing it in unseen, and mended."""
    one.press("Save and look through it")
    assert "We found this in your text:" in one.text
    assert NUMBER in one.page.get_by_role("row", name="Telephone number").inner_text()
    one.press("Hand in")
    assert one.page.locator(".govuk-error-summary").count() == 1
    one.click("Change your text")
    _typed(one, a_text())
    one.press("Save and look through it")
    assert "We found nothing in it that does." in one.text


def hand_in(one: Any) -> None:
    one.press("Hand in")
    assert "Handed in. It is marked by" in one.text
    one.page.go_back()
    one.look()
    one.open(f"{HERE}/hand-in")
    assert "You handed this in on" in one.text  # by whatever way somebody comes back


def read_the_marks(one: Any) -> None:
    one.open(HERE)
    one.click("Read your work and its marks")
    for said in ("Passed", "75 of 100 points", "Understands what matters to the person: level 3", "What you handed in"):
        assert said in one.text, one.text
    assert NUMBER not in one.text
    one.open(f"/learning/{COURSE}")


def _typed(one: Any, text: str) -> None:
    """By script it is saved by itself; without, by the button."""
    one.page.locator("#text").fill(text)
    if one.javascript:
        one.page.locator("#text").press("Tab")
        one.page.locator("#saved", has_text="Saved at").wait_for()
    else:
        one.press("Save")
