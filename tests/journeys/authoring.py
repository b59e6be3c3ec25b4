"""An author brings in questions of another system and looks at a course: its questions, where people stop, and fairness."""

from __future__ import annotations

from typing import Any

GIFT = b"::A good one::Which?{=a#Yes ~b#No ~c#No}\n\nWhich?{~%50%a ~%40%b ~%-100%c}\n\nA text without answers.\n"


def sign_in_as_an_author(one: Any) -> None:
    one.open("/demonstration?q=author")
    one.page.locator("#found").get_by_role("button", name="author").first.click()
    one.look()


def bring_in(one: Any) -> None:
    one.open("/learning")
    one.click("Courses and their questions")
    one.click("Bring in questions from another system")
    one.press("Read the file")
    assert one.page.locator(".govuk-error-summary").count() == 1
    one.page.set_input_files("input[type=file]", {"name": "questions.gift", "mimeType": "text/plain", "buffer": GIFT})
    one.press("Read the file")
    assert "3 items in the file (GIFT): 2 imported, 1 of them with a warning, and 1 refused." in one.text
    with one.page.expect_download() as taken:
        one.page.get_by_role("button", name="Download the draft", exact=True).click()
    assert taken.value.suggested_filename == "draft-bank.md"


def look_at_a_course(one: Any, course: str) -> None:
    for page in ("", "/lessons", "/fairness"):
        one.open(f"/authoring/{course}{page}")
    one.open("/courses/coverage")
