"""Every door declares who may pass: the application refuses to start otherwise, and a GET changes nothing."""

import pytest
from flask import Flask

from portal.policy import Action
from portal.web.gate import gate, refuse_undeclared


def test_a_view_without_a_gate_stops_the_application():
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/open", "open_door", lambda: "come in")
    with pytest.raises(RuntimeError, match="open_door"):
        refuse_undeclared(app)
    app.view_functions["open_door"] = gate(Action.READ_PUBLIC_PAGES)(lambda: "come in")
    refuse_undeclared(app)


def test_every_view_of_the_portal_has_a_gate(app):
    assert app.view_functions
    assert all(hasattr(view, "gate") for view in app.view_functions.values())


def test_files_come_in_only_from_people_who_are_signed_in():
    with pytest.raises(RuntimeError, match="READ_PUBLIC_PAGES"):
        gate(Action.READ_PUBLIC_PAGES, uploads=True)
    with pytest.raises(RuntimeError, match="SIGN_IN"):
        gate(Action.USE_OWN_ACCOUNT, to_change=Action.SIGN_IN, uploads=True)


def test_a_form_from_another_website_is_refused(browser):
    priya = browser("priya")
    priya.open("/accessibility")
    page = priya.send("/sign-out", {}, status=403, headers={"Sec-Fetch-Site": "cross-site"})
    assert "another website" in page.text
    page = priya.send("/sign-out", {}, status=403, headers={"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"})
    assert "nothing was changed" in page.text


def test_a_form_without_its_token_is_refused_and_says_what_to_do(browser):
    priya = browser("priya")
    for token in ("", "forged"):
        page = priya.send("/sign-out", {"csrf_token": token}, status=400)
        assert page.links or page.all("button")


def test_every_answer_carries_the_security_headers(browser):
    for address, status in (("/accessibility", 200), ("/nothing-here", 404)):
        answer = browser().open(address, status=status).answer
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
