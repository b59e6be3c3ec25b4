"""Assessors in a walk: practice, a work that two others mark differently, an appeal, and what the learner reads of it."""

from __future__ import annotations

import re
from typing import Any

from portal import ROOT
from portal.accreditation.courses import reading
from tests.journeys.walking import choose, fill

PRACTICE = "/marking/practice/C3/1/resolution-call"


def practise(one: Any) -> None:
    """Five scripts, marked as the panel marked them."""
    one.open("/marking")
    assert "No work waits that you may mark just now." in one.text
    folder = ROOT / "courses" / "C3"
    [assignment] = reading.course(reading.files_of(folder), "C3").assignments
    scripts = {script.slug: script for script in assignment.scripts}
    one.open(PRACTICE)
    for number in range(1, 6):
        one.click(f"Script {number}")
        if number == 1:
            one.press("Compare with the panel")
            assert one.page.locator(".govuk-error-summary").count() == 1
        script = scripts[re.sub(r".*/", "", one.page.url)]
        choose(one, **{f"level_{place}": str(marked.level) for place, marked in enumerate(script.marks)})
        for place, code in enumerate(assignment.must_not):
            if code in script.broken:
                one.page.locator(f"[name=found_{place}]").check()
        one.press("Compare with the panel")
        assert ": agreed" in one.heading
        one.open(PRACTICE)
    assert "You agreed with the panel on 5 of 5" in one.text


def mark_the_next(one: Any, *, level: str, script: bool) -> None:
    """Taken, saved by itself where there is script, looked at once more, finished."""
    one.open("/marking")
    one.press("Take the next work")
    choose(one, level_0=level)
    fill(one, comment_0="It names the cause, and two of her wishes.")
    if script:
        one.page.locator("#saved", has_text="Saved at").wait_for()
    one.press("Keep this comment on Understands what matters to the person")
    assert "The comment is kept." in one.text
    one.press("Finish")
    assert "This is still missing:" in one.text
    one.click("Change the marks")
    _every_level(one, level)
    fill(one, feedback="Clear, and kind.")
    one.press("Finish")
    one.press("Finish")
    assert "Marking finished" in one.text


def decide_the_appeal(one: Any) -> None:
    one.open("/marking/appeals")
    one.page.locator("main a[href*='/marking/appeals/']").first.click()
    one.look()
    one.press("Take this appeal")
    _every_level(one, "3")
    fill(one, feedback="The tone is plainer than the marks say.")
    one.press("Decide")
    choose(one, outcome="changes")
    one.press("Decide")
    assert "Appeal decided" in one.text


def look_around(one: Any) -> None:
    """What an assessor has besides: comments, people, figures."""
    for address in ("/marking/comments", "/marking/agreement", "/marking/people", "/marking/practice"):
        one.open(address)
    one.open("/marking/people")
    one.press("Add")
    assert one.page.locator(".govuk-error-summary").count() == 1


def sign_in_as_whoever_was_told(one: Any) -> None:
    """The learner to whom the newest letter about marks went comes to what it leads to."""
    one.open("/demonstration/letters")
    letter = one.page.locator("article", has_text="was marked").first.inner_text()
    name, here = re.search(r"Dear (.+),", letter), re.search(r"/learning/works/[A-Z0-9-]+", letter)
    assert name, letter
    assert here, letter
    one.open(f"/demonstration?q={name[1]}")
    one.page.get_by_role("button", name=f"Sign in as {name[1]}").first.click()
    one.look()
    one.open(here[0])


def appeal(one: Any) -> None:
    """Read what the assessors say, and ask that somebody else looks at it."""
    assert "Third assessor" in one.text
    one.click("Ask that somebody else looks at the marks")
    fill(one, grounds="The third assessor says that I miss her pride. It is in the first line of my plan.")
    one.press("Send the appeal")
    assert "Somebody who has not marked your work decides by" in one.text


def mark_all_that_waits(one: Any) -> int:
    """As one assessor after the other, everything that each may mark, at level 3; how many that were. Other walks look at these pages."""
    at_the_door, marked = f"{one.address}/demonstration?q=assessor", 0
    one.page.goto(at_the_door)
    for place in range(one.page.locator("#found form").count()):
        one.page.goto(at_the_door)
        _go(one, one.page.locator("#found form").nth(place).get_by_role("button"))
        one.page.goto(f"{one.address}/marking")
        while (take := one.page.get_by_role("button", name="Take the next work")).count():
            _go(one, take)
            _every_level(one, "3")
            for _ in range(2):
                _go(one, one.page.get_by_role("button", name="Finish", exact=True))
            assert "Marking finished" in one.text
            marked += 1
            one.page.goto(f"{one.address}/marking")
    return marked


def _every_level(one: Any, level: str) -> None:
    """The same for each criterion that the form has."""
    many = one.page.locator(f"input[value='{level}'][name^=level_]").count()
    assert many
    choose(one, **{f"level_{place}": level for place in range(many)})


def _go(one: Any, button: Any) -> None:
    with one.page.expect_navigation():
        button.click()
