"""A recommendation in a walk: drafted, approved by another, answered and signed, reported with evidence, decided, and read by all."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.journeys.walking import choose, fill, links, sign

TO = "B81109"  # a practice of one person, who answers and signs
SAID = {
    "failing": "A letter with the result of a test lay unopened for nine weeks.",
    "public_text": "Apologise for a test result that nobody opened for nine weeks.",
}


def today() -> date:
    """The served portal's day, whatever the clock of the tests says."""
    return datetime.now(tz=UTC).date()


def drafted(officer: Any, case: str) -> str:
    """Refused first, with the aid's remark; then worded well and sent. Returns the draft's reference."""
    due = today() + timedelta(days=40)
    officer.open(f"/drafts/new?organisation={TO}")
    fill(officer, text="The practice should consider apologising.")
    officer.press("Save the draft")
    assert officer.page.locator(".govuk-error-summary li").count() >= 3
    officer.page.locator("[name=type]").select_option("apology")
    fill(officer, **SAID, case_reference=case, text=f"By {due:%-d %B %Y} the practice should write to the patient to apologise, and send us a copy of the letter.")
    fill(officer, **{f"due_on-{part}": str(getattr(due, part)) for part in ("day", "month", "year")})
    officer.press("Save the draft")
    assert officer.page.locator(".govuk-error-summary").count() == 0, officer.text
    (reference,) = re.findall(r"RC-\w+", officer.heading)
    officer.press("Send for approval")
    assert "Another officer approves it." in officer.text
    return str(reference)


def issued(other: Any, reference: str) -> None:
    other.open(f"/drafts/{reference}/read")
    other.press("Issue")
    assert SAID["public_text"] in other.text


def answered(practice: Any, here: str) -> None:
    """Prepared with a step, sent and signed by the same person, as a practice of one may."""
    practice.open(here)
    practice.page.get_by_role("button", name="Answer this recommendation").click()
    practice.look()
    practice.press("Save the answer")
    assert practice.page.locator(".govuk-error-summary").count() == 1
    choose(practice, answer="accepted")
    step = today() + timedelta(days=20)
    fill(practice, what_1="Write to the patient and say what went wrong.", owner_1="Practice manager")
    fill(practice, **{f"due_1-{part}": str(getattr(step, part)) for part in ("day", "month", "year")})
    practice.press("Add another step")
    assert practice.page.locator("[name=what_1]").input_value().startswith("Write to the patient")
    practice.press("Save the answer")
    practice.press("Send for signature")
    choose(practice, declared="y")
    fill(practice, code="000000")
    practice.press("Sign the answer")
    assert practice.page.locator(".govuk-error-summary").count() == 1
    sign(practice, "Sign the answer")
    assert "Receipt" in practice.text


def reported(practice: Any, here: str) -> None:
    """Refused while nothing shows a line; shown by what the library holds already, and by a letter that was seen."""
    reference = here.rpartition("/")[2]
    days = {f"{name}-{part}": str(getattr(today(), part)) for name in ("done_on", "seen_on_1") for part in ("day", "month", "year")}
    said = {"changed": "We wrote to the patient.", "how_we_know": "We hold a copy of the letter.", "seen_by_1": "Practice manager"}
    practice.open(f"{here}/report")
    fill(practice, **said, **days)
    choose(practice, finished="y")
    practice.press("Send the report")
    assert practice.page.locator(".govuk-error-summary").count() == 1
    practice.open(f"/evidence/for/{reference}/2")
    practice.page.locator("input[name=item]").first.check()
    practice.press("Pin it here")
    practice.open(f"{here}/report")
    fill(practice, **said, **days)
    choose(practice, finished="y")
    practice.page.locator("input[name=steps_done]").first.check()
    practice.press("Send the report")
    assert "Finished" in practice.text


def decided(officer: Any, here: str) -> None:
    """From the board to the verdict."""
    officer.open("/recommendations/board")
    officer.open(f"{here}/decide")
    officer.press("Give this verdict")
    assert officer.page.locator(".govuk-error-summary").count() == 1
    choose(officer, kind="complied")
    fill(officer, reason="The letter says what went wrong, and was sent.")
    officer.press("Give this verdict")
    assert "Complied on time" in officer.text


def read_by_all(anybody: Any, here: str) -> None:
    anybody.open(here)
    assert SAID["public_text"] in anybody.text
    assert SAID["failing"] not in anybody.text
    assert "Complied on time" in anybody.text
    anybody.open(f"/organisations/{TO}/recommendations")
    assert links(anybody, here)
