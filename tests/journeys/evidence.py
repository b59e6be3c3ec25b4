"""Evidence in a walk: handed in, chosen about, pinned; and marked by whoever reviews it."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.journeys.walking import choose, fill, links

REPLY = "Dear Mrs Sample,\r\n\r\nDate of birth: 14 March 1961\r\n\r\nWe are sorry. {}\r\n"
MINUTES = "The committee looked at complaints by theme, and decided who tells people what they wait for. {}\r\n"


def handed_in_and_pinned(one: Any, place: str, *, words: str) -> str:
    """Two files at once for one place: one is clear, the other waits for a choice, which is made. Returns the clear one's address."""
    one.open(f"/evidence/for/{place}")
    one.click("Hand in a file")
    refused(one)
    one.page.locator("[name=files]").set_input_files([
        {"name": "Minutes of May.txt", "mimeType": "text/plain", "buffer": MINUTES.format(words).encode()},
        {"name": "A reply.txt", "mimeType": "text/plain", "buffer": REPLY.format(words).encode()},
    ])  # fmt: skip
    with one.page.expect_navigation():
        one.page.get_by_role("button", name="Hand in", exact=True).click()
    one.look("handed in")
    assert "2 things were handed in" in one.heading
    minutes, reply = links(one, "/evidence/EV-")[:2]
    wait_for(one, minutes, "Released")
    wait_for(one, reply, "Needs your choice")
    one.press("See what was found and choose")
    assert "14 March" not in one.text
    choose(one, choice="explain")
    one.press("Save my choice")
    assert one.page.locator(".govuk-error-summary").count() == 1
    choose(one, choice="explain")
    fill(one, reason="The person is invented.")
    one.press("Save my choice")
    one.open(reply)
    assert "Released" in one.text
    assert len(links(one, "/evidence/pins/PN-")) == 1
    return minutes


def refused(one: Any) -> None:
    """Nothing chosen and nothing said: every fault is named, and nothing of it is kept."""
    choose(one, form="file")
    with one.page.expect_navigation():
        one.page.get_by_role("button", name="Hand in", exact=True).click()
    one.look("hand in refused")
    assert one.page.locator(".govuk-error-summary li").count() >= 3
    choose(one, form="file")
    one.page.locator("[name=kind]").select_option("minutes")
    fill(one, proves="The top team decides, and checks.", owner="Company Secretary")


def wait_for(one: Any, address: str, state: str) -> None:
    """The portal's own work takes seconds; a person looks again."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        one.page.goto(one.address + address)
        if state in one.text:
            break
        time.sleep(0.5)
    one.look()
    assert state in one.text


def marked(reviewer: Any, reference: str) -> None:
    """By keyboard alone: what is pinned shows it, and the next one does not, for a reason."""
    reviewer.open(f"/reviews/{reference}")
    code = None
    for address in dict.fromkeys(links(reviewer, "/expectations/")):
        reviewer.page.goto(reviewer.address + address)
        if pins := links(reviewer, "/evidence/PN-"):
            code = address
            break
    assert code, "no evidence beside any answer"
    reviewer.open(pins[0])
    page = reviewer.page
    page.keyboard.press("y")
    assert page.locator("[name=shows]:checked").get_attribute("value") == "shows it"
    with page.expect_navigation():
        page.keyboard.press("s")
    reviewer.look("the next evidence")
    page.keyboard.press("d")
    with page.expect_navigation():
        page.keyboard.press("s")
    reviewer.look("a mark without a reason")
    assert page.locator(".govuk-error-summary").count() == 1
    page.keyboard.press("r")
    page.keyboard.type("It says what will be done.")
    reviewer.press("Save and go on")
    reviewer.open(code)
    assert re.search("shows it", reviewer.text, re.IGNORECASE)
