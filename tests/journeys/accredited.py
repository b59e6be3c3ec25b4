"""An organisation says how many posts it has, sees who is due, and publishes the figure; anybody reads it."""

from __future__ import annotations

from typing import Any

from tests.journeys.walking import fill


def seen_and_narrowed(one: Any, here: str) -> None:
    one.open(here)
    assert "frontline posts accredited" in one.text
    for show in ("due", "expired", "not-begun"):
        one.open(f"{here}?show={show}")
    one.open(f"{here}?show=due&role=manager")


def posts_stated(one: Any, here: str, count: str) -> None:
    one.open(f"{here}/posts")
    fill(one, posts="none")
    one.press("Save")
    assert one.page.locator(".govuk-error-summary").count() == 1
    fill(one, posts=count)
    one.press("Save")
    assert f"of {count} frontline posts accredited" in one.text


def published(one: Any, here: str) -> None:
    one.open(f"{here}/publish")
    if one.page.get_by_role("button", name="Publish", exact=True).count():
        one.press("Publish")
    one.open(f"{here}/publish")
    assert "stays as it is" in one.text


def read_by_anybody(one: Any, code: str) -> None:
    one.open(f"/organisations/{code}/accredited")
    assert "frontline posts are accredited" in one.text
    one.open("/organisations/small-business-commissioner/accredited")
    assert "Too few posts" in one.text


def marked_again(one: Any, course: str) -> None:
    one.open(f"/authoring/{course}/remarks")
    assert "Papers to mark again" in one.heading
