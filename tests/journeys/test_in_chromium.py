"""The demonstration, served for real, walked in a real Chromium: with script on a wide screen, and without on a phone.

Walk.look holds every page that somebody comes to to axe-core, to its width and to a silent console.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys import accredited, authoring, certificates, learning, marking, recommendations, writing
from tests.journeys.evidence import handed_in_and_pinned, marked
from tests.journeys.walking import choose, fill, links, sign

pytestmark = pytest.mark.browser

GROUPS = {
    "anybody": (None,),
    "organisations": ("Maya Okafor", "Tomasz Nowak", "Bridget Hylton", "Helen Fairbairn", "Kwame Mensah", "Ngozi Hartley", "Farah Siddiqui",
                      "Gareth Pugh", "Sunita Rao"),
    "the Ombudsman": ("Rosalind Achebe", "Daniel Whitcombe", "Carys Llewellyn", "Imran Chaudhry", "Amara Lindqvist", "Piotr Halloran"),
}  # fmt: skip
MODES = [pytest.param(1280, True, id="1280 px with script"), pytest.param(320, False, id="320 px without script")]
EACH_THEIR_OWN = {"/work", "/assessments/*", "/assessments/*/sign-off", "/reviews/*"}  # other for each person


def kind_of(address: str) -> str:
    """The address with everything left out by which pages of one kind differ."""
    path = urlsplit(address).path
    path = re.sub(r"/[A-Z]{2}-[0-9A-Z]{7}", "/*", path)
    path = re.sub(r"/(NHS|GOV|VEN)(-\d+(\.\d+)?)?\b", "/*", path)
    path = re.sub(r"^/organisations/(?!import)[^/]+", "/organisations/*", path)
    path = re.sub(r"^/learning/(?!cpd|papers|certificates)[^/]+", "/learning/*", path)
    path = re.sub(r"/(lessons|scenarios)/.*", r"/\1/*", path)
    path = re.sub(r"^/marking/practice/.+", "/marking/practice/*", path)
    return re.sub(r"/(\d{4}-\d\d|\d\.\d)(?=/|$)", "/*", re.sub(r"/kinds/\w+|/for/\w+", "/kind", path))


def ways_on(walk: Any) -> Iterator[str]:
    for address in walk.page.locator("a[href^='/']").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
        if not address.startswith(("/static", "/demonstration/people")) and not re.search(r"\.(json|jsonl|gift|xlsx|pdf|csv|ics|png|svg|jwt|py)\b|/file(#|$)", address):
            yield address.partition("#")[0]


@pytest.mark.parametrize(("width", "javascript"), MODES)
@pytest.mark.parametrize("group", GROUPS)
def test_every_page_that_somebody_meets_can_be_used_by_anybody(walk: Any, group: str, width: int, javascript: bool) -> None:
    """From each person's first page on, along every link, one page of each kind for people of a kind."""
    seen: set[str] = set()
    for who in GROUPS[group]:
        one = walk(width=width, javascript=javascript)
        if who is None:
            one.open("/")
        else:
            one.sign_in(who)
        own, waiting = {kind_of(one.page.url)}, list(ways_on(one))
        while waiting:
            address = waiting.pop(0)
            kind = kind_of(address)
            if kind in own or (kind in seen and kind not in EACH_THEIR_OWN):
                continue
            own.add(kind)
            one.open(address)
            waiting += ways_on(one)
        seen |= own
    assert len(seen) > 12


OFFICE, MANAGER, FIRST, SECOND = "small-business-commissioner", "Kwame Mensah", "Rosalind Achebe", "Daniel Whitcombe"
CLAIM = "We publish the office’s telephone number on every letter, and rang it ourselves in May."


def test_the_whole_journey_in_several_windows(walk: Any) -> None:
    """From a missing answer to the public page: the manager and the reviewers with script, the lead on a phone without."""
    kwame = walk()
    kwame.sign_in(MANAGER)
    kwame.open("/work")
    here = re.match(r"/assessments/AS-\w+", links(kwame, "/assessments/AS-")[0]).group(0)  # type: ignore[union-attr]
    reference = here.rpartition("/")[2]
    answered_and_collided(kwame, walk, here)
    assigned(kwame, here)
    proof = handed_in_and_pinned(kwame, f"{reference}/GOV-1.1", words="Item 4.")
    kwame.open(f"{here}/if-you-submitted-now")
    sent(kwame, here)
    lead = walk(width=320, javascript=False)
    lead.open(f"/demonstration?q={OFFICE}")
    lead.page.locator("#found").get_by_role("button", name=re.compile("executive lead")).first.click()
    lead.look()
    lead.open(f"{here}/sign-off")
    fill(lead, comment="Please say more about weekends.")
    lead.press("Return to the complaints manager")
    kwame.open(here)
    assert "Please say more about weekends." in kwame.text
    sent(kwame, here)
    signed(lead, here)

    rosalind, daniel = walk(), walk()
    rosalind.sign_in(FIRST)
    daniel.sign_in(SECOND)
    codes = lowered(rosalind, reference)
    marked(rosalind, reference)
    kwame.open(proof)
    assert "Take away" not in kwame.text, "what is signed with it stays pinned"
    asked_and_clarified(rosalind, kwame, reference, codes[1])
    seen_by_a_second(daniel, reference, codes[0])
    shared(rosalind, reference)
    kwame.open(f"{here}/reply")
    fill(kwame, text="We accept it and have ordered the signs.")
    kwame.press("Send the reply")
    rosalind.open(f"/reviews/{reference}/publish")
    fill(rosalind, answer="Thank you. We will look at it next year.")
    rosalind.press("Save the answer")
    plan_decided(rosalind, reference)
    rosalind.open(f"/reviews/{reference}/publish")
    rosalind.press("Publish")
    for width, javascript in ((1280, True), (320, False)):
        anybody = walk(width=width, javascript=javascript)
        anybody.open(f"/organisations/{OFFICE}")
        assert "Checked." in anybody.text
        assert "We accept it and have ordered the signs." in anybody.text
    kwame.open(f"/organisations/{OFFICE}/plan")
    assert links(kwame, "/actions/")


def answered_and_collided(kwame: Any, walk: Any, here: str) -> None:
    kwame.open(f"{here}/send")
    missing = links(kwame, "/expectations/")
    assert len(missing) == 1, missing
    kwame.open(missing[0])
    other = walk()
    other.sign_in(MANAGER)
    other.open(missing[0].partition("#")[0])
    choose(kwame, level="1")
    kwame.page.locator("[name=claim]").click()
    kwame.page.keyboard.press("Control+A")
    kwame.page.keyboard.type(CLAIM)
    saved = kwame.page.locator("#saved", has_text=re.compile(r"Saved at \d"))
    saved.wait_for(timeout=10_000)
    assert kwame.page.locator("#portal-announcements").inner_text().startswith("Saved at")
    kwame.look("an answer saved by itself")
    other.page.locator("[name=claim]").click()
    other.page.keyboard.press("Control+A")
    other.page.keyboard.type("What somebody else wrote meanwhile.")
    other.page.locator("#saved", has_text="changed this answer").wait_for(timeout=10_000)
    other.look("two windows on one answer")
    assert CLAIM in other.page.locator("#saved").inner_text()
    assert other.page.locator("[name=claim]").input_value() == "What somebody else wrote meanwhile."
    other.press("Save mine")
    assert other.page.locator("[name=claim]").input_value() == "What somebody else wrote meanwhile."
    choose(other, level="1")  # its own window still had last year's
    fill(other, claim=CLAIM, gap="At weekends nobody answers.", action="A weekend rota.", action_owner="Head of Casework",
         **{"action_due_on-day": "1", "action_due_on-month": "2", "action_due_on-year": "2027"})  # fmt: skip
    other.press("Save")
    assert other.page.locator("[name=gap]").input_value() == "At weekends nobody answers."


def assigned(kwame: Any, here: str) -> None:
    kwame.open(f"{here}/assignments")
    kwame.page.locator("input[name=expectations]").nth(1).check()
    kwame.page.locator("select[name=person]").select_option(index=1)
    kwame.press("Assign")


def sent(kwame: Any, here: str) -> None:
    kwame.open(f"{here}/send")
    kwame.press("Send for sign-off")
    assert "Ready for sign-off" in kwame.text


def signed(lead: Any, here: str) -> None:
    lead.open(f"{here}/sign-off")
    choose(lead, declared="y")
    fill(lead, code="000000", governing_body_response="We stand by it.")
    lead.press("Sign the assessment")
    assert lead.page.locator(".govuk-error-summary").count() == 1
    assert lead.page.locator("[name=governing_body_response]").input_value() == "We stand by it."
    sign(lead, "Sign the assessment")
    assert "Receipt" in lead.heading


def lowered(rosalind: Any, reference: str) -> list[str]:
    rosalind.open(f"/reviews/{reference}")
    rosalind.press("Begin the review")
    rows = rosalind.page.locator("tbody tr").all_inner_texts()
    codes = [re.match(r"\S+", row).group(0) for row in rows if re.search(r"\t[234], target \d", row)]  # type: ignore[union-attr]
    rosalind.open(f"/reviews/{reference}/expectations/{codes[0]}")
    choose(rosalind, view="lower", level="1")
    fill(rosalind, reason="What is named as proof shows a plan, not a practice.")
    rosalind.press("Save and go on")
    return codes


def asked_and_clarified(rosalind: Any, kwame: Any, reference: str, code: str) -> None:
    rosalind.open(f"/reviews/{reference}/expectations/{code}")
    rosalind.page.get_by_text("Ask the organisation a question").click()
    fill(rosalind, question="How many of these were looked at in May?")
    rosalind.press("Send the question")
    kwame.open(f"/assessments/{reference}/questions")
    kwame.open(links(kwame, "/questions/QU-")[0])
    fill(kwame, answer="All 41 of them, by two people.")
    kwame.press("Send the answer")
    rosalind.open(f"/reviews/{reference}/expectations/{code}")
    assert "All 41 of them" in rosalind.text


def seen_by_a_second(daniel: Any, reference: str, code: str) -> None:
    daniel.open(f"/reviews/{reference}/second")
    daniel.open(f"/reviews/{reference}/second/{code}")
    assert "a plan, not a practice" not in daniel.text
    choose(daniel, view="lower", level="1")
    fill(daniel, reason="The paper names a meeting that has not taken place.")
    daniel.press("Save the second view")
    assert "a plan, not a practice" in daniel.text


def shared(rosalind: Any, reference: str) -> None:
    here = f"/reviews/{reference}"
    rosalind.open(here)
    rest = rosalind.page.get_by_text("Agree with all that remain and raise no query")
    if rest.count():
        rest.click()
        rosalind.press("Agree with all that remain")
    rosalind.open(f"{here}/share")
    for address in dict.fromkeys(links(rosalind, "/expectations/")):
        rosalind.page.goto(rosalind.address + address)
        if rosalind.page.locator("[name=view]:checked").count() == 0:
            choose(rosalind, view="agree")
            rosalind.page.get_by_role("button", name="Save and go on").click()
            rosalind.page.wait_for_load_state()
    rosalind.open(f"{here}/reliability")
    choose(rosalind, reliability="moderate")
    fill(rosalind, reason="One claim went further than its proof.")
    rosalind.press("Save the reliability")
    rosalind.open(f"{here}/share")
    rosalind.press("Share the draft finding")


def plan_decided(rosalind: Any, reference: str) -> None:
    rosalind.open(f"/reviews/{reference}/plan")
    choose(rosalind, decision="agree")
    rosalind.press("Decide")
    assert "Agreed" in rosalind.text or "agreed" in rosalind.text


def test_the_summary_for_the_governing_body_is_printed(walk: Any) -> None:
    """By the web processes of a portal that made its demonstration only just now."""
    ngozi = walk()
    ngozi.sign_in("Ngozi Hartley")
    ngozi.open("/work")
    reference = re.search(r"/assessments/AS-\w+", ngozi.page.content())
    assert reference is not None
    printed = ngozi.context.request.get(f"{ngozi.address}{reference.group(0)}/summary.pdf", timeout=20_000)
    assert printed.status == 200
    assert printed.body().startswith(b"%PDF-")


def test_a_practice_proves_an_answer_on_a_phone_without_script(walk: Any) -> None:
    ngozi = walk(width=320, javascript=False)
    ngozi.sign_in("Ngozi Hartley")
    ngozi.open("/work")
    here = re.match(r"/assessments/(AS-\w+)", links(ngozi, "/assessments/AS-")[0])
    handed_in_and_pinned(ngozi, f"{here.group(1)}/NHS-1.1", words="We meet on Mondays.")  # type: ignore[union-attr]
    ngozi.open(f"{here.group(0)}/expectations/NHS-1.1")  # type: ignore[union-attr]
    assert len(links(ngozi, "/evidence/pins/PN-")) >= 2


@pytest.mark.parametrize(("width", "javascript"), MODES)
def test_a_recommendation_from_the_draft_to_the_verdict(walk: Any, width: int, javascript: bool) -> None:
    carys, colleague, ngozi, anybody = (walk(width=width, javascript=javascript) for _ in range(4))
    carys.sign_in("Carys Llewellyn")
    colleague.open("/demonstration?q=compliance officer")
    colleague.page.locator("#found").get_by_role("button").filter(has_not_text="Carys Llewellyn").first.click()
    colleague.look()
    ngozi.sign_in("Ngozi Hartley")
    reference = recommendations.drafted(carys, f"W-{width}")
    here = f"/recommendations/{reference}"
    recommendations.issued(colleague, reference)
    recommendations.answered(ngozi, here)
    recommendations.reported(ngozi, here)
    recommendations.decided(carys, here)
    recommendations.read_by_all(anybody, here)


@pytest.mark.parametrize(("width", "javascript", "who"), [(1280, True, "Gareth Pugh"), (320, False, "Farah Siddiqui")])
def test_a_course_is_read_and_examined(walk: Any, width: int, javascript: bool, who: str) -> None:
    one = walk(width=width, javascript=javascript)
    one.sign_in(who)
    learning.read_a_lesson(one, "C1")
    learning.read_the_rest(one)
    one.open("/learning/C1")
    learning.try_a_conversation(one, "/learning/C1/scenarios/waiting-room")
    learning.sit_a_paper(one, "/learning/C1/examination")
    one.look("the result of a paper")
    one.open("/learning/cpd")
    learning.sit_by_keyboard(one, "/learning/C1/examination")


@pytest.mark.parametrize(("width", "javascript", "who", "outcome"), [(1280, True, "Kwame Mensah", "Valid"), (320, False, "Maya Okafor", "Expiring")])
def test_a_certificate_is_carried_away_checked_and_decided_about(walk: Any, width: int, javascript: bool, who: str, outcome: str, tmp_path: Path) -> None:
    holder, anybody, reviewer = (walk(width=width, javascript=javascript) for _ in range(3))
    holder.sign_in(who)
    public, badge = certificates.carried_away(holder, "Hearing it well", tmp_path)
    if outcome == "Expiring":
        certificates.renewed(holder)
    certificates.checked(anybody, public, badge, outcome)
    reviewer.sign_in("Rosalind Achebe")
    certificates.decided(reviewer, public)


def test_an_assessor_practises_and_decides_where_two_differ_and_somebody_else_decides_the_appeal(walk: Any) -> None:
    piotr, learner, amara = walk(), walk(), walk()
    piotr.sign_in("Piotr Halloran")
    marking.practise(piotr)
    marking.mark_the_next(piotr, level="2", script=True)
    marking.look_around(piotr)
    marking.sign_in_as_whoever_was_told(learner)
    marking.appeal(learner)
    amara.sign_in("Amara Lindqvist")
    marking.decide_the_appeal(amara)
    piotr.open("/marking/appeals")


def test_works_and_appeals_on_a_phone_without_script(walk: Any) -> None:
    amara = walk(width=320, javascript=False)
    amara.sign_in("Amara Lindqvist")
    marking.mark_the_next(amara, level="3", script=False)
    marking.decide_the_appeal(amara)
    marking.look_around(amara)


@pytest.mark.parametrize(("width", "javascript", "who"), [(1280, True, "Gareth Pugh"), (320, False, "Farah Siddiqui")])
def test_an_assignment_is_written_mended_handed_in_and_read_with_its_marks(walk: Any, width: int, javascript: bool, who: str) -> None:
    one = walk(width=width, javascript=javascript)
    one.sign_in(who)
    writing.write(one)
    writing.mend(one)
    writing.hand_in(one)
    assert marking.mark_all_that_waits(walk(javascript=False)) >= 2
    writing.read_the_marks(one)


def test_a_pre_test_says_what_may_be_left_out(walk: Any) -> None:
    one = walk(width=320, javascript=False)
    one.sign_in("Helen Fairbairn")
    one.open("/learning/C1")
    one.press("Begin the course")
    learning.sit_a_paper(one, "/learning/C1/pre-test")
    assert one.heading == "What your pre-test shows"


def test_an_expectation_is_answered_by_keyboard_alone(walk: Any) -> None:
    maya = walk()
    maya.sign_in("Maya Okafor")
    maya.open("/work")
    here = re.match(r"/assessments/AS-\w+", links(maya, "/assessments/AS-")[0]).group(0)  # type: ignore[union-attr]
    maya.open(here)
    assert links(maya, "/expectations/"), maya.text
    maya.open(links(maya, "/expectations/")[0])
    page, address = maya.page, maya.page.url
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "govuk-skip-link"
    maya.look("the skip link in focus")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main-content"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "level":
            break
    else:
        pytest.fail("the levels cannot be reached by Tab")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.querySelector('[name=level]:checked').value")
    page.keyboard.press("ArrowDown")
    chosen_then = page.evaluate("document.querySelector('[name=level]:checked').value")
    assert chosen != chosen_then
    page.keyboard.press("ArrowUp")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit" and page.evaluate("document.activeElement.value") == "stay":
            break
    else:
        pytest.fail("the button cannot be reached by Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    maya.look("saved by keyboard")
    assert page.url.partition("#")[0] == address.partition("#")[0]
    assert page.evaluate("document.querySelector('[name=level]:checked').value") == chosen


@pytest.mark.parametrize(("width", "javascript"), MODES)
def test_an_author_brings_in_questions_and_looks_at_a_course(walk: Any, width: int, javascript: bool) -> None:
    one = walk(width=width, javascript=javascript)
    authoring.sign_in_as_an_author(one)
    authoring.bring_in(one)
    authoring.look_at_a_course(one, "C1")


@pytest.mark.parametrize(("width", "javascript"), MODES)
def test_an_organisation_sees_who_is_accredited_and_publishes_the_figure(walk: Any, width: int, javascript: bool) -> None:
    one, author, anybody = (walk(width=width, javascript=javascript) for _ in range(3))
    one.sign_in("Bridget Hylton")
    here = "/organisations/R0A/accreditation"
    accredited.seen_and_narrowed(one, here)
    accredited.posts_stated(one, here, "16" if javascript else "17")
    accredited.published(one, here)
    accredited.read_by_anybody(anybody, "R0A")
    authoring.sign_in_as_an_author(author)
    accredited.marked_again(author, "C1")
