"""What bad input gets: each a page that says what to do; nothing typed is lost, and nothing is half done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from portal.assessments.operations import assigning
from portal.assessments.queries import answering
from portal.audit import Record
from portal.kernel import clock
from portal.kernel.db import db
from portal.organisations.models import Membership
from tests import builders
from tests.browser import Browser, Page
from tests.people import Cast

MINE = "We answer within three working days and look at it every month."
SAME = {"Sec-Fetch-Site": "same-origin"}


def records() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Record)) or 0


@pytest.fixture
def reference(cast: Cast) -> str:
    reference = builders.a_started_assessment(cast).reference
    db.session.commit()
    return reference


@pytest.fixture
def expectation(reference: str) -> str:
    return f"/assessments/{reference}/expectations/NHS-1.1"


@pytest.fixture
def unharmed(reference: str) -> Iterator[None]:
    """Nothing was recorded between the beginning of the test and its end."""
    before = records()
    yield
    db.session.rollback()
    assert records() == before, "something was half done"


def typed(page: Page, name: str) -> str:
    """What stands in a box of the page."""
    for box in page.all("textarea", name=name):
        return "".join(box.itertext()).removeprefix("\n")
    return str(page.all("input", name=name)[0].get("value") or "")


def says_what_to_do(page: Page) -> None:
    main = page.all("main")[0]
    ways = [one for tag in ("a", "button") for one in main.iter(f"{{http://www.w3.org/1999/xhtml}}{tag}")]
    assert ways, f"{page.address} leaves people without a way on: {page.text}"


# Who sent it, and from where.


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("token", ["", "forged", "ImY0MzQi.Zm9yZ2Vk.Zm9yZ2Vk"])
def test_a_forged_or_missing_token_changes_nothing(browser: Any, expectation: str, token: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    page = priya.send(expectation, {"csrf_token": token, "version": "1", "claim": MINE}, status=400)
    says_what_to_do(page)


@pytest.mark.usefixtures("unharmed")
def test_a_token_of_another_person_is_forged_too(browser: Any, expectation: str) -> None:
    connie: Browser = browser("connie")
    theirs = connie.open("/account/name") and connie.token()
    page = browser("priya").send(expectation, {"csrf_token": theirs, "version": "1", "claim": MINE}, status=400)
    says_what_to_do(page)


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {**SAME, "Origin": "https://evil.example"}, {**SAME, "Origin": "null"}],
)
def test_a_form_from_another_place_is_refused(browser: Any, expectation: str, headers: dict[str, str]) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    page = priya.send(expectation, {"version": "1", "claim": MINE}, status=403, headers=headers)
    assert "another website" in page.text
    says_what_to_do(page)


# Somebody else's things.


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("path", ["", "/expectations/NHS-1.1", "/if-you-submitted-now", "/send", "/sign-off", "/history"])
def test_somebody_elses_reference_is_told_like_one_that_does_not_exist(browser: Any, reference: str, path: str) -> None:
    sam: Browser = browser("sam")
    theirs = sam.open(f"/assessments/{reference}{path}", status=404)
    none = sam.open(f"/assessments/AS-0000000{path}", status=404)
    assert theirs.text == none.text
    assert reference not in theirs.answer.get_data(as_text=True)


@pytest.mark.usefixtures("unharmed")
def test_changing_somebody_elses_answer_is_told_like_one_that_does_not_exist(browser: Any, reference: str) -> None:
    sam: Browser = browser("sam")
    sam.open("/account/name")
    token, pages = sam.token(), []
    for theirs in (reference, "AS-0000000"):
        sent = {"csrf_token": token, "version": "1", "claim": MINE}
        pages.append(sam.send(f"/assessments/{theirs}/expectations/NHS-1.1", sent, status=404).text)
    assert pages[0] == pages[1]


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(("who", "path"), [("hal", "/expectations/NHS-1.1"), ("connie", "/expectations/NHS-1.2"), ("edwin", "/send"), ("bea", "/assignments")])
def test_a_role_too_few_is_told_no(browser: Any, reference: str, who: str, path: str) -> None:
    one: Browser = browser(who)
    one.open("/account/name")
    page = one.send(f"/assessments/{reference}{path}", {"version": "1", "claim": MINE}, status=403)
    assert "role does not let you" in page.text
    says_what_to_do(page)


# Too late, too early, or overtaken.


@pytest.mark.usefixtures("unharmed")
def test_a_wrong_state_says_where_it_is_now(browser: Any, reference: str) -> None:
    priya: Browser = browser("priya")
    priya.open("/account/name")
    page = priya.send(f"/assessments/{reference}/start", {}, status=409)
    assert "in progress" in page.text
    says_what_to_do(page)


def test_a_stale_page_shows_both_texts_and_keeps_the_typed_one(browser: Any, cast: Cast, expectation: str) -> None:
    priya, connie = browser("priya"), browser("connie")
    reference = expectation.split("/")[2]
    assigning.assign(answering.assessment(reference), ["NHS-1.1"], cast.connie.id, by=cast.priya)
    db.session.commit()
    connie.open(expectation)
    priya.open(expectation).form("Save")
    connie.press("Save", claim="Theirs: we answer in a week.")
    before = records()
    page = priya.press("Save", claim=MINE, status=409)
    assert "Theirs: we answer in a week." in page.text
    assert MINE in page.text
    assert typed(page, "claim") == MINE
    assert records() == before
    page = priya.press("Save mine")
    assert typed(page, "claim") == MINE


@pytest.mark.usefixtures("unharmed")
def test_a_closed_period_says_so_and_how_to_ask_for_more_time(browser: Any, expectation: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    form = priya.page.form("Save")["values"]
    with clock.at(clock.now() + dt.timedelta(days=70)):
        page = priya.send(expectation, {**form, "claim": MINE}, status=409)
        assert "closed on" in page.text
        assert "Ask for more time" in page.links
        page = priya.open(expectation)
        assert not page.all("textarea")


@pytest.mark.usefixtures("unharmed")
def test_whoever_left_cannot_sign(browser: Any, cast: Cast, reference: str) -> None:
    edwin: Browser = browser("edwin")
    edwin.open("/account/name")
    token = edwin.token()
    leaving = sa.update(Membership).where(Membership.person_id == cast.rows["edwin"].id)
    db.session.connection().execute(leaving.values(until_on=clock.today() - dt.timedelta(1)))
    db.session.commit()
    typed_in = {"csrf_token": token, "code": "123456", "declaration": "y", "sign": "yes"}
    edwin.send(f"/assessments/{reference}/sign-off", typed_in, status=404)


# What was typed.

OVERLONG = "x" * 2001


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"claim": OVERLONG}, "claim"),
        ({"proof": OVERLONG}, "proof"),
        ({"level": "5"}, "level"),
        ({"level": "-1"}, "level"),
        ({"level": "three"}, "level"),
        ({"level": "3 OR 1=1"}, "level"),
        ({"proof_link": "javascript:alert(1)"}, "proof_link"),
        ({"proof_link": "http://"}, "proof_link"),
        ({"proof_link": "https://" + "a" * 500}, "proof_link"),
        ({"proof_on-day": "31", "proof_on-month": "2", "proof_on-year": "2026"}, "proof_on"),
        ({"proof_on-day": "1", "proof_on-month": "1", "proof_on-year": "99999999999999999999"}, "proof_on"),
        ({"action_due_on-day": "٣", "action_due_on-month": "x", "action_due_on-year": ""}, "action_due_on"),
        ({"action_owner": "y" * 201}, "action_owner"),
    ],
)
def test_a_wrong_field_is_named_linked_and_kept(browser: Any, expectation: str, values: dict[str, str], field: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    page = priya.press("Save", gap="Nobody answers at weekends.", **values, status=422)
    links = [one.get("href") for box in page.all("div", class_="govuk-error-summary") for one in box.iter("{http://www.w3.org/1999/xhtml}a")]
    assert len(links) == len(page.errors) == 1
    assert links[0].startswith(f"#{field}")
    assert page.all("title")[0].text.startswith("Error: ")
    assert typed(page, "gap") == "Nobody answers at weekends."
    for name, value in values.items():
        if name != "level":
            assert typed(page, name) == value


@pytest.mark.parametrize(
    ("who", "address", "button"),
    [
        ("bea", "/organisations/RTX/people/invite", None),
        ("cora", "/conflicts/declare", None),
        ("ada", "/periods/new", None),
        ("priya", "/assessments/{reference}/extension", None),
        ("gus", "/account/name", {"name": ""}),
    ],
)
@pytest.mark.usefixtures("unharmed")
def test_an_empty_form_names_and_links_each_thing_missing(browser: Any, reference: str, who: str, address: str, button: Any) -> None:
    one: Browser = browser(who)
    address = address.format(reference=reference)
    one.open(address)
    page = one.send(address, button or {}, status=422)
    assert page.errors
    for box in page.all("div", class_="govuk-error-summary"):
        items = list(box.iter("{http://www.w3.org/1999/xhtml}li"))
        assert all(list(item.iter("{http://www.w3.org/1999/xhtml}a")) for item in items), "an error without a link to its field"


@pytest.mark.usefixtures("unharmed")
def test_five_megabytes_in_a_box_come_back_with_what_to_do(browser: Any, expectation: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    page = priya.press("Save", claim="long " * (1024 * 1024), gap="Kept.", status=422)
    assert page.errors == ["What is true here must be 2,000 characters or fewer"]
    assert typed(page, "claim").startswith("long long long")
    assert typed(page, "gap") == "Kept."


@pytest.mark.usefixtures("unharmed")
def test_more_than_can_be_taken_at_all_is_refused_in_words(browser: Any, expectation: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    page = priya.press("Save", claim="x" * (9 * 1024 * 1024), status=413)
    assert "Go back" in page.text


def test_null_bytes_and_marks_that_turn_text_round_are_taken_out(browser: Any, expectation: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    priya.press("Save", claim="We\x00 answer \u202eyadnom\u202c soon.\u2066!\u2069", gap="fa\u0301st")
    page = priya.open(expectation)
    assert typed(page, "claim") == "We answer yadnom soon.!"
    assert typed(page, "gap") == "fást"


def test_words_of_every_script_are_kept_as_they_are_and_never_as_markup(browser: Any, expectation: str) -> None:
    said = "Żółć, 苦情, شكوى, <script>alert(1)</script> & “quotes” {{ 7*7 }} 🙂"
    priya: Browser = browser("priya")
    priya.open(expectation)
    priya.press("Save", claim=said)
    page = priya.open(expectation)
    assert typed(page, "claim") == said
    assert not [one for one in page.all("script") if not one.get("src")]


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "1.5", "٣"])
def test_a_version_that_was_never_shown_counts_as_stale(browser: Any, expectation: str, version: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    page = priya.press("Save", claim=MINE, version=version, status=409)
    assert MINE in page.text


@pytest.mark.usefixtures("unharmed")
def test_fields_that_no_form_has_are_passed_over(browser: Any, expectation: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    priya.send(expectation, {**priya.page.form("Save")["values"], "organisation_id": "2", "target": "1", "state": "published"})


# Ways of asking that no page uses.


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_a_method_that_no_page_uses_is_refused_and_says_which_are(browser: Any, expectation: str, method: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    headers = {**SAME, "X-CSRFToken": priya.token()}
    answer = priya.client.open(expectation, method=method, headers=headers)
    assert answer.status_code == 405
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
    assert answer.mimetype == "text/html"


@pytest.mark.usefixtures("unharmed")
def test_head_and_options_are_answered_without_a_body(browser: Any, expectation: str) -> None:
    client = browser("priya").client
    head = client.head(expectation)
    assert (head.status_code, head.data) == (200, b"")
    options = client.options(expectation)
    assert (options.status_code, options.data) == (200, b"")
    assert "GET" in options.headers["Allow"]


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(
    "address",
    [
        "/assessments/" + "A" * 10_000,
        "/organisations?q=" + "a" * 10_000,
        "/gaps?organisation=" + "%00" * 3000,
        "/assessments/%00",
        "/assessments/AS-%F0%9F%99%82",
        "/organisations/..%2f..%2fetc%2fpasswd",
        "/static/../portal/config.py",
        "/organisations?after=%E2%80%AE&page=-1",
        "/gaps?after=2026-06-01.99999999999999999999999999",
        "/organisations/RTX/record?before=99999999999999999999999",
        "/sign-in?next=//evil.example/",
    ],
)
@pytest.mark.parametrize("who", [None, "priya", "cora"])
def test_an_address_that_nobody_was_given_gets_a_page(browser: Any, who: str | None, address: str) -> None:
    answer = browser(who).client.get(address)
    assert answer.status_code in {200, 303, 403, 404, 410}, answer.status_code
    assert "evil.example" not in answer.headers.get("Location", "")
    if answer.status_code == 200:
        assert 'href="//evil' not in answer.get_data(as_text=True)


def test_a_body_that_is_no_form_changes_nothing(browser: Any, expectation: str) -> None:
    priya: Browser = browser("priya")
    priya.open(expectation)
    headers = {**SAME, "X-CSRFToken": priya.token()}
    before = typed(priya.press("Save", claim=MINE), "claim"), records()
    for kind, body in (
        ("application/json", b'{"version": 1, "claim": "by another way"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"claim\"\r\n\r\nno end"),
        ("application/x-www-form-urlencoded", b"claim=%ff%fe&version=%00&=&&&"),
    ):
        answer = priya.client.post(expectation, data=body, content_type=kind, headers=headers)
        assert answer.status_code in {400, 409, 422}, f"{kind}: {answer.status_code}"
        assert answer.mimetype == "text/html"
    assert (typed(priya.open(expectation), "claim"), records()) == before
