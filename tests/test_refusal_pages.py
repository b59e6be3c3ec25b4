"""The page every page stands on, seen through the refusals: each says in plain words what happened and what to do next."""

import re
from pathlib import Path
from types import SimpleNamespace

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[1]

environment = Environment(loader=FileSystemLoader(ROOT / "templates"), undefined=StrictUndefined, autoescape=True)
environment.globals["govuk"] = environment.get_template("govuk.html").module

STEPS = (SimpleNamespace(text="Answer 2.3", href="/answers/2-3"), SimpleNamespace(text="Wait for a reply", href=None))
REFUSALS = sorted(path.stem for path in (ROOT / "templates/refusals").glob("[0-9]*.html"))


def refused(name, *, person="Ada Okafor", demonstration=True, at_the_ombudsman=False, own=False, still_there=False, steps=STEPS):
    """The refusal as the application shows it; 500 and 503 must not ask who is there."""

    def asked():
        assert name not in {"500", "503"}, "the page for a broken database asked the database"
        return SimpleNamespace(name=person, is_authenticated=person is not None, at_the_ombudsman=at_the_ombudsman)

    local = environment.overlay()
    local.globals = {
        **environment.globals, "static_url": "/static/{}".format, "demonstration": lambda: demonstration, "signed_in": asked,
        "navigation": lambda: [("Your work", "/work", True), ("Standards", "/standards", False)], "csrf_token": lambda: "a-token",
    }  # fmt: skip
    both = SimpleNamespace(
        label="What we do", theirs="We reply <quickly>", yours="We reply\nwithin 3 days", name="account"
    )
    refusal = SimpleNamespace(message="", next_steps=steps, fields=(both,), version=7, who="Sam Hill", own=own)
    return local.get_template(f"refusals/{name}.html").render(refusal=refusal, action_url="/answers/2-1", still_there=still_there)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_what_happened_under_one_heading_that_begins_the_title(name):
    shown = html5lib.parse(refused(name), namespaceHTMLElements=False)
    headings = ["".join(heading.itertext()) for heading in shown.iter("h1")]
    assert len(headings) == 1
    assert shown.find(".//title").text == f"{headings[0]} – Complaint standards and accreditation"
    ids = [element.get("id") for element in shown.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_every_way_of_refusing_has_a_page():
    assert REFUSALS == ["400", "400-csrf", "403", "404", "409", "409-stale", "413", "422", "429", "500", "503", "507"]


@pytest.mark.parametrize("name", ["400", "403", "409", "409-stale", "413", "422", "429", "507"])
def test_a_refusal_offers_its_next_steps(name):
    shown = refused(name)
    assert '<a class="govuk-link" href="/answers/2-3">Answer 2.3</a>' in shown
    assert "<li>Wait for a reply</li>" in shown


@pytest.mark.parametrize("name", ["400-csrf", "413", "422"])
def test_nobody_whose_text_is_still_on_the_page_is_sent_back_from_it(name):
    assert "o back in your browser" in refused(name, steps=())
    shown = refused(name, still_there=True, steps=())
    assert "o back in your browser" not in shown
    assert "from this page" in shown or "still on this page" in shown


def test_who_can_change_a_role_depends_on_where_one_works():
    assert "ask your organisation’s administrator to change" in refused("403")
    assert "ask an administrator at the Ombudsman to change" in refused("403", at_the_ombudsman=True)


def test_a_change_of_ones_own_in_another_window_is_not_laid_on_somebody_else():
    shown = refused("409-stale", own=True)
    assert "You changed this in another window" in shown
    assert "The text saved there" in shown
    assert "Someone else" not in shown
    assert "theirs" not in shown
    assert "by Sam Hill" in refused("409-stale")


def test_a_page_that_is_not_there_says_nothing_about_why():
    assert "Answer 2.3" not in refused("404")


def test_a_stale_page_shows_both_texts_and_can_send_yours_again():
    shown = refused("409-stale")
    assert "<dd>We reply &lt;quickly&gt;</dd>" in shown
    assert "<dd>We reply\nwithin 3 days</dd>" in shown
    form = html5lib.parse(shown, namespaceHTMLElements=False).find(".//main//form")
    sent = {field.get("name"): field.get("value") for field in form.iter("input")}
    assert form.get("action") == "/answers/2-1"
    assert sent == {"csrf_token": "a-token", "version": "7", "account": "We reply\nwithin 3 days"}


def test_only_a_signed_in_page_carries_a_token_and_a_way_out():
    inside, outside = refused("404"), refused("404", person=None)
    assert 'name="csrf-token" content="a-token"' in inside
    assert 'action="/sign-out"' in inside
    assert "csrf" not in outside.replace("htmx", "")
    assert 'href="/sign-in"' in outside


def test_the_demonstration_says_so_on_every_page_and_only_then():
    words = "Demonstration: real organisations’ names, invented facts. Nothing here is about what they really did."
    assert all(words in refused(name) for name in REFUSALS)
    assert words not in refused("404", demonstration=False)


def test_nothing_inline_that_the_content_security_policy_refuses():
    for path in [
        ROOT / "templates/base.html",
        ROOT / "templates/govuk.html",
        *(ROOT / "templates/refusals").glob("*.html"),
    ]:
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son(?!ce)[a-z]+=|<script(?![^>]*\ssrc=)|hx-on|javascript:", text), (
            path.name
        )
