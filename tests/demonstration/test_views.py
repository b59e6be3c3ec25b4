"""The demonstration's own pages: be one of its people, read letters, see a code."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.demonstration.queries import SHOWN
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("nothing_held")
INVENTED = "real organisations’ names, invented facts"


def be(app: Flask, name: str) -> Browser:
    browser = Browser(app, None)
    browser.open("/demonstration")
    role = next(one.role for one in SHOWN if one.name == name)
    browser.press(f"Sign in as {name}, {role.value}")
    return browser


@pytest.mark.parametrize("name", [one.name for one in SHOWN])
def test_one_press_signs_in_and_the_first_page_answers(built: Flask, name: str) -> None:
    page = be(built, name).page
    assert page is not None
    assert page.status == 200
    assert name in page.text
    assert INVENTED in page.text


def test_the_page_lists_the_people_to_begin_with(built: Flask) -> None:
    page = Browser(built, None).open("/demonstration")
    assert [one.name for one in SHOWN if one.name not in page.text] == []
    assert INVENTED in page.text


def test_the_front_page_leads_to_being_somebody(built: Flask) -> None:
    browser = Browser(built, None)
    browser.open("/")
    assert browser.click("Try it: press a name and be that person").address == "/demonstration"


def test_people_are_found_by_body_and_by_role_fifty_at_a_time(built: Flask) -> None:
    browser = Browser(built, None)
    assert "Leeds Teaching Hospitals" in browser.open("/demonstration?q=leeds").text
    page = browser.open("/demonstration?q=executive+lead")
    assert sum("/demonstration/people/" in one.get("action", "") for one in page.all("form")) == len(SHOWN) + 50
    browser.click("More people")
    assert "Nobody was found" in browser.open("/demonstration?q=zzzz").text


def test_letters_can_be_read(built: Flask) -> None:
    page = Browser(built, None).open("/demonstration/letters")
    assert "waits for your signature" in page.text or "draft finding" in page.text
    assert "Earlier letters" in page.text


def test_whoever_signs_sees_the_code_of_the_moment(built: Flask) -> None:
    assert "changes every 30 seconds" in be(built, "Helen Fairbairn").open("/demonstration/code").text
    assert "has no second factor" in be(built, "Maya Okafor").open("/demonstration/code").text
