"""Somebody learns in a walk: a lesson to its end, a conversation, a pre-test, and an examination once every lesson was read."""

from __future__ import annotations

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
    while True:
        following = one.page.get_by_role("button", name="Next lesson")
        if not following.count():
            return
        following.first.click()
        while one.page.get_by_role("button", name="Go on", exact=True).count():
            one.page.get_by_role("button", name="Go on", exact=True).click()
        answer(one)
        one.page.get_by_role("button", name="Answer", exact=True).click()


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
    _reach(one, "button", "Start the clock")
    for _ in range(3):
        page = one.page
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("['radio', 'checkbox', 'text'].includes(document.activeElement.type) || document.activeElement.tagName === 'SELECT'"):
                break
        else:
            raise AssertionError("the answers cannot be reached by Tab")
        kind = page.evaluate("document.activeElement.type")
        page.keyboard.press({"text": "1", "select-one": "ArrowDown"}.get(kind, "Space"))
        _reach(one, "button", "Save and go on")
    assert one.heading.startswith("Question 4")
    one.open(one.page.url.rpartition("/")[0])
    assert one.text.count("Answered") >= 2


def _reach(one: Any, kind: str, words: str) -> None:
    for _ in range(60):
        one.page.keyboard.press("Tab")
        if one.page.evaluate("document.activeElement.innerText.trim()") == words:
            break
    else:
        raise AssertionError(f"the {kind} “{words}” cannot be reached by Tab")
    with one.page.expect_navigation():
        one.page.keyboard.press("Enter")
    one.look()
