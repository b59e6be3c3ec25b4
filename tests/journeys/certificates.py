"""Certificates in a walk: a holder carries one away, anybody checks it, the Ombudsman suspends it and lifts that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.journeys.walking import choose, fill, links


def carried_away(one: Any, title: str, folder: Path) -> tuple[str, Path]:
    """The address of its public page, and the badge as a file."""
    one.open("/learning/certificates")
    one.page.get_by_role("link", name=title).first.click()
    one.look()
    public = one.page.get_by_role("link", name="Its public page").get_attribute("href")
    with one.page.expect_download() as coming:
        one.page.get_by_role("link", name="Badge (PNG)").click()
    badge = folder / "badge.png"
    coming.value.save_as(badge)
    one.press("Save what it shows")
    return str(public), badge


def renewed(one: Any) -> None:
    """The end is near: the new cycle asks for the examination alone."""
    one.press("Begin the renewal")
    assert one.page.get_by_role("button", name="Take the examination").count() == 1
    one.open("/learning/certificates")
    one.page.locator("main a[href*='/certificates/CT-']").first.click()
    one.look()
    assert "You have begun to renew it." in one.text


def checked(anybody: Any, public: str, badge: Path, outcome: str) -> None:
    """By its address, as a file, altered, and as nothing at all."""
    anybody.open(public)
    assert outcome in anybody.text
    anybody.open(links(anybody, "/criteria")[0])
    anybody.open("/check")
    anybody.press("Check")
    assert anybody.page.locator(".govuk-error-summary").count() == 1
    anybody.page.locator("input[type=file]").set_input_files(badge)
    anybody.press("Check")
    assert outcome in anybody.text
    edited = badge.with_name("edited.png")
    content = badge.read_bytes()
    edited.write_bytes(content.replace(b"openbadgecredential", b"openbadgecredentiaL", 1))
    anybody.page.locator("input[type=file]").set_input_files(edited)
    anybody.press("Check")
    assert "Unknown" in anybody.text
    fill(anybody, text="eyJhbGciOiJub25lIn0.e30.")
    anybody.press("Check")
    assert "Altered" in anybody.text
    anybody.open("/check/without-us")


def decided(officer: Any, public: str) -> None:
    officer.open("/certificates")
    fill(officer, reference=public)
    officer.press("Find")
    officer.press("Save the decision")
    assert officer.page.locator(".govuk-error-summary").count() == 1
    for what, reason in (("SUSPEND", "Something is looked into."), ("LIFT", "It came to nothing.")):
        choose(officer, what=what)
        fill(officer, reason=reason)
        officer.press("Save the decision")
        assert reason in officer.text
