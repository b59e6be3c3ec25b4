"""Somebody learns in a walk: a lesson to its end, a conversation, a pre-test, and an examination once every lesson was read."""

from __future__ import annotations

import re
from typing import Any

from tests.journeys.walking import choose


def read_a_lesson(one: Any, course: str) -> None:
    """Begun, left, found again, and answered at its end."""
    one.open("/learning")
    one.open(f"/learning/{course}")
    one.press("Begin the course")
    first = one.heading
    one.press("Go on")
    assert one.heading != first
    where = one.page.url
    one.open("/learning")
    one.page.locator("main a[href*='/lessons/']").first.click()
    one.look()
    assert one.page.url == where
    while one.page.get_by_role("button", name="Go on", exact=True).count():
        one.press("Go on")
    one.press("Answer")
    assert one.page.locator(".govuk-error-summary").count() == 1
    answer(one)
    one.press("Answer")
    assert "You have read this lesson." in one.text


def read_the_rest(one: Any) -> None:
    """Every other lesson, page by page."""
    while _button(one, "Next lesson").count():
        _go_on(one, "Next lesson")
        while _button(one, "Go on").count():
            _go_on(one, "Go on")
        answer(one)
        _go_on(one, "Answer")


def _button(one: Any, words: str) -> Any:
    """The one that says this, or this and what it leads to."""
    return one.page.get_by_role("button", name=re.compile(f"^{words}(:|$)"))


def _go_on(one: Any, words: str) -> None:
    """Press it, and be on the next page before anything else is looked for."""
    with one.page.expect_navigation():
        _button(one, words).first.click()


def answer(one: Any) -> None:
    """The first answer that is offered, whatever the kind of question."""
    first = one.page.locator("main input[type=radio], main input[type=checkbox]")
    if first.count():
        first.first.check()
        return
    for box in one.page.locator("main form input[type=text]").all():
        box.fill("1")
    for select in one.page.locator("main form select").all():
        select.select_option(index=1)
    if one.page.locator("[name=day-year]").count():
        one.page.locator("[name=day-year]").fill("2027")


def try_a_conversation(one: Any, here: str) -> None:
    one.open(here)
    one.press("Begin")
    while one.page.locator("input[name=choice]").count():
        choose(one, choice="0")
        one.press("Go on")
    assert "points" in one.text


def sit_a_paper(one: Any, here: str) -> None:
    """Every question answered somehow, by script or without; handed in; read."""
    one.open(here)
    one.press("Start the clock")
    assert "left, until" in one.text
    while "Question" in one.heading:
        answer(one)
        one.press("Save and go on")
    assert "Not answered" not in one.text
    one.press("Hand in")


def sit_by_keyboard(one: Any, here: str) -> None:
    """The same with nothing but Tab, the arrows, Space and Enter."""
    one.open(here)
    _reach(one, "Start the clock")
    while "Question" in one.heading:
        _reach(one, "Save and go on", answering=True)
    assert "Not answered" not in one.text
    _reach(one, "Hand in")


_KEYS = {"radio": "Space", "checkbox": "Space", "text": "1", "select-one": "ArrowDown"}


def _reach(one: Any, words: str, *, answering: bool = False) -> None:
    """Tab to it and press Enter, answering with a key whatever can be answered on the way."""
    keyboard = one.page.keyboard
    for _ in range(60):
        keyboard.press("Tab")
        here = one.page.evaluate("(({innerText, type, name}) => ({words: innerText.trim(), type, name}))(document.activeElement)")
        if here["words"] == words:
            break
        if answering and here["name"] == "day-year":
            keyboard.type("2027")
        elif answering and here["type"] in _KEYS:
            keyboard.press(_KEYS[here["type"]])
    else:
        raise AssertionError(f"the button “{words}” cannot be reached by Tab")
    with one.page.expect_navigation():
        keyboard.press("Enter")
    one.look()
