"""The whole journey of one organisation, by pages alone: from the first answer to the published finding and the plan.

It is walked twice: by a browser without script, and by one in which htmx sends what each page asks it to send. Every
answer is held to the house style by the browser of the tests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any

import html5lib
import pyotp
import pytest

from portal import audit
from portal.assessments.operations import receipts
from portal.kernel import clock
from portal.kernel.db import db
from portal.standards import library
from tests import builders
from tests.browser import HTML, Browser, Page, said
from tests.people import TRUST, Cast

COLLIDED, LOWERED, DISPUTED, UNPROVEN, ASKED = "NHS-1.2", "NHS-1.3", "NHS-2.1", "NHS-2.2", "NHS-1.4"
BELOW = {"NHS-3.1": 1, "NHS-4.1": 2}
LATER = dt.timedelta(days=1)


class Hand(Browser):
    """A person at a browser. With script, what carries hx-… is sent as htmx sends it, and its answer must fit in."""

    scripted = False

    def _seen(self, answer: Any, address: str, status: int) -> Page:
        page = super()._seen(answer, address, status)
        if self.scripted and page.is_html and page.status == 200 and page.all("main"):
            for tag in ("a", "form"):
                for one in page.all(tag):
                    if one.get("hx-get"):
                        self.swap(page, one, "GET", one.get("hx-get"), {})
        return page

    def swap(self, page: Page, element: Any, method: str, address: str, values: dict[str, Any]) -> Any:
        """Send as htmx does and return the root of the fragment, which must be the element that it replaces."""
        target = element.get("hx-target")
        assert target.startswith("#"), f"{page.address}: hx-target {target!r}"
        there = [one for one in page.tree.iter() if isinstance(one.tag, str) and one.get("id") == target[1:]]
        assert len(there) == 1, f"{page.address}: nothing to swap at {target}"
        name = there[0].tag.removeprefix(HTML)
        headers = {"HX-Request": "true", "HX-Target": f"{name}{target}", "HX-Current-URL": f"http://localhost{page.address}",
                   "Sec-Fetch-Site": "same-origin"}  # fmt: skip
        answer = self.client.open(address, method=method, data=values or None, headers=headers)
        root = next(iter(html5lib.parseFragment(answer.get_data(as_text=True))))
        assert root.get("id") == target[1:], f"{address} for {target} answered {answer.status_code}: {answer.text[:300]}"
        assert "HX-Request" in answer.headers["Vary"]
        return answer, root

    def type(self, button: str, **typed: Any) -> None:
        """Fill in the form; with script it is saved by itself, and the version that came back stands in the form."""
        assert self.page is not None
        form = self.page.form(button)
        values = {**form["values"], **typed}
        values.pop("then", None)
        element = next(one for one in self.page.all("form") if one.get("action") == form["action"] and one.get("hx-post"))
        if self.scripted:
            answer, root = self.swap(self.page, element, "POST", element.get("hx-post"), values)
            assert answer.status_code == 200, answer.text
            assert re.search(r"Saved at \d{1,2}(:\d\d)?(am|pm)", said(root)), said(root)
            values["version"] = next(one.get("value") for one in root.iter(HTML + "input") if one.get("name") == "version")
        self.send(form["action"], {**values, "then": "stay"})

    def radio(self, name: str) -> str | None:
        return next((one.get("value") for one in self.page.all("input", name=name) if one.get("checked") is not None), None)


@pytest.fixture(params=[False, True], ids=["without script", "with htmx"])
def hand(request: pytest.FixtureRequest, app: Any, cast: Cast) -> Any:
    def of(name: str | None) -> Hand:
        one = Hand(app, cast.sign_in(name) if name else None)
        one.scripted = request.param
        return one

    return of


def words_of(code: str, level: int, target: int) -> dict[str, str]:
    """What is typed on the page of an expectation."""
    due = clock.today() + dt.timedelta(100)
    typed = {"level": str(level), "claim": f"We do what {code} asks, and looked at it again in May.",
             "proof": f"Minutes of the quality committee about {code}.",
             "proof_on-day": "4", "proof_on-month": "5", "proof_on-year": "2026"}  # fmt: skip
    if code == UNPROVEN:
        typed |= {"proof": "", "proof_on-day": "", "proof_on-month": "", "proof_on-year": ""}
    if level < target:
        typed |= {"gap": f"At weekends nobody does what {code} asks.", "action": f"A weekend rota for {code}.",
                  "action_owner": "Head of Patient Experience", "action_due_on-day": str(due.day),
                  "action_due_on-month": str(due.month), "action_due_on-year": str(due.year)}  # fmt: skip
    return typed


def test_from_the_first_answer_to_the_published_finding(cast: Cast, hand: Any) -> None:
    reference = builders.an_open_assessment(cast).reference
    db.session.commit()
    here = f"/assessments/{reference}"
    priya, connie, edwin = hand("priya"), hand("connie"), hand("edwin")
    secret = second_factor_of(edwin)

    start_and_answer(priya, here)
    assign_and_collide(priya, connie, here, cast)
    answer_the_rest(priya, here)
    look_at_it_as_a_reviewer_would(priya, here)
    send(priya, here)
    return_and_send_again(edwin, priya, here)
    receipt = sign(edwin, here, secret)

    owen, rosa = hand("owen"), hand("rosa")
    with clock.at(clock.now() + LATER):
        claim_and_judge(owen, reference)
        ask_and_clarify(owen, priya, reference)
        second_views(owen, rosa, reference)
        conclude(owen, reference)
    with clock.at(clock.now() + 2 * LATER):
        reply(priya, owen, here, reference)
        decide_the_plan(owen, reference)
        publish(owen, reference)
        read_in_public(hand(None))
        gaps_and_plan_stand(hand("cora"), priya, owen)
        history(priya, here, receipt)
    db.session.rollback()
    assert audit.verify() == []
    assert receipts.verify_snapshots() == []


def second_factor_of(who: Hand) -> str:
    page = who.open("/second-factor/set-up")
    secret = next(said(one) for one in page.all("code") if one.get("id") == "key").replace(" ", "")
    page = who.press("Confirm", code=pyotp.TOTP(secret).at(clock.now()))
    assert len(re.findall(r"\b[0-9A-Z]{4,5}-[0-9A-Z]{4,5}", page.text)) >= 10, page.text
    return secret


def start_and_answer(priya: Hand, here: str) -> None:
    priya.open(here)
    page = priya.press("Start the assessment")
    assert "0 of" in page.text
    priya.open(f"{here}/expectations/NHS-1.1")
    priya.type("Save", **words_of("NHS-1.1", 3, 3))
    page = priya.open(f"{here}/expectations/NHS-1.1")
    assert priya.radio("level") == "3"
    assert "Last saved" in page.text
    assert "1 of" in priya.open(here).text


def assign_and_collide(priya: Hand, connie: Hand, here: str, cast: Cast) -> None:
    connie.open(f"{here}/expectations/{COLLIDED}", status=403)
    priya.open(f"{here}/assignments")
    page = priya.press("Assign", expectations=[COLLIDED, "NHS-4"], person=str(cast.rows["connie"].id))
    assert "Connie Blake" in page.text
    page = connie.open(here)
    assert COLLIDED in page.text
    assert "NHS-1.1" not in page.text
    address = f"{here}/expectations/{COLLIDED}"
    connie.open(address)
    priya.open(address)
    connie.type("Save", **words_of(COLLIDED, 3, 3), gap="Connie’s own words.")
    page = priya.press("Save", **words_of(COLLIDED, 4, 3), gap="Priya’s own words.", status=409)
    assert "Connie’s own words." in page.text
    assert "Priya’s own words." in page.text
    assert "Connie Blake" in page.text
    priya.press("Save mine")
    page = priya.open(address)
    assert priya.radio("level") == "4"
    assert "Priya’s own words." in page.text
    history = priya.open(f"{here}/history")
    assert "Connie Blake" in history.text


def answer_the_rest(priya: Hand, here: str) -> None:
    """Every other expectation, in the order in which “save and go to next” leads through them; one is left out."""
    page = priya.open(f"{here}/expectations/NHS-1.3")
    seen = []
    while "/expectations/" in page.address:
        code = page.address.rpartition("/")[2]
        seen.append(code)
        target = int(re.search(r"The target for organisations like yours is level (\d)", page.text).group(1))
        level = 4 if code in (UNPROVEN, LOWERED, DISPUTED) else BELOW.get(code, target)
        if code == "NHS-4.2":
            page = priya.open(f"{here}/expectations/{next(iter(after(code)))}")
            continue
        page = priya.press("Save and go to next", **words_of(code, level, target))
    assert len(seen) == 23
    assert "24 of 25" in priya.open(here).text


def after(code: str) -> list[str]:
    codes = [one.code for one in library.profile(library.standard("NHS", "1.0"), "T")]
    return codes[codes.index(code) + 1 :]


def look_at_it_as_a_reviewer_would(priya: Hand, here: str) -> None:
    page = priya.open(f"{here}/if-you-submitted-now")
    assert f"{UNPROVEN} " in page.text
    assert "1 expectation is not answered" in page.text
    link = next(href for href in page.links.values() if f"{UNPROVEN}#" in href)
    assert priya.open(link.partition("#")[0]).all("textarea", id=link.partition("#")[2])


def send(priya: Hand, here: str) -> None:
    page = priya.open(f"{here}/send")
    assert not [one for one in page.all("button") if said(one) == "Send for sign-off"]
    page = priya.send(f"{here}/send", {}, status=422)
    missing = {text: href for text, href in page.links.items() if "/expectations/" in href}
    assert list(missing) == ["NHS-4.2: not answered yet"]
    address, _, field = missing["NHS-4.2: not answered yet"].partition("#")
    page = priya.open(address)
    assert [one for one in page.tree.iter() if isinstance(one.tag, str) and one.get("id") == field]
    target = int(re.search(r"The target for organisations like yours is level (\d)", page.text).group(1))
    priya.type("Save", **words_of("NHS-4.2", target, target))
    priya.open(f"{here}/send")
    assert "Ready for sign-off" in priya.press("Send for sign-off").text
    priya.send(f"{here}/expectations/NHS-1.1", {"version": "1", "claim": "Too late."}, status=409)


def return_and_send_again(edwin: Hand, priya: Hand, here: str) -> None:
    page = edwin.open(f"{here}/sign-off")
    for part in ("Outcome", "Changes since last year", "The weakest three", "What becomes public"):
        assert part in page.text
    assert "NHS-3.1" in page.text
    edwin.press("Return to the complaints manager", status=422)
    edwin.press("Return to the complaints manager", comment="Say more about weekends in 3.1, please.")
    assert "Say more about weekends in 3.1, please." in priya.open(here).text
    priya.open(f"{here}/expectations/NHS-3.1")
    priya.type("Save", gap="At weekends and on bank holidays nobody does what NHS-3.1 asks.")
    priya.open(f"{here}/send")
    priya.press("Send for sign-off")


def sign(edwin: Hand, here: str, secret: str) -> str:
    edwin.open(f"{here}/sign-off")
    page = edwin.press("Sign the assessment", declared="y", code="000000", governing_body_response="We stand by it.", status=422)
    assert page.errors
    assert "We stand by it." in page.text
    with clock.at(clock.now() + dt.timedelta(minutes=5)):
        page = edwin.press("Sign the assessment", declared="y", code=pyotp.TOTP(secret).at(clock.now()))
    receipt = re.search(r"\b[0-9a-f]{64}\b", page.text).group(0)
    download = next(href for text, href in page.links.items() if text.startswith("Download what was signed"))
    content = edwin.client.get(download).data
    assert hashlib.sha256(content).hexdigest() == receipt
    assert json.loads(content)["signatory"].startswith("Edwin Clarke")
    return receipt


def claim_and_judge(owen: Hand, reference: str) -> None:
    page = owen.open("/reviews")
    assert "Northmoor" in page.text
    owen.open(f"/reviews/{reference}")
    owen.press("Begin the review")
    for code, level in ((LOWERED, "2"), (DISPUTED, "1")):
        owen.open(f"/reviews/{reference}/expectations/{code}")
        page = owen.press("Save and go on", view="lower", reason="", level=level, status=422)
        assert page.errors
        owen.press("Save and go on", view="lower", level=level, reason=f"The minutes about {code} show a plan, not a practice.")
    page = owen.open(f"/reviews/{reference}/expectations/{LOWERED}")
    for part in ("Claim", "Proof", "Last time", "Minutes of the quality committee"):
        assert part in page.text


def ask_and_clarify(owen: Hand, priya: Hand, reference: str) -> None:
    owen.open(f"/reviews/{reference}/expectations/{ASKED}")
    owen.press("Send the question", question="How many of these were looked at in May?")
    assert "Clarification requested" in owen.open(f"/reviews/{reference}").text
    priya.open(f"/assessments/{reference}/questions")
    link = next(text for text in priya.page.links if text.startswith("Answer"))
    priya.click(link)
    priya.press("Send the answer", answer="All 41 of them, by two people.")
    assert "All 41 of them" in owen.open(f"/reviews/{reference}/expectations/{ASKED}").text


def second_views(owen: Hand, rosa: Hand, reference: str) -> None:
    owen.open(f"/reviews/{reference}/second", status=403)
    page = owen.open(f"/reviews/{reference}/share")
    assert "waits for a second reviewer's view" in page.text
    page = rosa.open(f"/reviews/{reference}/second")
    codes = [text.split()[0] for text, href in page.links.items() if "/second/" in href]
    assert {LOWERED, DISPUTED} < set(codes), "the list must say nothing of what was lowered"
    for code in (LOWERED, DISPUTED):
        page = rosa.open(f"/reviews/{reference}/second/{code}")
        assert "a plan, not a practice" not in page.text
        assert "a plan, not a practice" not in rosa.open(f"/reviews/{reference}/expectations/{code}").text
    rosa.open(f"/reviews/{reference}/second/{LOWERED}")
    page = rosa.press("Save the second view", view="lower", level="3", reason="The practice is seen on most wards.")
    assert "a plan, not a practice" in page.text
    assert "Level 3 stands" in page.text
    rosa.open(f"/reviews/{reference}/second/{DISPUTED}")
    page = rosa.press("Save the second view", view="agree", reason="The audit shows it on every ward.")
    assert "Level 4 stands" in page.text


def conclude(owen: Hand, reference: str) -> None:
    here = f"/reviews/{reference}"
    owen.send(f"{here}/share", {}, status=422)
    owen.open(here)
    owen.press("Agree with all that remain", reason="The proof named shows it.")
    left = [href for text, href in owen.open(f"{here}/share").links.items() if text.endswith("has no view")]
    assert left, "what the rules ask about is left for the reviewer to look at"
    for address in left:
        owen.open(address)
        owen.press("Save and go on", view="agree")
    owen.open(f"{here}/reliability")
    owen.press("Save the reliability", reliability="moderate", reason="Two claims went further than their proof.")
    owen.open(f"{here}/share")
    assert "may reply until" in owen.press("Share the draft finding").text


def reply(priya: Hand, owen: Hand, here: str, reference: str) -> None:
    page = priya.open(f"{here}/reply")
    assert "a plan, not a practice" in page.text
    assert "moderate" in page.text
    owen.open(f"/reviews/{reference}/publish")
    owen.send(f"/reviews/{reference}/publish", {}, status=409)
    priya.press("Send the reply", status=422)
    page = priya.press("Send the reply", text="We accept level 3, and have bought the audit tool.")
    assert "We accept level 3" in page.text
    owen.open(f"/reviews/{reference}/publish")
    owen.press("Save the answer", answer="Thank you. We will look at it next year.")


def decide_the_plan(owen: Hand, reference: str) -> None:
    owen.open(f"/reviews/{reference}/plan")
    page = owen.press("Decide", decision="return", reason="", status=422)
    assert page.errors
    page = owen.press("Decide", decision="agree")
    assert "Agreed" in page.text


def publish(owen: Hand, reference: str) -> None:
    owen.open(f"/reviews/{reference}/publish")
    assert "Published" in owen.press("Publish").text
    owen.send(f"/reviews/{reference}/publish", {}, status=409)


def read_in_public(visitor: Hand) -> None:
    page = visitor.open(f"/organisations/{TRUST}")
    assert "Checked." in page.text
    assert "moderate" in page.text
    assert "We stand by it." in page.text
    assert "We accept level 3" in page.text
    assert "Thank you. We will look at it next year." in page.text
    assert "A weekend rota for NHS-3.1." in page.text
    for hidden in ("Minutes of the quality committee", "Edwin Clarke", "Priya", "Owen", "Rosa", "41 of them", "two people"):
        assert hidden not in page.answer.get_data(as_text=True), f"the public page shows {hidden!r}"


def gaps_and_plan_stand(cora: Hand, priya: Hand, owen: Hand) -> None:
    page = cora.open("/gaps")
    for code in BELOW:
        assert code in page.text or library.standard("NHS", "1.0").expectation(code).title in page.text
    counts = [href for href in page.links.values() if href.startswith("/gaps?")]
    assert counts, "the counts open the lists behind them"
    for address in counts:
        cora.open(address)
    page = priya.open(f"/organisations/{TRUST}/plan")
    assert "A weekend rota for NHS-3.1." in page.text
    link = next(href for href in page.links.values() if href.startswith("/actions/"))
    priya.open(link)
    priya.press("Save changes", progress="Two of six people are trained.")
    assert "Two of six people are trained." in priya.open(link).text
    assert "A weekend rota for NHS-3.1." in owen.open(f"/organisations/{TRUST}/plan").text


def history(priya: Hand, here: str, receipt: str) -> None:
    told = priya.open(f"{here}/history").text
    for what in ("Published", "Plan agreed", "Signed off", "Draft finding shared"):
        assert what in told, told
    assert receipt in priya.open(f"{here}/receipt").text
